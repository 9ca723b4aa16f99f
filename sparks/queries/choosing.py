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
    return list(Topic.objects.filter(slug__in=[slug[:40] for slug in slugs][:60]))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody to follow, and why: what she posts about, and how many follow her."""

    person: User
    followers: int
    topics: list[Topic]


def worth_following(user: User | None, limit: int = 6) -> list[Suggestion]:
    """Who posted lately and is not followed yet, most followed first."""
    recent = Spark.objects.told_to(user).filter(posted_at__gt=timezone.now() - timedelta(days=60))
    people = User.objects.filter(pk__in=recent.values("author"), handle__isnull=False)
    if user is not None:
        people = people.exclude(pk=user.pk).exclude(pk__in=followed_people(user))
    found = list(people.annotate(size=Count("followers")).order_by("-size", "pk")[:limit])
    about: dict[int, list[Topic]] = {}
    rows = (
        recent.filter(author__in=[person.pk for person in found]).order_by().values_list("author", "topic").distinct()
    )
    known = {topic.pk: topic for topic in Topic.objects.all()}
    for author, topic in rows:
        about.setdefault(author, []).append(known[topic])
    order = list(known)
    return [
        Suggestion(person, person.size, sorted(about.get(person.pk, []), key=lambda topic: order.index(topic.pk))[:2])
        for person in found
    ]


def without_authors(rows: QuerySet[Any], people: Sequence[int]) -> QuerySet[Any]:
    """The rows of a feed but those of the people of whom a guest wants less."""
    if not people:
        return rows
    return rows.exclude(**{"author__in" if rows.model is Spark else "spark__author__in": people})


def follows_seller(user: User | None, seller: Seller) -> bool:
    """Whether she follows this seller."""
    return user is not None and SellerFollow.objects.filter(user=user, seller=seller).exists()
