"""Pages of the seller's desk: send what was paid, give money back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.models import Seller
from core.http import MemberRequest, render_page
from core.paging import page_of
from orders import queries
from orders.access import seller_required
from orders.errors import OrderError
from orders.forms import RefundForm
from orders.services import fulfilment, gifts


@require_GET
@seller_required
def desk(request: HttpRequest, seller: Seller) -> HttpResponse:
    show = "sent" if request.GET.get("show") == "sent" else "to_ship"
    page = page_of(queries.desk_lines(seller, show), request, size=20)
    return render_page(request, "orders/desk.html", {"page": page, "seller": seller, "show": show})


@require_POST
@seller_required
def ship(request: HttpRequest, pk: int, seller: Seller) -> HttpResponse:
    line = queries.desk_line(seller=seller, pk=pk)
    try:
        fulfilment.ship(line=line)
        messages.success(request, _("%(name)s is on its way. The buyer gets a mail.") % {"name": line.name})
    except OrderError as refusal:
        messages.error(request, str(refusal))
    return redirect("orders:desk")


@require_http_methods(["GET", "POST"])
@seller_required
def refund(request: MemberRequest, pk: int, seller: Seller) -> HttpResponse:
    line = queries.desk_line(seller=seller, pk=pk)
    form = RefundForm(request.POST or None, currency=line.order.currency)
    if request.method == "POST" and form.is_valid():
        try:
            fulfilment.refund(
                line=line, amount_minor=form.cleaned_data["amount"], reason=form.cleaned_data["reason"], by=request.user,
                restock=form.cleaned_data["restock"],
            )  # fmt: skip
        except OrderError as refusal:
            form.add_error("amount", str(refusal))
        else:
            messages.success(request, _("Refunded. The buyer gets a mail."))
            return redirect("orders:desk")
    status = 422 if form.errors else 200
    return render(request, "orders/refund.html", {"line": line, "form": form, "seller": seller}, status=status)


@require_POST
@seller_required
def delivered(request: HttpRequest, pk: int, seller: Seller) -> HttpResponse:
    """The parcel has arrived."""
    try:
        fulfilment.mark_delivered(line=queries.desk_line(seller=seller, pk=pk))
        messages.success(request, _("Marked as delivered."))
    except OrderError as refusal:
        messages.error(request, str(refusal))
    return redirect("/seller?show=sent")


@never_cache
@require_POST
@seller_required
def address(request: MemberRequest, pk: int, seller: Seller) -> HttpResponse:
    """Where a gift goes, for this parcel; every look is written down."""
    line = queries.desk_line(seller=seller, pk=pk)
    if not hasattr(line.order, "gift"):
        raise Http404
    context = {"line": line, "place": gifts.place_of(line=line, by=request.user), "seller": seller}
    response = render(request, "orders/address.html", context)
    response["Cache-Control"] = "no-store"
    return response
