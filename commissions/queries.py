"""What the studio's money pages show. Currencies are never added to each other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.http import Http404
from django.utils import timezone

from commissions.models import Account, Decision, Entry, Rate
from influencers.models import Click, Influencer
from orders.models import OrderLine

RANGES = (7, 28, 90)


@dataclass(frozen=True, slots=True)
class Balance:
    """An influencer's money in one currency, in minor units."""

    currency: str
    pending: int = 0
    cleared: int = 0
    reversed: int = 0

    @property
    def total(self) -> int:
        """Pending and cleared together."""
        return self.pending + self.cleared


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the period, the one before, and the change in tenths of a percent (None: nothing to compare with)."""

    now: int
    before: int

    @property
    def change(self) -> int | None:
        """How much more than before, in whole percent; None when there was nothing before."""
        return round((self.now - self.before) * 100 / self.before) if self.before else None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the chart: what was earned on it and on the day one period before, in minor units."""

    on: date
    earned: int
    before: int


@dataclass(frozen=True, slots=True)
class TopProduct:
    """A product by what it earned in the period."""

    product: Any
    orders: int
    clicks: int
    earned: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The studio's first page."""

    days: int
    currency: str
    commission: Figure
    clicks: Figure
    orders: Figure
    balances: Sequence[Balance]
    chart: Sequence[Day]
    top: Sequence[TopProduct]
    lines: Sequence["EarningLine"] = field(default_factory=list)

    @property
    def conversion_bps(self) -> int:
        """Orders for each click, in basis points."""
        return self.orders.now * 10_000 // self.clicks.now if self.clicks.now else 0

    @property
    def is_new(self) -> bool:
        """Nothing has happened yet: a list of first steps says more than zeros."""
        return not (self.clicks.now or self.clicks.before or self.orders.now or self.orders.before)


@dataclass(frozen=True, slots=True)
class EarningLine:
    """A referred line with its decision and where its commission stands."""

    line: OrderLine
    decision: Decision | None
    pending: int
    cleared: int
    reversed: int

    @property
    def status(self) -> str:
        """``waiting``, ``refused``, ``pending``, ``cleared`` or ``reversed``."""
        if self.decision is None:
            return "waiting"
        if self.decision.outcome == Decision.Outcome.REFUSED:
            return "refused"
        if self.cleared:
            return "cleared"
        return "pending" if self.pending or not self.reversed else "reversed"

    @property
    def left(self) -> int:
        """What of the commission remains."""
        return self.pending + self.cleared

    @property
    def source_kind(self) -> str:
        """Where the link stood: ``storefront``, ``collection``, ``pick``, ``product``."""
        return self.line.source.partition(":")[0]


def _on(account: Account) -> Sum:
    came = Sum("entries__amount_minor", filter=Q(entries__credit=account), default=0)
    return came - Sum("entries__amount_minor", filter=Q(entries__debit=account), default=0)  # type: ignore[return-value]


def balances(influencer: Influencer) -> list[Balance]:
    """What stands where, one row a currency, as sums of the ledger."""

    def total(**which: object) -> Sum:
        return Sum("amount_minor", filter=Q(**which), default=0)

    rows = (
        Entry.objects.of(influencer)
        .values("currency")
        .annotate(
            pending=total(credit=Account.PENDING) - total(debit=Account.PENDING),
            cleared=total(credit=Account.CLEARED) - total(debit=Account.CLEARED),
            reversed=total(kind=Entry.Kind.REVERSAL),
        )
        .order_by("currency")
    )
    return [Balance(**row) for row in rows]


def has_balance(influencer: Influencer) -> bool:
    """She has money that was not paid out: a ban then needs a second person (BALANCE_READER)."""
    return any(balance.total for balance in balances(influencer))


def earning_lines(influencer: Influencer, status: str = "") -> QuerySet[OrderLine]:
    """Paid lines that she brought, newest first, with their ledger sums; ``status`` keeps those that stand so."""
    lines = (
        OrderLine.objects.filter(influencer=influencer, order__paid_at__isnull=False)
        .select_related("order", "product", "decision")
        .annotate(
            pending_minor=_on(Account.PENDING),
            cleared_minor=_on(Account.CLEARED),
            reversed_minor=Sum("entries__amount_minor", filter=Q(entries__kind=Entry.Kind.REVERSAL), default=0),
        )
        .order_by("-order__paid_at", "-pk")
    )
    kept = {
        "pending": Q(pending_minor__gt=0),
        "cleared": Q(cleared_minor__gt=0),
        "reversed": Q(reversed_minor__gt=0),
        "refused": Q(decision__outcome=Decision.Outcome.REFUSED),
    }
    return lines.filter(kept[status]) if status in kept else lines


def as_earning(line: Any) -> EarningLine:
    """A row of ``earning_lines`` as the pages read it."""
    return EarningLine(
        line=line,
        decision=getattr(line, "decision", None),
        pending=line.pending_minor,
        cleared=line.cleared_minor,
        reversed=line.reversed_minor,
    )


def receipt(influencer: Influencer, pk: int) -> tuple[EarningLine, list[Entry]]:
    """One of her lines with every movement of its money; 404 for any other."""
    line = earning_lines(influencer).filter(pk=pk).first()
    if line is None:
        raise Http404
    return as_earning(line), list(Entry.objects.filter(line_id=line.pk).order_by("created_at", "pk"))


def overview(influencer: Influencer, days: int) -> Overview:
    """The last so many days beside as many before; a fixed number of queries whatever she sold."""
    now = timezone.now()
    start = (timezone.localtime(now) - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    earlier = start - timedelta(days=days)
    money = balances(influencer)
    currency = max(money, key=lambda row: row.total).currency if money else "USD"
    earned = _earned_by_day(influencer, currency, earlier)
    chart = [
        Day(day, earned.get(day, 0), earned.get(day - timedelta(days=days), 0))
        for day in (start.date() + timedelta(days=offset) for offset in range(days))
    ]
    clicks = Click.objects.filter(influencer=influencer, at__gte=earlier).aggregate(
        now=Count("pk", filter=Q(at__gte=start)), before=Count("pk", filter=Q(at__lt=start))
    )
    orders = OrderLine.objects.filter(influencer=influencer, order__paid_at__gte=earlier).aggregate(
        now=Count("order", filter=Q(order__paid_at__gte=start), distinct=True),
        before=Count("order", filter=Q(order__paid_at__lt=start), distinct=True),
    )
    return Overview(
        days=days,
        currency=currency,
        commission=Figure(sum(day.earned for day in chart), sum(day.before for day in chart)),
        clicks=Figure(**clicks),
        orders=Figure(**orders),
        balances=money,
        chart=chart,
        top=_top_products(influencer, currency, start),
        lines=[as_earning(line) for line in earning_lines(influencer)[:6]],
    )


def _earned_by_day(influencer: Influencer, currency: str, since: datetime) -> dict[date, int]:
    """Accruals by local day since a moment."""
    rows = Entry.objects.of(influencer).filter(kind=Entry.Kind.ACCRUAL, currency=currency, created_at__gte=since)
    earned: dict[date, int] = {}
    for at, amount in rows.values_list("created_at", "amount_minor").iterator():
        day = timezone.localdate(at)
        earned[day] = earned.get(day, 0) + amount
    return earned


def _top_products(influencer: Influencer, currency: str, since: datetime) -> list[TopProduct]:
    rows = list(
        OrderLine.objects.filter(
            influencer=influencer,
            order__paid_at__gte=since,
            decision__currency=currency,
            decision__commission_minor__gt=0,
        )
        .values("product")
        .annotate(earned=Sum("decision__commission_minor"), orders=Count("order", distinct=True), newest=Max("pk"))
        .order_by("-earned", "product")[:5]
    )
    newest = OrderLine.objects.select_related("product").in_bulk([row["newest"] for row in rows])
    clicks = dict(
        Click.objects.filter(influencer=influencer, at__gte=since, product_id__in=[row["product"] for row in rows])
        .values("product_id")
        .annotate(n=Count("pk"))
        .values_list("product_id", "n")
    )
    return [
        TopProduct(newest[row["newest"]].product, row["orders"], clicks.get(row["product"], 0), row["earned"])
        for row in rows
    ]


def rate_card(day: date | None = None) -> QuerySet[Rate]:
    """The rows of the rate card that hold on a day (today), the row for the rest last."""
    on = day or timezone.localdate()
    return (
        Rate.objects.filter(starts_on__lte=on)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))
        .select_related("category")
        .order_by(F("category__path").asc(nulls_last=True))
    )
