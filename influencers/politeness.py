"""When a network is asked again, and when it is left alone. Pure: the moment and the dice come in as arguments."""

from datetime import datetime, timedelta

NIGHT_HOUR = 2
NIGHT_HOURS = 4
FIRST_WAIT = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=24)
FAILURES_TO_OPEN = 5
OPEN_FOR = timedelta(minutes=30)
STALE_AFTER = timedelta(days=3)


def next_night(now: datetime, dice: float) -> datetime:
    """The next refresh after a good one: a moment between two and six at night (UTC), spread by ``dice`` from 0 to 1."""
    night = now.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    if now.hour >= NIGHT_HOUR:
        night += timedelta(days=1)
    return night + timedelta(hours=NIGHT_HOURS) * dice


def retry_at(now: datetime, failures: int, dice: float, *, asked_wait: int | None = None) -> datetime:
    """The next try after ``failures`` in a row: 10 minutes, doubled each time, up to a day, with half of it by dice.

    A wait that the network asked for (seconds) is never shortened, and obeyed up to a day.
    """
    full = min(FIRST_WAIT * 2 ** min(max(failures - 1, 0), 10), LONGEST_WAIT)
    wait = full / 2 + full / 2 * dice
    if asked_wait is not None:
        wait = max(wait, min(timedelta(seconds=asked_wait), LONGEST_WAIT))
    return now + wait


def is_stale(taken_at: datetime, now: datetime) -> bool:
    """Three nights were missed: the page says so."""
    return now - taken_at > STALE_AFTER
