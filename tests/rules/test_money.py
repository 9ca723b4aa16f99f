"""Money: exact, in minor units, rounded in one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money, parse_minor, reversed_share, share, typed_minor

amounts = st.integers(min_value=0, max_value=10**12)
rates = st.integers(min_value=0, max_value=10_000)


@given(amounts, rates)
def test_a_share_is_within_half_a_unit_of_the_exact_part(minor: int, bps: int) -> None:
    assert abs(share(minor, bps) * 10_000 - minor * bps) <= 5_000


def test_half_a_unit_is_rounded_up() -> None:
    assert share(50, 100) == 1
    assert share(49, 100) == 0


def test_a_share_of_less_than_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="zero or more"):
        share(-1, 700)


@given(amounts, st.lists(st.integers(min_value=0, max_value=10**12), max_size=8), rates)
def test_refunds_take_back_more_and_more_but_never_more_than_the_whole(base: int, refunds: list[int], bps: int) -> None:
    commission = share(base, bps)

    taken = [reversed_share(commission, refunded, base) for refunded in sorted(refunds)]

    assert taken == sorted(taken)
    assert all(0 <= part <= commission for part in taken)
    assert reversed_share(commission, base, base) == commission


def test_currencies_are_not_added_to_each_other() -> None:
    assert Money(100, "USD") + Money(23, "USD") == Money(123, "USD")
    with pytest.raises(ValueError, match="cannot be added"):
        Money(100, "USD") + Money(100, "JPY")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("999.00", "INR", 99900), ("5", "USD", 500), ("1200", "JPY", 1200), ("0.5", "USD", 50)],
)
def test_plain_decimals_become_minor_units(text: str, currency: str, minor: int) -> None:
    assert parse_minor(text, currency) == minor


@pytest.mark.parametrize("text", ["", "abc", "1,00", "NaN", "Infinity", "0.001", "1e19", "12.5.3", "--3"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an amount|more decimals|too large"):
        parse_minor(text, "USD")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [(" 24 ", "USD", 2400), ("24.5", "USD", 2450), ("24,50", "EUR", 2450), ("1500", "JPY", 1500), ("1.500", "KWD", 1500), ("-3", "USD", -300)],
)  # fmt: skip
def test_an_amount_is_read_as_it_is_typed(text: str, currency: str, minor: int) -> None:
    assert typed_minor(text, currency) == minor


@pytest.mark.parametrize(
    "text", ["1,500", "1.500", "1_500", "1e3", "１２", "1,5,0", "1,234.50", "NaN", "", ".5", "1" * 16]
)
def test_an_amount_that_could_be_another_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        typed_minor(text, "USD")
    with pytest.raises(ValueError, match="is not an amount"):
        typed_minor("1,000", "JPY")
