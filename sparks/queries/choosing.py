"""Topics, people and sellers to follow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.models import Follow, User
from catalog.models import Seller
from sparks.models import (
    SellerFollow,
    Spark,
    Topic,
    TopicFollow,
)

# Whom to follow is chosen among the authors of so many posts.
RECENT = 200


def followed_people(user: User) -> QuerySet[Any, Any]:
    return Follow.objects.filter(follower=user).values("followed")


def topics() -> list[Topic]:
    """Every topic in the shop's order."""
    return list(Topic.objects.all())


def topics_followed(user: User | None, chosen: Sequence[int] = ()) -> set[int]:
    """The topics that she follows, or that a guest chose."""
    if user is None:
        return set(chosen)
    return set(TopicFollow.objects.filter(user=user).values_list("topic", flat=True))


def topics_named(slugs: Iterable[str]) -> list[Topic]:
    """The topics with these slugs; what else came with a form is left out."""
    return list(Topic.objects.filter(slug__in=[slug[:40].replace("\0", "") for slug in slugs][:60]))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody to follow, and why: what she posts about, and how many follow her."""

    person: User
    followers: int
    topics: list[Topic]


def worth_following(user: User | None, limit: int = 6) -> list[Suggestion]:
    """Whose newest posts were liked most, of those who posted lately and whom she does not follow yet."""
    recent = Spark.objects.told_to(user).filter(posted_at__gt=timezone.now() - timedelta(days=60))
    # Of so many posts and no more: a shop of a million answers as quickly as one of a hundred.
    newest = list(recent.order_by("-posted_at", "-pk").values_list("author", "topic", "likes")[:RECENT])
    liked = {author: 0 for author, _topic, _likes in newest}
    for author, _topic, likes in newest:
        liked[author] += likes
    people = User.objects.filter(pk__in=liked, handle__isnull=False)
    if user is not None:
        people = people.exclude(pk=user.pk).exclude(pk__in=followed_people(user))
    best = sorted(people.values_list("pk", flat=True), key=lambda pk: (-liked[pk], pk))[:limit]
    found = User.objects.annotate(size=Count("followers")).in_bulk(best)
    about = {pk: {topic for author, topic, _likes in newest if author == pk} for pk in best}
    every = topics()
    return [Suggestion(found[pk], found[pk].size, [row for row in every if row.pk in about[pk]][:2]) for pk in best]


def follows_seller(user: User | None, seller: Seller) -> bool:
    """Whether she follows this seller."""
    return user is not None and SellerFollow.objects.filter(user=user, seller=seller).exists()
