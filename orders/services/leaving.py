"""Verbs of somebody who leaves: what stands in the way, and what must be settled before her name is taken off the books."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.queries import addresses_of
from catalog.models import Seller
from notifications.models import Mail
from notifications.services import empty
from orders.models import Cart, Gift, Order, OrderLine, SellerMember
from orders.services.checkout import cancel
from orders.services.gifts import decline


def adopt_guest_orders(user: User) -> None:
    """What was ordered without an account under an address that she has proved is hers."""
    for address in addresses_of(user):
        Order.objects.filter(user__isnull=True, email__iexact=address).update(user=user)


def to_be_sent() -> QuerySet[OrderLine]:
    """Paid lines that are still to be packed: the seller needs their address."""
    return OrderLine.objects.filter(
        order__in=Order.objects.paid(), shipped_at__isnull=True, refunded_minor__lt=F("total_minor")
    )


def parcels_under_way(user: User) -> int:
    """How many paid things are to be sent to her, or by her as gifts."""
    to_her = Q(order__user=user) | Q(order__gift__recipient=user, order__gift__state=Gift.State.ACCEPTED)
    return to_be_sent().filter(to_her).count()


def shops_left_alone(user: User) -> list[Seller]:
    """Sellers with something to send at whose desk nobody else works."""
    others = SellerMember.objects.filter(seller=OuterRef("pk"), user__is_active=True).exclude(user=user)
    work = to_be_sent().filter(seller=OuterRef("pk"))
    return list(Seller.objects.filter(Exists(work), ~Exists(others), members__user=user).order_by("name", "pk"))


def forget(user: User) -> None:
    """Before her rows lose her: nothing waits for her answer or her money, no cart is for her, and mails about her orders are empty."""
    for gift in Gift.objects.filter(recipient=user, state=Gift.State.WAITING, order__paid_at__isnull=False).order_by(
        "pk"
    ):
        decline(gift=gift)
    for order in Order.objects.filter(user=user, state=Order.State.UNPAID).order_by("pk"):
        cancel(order=order)
    Cart.objects.filter(recipient=user).update(recipient=None)
    for pk in Order.objects.filter(user=user).values_list("pk", flat=True):
        returned = [f"gift-returned-{number}" for number in Gift.objects.filter(order=pk).values_list("pk", flat=True)]
        keys = Q(key=f"receipt-{pk}") | Q(key__startswith=f"shipped-{pk}-") | Q(key__startswith=f"refund-{pk}-")
        empty(Mail.objects.filter(keys | Q(key__in=returned)))
