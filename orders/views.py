"""Pages of buying: cart, checkout, orders."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from core.http import MemberRequest, is_part_request, render_page, say
from core.paging import page_of
from core.views import safe_next
from influencers import referral_cookie
from orders import queries
from orders.errors import BadQuantity, OrderError, PaymentFailed
from orders.forms import CheckoutForm
from orders.models import Cart, Payment
from orders.queries import CART_KEY
from orders.services import cart as carts
from orders.services import checkout as checkouts


def buyer(request: HttpRequest) -> User | None:
    """The member who is signed in, or None for a guest."""
    return request.user if isinstance(request.user, User) else None


def current_cart(request: HttpRequest) -> Cart | None:
    """The visitor's cart when there is one."""
    return queries.existing_cart(user=buyer(request), key=request.session.get(CART_KEY))


def cart_to_fill(request: HttpRequest) -> Cart:
    """The visitor's cart, made when there is none; what she gathered as a guest comes with her when she signs in."""
    user, key = buyer(request), request.session.get(CART_KEY)
    if user is not None and key:
        carts.adopt_cart(user=user, key=key)
        del request.session[CART_KEY]
    cart = carts.cart_for(user=user, key=key)
    if user is None:
        request.session[CART_KEY] = cart.key
    return cart


def whole_number(text: str) -> int:
    """A number as typed; BadQuantity for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise BadQuantity
    return int(text)


@login_not_required
@require_POST
def add_to_cart(request: HttpRequest) -> HttpResponse:
    """Put a variant into the cart; who brought it is read from the visitor's signed cookie, here on the server."""
    variant = queries.variant_on_sale(_pk(request.POST.get("variant", "")))
    try:
        quantity = whole_number(request.POST.get("quantity", "1"))
        trail = referral_cookie.trail(request)
        carts.add_to_cart(cart=cart_to_fill(request), variant=variant, quantity=quantity, trail=trail)
    except OrderError as refusal:
        if is_part_request(request):
            return render(request, "orders/_added.html", {"refusal": str(refusal), "variant": variant}, status=422)
        messages.error(request, str(refusal))
        return redirect(safe_next(request, variant.product.get_absolute_url()))
    if is_part_request(request):
        context = {"variant": variant, "count": queries.cart_count(request)}
        return say(render(request, "orders/_added.html", context), _("Added to your cart."))
    messages.success(request, _("Added to your cart."))
    return redirect("orders:cart")


def _pk(text: str) -> int:
    """A primary key as sent; one that is none finds nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else -1


@login_not_required
@never_cache
@require_GET
def cart(request: HttpRequest) -> HttpResponse:
    _bring_guest_cart(request)
    page = queries.cart_page(cart=current_cart(request), user=buyer(request), trail=referral_cookie.trail(request))
    return _show_cart(request, page)


def _show_cart(request: HttpRequest, page: queries.CartPage, *, typed: str = "", refusal: str = "") -> HttpResponse:
    """The basket page; from now on what is clicked is late (docs/rules/attribution.md)."""
    if page.lines:
        referral_cookie.open_basket(request)
    context = {"page": page, "removed": request.session.get("removed_line"), "typed": typed, "refusal": refusal}
    return render_page(request, "orders/cart.html", context, status=422 if refusal else 200)


@login_not_required
@require_POST
def set_code(request: HttpRequest) -> HttpResponse:
    """Type a creator's code, or take it off (an empty one)."""
    typed = request.POST.get("code", "")[:60]
    try:
        carts.set_code(cart=cart_to_fill(request), typed=typed, user=buyer(request))
    except OrderError as refusal:
        page = queries.cart_page(cart=current_cart(request), user=buyer(request), trail=referral_cookie.trail(request))
        return _show_cart(request, page, typed=typed, refusal=str(refusal))
    return redirect("orders:cart")


def _bring_guest_cart(request: HttpRequest) -> None:
    """Somebody who signed in finds what she had gathered before; the only thing that looking at a cart may write."""
    if buyer(request) is not None and request.session.get(CART_KEY):
        cart_to_fill(request)


@login_not_required
@require_POST
def change_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a line's quantity, or remove it (``quantity=0``); removing can be undone from the cart."""
    line = queries.cart_line(cart=current_cart(request), pk=pk)
    try:
        quantity = whole_number(request.POST.get("quantity", ""))
        if quantity == 0:
            name = line.variant.product.label
            request.session["removed_line"] = {"name": name, "kept": carts.remove_line(line=line)}
        else:
            request.session.pop("removed_line", None)
            carts.change_quantity(line=line, quantity=quantity)
    except OrderError as refusal:
        messages.error(request, str(refusal))
    return redirect("orders:cart")


@login_not_required
@require_POST
def restore_line(request: HttpRequest) -> HttpResponse:
    """Put the line back that was removed last."""
    removed = request.session.pop("removed_line", None)
    if removed:
        carts.restore_line(cart=cart_to_fill(request), kept=removed["kept"])
    return redirect("orders:cart")


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """One page: contact, delivery, payment."""
    if request.method == "POST":
        return _pay(request)
    _bring_guest_cart(request)
    page = queries.cart_page(cart=current_cart(request), user=buyer(request), trail=referral_cookie.trail(request))
    if page.cart is None or not page.lines:
        return redirect("orders:cart")
    referral_cookie.open_basket(request)
    person = buyer(request)
    form = CheckoutForm(initial={"email": person.email, "name": person.name} if person else None)
    return render(request, "orders/checkout.html", {"page": page, "form": form})


def _pay(request: HttpRequest) -> HttpResponse:
    cart = current_cart(request)
    form = CheckoutForm(request.POST)
    if not form.is_valid():
        return _checkout_again(request, form, status=422)
    data = form.cleaned_data
    contact = checkouts.Contact(
        language=get_language() or "en",
        **{name: data[name] for name in (*form.CONTACT, *form.DELIVERY)},
    )
    try:
        if cart is None:
            cart = cart_to_fill(request)
        order = checkouts.place_order(
            cart=cart,
            user=buyer(request),
            contact=contact,
            checkout_token=data["checkout_token"],
            total_minor=data["total_minor"],
            trail=referral_cookie.trail(request),
        )
        payment = checkouts.pay(order=order, card=data["card"], cart=cart)
    except PaymentFailed as refusal:
        form.add_error("card", str(refusal))
        return _checkout_again(request, form, status=422)
    except OrderError as refusal:
        form.add_error(None, str(refusal))
        return _checkout_again(request, form, status=409)
    referral_cookie.close_basket(request)
    if payment.state == Payment.State.NEEDS_STEP:
        return redirect(f"{order.get_absolute_url()}/confirm?key={order.token}")
    return redirect(order.guest_url)


def _checkout_again(request: HttpRequest, form: CheckoutForm, *, status: int) -> HttpResponse:
    """The page with everything that was typed but the card number."""
    page = queries.cart_page(cart=current_cart(request), user=buyer(request), trail=referral_cookie.trail(request))
    form.data = {**form.data.dict(), "card": ""}  # type: ignore[attr-defined]
    return render(request, "orders/checkout.html", {"page": page, "form": form}, status=status)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def confirm_payment(request: HttpRequest, number: str) -> HttpResponse:
    """The further step that some cards want: the buyer confirms or refuses."""
    order = queries.order_for(number=number, user=buyer(request), key=request.GET.get("key", ""))
    payment = queries.waiting_payment(order)
    if payment is None:
        return redirect(order.guest_url)
    if request.method == "GET":
        return render(request, "orders/confirm.html", {"order": order})
    try:
        checkouts.confirm_payment(payment=payment, accepted=request.POST.get("answer") == "confirm")
    except PaymentFailed as refusal:
        messages.error(request, str(refusal))
        # A gift is paid elsewhere than at the cart's checkout: lists left word where.
        return redirect(request.session.get("pay_again", {}).get(order.number) or "orders:checkout")
    return redirect(order.guest_url)


@login_not_required
@never_cache
@require_GET
def order(request: HttpRequest, number: str) -> HttpResponse:
    found = queries.order_for(number=number, user=buyer(request), key=request.GET.get("key", ""))
    return render(request, "orders/order.html", {"order": found, "lines": found.lines.all()})


@require_GET
def orders(request: MemberRequest) -> HttpResponse:
    return render_page(
        request, "orders/orders.html", {"page": page_of(queries.orders_of(request.user), request, size=20)}
    )
