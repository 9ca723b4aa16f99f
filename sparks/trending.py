"""What is hot now: products and Sparks. Pure; docs/rules/spark-trending.md says the rule and is run as its test.

A voice weighs half after each half-life, so all voices fade by the same factor and their order never changes by itself.
What is kept is therefore a level on a fixed clock (log2 of the sum as of the epoch): it needs no rewriting as time goes by.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import fsum, log2

# Levels count half-lives from here. Every moment that is scored is later.
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
# A level of one half-life.
STEP = 1_000_000
WHOLE = 10_000


class Kind(StrEnum):
    """What somebody did."""

    OWNER = "owner"
    VOTE = "vote"
    SAVE = "save"
    COMMENT = "comment"
    LIKE = "like"


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of the rule. A change of any of them is a new version."""

    version: str = "2026-2"
    points: Mapping[Kind, int] = field(
        default_factory=lambda: {Kind.OWNER: 12, Kind.VOTE: 4, Kind.SAVE: 2, Kind.LIKE: 1}
    )
    half_life: timedelta = timedelta(days=7)
    # Voices of this age count nothing any more.
    window: timedelta = timedelta(days=28)
    # An account counts from this age on.
    account_age: timedelta = timedelta(days=14)
    # So many of the friends of those who show it count.
    circle_cap: int = 3
    # A product is judged by its returns as if so many had been kept before.
    kept_before: int = 4


PRODUCTS = Policy()
SPARKS = Policy(
    points={Kind.COMMENT: 3, Kind.SAVE: 2, Kind.LIKE: 1}, half_life=timedelta(days=2), window=timedelta(days=14)
)


@dataclass(frozen=True, slots=True)
class Voice:
    """One person did one thing, when her account was of an age. ``is_circle``: she shows it, or is a friend of who does."""

    person: int
    kind: Kind
    at: datetime
    joined_at: datetime
    is_circle: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """How hot something is, and what that is made of.

    ``level`` in millionths of a half-life, None for cold; ``due_at``: when it changes by time alone, None for never.
    """

    level: int | None
    owners: int = 0
    votes: int = 0
    saves: int = 0
    comments: int = 0
    likes: int = 0
    young: int = 0
    circle: int = 0
    kept_bps: int = WHOLE
    due_at: datetime | None = None


def height(voice: Voice, policy: Policy = PRODUCTS) -> float:
    """A voice's weight as log2 of its points at the epoch's clock: later voices stand higher, for good."""
    return log2(policy.points[voice.kind]) + (voice.at - EPOCH) / policy.half_life


def score(
    voices: Iterable[Voice], *, now: datetime, delivered: int = 0, returned: int = 0, policy: Policy = PRODUCTS
) -> Score:
    """How hot it is. One more voice never lowers it; accounts that are too young change nothing."""
    strongest: dict[int, Voice] = {}
    young: set[int] = set()
    due: list[datetime] = []
    for voice in voices:
        if voice.at > now:
            # Another machine's clock is ahead: it counts when its moment comes.
            due.append(voice.at)
            continue
        if voice.at <= now - policy.window:
            continue
        due.append(voice.at + policy.window)
        if voice.joined_at + policy.account_age > now:
            young.add(voice.person)
            due.append(voice.joined_at + policy.account_age)
            continue
        other = strongest.get(voice.person)
        if other is None or _order(voice, policy) > _order(other, policy):
            strongest[voice.person] = voice
    strangers = [voice for voice in strongest.values() if not voice.is_circle]
    friends = sorted((v for v in strongest.values() if v.is_circle), key=lambda v: _order(v, policy), reverse=True)
    counted = strangers + friends[: policy.circle_cap]
    kept = (max(delivered - returned, 0) + policy.kept_before) * WHOLE // (max(delivered, 0) + policy.kept_before)
    kept_bps = min(kept, WHOLE)
    return Score(
        level=_level([height(voice, policy) for voice in counted], kept_bps),
        owners=_count(counted, Kind.OWNER),
        votes=_count(counted, Kind.VOTE),
        saves=_count(counted, Kind.SAVE),
        comments=_count(counted, Kind.COMMENT),
        likes=_count(counted, Kind.LIKE),
        young=len(young),
        circle=len(friends[policy.circle_cap :]),
        kept_bps=kept_bps,
        due_at=min(due, default=None),
    )


def heat(level: int, now: datetime, policy: Policy = PRODUCTS) -> int:
    """What a level is worth at a moment, in thousandths of a point."""
    return round(1000 * 2.0 ** (level / STEP - (now - EPOCH) / policy.half_life))


def _order(voice: Voice, policy: Policy) -> tuple[float, int, str]:
    # The person and kind decide between equals, so that the same voices give the same answer in any order.
    return height(voice, policy), -voice.person, voice.kind


def _level(heights: Sequence[float], kept_bps: int) -> int | None:
    """log2 of the sum of powers, reckoned from the highest so that no moment is too late for a float."""
    if not heights or kept_bps <= 0:
        return None
    top = max(heights)
    total = fsum(2.0 ** (each - top) for each in heights)
    return round((top + log2(total) + log2(kept_bps / WHOLE)) * STEP)


def _count(voices: Sequence[Voice], kind: Kind) -> int:
    return sum(voice.kind is kind for voice in voices)
