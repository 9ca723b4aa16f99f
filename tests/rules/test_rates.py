"""docs/rules/rates.md, run."""

from datetime import date

import pytest

from commissions.rates import RateRow, rate_for
from tests.rules.documents import table

CARD = [
    RateRow(
        row["category"], int(row["rate"]), date.fromisoformat(row["from"]),
        date.fromisoformat(row["until"]) if row["until"] else None,
    )
    for row in table("rates", "Rate card of the table")
]  # fmt: skip


@pytest.mark.parametrize("row", table("rates"), ids=lambda row: f"{row['category'] or 'rest'} {row['day']}")
def test_the_worked_table_holds(row: dict[str, str]) -> None:
    found = rate_for(row["category"], date.fromisoformat(row["day"]), CARD)

    assert (str(found.rate_bps), found.source) == (row["rate"], row["source"])
