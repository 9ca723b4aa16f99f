"""The studio's figures: what a creator's links brought in any period, as page and CSV."""

import csv

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from commissions.cells import safe_cell
from commissions.performance import SPLITS, Row, currency_of, performance, rows_of
from commissions.period_forms import QUICK, PeriodForm
from core.money import Money
from influencers.access import any_influencer_required
from influencers.models import Influencer


def _split(request: HttpRequest) -> str:
    given = request.GET.get("by", "")
    return given if given in SPLITS else "place"


@never_cache
@require_GET
@any_influencer_required
def figures(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    form, split = PeriodForm(request.GET), _split(request)
    page = performance(influencer, form.period, split, request.GET.get("currency", ""))
    kept = {"by": split, "currency": page.currency, "first": f"{form.period.first:%Y-%m-%d}", "last": f"{form.period.last:%Y-%m-%d}"}  # fmt: skip
    context = {"page": page, "form": form, "period": form.period, "split": split, "splits": SPLITS, "quick": QUICK, "kept": kept}  # fmt: skip
    return render(request, "commissions/figures.html", context, status=422 if form.errors else 200)


@never_cache
@require_GET
@any_influencer_required
def figures_csv(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """Every row of the split, amounts in major units."""
    form, split = PeriodForm(request.GET), _split(request)
    if form.errors:
        # No file of other days than those that were asked for.
        return figures(request)
    currency = currency_of(influencer, request.GET.get("currency", ""))[0]
    period = form.period
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"figures-{split}-{period.first:%Y%m%d}-{period.last:%Y%m%d}-{currency}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    out = csv.writer(response, quoting=csv.QUOTE_ALL)
    out.writerow(["kind", "name", "clicks", "orders", "conversion_percent", "earned", "returned", "net", "net_per_click", "currency"])  # fmt: skip
    for row in rows_of(influencer, period, split, currency):
        out.writerow(_cells(row, currency))
    return response


def _cells(row: Row, currency: str) -> list[object]:
    kind = "product" if row.product else row.place.kind if row.place else ""
    name = row.product.name if row.product else row.place.name if row.place else ""
    amounts = [str(Money(minor, currency).major) for minor in (row.earned, row.returned, row.net)]
    each = "" if row.per_click is None else str(Money(row.per_click, currency).major)
    percent = "" if row.conversion_bps is None else row.conversion_bps / 100
    return [safe_cell(kind), safe_cell(name), row.clicks, row.orders, percent, *amounts, each, currency]
