"""Put things into a cart and take them out."""

import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from catalog.models import Variant
from influencers.models import Influencer
from influencers.referrals import Touch
from orders.errors import BadQuantity, NotOnSale, OtherCurrency, SoldOut
from orders.models import Cart, CartLine

MOST = 99


def new_token() -> str:
    """128 random bits as text."""
    return secrets.token_hex(16)


def cart_for(*, user: User | None, key: str | None) -> Cart:
    """The member's cart, or the guest's under this key; made when there is none."""
    if user is not None:
        cart, _ = Cart.objects.get_or_create(user=user, defaults={"checkout_token": new_token()})
    else:
        cart, _ = Cart.objects.get_or_create(key=key or new_token(), defaults={"checkout_token": new_token()})
    return cart


@transaction.atomic
def adopt_cart(*, user: User, key: str) -> None:
    """What lay in the guest's cart goes into the member's; a variant in both keeps the member's line and the larger quantity."""
    guest = Cart.objects.filter(key=key, user__isnull=True).first()
    if guest is None:
        return
    cart = cart_for(user=user, key=None)
    kept = {line.variant_id: line for line in cart.lines.all()}
    for line in guest.lines.all():
        own = kept.get(line.variant_id)
        if own is None:
            CartLine.objects.filter(pk=line.pk).update(cart=cart)
        elif line.quantity > own.quantity:
            CartLine.objects.filter(pk=own.pk).update(quantity=line.quantity)
    guest.delete()


def _checked(variant: Variant, quantity: int) -> None:
    """Raise what forbids so many of this variant in a cart."""
    if not 1 <= quantity <= MOST:
        raise BadQuantity
    if not (variant.is_active and variant.product.is_active):
        raise NotOnSale(variant.product.label)
    if variant.stock is not None and variant.stock < quantity:
        raise SoldOut(variant.product.label, variant.stock)


@transaction.atomic
def add_to_cart(*, cart: Cart, variant: Variant, quantity: int, touch: Touch | None, reference: str = "") -> CartLine:
    """Put so many more of a variant into the cart.

    A new line records who brought it (the current touch of an active influencer), and keeps that whatever is
    clicked later; adding more of a variant that lies there does not change it. Raises an OrderError.
    """
    other = (
        cart.lines.exclude(variant__product__currency=variant.product.currency)
        .select_related("variant__product")
        .first()
    )
    if other:
        raise OtherCurrency(other.variant.product.currency)
    lying = cart.lines.filter(variant=variant, reference=reference).first()
    _checked(variant, quantity + (lying.quantity if lying else 0))
    if lying:
        return change_quantity(line=lying, quantity=lying.quantity + quantity)
    fields = {"quantity": quantity, "reference": reference, **_referral(touch)}
    try:
        with transaction.atomic():
            return CartLine.objects.create(cart=cart, variant=variant, **fields)
    except IntegrityError:
        # The same press arrived twice at once: the other one made the line.
        return CartLine.objects.get(cart=cart, variant=variant, reference=reference)


def _referral(touch: Touch | None) -> dict[str, object]:
    """The touch as a cart line records it; nothing for none, or for somebody whose links no longer earn."""
    if touch is None or not Influencer.objects.active().filter(pk=touch.influencer_id).exists():
        return {}
    return {"influencer_id": touch.influencer_id, "source": touch.source[:60], "touched_at": touch.seen_at}


def change_quantity(*, line: CartLine, quantity: int) -> CartLine:
    """Set how many. Raises an OrderError and changes nothing when that many cannot be had."""
    _checked(line.variant, quantity)
    CartLine.objects.filter(pk=line.pk).update(quantity=quantity)
    line.quantity = quantity
    return line


def remove_line(*, line: CartLine) -> dict[str, Any]:
    """Take a line out; the answer puts it back with ``restore_line``, referral included."""
    kept = {
        "variant": line.variant_id, "quantity": line.quantity, "influencer": line.influencer_id, "source": line.source,
        "touched_at": line.touched_at.isoformat() if line.touched_at else "", "added_at": line.added_at.isoformat(),
    }  # fmt: skip
    line.delete()
    return kept


@transaction.atomic
def restore_line(*, cart: Cart, kept: dict[str, Any]) -> None:
    """Put a removed line back as it was, unless the variant lies in the cart again."""
    fields = {
        "quantity": kept["quantity"], "influencer_id": kept["influencer"], "source": kept["source"],
        "touched_at": kept["touched_at"] or None, "added_at": kept["added_at"],
    }  # fmt: skip
    if Variant.objects.filter(pk=str(kept["variant"])).exists():
        CartLine.objects.get_or_create(cart=cart, variant_id=kept["variant"], defaults=fields)
    Cart.objects.filter(pk=cart.pk).update(updated_at=timezone.now())
