"""docs/rules/commission.md, run."""

import pytest

from core.money import reversed_share, share
from tests.rules.documents import table


@pytest.mark.parametrize("row", table("commission"), ids=lambda row: f"{row['base']} {row['refunded']}")
def test_the_worked_table_holds(row: dict[str, str]) -> None:
    base, refunded = int(row["base"]), int(row["refunded"])
    commission = share(base, int(row["rate"]))
    taken = reversed_share(commission, refunded, base)

    assert (commission, taken, commission - taken) == (
        int(row["commission"]), int(row["taken back in total"]), int(row["left"]),
    )  # fmt: skip
