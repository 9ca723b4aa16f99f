"""Why a line was decided as it was, told to one of the creators who took part. Pure: it asks the rule of attribution again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from commissions.attribution import Branch, Journey, Policy, Standing, Touch, Verdict, decide, decide_again
from influencers.referrals import claim_on, is_late, journey_from_stored

WON = {Branch.TYPED_CODE, Branch.ITEM_CLICK, Branch.CART_LINE, Branch.LAST_TOUCH}


class Fate(StrEnum):
    """What became of one of her visits."""

    WON = "won"
    INTRODUCED = "introduced"
    # It counted, and another way or a later visit came before it.
    BEATEN = "beaten"
    LATE = "late"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit through a link of hers, and what became of it."""

    source: str
    seen_at: datetime
    fate: Fate


@dataclass(frozen=True, slots=True)
class Explanation:
    """The way the rule took, as this creator may know it: of the buyer nothing, of another creator only that there was one."""

    branch: Branch
    is_credited: bool
    is_hers: bool
    # She introduced the buyer and has a share.
    is_introducer: bool
    has_typed_code: bool
    added_at: datetime
    visits: tuple[Visit, ...]
    # Her visit that decided it came by a paid advert: what the policy does with it (referrals.PaidAds); "" for any other.
    advert: str = ""

    @property
    def shown(self) -> str:
        """The branch whose words the page has. Why somebody else was refused is not hers to know."""
        return self.branch if self.is_hers or self.is_credited else "of_another"


def touched_by(journey: Journey, influencer_id: int) -> bool:
    """She took part: by a link, or by her code."""
    return influencer_id == journey.code_influencer_id or any(
        touch.influencer_id == influencer_id for touch in journey.touches
    )


def explain(facts: Mapping[str, Any], influencer_id: int) -> Explanation:
    """The stored facts of a decision, asked again, as this creator is told."""
    policy = Policy(**facts["policy"])
    return _told(journey_from_stored(facts["journey"]), decide_again(facts), influencer_id, policy)


def explain_unclaimed(journey: Journey, influencer_id: int, policy: Policy) -> Explanation | None:
    """The same for a line that nobody could claim, which is why nothing was decided; None where somebody can, and will be."""
    if claim_on(journey, policy) is not None:
        return None
    nobody: dict[int, Standing] = {}
    return _told(journey, decide(journey, nobody, policy), influencer_id, policy)


def _told(journey: Journey, verdict: Verdict, influencer_id: int, policy: Policy) -> Explanation:
    own = [touch for touch in journey.touches if touch.influencer_id == influencer_id]
    is_hers = verdict.influencer_id == influencer_id
    is_introducer = verdict.introducer_id == influencer_id
    visits = [Visit(touch.source, touch.seen_at, _fate(journey, verdict, touch, policy)) for touch in own]
    if is_introducer:
        first = next(place for place, visit in enumerate(visits) if visit.fate == Fate.BEATEN)
        visits[first] = replace(visits[first], fate=Fate.INTRODUCED)
    branch = verdict.branch
    if branch in {Branch.LATE_TOUCH, Branch.OUTSIDE_WINDOW} and own:
        # Nobody won, each for a reason of her own: she hears what became of her visits.
        is_hers = True
        was_late = any(visit.fate == Fate.LATE for visit in visits)
        branch = Branch.LATE_TOUCH if was_late else Branch.OUTSIDE_WINDOW
    is_advert = is_hers and verdict.touch is not None and verdict.touch.is_paid
    return Explanation(
        branch, verdict.is_credited, is_hers, is_introducer, bool(journey.code_influencer_id), journey.added_at, tuple(visits),
        advert=policy.paid_ads if is_advert else "",
    )  # fmt: skip


def _fate(journey: Journey, verdict: Verdict, touch: Touch, policy: Policy) -> Fate:
    """Alone, would it have won? Then it was beaten, unless it is the one that decided whose the line is, were it refused then."""
    if claim_on(replace(journey, touches=(touch,), code="", code_influencer_id=None), policy) is None:
        return Fate.LATE if is_late(touch, policy) else Fate.OUTSIDE
    return Fate.WON if touch == verdict.touch else Fate.BEATEN
