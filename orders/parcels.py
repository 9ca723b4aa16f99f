"""Pages of who receives a gift: where it may go, and what it is if she wants to know."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import vault
from accounts.vault import Place
from core.http import MemberRequest
from orders import queries
from orders.errors import OrderError
from orders.forms import PlaceForm
from orders.models import Gift
from orders.services import gifts


@never_cache
@require_GET
def parcels(request: MemberRequest) -> HttpResponse:
    """The parcels that others send her, and the addresses in her vault."""
    context = {"gifts": list(queries.gifts_to(request.user)[:50]), "addresses": request.user.addresses.order_by("pk")}
    return render(request, "orders/parcels.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def parcel(request: MemberRequest, pk: int) -> HttpResponse:
    """Say where a gift may go (``act=address|saved|pickup``), decline it, see what it is, or swap it."""
    gift = queries.gift_to(request.user, pk)
    act = request.POST.get("act", "")
    form = PlaceForm(request.POST if act == "address" else None, initial={"name": request.user.name})
    if request.method == "POST":
        try:
            if act != "address" or form.is_valid():
                _answer(request, gift, act, form)
                return redirect(gift)
        except OrderError as refusal:
            messages.error(request, str(refusal))
            return redirect(gift)
    lines = list(gift.order.lines.select_related("product", "variant", "swapped_for")) if gift.opened_at else []
    context = {
        "gift": gift, "form": form, "lines": [(line, queries.swaps_for(line)) for line in lines],
        "addresses": request.user.addresses.order_by("pk"), "pickups": queries.pickup_points(),
    }  # fmt: skip
    response = render(request, "orders/parcel.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


def _answer(request: MemberRequest, gift: Gift, act: str, form: PlaceForm) -> None:
    """Carry out one act of the receiver; 404 for one that does not exist."""
    if act == "address":
        place = Place(**{name: form.cleaned_data[name] for name in form.fields if name != "keep"})
        gifts.accept(gift=gift, place=place)
        if form.cleaned_data["keep"]:
            vault.keep_address(user=request.user, label=place.city, place=place)
    elif act == "saved":
        address = vault.own_address(request.user, _number(request.POST.get("address", "")))
        place = vault.open_sealed(address.sealed, owner_id=request.user.pk, by=request.user, purpose="own")
        gifts.accept(gift=gift, place=place)
    elif act == "pickup":
        point = queries.pickup_points().filter(pk=_number(request.POST.get("point", ""))).first()
        if point is None:
            raise Http404
        gifts.accept(
            gift=gift,
            place=Place(
                request.user.name, f"{point.name}, {point.address}", "", point.postcode, point.city, point.country
            ),
        )
    elif act == "decline":
        gifts.decline(gift=gift)
        messages.success(request, _("Declined. The giver has the money back and learns no more than that."))
    elif act == "open":
        gifts.open_gift(gift=gift)
    elif act == "swap":
        line = gift.order.lines.filter(pk=_number(request.POST.get("line", ""))).first()
        variant = (
            next((one for one in queries.swaps_for(line) if str(one.pk) == request.POST.get("variant")), None)
            if line
            else None
        )
        if line is None or variant is None:
            raise Http404
        gifts.swap(gift=gift, line=line, variant=variant)
        messages.success(request, _("Swapped. The giver is not told."))
    else:
        raise Http404


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else -1


@require_http_methods(["POST"])
def forget_address(request: MemberRequest, pk: int) -> HttpResponse:
    """Remove an address from the vault."""
    vault.forget_address(user=request.user, pk=pk)
    messages.success(request, _("Removed."))
    return redirect("orders:parcels")
