"""From a cart to a paid order, or to one that never was."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.vault import Place, place_hash
from catalog.services import return_stock, take_stock
from core.reactions import announce
from influencers.referrals import Claim, Journey, Touch, claim_on, journey_as_stored
from influencers.services.referring import policy_at
from orders.errors import AlreadyDone, EmptyCart, NotOnSale, PaymentFailed, PriceChanged, SoldOut
from orders.gateways import Charge, gateway
from orders.journeys import journey_of
from orders.models import Cart, CartLine, Gift, Order, OrderLine, Payment
from orders.services.cart import active_touches, new_token

# An order that nobody paid gives its stock back after this long.
UNPAID_MINUTES = 30
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Contact:
    """Who buys and where it goes."""

    email: str
    language: str
    name: str
    address: str
    address_2: str
    postcode: str
    city: str
    country: str
    phone: str = ""


def new_number() -> str:
    """An order number that is easy to read out: ten signs, no 0, O, 1 or I."""
    return "".join(secrets.choice(ALPHABET) for _place in range(10))


@transaction.atomic
def place_order(
    *, cart: Cart, user: User | None, contact: Contact, checkout_token: str, total_minor: int,
    recipient: User | None = None, message: str = "", trail: Sequence[Touch] = (),
) -> Order:  # fmt: skip
    """Make the order of this checkout and take its stock, all or nothing.

    ``trail``: the touches that the visitor carries now. With what each cart line recorded, the typed code and the rule of
    attribution they say who is credited; all of it is copied onto the lines. (A gift goes by what its cart recorded.)

    With a ``recipient`` it is a gift that goes to her: the contact has no address then, she says where.
    The same checkout token gives the same order. Prices are read anew: a total other than the one shown raises
    PriceChanged. Raises EmptyCart, NotOnSale or SoldOut too; then nothing was written.
    """
    earlier = Order.objects.filter(checkout_token=checkout_token).first()
    if earlier:
        if earlier.state == Order.State.CANCELLED:
            raise AlreadyDone(_cancelled_words())
        return earlier
    if cart.checkout_token != checkout_token:
        raise PriceChanged
    # One order of locking for every buyer: by variant.
    lines = list(
        cart.lines.select_related("variant__product__seller", "variant__product__category").order_by("variant_id")
    )
    if not lines:
        raise EmptyCart
    for line in lines:
        if not (line.variant.is_active and line.variant.product.is_active):
            raise NotOnSale(line.variant.product.label)
    if sum(line.quantity * line.variant.price_minor for line in lines) != total_minor:
        raise PriceChanged
    try:
        with transaction.atomic():
            order = _new_order(cart, user, contact, checkout_token, lines, total_minor, trail)
            if recipient is not None:
                Gift.objects.create(order=order, recipient=recipient, giver_name=contact.name, message=message[:280])
    except IntegrityError:
        # Pay was pressed twice at once: the other request made the order.
        return Order.objects.get(checkout_token=checkout_token)
    for line in lines:
        if not take_stock(variant_id=line.variant_id, quantity=line.quantity):
            line.variant.refresh_from_db(fields=["stock"])
            raise SoldOut(line.variant.product.label, line.variant.stock or 0)
    return order


def _cancelled_words() -> str:
    return _("This order waited too long and was cancelled. Your cart is still here: pay again.")


def _previous_order_at(user: User | None, email: str) -> datetime | None:
    """When this buyer placed the paid order before."""
    whose = Order.objects.filter(user=user) if user else Order.objects.filter(user__isnull=True, email__iexact=email)
    return whose.paid().order_by("-placed_at").values_list("placed_at", flat=True).first()


def _brought(journey: Journey, claim: Claim | None) -> dict[str, Any]:
    """The referral of an order's line."""
    kept: dict[str, Any] = {"journey": journey_as_stored(journey)}
    if claim is not None:
        source = claim.touch.source if claim.touch else f"code:{journey.code}"
        seen = claim.touch.seen_at if claim.touch else None
        kept |= {"influencer_id": claim.influencer_id, "source": source, "touched_at": seen}
    return kept


def _new_order(
    cart: Cart, user: User | None, contact: Contact, checkout_token: str, lines: list[CartLine], total_minor: int,
    trail: Sequence[Touch],
) -> Order:  # fmt: skip
    now = timezone.now()
    policy, touches = policy_at(now), active_touches(trail)
    code = cart.code if cart.code and cart.code.is_usable else None
    # Only a policy whose sessions end with an order asks for it; kept in any case, so that the answer can be given again.
    previous = _previous_order_at(user, contact.email)
    journeys = [
        journey_of(line, touches, placed_at=now, code=code, previous_order_at=previous) for line in lines
    ]  # fmt: skip
    place = Place(contact.name, contact.address, contact.address_2, contact.postcode, contact.city, contact.country)
    order = Order.objects.create(
        number=new_number(), token=new_token(), checkout_token=checkout_token, user=user, email=contact.email,
        language=contact.language, name=contact.name, address=contact.address, address_2=contact.address_2,
        postcode=contact.postcode, city=contact.city, country=contact.country, phone=contact.phone,
        currency=lines[0].variant.product.currency, total_minor=total_minor, place_hash=place_hash(place), placed_at=now,
    )  # fmt: skip
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order, seller=line.variant.product.seller, product=line.variant.product, variant=line.variant,
            category=line.variant.product.category, name=line.variant.product.name, option=line.variant.label[:200],
            quantity=line.quantity, unit_price_minor=line.variant.price_minor,
            total_minor=line.quantity * line.variant.price_minor, added_at=line.added_at, reference=line.reference,
            return_window_days=line.variant.product.return_days, **_brought(journey, claim_on(journey, policy)),
        )
        for line, journey in zip(lines, journeys, strict=True)
    )  # fmt: skip
    return order


def pay(*, order: Order, card: str, cart: Cart | None) -> Payment:
    """Ask the gateway for the order's total; the card number is not kept.

    A success marks the order paid. Raises PaymentFailed with the gateway's words: then the order is cancelled, its
    stock is back and the cart is as it was.
    """
    if order.state != Order.State.UNPAID:
        paid = order.payments.filter(state=Payment.State.SUCCEEDED).first()
        if paid:
            return paid
        raise AlreadyDone(_cancelled_words())
    waiting = order.payments.filter(state=Payment.State.NEEDS_STEP).first()
    if waiting:
        return waiting
    charge = gateway().charge(
        amount_minor=order.total_minor, currency=order.currency, card=card, key=f"order-{order.checkout_token}"
    )
    payment = Payment.objects.create(
        order=order,
        gateway=gateway().name,
        reference=charge.reference,
        amount_minor=order.total_minor,
        currency=order.currency,
        card_hash=charge.fingerprint,
    )
    return _settle(order, payment, charge, cart)


def confirm_payment(*, payment: Payment, accepted: bool) -> Payment:
    """The buyer answered the gateway's further step. Raises PaymentFailed as ``pay`` does."""
    if payment.state != Payment.State.NEEDS_STEP:
        return payment
    charge = gateway().confirm(reference=payment.reference, accepted=accepted)
    # The cart that the order was made from: a gift has one of its own.
    cart = Cart.objects.filter(checkout_token=payment.order.checkout_token).first()
    return _settle(payment.order, payment, charge, cart)


def _settle(order: Order, payment: Payment, charge: Charge, cart: Cart | None) -> Payment:
    """Write down what the gateway answered."""
    Payment.objects.filter(pk=payment.pk).update(state=charge.outcome, failure=charge.failure)
    payment.state, payment.failure = charge.outcome, charge.failure
    if charge.outcome == Payment.State.SUCCEEDED:
        mark_paid(order=order, cart=cart)
    elif charge.outcome == Payment.State.FAILED:
        cancel(order=order)
        if cart is not None:
            cart.refresh_from_db(fields=["checkout_token"])
        raise PaymentFailed(charge.words)
    return payment


def renew_checkout(*, cart: Cart) -> None:
    """The next press of Pay is a new order."""
    cart.checkout_token = new_token()
    Cart.objects.filter(pk=cart.pk).update(checkout_token=cart.checkout_token)


@transaction.atomic
def mark_paid(*, order: Order, cart: Cart | None) -> bool:
    """The money is here: the order is paid once, the cart is emptied, and everyone who cares is told. True the first time."""
    moved = Order.objects.filter(pk=order.pk, state=Order.State.UNPAID).update(
        state=Order.State.PAID, paid_at=timezone.now()
    )
    if not moved:
        return False
    order.refresh_from_db()
    if cart is not None:
        cart.lines.filter(variant__in=order.lines.values("variant")).delete()
        Cart.objects.filter(pk=cart.pk).update(code=None)
        renew_checkout(cart=cart)
    announce("orders.paid", order.pk)
    return True


@transaction.atomic
def cancel(*, order: Order) -> bool:
    """Give an unpaid order up and its stock back, once; its cart can be paid anew. True when it was this call that did."""
    moved = Order.objects.filter(pk=order.pk, state=Order.State.UNPAID).update(
        state=Order.State.CANCELLED, cancelled_at=timezone.now()
    )
    if not moved:
        return False
    for line in order.lines.order_by("variant_id"):
        return_stock(variant_id=line.variant_id, quantity=line.quantity)
    for cart in Cart.objects.filter(checkout_token=order.checkout_token):
        renew_checkout(cart=cart)
    order.refresh_from_db()
    return True


def release_unpaid(now: datetime | None = None) -> int:
    """Cancel the orders that waited for payment for half an hour; returns how many."""
    before = (now or timezone.now()) - timedelta(minutes=UNPAID_MINUTES)
    waiting = Order.objects.filter(state=Order.State.UNPAID, placed_at__lt=before).order_by("placed_at")[:500]
    return sum(cancel(order=order) for order in waiting)
