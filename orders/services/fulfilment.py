"""At the seller's desk: send what was paid, give money back."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.services import return_stock, stir
from core.reactions import announce
from orders.errors import AlreadyDone, BadRefund
from orders.gateways import gateway
from orders.models import Gift, Order, OrderLine, Payment, Refund


@transaction.atomic
def ship(*, line: OrderLine) -> OrderLine:
    """The parcel is on its way: the return window begins. Raises AlreadyDone when it was sent, or is not paid."""
    now = timezone.now()
    if Gift.objects.filter(order=line.order_id).exclude(state=Gift.State.ACCEPTED).exists():
        raise AlreadyDone(_("The receiver has not said yet where this gift goes. Nothing was changed."))
    moved = OrderLine.objects.filter(
        pk=line.pk, shipped_at__isnull=True, order__in=Order.objects.paid(), refunded_minor__lt=F("total_minor")
    ).update(shipped_at=now, returnable_until=now + timedelta(days=line.return_window_days))
    if not moved:
        raise AlreadyDone(_("This line was sent before, refunded, or is not paid. Nothing was changed."))
    line.refresh_from_db()
    if not line.order.lines.filter(shipped_at__isnull=True, refunded_minor__lt=F("total_minor")).exists():
        Order.objects.filter(pk=line.order_id, state=Order.State.PAID).update(state=Order.State.SHIPPED)
    announce("orders.shipped", line.order_id)
    return line


@transaction.atomic
def mark_delivered(*, line: OrderLine) -> None:
    """The parcel has arrived. Raises AlreadyDone when it was not sent, or had arrived before."""
    moved = OrderLine.objects.filter(pk=line.pk, shipped_at__isnull=False, delivered_at__isnull=True).update(
        delivered_at=timezone.now()
    )
    if not moved:
        raise AlreadyDone(_("This line was not sent yet, or has arrived before. Nothing was changed."))
    stir([line.product_id])


@transaction.atomic
def refund(*, line: OrderLine, amount_minor: int, reason: str, by: User | None, restock: bool = False) -> Refund:
    """Give back so much of a paid line. Two at once never give back more than was paid. Raises BadRefund."""
    if amount_minor <= 0:
        raise BadRefund(_("Enter an amount above zero."))
    moved = OrderLine.objects.filter(
        pk=line.pk, order__in=Order.objects.paid(), refunded_minor__lte=F("total_minor") - amount_minor
    ).update(refunded_minor=F("refunded_minor") + amount_minor)
    if not moved:
        raise BadRefund(_("That is more than is left of this line. Nothing was refunded."))
    line.refresh_from_db()
    row = Refund.objects.create(
        line=line, amount_minor=amount_minor, cumulative_minor=line.refunded_minor, reason=reason[:200], by=by
    )
    payment = Payment.objects.filter(order=line.order_id, state=Payment.State.SUCCEEDED).first()
    if payment:
        gateway().refund(reference=payment.reference, amount_minor=amount_minor, key=f"refund-{row.pk}")
    if restock and line.refunded_minor == line.total_minor:
        return_stock(variant_id=line.swapped_for_id or line.variant_id, quantity=line.quantity)
    stir([line.product_id])
    announce("orders.refunded", line.order_id)
    return row
