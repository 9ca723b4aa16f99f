"""What a creator's links brought in a period: clicks, orders, and what they earned net of returns, by product and by place.

Money is what the ledger booked in the period: accruals less what was taken back, each on its own day, so that the sum agrees
with the statements to the cent. The same queries for the smallest creator as for the largest.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Left, StrIndex, TruncDate
from django.utils import timezone

from catalog.models import Product
from commissions.models import Entry
from commissions.queries import Day
from commissions.services.ledger import TAKEN_BACK
from commissions.sources import Source, named
from influencers.models import Click, Influencer

# What the table may be split by, with the kinds of places that belong there; empty: every place.
SPLITS: dict[str, tuple[str, ...]] = {
    "place": (), "product": (), "collection": ("collection",), "list": ("list",), "spark": ("spark",),
    "channel": ("channel", "qr", "share"), "code": ("code",),
}  # fmt: skip
LONGEST_DAYS = 3_660
# So many points a chart has at most; a longer period has several days in one.
MOST_POINTS = 92
MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days by the site's clock, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """As many days just before it."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The first moment, and the first one after it."""
        zone = timezone.get_current_timezone()
        after = self.last + timedelta(days=1)
        return datetime.combine(self.first, time(), zone), datetime.combine(after, time(), zone)


@dataclass(frozen=True, slots=True)
class Row:
    """What one product or place brought; amounts in minor units of the page's currency."""

    clicks: int = 0
    orders: int = 0
    earned: int = 0
    returned: int = 0
    product: Any = None
    place: Source | None = None

    @property
    def net(self) -> int:
        """Earned less what was taken back."""
        return self.earned - self.returned

    @property
    def conversion_bps(self) -> int | None:
        """Orders for each click, in basis points; None without clicks."""
        return self.orders * 10_000 // self.clicks if self.clicks else None

    @property
    def per_click(self) -> int | None:
        """Net earnings for each click, rounded to the minor unit; None without clicks."""
        return round(self.net / self.clicks) if self.clicks else None


@dataclass(frozen=True, slots=True)
class Performance:
    """The page: the period's sums beside those of the one before, the chart, and the rows of the split."""

    currency: str
    currencies: Sequence[str]
    now: Row
    before: Row
    chart: Sequence[Day]
    rows: Sequence[Row]
    is_cut: bool

    @property
    def most(self) -> int:
        """The highest net of the rows, for their bars."""
        return max((row.net for row in self.rows), default=0)


def performance(influencer: Influencer, period: Period, split: str, currency: str = "") -> Performance:
    """Everything that the page shows."""
    currency, currencies = currency_of(influencer, currency)
    rows = rows_of(influencer, period, split, currency)
    return Performance(
        currency=currency, currencies=currencies, now=sums(influencer, period, currency),
        before=sums(influencer, period.before, currency), chart=chart(influencer, period, currency),
        rows=rows[:MOST_ROWS], is_cut=len(rows) > MOST_ROWS,
    )  # fmt: skip


def currency_of(influencer: Influencer, wanted: str) -> tuple[str, list[str]]:
    """The currency to show, and all in which she has money: the wanted one, or that of most of her sales."""
    purses = {row.currency: row.cleared + row.paid + row.pending for row in influencer.balances.order_by("currency")}
    best = wanted if wanted in purses else max(purses, key=lambda name: purses[name], default="USD")
    return best, list(purses)


def rows_of(influencer: Influencer, period: Period, split: str, currency: str) -> list[Row]:
    """The rows of a split, the best first."""
    if split == "product":
        return _by_product(influencer, period, currency)
    return _by_place(influencer, period, SPLITS[split], currency)


def booked(influencer: Influencer | None, period: Period, currency: str) -> QuerySet[Entry]:
    """What was earned and taken back in the period: hers, or everybody's."""
    start, end = period.bounds
    rows = Entry.objects.of(influencer) if influencer else Entry.objects.all()
    return rows.filter(created_at__gte=start, created_at__lt=end, currency=currency).filter(
        kind__in=[Entry.Kind.ACCRUAL, *TAKEN_BACK]
    )


def clicked(influencer: Influencer | None, period: Period) -> QuerySet[Click]:
    """The visits in the period through her links, or everybody's."""
    start, end = period.bounds
    rows = Click.objects.filter(influencer=influencer) if influencer else Click.objects.all()
    return rows.filter(at__gte=start, at__lt=end)


ACCRUED, BACK = Q(kind=Entry.Kind.ACCRUAL), Q(kind__in=TAKEN_BACK)
SUMS: dict[str, Any] = {
    "earned": Coalesce(Sum("amount_minor", filter=ACCRUED), 0),
    "returned": Coalesce(Sum("amount_minor", filter=BACK), 0),
    "orders": Count("line__order", filter=ACCRUED, distinct=True),
}


def sums(influencer: Influencer | None, period: Period, currency: str) -> Row:
    """All of it together."""
    money = booked(influencer, period, currency).aggregate(**SUMS)
    return Row(clicks=clicked(influencer, period).count(), **money)


def chart(influencer: Influencer | None, period: Period, currency: str) -> list[Day]:
    """What was earned by day, several days in one point where the period is long, beside the period before."""
    both = Period(period.before.first, period.last)
    by_day = booked(influencer, both, currency).filter(ACCRUED)
    on = TruncDate("created_at", tzinfo=timezone.get_current_timezone())
    earned = dict(by_day.annotate(on=on).values("on").annotate(total=Sum("amount_minor")).values_list("on", "total"))
    step = ceil(period.days / MOST_POINTS)
    points = []
    for offset in range(0, period.days, step):
        days = [period.first + timedelta(days=offset + more) for more in range(min(step, period.days - offset))]
        shift = timedelta(days=period.days)
        points.append(
            Day(days[0], sum(earned.get(day, 0) for day in days), sum(earned.get(day - shift, 0) for day in days))
        )
    return points


def _by_product(influencer: Influencer, period: Period, currency: str) -> list[Row]:
    sums: Any = booked(influencer, period, currency).values("line__product").annotate(**SUMS)
    money: dict[int, dict[str, Any]] = {row.pop("line__product"): row for row in sums}
    seen = clicked(influencer, period).filter(product_id__isnull=False)
    clicks = dict(seen.values("product_id").annotate(n=Count("pk")).values_list("product_id", "n"))
    products = Product.objects.in_bulk([*money.keys() | clicks.keys()])
    rows = [Row(clicks=clicks.get(pk, 0), product=product, **money.get(pk, {})) for pk, product in products.items()]
    return sorted(rows, key=lambda row: (-row.net, -row.clicks, row.product.pk))


def _place(field: str) -> Case:
    """The page or channel of a source, without the thing on it."""
    whole = Left(field, StrIndex(field, Value("/")) - 1)
    return Case(When(**{f"{field}__contains": "/"}, then=whole), default=F(field))


def _by_place(influencer: Influencer, period: Period, kinds: tuple[str, ...], currency: str) -> list[Row]:
    entries = booked(influencer, period, currency).annotate(
        place=Case(When(~Q(line__influencer=influencer), then=Value("introduced")), default=_place("line__source"))
    )
    sums: Any = entries.values("place").annotate(**SUMS)
    money: dict[str, dict[str, Any]] = {row.pop("place"): row for row in sums}
    seen = clicked(influencer, period).annotate(place=_place("source")).values("place").annotate(n=Count("pk"))
    clicks: dict[str, int] = defaultdict(int, seen.values_list("place", "n"))
    keys = [key for key in money.keys() | clicks.keys() if not kinds or key.partition(":")[0] in kinds]
    names = named(influencer, keys)
    rows = [Row(clicks=clicks[key], place=names[key], **money.get(key, {})) for key in keys]
    return sorted(rows, key=lambda row: (-row.net, -row.clicks, row.place.key if row.place else ""))
