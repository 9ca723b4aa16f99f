"""Find what lost messages left undone; the same verbs as the quick road."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from commissions.models import Entry
from commissions.services import deciding, ledger
from orders.models import Order, OrderLine

SWEEP_LIMIT = 500


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
        counts["accrued"] += len(deciding.accrue_for(order, now=moment))
    for order in Order.objects.filter(lines__in=refunded).distinct().order_by("pk")[:limit]:
        counts["reversed"] += len(ledger.reverse_for(order, now=moment))
    for order in Order.objects.filter(lines__in=ended).distinct().order_by("pk")[:limit]:
        counts["cleared"] += len(ledger.clear_for(order, now=moment))
    return counts
