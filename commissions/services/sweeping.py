"""Find what lost messages left undone; the same verbs as the quick road, in batches."""

from datetime import datetime, timedelta

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from commissions.models import Decision, Entry
from commissions.services import appealing, backlog, holding, ledger
from orders.models import Order, OrderLine

# Lines a sweep takes on; the next one a minute later takes the rest.
SWEEP_LIMIT = 100_000
ORDER_LIMIT = 500
# The sweep of every minute looks so far back, so that it costs the same after years; the nightly one looks at everything.
RECENT = timedelta(days=3)


def sweep(
    now: datetime | None = None, limit: int = SWEEP_LIMIT, *, looks_at_everything: bool = False
) -> dict[str, int]:
    """Paid lines without a decision, refunds without reversal, windows that ended, holds past their deadline or their suspension."""
    moment = now or timezone.now()
    since = None if looks_at_everything else moment - RECENT
    counts = {
        "accrued": backlog.accrue(now=moment, limit=limit, since=since),
        "reversed": 0,
        "cleared": 0,
        "released": 0,
        "removed": 0,
    }
    for order in Order.objects.filter(lines__in=with_refunds_to_book(since)).distinct().order_by("pk")[:ORDER_LIMIT]:
        counts["reversed"] += len(ledger.reverse_for(order, now=moment))
    counts["released"] = holding.release_due(now=moment) + holding.release_lifted(now=moment)
    counts["removed"] = appealing.remove_due(now=moment)
    counts["cleared"] = backlog.clear(now=moment, limit=limit, since=since)
    partly = backlog.ended(
        OrderLine.objects.filter(refunded_minor__gt=0, refunded_minor__lt=F("total_minor")), now=moment
    )
    for order in Order.objects.filter(lines__in=partly).distinct().order_by("pk")[:ORDER_LIMIT]:
        counts["cleared"] += len(ledger.clear_for(order, now=moment))
    return counts


def with_refunds_to_book(since: datetime | None) -> QuerySet[OrderLine]:
    """Credited lines of which a refund since then (None: ever) takes a cent more than was booked: ``commission * refunded // base``
    is above what was taken back, said without a division. What was taken away after a hold is not counted, for it may be another
    creator's; but of a line of which nothing is left there is nothing to book."""
    exact = DecimalField(max_digits=40, decimal_places=0)
    booked = Entry.objects.filter(line=OuterRef("pk"), kind__in=ledger.TAKEN_BACK).order_by().values("line")
    gone = Coalesce(Subquery(booked.annotate(sum=Sum("amount_minor")).values("sum")), 0)
    taken = Coalesce(Subquery(booked.filter(sequence__gte=0).annotate(sum=Sum("amount_minor")).values("sum")), 0)
    lines = OrderLine.objects.filter(decision__outcome=Decision.Outcome.CREDITED, refunded_minor__gt=0)
    if since:
        lines = lines.filter(refunds__created_at__gte=since)
    return lines.annotate(
        gone=gone,
        due=Cast(F("decision__commission_minor"), exact) * F("refunded_minor"),
        next_cent=Cast(taken + 1, exact) * F("decision__base_minor"),
    ).filter(due__gte=F("next_cent"), gone__lt=F("decision__commission_minor"))
