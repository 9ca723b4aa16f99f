"""docs/rules/fraud-signals.md, run."""

import pytest

from commissions import signs
from influencers.referrals import is_paid_ad
from tests.rules.documents import table

COUNTED = {
    "click flood": signs.is_click_flood, "ring": signs.is_ring, "code leak": signs.is_code_leak,
    "return abuse": signs.is_return_abuse,
}  # fmt: skip


@pytest.mark.parametrize("row", table("fraud-signals"), ids=lambda row: f"{row['sign']} {row['a']} {row['b']}")
def test_the_table(row: dict[str, str]) -> None:
    found = COUNTED[row["sign"]](int(row["a"]), int(row["b"])) if row["sign"] in COUNTED else is_paid_ad(row["a"])

    assert found == (row["is one"] == "yes")


@pytest.mark.parametrize(
    ("clicks", "orders", "earned", "returned", "odd"),
    [
        (100, 5, 1_000, 500, ["many_returns"]),
        (100, 5, 1_000, 499, []),
        (500, 0, 0, 0, ["clicks_without_orders"]),
        (499, 0, 0, 0, []),
        (20, 10, 1_000, 0, ["orders_without_clicks"]),
        (21, 10, 1_000, 0, []),
        (0, 0, 0, 0, []),
    ],
)
def test_what_is_odd(clicks: int, orders: int, earned: int, returned: int, odd: list[str]) -> None:
    assert signs.oddities(clicks=clicks, orders=orders, earned=earned, returned=returned) == odd
