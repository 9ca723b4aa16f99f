"""Take something from a friend's list, let it go, buy it as a gift."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.budget import seconds_to_wait
from core.views import too_many
from influencers import referral_cookie
from lists import queries
from lists.errors import AllTaken, ListError
from lists.forms import ClaimForm, GiftCheckoutForm
from lists.models import Claim
from lists.services import buying, giving
from lists.views.pages import member
from orders.errors import OrderError, PaymentFailed
from orders.models import Payment
from orders.queries import cart_page
from orders.services import checkout as checkouts

GUEST_CLAIMS_AN_HOUR = 10


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take so many of a thing upon oneself: to bring it (``act=reserve``), or to buy it here now (``act=buy``)."""
    user = member(request)
    token = request.POST.get("token", "") or request.GET.get("token", "")
    row, _rights = queries.list_for(slug, user, token=token, need="give")
    item = queries.item_of(row, pk)
    buys = request.POST.get("act") == "buy" and item.is_buyable
    quick = {"quantity": request.POST.get("quantity", "1"), "shows_name": request.POST.get("shows_name", "")}
    form = ClaimForm({**quick, **request.POST.dict()} if request.method == "POST" else None, is_member=user is not None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if user is None and (
            wait := seconds_to_wait(
                f"claim:{request.META.get('REMOTE_ADDR', '')}", limit=GUEST_CLAIMS_AN_HOUR, seconds=3600
            )
        ):
            return too_many(request, wait)
        try:
            made = giving.claim(
                item=item, quantity=data["quantity"], giver=user, email=data.get("email", ""), name=data.get("name", ""),
                shows_name=data["shows_name"], shopping=buys,
            )  # fmt: skip
        except ListError as refusal:
            form.add_error("quantity" if isinstance(refusal, AllTaken) else None, str(refusal))
        else:
            if buys and user is not None:
                return redirect("lists:buy", made.token)
            if user is None:
                messages.success(request, _("Held for half an hour. Open the link in your mail to keep it."))
            else:
                said = _("Reserved for you. %(name)s cannot see it.") % {"name": row.for_whom or row.owner.name}
                messages.success(request, _("Reserved for you.") if row.is_revealed(timezone.localdate()) else said)
            return redirect(f"{row.get_link_url() if token else row.get_absolute_url()}#item-{item.pk}")
    context = {
        "form": form,
        "row": row,
        "item": item,
        "token": token,
        "is_revealed": row.is_revealed(timezone.localdate()),
    }
    return render(request, "lists/claim.html", context, status=409 if form.errors else 200)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """A claim of one's own: keep it (a guest's confirmation), say that it was bought, or let it go."""
    row = queries.claim_for(token, member(request))
    if request.method == "POST":
        act = request.POST.get("act")
        if act == "release":
            giving.release(row=row)
            messages.success(request, _("Let go. Others may take it now."))
        elif act == "bought":
            giving.mark_bought(row=row)
            messages.success(request, _("Marked as bought."))
        elif act == "confirm" and not giving.confirm(row=row):
            messages.error(request, _("The half hour is over and it was let go. Take it again from the list."))
        if request.POST.get("back") and row.giver_id is not None:
            return redirect(f"{row.item.list.get_guest_url()}#item-{row.item_id}")
        return redirect("lists:manage_claim", token)
    return render(request, "lists/claim_page.html", {"claim": row, "item": row.item, "row": row.item.list})


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def buy(request: HttpRequest, token: str) -> HttpResponse:
    """Pay for a claimed thing as a gift: to oneself, or to the friend, who says where."""
    row, user = queries.claim_for(token, member(request)), member(request)
    recipient = row.item.list.recipient or row.item.list.owner
    if row.state not in (Claim.State.SHOPPING, Claim.State.RESERVED):
        return redirect("lists:manage_claim", token)
    cart, variants = buying.gift_cart_of(row), queries.variants_to_give(row.item)
    chosen = next((one for one in variants if str(one.pk) == request.POST.get("variant")), None)
    try:
        if chosen is not None:
            buying.gift_cart(claim=row, trail=referral_cookie.trail(request), recipient=recipient, variant=chosen)
            return redirect("lists:buy", token)
        if cart is None or not cart.lines.exists():
            cart = buying.gift_cart(claim=row, trail=referral_cookie.trail(request), recipient=recipient)
    except OrderError as refusal:
        messages.error(request, str(refusal))
        return redirect("lists:manage_claim", token)
    page = cart_page(cart=cart, user=user)
    initial = {"email": user.email, "name": user.name} if user else {"email": row.email, "name": row.name}
    form = GiftCheckoutForm(
        request.POST or None, initial=initial, recipient=recipient.name,
        is_revealed=row.item.list.is_revealed(timezone.localdate()), goes_to_her=user is None or recipient.pk != user.pk,
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data, goes_to_her = form.cleaned_data, form.cleaned_data["where"] == "her"
            contact = checkouts.Contact(
                email=data["email"], language=get_language() or "en", name=data["name"],
                **{name: "" if goes_to_her else data[name] for name in form.DELIVERY if name != "name"},
            )  # fmt: skip
            try:
                order = checkouts.place_order(
                    cart=cart, user=user, contact=contact, checkout_token=data["checkout_token"],
                    total_minor=data["total_minor"], recipient=recipient if goes_to_her else None, message=data["message"],
                )  # fmt: skip
                payment = checkouts.pay(order=order, card=data["card"], cart=cart)
            except PaymentFailed as refusal:
                form.add_error("card", str(refusal))
            except OrderError as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                if payment.state == Payment.State.NEEDS_STEP:
                    request.session["pay_again"] = {order.number: request.path}
                    return redirect(f"{order.get_absolute_url()}/confirm?key={order.token}")
                giving.mark_bought(row=row)
                return redirect(order.guest_url)
        page = cart_page(cart=buying.gift_cart_of(row), user=user)
        form.data = {**form.data.dict(), "card": ""}  # type: ignore[attr-defined]
    context = {
        "form": form,
        "page": page,
        "claim": row,
        "row": row.item.list,
        "recipient": recipient,
        "variants": variants,
    }
    return render(request, "lists/buy.html", context, status=status)
