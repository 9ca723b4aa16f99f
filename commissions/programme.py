"""The programme as people who pay creators see it: what stands where, what a period brought, who is at the top and who looks odd."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from commissions.access import payer_required
from commissions.models import Account, Balance, Entry
from commissions.performance import SUMS, Period, Row, booked, chart, clicked, sums
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
    entries = booked(None, period, currency)
    base = entries.aggregate(base=Sum("base_minor"), earned=SUMS["earned"])
    start, end = period.bounds
    paid = Entry.objects.filter(
        kind=Entry.Kind.PAID, created_at__gte=start, created_at__lt=end, currency=currency
    ).aggregate(n=Sum("amount_minor"))["n"]
    standings = _standings(period, currency)
    return Programme(
        currency=currency, books=books, now=sums(None, period, currency), before=sums(None, period.before, currency),
        rate_bps=base["earned"] * 10_000 // base["base"] if base["base"] else 0, paid=paid or 0,
        chart=chart(None, period, currency), top=[one for one in standings if one.row.net > 0][:MOST],
        odd=[one for one in standings if one.odd][:MOST],
    )  # fmt: skip


def _standings(period: Period, currency: str) -> list[Standing]:
    money: Any = booked(None, period, currency).values("influencer").annotate(**SUMS)
    found: dict[int, dict[str, Any]] = {row.pop("influencer"): row for row in money}
    visits = clicked(None, period).values("influencer").annotate(n=Count("pk"))
    clicks = dict(visits.values_list("influencer", "n"))
    rows = {pk: Row(clicks=clicks.get(pk, 0), **found.get(pk, {})) for pk in found.keys() | clicks.keys()}
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
