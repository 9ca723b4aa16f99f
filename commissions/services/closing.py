"""Verbs of the daily sums: store those of days that are over, so that pages need not add a million entries.

The database opens a day again when an entry is booked into it after all (``triggers.py``); the audit compares (I17).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from commissions.days import Cell, Days, first_moment, reckon, runs
from commissions.models import ClosedDay, DaySum, Entry
from influencers.models import Click

# No transaction of ours lives longer: after that a day gets no further entry.
SETTLED_AFTER = timedelta(hours=1)
# Days that are summed in one transaction.
STRETCH = 31


def close_days(*, now: datetime | None = None) -> int:
    """Store the sums of every day that is over and still open; how many were closed. Run twice, the second finds none."""
    moment = now or timezone.now()
    last = timezone.localdate(moment - SETTLED_AFTER) - timedelta(days=1)
    begun = [Entry.objects.aggregate(at=Min("created_at"))["at"], Click.objects.aggregate(at=Min("at"))["at"]]
    first = min((timezone.localdate(at) for at in begun if at), default=last)
    waiting = Days(first, last).open if first <= last else []
    for stretch in _pieces(waiting):
        _close(*stretch)
    return len(waiting)


def _pieces(days: list[date]) -> Iterator[tuple[date, date]]:
    """Stretches of at most a month."""
    for first, last in runs(days):
        start = first
        while start <= last:
            end = min(last, start + timedelta(days=STRETCH - 1))
            yield start, end
            start = end + timedelta(days=1)


@transaction.atomic
def _close(first: date, last: date) -> None:
    ClosedDay.objects.filter(on__range=(first, last)).delete()
    DaySum.objects.filter(on__range=(first, last)).delete()
    for split in DaySum.Split:
        rows = (_row(split, cell) for cell in reckon([(first, last)], split))
        DaySum.objects.bulk_create(rows, batch_size=5_000)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    ClosedDay.objects.bulk_create(
        ClosedDay(on=day, starts_at=first_moment(day), ends_at=first_moment(day + timedelta(days=1))) for day in days
    )


def _row(split: str, cell: Cell) -> DaySum:
    tally = cell.tally
    return DaySum(
        on=cell.on, influencer_id=cell.influencer, split=split, key=cell.key, currency=cell.currency, clicks=tally.clicks,
        orders=tally.orders, earned=tally.earned, returned=tally.returned, base=tally.base, paid=tally.paid,
    )  # fmt: skip
