"""What the pages of buying show, and the gates to other people's orders."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Prefetch, QuerySet, Sum
from django.http import Http404, HttpRequest
from django.utils import timezone

from accounts.models import User
from catalog.models import Seller, Variant
from influencers.models import CreatorCode, Influencer
from influencers.referrals import Touch, claim_on
from influencers.services.referring import policy_at
from orders.journeys import journey_of
from orders.models import Cart, CartLine, Gift, Order, OrderLine, Payment, PickupPoint

CART_KEY = "cart"


@dataclass(frozen=True, slots=True)
class CartPage:
    """A cart as its page shows it; amounts in minor units of its one currency."""

    cart: Cart | None
    lines: list[CartLine]
    total_minor: int
    currency: str
    # Lines that were brought by the buyer's own shop.
    own: list[CartLine]
    # The creator's code that was typed.
    code: CreatorCode | None = None

    @property
    def supported(self) -> list[Influencer]:
        """The creators whom this order supports, each once, in the cart's order."""
        others = (line.supports for line in self.lines if line.supports and line not in self.own)
        return list(dict.fromkeys(others))

    @property
    def count(self) -> int:
        """How many items, all quantities added."""
        return sum(line.quantity for line in self.lines)


def cart_count(request: HttpRequest) -> int:
    """How many items lie in the visitor's cart; asks nothing of the database for a guest who has none."""
    if request.user.is_authenticated:
        lines = CartLine.objects.filter(cart__user_id=request.user.pk)
    elif key := request.session.get(CART_KEY):
        lines = CartLine.objects.filter(cart__key=key)
    else:
        return 0
    return lines.aggregate(total=Sum("quantity"))["total"] or 0


def existing_cart(*, user: User | None, key: str | None) -> Cart | None:
    """The visitor's cart when there is one; makes none."""
    if user is not None:
        return Cart.objects.filter(user=user).first()
    return Cart.objects.filter(key=key, user__isnull=True).first() if key else None


def cart_page(*, cart: Cart | None, user: User | None, trail: Sequence[Touch] = ()) -> CartPage:
    """The cart with everything its page needs, in a fixed number of queries.

    Each line's ``supports`` is the creator whom the rule of attribution would credit if it were ordered now; ``trail`` are the
    touches that the visitor carries.
    """
    lines = (
        []
        if cart is None
        else list(
            cart.lines.select_related("variant__product__seller", "variant__product__category", "influencer__user")
        )
    )
    if cart is not None and lines:
        _name_supported(cart, lines, trail)
    return CartPage(
        cart=cart,
        lines=lines,
        total_minor=sum(line.total_minor for line in lines),
        currency=lines[0].variant.product.currency if lines else "",
        own=[line for line in lines if user is not None and line.supports and line.supports.user_id == user.pk],
        code=cart.code if cart and cart.code and cart.code.is_usable else None,
    )


def _name_supported(cart: Cart, lines: list[CartLine], trail: Sequence[Touch]) -> None:
    """Write on each line whom it would credit."""
    now = timezone.now()
    policy, code = policy_at(now), cart.code if cart.code and cart.code.is_usable else None
    journeys = [journey_of(line, trail, placed_at=now, code=code) for line in lines]
    claims = [claim_on(journey, policy) for journey in journeys]
    people = Influencer.objects.active().select_related("user").in_bulk({one.influencer_id for one in claims if one})
    for line, claim in zip(lines, claims, strict=True):
        line.supports = people.get(claim.influencer_id) if claim else None


def cart_line(*, cart: Cart | None, pk: int) -> CartLine:
    """A line of this cart; 404 for any other."""
    line = CartLine.objects.select_related("variant__product").filter(cart=cart, pk=pk).first() if cart else None
    if line is None:
        raise Http404
    return line


def variant_on_sale(pk: int) -> Variant:
    """A variant of a product on sale; 404 when there is none."""
    variant = (
        Variant.objects.select_related("product__seller").filter(pk=pk, is_active=True, product__is_active=True).first()
    )
    if variant is None:
        raise Http404
    return variant


def order_for(*, number: str, user: User | None, key: str) -> Order:
    """The order with its lines, for the member who placed it or whoever has its key; 404 for everyone else."""
    lines = OrderLine.objects.select_related("product", "seller", "influencer__user").order_by("pk")
    order = (
        Order.objects.select_related("gift__recipient")
        .prefetch_related(Prefetch("lines", queryset=lines), "payments")
        .filter(number=number)
        .first()
    )
    if order is None:
        raise Http404
    is_owner = user is not None and order.user_id == user.pk
    has_key = len(key) == len(order.token) and key == order.token
    if not (is_owner or has_key):
        raise Http404
    return order


def waiting_payment(order: Order) -> Payment | None:
    """The payment of the order that waits for the buyer's confirmation."""
    return order.payments.filter(state=Payment.State.NEEDS_STEP).first()


def orders_of(user: User) -> QuerySet[Order]:
    """The member's orders, newest first, with their lines."""
    lines = OrderLine.objects.select_related("product").order_by("pk")
    return (
        Order.objects.filter(user=user)
        .exclude(state=Order.State.CANCELLED)
        .prefetch_related(Prefetch("lines", queryset=lines))
        .order_by("-placed_at", "-pk")
    )


def desk_lines(seller: Seller, show: str) -> QuerySet[OrderLine]:
    """The seller's paid lines: ``to_ship`` oldest first, or ``sent`` newest first."""
    lines = OrderLine.objects.filter(seller=seller, order__paid_at__isnull=False).select_related(
        "order__gift", "product", "swapped_for"
    )
    if show == "sent":
        return lines.filter(shipped_at__isnull=False).order_by("-shipped_at", "-pk")
    # A gift waits until its receiver has said where it goes.
    waiting = Gift.objects.exclude(state=Gift.State.ACCEPTED).values("order")
    open_lines = lines.filter(shipped_at__isnull=True, refunded_minor__lt=F("total_minor")).exclude(order__in=waiting)
    return open_lines.order_by("order__paid_at", "pk")


def desk_line(*, seller: Seller, pk: int) -> OrderLine:
    """A paid line of this seller; 404 for any other."""
    line = (
        OrderLine.objects.select_related("order__gift", "product", "seller")
        .filter(seller=seller, pk=pk, order__paid_at__isnull=False)
        .first()
    )
    if line is None:
        raise Http404
    return line


def gift_to(user: User, pk: int) -> Gift:
    """A paid gift to this person; 404 for any other."""
    gift = (
        Gift.objects.select_related("order").filter(pk=pk, recipient=user, order__paid_at__isnull=False).first()
    )  # fmt: skip
    if gift is None:
        raise Http404
    return gift


def gifts_to(user: User) -> QuerySet[Gift]:
    """The parcels that others send her, newest first."""
    return Gift.objects.filter(recipient=user, order__paid_at__isnull=False).order_by("-asked_at", "-pk")


def swaps_for(line: OrderLine) -> list[Variant]:
    """What the receiver may take instead: other variants of the same product that cost no more and can be had."""
    others = Variant.objects.filter(product=line.product_id, is_active=True, price_minor__lte=line.unit_price_minor)
    return [one for one in others.exclude(pk=line.variant_id) if one.stock is None or one.stock >= line.quantity]


def pickup_points() -> QuerySet[PickupPoint]:
    """Where parcels may be fetched."""
    return PickupPoint.objects.filter(is_active=True).order_by("city", "name")
