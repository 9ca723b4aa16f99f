"""Buy from lists: a friend's wish as a gift, one's own shopping list at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalog.models import Variant
from influencers.models import Influencer
from influencers.referrals import Touch
from lists.models import Claim, ListItem
from lists.queries import first_variant
from lists.services import giving
from orders.errors import NotOnSale, OrderError
from orders.models import Cart, Order, OrderLine
from orders.services.cart import add_to_cart, cart_for, new_token

PREFIX = "claim:"


@transaction.atomic
def gift_cart(*, claim: Claim, trail: Sequence[Touch], recipient: User, variant: Variant | None = None) -> Cart:
    """A cart of its own for one claimed thing, made anew, with the variant that the giver chose or the first that fits.

    Raises an OrderError when it cannot be had.

    Who brought the giver here is recorded as in any cart, but a gift to a creator earns that creator nothing: her
    earnings would tell her of it.
    """
    item = claim.item
    variant = variant or first_variant(item)
    if variant is None:
        raise NotOnSale(item.label)
    key = f"gift{claim.token}"[:32]
    Cart.objects.filter(key=key).delete()
    cart = Cart.objects.create(key=key, checkout_token=new_token(), recipient=recipient)
    own = Influencer.objects.filter(user=recipient).values_list("pk", flat=True).first()
    others = [touch for touch in trail if touch.influencer_id != own]
    add_to_cart(cart=cart, variant=variant, quantity=claim.quantity, trail=others, reference=f"{PREFIX}{claim.pk}")
    return cart


def gift_cart_of(claim: Claim) -> Cart | None:
    """The cart of this claim, if it was begun."""
    return Cart.objects.filter(key=f"gift{claim.token}"[:32]).first()


@transaction.atomic
def fill_cart(*, user: User, items: list[ListItem]) -> tuple[int, list[str]]:
    """Put the open things of a shopping list into the cart; how many came, and the words of what could not."""
    cart, came, refused = cart_for(user=user, key=None), 0, []
    for item in items:
        variant = first_variant(item)
        if variant is None or item.is_done:
            continue
        lying = cart.lines.filter(variant=variant, reference="").first()
        missing = item.wanted - item.got - (lying.quantity if lying else 0)
        if missing <= 0:
            continue
        try:
            add_to_cart(cart=cart, variant=variant, quantity=missing)
            came += 1
        except OrderError as refusal:
            refused.append(str(refusal))
    return came, refused


def settle_lost(now: datetime | None = None) -> None:
    """Settle what was paid in the last two days, for messages that were lost; doing it again changes nothing."""
    since = (now or timezone.now()) - timedelta(days=2)
    recent = OrderLine.objects.filter(reference__startswith=PREFIX, order__paid_at__gt=since)
    for pk in recent.values_list("order", flat=True).distinct():
        settle(order_pk=pk)


def settle(*, order_pk: int) -> None:
    """The claims that an order's lines name: bought once it is paid, free again once it is given back in full."""
    order = Order.objects.filter(pk=order_pk, paid_at__isnull=False).first()
    if order is None:
        return
    for line in OrderLine.objects.filter(order=order, reference__startswith=PREFIX):
        row = Claim.objects.filter(pk=line.reference.removeprefix(PREFIX)).first()
        if row is None:
            continue
        if line.refunded_minor >= line.total_minor:
            giving.unmark_bought(row=row)
        else:
            giving.mark_bought(row=row)
