"""The receipt of a line, and the answer to "where is my order?"."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.http import Http404

from commissions.explaining import Explanation, explain, explain_unclaimed, touched_by
from commissions.models import Campaign, Decision, Entry, Hold, Payout
from commissions.queries import EarningLine, earnings_of
from commissions.rates import Found
from commissions.services.deciding import Policies, asked_again
from commissions.sources import Source, named, place_of
from influencers.models import Influencer
from influencers.referrals import journey_from_stored
from orders.models import OrderLine

LONGEST_NUMBER = 12


@dataclass(frozen=True, slots=True)
class Receipt:
    """One line as one of its creators may know it: how it was decided, what it pays, what moved, what is held."""

    row: EarningLine
    entries: Sequence[Entry]
    explanation: Explanation | None
    source: Source | None
    rate: Found | None
    campaign: str
    holds: Sequence[Hold]
    # Of the whole commission, what is hers.
    share_minor: int
    # With which it left.
    payout: Payout | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A line of the order that was asked for: the way that the rule took, or None while it is not decided."""

    line: OrderLine
    explanation: Explanation | None
    # The stored decision says the same as the rule does when it is asked again.
    agrees: bool
    is_paid: bool
    policy_version: str = ""
    visits: Sequence[tuple[Source, object]] = ()


def receipt(influencer: Influencer, pk: int) -> Receipt:
    """One of the paid lines that she brought, or introduced; 404 for any other."""
    hers = Q(influencer=influencer) | Q(decision__influencer=influencer) | Q(decision__introducer=influencer)
    if not OrderLine.objects.filter(hers, pk=pk, order__paid_at__isnull=False).exists():
        raise Http404
    row = earnings_of(influencer, [pk])[0]
    entries = list(Entry.objects.of(influencer).filter(line_id=pk).order_by("pk"))
    decision = row.decision
    explanation = rate = None
    campaign = ""
    share = 0
    if decision is not None:
        share = decision.closer_minor if decision.influencer_id == influencer.pk else decision.introducer_minor
        if decision.facts:
            explanation = explain(decision.facts, influencer.pk)
            rate = asked_again(decision.facts)[1]
            number = rate.bonus.removeprefix("campaign:")
            campaign = (
                (Campaign.objects.filter(pk=number).values_list("name", flat=True).first() or "") if number else ""
            )
    own = [visit.source for visit in explanation.visits] if explanation else []
    source = row.line.source if row.line.influencer_id == influencer.pk else (own[0] if own else "")
    holds = Hold.objects.filter(line=pk, influencer=influencer).select_related("finding", "appeal").order_by("-pk")
    return Receipt(
        row=row, entries=entries, explanation=explanation, rate=rate, campaign=campaign, holds=list(holds), share_minor=share,
        payout=influencer.payouts.filter(pk=row.payout_id).first() if row.payout_id else None,
        source=named(influencer, [source])[place_of(source)] if source else None,
    )  # fmt: skip


def typed_number(text: str) -> str:
    """The order number that was meant: capital letters, without spaces and the sign before it."""
    return "".join(text.split()).lstrip("#").upper()[:LONGEST_NUMBER]


def where_is(influencer: Influencer, number: str) -> list[Answer]:
    """The lines of an order in which she took part. Of an order that never touched her as little as of one that does not exist:
    both are one query and an empty answer."""
    rows = OrderLine.objects.filter(order__number=number).select_related("order", "product", "decision").order_by("pk")
    lines = [line for line in rows if _took_part(line, influencer.pk)]
    if not lines:
        return []
    policies, answers = Policies(), []
    for line in lines:
        decision: Decision | None = getattr(line, "decision", None)
        explanation, agrees = None, True
        if decision is not None and decision.facts:
            explanation = explain(decision.facts, influencer.pk)
            verdict, found = asked_again(decision.facts)
            agrees = (verdict.branch, verdict.is_credited, found.rate_bps) == (
                decision.reason, decision.outcome == Decision.Outcome.CREDITED, decision.rate_bps,
            )  # fmt: skip
        elif decision is None and line.journey and line.order.paid_at:
            policy = policies.at(line.order.placed_at)
            explanation = explain_unclaimed(journey_from_stored(line.journey), influencer.pk, policy)
        version = decision.policy_version if decision else ""
        answers.append(Answer(line, explanation, agrees, line.order.paid_at is not None, version))
    names = named(influencer, [visit.source for one in answers if one.explanation for visit in one.explanation.visits])
    return [
        Answer(
            one.line, one.explanation, one.agrees, one.is_paid, one.policy_version,
            [(names[place_of(visit.source)], visit) for visit in one.explanation.visits] if one.explanation else (),
        )
        for one in answers
    ]  # fmt: skip


def _took_part(line: OrderLine, influencer_id: int) -> bool:
    if line.influencer_id == influencer_id:
        return True
    return bool(line.journey) and touched_by(journey_from_stored(line.journey), influencer_id)
