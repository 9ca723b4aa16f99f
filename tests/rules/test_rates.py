"""docs/rules/rates.md, run."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissions.rates import (
    LOCK_DAYS,
    Bonus,
    RateRow,
    earliest_start,
    line_rate,
    overlapping,
    question_as_stored,
    rate_again,
    rate_for,
)
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


@pytest.mark.parametrize("row", table("rates", "Table of lines"), ids=lambda row: "|".join(row.values()))
def test_the_table_of_lines_holds(row: dict[str, str]) -> None:
    live, touched, ordered = (date.fromisoformat(row[name]) for name in ("live since", "touched", "ordered"))
    bonuses = []
    if row["bonus"]:
        bps, _, start, _, end = row["bonus"].split()
        bonuses = [Bonus("campaign:1", int(bps), date.fromisoformat(start), date.fromisoformat(end))]

    found = line_rate(row["category"], ordered, CARD, touched_on=touched, live_on=live, bonuses=bonuses)

    assert (str(found.rate_bps), found.words) == (row["rate"], row["source"])


@pytest.mark.parametrize("row", table("rates", "Table of changes"), ids=lambda row: row["new"])
def test_the_table_of_changes_holds(row: dict[str, str]) -> None:
    start = earliest_start(int(row["old"]), int(row["new"]), today=date(2028, 2, 16))

    assert start.isoformat() == row["earliest first day"]


def test_the_card_of_the_table_overlaps_nowhere() -> None:
    assert [row for row in CARD if overlapping([other for other in CARD if other is not row], row)] == []


@pytest.mark.parametrize(
    ("start", "end", "clashes"),
    [
        ("2026-05-31", None, True),
        ("2026-05-31", "2026-06-01", True),
        ("2025-12-01", "2026-01-01", False),
        ("2025-12-01", "2026-01-02", True),
    ],
)
def test_rows_that_share_a_day_overlap(start: str, end: str | None, clashes: bool) -> None:
    new = RateRow("home/kitchen", 1, date.fromisoformat(start), date.fromisoformat(end) if end else None)

    assert (overlapping(CARD, new) is not None) is clashes
    assert overlapping(CARD, RateRow("garden", 1, new.starts_on, new.ends_on)) is None


# --- The promise, over cards that nobody thought of

START = date(2027, 11, 1)
days = st.integers(0, 200).map(lambda offset: START + timedelta(days=offset))
PATHS = ["home", "home/kitchen", "beauty", ""]


@st.composite
def cards(draw: st.DrawFn) -> list[RateRow]:
    """Rate cards without overlaps: for each category some first days, each row until the next one."""
    rows = []
    for path in PATHS:
        starts = sorted(draw(st.sets(days, max_size=4)))
        for start, end in zip(starts, [*starts[1:], None], strict=True) if starts else []:
            rows.append(RateRow(path, draw(st.integers(0, 3_000)), start, end))
    return rows


bonuses = st.lists(
    st.builds(
        lambda key, bps, start, length: Bonus(f"campaign:{key}", bps, start, start + timedelta(days=length)),
        st.integers(1, 9), st.integers(1, 9_000), days, st.integers(1, 40),
    ),
    max_size=3,
)  # fmt: skip


@given(cards(), st.sampled_from(["home", "home/kitchen/pots", "beauty", "tech"]), days, st.integers(0, 60), st.integers(0, 89), bonuses)  # fmt: skip
def test_no_line_pays_less_than_was_promised_when_its_link_was_clicked(
    card: list[RateRow], path: str, touched: date, age: int, wait: int, extra: list[Bonus]
) -> None:
    ordered, live = touched + timedelta(days=wait), touched - timedelta(days=age)

    found = line_rate(path, ordered, card, touched_on=touched, live_on=live, bonuses=extra)

    assert found.rate_bps >= rate_for(path, ordered, card).rate_bps
    assert found.rate_bps <= 10_000
    if wait <= LOCK_DAYS:
        running = [bonus.bonus_bps for bonus in extra if bonus.starts_on <= touched < bonus.ends_on]
        promised = min(10_000, rate_for(path, touched, card).rate_bps + max(running, default=0))
        assert found.rate_bps >= promised


@given(cards(), st.sampled_from(["home", "home/kitchen/pots", "beauty"]), days, st.integers(0, 60))
def test_what_is_kept_held_while_the_content_was_live_and_not_long_ago(
    card: list[RateRow], path: str, ordered: date, age: int
) -> None:
    live = ordered - timedelta(days=age)
    # Day by day, as a reader of the rule would.
    lived = [ordered - timedelta(days=back) for back in range(min(age, LOCK_DAYS) + 1)]

    found = line_rate(path, ordered, card, touched_on=ordered, live_on=live)

    assert found.rate_bps == max(rate_for(path, day, card).rate_bps for day in lived)


@given(cards(), days, st.integers(0, 60), st.integers(0, 89), bonuses)
def test_a_stored_question_has_the_same_answer_for_ever(
    card: list[RateRow], touched: date, age: int, wait: int, extra: list[Bonus]
) -> None:
    asked = ("home/kitchen", touched + timedelta(days=wait), card)
    dates = {"touched_on": touched, "live_on": touched - timedelta(days=age)}

    stored = json.loads(json.dumps(question_as_stored(*asked, **dates, bonuses=extra)))

    assert rate_again(stored) == line_rate(*asked, **dates, bonuses=extra)
