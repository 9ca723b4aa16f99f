"""Tell the programme which sales count in a probation: credited lines of other people that were not refunded in full."""

from django.db.models import Exists, F, OuterRef

from commissions.models import Decision
from influencers.models import Influencer, QualifyingSale
from influencers.services import probation
from orders.models import Order, OrderLine


def report_sales(order: Order | None = None, *, limit: int = 500) -> int:
    """Report what is new, of one order or of all, and take back what was refunded; safe to call twice. Returns how many were new."""
    told = QualifyingSale.objects.filter(line_id=OuterRef("line_id"))
    fresh = Decision.objects.filter(
        ~Exists(told), outcome=Decision.Outcome.CREDITED, influencer__probation=Influencer.Probation.RUNNING,
        decided_at__gte=F("influencer__approved_at"), line__refunded_minor__lt=F("line__total_minor"),
    )  # fmt: skip
    counted = QualifyingSale.objects.filter(
        taken_back_at__isnull=True, influencer__probation=Influencer.Probation.RUNNING
    )
    gone = OrderLine.objects.filter(refunded_minor__gte=F("total_minor"), pk__in=counted.values("line_id"))
    if order is not None:
        fresh, gone = fresh.filter(line__order=order), gone.filter(order=order)
    for pk in gone.values_list("pk", flat=True)[:limit]:
        probation.take_back_sale(line_id=pk)
    new = list(fresh.select_related("influencer__user").order_by("pk")[:limit])
    for decision in new:
        probation.count_sale(influencer=decision.influencer, line_id=decision.line_id, at=decision.decided_at)
    return len(new)
