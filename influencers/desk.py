"""How applications are worked off: the clock, the hold, the undo, what differs. Pure; docs/rules/review-desk.md."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class DeskPolicy:
    """Every number of the desk."""

    # An application is decided within so many days after it was sent.
    clock_days: int = 5
    hold_minutes: int = 15
    undo_minutes: int = 10
    # A fetched figure that differs by more than this is pointed out.
    notable_percent: int = 10
    near_points: int = 5


DESK = DeskPolicy()


@dataclass(frozen=True, slots=True)
class Clock:
    """Whole days since an application was sent, and whole days beyond the clock (0: in time)."""

    days: int
    days_over: int
    is_overdue: bool


def clock(sent_at: datetime, now: datetime, policy: DeskPolicy = DESK) -> Clock:
    """Where an application stands against the clock; at the very end of the last day it is still in time."""
    waited = max(timedelta(), now - sent_at)
    over = waited - timedelta(days=policy.clock_days)
    return Clock(days=waited.days, days_over=max(0, over.days), is_overdue=over > timedelta())


def overdue_before(now: datetime, policy: DeskPolicy = DESK) -> datetime:
    """What was sent before this moment is overdue."""
    return now - timedelta(days=policy.clock_days)


def difference_percent(stated: int | None, fetched: int | None) -> int | None:
    """How far the fetched figure lies from the stated one, in percent of the stated; None where one is not known."""
    if stated is None or fetched is None:
        return None
    if stated == 0:
        return 0 if fetched == 0 else 100
    return round(100 * (fetched - stated) / stated)


def is_notable(stated: int | None, fetched: int | None, policy: DeskPolicy = DESK) -> bool:
    """The two figures lie further apart than the policy lets pass; compared before rounding."""
    if stated is None or fetched is None:
        return False
    return 100 * abs(fetched - stated) > policy.notable_percent * stated
