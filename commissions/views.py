"""The studio's money pages, and how commissions work."""

import csv

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from commissions import queries
from commissions.attribution import DEFAULT_POLICY
from commissions.rates import DEFAULT_BPS
from core.http import render_page
from core.money import Money
from core.paging import page_of
from influencers.access import influencer_required
from influencers.models import Influencer

STATUSES = ("pending", "held", "cleared", "reversed", "refused")
EXPORT_LIMIT = 50_000


def _days(request: HttpRequest) -> int:
    given = request.GET.get("days", "")
    return int(given) if given in {str(days) for days in queries.RANGES} else 28


@require_GET
@influencer_required
def overview(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    page = queries.overview(influencer, _days(request))
    context = {"page": page, "ranges": queries.RANGES, "today": timezone.localdate()}
    return render_page(request, "commissions/overview.html", context, fragment="commissions/_now.html")


@require_GET
@influencer_required
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
@influencer_required
def receipt(request: HttpRequest, pk: int, influencer: Influencer) -> HttpResponse:
    row, entries = queries.receipt(influencer, pk)
    context = {"row": row, "entries": entries, "policy": DEFAULT_POLICY}
    return render(request, "commissions/receipt.html", context)


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r＝＋－＠" else text


@require_GET
@influencer_required
def export(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """Every line as CSV, newest first, amounts in major units."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="earnings.csv"'
    out = csv.writer(response, quoting=csv.QUOTE_ALL)
    out.writerow(
        [
            "paid",
            "product",
            "source",
            "order",
            "rate_percent",
            "base",
            "currency",
            "pending",
            "cleared",
            "reversed",
            "status",
        ]
    )
    for row in queries.all_earnings(influencer, EXPORT_LIMIT):
        line = row.line
        currency = line.order.currency
        amounts = [str(Money(minor, currency).major) for minor in (row.pending, row.cleared, row.reversed)]
        rate = row.decision.rate_bps / 100 if row.decision else ""
        paid = line.order.paid_at.isoformat() if line.order.paid_at else ""
        base = str(Money(line.total_minor, currency).major)
        out.writerow(
            [
                paid,
                safe_cell(line.name),
                safe_cell(line.source),
                line.order.number[-4:],
                rate,
                base,
                currency,
                *amounts,
                row.status,
            ]
        )
    return response


@login_not_required
@require_GET
def how(request: HttpRequest) -> HttpResponse:
    """Who earns, from what, and what it costs the buyer (nothing)."""
    context = {"rates": queries.rate_card(), "policy": DEFAULT_POLICY, "default_bps": DEFAULT_BPS}
    return render(request, "commissions/how.html", context)
