"""Feeds, page after page: no Spark twice, none missed, while new ones arrive."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise

from accounts.circle import friendship_with, may_see, muted_by, person_at
from accounts.models import User
from sparks import feeds
from sparks.models import (
    Less,
    SellerFollow,
    Shelf,
    Spark,
    SparkHeat,
    Topic,
    TopicFollow,
)
from sparks.queries.choosing import followed_people
from sparks.queries.profile import shown_on_profile
from sparks.queries.showing import Card, cards

PAGE_SIZE = 8
# What a feed reads, and by which columns it is walked, highest first: all of one table, so that an index gives the order.
WALKS: dict[type[Any], tuple[str, str]] = {
    Spark: ("posted_at", "pk"),
    Shelf: ("posted_at", "spark_id"),
    SparkHeat: ("level", "spark_id"),
}
# How many of a feed stand already, then where its posts and its adverts go on: microseconds and number.
CURSOR = re.compile(r"(\d{1,6})\.(\d{1,17})-(\d{1,18})\.(\d{1,17})-(\d{1,18})", re.ASCII)
MARK = re.compile(r"(\d{1,17})-(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page of a feed. ``next`` is the cursor behind it, empty at the end; ``newest`` names its first post."""

    cards: list[Card]
    next: str = ""
    newest: str = ""


def for_you(user: User | None, chosen: Sequence[int] = ()) -> QuerySet[Spark]:
    """Whom she knows and follows, and what others post in her topics (docs/rules/spark-feeds.md). Guests: ``chosen``."""
    rows = Spark.objects.visible_to(user)
    policy = feeds.DEFAULT_POLICY
    place = Q(views__lt=policy.first_audience) | Q(
        views__lte=(F("likes") + F("comments") * 2) * policy.viewers_per_like
    )
    if user is None:
        return rows.filter(place, topic__in=chosen) if chosen else rows.filter(place)
    topics = list(TopicFollow.objects.filter(user=user).values_list("topic", flat=True))
    strangers = place & ~Q(author__in=Less.objects.filter(user=user).values("author"))
    if topics:
        strangers &= Q(topic__in=topics)
    known = Q(author__in=followed_people(user)) | Q(is_of_friend=True) | Q(author=user)
    return rows.filter(known | strangers).exclude(author__in=_muted(user))


def following(user: User) -> QuerySet[Spark]:
    """Posts of the people and topics that she follows, and those that show something of a seller whom she follows."""
    topics = TopicFollow.objects.filter(user=user).values("topic")
    wanted = Q(author__in=followed_people(user)) | Q(topic__in=topics)
    rows = Spark.objects.visible_to(user)
    # Whoever follows no seller pays nothing for it.
    if sellers := list(SellerFollow.objects.filter(user=user).values_list("seller", flat=True)):
        shown = Shelf.objects.filter(spark=OuterRef("pk"), kind=Shelf.Kind.SELLER, number__in=sellers)
        rows = rows.annotate(is_of_seller=Exists(shown))
        wanted |= Q(is_of_seller=True)
    rows = rows.filter(wanted)
    return rows.exclude(author__in=_muted(user))


def on_shelf(kind: str, number: int, user: User | None) -> QuerySet[Shelf]:
    """Everything that tags this product, something of this category or seller, or anything."""
    rows = Shelf.objects.filter(kind=kind, number=number)
    return _readable(rows, Spark.objects.visible_to(user), user)


def lively(user: User | None) -> QuerySet[SparkHeat]:
    """What people talk of now, liveliest first."""
    shown = Spark.objects.visible_to(user)
    if user is not None:
        shown = shown.exclude(author__in=Less.objects.filter(user=user).values("author"))
    return _readable(SparkHeat.objects.filter(level__gt=0), shown, user)


def _readable(rows: QuerySet[Any], shown: QuerySet[Spark], user: User | None) -> QuerySet[Any]:
    """Those of the rows whose Spark is among the shown: asked for one after another, as the walk comes to it."""
    if user is None:
        return rows.filter(Exists(shown.filter(pk=OuterRef("spark"))))
    shown = shown.exclude(author__in=_muted(user))
    return rows.annotate(is_of_friend=friendship_with(user.pk, "spark__author")).filter(
        Exists(shown.filter(pk=OuterRef("spark")))
    )


def of_topic(topic: Topic, user: User | None) -> QuerySet[Spark]:
    """Everything in a topic."""
    rows = Spark.objects.visible_to(user).filter(topic=topic)
    return rows if user is None else rows.exclude(author__in=_muted(user))


def of_person(handle: str, user: User | None) -> tuple[User, QuerySet[Spark]]:
    """Everything that one person posted; 404 for whoever may not know of her, or to whom she does not show it."""
    person = person_at(handle, user)
    if not shown_on_profile(person, user, "sparks"):
        raise Http404
    return person, Spark.objects.visible_to(user).filter(author=person)


def atom_of(person: User) -> str:
    """The address of her feed for feed readers; an empty string where guests may not know of her or of it."""
    is_open = may_see(None, person) and shown_on_profile(person, None, "sparks")
    return reverse("sparks:person_atom", args=[person.handle]) if person.handle and is_open else ""


def newest(rows: QuerySet[Spark], limit: int = 20) -> list[Card]:
    """The first posts of a feed as a guest sees them, adverts left out."""
    ordered = rows.filter(is_sponsored=False).select_related("author__influencer", "topic")
    return cards(list(ordered.order_by("-posted_at", "-pk")[:limit]), None)


def _muted(user: User) -> QuerySet[Any, Any]:
    return muted_by(user.pk)


def feed_page(rows: QuerySet[Any], user: User | None, cursor: str = "", *, reason: str | Promise = "") -> FeedPage:
    """The page of a feed behind a cursor, highest first; 404 for a cursor that was not given out.

    ``rows`` are Sparks, or rows of WALKS that name one. ``reason``: why posts stand in this feed where nothing is nearer.
    """
    shown, posts_mark, adverts_mark = _read(cursor)
    height, number = WALKS[rows.model]
    people = "author__influencer" if rows.model is Spark else "spark__author__influencer"
    ordered = rows.select_related(people, people.replace("author__influencer", "topic"))
    ordered = ordered.order_by(f"-{height}", f"-{number}")
    posts = list(_behind(ordered.filter(is_sponsored=False), posts_mark)[: PAGE_SIZE + 1])
    adverts = list(_behind(ordered.filter(is_sponsored=True), adverts_mark)[: PAGE_SIZE // 4])
    page, taken, paid = feeds.mix(posts, adverts, shown=shown, size=PAGE_SIZE)
    next_cursor = ""
    if taken < len(posts):
        ends = [_mark(posts[taken - 1]) if taken else posts_mark, _mark(adverts[paid - 1]) if paid else adverts_mark]
        next_cursor = ".".join([str(shown + len(page)), *(f"{at}-{pk}" for at, pk in ends)])
    # Heights move; what is new there is no news.
    newest = "{}-{}".format(*_mark(posts[0])) if posts and not cursor and rows.model is not SparkHeat else ""
    return FeedPage(cards([_spark(row) for row in page], user, reasons=True, reason=reason), next_cursor, newest)


def _spark(row: Any) -> Spark:
    """The Spark that a row of a feed is, or names."""
    if isinstance(row, Spark):
        return row
    spark: Any = row.spark
    spark.is_of_friend = getattr(row, "is_of_friend", False)
    return cast("Spark", spark)


def _mark(row: Any) -> tuple[int, int]:
    height, number = (getattr(row, name) for name in WALKS[type(row)])
    if isinstance(height, int):
        return height, number
    return (height - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1), number


def _read(cursor: str) -> tuple[int, tuple[int, int], tuple[int, int]]:
    if not cursor:
        return 0, (0, 0), (0, 0)
    found = CURSOR.fullmatch(cursor)
    if found is None:
        raise Http404
    shown, *marks = (int(part) for part in found.groups())
    return shown, (marks[0], marks[1]), (marks[2], marks[3])


def _moment(micros: int) -> datetime:
    # Seventeen digits end in the year 5138.
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


def _behind(rows: QuerySet[Any], mark: tuple[int, int]) -> QuerySet[Any]:
    """The rows after this one, highest first; all of them for no mark."""
    if mark == (0, 0):
        return rows
    height, number = WALKS[rows.model]
    at = mark[0] if rows.model is SparkHeat else _moment(mark[0])
    # The first condition is the index's range, the second breaks ties; as an OR, SQLite would read and sort everything.
    return rows.filter(**{f"{height}__lte": at}).exclude(**{height: at, f"{number}__gte": mark[1]})


def arrivals(rows: QuerySet[Any], user: User | None, newest: str) -> int:
    """How many posts came since the one that a feed began with, twenty at most; her own are not news."""
    found = MARK.fullmatch(newest)
    if found is None or rows.model is SparkHeat:
        raise Http404
    at, pk = _moment(int(found[1])), int(found[2])
    number = WALKS[rows.model][1]
    fresh = rows.filter(posted_at__gte=at, is_sponsored=False)
    fresh = fresh.filter(Q(posted_at__gt=at) | Q(**{f"{number}__gt": pk}))
    if user is not None:
        fresh = fresh.exclude(**{"author" if rows.model is Spark else "spark__author": user})
    return len(fresh.order_by("-posted_at").values_list("pk", flat=True)[:20])


def seen_sparks(codes: Iterable[str], user: User | None) -> list[Spark]:
    """The Sparks with these codes that somebody else wrote and the reader may see; at most fifty."""
    rows = Spark.objects.visible_to(user).filter(code__in=[code[:12] for code in codes][:50])
    return list(rows if user is None else rows.exclude(author=user))


def newest_on(kind: str, number: int, user: User | None, limit: int = 6) -> list[Card]:
    """The newest Sparks of a shelf as tiles: for the page of a product or a category."""
    rows = on_shelf(kind, number, user).select_related("spark__author__influencer", "spark__topic")
    return cards([_spark(row) for row in rows.order_by("-posted_at", "-spark_id")[:limit]], user)


def newest_of(rows: QuerySet[Spark], user: User | None, limit: int = 6) -> list[Card]:
    """The newest of a feed as tiles."""
    return cards(list(rows.select_related("author__influencer", "topic").order_by("-posted_at", "-pk")[:limit]), user)
