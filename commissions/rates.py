"""What a category pays on a day. Pure; docs/rules/rates.md says the rule and is run as its test."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

DEFAULT_BPS = 700


@dataclass(frozen=True, slots=True)
class RateRow:
    """A row of the rate card: ``path`` of the category (empty: the rest), basis points, first day, and the day after the last."""

    path: str
    rate_bps: int
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The rate that holds and where it stands: a category's path, ``default`` (the row for the rest) or ``policy``."""

    rate_bps: int
    source: str


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
