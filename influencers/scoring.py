"""The reach score of an application, 0 to 100. Pure; docs/rules/reach-score.md says the rule and is run as its test."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

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
    ),
    # No table by size is published for these two: one band for every size.
    "x": ((0.03, 0.09, 0.15, 0.36),),
    "facebook": ((0.0375, 0.1125, 0.1875, 0.45),),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """Every number of the rule. A change of any of them is a new version."""

    version: str = "2026-1"
    weights: tuple[tuple[str, float], ...] = (
        ("engagement", 0.35),
        ("audience", 0.20),
        ("health", 0.20),
        ("activity", 0.15),
        ("fit", 0.10),
    )
    bands: dict[str, tuple[Edges, ...]] = field(default_factory=lambda: BANDS)
    # The first follower count that is too large for the tier; the last tier has no end.
    tiers: tuple[int, ...] = (5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000)
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
    # Account health: 100 less these.
    unlikely_engagement_penalty: int = 60
    unlikely_above_high: float = 3.0
    unlikely_below_low: float = 0.5
    unlikely_below_from_followers: int = 10_000
    young_penalty: int = 20
    young_days: int = 90
    follows_many_penalty: int = 20
    follows_many_ratio: float = 2.0
    quiet_penalty: int = 20
    quiet_posts: int = 2


DEFAULT_POLICY = Policy()


@dataclass(frozen=True, slots=True)
class Reach:
    """One account's numbers. Likes, comments and views are those of a typical post; None: not given."""

    platform: str
    handle: str
    followers: int
    posts_in_60_days: int
    likes: int | None = None
    comments: int | None = None
    views: int | None = None
    following: int | None = None
    opened_on: date | None = None
    # A reviewer's judgement of how much of it shows products, 0 to 4.
    relevance: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One factor of an account: ``value`` 0 to 100 (None: left out), and what it adds of at most ``most`` points."""

    key: str
    value: float | None
    points: float
    most: float


@dataclass(frozen=True, slots=True)
class AccountScore:
    """An account's points, 0 to 100, with its parts; ``rate`` is its engagement in percent."""

    platform: str
    handle: str
    points: float
    parts: tuple[Part, ...]
    rate: float | None
    flags: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """The applicant's points and verdict (``likely``, ``close``, ``not_yet``), account by account, best first.

    ``parts`` are the best account's, and ``second`` for what the next one adds.
    """

    points: float
    parts: tuple[Part, ...]
    accounts: tuple[AccountScore, ...]
    verdict: str
    flags: tuple[str, ...]
    missing: tuple[str, ...]


def engagement_rate(reach: Reach, policy: Policy) -> float | None:
    """Percent of followers (of views on TikTok) who react to a typical post; None when the numbers are not there."""
    base = reach.views if reach.platform in policy.per_view else reach.followers
    given = [count for count in (reach.likes, reach.comments) if count is not None]
    if not base or not given:
        return None
    return 100 * sum(given) / base


def band_of(platform: str, followers: int, policy: Policy) -> Edges:
    """The four edges for an account of this size."""
    rows = policy.bands[platform]
    tier = sum(1 for end in policy.tiers if followers >= end)
    return rows[min(tier, len(rows) - 1)]


def band_value(rate: float, edges: Edges, policy: Policy) -> float:
    """Where a rate stands in its band, 0 to 100: straight lines between the edges, twice the high edge is 100."""
    knots = [(0.0, 0.0), *zip(edges, policy.band_points, strict=True), (2 * edges[3], 100.0)]
    for (left, low), (right, high) in pairwise(knots):
        if rate < right:
            return low + (high - low) * (rate - left) / (right - left)
    return 100.0


def audience_value(followers: int, policy: Policy) -> float:
    """Followers on a logarithmic scale: the floor is 0, the ceiling is 100."""
    if followers <= policy.follower_floor:
        return 0.0
    span = math.log10(policy.follower_ceiling / policy.follower_floor)
    return min(100.0, 100 * math.log10(followers / policy.follower_floor) / span)


def gain_of_doubling(policy: Policy) -> float:
    """What twice the followers add to the audience's value, between floor and ceiling."""
    return 100 * math.log10(2) / math.log10(policy.follower_ceiling / policy.follower_floor)


def health_flags(reach: Reach, rate: float | None, policy: Policy, *, today: date) -> tuple[str, ...]:
    """What costs account health: each flag has its penalty in the policy."""
    flags = []
    low, _, _, high = band_of(reach.platform, reach.followers, policy)
    if rate is not None and (
        rate > policy.unlikely_above_high * high
        or (rate < policy.unlikely_below_low * low and reach.followers > policy.unlikely_below_from_followers)
    ):
        flags.append("unlikely_engagement")
    if reach.opened_on is not None and (today - reach.opened_on).days < policy.young_days:
        flags.append("young")
    if reach.following is not None and reach.following > policy.follows_many_ratio * reach.followers:
        flags.append("follows_many")
    if reach.posts_in_60_days < policy.quiet_posts:
        flags.append("quiet")
    return tuple(flags)


def score_account(reach: Reach, policy: Policy, *, today: date) -> AccountScore:
    """One account's points. A missing metric is left out and the other weights grow to fill its place."""
    rate = engagement_rate(reach, policy)
    flags = health_flags(reach, rate, policy, today=today)
    penalties = {
        "unlikely_engagement": policy.unlikely_engagement_penalty,
        "young": policy.young_penalty,
        "follows_many": policy.follows_many_penalty,
        "quiet": policy.quiet_penalty,
    }
    band = band_of(reach.platform, reach.followers, policy)
    values: dict[str, float | None] = {
        "engagement": None if rate is None else band_value(rate, band, policy),
        "audience": audience_value(reach.followers, policy),
        "health": max(0.0, 100.0 - sum(penalties[flag] for flag in flags)),
        "activity": float(min(100, policy.points_per_post * reach.posts_in_60_days)),
        "fit": None if reach.relevance is None else 25.0 * reach.relevance,
    }
    given = sum(weight for key, weight in policy.weights if values[key] is not None)
    parts = []
    for key, weight in policy.weights:
        value = values[key]
        share = 0.0 if value is None else weight / given
        parts.append(Part(key=key, value=value, points=(value or 0.0) * share, most=100 * share))
    return AccountScore(
        platform=reach.platform,
        handle=reach.handle,
        points=min(100.0, sum(part.points for part in parts)),
        parts=tuple(parts),
        rate=rate,
        flags=flags,
        missing=tuple(part.key for part in parts if part.value is None),
    )


def score(reaches: Iterable[Reach], policy: Policy = DEFAULT_POLICY, *, today: date) -> Score:
    """The best account, and a tenth of the second best, at most 100. No account at all is 0 points and ``not_yet``."""
    listed = list(reaches)
    accounts = sorted(
        (score_account(reach, policy, today=today) for reach in listed), key=lambda account: -account.points
    )
    if not accounts:
        return Score(points=0.0, parts=(), accounts=(), verdict="not_yet", flags=("no_account",), missing=())
    best, parts, extra = accounts[0], accounts[0].parts, 0.0
    if len(accounts) > 1:
        second = accounts[1].points
        extra = min(policy.second_account_share * second, 100.0 - best.points)
        parts = (*parts, Part(key="second", value=second, points=extra, most=100 * policy.second_account_share))
    flags = best.flags
    if all(reach.followers < policy.follower_floor for reach in listed):
        flags = ("too_few_followers", *flags)
    points = round(best.points + extra, 1)
    return Score(
        points=points,
        parts=parts,
        accounts=tuple(accounts),
        verdict=verdict_of(points, flags, best.missing, policy),
        flags=flags,
        missing=best.missing,
    )


def verdict_of(points: float, flags: tuple[str, ...], missing: tuple[str, ...], policy: Policy) -> str:
    """``likely``, ``close`` or ``not_yet``: unlikely or unknown engagement is close at best, too small is not yet."""
    if "too_few_followers" in flags or points < policy.close_from:
        return "not_yet"
    if points < policy.likely_from or "unlikely_engagement" in flags or "engagement" in missing:
        return "close"
    return "likely"
