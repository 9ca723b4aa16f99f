"""Verbs of the decision: who is credited for each line of a paid order, at which rate, and its accrual.

``judge`` decides plain rows with a fixed number of queries for all of them, so that one order and a backlog of a million lines
(``services/backlog.py``) go by the same rules. Safe to run twice, late and by several workers: a decision is one row for a
line, held by a unique constraint. Each keeps everything that the rules were told; ``asked_again`` gives their answer anew.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
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
    facts_as_json,
    normalised_email,
    people_in,
)
from commissions.models import Account, Campaign, Decision, Entry, Invitation, Rate
from commissions.rates import Bonus, Found, RateRow, line_rate, question_as_stored, rate_again
from commissions.services import booking, withholding
from core.money import share
from influencers.models import AttributionPolicy, Influencer
from influencers.referrals import DEFAULT_POLICY, journey_as_stored, journey_from_stored
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


CREDITED, REFUSED = Decision.Outcome.CREDITED.value, Decision.Outcome.REFUSED.value
FIELDS = (
    "pk", "influencer_id", "total_minor", "source", "touched_at", "added_at", "journey", "product_id", "seller_id",
    "category__path", "order_id", "order__placed_at", "order__currency", "order__user_id", "order__email", "order__place_hash",
)  # fmt: skip


class Judged(NamedTuple):
    """A decision that is not written yet, column by column, and what each beneficiary earns (influencer's id, minor units above
    zero)."""

    line_id: int
    influencer_id: int
    outcome: str
    reason: str
    policy_version: str
    base_minor: int
    currency: str
    rate_bps: int
    rate_source: str
    commission_minor: int
    introducer_id: int | None
    introducer_minor: int
    # JSON text.
    facts: str
    decided_at: datetime
    shares: tuple[tuple[int, int], ...]
    # Those whose share is held from the start.
    held: tuple[int, ...] = ()

    @property
    def decision(self) -> Decision:
        """The row to write."""
        return Decision(**dict(zip(COLUMNS, self, strict=False)) | {"facts": json.loads(self.facts)})

    @property
    def accruals(self) -> list[tuple]:
        """The entries to book, in the order of ``ACCRUAL_COLUMNS``, with base and rate copied."""
        return [
            (
                influencer_id, self.line_id, Entry.Kind.ACCRUAL.value, 0, Account.PROGRAMME.value, Account.PENDING.value, amount,
                self.currency, self.base_minor, self.rate_bps, "paid", self.decided_at,
            )
            for influencer_id, amount in self.shares
        ]  # fmt: skip


COLUMNS = Judged._fields[:-2]
ACCRUAL_COLUMNS = (
    "influencer_id", "line_id", "kind", "sequence", "debit", "credit", "amount_minor", "currency", "base_minor", "rate_bps",
    "reason", "created_at",
)  # fmt: skip


def accrual_of(row: tuple) -> Entry:
    """The entry of ``Judged.accruals``."""
    return Entry(**dict(zip(ACCRUAL_COLUMNS, row, strict=True)))


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
        campaigns = Campaign.objects.select_related("category").prefetch_related("products", "invitations")
        self.campaigns = [
            (
                campaign,
                {product.pk for product in campaign.products.all()},
                {row.influencer_id: _accepted_on(row) for row in campaign.invitations.all()},
                Bonus(f"campaign:{campaign.pk}", campaign.bonus_bps, campaign.starts_on, campaign.ends_on),
            )
            for campaign in campaigns
        ]

        self.known: dict[tuple, tuple[Found, str]] = {}
        self.by_path: dict[str, tuple[RateRow, ...]] = {}

    def rows_for(self, path: str) -> tuple[RateRow, ...]:
        """The rows that a product of this category may meet: its own, those above it, and the rest's."""
        if path not in self.by_path:
            steps = path.split("/") if path else []
            places = ["/".join(steps[: depth + 1]) for depth in range(len(steps))]
            self.by_path[path] = tuple(row for place in [*places, ""] for row in self.rows.get(place, []))
        return self.by_path[path]

    def bonuses_for(self, row: Row, path: str, influencer_id: int) -> tuple[Bonus, ...]:
        """What campaigns may add for this product and creator, whatever the day."""
        found = []
        for campaign, products, invited, bonus in self.campaigns:
            fits_product = row.product_id in products if products else True
            above = campaign.category.path if campaign.category else ""
            fits_category = not above or path == above or path.startswith(f"{above}/")
            fits_seller = campaign.seller_id is None or campaign.seller_id == row.seller_id
            if not (fits_product and fits_category and fits_seller):
                continue
            if not invited:
                found.append(bonus)
            elif accepted_on := invited.get(influencer_id):
                found.append(replace(bonus, starts_on=max(bonus.starts_on, accepted_on)))
        return tuple(found)

    def rate_of(
        self, path: str, ordered_on: date, touched_on: date, live_on: date, bonuses: tuple[Bonus, ...]
    ) -> tuple[Found, str]:
        """What a line pays, and everything that the rule was told, as JSON text. Lines of one category and day share both."""
        key = (path, ordered_on, touched_on, live_on, bonuses)
        if key not in self.known:
            days = {"touched_on": touched_on, "live_on": live_on}
            question: dict[str, Any] = {"rows": self.rows_for(path), **days, "bonuses": bonuses}
            self.known[key] = (
                line_rate(path, ordered_on, **question),
                json.dumps(question_as_stored(path, ordered_on, **question)),
            )
        return self.known[key]


def _accepted_on(invitation: Invitation) -> date | None:
    """The day from which a campaign's bonus is the invited creator's, by the site's clock; None while she has not accepted."""
    is_accepted = invitation.answer == Invitation.Answer.ACCEPTED and invitation.answered_at
    return timezone.localdate(invitation.answered_at) if is_accepted else None


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
        mailbox, card = normalised_email(row.buyer_email), self.paid_with.get(row.order_id, "")
        for pk in wanted:
            creator = self.creators.get(pk)
            if creator is None:
                continue
            found[pk] = Standing(
                is_active=not creator.has_left,
                is_suspended=creator.is_suspended,
                is_same_person=row.buyer_id == creator.user_id,
                is_same_mailbox=mailbox == self.mailboxes[pk],
                is_same_address=bool(row.place_hash) and row.place_hash in self.places[creator.user_id],
                is_same_card=card in self.cards[creator.user_id],
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
    """Decide rows of ``FIELDS``, without writing anything. The same number of queries for one row and for thousands, all of them
    put before the first decision is made."""
    read = [Row._make(row) for row in rows]
    if not read:
        return iter(())
    journeys = [journey_of(row) for row in read]
    wanted = [people_in(journey) for journey in journeys]
    people = People(read, set().union(*wanted))
    return _judged(zip(read, journeys, wanted, strict=True), Policies(), Card(), people, moment)


def _judged(
    rows: Iterable[tuple[Row, Journey, set[int]]], policies: Policies, card: Card, people: People, moment: datetime
) -> Iterator[Judged]:
    zone = timezone.get_current_timezone()
    for row, journey, wanted in rows:
        policy, standings = policies.at(row.placed_at), people.standings(row, wanted)
        verdict = decide(journey, standings, policy)
        # Whoever the page had named is whom a refusal is told to, where nobody is left.
        influencer_id = verdict.influencer_id or row.influencer_id
        path, touch = row.path or "", verdict.touch
        # When the buyer came by the touch that counts, and since when what she saw was live.
        seen_at = touch.seen_at if touch else row.placed_at
        live_at = touch.live_at if touch and touch.live_at else seen_at
        ordered_on, touched_on, live_on = (at.astimezone(zone).date() for at in (row.placed_at, seen_at, live_at))
        bonuses = card.bonuses_for(row, path, influencer_id)
        found, question = card.rate_of(path, ordered_on, touched_on, live_on, bonuses)
        commission = share(row.total_minor, found.rate_bps) if verdict.is_credited else 0
        introducing = commission * verdict.assist_bps // 10_000
        shares = [(influencer_id, commission - introducing)]
        if verdict.introducer_id is not None:
            shares.append((verdict.introducer_id, introducing))
        # The mark by which ``watching`` finds what came by a paid advert.
        mark = {"paid_ad": "true"} if touch and touch.is_paid else {}
        stored = row.journey or journey_as_stored(journey)
        yield Judged(
            row.line_id, influencer_id, (CREDITED if verdict.is_credited else REFUSED), verdict.branch.value, policy.version,
            row.total_minor, row.currency, found.rate_bps, found.words, commission, verdict.introducer_id, introducing,
            facts_as_json(stored, standings, policy, **mark, rate=question), moment,
            tuple((pk, amount) for pk, amount in shares if amount), verdict.held,
        )  # fmt: skip


def accrue_for(order: Order, *, now: datetime | None = None) -> list[Entry]:
    """Decide each referred line of a paid order and book what it earns; a second call books nothing."""
    moment = now or timezone.now()
    booked = []
    rows = list(undecided(OrderLine.objects.filter(order=order)).order_by("pk").values_list(*FIELDS))
    for judged in judge(rows, moment=moment):
        try:
            with transaction.atomic():
                judged.decision.save(force_insert=True)
                accruals = booking.book([accrual_of(row) for row in judged.accruals])
                withholding.hold_accrued(accruals, owners=judged.held, now=moment)
                booked += accruals
        except IntegrityError:
            # Another worker decided this line at the same moment.
            continue
    return booked


def asked_again(facts: Mapping[str, Any]) -> tuple[Verdict, Found]:
    """What the rules say of a stored decision's facts: the same today as on the day it was made."""
    return decide_again(facts), rate_again(facts["rate"])
