"""Referrals: who brought a buyer to an item. Pure; docs/rules/attribution.md says the rule and is run as its test.

The pages write what happened (touches), this module says whose it is, ``commissions/attribution.py`` says whether it earns.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# How long a visit through somebody's page is remembered at most; no policy has a longer window.
WINDOW_DAYS = 30
# So many touches a visitor carries: the first one and the newest.
TRAIL_LENGTH = 10
# Where a link may stand: a page or a channel, and the thing on it.
SOURCE = re.compile(
    r"(storefront|home|product|share|(collection|list|spark|channel|qr):[0-9]{1,15})(/(pick|item|tag):[0-9]{1,15})?"
)
# Those that lead to a page which has a source of its own.
ARRIVAL = re.compile(r"share|(channel|qr):[0-9]{1,15}")
# Parameters that an advert alone adds to an address. fbclid is on every link of Facebook: it says nothing without a paid medium.
PAID_PARAMETERS = frozenset({"gclid", "gad_source", "msclkid", "twclid", "ttclid", "li_fat_id", "rdclid"})
PAID_MEDIA = frozenset({"cpc", "ppc", "paid", "paidsocial", "paid_social", "paid-social", "ads"})
# What is opened so soon after an advert was followed belongs to the same visit.
VISIT = timedelta(minutes=30)


class PaidAds(StrEnum):
    """What a policy does with what was won by a visit that somebody paid an advert for."""

    ALLOW = "allow"
    HOLD = "hold"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of the rule. A change of any of them is a new version; decisions keep theirs."""

    version: str = "2026-2"
    # A touch counts for what is put into the cart so long after it.
    window_hours: int = 720
    # What was put into the cart in time is credited when it is ordered at most so long after the touch.
    cart_lock_days: int = 89
    # So long after the basket page was opened a touch is late.
    late_minutes: int = 60
    # An order ends what was touched before it.
    ends_with_order: bool = False
    # Of the commission, what goes to another creator who introduced the buyer; 2,000 is 20 %, 0 turns it off.
    assist_bps: int = 0
    # A parcel to the creator's own address, or a payment with her card, earns nothing.
    refuses_household: bool = True
    paid_ads: str = PaidAds.ALLOW.value

    @property
    def window_days(self) -> int:
        """The window in whole days."""
        return self.window_hours // 24


DEFAULT_POLICY = Policy()
# Like the largest shops: a session of 24 hours that ends with an order.
SESSION_POLICY = Policy(version="session-24h", window_hours=24, ends_with_order=True)


@dataclass(frozen=True, slots=True)
class Touch:
    """A visitor came through this influencer's link: where it stood, and when (aware UTC)."""

    influencer_id: int
    source: str
    seen_at: datetime
    # The item that the link showed; None for a whole page.
    product_id: int | None = None
    # Since when that content is live.
    live_at: datetime | None = None
    # When the basket page had been opened last, if the touch came while it was open or after.
    opened_at: datetime | None = None
    # The visit came from a paid advert, by its address.
    is_paid: bool = False


@dataclass(frozen=True, slots=True)
class Journey:
    """How an item came to be bought: what was touched (oldest first), put in, typed and ordered."""

    product_id: int
    added_at: datetime
    placed_at: datetime
    touches: tuple[Touch, ...] = ()
    code: str = ""
    code_influencer_id: int | None = None
    # The buyer's order before this one.
    previous_order_at: datetime | None = None


class Way(StrEnum):
    """What makes an item somebody's, strongest first."""

    TYPED_CODE = "typed_code"
    ITEM_CLICK = "item_click"
    CART_LINE = "cart_line"
    LAST_TOUCH = "last_touch"


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose the item is, by which way and touch (None for a typed code)."""

    influencer_id: int
    way: Way
    touch: Touch | None = None


def known_source(text: str) -> str:
    """The source that a link names, where it is one; ``product`` for anything else."""
    return text if SOURCE.fullmatch(text) else "product"


def arrival(text: str) -> str:
    """The share link, channel or QR code by which somebody came to a page, as the address names it; "" for none."""
    return text if ARRIVAL.fullmatch(text) else ""


def is_paid_ad(query: str) -> bool:
    """The visit came from a paid advert, by the address that was opened."""
    given = {name.lower(): value.lower() for name, value in parse_qsl(query)}
    return bool(given.keys() & PAID_PARAMETERS) or given.get("utm_medium", "") in PAID_MEDIA


def follows_an_advert(trail: Sequence[Touch], influencer_id: int, now: datetime) -> bool:
    """The visit goes on that a paid advert of this creator began: what is opened from there came by the advert, too."""
    own = [touch for touch in trail if touch.influencer_id == influencer_id]
    return bool(own) and own[-1].is_paid and timedelta(0) <= elapsed(own[-1].seen_at, now) <= VISIT


def elapsed(since: datetime, until: datetime) -> timedelta:
    """The time that really passed. (Python subtracts two moments of one zone by their wall clocks: an hour wrong when it changes.)"""
    return until.astimezone(UTC) - since.astimezone(UTC)


def is_current(touch: Touch, *, now: datetime, window_days: int = WINDOW_DAYS) -> bool:
    """A touch counts from the moment it was seen until the window has passed; one from the future never does."""
    return timedelta(0) <= elapsed(touch.seen_at, now) <= timedelta(days=window_days)


def is_late(touch: Touch, policy: Policy = DEFAULT_POLICY) -> bool:
    """The touch came when the basket page had been opened: it wins nothing that lay there."""
    if touch.opened_at is None:
        return False
    return timedelta(0) <= elapsed(touch.opened_at, touch.seen_at) <= timedelta(minutes=policy.late_minutes)


def extended(trail: Sequence[Touch], touch: Touch) -> tuple[Touch, ...]:
    """The trail with one more touch. The same link twice in a row stands once, with its last moment; of many the first and the newest stay."""
    kept = [*trail]
    last = kept[-1] if kept else None
    if last and (last.influencer_id, last.source, last.product_id, last.opened_at) == (
        touch.influencer_id, touch.source, touch.product_id, touch.opened_at,
    ):  # fmt: skip
        kept.pop()
    kept.append(touch)
    return tuple(kept if len(kept) <= TRAIL_LENGTH else [kept[0], *kept[1 - TRAIL_LENGTH :]])


def merged(*trails: Iterable[Touch]) -> tuple[Touch, ...]:
    """The touches of several trails, each once, oldest first; those of one second in the order in which they came."""
    found: dict[Touch, None] = {}
    for touch in (one for trail in trails for one in trail):
        found.pop(touch, None)
        found[touch] = None
    return tuple(sorted(found, key=lambda touch: touch.seen_at))


def _counted(journey: Journey, policy: Policy, *, at: datetime) -> list[Touch]:
    """The touches whose window lasts at this moment and whose session no order has ended, oldest first."""
    ended = journey.previous_order_at if policy.ends_with_order else None
    if ended is not None and elapsed(journey.added_at, ended) >= timedelta(0):
        # It lay in the cart before that order was placed: the order did not end it.
        ended = None
    return [
        touch
        for touch in journey.touches
        if timedelta(0) <= elapsed(touch.seen_at, at) <= timedelta(hours=policy.window_hours)
        and (ended is None or elapsed(ended, touch.seen_at) > timedelta(0))
    ]


def claim_on(journey: Journey, policy: Policy = DEFAULT_POLICY) -> Claim | None:
    """Whose the item is: a typed code, then a link to this very item, then the last touch when it was put into the cart, then
    the last touch before the basket page opened. None: nobody's.
    """
    if journey.code_influencer_id is not None:
        return Claim(journey.code_influencer_id, Way.TYPED_CODE)
    before = _counted(journey, policy, at=journey.added_at)
    for touch in reversed(before):
        if touch.product_id == journey.product_id:
            return Claim(touch.influencer_id, Way.ITEM_CLICK, touch)
    for touch in reversed(before):
        if not is_late(touch, policy):
            return Claim(touch.influencer_id, Way.CART_LINE, touch)
    for touch in reversed(_counted(journey, policy, at=journey.placed_at)):
        if elapsed(journey.added_at, touch.seen_at) > timedelta(0) and not is_late(touch, policy):
            return Claim(touch.influencer_id, Way.LAST_TOUCH, touch)
    return None


def introducer_of(journey: Journey, claim: Claim, policy: Policy = DEFAULT_POLICY) -> int | None:
    """Another creator whose touch came first inside the window; None when the first was the claimant's own, or there was none."""
    until = claim.touch.seen_at if claim.touch else journey.added_at
    earlier = [
        touch
        for touch in _counted(
            journey, policy, at=journey.added_at if claim.way != Way.LAST_TOUCH else journey.placed_at
        )
        if not is_late(touch, policy)
        and elapsed(touch.seen_at, until) >= timedelta(0)
        and not (touch.is_paid and policy.paid_ads == PaidAds.REFUSE)
    ]
    first = earlier[0].influencer_id if earlier else None
    return first if first != claim.influencer_id else None


def micros(moment: datetime | None) -> int:
    """A moment as whole microseconds since 1970, exact; 0 for none. Seconds would not tell what came first."""
    return (moment - EPOCH) // timedelta(microseconds=1) if moment else 0


def moment_of(number: int) -> datetime | None:
    """The moment again, in UTC."""
    return EPOCH + timedelta(microseconds=int(number)) if number else None


def as_stored(touch: Touch) -> list[Any]:
    """The touch as plain values for a cookie or a JSON column."""
    moments = [micros(touch.seen_at), touch.product_id or 0, micros(touch.live_at), micros(touch.opened_at)]
    return [touch.influencer_id, touch.source, *moments, int(touch.is_paid)]


def from_stored(values: Sequence[Any]) -> Touch:
    """The touch again. Raises ValueError, TypeError or OverflowError for anything else."""
    # Those that were written before adverts were looked at have no last one.
    influencer_id, source, seen, product_id, live, opened, *paid = values
    seen_at = moment_of(seen)
    if seen_at is None:
        raise ValueError("a touch without its moment")
    return Touch(
        int(influencer_id), str(source), seen_at, int(product_id) or None, moment_of(live), moment_of(opened), any(paid)
    )  # fmt: skip


def journey_as_stored(journey: Journey) -> dict[str, Any]:
    """The journey as JSON."""
    moments = {
        name: value.isoformat() if (value := getattr(journey, name)) else None
        for name in ("added_at", "placed_at", "previous_order_at")
    }
    return {
        "product_id": journey.product_id,
        "code": journey.code,
        "code_influencer_id": journey.code_influencer_id,
        "touches": [as_stored(touch) for touch in journey.touches],
        **moments,
    }


def journey_from_stored(values: dict[str, Any]) -> Journey:
    """The journey again."""
    previous = values["previous_order_at"]
    return Journey(
        product_id=values["product_id"],
        added_at=datetime.fromisoformat(values["added_at"]),
        placed_at=datetime.fromisoformat(values["placed_at"]),
        touches=tuple(from_stored(touch) for touch in values["touches"]),
        code=values["code"],
        code_influencer_id=values["code_influencer_id"],
        previous_order_at=datetime.fromisoformat(previous) if previous else None,
    )


def flat(row: Any) -> dict[str, Any]:
    """A dataclass with slots as a dict of its values. ``dataclasses.asdict`` copies deeply: it costs more than deciding a line."""
    return {name: getattr(row, name) for name in row.__slots__}
