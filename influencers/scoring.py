"""The reach score of an application, 0 to 100. Pure; docs/rules/reach-score.md says the rule and is run as its test."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date
from itertools import pairwise
from typing import Any

Edges = tuple[float, float, float, float]

# Engagement in percent: the edges between low, below average, average, above average and high, one row a tier of size.
BANDS: dict[str, tuple[Edges, ...]] = {
    "instagram": (
        (1.72, 3.38, 4.42, 7.97),
        (0.62, 1.25, 1.62, 3.54),
        (0.39, 0.84, 1.11, 2.61),
        (0.32, 0.75, 1.01, 2.47),
        (0.41, 0.87, 1.14, 2.63),
        (0.46, 0.88, 1.13, 2.46),
        (0.57, 1.02, 1.27, 2.60),
    ),
    "tiktok": (
        (9.49, 12.06, 14.04, 18.51),
        (7.79, 10.50, 11.83, 14.59),
        (6.28, 8.38, 9.37, 11.38),
        (5.47, 7.22, 8.03, 10.45),
        (5.07, 6.66, 7.39, 9.56),
        (4.73, 6.19, 6.85, 8.12),
        (4.75, 6.20, 6.84, 8.69),
    ),
    "youtube": (
        (0.41, 1.47, 2.02, 6.42),
        (0.16, 0.59, 0.82, 2.62),
        (0.09, 0.36, 0.51, 1.66),
        (0.05, 0.23, 0.33, 1.08),
        (0.04, 0.19, 0.27, 0.86),
        (0.03, 0.16, 0.24, 0.71),
        (0.02, 0.13, 0.18, 0.59),
        # Above ten million: a fifth, two, three and four fifths of 2,884 real channels (docs/rules/reach-score.md).
        (0.003, 0.014, 0.063, 0.31),
    ),
    # No table by size is published for these two: one band for every size.
    "x": ((0.03, 0.09, 0.15, 0.36),),
    "facebook": ((0.0375, 0.1125, 0.1875, 0.45),),
}


PARTS = ("engagement", "reach", "authenticity", "cadence", "relevance")


@dataclass(frozen=True, slots=True)
class Policy:
    """Every number of the rule, and of the programme around it. A change of any of them is a new version."""

    version: str = "2026-2"
    weights: tuple[tuple[str, float], ...] = (
        ("engagement", 0.35),
        ("reach", 0.20),
        ("authenticity", 0.20),
        ("cadence", 0.15),
        ("relevance", 0.10),
    )
    bands: dict[str, tuple[Edges, ...]] = field(default_factory=lambda: BANDS)
    # The first follower count that is too large for the tier; the last tier has no end.
    tiers: tuple[int, ...] = (5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 10_000_000)
    # What stands at the four edges of a band; twice the last edge is 100.
    band_points: tuple[int, int, int, int] = (20, 40, 60, 85)
    # Networks whose engagement is counted against views, not followers.
    per_view: tuple[str, ...] = ("tiktok",)
    follower_floor: int = 500
    follower_ceiling: int = 1_000_000
    points_per_post: int = 10
    second_account_share: float = 0.1
    likely_from: int = 60
    close_from: int = 35
    # Authenticity: 100 less these.
    unlikely_engagement_penalty: int = 60
    unlikely_above_high: float = 3.0
    unlikely_below_low: float = 0.5
    unlikely_below_from_followers: int = 10_000
    odd_figures_penalty: int = 40
    spike_penalty: int = 40
    # A rise of followers in 30 days, as a share of them, that reactions did not follow; a fall of that share.
    spike_growth: float = 0.5
    spike_least_followers: int = 1_000
    drop_penalty: int = 20
    drop_share: float = 0.1
    growth_remembered_days: int = 180
    young_penalty: int = 20
    young_days: int = 90
    follows_many_penalty: int = 20
    follows_many_ratio: float = 2.0
    quiet_penalty: int = 20
    quiet_posts: int = 2
    stale_penalty: int = 10
    stale_days: int = 30
    # The programme: who may apply and when again, and what is decided without a person (docs/rules/risk.md).
    open_countries: tuple[str, ...] = ()
    reapply_days: int = 30
    auto_approve: bool = False
    auto_approve_from: int = 75
    auto_decline: bool = False
    auto_decline_below: int = 20
    # Followers of all accounts together from which an approval needs a second person.
    second_reviewer_from_followers: int = 250_000
    second_reviewer_at_high_risk: bool = True
    claim_tolerance: float = 0.1
    claim_far: float = 0.5
    disposable_domains: tuple[str, ...] = (
        "10minutemail.com", "10minutemail.net", "33mail.com", "burnermail.io", "discard.email", "dispostable.com",
        "dropmail.me", "emailfake.com", "emailondeck.com", "fakeinbox.com", "fakemail.net", "getairmail.com", "getnada.com",
        "grr.la", "guerrillamail.com", "guerrillamail.net", "guerrillamail.org", "guerrillamailblock.com", "inboxkitten.com",
        "mail.tm", "mailcatch.com", "maildrop.cc", "mailinator.com", "mailnesia.com", "mailnull.com", "mailsac.com",
        "mintemail.com", "moakt.com", "mohmal.com", "mytemp.email", "nada.email", "sharklasers.com", "spam4.me",
        "spamgourmet.com", "temp-mail.io", "temp-mail.org", "tempail.com", "tempmail.com", "tempmail.dev", "tempmailo.com",
        "throwawaymail.com", "trashmail.com", "trashmail.de", "trbvm.com", "wegwerfmail.de", "yopmail.com", "yopmail.fr",
    )  # fmt: skip


DEFAULT_POLICY = Policy()


def policy_data(policy: Policy) -> dict[str, Any]:
    """Every number of a policy but its version, as JSON keeps it."""
    data = {item.name: getattr(policy, item.name) for item in fields(policy) if item.name != "version"}
    data["weights"] = dict(policy.weights)
    data["bands"] = {network: [list(edges) for edges in rows] for network, rows in policy.bands.items()}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in data.items()}


def policy_from(data: dict[str, Any], version: str) -> Policy:
    """The policy that was kept as data. A number that it does not name is the default's; an unknown one is a TypeError."""
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    if "weights" in given:
        given["weights"] = tuple((key, given["weights"][key]) for key in PARTS)
    if "bands" in given:
        given["bands"] = {network: tuple(tuple(edges) for edges in rows) for network, rows in given["bands"].items()}
    return Policy(version=version, **given)


def policy_faults(policy: Policy) -> tuple[str, ...]:
    """What makes a policy unusable, by name; an empty tuple is a good policy."""
    faults = []
    weights = dict(policy.weights)
    if set(weights) != set(PARTS) or any(weight < 0 for weight in weights.values()):
        faults.append("weights_unknown")
    elif abs(sum(weights.values()) - 1) > 1e-6:
        faults.append("weights_sum")
    if set(policy.bands) != set(BANDS) or not all(policy.bands.values()):
        faults.append("bands_networks")
    elif any(
        not _is_rising(edges) or len(edges) != 4 or edges[0] <= 0 for rows in policy.bands.values() for edges in rows
    ):
        faults.append("bands_rising")
    if not _is_rising(policy.tiers):
        faults.append("tiers_rising")
    if not (_is_rising(policy.band_points) and policy.band_points[0] > 0 and policy.band_points[3] < 100):
        faults.append("band_points")
    if not 0 < policy.follower_floor < policy.follower_ceiling:
        faults.append("follower_floor")
    if not 0 < policy.close_from <= policy.likely_from <= 100:
        faults.append("lines")
    if policy.auto_approve_from < policy.likely_from or policy.auto_decline_below > policy.close_from:
        faults.append("automatic_lines")
    return tuple(faults)


def _is_rising(numbers: Iterable[float]) -> bool:
    return all(left < right for left, right in pairwise(numbers))


@dataclass(frozen=True, slots=True)
class Reading:
    """An account's numbers on one day. None: not known."""

    taken_on: date
    followers: int
    likes: int | None = None
    comments: int | None = None
    views: int | None = None

    @property
    def reactions(self) -> int | None:
        """Likes and comments on a typical post, as far as they are known."""
        given = [count for count in (self.likes, self.comments) if count is not None]
        return sum(given) if given else None


@dataclass(frozen=True, slots=True)
class Reach:
    """One account's numbers. Likes, comments and views are those of a typical post; None: not known."""

    platform: str
    handle: str
    followers: int
    posts_in_60_days: int | None = None
    likes: int | None = None
    comments: int | None = None
    views: int | None = None
    following: int | None = None
    opened_on: date | None = None
    # A reviewer's judgement of how much of it shows products, 0 to 4.
    relevance: int | None = None
    # She proved that it is hers: only such an account counts in a decision.
    is_proved: bool = True
    # When the network gave these numbers; None: they are the applicant's own.
    refreshed_on: date | None = None
    # What the network gave on other days, in any order.
    history: tuple[Reading, ...] = ()

    @property
    def reactions(self) -> int | None:
        """Likes and comments on a typical post, as far as they are known."""
        given = [count for count in (self.likes, self.comments) if count is not None]
        return sum(given) if given else None


def reach_data(reach: Reach) -> dict[str, Any]:
    """An account's numbers as JSON keeps them beside a score, without its other days."""
    data = {item.name: getattr(reach, item.name) for item in fields(reach) if item.name != "history"}
    for name in ("opened_on", "refreshed_on"):
        data[name] = data[name].isoformat() if data[name] else None
    return data


def reach_from(data: dict[str, Any]) -> Reach:
    """The numbers that ``reach_data`` kept."""
    days = {name: date.fromisoformat(data[name]) if data[name] else None for name in ("opened_on", "refreshed_on")}
    return Reach(**{**data, **days})


@dataclass(frozen=True, slots=True)
class Part:
    """One factor of an account: ``value`` 0 to 100 (None: left out), and what it adds of at most ``most`` points."""

    key: str
    value: float | None
    points: float
    most: float


@dataclass(frozen=True, slots=True)
class AccountScore:
    """An account's points, 0 to 100, with its parts.

    ``rate`` is its engagement in percent, ``growth`` the change of its followers over the last 30 days as a share.
    """

    platform: str
    handle: str
    points: float
    parts: tuple[Part, ...]
    rate: float | None
    growth: float | None
    flags: tuple[str, ...]
    missing: tuple[str, ...]
    is_proved: bool


@dataclass(frozen=True, slots=True)
class Score:
    """The applicant's points and verdict (``likely``, ``close``, ``not_yet``) from the accounts that she proved.

    ``parts`` are the best account's, and ``second`` for what the next one adds. ``accounts`` has every account, proved
    ones first, best first. ``points_once_proved`` and ``verdict_once_proved``: if she proved all of them.
    """

    points: float
    parts: tuple[Part, ...]
    accounts: tuple[AccountScore, ...]
    verdict: str
    flags: tuple[str, ...]
    missing: tuple[str, ...]
    points_once_proved: float
    verdict_once_proved: str


# With one of these an account is close at best: a person has to look.
DOUBTS = frozenset({"unlikely_engagement", "odd_figures", "spike"})
VERDICTS = ("not_yet", "close", "likely")


def engagement_rate(reach: Reach, policy: Policy) -> float | None:
    """Percent of followers (of views on TikTok) who react to a typical post; None when the numbers are not there."""
    base = reach.views if reach.platform in policy.per_view else reach.followers
    reactions = reach.reactions
    if not base or reactions is None:
        return None
    return 100 * reactions / base


def band_of(platform: str, followers: int, policy: Policy) -> Edges:
    """The four edges for an account of this size."""
    rows = policy.bands[platform]
    tier = sum(1 for end in policy.tiers if followers >= end)
    return rows[min(tier, len(rows) - 1)]


def band_value(rate: float, edges: Edges, policy: Policy) -> float:
    """Where a rate stands in its band, 0 to 100: straight lines between the edges, twice the high edge is 100."""
    left, low = 0.0, 0.0
    for right, high in zip((*edges, 2 * edges[3]), (*policy.band_points, 100), strict=True):
        if rate < right:
            return low + (high - low) * (rate - left) / (right - left)
        left, low = right, high
    return 100.0


def reach_value(followers: int, policy: Policy) -> float:
    """Followers on a logarithmic scale: the floor is 0, the ceiling is 100."""
    if followers <= policy.follower_floor:
        return 0.0
    span = math.log10(policy.follower_ceiling / policy.follower_floor)
    return min(100.0, 100 * math.log10(followers / policy.follower_floor) / span)


def gain_of_doubling(policy: Policy) -> float:
    """What twice the followers add to the value of reach, between floor and ceiling."""
    return 100 * math.log10(2) / math.log10(policy.follower_ceiling / policy.follower_floor)


def readings_of(reach: Reach, *, today: date) -> list[Reading]:
    """Every reading, oldest first; the present numbers are the last. One a day: of two the larger following stands."""
    if not reach.history:
        return []
    now = Reading(reach.refreshed_on or today, reach.followers, reach.likes, reach.comments, reach.views)
    earlier = {
        reading.taken_on: reading for reading in sorted(reach.history, key=_in_order) if reading.taken_on < now.taken_on
    }
    return [*earlier.values(), now]


def _in_order(reading: Reading) -> tuple[Any, ...]:
    """By day; of one day the larger following last, whatever the order in which they were given."""
    counts = (reading.followers, reading.likes, reading.comments, reading.views)
    return (reading.taken_on, *(-1 if count is None else count for count in counts))


def growth_between(before: Reading, after: Reading) -> float:
    """The change of followers as a share, reckoned to 30 days where more lie between."""
    ratio = after.followers / before.followers
    days = (after.taken_on - before.taken_on).days
    return float(ratio ** (30 / days) - 1) if days > 30 else ratio - 1


def growth_flags(readings: list[Reading], policy: Policy, *, today: date) -> tuple[float | None, tuple[str, ...]]:
    """The growth of the last 30 days, and ``spike`` or ``drop`` for what happened within the days remembered.

    Each reading is held against the youngest one that is 30 days older, else the
    oldest. A rise is a spike when reactions did not grow by half as much.
    """
    growth, flags = None, set()
    for place, after in enumerate(readings):
        earlier = readings[:place]
        old = [one for one in earlier if (after.taken_on - one.taken_on).days >= 30]
        before = old[-1] if old else earlier[0] if earlier else None
        if before is None or not before.followers:
            continue
        growth = growth_between(before, after)
        if (today - after.taken_on).days > policy.growth_remembered_days:
            continue
        if growth < -policy.drop_share:
            flags.add("drop")
        if growth > policy.spike_growth and after.followers - before.followers >= policy.spike_least_followers:
            was, now = before.reactions, after.reactions
            share = after.followers / before.followers - 1
            if not was or now is None or now / was - 1 < share / 2:
                flags.add("spike")
    return growth, tuple(sorted(flags))


def authenticity_flags(reach: Reach, rate: float | None, edges: Edges, policy: Policy, *, today: date) -> list[str]:
    """What costs authenticity but for growth: each flag has its penalty in the policy."""
    flags = []
    if rate is not None and (
        rate > policy.unlikely_above_high * edges[3]
        or (rate < policy.unlikely_below_low * edges[0] and reach.followers > policy.unlikely_below_from_followers)
    ):
        flags.append("unlikely_engagement")
    reactions = reach.reactions
    if (reach.likes is not None and reach.comments is not None and reach.comments > reach.likes) or (
        reach.views is not None and reactions is not None and reactions > reach.views
    ):
        flags.append("odd_figures")
    if reach.opened_on is not None and (today - reach.opened_on).days < policy.young_days:
        flags.append("young")
    if reach.following is not None and reach.following > policy.follows_many_ratio * reach.followers:
        flags.append("follows_many")
    if reach.posts_in_60_days is not None and reach.posts_in_60_days < policy.quiet_posts:
        flags.append("quiet")
    if reach.refreshed_on is not None and (today - reach.refreshed_on).days > policy.stale_days:
        flags.append("stale")
    return flags


def score_account(reach: Reach, policy: Policy, *, today: date) -> AccountScore:
    """One account's points. A missing metric is left out and the other weights grow to fill its place."""
    rate = engagement_rate(reach, policy)
    edges = band_of(reach.platform, reach.followers, policy)
    flags = authenticity_flags(reach, rate, edges, policy, today=today)
    growth = None
    if reach.history:
        growth, more = growth_flags(readings_of(reach, today=today), policy, today=today)
        flags += more
    values: dict[str, float | None] = {
        "engagement": None if rate is None else band_value(rate, edges, policy),
        "reach": reach_value(reach.followers, policy),
        "authenticity": max(0.0, 100.0 - sum(getattr(policy, f"{flag}_penalty") for flag in flags)),
        "cadence": (
            None if reach.posts_in_60_days is None else float(min(100, policy.points_per_post * reach.posts_in_60_days))
        ),
        "relevance": None if reach.relevance is None else 25.0 * reach.relevance,
    }
    given = sum(weight for key, weight in policy.weights if values[key] is not None)
    parts = []
    for key, weight in policy.weights:
        value = values[key]
        share = 0.0 if value is None or not given else weight / given
        parts.append(Part(key=key, value=value, points=(value or 0.0) * share, most=100 * share))
    return AccountScore(
        platform=reach.platform,
        handle=reach.handle,
        points=min(100.0, sum(part.points for part in parts)),
        parts=tuple(parts),
        rate=rate,
        growth=growth,
        flags=tuple(flags),
        missing=tuple(part.key for part in parts if part.value is None),
        is_proved=reach.is_proved,
    )


def rank(account: AccountScore) -> tuple[Any, ...]:
    """Best first; of equal ones the undoubted first, then by name: never by the order in which they were given."""
    growth = -9.0 if account.growth is None else account.growth
    values = tuple(part.points for part in account.parts)
    numbers = (account.rate or 0.0, growth, values, account.is_proved)
    return (
        -account.points, _ceiling_of(account), account.platform, account.handle, account.flags, account.missing, numbers,
    )  # fmt: skip


def _ceiling_of(account: AccountScore) -> bool:
    """No more than close: unlikely figures, or engagement that nobody knows."""
    return not DOUBTS.isdisjoint(account.flags) or "engagement" in account.missing


def _combined(accounts: list[AccountScore], policy: Policy) -> tuple[float, float]:
    """The points of ranked accounts together, and of the best that no doubt holds back (0 where there is none)."""
    if not accounts:
        return 0.0, 0.0
    share = policy.second_account_share
    second = accounts[1].points if len(accounts) > 1 else 0.0
    together = min(100.0, accounts[0].points + share * second)
    clean = next((account for account in accounts if not _ceiling_of(account)), None)
    if clean is None:
        return together, 0.0
    other = second if clean is accounts[0] else accounts[0].points
    return together, min(100.0, clean.points + share * other)


def points_of(accounts: list[AccountScore], policy: Policy) -> float:
    """The points of ranked accounts together."""
    return round(_combined(accounts, policy)[0], 1)


def verdict_of(accounts: list[AccountScore], policy: Policy, *, is_large_enough: bool) -> str:
    """``likely``, ``close`` or ``not_yet`` for ranked accounts.

    Too small is not yet. Likely needs an account without doubts that reaches the
    line, a tenth of the best other one counted in.
    """
    together, clean = (round(points, 1) for points in _combined(accounts, policy))
    if not is_large_enough or together < policy.close_from:
        return "not_yet"
    return "likely" if clean >= policy.likely_from else "close"


def score(reaches: Iterable[Reach], policy: Policy = DEFAULT_POLICY, *, today: date) -> Score:
    """The best proved account, and a tenth of the second best, at most 100. No account at all is 0 and ``not_yet``."""
    listed = list(reaches)
    ranked = sorted((score_account(reach, policy, today=today) for reach in listed), key=rank)
    counted = [account for account in ranked if account.is_proved]
    large = [reach for reach in listed if reach.followers >= policy.follower_floor]
    best = counted[0] if counted else None
    flags = best.flags if best else ("no_proved_account",) if ranked else ("no_account",)
    if ranked and not large:
        flags = ("too_few_followers", *flags)
    parts = best.parts if best else ()
    points = round(_combined(counted, policy)[0], 1)
    if best and len(counted) > 1:
        extra = min(policy.second_account_share * counted[1].points, 100.0 - best.points)
        most = 100 * policy.second_account_share
        parts = (*parts, Part(key="second", value=counted[1].points, points=extra, most=most))
    is_all = len(counted) == len(ranked)
    is_counted_large = any(reach.is_proved for reach in large)
    verdict = verdict_of(counted, policy, is_large_enough=is_counted_large)
    return Score(
        points=points,
        parts=parts,
        accounts=(*counted, *(account for account in ranked if not account.is_proved)),
        verdict=verdict,
        flags=flags,
        missing=best.missing if best else (),
        points_once_proved=points if is_all else round(_combined(ranked, policy)[0], 1),
        verdict_once_proved=verdict if is_all else verdict_of(ranked, policy, is_large_enough=bool(large)),
    )


def as_if_proved(reaches: Iterable[Reach]) -> list[Reach]:
    """The same accounts, each of them proved."""
    return [reach if reach.is_proved else replace(reach, is_proved=True) for reach in reaches]
