"""Verbs of the decision: who is credited for each line of a paid order, at which rate, and its accrual.

``judge`` decides plain rows with a fixed number of queries for all of them, so that one order and a backlog of a million lines
(``services/backlog.py``) go by the same rules. Safe to run twice, late and by several workers: a decision is one row for a
line, held by a unique constraint. Each keeps everything that the rules were told; ``asked_again`` gives their answer anew.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Address
from commissions.attribution import (
    Journey,
    Policy,
    Standing,
    Touch,
    Verdict,
    decide,
    decide_again,
    facts_as_stored,
    normalised_email,
    people_in,
)
from commissions.models import Campaign, Decision, Entry, Rate
from commissions.rates import Bonus, Found, RateRow, line_rate, question_as_stored, rate_again
from commissions.services import booking, withholding
from core.money import share
from influencers.models import AttributionPolicy, Influencer
from influencers.referrals import DEFAULT_POLICY, journey_from_stored
from orders.models import Order, OrderLine, Payment


class Row(NamedTuple):
    """What the rules read of a referred line; the fields of ``FIELDS`` in their order."""

    line_id: int
    influencer_id: int
    total_minor: int
    source: str
    touched_at: datetime | None
    added_at: datetime
    journey: dict[str, Any]
    product_id: int
    seller_id: int
    path: str | None
    order_id: int
    placed_at: datetime
    currency: str
    buyer_id: int | None
    buyer_email: str
    place_hash: str


FIELDS = (
    "pk", "influencer_id", "total_minor", "source", "touched_at", "added_at", "journey", "product_id", "seller_id",
    "category__path", "order_id", "order__placed_at", "order__currency", "order__user_id", "order__email", "order__place_hash",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision that is not written yet, with what each beneficiary earns (influencer's id, minor units above zero)."""

    decision: Decision
    shares: tuple[tuple[int, int], ...]
    # Those whose share is held from the start.
    held: tuple[int, ...] = ()


class Policies:
    """The attribution policies, read once, newest first."""

    def __init__(self) -> None:
        rows = AttributionPolicy.objects.order_by("-starts_at")
        self.rows = [(row.starts_at, row.numbers) for row in rows]

    def at(self, moment: datetime) -> Policy:
        """The one for orders placed then."""
        return next((policy for starts_at, policy in self.rows if starts_at <= moment), DEFAULT_POLICY)


class Card:
    """The rate card and the campaigns, read once."""

    def __init__(self) -> None:
        self.rows: dict[str, list[RateRow]] = defaultdict(list)
        for row in Rate.objects.select_related("category").order_by("starts_on"):
            path = row.category.path if row.category else ""
            self.rows[path].append(RateRow(path, row.rate_bps, row.starts_on, row.ends_on))
        campaigns = Campaign.objects.select_related("category").prefetch_related("products", "creators")
        self.campaigns = [
            (
                campaign,
                {product.pk for product in campaign.products.all()},
                {creator.pk for creator in campaign.creators.all()},
                Bonus(f"campaign:{campaign.pk}", campaign.bonus_bps, campaign.starts_on, campaign.ends_on),
            )
            for campaign in campaigns
        ]

    def rows_for(self, path: str) -> list[RateRow]:
        """The rows that a product of this category may meet: its own, those above it, and the rest's."""
        steps = path.split("/") if path else []
        places = ["/".join(steps[: depth + 1]) for depth in range(len(steps))]
        return [row for place in [*places, ""] for row in self.rows.get(place, [])]

    def bonuses_for(self, row: Row, path: str, influencer_id: int) -> list[Bonus]:
        """What campaigns may add for this product and creator, whatever the day."""
        found = []
        for campaign, products, creators, bonus in self.campaigns:
            fits_product = row.product_id in products if products else True
            above = campaign.category.path if campaign.category else ""
            fits_category = not above or path == above or path.startswith(f"{above}/")
            fits_seller = campaign.seller_id is None or campaign.seller_id == row.seller_id
            if fits_product and fits_category and fits_seller and (not creators or influencer_id in creators):
                found.append(bonus)
        return found


class People:
    """How the creators of some rows stand to the orders: read at once, compared in memory."""

    def __init__(self, rows: Sequence[Row], wanted: Collection[int]) -> None:
        people = (
            Influencer.objects.filter(pk__in=wanted).select_related("user").only("state", "user__email", "user__name")
        )
        self.creators = {person.pk: person for person in people}
        self.mailboxes = {pk: normalised_email(person.user.email) for pk, person in self.creators.items()}
        users = {person.user_id: person for person in self.creators.values()}
        self.places: dict[int, set[str]] = defaultdict(set)
        for user_id, place in Address.objects.filter(user__in=users).values_list("user_id", "place_hash"):
            self.places[user_id].add(place)
        # Parcels that she had sent to somebody else bear another name: those places are not hers.
        own = Order.objects.paid().filter(user__in=users).exclude(place_hash="")
        for user_id, name, place in own.values_list("user_id", "name", "place_hash").distinct():
            if name.casefold().strip() == users[user_id].user.name.casefold().strip():
                self.places[user_id].add(place)
        paid = Payment.objects.filter(state=Payment.State.SUCCEEDED).exclude(card_hash="")
        self.cards: dict[int, set[str]] = defaultdict(set)
        for user_id, card in paid.filter(order__user__in=users).values_list("order__user_id", "card_hash").distinct():
            self.cards[user_id].add(card)
        orders = {row.order_id for row in rows}
        self.paid_with = dict(paid.filter(order__in=orders).values_list("order_id", "card_hash"))

    def standings(self, row: Row, wanted: Iterable[int]) -> dict[int, Standing]:
        """The standing of each of these creators to the row's order."""
        found = {}
        for pk in wanted:
            creator = self.creators.get(pk)
            if creator is None:
                continue
            found[pk] = Standing(
                is_active=not creator.has_left,
                is_suspended=creator.is_suspended,
                is_same_person=row.buyer_id == creator.user_id,
                is_same_mailbox=normalised_email(row.buyer_email) == self.mailboxes[pk],
                is_same_address=bool(row.place_hash) and row.place_hash in self.places[creator.user_id],
                is_same_card=self.paid_with.get(row.order_id, "") in self.cards[creator.user_id],
            )
        return found


def undecided(lines: QuerySet[OrderLine]) -> QuerySet[OrderLine]:
    """Those of the lines that somebody brought, that are paid, and that no decision was written for."""
    return lines.filter(influencer__isnull=False, decision__isnull=True, order__paid_at__isnull=False)


def journey_of(row: Row) -> Journey:
    """How the line came to be bought, as it was recorded when the order was placed."""
    if row.journey:
        return journey_from_stored(row.journey)
    touch = Touch(row.influencer_id, row.source, row.touched_at or row.added_at)
    return Journey(row.product_id, row.added_at, row.placed_at, (touch,))


def judge(rows: Iterable[tuple], *, moment: datetime) -> Iterator[Judged]:
    """Decide rows of ``FIELDS``, without writing anything. The same number of queries for one row and for thousands."""
    read = [Row._make(row) for row in rows]
    if not read:
        return
    journeys = [journey_of(row) for row in read]
    policies, card = Policies(), Card()
    people = People(read, {pk for journey in journeys for pk in people_in(journey)})
    for row, journey in zip(read, journeys, strict=True):
        policy, standings = policies.at(row.placed_at), people.standings(row, people_in(journey))
        verdict = decide(journey, standings, policy)
        # Whoever the page had named is whom a refusal is told to, where nobody is left.
        influencer_id = verdict.influencer_id or row.influencer_id
        path = row.path or ""
        question: dict[str, Any] = {
            "path": path, "ordered_on": timezone.localdate(row.placed_at), "rows": card.rows_for(path),
            **_days(verdict, row), "bonuses": card.bonuses_for(row, path, influencer_id),
        }  # fmt: skip
        found = line_rate(**question)
        commission = share(row.total_minor, found.rate_bps) if verdict.is_credited else 0
        introducing = commission * verdict.assist_bps // 10_000
        decision = Decision(
            line_id=row.line_id, influencer_id=influencer_id, reason=verdict.branch, policy_version=policy.version,
            outcome=Decision.Outcome.CREDITED if verdict.is_credited else Decision.Outcome.REFUSED, base_minor=row.total_minor,
            currency=row.currency, rate_bps=found.rate_bps, rate_source=found.words, commission_minor=commission,
            introducer_id=verdict.introducer_id, introducer_minor=introducing,
            facts=_facts(journey, standings, policy, verdict) | {"rate": question_as_stored(**question)}, decided_at=moment,
        )  # fmt: skip
        shares = [(influencer_id, commission - introducing)]
        if verdict.introducer_id is not None:
            shares.append((verdict.introducer_id, introducing))
        yield Judged(decision, tuple((pk, amount) for pk, amount in shares if amount), verdict.held)


def _facts(journey: Journey, standings: Mapping[int, Standing], policy: Policy, verdict: Verdict) -> dict[str, Any]:
    """What the rule was told, and the mark by which ``watching`` finds what came by a paid advert."""
    facts = facts_as_stored(journey, standings, policy)
    return facts | {"paid_ad": True} if verdict.touch and verdict.touch.is_paid else facts


def _days(verdict: Verdict, row: Row) -> dict[str, date]:
    """When the buyer came by the touch that counts, and since when what she saw was live, by the site's clock."""
    seen_at = verdict.touch.seen_at if verdict.touch else row.placed_at
    live_at = verdict.touch.live_at if verdict.touch and verdict.touch.live_at else seen_at
    return {"touched_on": timezone.localdate(seen_at), "live_on": timezone.localdate(live_at)}


def accrue_for(order: Order, *, now: datetime | None = None) -> list[Entry]:
    """Decide each referred line of a paid order and book what it earns; a second call books nothing."""
    moment = now or timezone.now()
    booked = []
    rows = list(undecided(OrderLine.objects.filter(order=order)).order_by("pk").values_list(*FIELDS))
    for judged in judge(rows, moment=moment):
        try:
            with transaction.atomic():
                judged.decision.save(force_insert=True)
                accruals = booking.book(booking.accruals(judged.decision, judged.shares))
                withholding.hold_accrued(accruals, owners=judged.held, now=moment)
                booked += accruals
        except IntegrityError:
            # Another worker decided this line at the same moment.
            continue
    return booked


def asked_again(facts: Mapping[str, Any]) -> tuple[Verdict, Found]:
    """What the rules say of a stored decision's facts: the same today as on the day it was made."""
    return decide_again(facts), rate_again(facts["rate"])
