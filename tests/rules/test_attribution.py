"""docs/rules/attribution.md, run."""

from datetime import UTC, datetime, timedelta

import pytest

from commissions.attribution import Facts, decide, normalised_email
from tests.rules.documents import table

TOUCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROWS = table("attribution")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['branch']} {row['added after days']}")
def test_the_worked_table_holds(row: dict[str, str]) -> None:
    facts = Facts(
        touched_at=TOUCH,
        added_at=TOUCH + timedelta(days=float(row["added after days"])),
        placed_at=TOUCH + timedelta(days=float(row["ordered after days"])),
        is_active=row["active"] == "yes",
        is_same_person=False,
        buyer_email=row["buyer's mail"],
        influencer_email=row["creator's mail"],
    )

    assert decide(facts) == row["branch"]


def test_the_table_shows_every_branch() -> None:
    assert {row["branch"] for row in ROWS} == {
        "cart_line", "own_purchase", "outside_window", "ordered_too_late", "suspended",
    }  # fmt: skip


def test_the_same_account_is_an_own_purchase_whatever_the_mail() -> None:
    facts = Facts(TOUCH, TOUCH, TOUCH, True, True, "other@example.com", "mei@example.com")

    assert decide(facts) == "own_purchase"


def test_mailboxes_are_compared_not_spellings() -> None:
    assert normalised_email(" A.B+c@GMail.com ") == "ab@gmail.com"
    assert normalised_email("A.B@example.com") == "a.b@example.com"
