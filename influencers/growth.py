"""What would carry an applicant over the line, found by asking the score itself. Pure; docs/rules/reach-score.md has the rule."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from influencers.scoring import (
    PARTS,
    AccountScore,
    Policy,
    Reach,
    as_if_proved,
    band_of,
    points_of,
    rank,
    score,
    score_account,
    verdict_of,
)

MOST_RELEVANCE = 4
# Each try of followers is this much above the one before; between the last two the exact number is searched.
STRIDE = 1.05


@dataclass(frozen=True, slots=True)
class Step:
    """One number of one account that has to move: ``likes``, ``comments``, ``followers``, ``posts``, ``relevance``,
    ``following`` (down), ``days`` (the account grows older), ``refresh`` (days since the network was asked, to 0).

    ``before`` is None for a number that is not known yet. The rates are in percent, where engagement moves.
    """

    part: str
    platform: str
    handle: str
    number: str
    before: int | None
    after: int
    rate_before: float | None = None
    rate_after: float | None = None

    @property
    def gap(self) -> int:
        """How far the number has to move."""
        return abs(self.after - (self.before or 0))

    @property
    def effort(self) -> float:
        """How large the change is beside what is there: to compare steps of one part."""
        before, after = self.before or 0, self.after
        return abs(math.log((after + 1) / (before + 1)))


@dataclass(frozen=True, slots=True)
class Plan:
    """How to become likely. ``singles``: for each part the smallest change that suffices alone, in the order of parts.

    ``combination`` is given where no single change suffices; empty, too: only a person can help (``is_reachable``).
    ``needs_proof``: the steps count only once she has proved her accounts. ``tops``: parts that could rise and do not suffice
    alone, with about the points that she would have with each at its best.
    """

    is_there: bool
    needs_proof: bool
    singles: tuple[Step, ...] = ()
    combination: tuple[Step, ...] = ()
    tops: tuple[tuple[str, float], ...] = ()

    @property
    def is_reachable(self) -> bool:
        """There is something that she herself can do."""
        return self.is_there or self.needs_proof or bool(self.singles or self.combination)


def apply_step(reaches: Iterable[Reach], step: Step, *, today: date) -> list[Reach]:
    """The same accounts after the step was made."""
    return [
        changed(reach, step.number, step.after, today=today)
        if (reach.platform, reach.handle) == (step.platform, step.handle)
        else reach
        for reach in reaches
    ]


def changed(reach: Reach, number: str, value: int, *, today: date) -> Reach:
    """The account with one number moved."""
    if number == "days":
        return replace(reach, opened_on=today - timedelta(days=value))
    if number == "refresh":
        return replace(reach, refreshed_on=today - timedelta(days=value))
    moved: dict[str, Any] = {"posts_in_60_days" if number == "posts" else number: value}
    return replace(reach, **moved)


def plan(reaches: Iterable[Reach], policy: Policy, *, today: date) -> Plan:
    """The smallest changes that make the verdict ``likely``, as if every account were proved."""
    listed = list(reaches)
    now = score(listed, policy, today=today)
    if now.verdict == "likely":
        return Plan(is_there=True, needs_proof=False)
    needs_proof = any(not reach.is_proved for reach in listed)
    if now.verdict_once_proved == "likely":
        return Plan(is_there=False, needs_proof=True)
    search = Search(as_if_proved(listed), policy, today)
    singles = tuple(step for step in (search.smallest(part) for part in PARTS) if step)
    enough = {step.part for step in singles}
    tops = ((part, search.top(part)) for part in PARTS if part not in enough)
    return Plan(
        is_there=False,
        needs_proof=needs_proof,
        singles=singles,
        combination=() if singles else search.combination(),
        tops=tuple((part, points) for part, points in tops if points is not None),
    )


class Search:
    """Asks the score what one account's other numbers would do, the others standing as they are."""

    def __init__(self, reaches: list[Reach], policy: Policy, today: date) -> None:
        self.reaches, self.policy, self.today = reaches, policy, today
        self.scored = [score_account(reach, policy, today=today) for reach in reaches]

    def is_likely(self, place: int, reach: Reach) -> bool:
        """The verdict with this account in the place of the old one."""
        accounts = self.ranked(place, reach)
        floor = self.policy.follower_floor
        others = [one for number, one in enumerate(self.reaches) if number != place]
        is_large = reach.followers >= floor or any(one.followers >= floor for one in others)
        return verdict_of(accounts, self.policy, is_large_enough=is_large) == "likely"

    def ranked(self, place: int, reach: Reach) -> list[AccountScore]:
        """All accounts with this one in the place of the old one, the best first."""
        others = [*self.scored[:place], *self.scored[place + 1 :]]
        return sorted([*others, score_account(reach, self.policy, today=self.today)], key=rank)

    def top(self, part: str) -> float | None:
        """The most points with this part of one account at its best; None where it cannot rise."""
        now = points_of(sorted(self.scored, key=rank), self.policy)
        found = (
            points_of(self.ranked(place, better), self.policy)
            for place, reach in enumerate(self.reaches)
            for better in self.best(part, place, reach)
        )
        most = max(found, default=now)
        return most if most > now else None

    def best(self, part: str, place: int, reach: Reach) -> Iterator[Reach]:
        """The account with this part as good as it gets; with every size where the following is asked for."""
        most = self.most_reactions(reach) if part == "engagement" else None
        if most is not None:
            number, other = self.counted(reach)
            yield changed(reach, number, max(0, most - other), today=self.today)
        elif part == "reach":
            yield from (replace(reach, followers=size) for size in self.growing(reach))
        elif part == "authenticity":
            yield self.made(reach, self.mended(place, reach))
        elif part == "cadence" and (reach.posts_in_60_days or 0) < full_cadence(self.policy):
            yield replace(reach, posts_in_60_days=full_cadence(self.policy))
        elif part == "relevance" and reach.relevance is not None:
            yield replace(reach, relevance=MOST_RELEVANCE)

    def smallest(self, part: str) -> Step | None:
        """The least change of this part that suffices, over all accounts."""
        found = [step for place, reach in enumerate(self.reaches) for step in self.steps(part, place, reach)]
        return min(found, key=lambda step: (step.effort, step.platform, step.handle), default=None)

    def steps(self, part: str, place: int, reach: Reach) -> Iterator[Step]:
        """What suffices for one part of one account."""
        if part == "engagement":
            step = self.engagement(place, reach)
            if step:
                yield step
        elif part == "reach":
            value = self.followers(place, reach)
            if value is not None:
                yield self.step("reach", reach, "followers", reach.followers, value)
        elif part == "authenticity":
            yield from (step for step in self.mended(place, reach) if self.suffices(place, reach, step))
        elif part == "cadence":
            value = self.first(place, reach, "posts", reach.posts_in_60_days, full_cadence(self.policy))
            if value is not None:
                yield self.step("cadence", reach, "posts", reach.posts_in_60_days, value)
        elif part == "relevance" and reach.relevance is not None:
            value = self.first(place, reach, "relevance", reach.relevance, MOST_RELEVANCE)
            if value is not None:
                yield self.step("relevance", reach, "relevance", reach.relevance, value)

    def suffices(self, place: int, reach: Reach, step: Step) -> bool:
        """The step alone makes it likely."""
        return self.is_likely(place, changed(reach, step.number, step.after, today=self.today))

    def step(self, part: str, reach: Reach, number: str, before: int | None, after: int) -> Step:
        """A step of this account."""
        return Step(part, reach.platform, reach.handle, number, before, after)

    def first(self, place: int, reach: Reach, number: str, before: int | None, most: int) -> int | None:
        """The least value above the present one that suffices, where more never hurts up to ``most``."""
        low = -1 if before is None else before
        return least(low, most, lambda value: self.is_likely(place, changed(reach, number, value, today=self.today)))

    def engagement(self, place: int, reach: Reach) -> Step | None:
        """Reactions are raised by likes; by comments where only these are known."""
        most = self.most_reactions(reach)
        if most is None:
            return None
        number, other = self.counted(reach)
        before = reach.comments if number == "comments" else reach.likes
        after = self.first(place, reach, number, before, most - other)
        if after is None:
            return None
        base = self.base(reach) or 1
        rate_before = None if reach.reactions is None else 100 * reach.reactions / base
        step = self.step("engagement", reach, number, before, after)
        return replace(step, rate_before=rate_before, rate_after=100 * (after + other) / base)

    def counted(self, reach: Reach) -> tuple[str, int]:
        """Which of the reactions is raised, and how many of the other kind there are."""
        if reach.likes is None and reach.comments is not None:
            return "comments", 0
        return "likes", reach.comments or 0

    def base(self, reach: Reach) -> int | None:
        """What reactions are counted against."""
        return reach.views if reach.platform in self.policy.per_view else reach.followers

    def most_reactions(self, reach: Reach) -> int | None:
        """The most reactions that nobody would doubt; None where there is nothing to count them against."""
        base = self.base(reach)
        if not base:
            return None
        high = band_of(reach.platform, reach.followers, self.policy)[3]
        most = math.floor(self.policy.unlikely_above_high * high * base / 100)
        return most if reach.views is None else min(most, reach.views)

    def followers(self, place: int, reach: Reach) -> int | None:
        """The least following that suffices with everything else as it is. Not every rise helps: the rate falls with it."""
        last = reach.followers
        for following in self.growing(reach):
            if self.is_likely(place, replace(reach, followers=following)):
                return least(last, following, lambda count: self.is_likely(place, replace(reach, followers=count)))
            last = following
        return None

    def growing(self, reach: Reach) -> Iterator[int]:
        """Followers above the present ones up to the ceiling, in strides; no end of a tier is left out."""
        last = reach.followers
        ends = sorted({end for end in (*self.policy.tiers, self.policy.follower_floor) if end > last})
        value = float(max(last, 1))
        while last < self.policy.follower_ceiling:
            value *= STRIDE
            following = max(last + 1, min(math.ceil(value), self.policy.follower_ceiling))
            if ends and ends[0] <= following:
                following = ends.pop(0)
            yield following
            last = following

    def mended(self, place: int, reach: Reach) -> Iterator[Step]:
        """What she can do about the flags of an account."""
        flags = self.scored[place].flags
        if "follows_many" in flags and reach.following is not None:
            most = math.floor(self.policy.follows_many_ratio * reach.followers)
            yield self.step("authenticity", reach, "following", reach.following, most)
        if "young" in flags and reach.opened_on is not None:
            age = (self.today - reach.opened_on).days
            yield self.step("authenticity", reach, "days", age, self.policy.young_days)
        if "stale" in flags and reach.refreshed_on is not None:
            yield self.step("authenticity", reach, "refresh", (self.today - reach.refreshed_on).days, 0)

    def combination(self) -> tuple[Step, ...]:
        """Several changes of one account that suffice together: the fewest, then the least."""
        found = [steps for place, reach in enumerate(self.reaches) if (steps := self.together(place, reach))]
        return min(found, key=lambda steps: (len(steps), sum(step.effort for step in steps)), default=())

    def together(self, place: int, reach: Reach) -> tuple[Step, ...]:
        """Mend the flags, post enough, raise engagement, and only then followers; what is not needed is left out."""
        steps = list(self.mended(place, reach))
        enough = full_cadence(self.policy)
        if reach.posts_in_60_days is None or reach.posts_in_60_days < enough:
            steps.append(self.step("cadence", reach, "posts", reach.posts_in_60_days, enough))
        base = self.made(reach, steps)
        for followers in (reach.followers, *self.sizes(reach)):
            larger = replace(base, followers=followers)
            if followers > reach.followers and self.is_likely(place, larger):
                steps.append(self.step("reach", reach, "followers", reach.followers, followers))
                break
            step = self.engagement(place, larger)
            if step:
                if followers > reach.followers:
                    steps.append(self.step("reach", reach, "followers", reach.followers, followers))
                rate = (
                    None
                    if not self.base(reach) or reach.reactions is None
                    else 100 * reach.reactions / (self.base(reach) or 1)
                )
                steps.append(replace(step, rate_before=rate))
                break
        if not self.is_likely(place, self.made(reach, steps)):
            return ()
        for step in tuple(steps):
            rest = [one for one in steps if one is not step]
            if rest and self.is_likely(place, self.made(reach, rest)):
                steps = rest
        return tuple(steps)

    def sizes(self, reach: Reach) -> Iterator[int]:
        """Sizes to try in a combination: the floor, the ends of tiers and doublings up to the ceiling."""
        ceiling = self.policy.follower_ceiling
        doublings = {reach.followers * 2**power for power in range(1, 12)}
        sizes = {self.policy.follower_floor, *self.policy.tiers, *doublings, ceiling}
        yield from sorted(size for size in sizes if reach.followers < size <= ceiling)

    def made(self, reach: Reach, steps: Iterable[Step]) -> Reach:
        """The account after the steps."""
        for step in steps:
            reach = changed(reach, step.number, step.after, today=self.today)
        return reach


def full_cadence(policy: Policy) -> int:
    """Posts in 60 days that give all points."""
    return math.ceil(100 / policy.points_per_post)


def least(low: int, high: int, holds: Callable[[int], bool]) -> int | None:
    """The least number above ``low`` up to ``high`` for which it holds (and not for the one before); None when not for ``high``."""
    if high <= low or not holds(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high
