"""Verbs of the decision: who is credited for each line of a paid order, at which rate, and its accrual.

``judge`` decides plain rows and touches no table but the rate card's, so that one order and a backlog of a million lines
(``services/backlog.py``) go by the same rule. Safe to run twice, late and by several workers: a decision is one row for a
line, held by a unique constraint.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from commissions.attribution import DEFAULT_POLICY, Branch, Facts, decide
from commissions.models import Decision, Entry, Rate
from commissions.rates import Found, RateRow, rate_for
from commissions.services import booking
from core.money import share
from influencers.models import Influencer
from orders.models import Order, OrderLine


class Row(NamedTuple):
    """What the rule reads of a referred line; the fields of ``FIELDS`` in their order."""

    line_id: int
    influencer_id: int
    total_minor: int
    touched_at: datetime | None
    added_at: datetime
    path: str | None
    placed_at: datetime
    currency: str
    buyer_id: int | None
    buyer_email: str
    state: str
    influencer_user_id: int
    influencer_email: str


FIELDS = (
    "pk", "influencer_id", "total_minor", "touched_at", "added_at", "category__path", "order__placed_at", "order__currency",
    "order__user_id", "order__email", "influencer__state", "influencer__user_id", "influencer__user__email",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision that is not written yet, with what each beneficiary earns (influencer's id, minor units above zero)."""

    decision: Decision
    shares: tuple[tuple[int, int], ...]


class Card:
    """The rate card, read once; remembers what it found for a category and day."""

    def __init__(self) -> None:
        self.rows = [
            RateRow(row.category.path if row.category else "", row.rate_bps, row.starts_on, row.ends_on)
            for row in Rate.objects.select_related("category")
        ]
        self.found: dict[tuple[str, date], Found] = {}

    def rate(self, path: str, placed_at: datetime) -> Found:
        """The rate of a category on the day on which the order was placed."""
        key = (path, timezone.localdate(placed_at))
        if key not in self.found:
            self.found[key] = rate_for(*key, self.rows)
        return self.found[key]


def undecided(lines: QuerySet[OrderLine]) -> QuerySet[OrderLine]:
    """Those of the lines that somebody brought, that are paid, and that no decision was written for."""
    return lines.filter(influencer__isnull=False, decision__isnull=True, order__paid_at__isnull=False)


def judge(rows: Iterable[tuple], *, moment: datetime) -> Iterator[Judged]:
    """Decide rows of ``FIELDS``, without writing anything."""
    card = Card()
    for row in map(Row._make, rows):
        branch = decide(
            Facts(
                touched_at=row.touched_at or row.added_at, added_at=row.added_at, placed_at=row.placed_at,
                is_active=row.state == Influencer.State.ACTIVE, is_same_person=row.buyer_id == row.influencer_user_id,
                buyer_email=row.buyer_email, influencer_email=row.influencer_email,
            )
        )  # fmt: skip
        found = card.rate(row.path or "", row.placed_at)
        is_credited = branch == Branch.CART_LINE
        commission = share(row.total_minor, found.rate_bps) if is_credited else 0
        decision = Decision(
            line_id=row.line_id, influencer_id=row.influencer_id, reason=branch, policy_version=DEFAULT_POLICY.version,
            outcome=Decision.Outcome.CREDITED if is_credited else Decision.Outcome.REFUSED, base_minor=row.total_minor,
            currency=row.currency, rate_bps=found.rate_bps, rate_source=found.source, commission_minor=commission,
            decided_at=moment,
        )  # fmt: skip
        yield Judged(decision, ((row.influencer_id, commission),) if commission else ())


def accrue_for(order: Order, *, now: datetime | None = None) -> list[Entry]:
    """Decide each referred line of a paid order and book what it earns; a second call books nothing."""
    moment = now or timezone.now()
    booked = []
    rows = list(undecided(OrderLine.objects.filter(order=order)).order_by("pk").values_list(*FIELDS))
    for judged in judge(rows, moment=moment):
        try:
            with transaction.atomic():
                judged.decision.save(force_insert=True)
                booked += booking.book(booking.accruals(judged.decision, judged.shares))
        except IntegrityError:
            # Another worker decided this line at the same moment.
            continue
    return booked
