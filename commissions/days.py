"""Sums by day: of closed days as they were stored (``services.closing``), of open ones from the ledger; by one rule.

A page costs as many queries for the largest creator as for the smallest, and what it reads grows with days, not with entries.
Orders are counted by day, so that sums of days that follow one another add up.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Left, StrIndex, TruncDate
from django.utils import timezone

from commissions.models import ClosedDay, DaySum, Entry
from commissions.services.ledger import TAKEN_BACK
from influencers.models import Click, Influencer

Split = DaySum.Split
DAY = timedelta(days=1)
ACCRUED, BACK = Q(kind=Entry.Kind.ACCRUAL), Q(kind__in=TAKEN_BACK)
SUMS: dict[str, Any] = {
    "earned": Coalesce(Sum("amount_minor", filter=ACCRUED), 0),
    "returned": Coalesce(Sum("amount_minor", filter=BACK), 0),
    "base": Coalesce(Sum("base_minor", filter=ACCRUED), 0),
    "paid": Coalesce(Sum("amount_minor", filter=Q(kind=Entry.Kind.PAID)), 0),
    "orders": Count("line__order", filter=ACCRUED, distinct=True),
}


@dataclass(slots=True)
class Tally:
    """What some days brought; amounts in minor units. ``base``: what was sold; ``paid``: what went out."""

    clicks: int = 0
    orders: int = 0
    earned: int = 0
    returned: int = 0
    base: int = 0
    paid: int = 0

    def add(self, other: "Tally") -> None:
        """Take another one's numbers in."""
        for name in NAMES:
            setattr(self, name, getattr(self, name) + getattr(other, name))


NAMES = tuple(field.name for field in fields(Tally))


@dataclass(frozen=True, slots=True)
class Cell:
    """A day's tally of one creator (None: of all), place or product, and currency; clicks have none."""

    on: date
    influencer: int | None
    key: str
    currency: str
    tally: Tally


def first_moment(day: date) -> datetime:
    """When a day begins by the site's clock."""
    return datetime.combine(day, time(), timezone.get_current_timezone())


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    found = Tally()
    for tally in tallies:
        found.add(tally)
    return found


class Days:
    """Some days that follow one another, both included."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        closed = ClosedDay.objects.filter(on__range=(first, last)).values_list("on", "starts_at", "ends_at")
        # By other moments it was closed by another zone's clock: it is read from the ledger, until it is closed anew.
        standing = {
            on for on, start, end in closed if (start, end) == (first_moment(on), first_moment(on + DAY))
        }  # fmt: skip
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        self.open = [day for day in days if day not in standing]

    def tallies(
        self, by: str, split: Split, currency: str, *, influencer: Influencer | None = None, since: date | None = None
    ) -> dict[Any, Tally]:
        """The sums by ``on``, ``key`` or ``influencer``, from a day on; of one creator or of everybody."""
        first = since or self.first
        rows = DaySum.objects.filter(split=split, on__range=(first, self.last), currency__in=["", currency])
        rows = rows.exclude(on__in=self.open)
        if influencer:
            rows = rows.filter(influencer=influencer)
        found: dict[Any, Tally] = defaultdict(Tally)
        stored: Any = rows.values(by).annotate(**{f"all_{name}": Sum(name) for name in NAMES}).order_by(by)
        for row in stored:
            found[row[by]].add(Tally(**{name: row[f"all_{name}"] for name in NAMES}))
        for cell in reckon(runs(day for day in self.open if day >= first), split, influencer):
            if cell.currency in {"", currency}:
                found[getattr(cell, by)].add(cell.tally)
        return found


def runs(days: Iterable[date]) -> list[tuple[date, date]]:
    """Ascending days as stretches that follow one another, both ends included."""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and day - found[-1][1] == DAY:
            found[-1] = found[-1][0], day
        else:
            found.append((day, day))
    return found


def _within(field: str, stretches: Sequence[tuple[date, date]]) -> Q:
    """The moments of these days; of no day, none."""
    found = Q(pk__in=[])
    for first, last in stretches:
        found |= Q(**{f"{field}__gte": first_moment(first), f"{field}__lt": first_moment(last + DAY)})
    return found


def _place(field: str) -> Case:
    """The page or channel of a source, without the thing on it."""
    whole = Left(field, StrIndex(field, Value("/")) - 1)
    return Case(When(**{f"{field}__contains": "/"}, then=whole), default=F(field))


def reckon(
    stretches: Sequence[tuple[date, date]], split: Split, influencer: Influencer | None = None
) -> Iterator[Cell]:
    """The cells of these days from the ledger and the clicks: hers, or everybody's. Two queries."""
    zone = timezone.get_current_timezone()
    kinds = [Entry.Kind.ACCRUAL, *TAKEN_BACK]
    if split in {Split.ALL, Split.HOUSE}:
        kinds.append(Entry.Kind.PAID)
    entries: QuerySet[Any, Any] = Entry.objects.filter(_within("created_at", stretches), kind__in=kinds)
    clicks: QuerySet[Any, Any] = Click.objects.filter(_within("at", stretches))
    if influencer:
        entries, clicks = entries.filter(influencer=influencer), clicks.filter(influencer=influencer)
    keys: tuple[Any, Any] = (Value(""), Value(""))
    if split == Split.PLACE:
        foreign = When(~Q(line__influencer=F("influencer")), then=Value("introduced"))
        keys = Case(foreign, default=_place("line__source")), _place("source")
    elif split == Split.PRODUCT:
        keys = Cast("line__product", CharField()), Cast("product_id", CharField())
        clicks = clicks.filter(product_id__isnull=False)
    by = ["on", "key"] if split == Split.HOUSE else ["on", "key", "influencer"]
    money: Any = entries.annotate(on=TruncDate("created_at", tzinfo=zone), key=keys[0]).values(*by, "currency")
    for row in money.annotate(**SUMS).order_by():
        sums = {name: row[name] for name in SUMS}
        yield Cell(row["on"], row.get("influencer"), row["key"], row["currency"], Tally(**sums))
    seen: Any = clicks.annotate(on=TruncDate("at", tzinfo=zone), key=keys[1]).values(*by)
    for row in seen.annotate(n=Count("pk")).order_by():
        yield Cell(row["on"], row.get("influencer"), row["key"], "", Tally(clicks=row["n"]))
