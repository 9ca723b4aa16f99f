"""What the pages of Sparks show, and the gates to them. A feed costs the same number of queries however full it is."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.circle import may_see, person_at
from accounts.models import Follow, Friend, User
from catalog.models import Product, Variant
from catalog.queries import search_products
from influencers.models import Influencer
from lists.models import List, ListItem
from orders.models import OrderLine, SellerMember
from sparks import feeds, trending
from sparks.models import (
    Comment,
    Less,
    Like,
    Photo,
    Poll,
    PollOption,
    PollVote,
    ProductTag,
    ProductVote,
    Report,
    Spark,
    Topic,
    TopicFollow,
)
from sparks.ownership import owned_pairs

PAGE_SIZE = 8
COMMENTS = 20
FOUND = 12
HOTTEST = 50
CACHED_SECONDS = 600
# How many of a feed stand already, then where its posts and its adverts go on: microseconds and number.
CURSOR = re.compile(r"(\d{1,6})\.(\d{1,17})-(\d{1,18})\.(\d{1,17})-(\d{1,18})", re.ASCII)
MARK = re.compile(r"(\d{1,17})-(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a poll with its votes."""

    row: PollOption
    votes: int
    owners: int
    percent: int
    is_mine: bool


@dataclass(frozen=True, slots=True)
class PollView:
    """A poll as one reader sees it: results once she voted, or once it has closed."""

    row: Poll
    options: list[Option]
    total: int
    owners: int
    has_voted: bool

    @property
    def shows_result(self) -> bool:
        """Figures are shown; before voting they would lead."""
        return self.has_voted or not self.row.is_open

    @property
    def mine(self) -> Option | None:
        """Her own answer."""
        return next((option for option in self.options if option.is_mine), None)


@dataclass(frozen=True, slots=True)
class Card:
    """A Spark with everything its card shows."""

    spark: Spark
    photos: list[Photo]
    # Every tagged product once, in the order of the pins.
    products: list[Product]
    labels: list[str]
    owned: set[int]
    is_liked: bool = False
    is_following: bool = False
    is_self: bool = False
    poll: PollView | None = None
    reason: str | Promise = ""

    @property
    def via(self) -> str:
        """The handle under which links to products are touches of its author; empty where she earns nothing."""
        return self.spark.author.handle or "" if self.spark.is_by_creator else ""

    @property
    def share_picture(self) -> str:
        """The full address of the picture that stands for the Spark, or an empty string."""
        return urljoin(settings.SITE_URL, self.photos[0].large_url) if self.photos else ""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page of a feed. ``next`` is the cursor behind it, empty at the end; ``newest`` names its first post."""

    cards: list[Card]
    next: str = ""
    newest: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment with the replies to it."""

    row: Comment
    replies: list[Comment]


@dataclass(frozen=True, slots=True)
class SparkPage:
    """A Spark with its comments and more of its author."""

    card: Card
    threads: list[Thread]
    before: int
    more: list[Card]
    edits: int
    tags: list[ProductTag]


@dataclass(frozen=True, slots=True)
class Hot:
    """A product in the ranking, and why it stands there. ``change``: places gained in a week, None when new."""

    rank: int
    product: Product
    score: trending.Score
    change: int | None
    is_wanted: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything the composer shows of a Spark."""

    spark: Spark
    photos: list[Photo]
    poll: Poll | None = None
    options: list[PollOption] = field(default_factory=list)


# --- Gates


def spark_for(code: str, user: User | None) -> Spark:
    """The Spark under this code; 404, the same for every reason, for who may not see it."""
    rows = Spark.objects.visible_to(user).select_related("author__influencer", "topic")
    return get_object_or_404(rows, code=code)


def own_spark(code: str, user: User) -> Spark:
    """One of her Sparks in any state but removed; 404 for anybody else's."""
    rows = Spark.objects.present().select_related("author__influencer", "topic")
    return get_object_or_404(rows, code=code, author=user)


def removed_spark(code: str, user: User) -> Spark:
    """A Spark that she removed; 404 for any other."""
    return get_object_or_404(Spark, code=code, author=user, removed_at__isnull=False)


def any_spark(code: str) -> Spark:
    """For staff: the Spark in whatever state."""
    return get_object_or_404(Spark.objects.select_related("author"), code=code)


def photo_of(spark: Spark, pk: str) -> Photo:
    """A photo of this Spark; 404 for any other."""
    return get_object_or_404(Photo, spark=spark, pk=number(pk))


def tag_of(spark: Spark, pk: int) -> ProductTag:
    """A tag in a photo of this Spark; 404 for any other."""
    return get_object_or_404(ProductTag.objects.select_related("photo"), photo__spark=spark, pk=pk)


def tagged_product(spark: Spark, pk: str) -> Product:
    """A product that this Spark tags and that is on sale; 404 otherwise."""
    tagged = ProductTag.objects.filter(photo__spark=spark).values("product")
    return get_object_or_404(Product.objects.on_sale().filter(pk__in=tagged), pk=number(pk))


def variant_for_cart(product: Product) -> Variant | None:
    """The variant to put into a cart without asking: the only one that can be had; None where one must choose."""
    variants = [row for row in product.variants.select_related("product") if row.is_active]
    return variants[0] if len(variants) == 1 else None


def product_to_tag(pk: str) -> Product:
    """A product on sale; 404 for any other."""
    return get_object_or_404(Product.objects.on_sale(), pk=number(pk))


def topic_at(slug: str) -> Topic:
    """The topic at this address; 404 when there is none."""
    return get_object_or_404(Topic, slug=slug)


def comment_of(spark: Spark, pk: str, user: User | None) -> Comment:
    """A comment under this Spark that the reader sees; 404 otherwise."""
    rows = Comment.objects.visible_to(user).select_related("parent", "author", "spark__author")
    return get_object_or_404(rows, spark=spark, pk=number(pk))


def own_comment(spark: Spark, pk: int, user: User, *, removed: bool = False) -> Comment:
    """A comment that she wrote, or that stands under her own Spark; 404 otherwise."""
    rows = Comment.objects.filter(Q(author=user) | Q(spark__author=user), removed_at__isnull=not removed)
    return get_object_or_404(rows, spark=spark, pk=pk)


def option_of(poll: Poll, pk: str) -> PollOption:
    """An answer of this poll; 404 for any other."""
    return get_object_or_404(PollOption, poll=poll, pk=number(pk))


def poll_of(spark: Spark) -> Poll:
    """The Spark's poll; 404 where it asks nothing."""
    return get_object_or_404(Poll, spark=spark)


def open_report(pk: int) -> Report:
    """A report that waits; 404 for any other."""
    return get_object_or_404(Report.objects.select_related("spark__author", "comment"), pk=pk, state=Report.State.OPEN)


def number(text: str) -> int:
    """A row's number as sent; -1, which finds nothing, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else -1


# --- Cards


def cards(sparks: Sequence[Spark], user: User | None, *, reasons: bool = False) -> list[Card]:
    """The Sparks with photos, products, polls, and what the reader did; a fixed number of queries."""
    pks = [spark.pk for spark in sparks]
    photos = _photos(pks)
    authors = [spark.author_id for spark in sparks]
    products = {tag.product_id for rows in photos.values() for photo in rows for tag in photo.tags.all()}
    owned = owned_pairs(authors, products)
    polls = _polls(pks, user)
    liked: set[int] = set()
    followed: set[int] = set()
    topics: set[int] = set()
    if user is not None:
        liked = set(Like.objects.filter(user=user, spark__in=pks).values_list("spark", flat=True))
        followed = set(Follow.objects.filter(follower=user, followed__in=authors).values_list("followed", flat=True))
        topics = set(TopicFollow.objects.filter(user=user).values_list("topic", flat=True)) if reasons else set()
    made = []
    for spark in sparks:
        tags = [tag for photo in photos.get(spark.pk, []) for tag in photo.tags.all()]
        shown = list({tag.product_id: tag.product for tag in tags}.values())
        made.append(
            Card(
                spark=spark,
                photos=photos.get(spark.pk, []),
                products=shown,
                labels=spark.labels_with(has_tags=bool(shown)),
                owned={product.pk for product in shown if (spark.author_id, product.pk) in owned},
                is_liked=spark.pk in liked,
                is_following=spark.author_id in followed,
                is_self=user is not None and spark.author_id == user.pk,
                poll=polls.get(spark.pk),
                reason=_reason(spark, user, followed, topics) if reasons else "",
            )
        )
    return made


def _photos(pks: Iterable[int]) -> dict[int, list[Photo]]:
    tags = ProductTag.objects.select_related("product").defer("product__description", "product__image_link")
    found: dict[int, list[Photo]] = {}
    for photo in Photo.objects.filter(spark__in=pks).prefetch_related(Prefetch("tags", queryset=tags)):
        found.setdefault(photo.spark_id, []).append(photo)
    return found


def _reason(spark: Spark, user: User | None, followed: set[int], topics: set[int]) -> str | Promise:
    """Why this stands in the reader's feed."""
    if user is not None and spark.author_id == user.pk:
        return _("You posted it.")
    if spark.is_sponsored:
        return _("It is an advert in a topic or of a person that you see. At most one post in five is.")
    if spark.author_id in followed:
        return _("You follow its author.")
    if getattr(spark, "is_of_friend", False):
        return _("Its author is your friend.")
    if feeds.is_in_first_audience(_standing(spark)):
        return _("It is new: every post is shown to fifty people before likes count.")
    if spark.topic_id in topics:
        return _("You follow its topic, and people liked it.")
    return _("People who saw it liked it.")


def _standing(spark: Spark) -> feeds.Standing:
    return feeds.Standing(views=spark.views, likes=spark.likes, comments=spark.comments)


def _polls(pks: Iterable[int], user: User | None) -> dict[int, PollView]:
    options = (
        PollOption.objects.filter(poll__spark__in=pks)
        .select_related("poll__outcome_product", "product")
        .annotate(size=Count("votes"), owner_size=Count("votes", filter=Q(votes__is_owner=True)))
        .order_by("poll", "position", "pk")
    )
    by_poll: dict[int, list[Any]] = {}
    for option in options:
        by_poll.setdefault(option.poll_id, []).append(option)
    mine: dict[int, int] = {}
    if user is not None:
        votes = PollVote.objects.filter(user=user, poll__spark__in=pks)
        mine = dict(votes.values_list("poll", "option"))
    return {rows[0].poll.spark_id: _poll_view(rows, mine.get(poll)) for poll, rows in by_poll.items()}


def _poll_view(rows: list[Any], chosen: int | None) -> PollView:
    total = sum(row.size for row in rows)
    shown = [
        Option(row, row.size, row.owner_size, round(row.size * 100 / total) if total else 0, row.pk == chosen)
        for row in rows
    ]
    return PollView(rows[0].poll, shown, total, sum(row.owner_size for row in rows), chosen is not None)


def poll_view(spark: Spark, user: User | None) -> PollView | None:
    """The poll of one Spark as this reader sees it."""
    return _polls([spark.pk], user).get(spark.pk)


# --- Feeds


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
    known = Q(author__in=_followed(user)) | Q(is_of_friend=True) | Q(author=user)
    return rows.filter(known | strangers).exclude(author__in=_muted(user))


def following(user: User) -> QuerySet[Spark]:
    """Posts of the people and topics that she follows."""
    topics = TopicFollow.objects.filter(user=user).values("topic")
    rows = Spark.objects.visible_to(user).filter(Q(author__in=_followed(user)) | Q(topic__in=topics))
    return rows.exclude(author__in=_muted(user))


def of_topic(topic: Topic, user: User | None) -> QuerySet[Spark]:
    """Everything in a topic."""
    rows = Spark.objects.visible_to(user).filter(topic=topic)
    return rows if user is None else rows.exclude(author__in=_muted(user))


def of_person(handle: str, user: User | None) -> tuple[User, QuerySet[Spark]]:
    """Everything that one person posted; 404 for whoever may not know of her."""
    person = person_at(handle, user)
    return person, Spark.objects.visible_to(user).filter(author=person)


def atom_of(person: User) -> str:
    """The address of her feed for feed readers; an empty string where guests may not know of her."""
    return reverse("sparks:person_atom", args=[person.handle]) if person.handle and may_see(None, person) else ""


def newest(rows: QuerySet[Spark], limit: int = 20) -> list[Card]:
    """The first posts of a feed as a guest sees them, adverts left out."""
    ordered = rows.filter(is_sponsored=False).select_related("author__influencer", "topic")
    return cards(list(ordered.order_by("-posted_at", "-pk")[:limit]), None)


def _followed(user: User) -> QuerySet[Any, Any]:
    return Follow.objects.filter(follower=user).values("followed")


def _muted(user: User) -> QuerySet[Any, Any]:
    return Friend.objects.filter(user=user, is_muted=True).values("friend")


def feed_page(rows: QuerySet[Spark], user: User | None, cursor: str = "") -> FeedPage:
    """The page of a feed behind a cursor, newest first; 404 for a cursor that was not given out."""
    shown, posts_mark, adverts_mark = _read(cursor)
    ordered = rows.select_related("author__influencer", "topic").order_by("-posted_at", "-pk")
    posts = list(_behind(ordered.filter(is_sponsored=False), posts_mark)[: PAGE_SIZE + 1])
    adverts = list(_behind(ordered.filter(is_sponsored=True), adverts_mark)[: PAGE_SIZE // 4])
    page, taken, paid = feeds.mix(posts, adverts, shown=shown, size=PAGE_SIZE)
    next_cursor = ""
    if taken < len(posts):
        ends = [_mark(posts[taken - 1]) if taken else posts_mark, _mark(adverts[paid - 1]) if paid else adverts_mark]
        next_cursor = ".".join([str(shown + len(page)), *(f"{at}-{pk}" for at, pk in ends)])
    newest = "{}-{}".format(*_mark(posts[0])) if posts and not cursor else ""
    return FeedPage(cards(page, user, reasons=True), next_cursor, newest)


def _mark(spark: Spark) -> tuple[int, int]:
    assert spark.posted_at is not None  # noqa: S101  (feeds hold posted Sparks only)
    delta = spark.posted_at - datetime(1970, 1, 1, tzinfo=UTC)
    return delta // timedelta(microseconds=1), spark.pk


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


def _behind(rows: QuerySet[Spark], mark: tuple[int, int]) -> QuerySet[Spark]:
    """The rows after this one, newest first; all of them for no mark."""
    if mark == (0, 0):
        return rows
    at = _moment(mark[0])
    # The first condition is the index's range, the second breaks ties; as an OR, SQLite would read and sort everything.
    return rows.filter(posted_at__lte=at).exclude(posted_at=at, pk__gte=mark[1])


def arrivals(rows: QuerySet[Spark], user: User | None, newest: str) -> int:
    """How many posts came since the one that a feed began with, twenty at most; her own are not news."""
    found = MARK.fullmatch(newest)
    if found is None:
        raise Http404
    at, pk = _moment(int(found[1])), int(found[2])
    fresh = rows.filter(posted_at__gte=at, is_sponsored=False).filter(Q(posted_at__gt=at) | Q(pk__gt=pk))
    if user is not None:
        fresh = fresh.exclude(author=user)
    return len(fresh.order_by("-posted_at").values_list("pk", flat=True)[:20])


def seen_sparks(codes: Iterable[str], user: User | None) -> list[Spark]:
    """The Sparks with these codes that somebody else wrote and the reader may see; at most fifty."""
    rows = Spark.objects.visible_to(user).filter(code__in=[code[:12] for code in codes][:50])
    return list(rows if user is None else rows.exclude(author=user))


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


def worth_following(user: User | None, limit: int = 6) -> list[User]:
    """Who posted lately and is not followed yet, most followed first."""
    recent = Spark.objects.visible_to(user).filter(posted_at__gt=timezone.now() - timedelta(days=60))
    people = User.objects.filter(pk__in=recent.values("author"), handle__isnull=False)
    if user is not None:
        people = people.exclude(pk=user.pk).exclude(pk__in=_followed(user))
    return list(people.annotate(size=Count("followers")).order_by("-size", "pk")[:limit])


# --- One Spark


def spark_page(spark: Spark, user: User | None, *, before: str = "") -> SparkPage:
    """A Spark with a page of comments, newest first; ``before`` is the number of the last one seen."""
    card = cards([spark], user, reasons=True)[0]
    rows = Comment.objects.visible_to(user).filter(spark=spark, parent__isnull=True).select_related("author")
    if before:
        rows = rows.filter(pk__lt=number(before))
    found = list(rows.order_by("-pk")[: COMMENTS + 1])
    shown = found[:COMMENTS]
    replies: dict[int | None, list[Comment]] = {}
    answers = Comment.objects.visible_to(user).filter(parent__in=shown).select_related("author").order_by("pk")
    for reply in answers:
        replies.setdefault(reply.parent_id, []).append(reply)
    more = Spark.objects.visible_to(user).filter(author=spark.author).exclude(pk=spark.pk)
    return SparkPage(
        card=card,
        threads=[Thread(row, replies.get(row.pk, [])) for row in shown],
        before=shown[-1].pk if len(found) > COMMENTS else 0,
        more=cards(list(more.select_related("author__influencer", "topic").order_by("-posted_at", "-pk")[:6]), user),
        edits=spark.edits.count(),
        tags=[tag for photo in card.photos for tag in photo.tags.all()],
    )


def sparks_with(product: Product, user: User | None, limit: int = 6) -> list[Card]:
    """The newest Sparks that tag a product, for its page."""
    tagged = ProductTag.objects.filter(product=product).values("photo__spark")
    rows = Spark.objects.visible_to(user).filter(pk__in=tagged).select_related("author__influencer", "topic")
    return cards(list(rows.order_by("-posted_at", "-pk")[:limit]), user)


# --- The composer


def draft(spark: Spark) -> Draft:
    """A Spark as its author works on it."""
    photos = _photos([spark.pk]).get(spark.pk, [])
    poll = Poll.objects.filter(spark=spark).first()
    options = list(poll.options.select_related("product")) if poll else []
    return Draft(spark, photos, poll, options)


def tagged_products(spark: Spark) -> list[Product]:
    """The products that a Spark tags."""
    tagged = ProductTag.objects.filter(photo__spark=spark).values("product")
    return list(Product.objects.filter(pk__in=tagged))


def drafts_of(user: User) -> list[Spark]:
    """What she has begun or planned, and what the shop hid; newest first."""
    states = [Spark.State.DRAFT, Spark.State.SCHEDULED, Spark.State.HIDDEN]
    rows = Spark.objects.present().filter(author=user, state__in=states)
    return list(rows.select_related("topic").prefetch_related("photos").order_by("-pk")[:24])


def products_to_tag(user: User, text: str) -> list[Product]:
    """What the search finds, or what she saved last."""
    text = text.replace("\0", "").strip()[:100]
    if text:
        return list(search_products(text).defer("description", "image_link")[:FOUND])
    saved = ListItem.objects.present().filter(list__owner=user, list__removed_at__isnull=True, product__is_active=True)
    pks = list(dict.fromkeys(saved.order_by("-added_at", "-pk").values_list("product", flat=True)[:60]))[:FOUND]
    found = Product.objects.in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


# --- The hottest products


def hottest(user: User | None, topic: Topic | None = None) -> tuple[list[Hot], datetime]:
    """The ranking and the moment it was made (at most ten minutes ago), with the reader's own votes."""
    key = f"sparks:hottest:{topic.pk if topic else 0}"
    known = cache.get(key)
    if known is None:
        now = timezone.now()
        known = (
            ranked(now, topic),
            {pk: place for place, (pk, _s) in enumerate(ranked(now - timedelta(days=7), topic))},
            now,
        )
        cache.set(key, known, CACHED_SECONDS)
    rows, before, made_at = known
    products = Product.objects.on_sale().defer("description", "image_link").in_bulk([pk for pk, _score in rows])
    wanted: set[int] = set()
    if user is not None:
        wanted = set(ProductVote.objects.filter(user=user, product__in=products).values_list("product", flat=True))
    shown = [(pk, score) for pk, score in rows if pk in products]
    hot = [
        Hot(place + 1, products[pk], score, before[pk] - place if pk in before else None, pk in wanted)
        for place, (pk, score) in enumerate(shown)
    ]
    return hot, made_at


def ranked(now: datetime, topic: Topic | None = None) -> list[tuple[int, trending.Score]]:
    """Product and score as of a moment, hottest first (docs/rules/spark-trending.md)."""
    voices = _voices(now, topic)
    parcels = _parcels(voices)
    scores = [
        (pk, trending.score(rows, delivered=parcels.get(pk, (0, 0))[0], returned=parcels.get(pk, (0, 0))[1]))
        for pk, rows in voices.items()
    ]
    warm = [(pk, score) for pk, score in scores if score.heat > 0]
    return sorted(warm, key=lambda row: (-row[1].heat, -row[0]))[:HOTTEST]


def _voices(now: datetime, topic: Topic | None) -> dict[int, list[trending.Voice]]:
    since = now - timedelta(days=trending.DEFAULT_POLICY.window_days)
    open_sparks = Spark.objects.visible_to(None)
    if topic is not None:
        open_sparks = open_sparks.filter(topic=topic)
    tagged = ProductTag.objects.filter(photo__spark__in=open_sparks.values("pk"))
    acts: list[tuple[int, int, trending.Kind, datetime, datetime]] = []
    votes = ProductVote.objects.filter(at__gt=since, at__lte=now, user__is_active=True)
    saves = ListItem.objects.present().filter(
        added_at__gt=since, added_at__lte=now, product__isnull=False, added_by=F("list__owner"),
        list__removed_at__isnull=True, list__owner__is_active=True,
    ).exclude(list__kind=List.Kind.GIFT)  # fmt: skip
    likes = Like.objects.filter(at__gt=since, at__lte=now, user__is_active=True, spark__in=open_sparks.values("pk"))
    if topic is not None:
        votes = votes.filter(product__in=tagged.values("product"))
        saves = saves.filter(product__in=tagged.values("product"))
    for product, person, is_owner, at, joined in votes.values_list(
        "product", "user", "is_owner", "at", "user__date_joined"
    ):
        acts.append((product, person, trending.Kind.OWNER if is_owner else trending.Kind.VOTE, at, joined))
    for product, person, at, joined in saves.values_list(
        "product", "list__owner", "added_at", "list__owner__date_joined"
    ):
        acts.append((product, person, trending.Kind.SAVE, at, joined))
    rows = likes.filter(spark__photos__tags__isnull=False).values_list(
        "spark__photos__tags__product", "user", "at", "user__date_joined"
    )
    for product, person, at, joined in rows.distinct():
        acts.append((product, person, trending.Kind.LIKE, at, joined))
    circle = _circle({act[0] for act in acts}, {act[1] for act in acts})
    voices: dict[int, list[trending.Voice]] = {}
    for product, person, kind, at, joined in acts:
        voices.setdefault(product, []).append(
            trending.Voice(
                person, kind, age_hours=(now - at) // timedelta(hours=1), account_days=(now - joined).days,
                is_circle=(product, person) in circle,
            )
        )  # fmt: skip
    return voices


def _circle(products: set[int], people: set[int]) -> set[tuple[int, int]]:
    """Product and person, where the person shows the product, sells it, or is a friend of who does."""
    showers: dict[int, set[int]] = {}
    posted = ProductTag.objects.filter(product__in=products, photo__spark__state=Spark.State.POSTED)
    for product, author in posted.values_list("product", "photo__spark__author"):
        showers.setdefault(product, set()).add(author)
    desks = SellerMember.objects.filter(seller__products__in=products)
    for product, member in desks.values_list("seller__products", "user"):
        if product in products:
            showers.setdefault(product, set()).add(member)
    every = {person for group in showers.values() for person in group}
    friends: dict[int, set[int]] = {}
    for person, friend in Friend.objects.filter(user__in=every, friend__in=people).values_list("user", "friend"):
        friends.setdefault(person, set()).add(friend)
    return {
        (product, person)
        for product, group in showers.items()
        for shower in group
        for person in ({shower} | friends.get(shower, set()))
    }


def _parcels(products: Iterable[int]) -> dict[int, tuple[int, int]]:
    """How many lines of each product were delivered, and how many of these were given back in full."""
    rows = (
        OrderLine.objects.filter(product__in=list(products), delivered_at__isnull=False)
        .order_by().values("product")
        .annotate(size=Count("pk"), back=Count("pk", filter=Q(refunded_minor__gte=F("total_minor"))))
    )  # fmt: skip
    return {row["product"]: (row["size"], row["back"]) for row in rows}


# --- The moderators' queue


def reports() -> list[Report]:
    """What waits for a decision, oldest first."""
    rows = Report.objects.filter(state=Report.State.OPEN).select_related(
        "spark__author", "spark__topic", "comment__author", "reporter"
    )
    return list(rows.prefetch_related("spark__photos").order_by("at", "pk")[:100])


def spark_names(influencer: Influencer, ids: Iterable[int]) -> dict[int, str]:
    """The first words of those of the Sparks that are hers; the day of those without words."""
    rows = Spark.objects.filter(author=influencer.user_id, pk__in=ids).values_list("pk", "words", "posted_at")
    named = {}
    for pk, words, posted_at in rows:
        if words or posted_at:
            named[pk] = Truncator(words).chars(60) if words else date_format(posted_at or "", "DATE_FORMAT")
    return named
