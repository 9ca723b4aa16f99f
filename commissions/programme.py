"""The programme as people who pay creators see it: what stands where, what a period brought, who is at the top and who looks odd."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from commissions.access import payer_required
from commissions.days import Days, Split, total
from commissions.models import Account, Balance
from commissions.performance import Period, Row, chart_of, row_of, sum_of
from commissions.period_forms import QUICK, PeriodForm
from commissions.queries import Day
from commissions.signs import oddities
from influencers.models import Influencer

MOST = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """A creator's row, with what is odd about it (codes of ``signs.Odd``)."""

    influencer: Influencer
    row: Row
    odd: Sequence[str]


@dataclass(frozen=True, slots=True)
class Programme:
    """The page's figures. ``rate_bps``: what was earned for what was sold, after bonuses and kept rates."""

    currency: str
    books: Sequence[dict[str, Any]]
    now: Row
    before: Row
    rate_bps: int
    paid: int
    chart: Sequence[Day]
    top: Sequence[Standing]
    odd: Sequence[Standing]


def programme(period: Period, wanted: str = "") -> Programme:
    """A fixed number of queries, whatever the number of creators."""
    names = [account for account in Account if account != Account.PROGRAMME]
    totals: Any = Balance.objects.values("currency").annotate(**{f"all_{name}": Sum(name) for name in names})
    books: list[dict[str, Any]] = list(totals.order_by("currency"))
    known = [row["currency"] for row in books]
    best = max(
        books, key=lambda row: row["all_paid"] + row["all_pending"] + row["all_cleared"], default={"currency": "USD"}
    )
    currency = wanted if wanted in known else best["currency"]
    days = Days(period.before.first, period.last)
    by_day = days.tallies("on", Split.HOUSE, currency)
    whole = total(tally for day, tally in by_day.items() if day >= period.first)
    standings = _standings(days, period, currency)
    return Programme(
        currency=currency, books=books, now=row_of(whole), before=sum_of(by_day, period.before),
        rate_bps=whole.earned * 10_000 // whole.base if whole.base else 0, paid=whole.paid, chart=chart_of(by_day, period),
        top=[one for one in standings if one.row.net > 0][:MOST], odd=[one for one in standings if one.odd][:MOST],
    )  # fmt: skip


def _standings(days: Days, period: Period, currency: str) -> list[Standing]:
    found = days.tallies("influencer", Split.ALL, currency, since=period.first)
    rows = {pk: row_of(tally) for pk, tally in found.items()}
    odd = {
        pk: oddities(clicks=row.clicks, orders=row.orders, earned=row.earned, returned=row.returned)
        for pk, row in rows.items()
    }
    order = sorted(rows, key=lambda pk: (-rows[pk].net, pk))
    # People are read only for the rows that can be shown.
    shown = set(order[:MOST]) | set([pk for pk in order if odd[pk]][:MOST])
    people = Influencer.objects.select_related("user").in_bulk(shown)
    return [Standing(people[pk], rows[pk], odd[pk]) for pk in order if pk in people]


@never_cache
@require_GET
@payer_required
def page(request: HttpRequest) -> HttpResponse:
    """Owed, held, paid, rates, the top and the odd, in any days."""
    form = PeriodForm(request.GET)
    found = programme(form.period, request.GET.get("currency", ""))
    context = {"page": found, "form": form, "period": form.period, "quick": QUICK}
    return render(request, "commissions/programme.html", context, status=422 if form.errors else 200)
