"""What a sale pays. Pure; docs/rules/rates.md says the rule and is run as its test."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from influencers.referrals import flat

DEFAULT_BPS = 700
ALL_BPS = 10_000
# A lower rate starts so long after it was announced at the earliest.
NOTICE_DAYS = 14
# Content that was live before keeps the higher rate for so long.
LOCK_DAYS = 30


@dataclass(frozen=True, slots=True)
class RateRow:
    """A row of the rate card: ``path`` of the category (empty: the rest), basis points, first day, and the day after the last."""

    path: str
    rate_bps: int
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Bonus:
    """What a campaign or an offer pays on top, between two days (the second one is the first without it)."""

    key: str
    bonus_bps: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Found:
    """The rate that holds and where it stands: a category's path, ``default`` (the row for the rest) or ``policy``.

    ``kept_from``: the day whose higher rate is kept; None: it is the day's own. ``rate_bps`` includes the bonus.
    """

    rate_bps: int
    source: str
    kept_from: date | None = None
    bonus_bps: int = 0
    bonus: str = ""

    @property
    def words(self) -> str:
        """The source in one piece: ``home``, ``home@2026-05-31``, ``home+campaign:12``."""
        kept = f"@{self.kept_from.isoformat()}" if self.kept_from else ""
        return f"{self.source}{kept}{f'+{self.bonus}' if self.bonus else ''}"


def rate_for(path: str, day: date, rows: Iterable[RateRow]) -> Found:
    """The row of the nearest category upwards that holds on the day; then the row for the rest; then 7 %."""
    holding = {row.path: row for row in rows if row.starts_on <= day and (row.ends_on is None or day < row.ends_on)}
    steps = path.split("/") if path else []
    for depth in range(len(steps), 0, -1):
        place = "/".join(steps[:depth])
        if place in holding:
            return Found(holding[place].rate_bps, place)
    if "" in holding:
        return Found(holding[""].rate_bps, "default")
    return Found(DEFAULT_BPS, "policy")


def kept_rate(path: str, day: date, rows: Sequence[RateRow], *, live_on: date) -> Found:
    """The day's rate, or a higher one that held while this content was live, for 30 days after it fell."""
    best = rate_for(path, day, rows)
    since = max(live_on, day - timedelta(days=LOCK_DAYS))
    # A rate changes only where a row begins or ends: the days before that are all there is to look at.
    edges = {edge for row in rows for edge in (row.starts_on, row.ends_on) if edge and since < edge <= day}
    for edge in sorted(edges, reverse=True):
        before = edge - timedelta(days=1)
        found = rate_for(path, before, rows)
        if found.rate_bps > best.rate_bps:
            best = Found(found.rate_bps, found.source, kept_from=before)
    return best


def line_rate(
    path: str, ordered_on: date, rows: Sequence[RateRow], *, touched_on: date, live_on: date, bonuses: Iterable[Bonus] = (),
) -> Found:  # fmt: skip
    """What a line pays that was ordered on a day: the kept rate of its category and the best bonus, at most all of it.

    A bonus counts when the buyer came while it ran, or ordered while it ran; the order may follow 30 days after the touch.
    """
    found = kept_rate(path, ordered_on, rows, live_on=min(live_on, touched_on))
    is_soon = (ordered_on - touched_on).days <= LOCK_DAYS
    running = [
        bonus
        for bonus in bonuses
        if bonus.starts_on <= ordered_on < bonus.ends_on or (is_soon and bonus.starts_on <= touched_on < bonus.ends_on)
    ]
    if not running:
        return found
    best = max(running, key=lambda bonus: (bonus.bonus_bps, bonus.key))
    added = min(best.bonus_bps, ALL_BPS - found.rate_bps)
    return Found(found.rate_bps + added, found.source, found.kept_from, added, best.key)


def earliest_start(old_bps: int, new_bps: int, *, today: date) -> date:
    """From when a change may hold: a higher rate at once, a lower one after the notice."""
    return today if new_bps >= old_bps else today + timedelta(days=NOTICE_DAYS)


def overlapping(rows: Iterable[RateRow], new: RateRow) -> RateRow | None:
    """A row of the same category that holds on a day of the new one."""
    for row in rows:
        ends_later = row.ends_on is None or new.starts_on < row.ends_on
        if row.path == new.path and ends_later and (new.ends_on is None or row.starts_on < new.ends_on):
            return row
    return None


def question_as_stored(
    path: str, ordered_on: date, rows: Iterable[RateRow], *, touched_on: date, live_on: date, bonuses: Iterable[Bonus]
) -> dict[str, Any]:
    """Everything that ``line_rate`` was told, as JSON: the rows that can matter, and the running bonuses."""

    def plain(row: RateRow | Bonus) -> dict[str, Any]:
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in flat(row).items()}

    days = {"ordered_on": ordered_on.isoformat(), "touched_on": touched_on.isoformat(), "live_on": live_on.isoformat()}
    return {"path": path, **days, "rows": [plain(row) for row in rows], "bonuses": [plain(one) for one in bonuses]}


def rate_again(question: dict[str, Any]) -> Found:
    """The rate of a stored question: the same, whenever it is asked."""

    def day(text: str | None) -> Any:
        return date.fromisoformat(text) if text else None

    def read(values: dict[str, Any]) -> dict[str, Any]:
        return {name: day(value) if name in {"starts_on", "ends_on"} else value for name, value in values.items()}

    return line_rate(
        question["path"], day(question["ordered_on"]), [RateRow(**read(row)) for row in question["rows"]],
        touched_on=day(question["touched_on"]), live_on=day(question["live_on"]),
        bonuses=[Bonus(**read(bonus)) for bonus in question["bonuses"]],
    )  # fmt: skip
