"""What the pages of rates show: the card, what was announced, campaigns, and what another card would have paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import BigIntegerField, Case, F, Prefetch, QuerySet, Sum, Value, When
from django.shortcuts import get_object_or_404
from django.utils import timezone

from catalog.models import Category, Seller
from commissions.models import Campaign, Decision, Invitation, Rate
from commissions.rates import LOCK_DAYS, RateRow, rate_for
from commissions.services.announcing import card_rows
from influencers.models import Influencer

TOP = 10


@dataclass(frozen=True, slots=True)
class CardLine:
    """What a category pays today, and what was announced for it."""

    category: Category | None
    rate_bps: int
    # The rate above it holds: the category has no row of its own.
    is_inherited: bool
    coming: Rate | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a card would have paid in one currency beside what today's pays; minor units."""

    label: Any
    currency: str
    paid: int
    today: int
    proposed: int

    @property
    def change(self) -> int:
        """How much more than today's card."""
        return self.proposed - self.today


@dataclass(frozen=True, slots=True)
class Simulation:
    """Last quarter's credited lines under another card. ``paid`` is what was decided then, bonuses and kept rates included."""

    start: date
    end: date
    lines: int
    totals: list[Difference]
    categories: list[Difference]
    creators: list[Difference]


def card_now(day: date | None = None) -> list[CardLine]:
    """Every category with what it pays on a day (today), in the order of the tree, the rest last."""
    on = day or timezone.localdate()
    rows = card_rows()
    own = {row.path for row in rows if row.starts_on <= on and (row.ends_on is None or on < row.ends_on)}
    coming = {
        rate.category_id: rate for rate in Rate.objects.filter(starts_on__gt=on).order_by("-starts_on")
    }  # fmt: skip
    lines = [
        CardLine(
            category, rate_for(category.path, on, rows).rate_bps, category.path not in own, coming.get(category.pk)
        )
        for category in Category.objects.order_by("path")
    ]
    return [*lines, CardLine(None, rate_for("", on, rows).rate_bps, "" not in own, coming.get(None))]


def changes() -> QuerySet[Rate]:
    """Every row that was ever announced, newest first."""
    return Rate.objects.select_related("category").order_by("-announced_at", "-starts_on", "-pk")


def kept_until(rate: Rate) -> date | None:
    """Until when live content keeps the higher rate that this row replaces; None where it does not lower."""
    is_lower = rate.old_bps is not None and rate.rate_bps < rate.old_bps
    return rate.starts_on + timedelta(days=LOCK_DAYS) if is_lower else None


def campaigns_for_everyone(day: date | None = None) -> QuerySet[Campaign]:
    """Campaigns that run or are announced for everyone."""
    open_ones = Campaign.objects.filter(ends_on__gt=day or timezone.localdate(), invitations__isnull=True)
    return open_ones.select_related("seller", "category").prefetch_related("products").order_by("starts_on", "pk")


def invitations_of(influencer: Influencer, day: date | None = None) -> QuerySet[Invitation]:
    """Campaigns to which this creator is invited and that are not over, the ones without an answer first."""
    own = Invitation.objects.filter(influencer=influencer, campaign__ends_on__gt=day or timezone.localdate())
    own = own.select_related("campaign__seller", "campaign__category").prefetch_related("campaign__products")
    return own.order_by("answer", "campaign__starts_on", "pk")


def invitation_of(influencer: Influencer, pk: int) -> Invitation:
    """One of her invitations; 404 for any other."""
    return get_object_or_404(Invitation, pk=pk, influencer=influencer)


def campaigns_of(seller: Seller) -> QuerySet[Campaign]:
    """A seller's campaigns, the newest first, with whom they invite and what those said."""
    asked = Prefetch("invitations", queryset=Invitation.objects.select_related("influencer__user").order_by("pk"))
    rows = Campaign.objects.filter(seller=seller).select_related("category").prefetch_related("products", asked)
    return rows.order_by("-starts_on", "-pk")


def last_quarter(today: date) -> tuple[date, date]:
    """The first day of the quarter before this one, and the first day after it."""
    end = date(today.year, today.month - (today.month - 1) % 3, 1)
    return date(end.year - (end.month == 1), (end.month - 4) % 12 + 1, 1), end


def _bps(rates: Mapping[int, int], rest: int) -> Case:
    whens = [When(line__category=pk, then=Value(bps)) for pk, bps in rates.items()]
    return Case(*whens, default=Value(rest), output_field=BigIntegerField())


def simulate(proposed: Mapping[str, int], today: date | None = None) -> Simulation:
    """What the card with these rates (by path, "" for the rest) would have paid on last quarter's credited lines.

    Sums are made by the database, line by line with the rule's rounding: the same few queries whatever was sold.
    """
    day = today or timezone.localdate()
    start, end = last_quarter(day)
    rows = card_rows()
    standing = [row for row in rows if row.starts_on <= day and (row.ends_on is None or day < row.ends_on)]
    changed = [row for row in standing if row.path not in proposed]
    changed += [RateRow(path, bps, day) for path, bps in proposed.items()]
    categories = {category.pk: category for category in Category.objects.all()}
    now = {pk: rate_for(category.path, day, standing).rate_bps for pk, category in categories.items()}
    then = {pk: rate_for(category.path, day, changed).rate_bps for pk, category in categories.items()}
    rest_now, rest_then = rate_for("", day, standing).rate_bps, rate_for("", day, changed).rate_bps
    zone = timezone.get_current_timezone()
    lines = Decision.objects.filter(
        outcome=Decision.Outcome.CREDITED,
        line__order__placed_at__gte=datetime.combine(start, time(), tzinfo=zone),
        line__order__placed_at__lt=datetime.combine(end, time(), tzinfo=zone),
    )

    def summed(*by: str) -> Any:
        """The lines grouped so, with the three sums."""
        return lines.values(*by, "currency").annotate(
            paid=Sum("commission_minor"),
            today=Sum((F("base_minor") * _bps(now, rest_now) + 5_000) / 10_000, output_field=BigIntegerField()),
            proposed=Sum((F("base_minor") * _bps(then, rest_then) + 5_000) / 10_000, output_field=BigIntegerField()),
        )

    ranked = (
        summed("influencer")
        .annotate(gap=F("proposed") - F("today"))
        .annotate(size=Case(When(gap__lt=0, then=-F("gap")), default=F("gap"), output_field=BigIntegerField()))
        .filter(size__gt=0)
    )
    most = list(ranked.order_by("-size", "influencer")[:TOP])
    people = Influencer.objects.select_related("user").in_bulk([row["influencer"] for row in most])
    return Simulation(
        start=start,
        end=end - timedelta(days=1),
        lines=lines.count(),
        totals=[Difference(None, **row) for row in summed().order_by("currency")],
        categories=[
            Difference(
                categories.get(row["line__category"]), row["currency"], row["paid"], row["today"], row["proposed"]
            )
            for row in summed("line__category").order_by("-today", "line__category")
        ],
        creators=[
            Difference(people[row["influencer"]], row["currency"], row["paid"], row["today"], row["proposed"])
            for row in most
        ],
    )
