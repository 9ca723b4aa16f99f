"""What the studio's money pages show. Currencies are never added to each other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from catalog.models import Product
from commissions.days import Days, Split, Tally, total
from commissions.models import Account, Check, Decision, Entry, Hold, Payee, Payout, Rate
from commissions.models import Balance as BalanceRow
from commissions.services.ledger import carriers, standing_of
from commissions.services.payouts import minimum_minor, open_checks
from commissions.settling import Carrier, Due, NoPayout, carrier_of, due
from commissions.statements import Statement, statement
from influencers.models import Influencer
from orders.models import OrderLine

RANGES = (7, 28, 90)


@dataclass(frozen=True, slots=True)
class Balance:
    """An influencer's money in one currency, in minor units. ``owed`` is zero or less: what later payouts keep back."""

    currency: str
    pending: int = 0
    cleared: int = 0
    reversed: int = 0
    held: int = 0
    in_payout: int = 0
    paid: int = 0
    owed: int = 0

    @property
    def total(self) -> int:
        """Pending and cleared together."""
        return self.pending + self.cleared

    @property
    def debt(self) -> int:
        """What she owes for returns after a payout, as an amount above zero."""
        return -self.owed


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
    """A line that she brought, or whose buyer she introduced, with its decision and where her commission of it stands.

    ``out`` is "in_payout" or "paid" once it has left with ``payout_id``; of ``reversed``, ``removed`` was taken away after a hold.
    """

    line: OrderLine
    decision: Decision | None
    is_introduced: bool
    pending: int = 0
    held: int = 0
    cleared: int = 0
    reversed: int = 0
    removed: int = 0
    out: str = ""
    payout_id: int = 0

    @property
    def status(self) -> str:
        """``waiting``, ``refused``, ``held``, ``pending``, ``cleared``, ``in_payout``, ``paid`` or ``reversed``."""
        if self.decision is None:
            return "waiting"
        if self.decision.outcome == Decision.Outcome.REFUSED:
            return "refused"
        if self.held:
            return "held"
        if self.cleared:
            return self.out or "cleared"
        return "pending" if self.pending or not self.reversed else "reversed"

    @property
    def left(self) -> int:
        """What of the commission remains."""
        return self.pending + self.held + self.cleared

    @property
    def source(self) -> str:
        """Where her link stood. Of a line that another creator brought, that one's link is none of hers: ``introduced``."""
        return "introduced" if self.is_introduced else self.line.source

    @property
    def source_kind(self) -> str:
        """``storefront``, ``collection``, ``list``, ``spark``, ``channel``, ``qr``, ``share``, ``code``, ``product``, ``introduced``."""
        return self.source.partition("/")[0].partition(":")[0]


def balances(influencer: Influencer) -> list[Balance]:
    """What stands where, one row a currency; the database keeps them beside the ledger and the audit compares them."""
    names = [field.name for field in fields(Balance)]
    return [Balance(**row) for row in influencer.balances.order_by("currency").values(*names)]


def has_balance(influencer: Influencer) -> bool:
    """She has money that has not reached her: a ban then needs a second person (BALANCE_READER)."""
    return any(row.total or row.held or row.in_payout for row in balances(influencer))


class Merged(Sequence[int]):
    """Lists of ids, each from the highest down, read as one; no further than a slice asks."""

    def __init__(self, *lists: QuerySet[Any, int]) -> None:
        self.lists = lists

    def __getitem__(self, part: Any) -> Any:
        return list(islice(merge(*(ids[: part.stop] for ids in self.lists), reverse=True), part.start, part.stop))

    def __iter__(self) -> Iterator[int]:
        return merge(*(ids.iterator(chunk_size=2_000) for ids in self.lists), reverse=True)

    def __len__(self) -> int:
        return sum(ids.count() for ids in self.lists)


def earning_ids(influencer: Influencer, status: str = "") -> QuerySet[Any, int] | Merged:
    """The ids of paid lines that she brought, or whose buyer she introduced, newest first; ``status`` keeps those to which that
    happened.

    Each way walks an index of its own, so that the first page costs the same for a hundred lines and for a million.
    """
    own = Entry.objects.of(influencer)
    if status == "pending":
        if not any(row.pending for row in balances(influencer)):
            # Else every line that ever cleared would be looked at to find none.
            return own.none().values_list("line_id", flat=True)
        settled = Entry.objects.filter(line=OuterRef("line"), influencer=influencer)
        gone = settled.filter(
            Q(kind=Entry.Kind.CLEARING) | Q(kind=Entry.Kind.HOLD, line__holds__released_at__isnull=True)
        )
        rows = (
            own.filter(kind=Entry.Kind.ACCRUAL).exclude(Exists(gone)).filter(line__refunded_minor__lt=F("base_minor"))
        )
        return rows.order_by("-pk").values_list("line_id", flat=True)
    if status == "held":
        open_holds = Hold.objects.filter(influencer=influencer, released_at__isnull=True)
        return open_holds.order_by("-pk").values_list("line_id", flat=True)
    if status == "refused":
        refused = Decision.objects.filter(influencer=influencer, outcome=Decision.Outcome.REFUSED)
        return refused.order_by("-pk").values_list("line_id", flat=True)
    if status in {"cleared", "reversed"}:
        kinds = [Entry.Kind.CLEARING] if status == "cleared" else [Entry.Kind.REVERSAL, Entry.Kind.CLAWBACK]
        return own.filter(kind__in=kinds).order_by("-pk").values_list("line_id", flat=True)
    brought = OrderLine.objects.filter(influencer=influencer, order__paid_at__isnull=False).order_by("-pk")
    introduced = Decision.objects.filter(introducer=influencer).exclude(line__influencer=influencer).order_by("-line")
    return Merged(brought.values_list("pk", flat=True), introduced.values_list("line_id", flat=True))


def earnings_of(influencer: Influencer, ids: Sequence[int]) -> list[EarningLine]:
    """These lines, each once and in this order, with where her commission of each stands; a fixed number of queries."""
    lines = OrderLine.objects.select_related("order", "product", "decision").in_bulk(ids)
    entries: dict[int, list[Entry]] = {pk: [] for pk in ids}
    for entry in Entry.objects.of(influencer).filter(line__in=ids).order_by("pk"):
        entries[entry.line_id or 0].append(entry)
    walk = {
        currency: carriers(influencer.pk, currency) for currency in {line.order.currency for line in lines.values()}
    }
    states = dict(Payout.objects.filter(influencer=influencer).values_list("pk", "state"))
    found = []
    for pk in dict.fromkeys(ids):
        line = lines[pk]
        is_introduced = line.influencer_id != influencer.pk
        found.append(_earning(line, is_introduced, entries[pk], walk[line.order.currency], states))
    return found


def _earning(
    line: OrderLine, is_introduced: bool, entries: list[Entry], walk: list[Carrier], states: dict[int, str]
) -> EarningLine:
    standing = standing_of(entries)
    arrived = [entry.pk for entry in entries if entry.credit == Account.CLEARED]
    carrier = carrier_of(max(arrived), walk) if arrived else None
    out = ""
    if carrier:
        out = "paid" if states[carrier.payout_id] == Payout.State.PAID else "in_payout"
    clawed = sum(entry.amount_minor for entry in entries if entry.kind == Entry.Kind.CLAWBACK)
    removed = sum(entry.amount_minor for entry in entries if entry.is_removal)
    return EarningLine(
        line=line, is_introduced=is_introduced, decision=getattr(line, "decision", None), pending=standing.pending, held=standing.held,
        cleared=standing.cleared - clawed, reversed=standing.taken_back, removed=removed, out=out,
        payout_id=carrier.payout_id if carrier else 0,
    )  # fmt: skip


def all_earnings(influencer: Influencer, chunk: int = 1_000) -> Iterator[EarningLine]:
    """Every line of hers, newest first, a chunk at a time."""
    for group in batched(earning_ids(influencer), chunk):
        yield from earnings_of(influencer, group)


def batched(ids: Iterable[int], size: int) -> Iterator[list[int]]:
    """Lists of so many ids, the last one shorter."""
    walk = iter(ids)
    while group := list(islice(walk, size)):
        yield group


def overview(influencer: Influencer, days: int) -> Overview:
    """The last so many days beside as many before; the same cost whatever she sold."""
    last = timezone.localdate()
    first = last - timedelta(days=days - 1)
    money = balances(influencer)
    currency = max(money, key=lambda row: row.total).currency if money else "USD"
    read = Days(first - timedelta(days=days), last)
    by_day = read.tallies("on", Split.ALL, currency, influencer=influencer)
    now = total(tally for day, tally in by_day.items() if day >= first)
    before = total(tally for day, tally in by_day.items() if day < first)
    chart = [
        Day(day, by_day[day].earned, by_day[day - timedelta(days=days)].earned)
        for day in (first + timedelta(days=offset) for offset in range(days))
    ]
    by_product = read.tallies("key", Split.PRODUCT, currency, influencer=influencer, since=first)
    return Overview(
        days=days,
        currency=currency,
        commission=Figure(now.earned, before.earned),
        clicks=Figure(now.clicks, before.clicks),
        orders=Figure(now.orders, before.orders),
        balances=money,
        chart=chart,
        top=_top_products(by_product),
        lines=earnings_of(influencer, list(earning_ids(influencer)[:6])),
    )


def _top_products(by_product: Mapping[str, Tally]) -> list[TopProduct]:
    """The five that earned most."""
    earned = [key for key in by_product if by_product[key].earned]
    best = sorted(earned, key=lambda key: (-by_product[key].earned, int(key)))[:5]
    products = Product.objects.in_bulk([int(key) for key in best])
    found = []
    for key in best:
        tally = by_product[key]
        found.append(TopProduct(products[int(key)], tally.orders, tally.clicks, tally.earned))
    return found


def rate_card(day: date | None = None) -> QuerySet[Rate]:
    """The rows of the rate card that hold on a day (today), the row for the rest last."""
    on = day or timezone.localdate()
    return (
        Rate.objects.filter(starts_on__lte=on)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))
        .select_related("category")
        .order_by(F("category__path").asc(nulls_last=True))
    )


# --- Payouts


@dataclass(frozen=True, slots=True)
class Purse:
    """A creator's money in one currency, where it goes, and what the next run would do with it."""

    balance: Balance
    payee: Payee | None
    minimum: int
    next: Due | NoPayout


def purses(influencer: Influencer) -> list[Purse]:
    """One for each currency in which she earned."""
    targets = {row.currency: row for row in influencer.payees.all()}
    found = []
    for balance in balances(influencer):
        payee, minimum = targets.get(balance.currency), minimum_minor(balance.currency)
        is_closing = payee is not None and payee.is_emptied
        found.append(
            Purse(balance, payee, minimum, due(balance.cleared, balance.owed, minimum=minimum, is_closing=is_closing))
        )
    return found


def payee_for(influencer: Influencer, currency: str) -> Payee | None:
    """Where her money in a currency goes, if she said so; 404 for a currency in which she has nothing."""
    if not influencer.balances.filter(currency=currency).exists():
        raise Http404
    return influencer.payees.filter(currency=currency).first()


def payouts_of(influencer: Influencer) -> QuerySet[Payout]:
    """Her payouts, newest first."""
    return influencer.payouts.order_by("-pk")


def payout_of(influencer: Influencer, pk: int) -> Payout:
    """One of her payouts; 404 for anybody else's."""
    return get_object_or_404(influencer.payouts, pk=pk)


def covered_by(payout: Payout) -> QuerySet[Entry]:
    """The entries whose cleared money it took along: those after the payout before it, up to where it ends."""
    same = Payout.objects.filter(influencer=payout.influencer_id, currency=payout.currency)
    before = same.filter(covers_until__lt=payout.covers_until).aggregate(last=Max("covers_until"))["last"] or 0
    own = Entry.objects.filter(influencer=payout.influencer_id, currency=payout.currency)
    moved = own.filter(Q(credit=Account.CLEARED) | Q(debit=Account.CLEARED), pk__gt=before, pk__lte=payout.covers_until)
    rows = moved.exclude(kind__in=[Entry.Kind.PAYOUT, Entry.Kind.NETTING])
    return rows.select_related("line", "payout").order_by("pk")


def statement_of(influencer: Influencer, currency: str, year: int, month: int) -> Statement:
    """A month of hers; 404 for a currency in which she has nothing, and for months that are no months or have not begun."""
    if not influencer.balances.filter(currency=currency).exists() or not 1 <= month <= 12 or not 2000 <= year <= 9998:
        raise Http404
    found = statement(influencer, currency, year, month)
    if found.start > timezone.now():
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class Desk:
    """What people who pay creators see first."""

    awaiting: Sequence[Payout]
    ready: int
    under_way: Sequence[Payout]
    open_checks: Sequence[Check]
    last_checks: dict[str, Check | None]
    owed: Sequence[Any]


def desk() -> Desk:
    """Payouts that wait for somebody, differences, and what is owed in all; a fixed number of queries."""
    rows = Payout.objects.select_related("influencer__user", "payee")
    names = ("pending", "held", "cleared", "in_payout", "paid", "owed")
    return Desk(
        awaiting=list(rows.filter(state=Payout.State.AWAITING).order_by("pk")[:100]),
        ready=Payout.objects.filter(state=Payout.State.READY, method=Payee.Method.BANK).count(),
        under_way=list(rows.filter(state=Payout.State.SENDING).order_by("pk")[:100]),
        open_checks=open_checks(),
        last_checks={kind: Check.objects.filter(kind=kind).order_by("-at").first() for kind in Check.Kind},
        owed=list(
            BalanceRow.objects.values("currency").order_by("currency").annotate(**{f"all_{n}": Sum(n) for n in names})
        ),
    )


def payout_for_desk(pk: int) -> Payout:
    """A payout for people who pay creators; 404 for none."""
    return get_object_or_404(Payout.objects.select_related("influencer__user", "payee"), pk=pk)


def check_for_desk(pk: int) -> Check:
    """A check for people who pay creators; 404 for none."""
    return get_object_or_404(Check, pk=pk)


def ended_payouts() -> QuerySet[Payout]:
    """What was paid or failed, newest first."""
    ended = Payout.objects.filter(state__in=[Payout.State.PAID, Payout.State.FAILED])
    return ended.select_related("influencer__user").order_by("-pk")


def bank_batches() -> list[str]:
    """Bank files whose transfers are under way, newest first."""
    rows = Payout.objects.filter(state=Payout.State.SENDING).exclude(batch="").order_by("-batch")
    return list(rows.values_list("batch", flat=True).distinct())
