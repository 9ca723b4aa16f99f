"""The studio's money pages, where creators are paid, and how commissions work."""

from collections.abc import Iterator

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from commissions import queries, receipts
from commissions.attribution import DEFAULT_POLICY
from commissions.cells import safe_cell, written
from commissions.errors import BadDetails, CommissionError, NotAllowed, ProviderAway
from commissions.forms import PayeeForm
from commissions.models import Payee
from commissions.providers import BadSignature, read_event
from commissions.rates import DEFAULT_BPS
from commissions.services import payees, reconciling
from commissions.settling import next_run
from commissions.statements import as_csv, as_pdf, months_of
from core.http import render_page
from core.money import Money
from core.paging import page_of
from core.reactions import start_after_commit
from influencers.access import any_influencer_required
from influencers.models import Influencer

STATUSES = ("pending", "held", "cleared", "reversed", "refused")
NEWS_LIMIT = 256 * 1024


def _days(request: HttpRequest) -> int:
    given = request.GET.get("days", "")
    return int(given) if given in {str(days) for days in queries.RANGES} else 28


@require_GET
@any_influencer_required
def overview(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    page = queries.overview(influencer, _days(request))
    context = {"page": page, "ranges": queries.RANGES, "today": timezone.localdate()}
    return render_page(request, "commissions/overview.html", context, fragment="commissions/_now.html")


@require_GET
@any_influencer_required
def earnings(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    status = request.GET.get("status", "")
    page = page_of(queries.earning_ids(influencer, status), request, size=20)
    context = {
        "page": page,
        "rows": queries.earnings_of(influencer, page.items),
        "balances": queries.balances(influencer),
        "status": status if status in STATUSES else "",
        "statuses": STATUSES,
    }
    return render_page(request, "commissions/earnings.html", context)


@require_GET
@any_influencer_required
def receipt(request: HttpRequest, pk: int, influencer: Influencer) -> HttpResponse:
    found = receipts.receipt(influencer, pk)
    context = {
        "receipt": found, "row": found.row, "entries": found.entries, "typed": request.session.get("appeal_words", ""),
        "now": timezone.now(), "next_run": next_run(timezone.now(), timezone.get_current_timezone()),
    }  # fmt: skip
    return render(request, "commissions/receipt.html", context)


@never_cache
@require_GET
@any_influencer_required
def where(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """ "Where is my order?": the way that the rule took with each line of it in which she took part."""
    number = receipts.typed_number(request.GET.get("number", ""))
    answers = receipts.where_is(influencer, number) if number else []
    return render(request, "commissions/where.html", {"number": number, "answers": answers})


@require_GET
@any_influencer_required
def export(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """Every line as CSV, newest first, amounts in major units; made while it is sent."""
    response = StreamingHttpResponse(written(_earning_rows(influencer)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="earnings.csv"'
    return response  # type: ignore[return-value]  # a stream answers like any other


def _earning_rows(influencer: Influencer) -> Iterator[list[object]]:
    yield ["paid", "product", "source", "order", "rate_percent", "base", "currency", "pending", "held", "cleared", "reversed", "status"]  # fmt: skip
    for row in queries.all_earnings(influencer):
        order, currency = row.line.order, row.line.order.currency
        amounts = (row.line.total_minor, row.pending, row.held, row.cleared, row.reversed)
        base, *moved = (str(Money(minor, currency).major) for minor in amounts)
        rate = row.decision.rate_bps / 100 if row.decision else ""
        paid = order.paid_at.isoformat() if order.paid_at else ""
        about = [safe_cell(row.line.name), safe_cell(row.source), order.number[-4:]]
        yield [paid, *about, rate, base, currency, *moved, row.status]


@login_not_required
@require_GET
def how(request: HttpRequest) -> HttpResponse:
    """Who earns, from what, and what it costs the buyer (nothing)."""
    context = {"rates": queries.rate_card(), "policy": DEFAULT_POLICY, "default_bps": DEFAULT_BPS}
    return render(request, "commissions/how.html", context)


# --- Payouts


@never_cache
@require_GET
@any_influencer_required
def payouts(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    context = {
        "page": page_of(queries.payouts_of(influencer), request, size=20),
        "influencer": influencer,
        "purses": queries.purses(influencer),
        "next_run": next_run(timezone.now(), timezone.get_current_timezone()),
        "months": months_of(influencer),
    }
    return render(request, "commissions/payouts.html", context)


@never_cache
@require_GET
@any_influencer_required
def payout(request: HttpRequest, pk: int, influencer: Influencer) -> HttpResponse:
    row = queries.payout_of(influencer, pk)
    page = page_of(queries.covered_by(row), request, size=50)
    return render(request, "commissions/payout.html", {"payout": row, "page": page})


@never_cache
@require_http_methods(["GET", "POST"])
@any_influencer_required
def payee(request: HttpRequest, currency: str, influencer: Influencer) -> HttpResponse:
    row = queries.payee_for(influencer, currency)
    initial = {"method": row.method, "country": row.country, "name": row.name} if row else {"method": "bank", "name": influencer.user.name}  # fmt: skip
    form = PayeeForm(request.POST or None, influencer=influencer, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            payees.set_up(influencer=influencer, currency=currency, **form.cleaned_data)
        except BadDetails as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. You get a mail about this change."))
            return redirect("commissions:payouts")
    context = {"form": form, "payee": row, "currency": currency}
    return render(request, "commissions/payee.html", context, status=422 if form.errors else 200)


@require_POST
@any_influencer_required
def set_closing(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    is_closing = request.POST.get("closing") == "yes"
    payees.set_closing(influencer=influencer, is_closing=is_closing)
    text = _("The next run pays you everything, whatever the minimum.") if is_closing else _("The minimum holds again.")
    messages.success(request, text)
    return redirect("commissions:payouts")


@never_cache
@require_GET
@any_influencer_required
def at_stripe(request: HttpRequest, currency: str, influencer: Influencer) -> HttpResponse:
    """On to Stripe: the link there is made for this one visit."""
    row = queries.payee_for(influencer, currency)
    if row is None or row.method != Payee.Method.STRIPE:
        raise Http404
    try:
        return redirect(payees.stripe_link(row))
    except ProviderAway as refusal:
        messages.error(request, str(refusal))
        return redirect("commissions:payouts")


@require_POST
@any_influencer_required
def refresh_payee(request: HttpRequest, currency: str, influencer: Influencer) -> HttpResponse:
    row = queries.payee_for(influencer, currency)
    if row is None:
        raise Http404
    try:
        payees.refresh(row.reference)
    except CommissionError as refusal:
        messages.error(request, str(refusal))
    return redirect("commissions:payouts")


@never_cache
@require_GET
@any_influencer_required
def statement_page(request: HttpRequest, currency: str, year: int, month: int, influencer: Influencer) -> HttpResponse:
    found = queries.statement_of(influencer, currency, year, month)
    page = page_of(found.entries, request, size=50)
    return render(
        request,
        "commissions/statement.html",
        {"statement": found, "page": page, "zone": timezone.get_current_timezone_name()},
    )


@never_cache
@require_GET
@any_influencer_required
def statement_csv(request: HttpRequest, currency: str, year: int, month: int, influencer: Influencer) -> HttpResponse:
    found = queries.statement_of(influencer, currency, year, month)
    response = StreamingHttpResponse(as_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.file_name}.csv"'
    return response  # type: ignore[return-value]  # a stream answers like any other


@never_cache
@require_GET
@any_influencer_required
def statement_pdf(request: HttpRequest, currency: str, year: int, month: int, influencer: Influencer) -> HttpResponse:
    found = queries.statement_of(influencer, currency, year, month)
    response = HttpResponse(as_pdf(found, site=settings.SITE_NAME), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{found.file_name}.pdf"'
    return response


@csrf_exempt
@login_not_required
@require_POST
def stripe_news(request: HttpRequest) -> HttpResponse:
    """Signed news from Stripe: kept as it came, answered once it is safe with us. Anything else gets 400 and no words."""
    if int(request.headers.get("Content-Length") or 0) > NEWS_LIMIT:
        return HttpResponse(status=413)
    try:
        news = read_event(request.body, request.headers.get("Stripe-Signature", ""))
    except BadSignature:
        return HttpResponse(status=400)
    event, is_new = reconciling.receive(
        source="stripe", event_id=news.event_id, kind=news.kind, subject=news.subject, body=request.body.decode()
    )
    if is_new:
        start_after_commit("commissions.tasks.answer_event", event.pk)
    return HttpResponse(status=200)
