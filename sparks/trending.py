"""The hottest products. Pure; docs/rules/spark-trending.md says the rule and is run as its test."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of the rule. A change of any of them is a new version."""

    version: str = "2026-1"
    owner_points: int = 12
    vote_points: int = 4
    save_points: int = 2
    like_points: int = 1
    half_life_hours: int = 168
    # Voices older than this are not read at all.
    window_days: int = 28
    # An account counts from this age on.
    account_days: int = 14
    # So many of the friends of those who show the product count.
    circle_cap: int = 3
    # A product is judged by its returns as if so many had been kept before.
    kept_before: int = 4


DEFAULT_POLICY = Policy()


class Kind(StrEnum):
    """What somebody did."""

    OWNER = "owner"
    VOTE = "vote"
    SAVE = "save"
    LIKE = "like"


@dataclass(frozen=True, slots=True)
class Voice:
    """One person did one thing for a product: how long ago, how old her account is, whether she is of its showers' circle."""

    person: int
    kind: Kind
    age_hours: int
    account_days: int
    is_circle: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """A product's heat in thousandths of a point, and what it is made of."""

    heat: int
    owners: int
    votes: int
    saves: int
    likes: int
    young: int
    circle: int
    kept_bps: int


def weight(voice: Voice, policy: Policy = DEFAULT_POLICY) -> int:
    """What a voice weighs now, in thousandths of a point: half after each half-life."""
    points = {
        Kind.OWNER: policy.owner_points,
        Kind.VOTE: policy.vote_points,
        Kind.SAVE: policy.save_points,
        Kind.LIKE: policy.like_points,
    }[voice.kind]
    return round(points * 1000 * 0.5 ** (max(voice.age_hours, 0) / policy.half_life_hours))


def score(voices: Iterable[Voice], *, delivered: int, returned: int, policy: Policy = DEFAULT_POLICY) -> Score:
    """How hot a product is. One more voice never lowers it; accounts that are too young change nothing."""
    strongest: dict[int, Voice] = {}
    young = set()
    for voice in voices:
        if voice.age_hours > policy.window_days * 24:
            continue
        if voice.account_days < policy.account_days:
            young.add(voice.person)
            continue
        other = strongest.get(voice.person)
        if other is None or weight(voice, policy) > weight(other, policy):
            strongest[voice.person] = voice
    strangers = [voice for voice in strongest.values() if not voice.is_circle]
    friends = sorted((v for v in strongest.values() if v.is_circle), key=lambda v: -weight(v, policy))
    counted = strangers + friends[: policy.circle_cap]
    kept = max(delivered - returned, 0) + policy.kept_before
    kept_bps = kept * 10_000 // (max(delivered, 0) + policy.kept_before)
    return Score(
        heat=sum(weight(voice, policy) for voice in counted) * min(kept_bps, 10_000) // 10_000,
        owners=_count(counted, Kind.OWNER),
        votes=_count(counted, Kind.VOTE),
        saves=_count(counted, Kind.SAVE),
        likes=_count(counted, Kind.LIKE),
        young=len(young),
        circle=len(friends[policy.circle_cap :]),
        kept_bps=min(kept_bps, 10_000),
    )


def _count(voices: Sequence[Voice], kind: Kind) -> int:
    return sum(voice.kind is kind for voice in voices)
