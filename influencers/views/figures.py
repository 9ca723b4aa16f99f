"""The programme's figures for staff."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from influencers.access import reviewer_required
from influencers.forms import PeriodForm
from influencers.queries import figures as queries


@reviewer_required
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """Funnel, time to decision, spread of the score, and agreement, for any stretch of days."""
    period = queries.last_days()
    form = PeriodForm(request.GET if "first" in request.GET or "last" in request.GET else None, initial={"first": period.first, "last": period.last})  # fmt: skip
    if form.is_bound and form.is_valid():
        period = queries.Period(form.cleaned_data["first"], form.cleaned_data["last"])
    status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "page": queries.figures(period)}
    return render(request, "influencers/figures.html", context, status=status)
