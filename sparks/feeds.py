"""What stands in a feed, and how often an advert may. Pure; docs/rules/spark-feeds.md says the rule and is run as its test."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of the rule. A change of any of them is a new version."""

    version: str = "2026-1"
    # At most one sponsored post among so many in a row.
    advert_every: int = 5
    # So many people see a new post before it must have earned its place.
    first_audience: int = 50
    # One like among so many viewers is enough; a comment counts as two.
    viewers_per_like: int = 20


DEFAULT_POLICY = Policy()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a post was received so far."""

    views: int
    likes: int
    comments: int


def is_in_first_audience(standing: Standing, policy: Policy = DEFAULT_POLICY) -> bool:
    """The post is still being shown to its first audience, whatever anybody made of it."""
    return standing.views < policy.first_audience


def has_a_place(standing: Standing, policy: Policy = DEFAULT_POLICY) -> bool:
    """The post is shown to people who follow its topic but not its author."""
    if is_in_first_audience(standing, policy):
        return True
    return (standing.likes + 2 * standing.comments) * policy.viewers_per_like >= standing.views


def mix(
    posts: Sequence[Item], adverts: Sequence[Item], *, shown: int, size: int, policy: Policy = DEFAULT_POLICY
) -> tuple[list[Item], int, int]:
    """The next ``size`` of a feed of which ``shown`` stand already, and how many were taken of each kind.

    An advert may stand at every fifth place only, so that no five in a row hold two. Where posts end, the feed ends.
    """
    page: list[Item] = []
    taken, paid = 0, 0
    while len(page) < size:
        is_advert_place = (shown + len(page)) % policy.advert_every == policy.advert_every - 1
        if is_advert_place and paid < len(adverts):
            page.append(adverts[paid])
            paid += 1
        elif taken < len(posts):
            page.append(posts[taken])
            taken += 1
        else:
            break
    return page, taken, paid
