"""Who is credited for a line, and why not. Pure; docs/rules/attribution.md says the rule and is run as its test.

Whose a line is (``influencers.referrals.claim_on``) and what makes it earn nothing are two questions; the answer to both is
one verdict.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from influencers.referrals import (
    DEFAULT_POLICY,
    SESSION_POLICY,
    Journey,
    PaidAds,
    Policy,
    Touch,
    Way,
    claim_on,
    elapsed,
    flat,
    introducer_of,
    is_late,
    journey_from_stored,
)

__all__ = ["DEFAULT_POLICY", "SESSION_POLICY", "Journey", "Policy", "Touch", "Way"]


class Branch(StrEnum):
    """Which way the rule took: how the line was won, or why it earns nothing."""

    TYPED_CODE = "typed_code"
    ITEM_CLICK = "item_click"
    CART_LINE = "cart_line"
    LAST_TOUCH = "last_touch"
    OWN_PURCHASE = "own_purchase"
    SAME_HOUSEHOLD = "same_household"
    # She had left the programme: banned, or closed after probation. Older decisions say it of a suspension, too.
    SUSPENDED = "suspended"
    ORDERED_TOO_LATE = "ordered_too_late"
    OUTSIDE_WINDOW = "outside_window"
    LATE_TOUCH = "late_touch"
    PAID_AD = "paid_ad"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a creator stands to this order. What was compared (mails, addresses, cards) is not kept, only what came of it."""

    # Her shop earns, if need be held.
    is_active: bool = True
    # The same account, or the same mailbox.
    is_same_person: bool = False
    is_same_mailbox: bool = False
    # The parcel goes to an address of hers, or her card pays.
    is_same_address: bool = False
    is_same_card: bool = False
    # What she earns is held until her suspension is over.
    is_suspended: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rule says of a line. ``influencer_id`` is None when nobody touched it; ``introducer_id`` shares what is credited."""

    branch: Branch
    influencer_id: int | None
    is_credited: bool
    introducer_id: int | None = None
    assist_bps: int = 0
    # The touch by which she brought it; None for a typed code.
    touch: Touch | None = None
    # Those of the beneficiaries whose part is held from the start.
    held: tuple[int, ...] = ()


def decide(journey: Journey, standings: Mapping[int, Standing], policy: Policy = DEFAULT_POLICY) -> Verdict:
    """Credit the line to whoever brought it, or refuse and say why. A creator without a standing has left."""
    claim = claim_on(journey, policy)
    if claim is None:
        in_time = [touch for touch in journey.touches if touch.seen_at <= journey.placed_at and is_late(touch, policy)]
        last = (in_time or journey.touches or (None,))[-1]
        branch = Branch.LATE_TOUCH if in_time else Branch.OUTSIDE_WINDOW
        return Verdict(branch, last.influencer_id if last else None, is_credited=False, touch=last)
    refused = _refusal(standings.get(claim.influencer_id), policy)
    lock = timedelta(days=policy.cart_lock_days)
    if refused is None and claim.touch and elapsed(claim.touch.seen_at, journey.placed_at) > lock:
        refused = Branch.ORDERED_TOO_LATE
    if refused is None and claim.touch and claim.touch.is_paid and policy.paid_ads == PaidAds.REFUSE:
        refused = Branch.PAID_AD
    if refused is not None:
        return Verdict(refused, claim.influencer_id, is_credited=False, touch=claim.touch)
    introducer = introducer_of(journey, claim, policy) if policy.assist_bps else None
    if introducer is not None and _refusal(standings.get(introducer), policy) is not None:
        introducer = None
    people = [pk for pk in (claim.influencer_id, introducer) if pk is not None]
    return Verdict(
        Branch(claim.way), claim.influencer_id, is_credited=True, introducer_id=introducer,
        assist_bps=policy.assist_bps if introducer is not None else 0, touch=claim.touch,
        held=tuple(pk for pk in people if standings[pk].is_suspended),
    )  # fmt: skip


def _refusal(standing: Standing | None, policy: Policy) -> Branch | None:
    """Why this creator earns nothing from this order; None when she does."""
    if standing is None:
        return Branch.SUSPENDED
    if standing.is_same_person or standing.is_same_mailbox:
        return Branch.OWN_PURCHASE
    if policy.refuses_household and (standing.is_same_address or standing.is_same_card):
        return Branch.SAME_HOUSEHOLD
    return None if standing.is_active else Branch.SUSPENDED


def people_in(journey: Journey) -> set[int]:
    """Whose standing the rule may ask for."""
    people = {touch.influencer_id for touch in journey.touches}
    return people | {journey.code_influencer_id} if journey.code_influencer_id is not None else people


def normalised_email(email: str) -> str:
    """The mailbox behind an address: lower case, without ``+tag``, and without dots where Google ignores them."""
    name, _, host = email.strip().lower().rpartition("@")
    name = re.sub(r"\+.*", "", name)
    if host in {"gmail.com", "googlemail.com"}:
        name, host = name.replace(".", ""), "gmail.com"
    return f"{name}@{host}"


@lru_cache(maxsize=1024)
def _as_json(row: Policy | Standing) -> str:
    return json.dumps(flat(row))


def facts_as_json(journey: dict[str, Any], standings: Mapping[int, Standing], policy: Policy, **more: str) -> str:
    """Everything that ``decide`` was told, as JSON text: the stored journey, the standings and the policy; ``more`` stands beside
    them, JSON texts, too. No mail, address or card is among it. Of many lines most share policy and standing."""
    people = ", ".join(f'"{pk}": {_as_json(standing)}' for pk, standing in sorted(standings.items()))
    beside = "".join(f', "{name}": {text}' for name, text in more.items())
    return f'{{"journey": {json.dumps(journey)}, "standings": {{{people}}}, "policy": {_as_json(policy)}{beside}}}'


def decide_again(facts: Mapping[str, Any]) -> Verdict:
    """The verdict of stored facts: the same, whenever it is asked."""
    standings = {int(pk): Standing(**standing) for pk, standing in facts["standings"].items()}
    return decide(journey_from_stored(facts["journey"]), standings, Policy(**facts["policy"]))
