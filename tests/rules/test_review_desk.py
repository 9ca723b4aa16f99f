"""The desk's clock, what differs: the worked table, and replies with placeholders."""

from datetime import UTC, datetime, timedelta

import pytest

from influencers import desk
from influencers.replies import PLACEHOLDERS, fill, unknown_placeholders
from tests.rules.documents import table

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


def number(cell: str) -> int | None:
    return None if cell == "-" else int(cell)


@pytest.mark.parametrize("row", table("review-desk"), ids=lambda row: f"{row['sent days ago']} days, {row['fetched']}")
def test_the_worked_table(row: dict[str, str]) -> None:
    clock = desk.clock(NOW - timedelta(days=float(row["sent days ago"])), NOW)
    stated, fetched = number(row["stated"]), number(row["fetched"])

    assert (clock.days, clock.days_over, clock.is_overdue) == (
        int(row["days"]),
        int(row["over"]),
        row["overdue"] == "yes",
    )
    assert desk.difference_percent(stated, fetched) == number(row["differs"])
    assert desk.is_notable(stated, fetched) == (row["pointed out"] == "yes")


def test_what_the_clock_calls_overdue_is_what_the_queue_filters() -> None:
    for hours in (0, 119, 120, 121, 300):
        sent_at = NOW - timedelta(hours=hours)
        assert desk.clock(sent_at, NOW).is_overdue == (sent_at < desk.overdue_before(NOW))


def test_a_clock_that_is_behind_makes_no_negative_age() -> None:
    assert desk.clock(NOW + timedelta(hours=1), NOW) == desk.Clock(days=0, days_over=0, is_overdue=False)


def test_placeholders_are_filled_and_other_braces_stay() -> None:
    values = {"name": "Mei {points}", "points": "41.0"}

    assert fill("Hello {name}: {points} of {100} {}", values) == "Hello Mei {points}: 41.0 of {100} {}"


def test_what_cannot_be_filled_is_named_once() -> None:
    known = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)

    assert unknown_placeholders(known) == []
    assert unknown_placeholders("{nmae} {points} {nmae} {day}") == ["nmae", "day"]
