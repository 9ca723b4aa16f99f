"""A typical post, from the recent ones. Pure; docs/rules/reach-score.md says what the numbers are for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

# The middle of the last thirty: one post that went round the world does not make an average of millions.
POSTS = 30
DAYS = 60


@dataclass(frozen=True, slots=True)
class Counted:
    """One post: when, and how people reacted. None: hidden."""

    at: datetime
    likes: int | None = None
    comments: int | None = None
    views: int | None = None


@dataclass(frozen=True, slots=True)
class Typical:
    """The middle value of each count, and how many posts the last 60 days had. None: no post tells."""

    likes: int | None
    comments: int | None
    views: int | None
    posts_in_60_days: int
    newest_at: datetime | None


def typical(posts: Iterable[Counted], *, now: datetime) -> Typical:
    """What the account's posts are like; the order in which they come does not matter."""
    newest = sorted(posts, key=lambda post: post.at, reverse=True)
    looked_at = newest[:POSTS]
    return Typical(
        likes=_middle([post.likes for post in looked_at]),
        comments=_middle([post.comments for post in looked_at]),
        views=_middle([post.views for post in looked_at]),
        posts_in_60_days=sum(1 for post in newest if now - timedelta(days=DAYS) < post.at <= now),
        newest_at=newest[0].at if newest else None,
    )


def _middle(counts: Sequence[int | None]) -> int | None:
    """The median of those that are known, rounded half up."""
    known = [count for count in counts if count is not None]
    return int(median(known) + 0.5) if known else None
