"""Verbs of the decision: who is credited for each line of a paid order, at which rate, and its accrual.

Safe to run twice, late and by several workers: a decision is one row for a line, held by a unique constraint.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from commissions.attribution import DEFAULT_POLICY, Branch, Facts, decide
from commissions.models import Account, Decision, Entry, Rate
from commissions.rates import Found, RateRow, rate_for
from core.money import share
from orders.models import Order, OrderLine


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
