"""Put things into a cart and take them out."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.models import Variant
from influencers.codes import normalised
from influencers.models import CreatorCode, Influencer
from influencers.referrals import Journey, Touch, as_stored, claim_on, merged
from influencers.services.referring import policy_at
from orders.errors import BadCode, BadQuantity, NotOnSale, OtherCurrency, SoldOut
from orders.models import Cart, CartLine

MOST = 99


def new_token() -> str:
    """128 random bits as text."""
    return secrets.token_hex(16)


def cart_for(*, user: User | None, key: str | None) -> Cart:
    """The member's cart, or the guest's under this key; made when there is none."""
    if user is not None:
        cart, _made = Cart.objects.get_or_create(user=user, defaults={"checkout_token": new_token()})
    else:
        cart, _made = Cart.objects.get_or_create(key=key or new_token(), defaults={"checkout_token": new_token()})
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
    if guest.code_id and not cart.code_id:
        Cart.objects.filter(pk=cart.pk).update(code=guest.code_id)
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
def add_to_cart(
    *, cart: Cart, variant: Variant, quantity: int, trail: Sequence[Touch] = (), reference: str = ""
) -> CartLine:
    """Put so many more of a variant into the cart.

    A new line records the touches that the visitor carried, of active influencers, and by the rule of attribution who
    brought it; it keeps that whatever is clicked later, and adding more of a variant that lies there does not change it.
    Raises an OrderError.
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
    fields = {"quantity": quantity, "reference": reference, **_referral(trail, variant.product_id)}
    try:
        with transaction.atomic():
            return CartLine.objects.create(cart=cart, variant=variant, **fields)
    except IntegrityError:
        # The same press arrived twice at once: the other one made the line.
        return CartLine.objects.get(cart=cart, variant=variant, reference=reference)


def active_touches(trail: Sequence[Touch]) -> list[Touch]:
    """Those of the touches whose influencers' links earn, oldest first."""
    people = {touch.influencer_id for touch in trail}
    active = set(Influencer.objects.active().filter(pk__in=people).values_list("pk", flat=True)) if people else set()
    return list(merged(touch for touch in trail if touch.influencer_id in active))


def _referral(trail: Sequence[Touch], product_id: int) -> dict[str, object]:
    """What a cart line records of how it came there."""
    now = timezone.now()
    touches = active_touches(trail)
    if not touches:
        return {"added_at": now}
    claim = claim_on(Journey(product_id, now, now, tuple(touches)), policy_at(now))
    kept: dict[str, object] = {"added_at": now, "touches": [as_stored(touch) for touch in touches]}
    if claim and claim.touch:
        kept |= {
            "influencer_id": claim.influencer_id,
            "source": claim.touch.source,
            "touched_at": claim.touch.seen_at,
        }
    return kept


@transaction.atomic
def set_code(*, cart: Cart, typed: str, user: User | None) -> CreatorCode | None:
    """Credit the whole cart to the creator whose code was typed; an empty one takes the code off. Raises BadCode."""
    code = None
    if typed.strip():
        codes = CreatorCode.objects.select_related("influencer__user").filter(
            influencer__state=Influencer.State.ACTIVE, influencer__user__is_active=True
        )
        code = codes.filter(code=normalised(typed)).first()
        if code is not None and code.paused_at:
            raise BadCode(_("This code is paused. Ask the creator for the new one, or go on without it."))
        if code is None:
            raise BadCode(_("No creator has this code. Check the spelling, or go on without one."))
        if user is not None and code.influencer.user_id == user.pk:
            raise BadCode(_("This is your own code: no commission is earned on own orders."))
    Cart.objects.filter(pk=cart.pk).update(code=code)
    cart.code = code
    return code


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
        "touches": line.touches,
    }  # fmt: skip
    line.delete()
    return kept


@transaction.atomic
def restore_line(*, cart: Cart, kept: dict[str, Any]) -> None:
    """Put a removed line back as it was, unless the variant lies in the cart again."""
    fields = {
        "quantity": kept["quantity"], "influencer_id": kept["influencer"], "source": kept["source"],
        "touched_at": kept["touched_at"] or None, "added_at": kept["added_at"], "touches": kept["touches"],
    }  # fmt: skip
    if Variant.objects.filter(pk=str(kept["variant"])).exists():
        CartLine.objects.get_or_create(cart=cart, variant_id=kept["variant"], defaults=fields)
    Cart.objects.filter(pk=cart.pk).update(updated_at=timezone.now())
