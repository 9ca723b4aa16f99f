"""Feeds, page after page: no Spark twice, none missed, while new ones arrive."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise

from accounts.circle import friendship_with, may_see, person_at
from accounts.models import Follow, Friend, User
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
# So many of the newest are looked through before the sources of a feed are asked, and so many adverts for one that fits.
WINDOW = 200
# A place in a feed: how high, and of which Spark; and the same as cursors say it.
Step = tuple[Any, int]
Mark = tuple[int, int]
NO_MARK: Mark = (0, 0)
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


@dataclass(frozen=True, slots=True)
class Source:
    """What a feed gathers: for each of the ``followed`` (by ``name``) the ``posts`` that name it in ``column``."""

    followed: QuerySet[Any]
    name: str
    posts: QuerySet[Any]
    column: str


@dataclass(frozen=True, slots=True)
class Feed:
    """All posts of a feed; where few of all may be among them, the sources that bring them.

    ``facts``: what is noted at each post for its reason.
    """

    rows: QuerySet[Any]
    sources: Sequence[Source] = ()
    facts: Mapping[str, Exists] = field(default_factory=dict)


def for_you(user: User | None, chosen: Sequence[int] = ()) -> Feed:
    """Whom she knows and follows, and what others post in her topics (docs/rules/spark-feeds.md). Guests: ``chosen``."""
    rows = Spark.objects.told_to(user)
    place = has_a_place()
    if user is None:
        posts = rows.filter(place)
        if not chosen:
            return Feed(posts)
        return Feed(posts.filter(topic__in=chosen), [Source(Topic.objects.filter(pk__in=chosen), "pk", posts, "topic")])
    strangers = place & ~Q(author__in=Less.objects.filter(user=user).values("author"))
    friends = Friend.objects.filter(user=user)
    known = Q(author__in=followed_people(user)) | Q(author__in=friends.values("friend")) | Q(author=user)
    topics = TopicFollow.objects.filter(user=user)
    numbers = list(topics.values_list("topic", flat=True))
    if not numbers:
        return Feed(rows.filter(known | strangers))
    sources = [
        Source(Follow.objects.filter(follower=user), "followed", rows, "author"),
        Source(friends, "friend", rows, "author"),
        Source(User.objects.filter(pk=user.pk), "pk", rows, "author"),
        Source(topics, "topic", rows.filter(strangers), "topic"),
    ]
    return Feed(rows.filter(known | (strangers & Q(topic__in=numbers))), sources)


def has_a_place() -> Q:
    """``feeds.has_a_place`` in SQL; a test holds the two together."""
    policy = feeds.DEFAULT_POLICY
    earned = (F("likes") + F("comments") * 2) * policy.viewers_per_like
    return Q(views__lt=policy.first_audience) | Q(views__lte=earned)


def following(user: User) -> Feed:
    """Posts of the people and topics that she follows, and those that show something of a seller whom she follows."""
    rows = Spark.objects.told_to(user)
    topics = TopicFollow.objects.filter(user=user)
    wanted = Q(author__in=followed_people(user)) | Q(topic__in=topics.values("topic"))
    sources = [
        Source(Follow.objects.filter(follower=user), "followed", rows, "author"),
        Source(topics, "topic", rows, "topic"),
    ]
    facts: dict[str, Exists] = {}
    follows = SellerFollow.objects.filter(user=user)
    # Whoever follows no seller pays nothing for it.
    if sellers := list(follows.values_list("seller", flat=True)):
        shelves = Shelf.objects.filter(kind=Shelf.Kind.SELLER)
        facts["is_of_seller"] = Exists(shelves.filter(spark=OuterRef("pk"), number__in=sellers))
        wanted |= Q(facts["is_of_seller"])
        sources.append(Source(follows, "seller", _among(shelves, rows), "number"))
    return Feed(rows.filter(wanted), sources, facts)


def on_shelf(kind: str, number: int, user: User | None) -> QuerySet[Shelf]:
    """Everything that tags this product, something of this category or seller, or anything."""
    return _among(Shelf.objects.filter(kind=kind, number=number), Spark.objects.told_to(user))


def lively(user: User | None) -> QuerySet[SparkHeat]:
    """What people talk of now, liveliest first."""
    shown = Spark.objects.told_to(user)
    if user is not None:
        shown = shown.exclude(author__in=Less.objects.filter(user=user).values("author"))
    return _among(SparkHeat.objects.filter(level__gt=0), shown)


def _among(rows: QuerySet[Any], shown: QuerySet[Spark]) -> QuerySet[Any]:
    """Those of the rows whose Spark is among the shown: asked for one after another, as the walk comes to it."""
    return rows.filter(Exists(shown.filter(pk=OuterRef("spark"))))


def of_topic(topic: Topic, user: User | None) -> QuerySet[Spark]:
    """Everything in a topic."""
    return Spark.objects.told_to(user).filter(topic=topic)


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


def without_authors(feed: Feed | QuerySet[Any], people: Sequence[int]) -> Feed:
    """A feed but for what these wrote: the people of whom a guest wants less."""
    feed = _as_feed(feed)
    if not people:
        return feed

    def rest(rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.exclude(**{"author__in" if rows.model is Spark else "spark__author__in": people})

    return replace(feed, rows=rest(feed.rows), sources=[replace(one, posts=rest(one.posts)) for one in feed.sources])


def _as_feed(feed: Feed | QuerySet[Any]) -> Feed:
    return feed if isinstance(feed, Feed) else Feed(feed)


def newest(rows: QuerySet[Spark], limit: int = 20) -> list[Card]:
    """The first posts of a feed as a guest sees them, adverts left out."""
    return cards(_sparks(_walk(rows.filter(is_sponsored=False), NO_MARK, limit), None), None)


def feed_page(
    feed: Feed | QuerySet[Any], user: User | None, cursor: str = "", *, reason: str | Promise = ""
) -> FeedPage:
    """The page of a feed behind a cursor, highest first; 404 for a cursor that was not given out.

    Rows are Sparks, or rows of WALKS that name one. ``reason``: why posts stand in this feed where nothing is nearer.
    """
    feed = _as_feed(feed)
    shown, posts_mark, adverts_mark = _read(cursor)
    posts = _posts(feed, posts_mark, PAGE_SIZE + 1)
    adverts = _adverts(feed.rows, adverts_mark, PAGE_SIZE // 4)
    page, taken, paid = feeds.mix(posts, adverts, shown=shown, size=PAGE_SIZE)
    next_cursor = ""
    if taken < len(posts):
        ends = [_mark(posts[taken - 1]) if taken else posts_mark, _mark(adverts[paid - 1]) if paid else adverts_mark]
        next_cursor = ".".join([str(shown + len(page)), *(f"{at}-{pk}" for at, pk in ends)])
    # Heights move; what is new there is no news.
    newest = "{}-{}".format(*_mark(posts[0])) if posts and not cursor and feed.rows.model is not SparkHeat else ""
    return FeedPage(cards(_sparks(page, user, feed.facts), user, reasons=True, reason=reason), next_cursor, newest)


def _posts(feed: Feed, mark: Mark, size: int, since: datetime | None = None) -> list[Step]:
    """The next of a feed's posts. A feed of sources is sought among the newest of all, and where those do not do, at its sources."""
    rows = feed.rows.filter(is_sponsored=False)
    if not feed.sources:
        return _walk(rows if since is None else rows.filter(posted_at__gte=since), mark, size)
    end = _end_of_window(Spark.objects.all(), mark)
    bounds = [moment for moment in (end, since) if moment is not None]
    near = _walk(rows.filter(posted_at__gte=max(bounds)) if bounds else rows, mark, size)
    if end is None or len(near) == size or (since is not None and since >= end):
        return near
    return [step for step in _gather(feed.sources, mark, size) if since is None or step[0] >= since]


def _adverts(rows: QuerySet[Any], mark: Mark, size: int) -> list[Step]:
    """The next of a feed's adverts: of all Sparks, among the next WINDOW adverts."""
    rows = rows.filter(is_sponsored=True)
    if rows.model is Spark:
        end = _end_of_window(Spark.objects.filter(is_sponsored=True), mark)
        rows = rows if end is None else rows.filter(posted_at__gte=end)
    return _walk(rows, mark, size)


def _walk(rows: QuerySet[Any], mark: Mark, size: int) -> list[Step]:
    height, number = WALKS[rows.model]
    # Where drafts stand in the same index they are passed over, not read.
    rows = rows.filter(**{f"{height}__isnull": False}) if rows.model is Spark else rows
    ordered = _behind(rows, mark).order_by(f"-{height}", f"-{number}")
    return list(ordered.values_list(height, number)[:size])


def _end_of_window(rows: QuerySet[Spark], mark: Mark) -> datetime | None:
    """When the last of the next WINDOW rows was posted; None where there are not so many."""
    behind = _behind(rows.filter(posted_at__isnull=False), mark).order_by("-posted_at", "-pk")
    return next(iter(behind.values_list("posted_at", flat=True)[WINDOW - 1 : WINDOW]), None)


def _gather(sources: Sequence[Source], mark: Mark, size: int) -> list[Step]:
    """The next posts of all sources, read no further back than they can stand."""
    heads = _heads(sources, mark, 0)
    # By moments: one post may be the head of several sources, but those of so many moments are as many posts at least.
    moments = sorted({moment for moment, _source, _number in heads}, reverse=True)
    end: datetime | None
    if len(moments) >= size:
        end = moments[size - 1]
    else:
        # Few sources: no post behind the last that one of them could bring alone.
        end = max((moment for moment, _source, _number in _heads(sources, mark, size - 1)), default=None)
    found: set[Step] = set()
    for place, source in enumerate(sources):
        numbers = [number for moment, at, number in heads if at == place and (end is None or moment >= end)]
        if numbers:
            rows = source.posts.filter(**{f"{source.column}__in": numbers}, is_sponsored=False)
            rows = _behind(rows if end is None else rows.filter(posted_at__gte=end), mark)
            found |= set(rows.values_list(*WALKS[rows.model]))
    return sorted(found, reverse=True)[:size]


def _heads(sources: Sequence[Source], mark: Mark, place: int) -> list[tuple[datetime, int, int]]:
    """When each source posted what stands at this place of its posts behind the mark: moment, source, number."""
    heads: list[tuple[datetime, int, int]] = []
    for which, source in enumerate(sources):
        posts = _behind(source.posts.filter(**{source.column: OuterRef(source.name)}, is_sponsored=False), mark)
        height, number = WALKS[posts.model]
        posts = posts.filter(posted_at__isnull=False).order_by(f"-{height}", f"-{number}")
        rows = source.followed.order_by().annotate(head=Subquery(posts.values("posted_at")[place : place + 1]))
        heads += [(moment, which, key) for key, moment in rows.values_list(source.name, "head") if moment is not None]
    return heads


def _sparks(steps: Iterable[Step], user: User | None, facts: Mapping[str, Exists] | None = None) -> list[Spark]:
    """The Sparks at these steps, as cards need them."""
    rows = Spark.objects.select_related("author__influencer", "topic").annotate(**facts or {})
    if user is not None:
        rows = rows.annotate(is_of_friend=friendship_with(user.pk, "author"))
    found = rows.in_bulk([pk for _height, pk in steps])
    return [found[pk] for _height, pk in steps if pk in found]


def _mark(step: Step) -> Mark:
    height, number = step
    if isinstance(height, int):
        return height, number
    return (height - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1), number


def _read(cursor: str) -> tuple[int, Mark, Mark]:
    if not cursor:
        return 0, NO_MARK, NO_MARK
    found = CURSOR.fullmatch(cursor)
    if found is None:
        raise Http404
    shown, *marks = (int(part) for part in found.groups())
    return shown, (marks[0], marks[1]), (marks[2], marks[3])


def _moment(micros: int) -> datetime:
    # Seventeen digits end in the year 5138.
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


def _behind(rows: QuerySet[Any], mark: Mark) -> QuerySet[Any]:
    """The rows after this one, highest first; all of them for no mark."""
    if mark == NO_MARK:
        return rows
    height, number = WALKS[rows.model]
    at = mark[0] if rows.model is SparkHeat else _moment(mark[0])
    # The first condition is the index's range, the second breaks ties; as an OR, SQLite would read and sort everything.
    return rows.filter(**{f"{height}__lte": at}).exclude(**{height: at, f"{number}__gte": mark[1]})


def arrivals(feed: Feed | QuerySet[Any], user: User | None, newest: str) -> int:
    """How many posts came since the one that a feed began with, twenty at most; her own are not news."""
    feed = _as_feed(feed)
    found = MARK.fullmatch(newest)
    if found is None or feed.rows.model is SparkHeat:
        raise Http404
    at, pk = _moment(int(found[1])), int(found[2])
    fresh = [number for moment, number in _posts(feed, NO_MARK, 20, at) if (moment, number) > (at, pk)]
    if user is None or not fresh:
        return len(fresh)
    return Spark.objects.filter(pk__in=fresh).exclude(author=user).count()


def seen_sparks(codes: Iterable[str], user: User | None) -> list[Spark]:
    """The Sparks with these codes that somebody else wrote and the reader may see; at most fifty."""
    rows = Spark.objects.visible_to(user).filter(code__in=[code[:12] for code in codes][:50])
    return list(rows if user is None else rows.exclude(author=user))


def newest_on(kind: str, number: int, user: User | None, limit: int = 6) -> list[Card]:
    """The newest Sparks of a shelf as tiles: for the page of a product or a category."""
    return newest_of(on_shelf(kind, number, user), user, limit)


def newest_of(rows: QuerySet[Any], user: User | None, limit: int = 6) -> list[Card]:
    """The newest of a feed as tiles."""
    return cards(_sparks(_walk(rows, NO_MARK, limit), user), user)
