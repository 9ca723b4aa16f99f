"""Who stands for what in a topic. Pure; docs/rules/spark-badges.md says the rule and is run as its test."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of the rule. A change of any of them is a new version."""

    version: str = "2026-1"
    knows_helped: int = 3
    knows_owned: int = 1
    trusted_helped: int = 15
    trusted_owned: int = 3
    # Whoever thanks counts from this age of her account on.
    account_days: int = 14


DEFAULT_POLICY = Policy()


class Level(StrEnum):
    """The badges, and none."""

    NONE = "none"
    KNOWS = "knows"
    TRUSTED = "trusted"


@dataclass(frozen=True, slots=True)
class Thanks:
    """Somebody found a comment of hers helpful: how old that account is, and whether it is a friend's."""

    person: int
    account_days: int
    is_circle: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A level and what it rests on."""

    level: Level
    helped: int
    owned: int


def standing(thanks: Iterable[Thanks], *, owned: int, policy: Policy = DEFAULT_POLICY) -> Standing:
    """Her badge in one topic. ``owned``: how many different things of the topic she has.

    How much she wrote is no argument: posts and comments cannot raise it.
    """
    helped = len({one.person for one in thanks if one.account_days >= policy.account_days and not one.is_circle})
    level = Level.NONE
    if helped >= policy.trusted_helped and owned >= policy.trusted_owned:
        level = Level.TRUSTED
    elif helped >= policy.knows_helped and owned >= policy.knows_owned:
        level = Level.KNOWS
    return Standing(level, helped, owned)
