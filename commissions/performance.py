"""What a creator's links brought in a period: clicks, orders, and what they earned net of returns, by product and by place.

Money is what the ledger booked in the period: accruals less what was taken back, each on its own day, so that the sum agrees
with the statements to the cent. The same cost for the smallest creator as for the largest (``days.py``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any

from catalog.models import Product
from commissions.days import Days, Split, Tally, total
from commissions.queries import Day
from commissions.sources import Source, named
from influencers.models import Influencer

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
    days = Days(period.before.first, period.last)
    by_day = days.tallies("on", Split.ALL, currency, influencer=influencer)
    rows = _rows(days, influencer, period, split, currency)
    return Performance(
        currency=currency, currencies=currencies, now=sum_of(by_day, period), before=sum_of(by_day, period.before),
        chart=chart_of(by_day, period), rows=rows[:MOST_ROWS], is_cut=len(rows) > MOST_ROWS,
    )  # fmt: skip


def currency_of(influencer: Influencer, wanted: str) -> tuple[str, list[str]]:
    """The currency to show, and all in which she has money: the wanted one, or that of most of her sales."""
    purses = {row.currency: row.cleared + row.paid + row.pending for row in influencer.balances.order_by("currency")}
    best = wanted if wanted in purses else max(purses, key=lambda name: purses[name], default="USD")
    return best, list(purses)


def rows_of(influencer: Influencer, period: Period, split: str, currency: str) -> list[Row]:
    """The rows of a split, the best first."""
    return _rows(Days(period.first, period.last), influencer, period, split, currency)


def row_of(tally: Tally, **more: Any) -> Row:
    """A tally as the pages show it."""
    return Row(clicks=tally.clicks, orders=tally.orders, earned=tally.earned, returned=tally.returned, **more)


def sum_of(by_day: Mapping[date, Tally], period: Period) -> Row:
    """All of a period together."""
    return row_of(total(tally for day, tally in by_day.items() if period.first <= day <= period.last))


def chart_of(by_day: Mapping[date, Tally], period: Period) -> list[Day]:
    """What was earned by day, several days in one point where the period is long, beside the period before."""
    earned = {day: tally.earned for day, tally in by_day.items()}
    step = ceil(period.days / MOST_POINTS)
    points = []
    for offset in range(0, period.days, step):
        days = [period.first + timedelta(days=offset + more) for more in range(min(step, period.days - offset))]
        shift = timedelta(days=period.days)
        points.append(
            Day(days[0], sum(earned.get(day, 0) for day in days), sum(earned.get(day - shift, 0) for day in days))
        )
    return points


def _rows(days: Days, influencer: Influencer, period: Period, split: str, currency: str) -> list[Row]:
    by = Split.PRODUCT if split == "product" else Split.PLACE
    found = days.tallies("key", by, currency, influencer=influencer, since=period.first)
    if by == Split.PRODUCT:
        products = Product.objects.in_bulk([int(key) for key in found])
        rows = [row_of(found[str(pk)], product=product) for pk, product in products.items()]
        return sorted(rows, key=lambda row: (-row.net, -row.clicks, row.product.pk))
    kinds = SPLITS[split]
    keys = [key for key in found if not kinds or key.partition(":")[0] in kinds]
    names = named(influencer, keys)
    rows = [row_of(found[key], place=names[key]) for key in keys]
    return sorted(rows, key=lambda row: (-row.net, -row.clicks, row.place.key if row.place else ""))
