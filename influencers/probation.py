"""Probation: the first sales of a new creator, in the time that she has for them. Pure; docs/rules/conduct.md is run as its test."""

from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Policy:
    """How many sales within how many days, and on which days she is reminded."""

    sales: int = 3
    days: int = 180
    remind_on: tuple[int, ...] = (90, 150)


DEFAULT_POLICY = Policy()


def day_of(now: datetime, ends_at: datetime, policy: Policy = DEFAULT_POLICY) -> int:
    """Which day of the probation it is, 0 for the first. The end moves with every pause, and the days with it."""
    left = -(-(ends_at - now) // DAY)
    return min(policy.days, max(0, policy.days - left))


def step(*, sales: int, day: int, reminded: int, policy: Policy = DEFAULT_POLICY) -> str:
    """What is due: ``passed``, ``ended``, ``remind`` or nothing. ``reminded``: the day of the last reminder, 0 for none."""
    if sales >= policy.sales:
        return "passed"
    if day >= policy.days:
        return "ended"
    return "remind" if reminder(day, policy) > reminded else ""


def reminder(day: int, policy: Policy = DEFAULT_POLICY) -> int:
    """The last reminder whose day has come; 0: none."""
    return max((at for at in policy.remind_on if at <= day), default=0)
