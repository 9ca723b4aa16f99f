"""Verbs of the ledger: decide and accrue when an order is paid, clear when its window ends, reverse what was refunded.

Each is safe to run twice, late, in any order and by several workers: a decision is one row for a line, and a booking is one
row for a line, kind, account and step, held by unique constraints.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.urls import reverse
from django.utils import timezone

from commissions.attribution import DEFAULT_POLICY, Branch, Facts, decide
from commissions.models import Account, Decision, Entry, Rate
from commissions.rates import Found, RateRow, rate_for
from core.money import reversed_share, share
from notifications.services import notify
from orders.models import Order, OrderLine

SWEEP_LIMIT = 500


def accrue_for(order: Order, *, now: datetime | None = None) -> list[Entry]:
    """Decide each referred line of a paid order and book what it earns; a second call books nothing."""
    if order.paid_at is None:
        return []
    moment = now or timezone.now()
    lines = order.lines.filter(influencer__isnull=False, decision__isnull=True).select_related(
        "influencer__user", "category", "product"
    )
    booked = [_accrue_line(order, line, moment) for line in lines.order_by("pk")]
    return [entry for entry in booked if entry]


def _accrue_line(order: Order, line: OrderLine, moment: datetime) -> Entry | None:
    influencer = line.influencer
    assert influencer is not None  # noqa: S101  (the query asked for referred lines)
    branch = decide(
        Facts(
            touched_at=line.touched_at or line.added_at, added_at=line.added_at, placed_at=order.placed_at,
            is_active=influencer.is_active, is_same_person=order.user_id == influencer.user_id, buyer_email=order.email,
            influencer_email=influencer.user.email,
        )
    )  # fmt: skip
    found = current_rate(line.category.path if line.category else "", order)
    is_credited = branch == Branch.CART_LINE
    commission = share(line.total_minor, found.rate_bps) if is_credited else 0
    try:
        with transaction.atomic():
            Decision.objects.create(
                line=line, influencer=influencer, reason=branch, policy_version=DEFAULT_POLICY.version,
                outcome=Decision.Outcome.CREDITED if is_credited else Decision.Outcome.REFUSED,
                base_minor=line.total_minor, currency=order.currency, rate_bps=found.rate_bps, rate_source=found.source,
                commission_minor=commission, decided_at=moment,
            )  # fmt: skip
            if commission == 0:
                return None
            return Entry.objects.create(
                influencer=influencer, line=line, kind=Entry.Kind.ACCRUAL, debit=Account.PROGRAMME, credit=Account.PENDING,
                amount_minor=commission, currency=order.currency, reason="paid", created_at=moment,
            )  # fmt: skip
    except IntegrityError:
        # Another worker decided this line at the same moment.
        return None


def current_rate(path: str, order: Order) -> Found:
    """The rate of a category on the day on which the order was placed."""
    steps = path.split("/")
    places = ["/".join(steps[: depth + 1]) for depth in range(len(steps))]
    day = timezone.localdate(order.placed_at)
    rows = (
        Rate.objects.filter(Q(category__path__in=places) | Q(category__isnull=True), starts_on__lte=day)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))
        .select_related("category")
    )
    card = [
        RateRow(row.category.path if row.category else "", row.rate_bps, row.starts_on, row.ends_on) for row in rows
    ]
    return rate_for(path, day, card)


def _balance(line: OrderLine, account: Account) -> int:
    """What of this line stands on one of the accounts, in minor units."""
    came = line.entries.filter(credit=account).aggregate(total=Sum("amount_minor"))["total"] or 0
    went = line.entries.filter(debit=account).aggregate(total=Sum("amount_minor"))["total"] or 0
    return came - went


def _credited_lines(order: Order) -> list[OrderLine]:
    """The order's credited lines, locked one after the other so that clearing and reversing do not cross."""
    return list(
        order.lines.select_for_update(of=("self",))
        .filter(decision__outcome=Decision.Outcome.CREDITED, decision__commission_minor__gt=0)
        .select_related("decision", "influencer__user", "product")
        .order_by("pk")
    )


@transaction.atomic
def clear_for(order: Order, *, now: datetime | None = None) -> list[Entry]:
    """Move what is left of each line whose return window has ended from pending to cleared; once for a line."""
    moment = now or timezone.now()
    booked = []
    for line in _credited_lines(order):
        if line.returnable_until is None or line.returnable_until > moment:
            continue
        if line.entries.filter(kind=Entry.Kind.CLEARING).exists():
            continue
        # What was refunded before is taken back first, so that only what is really left clears.
        _reverse_line(line, moment)
        left = _balance(line, Account.PENDING)
        if left > 0:
            booked.append(_book(line, Entry.Kind.CLEARING, Account.PENDING, Account.CLEARED, left, 0, moment))
            _tell(line, "commission_cleared", left)
    return booked


@transaction.atomic
def reverse_for(order: Order, *, now: datetime | None = None) -> list[Entry]:
    """Take back the share of what was refunded of each line; a sum that was dealt with books nothing."""
    moment = now or timezone.now()
    accrue_for(order, now=moment)
    return [entry for line in _credited_lines(order) for entry in _reverse_line(line, moment)]


def _reverse_line(line: OrderLine, moment: datetime) -> list[Entry]:
    decision = line.decision
    target = reversed_share(decision.commission_minor, line.refunded_minor, decision.base_minor)
    done = line.entries.filter(kind=Entry.Kind.REVERSAL).aggregate(total=Sum("amount_minor"))["total"] or 0
    due = target - done
    if due <= 0:
        return []
    booked = []
    for account in (Account.PENDING, Account.CLEARED):
        part = min(due, _balance(line, account))
        if part > 0:
            booked.append(
                _book(line, Entry.Kind.REVERSAL, account, Account.PROGRAMME, part, line.refunded_minor, moment)
            )
            due -= part
    if booked:
        _tell(line, "commission_reversed", sum(entry.amount_minor for entry in booked))
    return booked


def _book(
    line: OrderLine, kind: Entry.Kind, debit: Account, credit: Account, amount: int, sequence: int, moment: datetime
) -> Entry:
    reasons = {Entry.Kind.CLEARING: "return_window_ended", Entry.Kind.REVERSAL: "refunded"}
    return Entry.objects.create(
        influencer=line.decision.influencer, line=line, kind=kind, sequence=sequence, debit=debit, credit=credit,
        amount_minor=amount, currency=line.decision.currency, reason=reasons[kind], created_at=moment,
    )  # fmt: skip


def _tell(line: OrderLine, kind: str, amount: int) -> None:
    """One notice to the creator; money that moves is worth no mail for each cent."""
    data = {"product": line.name, "amount_minor": amount, "currency": line.decision.currency}
    url = reverse("commissions:receipt", args=[line.pk])
    notify(recipient=line.decision.influencer.user, kind=kind, data=data, url=url, mail=False)


def sweep(now: datetime | None = None, limit: int = SWEEP_LIMIT) -> dict[str, int]:
    """Find what lost messages left: paid lines without a decision, refunds without reversal, windows that ended."""
    moment = now or timezone.now()
    undecided = Order.objects.filter(
        Exists(OrderLine.objects.filter(order=OuterRef("pk"), influencer__isnull=False, decision__isnull=True)),
        paid_at__isnull=False,
    )
    last_reversal = (
        Entry.objects.filter(line=OuterRef("pk"), kind=Entry.Kind.REVERSAL).order_by("-sequence").values("sequence")[:1]
    )
    credited = OrderLine.objects.filter(decision__commission_minor__gt=0)
    refunded = (
        credited.filter(refunded_minor__gt=0)
        .annotate(done=last_reversal)
        .filter(Q(done__isnull=True) | Q(done__lt=F("refunded_minor")))
    )
    # A refund too small to take a cent back never gets an entry; it is looked at for a month, then left alone.
    refunded = refunded.filter(refunds__created_at__gt=moment - timedelta(days=31))
    ended = credited.filter(returnable_until__lte=moment, refunded_minor__lt=F("total_minor")).exclude(
        Exists(Entry.objects.filter(line=OuterRef("pk"), kind=Entry.Kind.CLEARING))
    )
    counts = {"accrued": 0, "reversed": 0, "cleared": 0}
    for order in undecided.order_by("paid_at")[:limit]:
        counts["accrued"] += len(accrue_for(order, now=moment))
    for order in Order.objects.filter(lines__in=refunded).distinct().order_by("pk")[:limit]:
        counts["reversed"] += len(reverse_for(order, now=moment))
    for order in Order.objects.filter(lines__in=ended).distinct().order_by("pk")[:limit]:
        counts["cleared"] += len(clear_for(order, now=moment))
    return counts
