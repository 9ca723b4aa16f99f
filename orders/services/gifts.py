"""Gifts that go to somebody else: she says where, and the giver never learns it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.vault import Place, open_sealed, sealed
from catalog.models import Variant
from catalog.services import return_stock, stir, take_stock
from notifications.models import Notice
from notifications.services import notify, send_mail
from orders.errors import AlreadyDone, SoldOut
from orders.models import Gift, Order, OrderLine
from orders.queries import swaps_for
from orders.services.fulfilment import refund

# A gift that nobody answers is given back after this long, and an address is kept this long after sending at most.
ANSWER_DAYS = 14
KEPT_DAYS = 21


def ask_receiver(*, order_pk: int) -> None:
    """Ask the receiver of a paid gift where it may go, once. Neither what it is nor who sends it is told."""
    gift = Gift.objects.select_related("recipient").filter(order=order_pk, order__paid_at__isnull=False).first()
    if gift is None or gift.state != Gift.State.WAITING:
        return
    url = gift.get_absolute_url()
    if not Notice.objects.filter(recipient=gift.recipient, kind="gift_parcel", url=url).exists():
        notify(recipient=gift.recipient, kind="gift_parcel", data={"days": ANSWER_DAYS}, url=url)


@transaction.atomic
def accept(*, gift: Gift, place: Place) -> None:
    """It may go there. The seller sees the place for this parcel; nobody else does. Raises AlreadyDone."""
    moved = Gift.objects.filter(pk=gift.pk, state=Gift.State.WAITING).update(
        state=Gift.State.ACCEPTED, sealed=sealed(place), answered_at=timezone.now()
    )
    if not moved:
        raise AlreadyDone(_("You have answered this before. Nothing was changed."))
    gift.refresh_from_db()


@transaction.atomic
def decline(*, gift: Gift, now: datetime | None = None) -> None:
    """She would rather not. The giver has the money back and learns no more than that. Raises AlreadyDone."""
    moved = Gift.objects.filter(pk=gift.pk, state=Gift.State.WAITING).update(
        state=Gift.State.DECLINED, answered_at=now or timezone.now()
    )
    if not moved:
        raise AlreadyDone(_("You have answered this before. Nothing was changed."))
    for line in OrderLine.objects.select_related("order").filter(
        order=gift.order_id, refunded_minor__lt=F("total_minor")
    ):
        refund(
            line=line, amount_minor=line.left_minor, reason=_("The gift could not be delivered"), by=None, restock=True
        )
    order = Order.objects.select_related("user").get(pk=gift.order_id)
    send_mail(
        kind="gift_returned", to=order.email, language=order.language, key=f"gift-returned-{gift.pk}",
        data={"name": order.name, "number": order.number, "url": order.guest_url},
    )  # fmt: skip


def open_gift(*, gift: Gift) -> None:
    """The receiver wants to see what it is and from whom, before the day."""
    Gift.objects.filter(pk=gift.pk, opened_at__isnull=True).update(opened_at=timezone.now())
    gift.refresh_from_db()


@transaction.atomic
def swap(*, gift: Gift, line: OrderLine, variant: Variant) -> None:
    """She takes another variant that costs no more. What was paid stays, and the giver is not told.

    Only what she has seen can be swapped, and not once it is sent. Raises AlreadyDone or SoldOut.
    """
    open_lines = OrderLine.objects.filter(pk=line.pk, order=gift.order_id, shipped_at__isnull=True)
    if gift.opened_at is None or variant.pk not in [one.pk for one in swaps_for(line)] or not open_lines.exists():
        raise AlreadyDone(_("This cannot be swapped any more. Nothing was changed."))
    if not take_stock(variant_id=variant.pk, quantity=line.quantity):
        raise SoldOut(line.product.label, 0)
    return_stock(variant_id=line.swapped_for_id or line.variant_id, quantity=line.quantity)
    open_lines.update(swapped_for=variant)


def place_of(*, line: OrderLine, by: User) -> Place:
    """Where a gift goes, for the seller's desk that packs it; the look is written down.

    404 before consent, after delivery, and for the giver herself: a colleague packs what she gives.
    """
    gift = Gift.objects.get(order=line.order_id)
    if by.pk == line.order.user_id or by.email.casefold() == line.order.email.casefold():
        raise Http404
    is_under_way = line.delivered_at is None and line.refunded_minor < line.total_minor
    text = gift.sealed if gift.state == Gift.State.ACCEPTED and is_under_way else ""
    return open_sealed(text, owner_id=gift.recipient_id, by=by, purpose="parcel", about=f"line {line.pk}")


@transaction.atomic
def _arrive(moment: datetime) -> None:
    """What was sent so long ago has arrived."""
    sent = OrderLine.objects.filter(delivered_at__isnull=True, shipped_at__lte=moment - timedelta(days=KEPT_DAYS))
    pks, products = list(sent.values_list("pk", flat=True)), list(sent.values_list("product", flat=True))
    OrderLine.objects.filter(pk__in=pks, delivered_at__isnull=True).update(delivered_at=moment)
    stir(products)


def tend(now: datetime | None = None) -> None:
    """Ask whom nobody asked, give back what nobody answered, delete addresses of parcels that have arrived."""
    moment = now or timezone.now()
    waiting = Gift.objects.filter(state=Gift.State.WAITING, order__paid_at__isnull=False)
    for gift in waiting.filter(asked_at__gt=moment - timedelta(days=ANSWER_DAYS)).order_by("pk")[:200]:
        ask_receiver(order_pk=gift.order_id)
    for gift in waiting.filter(asked_at__lte=moment - timedelta(days=ANSWER_DAYS)).order_by("pk")[:200]:
        decline(gift=gift, now=moment)
    _arrive(moment)
    under_way = OrderLine.objects.filter(delivered_at__isnull=True).filter(Q(refunded_minor__lt=F("total_minor")))
    done = Gift.objects.exclude(sealed="").exclude(order__in=under_way.values("order"))
    done.update(sealed="", purged_at=moment)
