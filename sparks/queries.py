"""What the pages of Sparks show, and the gates to them. A feed costs the same number of queries however full it is."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urljoin

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.circle import are_friends, blocks_between, friendship_with, may_see, muted_by, person_at
from accounts.models import Follow, User
from catalog.models import Category, Product, Seller, Variant
from catalog.queries import search_products
from influencers.models import Influencer
from lists.models import List, ListItem, ListMember
from lists.queries import list_for, list_to_fill
from orders.ownership import kept_lines, owned_pairs
from sparks import feeds
from sparks.models import (
    Appeal,
    Badge,
    Chart,
    Comment,
    Heat,
    Helpful,
    KeptSpark,
    Less,
    Like,
    Photo,
    Poll,
    PollOption,
    PollVote,
    ProductTag,
    ProductVote,
    Report,
    Ruling,
    SellerFollow,
    Shelf,
    Spark,
    SparkEdit,
    SparkHeat,
    Topic,
    TopicFollow,
)
from sparks.services.heating import REFRESHED
from sparks.services.shelving import steps_of

PAGE_SIZE = 8
COMMENTS = 20
FOUND = 12
HOTTEST = 50
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
    # Of people whom the reader hears.
    comments: int
    badge: Badge | None = None
    is_liked: bool = False
    is_kept: bool = False
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
class Remark:
    """A comment with what is known of its author: which of the Spark's products she has, and what she stands for."""

    row: Comment
    owned: list[Product]
    badge: Badge | None
    is_helpful: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment with the replies to it."""

    remark: Remark
    replies: list[Remark]


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
    """A product in the ranking, and why it stands there. ``change``: places gained in a week, None where nobody knows."""

    rank: int
    product: Product
    score: Heat
    change: int | None
    is_new: bool = False
    is_wanted: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """What waits for the shop's staff: something held, reported, or an appeal. ``is_own``: somebody else decides."""

    spark: Spark
    at: datetime
    comment: Comment | None = None
    reports: list[Report] = field(default_factory=list)
    appeal: Appeal | None = None
    is_own: bool = False

    @property
    def author(self) -> User:
        """Who wrote it."""
        return self.spark.author if self.comment is None else self.comment.author

    @property
    def words(self) -> str:
        """What it says."""
        return self.spark.words if self.comment is None else self.comment.words


@dataclass(frozen=True, slots=True)
class BadgesPage:
    """Somebody's badges, the strongest first."""

    person: User
    badges: list[Badge]


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


def any_comment(spark: Spark, pk: str) -> Comment | None:
    """For staff: the comment under this Spark in whatever state; None where none is named."""
    if not pk:
        return None
    return get_object_or_404(Comment.objects.select_related("author", "parent"), spark=spark, pk=number(pk))


def author_of(spark: Spark, pk: str, user: User | None) -> User:
    """Who wrote the Spark, or the comment under it that is named; 404 for one that the reader does not see."""
    return comment_of(spark, pk, user).author if pk else spark.author


def own_ruling(pk: int, user: User) -> Ruling:
    """A decision that hid something of hers; 404 for anybody else's."""
    about = Q(comment__isnull=True, spark__author=user) | Q(comment__author=user)
    rows = Ruling.objects.filter(about, kind=Ruling.Kind.HIDE).select_related("spark", "comment", "appeal", "by")
    return get_object_or_404(rows, pk=pk)


def any_appeal(pk: int) -> Appeal:
    """For staff: an appeal; 404 for any other number."""
    rows = Appeal.objects.select_related("ruling__spark__author", "ruling__comment__author", "ruling__comment__spark")
    return get_object_or_404(rows, pk=pk)


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


def category_at(path: str) -> Category:
    """The category at this path; 404 when there is none."""
    return get_object_or_404(Category, path=path)


def seller_at(slug: str) -> Seller:
    """The seller at this address; 404 when there is none."""
    return get_object_or_404(Seller, slug=slug)


def comment_of(spark: Spark, pk: str, user: User | None) -> Comment:
    """A comment under this Spark that stands and that the reader sees; 404 otherwise."""
    rows = Comment.objects.visible_to(user).filter(state=Comment.State.POSTED)
    rows = rows.select_related("parent", "author", "spark__author")
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
    return get_object_or_404(
        Report.objects.select_related("spark__author", "comment__author"), pk=pk, state=Report.State.OPEN
    )


def number(text: str) -> int:
    """A row's number as sent; -1, which finds nothing, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else -1


# --- Cards


def cards(
    sparks: Sequence[Spark], user: User | None, *, reasons: bool = False, reason: str | Promise = ""
) -> list[Card]:
    """The Sparks with photos, products, polls, and what the reader did; a fixed number of queries.

    ``reasons``: with why she sees each; ``reason``: what stands there where nothing nearer is known.
    """
    pks = [spark.pk for spark in sparks]
    photos = _photos(pks)
    authors = [spark.author_id for spark in sparks]
    products = {tag.product_id for rows in photos.values() for photo in rows for tag in photo.tags.all()}
    owned = owned_pairs(authors, products)
    polls = _polls(pks, user)
    badges = _badges(authors, [spark.topic_id for spark in sparks])
    unheard = _unheard(pks, user)
    liked: set[int] = set()
    kept: set[int] = set()
    followed: set[int] = set()
    topics: set[int] = set()
    if user is not None:
        liked = set(Like.objects.filter(user=user, spark__in=pks).values_list("spark", flat=True))
        kept = set(
            KeptSpark.objects.filter(by=user, spark__in=pks, list__removed_at__isnull=True).values_list(
                "spark", flat=True
            )
        )
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
                comments=spark.comments - unheard.get(spark.pk, 0),
                badge=badges.get((spark.author_id, spark.topic_id)),
                is_liked=spark.pk in liked,
                is_kept=spark.pk in kept,
                is_following=spark.author_id in followed,
                is_self=user is not None and spark.author_id == user.pk,
                poll=polls.get(spark.pk),
                reason=_reason(spark, user, followed, topics, reason) if reasons else "",
            )
        )
    return made


def _badges(people: Iterable[int], topics: Iterable[int | None]) -> dict[tuple[int, int | None], Badge]:
    """Who stands for what, by person and topic."""
    rows = Badge.objects.filter(user__in=set(people), topic__in=set(topics)).select_related("topic", "user")
    return {(row.user_id, row.topic_id): row for row in rows}


def _unheard(pks: Iterable[int], user: User | None) -> dict[int, int]:
    """How many of the counted comments the reader is not shown: of people across a block or muted, and under theirs."""
    if user is None:
        return {}
    loud = Q(author__in=muted_by(user.pk)) | Q(parent__author__in=muted_by(user.pk))
    rows = (
        Comment.objects.annotate(
            is_across_block=blocks_between(user.pk, "author"), is_under_block=blocks_between(user.pk, "parent__author")
        )
        .filter(loud | Q(is_across_block=True) | Q(is_under_block=True), spark__in=list(pks))
        .filter(
            Q(parent__isnull=True) | Q(parent__state=Comment.State.POSTED, parent__removed_at__isnull=True),
            state=Comment.State.POSTED, removed_at__isnull=True,
        )
    )  # fmt: skip
    return dict(rows.order_by().values_list("spark").annotate(size=Count("pk")))


def _photos(pks: Iterable[int]) -> dict[int, list[Photo]]:
    tags = ProductTag.objects.select_related("product").defer("product__description", "product__image_link")
    found: dict[int, list[Photo]] = {}
    for photo in Photo.objects.filter(spark__in=pks).prefetch_related(Prefetch("tags", queryset=tags)):
        found.setdefault(photo.spark_id, []).append(photo)
    return found


def _reason(
    spark: Spark, user: User | None, followed: set[int], topics: set[int], reason: str | Promise
) -> str | Promise:
    """Why this stands before the reader: who wrote it, or ``reason`` of the page, or how it was received."""
    if user is not None and spark.author_id == user.pk:
        return _("You posted it.")
    if spark.is_sponsored:
        return _("It is an advert in a topic or of a person that you see. At most one post in five is.")
    if spark.author_id in followed:
        return _("You follow its author.")
    if getattr(spark, "is_of_friend", False):
        return _("Its author is your friend.")
    if getattr(spark, "is_of_seller", False):
        return _("It shows something of a seller whom you follow.")
    if reason:
        return reason
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
    """Posts of the people and topics that she follows, and those that show something of a seller whom she follows."""
    topics = TopicFollow.objects.filter(user=user).values("topic")
    wanted = Q(author__in=_followed(user)) | Q(topic__in=topics)
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


def _followed(user: User) -> QuerySet[Any, Any]:
    return Follow.objects.filter(follower=user).values("followed")


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
    recent = Spark.objects.told_to(user).filter(posted_at__gt=timezone.now() - timedelta(days=60))
    people = User.objects.filter(pk__in=recent.values("author"), handle__isnull=False)
    if user is not None:
        people = people.exclude(pk=user.pk).exclude(pk__in=_followed(user))
    return list(people.annotate(size=Count("followers")).order_by("-size", "pk")[:limit])


# --- One Spark


def spark_page(spark: Spark, user: User | None, *, before: str = "") -> SparkPage:
    """A Spark with a page of comments, newest first; ``before`` is the number of the last one seen."""
    card = cards([spark], user, reasons=True)[0]
    rows = Comment.objects.told_to(user).filter(spark=spark, parent__isnull=True).select_related("author")
    if before:
        rows = rows.filter(pk__lt=number(before))
    found = list(rows.order_by("-pk")[: COMMENTS + 1])
    shown = found[:COMMENTS]
    replies: dict[int | None, list[Remark]] = {}
    answers = list(Comment.objects.told_to(user).filter(parent__in=shown).select_related("author").order_by("pk"))
    remarks = {remark.row.pk: remark for remark in _remarks([*shown, *answers], card, user)}
    for reply in answers:
        replies.setdefault(reply.parent_id, []).append(remarks[reply.pk])
    more = Spark.objects.told_to(user).filter(author=spark.author).exclude(pk=spark.pk)
    return SparkPage(
        card=card,
        threads=[Thread(remarks[row.pk], replies.get(row.pk, [])) for row in shown],
        before=shown[-1].pk if len(found) > COMMENTS else 0,
        more=cards(list(more.select_related("author__influencer", "topic").order_by("-posted_at", "-pk")[:6]), user),
        edits=spark.edits.count(),
        tags=[tag for photo in card.photos for tag in photo.tags.all()],
    )


def _remarks(rows: Sequence[Comment], card: Card, user: User | None) -> list[Remark]:
    """The comments with what stands beside their authors, in three queries."""
    asked = [option.row.product for option in card.poll.options if option.row.product] if card.poll else []
    products = {product.pk: product for product in [*card.products, *asked]}
    people = [row.author_id for row in rows]
    owned = owned_pairs(people, products)
    badges = _badges(people, [card.spark.topic_id])
    thanked: set[int] = set()
    if user is not None:
        thanked = set(Helpful.objects.filter(user=user, comment__in=rows).values_list("comment", flat=True))
    return [
        Remark(
            row,
            owned=[product for pk, product in products.items() if (row.author_id, pk) in owned],
            badge=badges.get((row.author_id, card.spark.topic_id)),
            is_helpful=row.pk in thanked,
        )
        for row in rows
    ]


def remark(spark: Spark, pk: int, user: User | None) -> tuple[Card, Remark]:
    """One comment as its page shows it."""
    row = comment_of(spark, str(pk), user)
    card = cards([spark], user)[0]
    return card, _remarks([row], card, user)[0]


def edits_of(spark: Spark) -> list[SparkEdit]:
    """What a Spark said before, newest first, for whoever sees the Spark."""
    return list(SparkEdit.objects.filter(spark=spark).order_by("-at", "-pk")[:50])


def badges_of(handle: str, user: User | None) -> BadgesPage:
    """What somebody stands for; 404 for whoever may not know of her."""
    person = person_at(handle, user)
    rows = Badge.objects.filter(user=person).select_related("topic").order_by("-level", "-helped", "topic__position")
    return BadgesPage(person, list(rows))


def newest_on(kind: str, number: int, user: User | None, limit: int = 6) -> list[Card]:
    """The newest Sparks of a shelf as tiles: for the page of a product or a category."""
    rows = on_shelf(kind, number, user).select_related("spark__author__influencer", "spark__topic")
    return cards([_spark(row) for row in rows.order_by("-posted_at", "-spark_id")[:limit]], user)


def sparks_with(product: Product, user: User | None, limit: int = 6) -> list[Card]:
    """The newest Sparks that tag a product, for its page."""
    return newest_on(Shelf.Kind.PRODUCT, product.pk, user, limit)


def polls_about(product: Product, user: User | None, limit: int = 3) -> list[Card]:
    """Polls with this product among their options that have closed, newest first: what people chose and what came of it."""
    asked = PollOption.objects.filter(product=product).values("poll")
    shown = Spark.objects.told_to(user).filter(pk=OuterRef("spark"))
    # From the few polls with this product to their Sparks, never from all Sparks.
    rows = Poll.objects.filter(Exists(shown), pk__in=asked, closes_at__lte=timezone.now())
    rows = rows.select_related("spark__author__influencer", "spark__topic").order_by("-closes_at", "-pk")
    return cards([poll.spark for poll in rows[:limit]], user)


# --- What owners say


@dataclass(frozen=True, slots=True)
class OwnersSay:
    """What people who own a tagged product say of a Spark's products: words under it, and votes for each product."""

    words: list[Comment]
    votes: dict[int, int]


WORDS = 2


def owners_say(shown: Sequence[Card], user: User | None) -> dict[int, OwnersSay]:
    """By Spark: the newest words of owners, and how many owners stand up for each product. A fixed number of queries."""
    sparks = [card.spark.pk for card in shown]
    products = {product.pk for card in shown for product in card.products}
    tagged = Shelf.objects.filter(spark=OuterRef(OuterRef("spark")), kind=Shelf.Kind.PRODUCT).values("number")
    owned = kept_lines().filter(order__user=OuterRef("author"), product__in=tagged)
    rows = (
        Comment.objects.told_to(user).filter(Exists(owned), spark__in=sparks).exclude(author=F("spark__author"))
        .annotate(place=Window(RowNumber(), partition_by=F("spark"), order_by=F("pk").desc()))
        .filter(place__lte=WORDS).select_related("author").order_by("-pk")
    )  # fmt: skip
    words: dict[int, list[Comment]] = {}
    for row in rows:
        words.setdefault(row.spark_id, []).append(row)
    votes = ProductVote.objects.filter(product__in=products, is_owner=True, user__is_active=True)
    counts = dict(votes.order_by().values_list("product").annotate(size=Count("pk")))
    return {
        card.spark.pk: OwnersSay(
            words.get(card.spark.pk, []), {row.pk: counts[row.pk] for row in card.products if row.pk in counts}
        )
        for card in shown
    }


# --- Pages of shelves


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """What a feed by category or seller shows around its Sparks."""

    kind: str
    number: int
    category: Category | None = None
    seller: Seller | None = None
    # Where one may go from here: categories above, from the root, and those right below.
    trail: Sequence[Category] = ()
    below: Sequence[Category] = ()
    is_followed: bool = False


def things_page() -> ShelfPage:
    """Sparks that show anything, with the categories at the top of the tree."""
    below = list(Category.objects.filter(parent__isnull=True).order_by("path"))
    return ShelfPage(Shelf.Kind.ANYTHING, 0, below=below)


def category_page(path: str) -> ShelfPage:
    """Sparks with things of a category and those below; 404 when there is none."""
    found = category_at(path)
    trail = list(Category.objects.filter(path__in=steps_of(path)[:-1]).order_by("path"))
    below = list(found.children.order_by("path"))
    return ShelfPage(Shelf.Kind.CATEGORY, found.pk, category=found, trail=trail, below=below)


def seller_page(slug: str, user: User | None) -> ShelfPage:
    """Sparks with things of a seller; 404 when there is none."""
    found = seller_at(slug)
    return ShelfPage(Shelf.Kind.SELLER, found.pk, seller=found, is_followed=follows_seller(user, found))


def follows_seller(user: User | None, seller: Seller) -> bool:
    """Whether she follows this seller."""
    return user is not None and SellerFollow.objects.filter(user=user, seller=seller).exists()


# --- The profile


@dataclass(frozen=True, slots=True)
class VotesPage:
    """What a person would buy."""

    person: User
    votes: list[ProductVote]


def shown_on_profile(person: User, viewer: User | None, part: str) -> bool:
    """Whether a part of a person's profile (``sparks``, ``votes``) stands there for this viewer, as she set it."""
    if viewer is not None and viewer.pk == person.pk:
        return True
    wanted = {"sparks": person.shows_sparks_to, "votes": person.shows_votes_to}[part]
    near = wanted == User.Audience.FRIENDS and are_friends(viewer.pk if viewer else None, person.pk)
    return wanted == User.Audience.EVERYONE or near


def votes_of(person: User, limit: int = 24) -> list[ProductVote]:
    """What she would buy, newest first; for whom she shows it (``shown_on_profile``)."""
    rows = ProductVote.objects.filter(user=person, product__is_active=True).select_related("product")
    return list(rows.defer("product__description", "product__image_link").order_by("-at", "-pk")[:limit])


def votes_page(handle: str, viewer: User | None) -> VotesPage:
    """What the person at this handle would buy; 404 for whom she does not show it."""
    person = person_at(handle, viewer)
    if not shown_on_profile(person, viewer, "votes"):
        raise Http404
    return VotesPage(person, votes_of(person))


def newest_of(rows: QuerySet[Spark], user: User | None, limit: int = 6) -> list[Card]:
    """The newest of a feed as tiles."""
    return cards(list(rows.select_related("author__influencer", "topic").order_by("-posted_at", "-pk")[:limit]), user)


# --- On lists


@dataclass(frozen=True, slots=True)
class KeptPage:
    """The Sparks on a list as one reader sees them; ``may_edit``: she may take them off."""

    row: List
    kept: list[Card]
    may_edit: bool


def kept_page(slug: str, user: User | None, *, token: str = "") -> KeptPage:
    """The Sparks on the list at this address; 404 for who may not see the list."""
    row, rights = list_for(slug, user, token=token)
    return KeptPage(row, kept_on(row, user), rights.edit)


def list_to_keep_on(user: User, pk: str) -> List:
    """A list onto which she may put a Spark; 404 for any other."""
    row, rights = list_to_fill(user, pk)
    if not rights.edit or row.kind == List.Kind.GIFT:
        raise Http404
    return row


def kept_on(row: List, user: User | None, limit: int = 48) -> list[Card]:
    """The Sparks on a list that this reader may see, last kept first. May she see the list? ``kept_page`` asks."""
    kept = list(
        KeptSpark.objects.filter(list=row, spark__in=Spark.objects.visible_to(user).values("pk"))
        .select_related("spark__author__influencer", "spark__topic").order_by("-pk")[:limit]
    )  # fmt: skip
    return cards([one.spark for one in kept], user)


def lists_to_fill(user: User) -> list[List]:
    """Her lists and those that name her to edit them, without gift lists; last used first."""
    edits = ListMember.objects.filter(user=user, role=ListMember.Role.EDIT).values("list")
    rows = List.objects.visible_to(user).filter(Q(owner=user) | Q(pk__in=edits)).exclude(kind=List.Kind.GIFT)
    return list(rows.select_related("owner").order_by("-used_at", "-pk")[:60])


def lists_with(spark: Spark, lists: Sequence[List]) -> set[int]:
    """Those of the lists on which the Spark stands."""
    rows = KeptSpark.objects.filter(spark=spark, list__in=[row.pk for row in lists])
    return set(rows.values_list("list", flat=True))


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


def last_hiding(spark: Spark) -> Ruling | None:
    """The decision by which a Spark is hidden now; None where it is not."""
    if spark.state != Spark.State.HIDDEN:
        return None
    return Ruling.objects.filter(spark=spark, comment__isnull=True, kind=Ruling.Kind.HIDE).order_by("-pk").first()


def drafts_of(user: User) -> list[Spark]:
    """What she has begun or planned, what waits for a look, and what the shop hid; newest first."""
    states = [Spark.State.DRAFT, Spark.State.SCHEDULED, Spark.State.HELD, Spark.State.HIDDEN]
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


def hottest(
    user: User | None, *, topic: Topic | None = None, category: Category | None = None, limit: int = HOTTEST
) -> list[Hot]:
    """The hottest products of all, of a topic or of a category, with places gained in a week and the reader's own votes."""
    kind, number = Heat.Kind.ALL, 0
    if topic is not None:
        kind, number = Heat.Kind.TOPIC, topic.pk
    elif category is not None:
        kind, number = Heat.Kind.CATEGORY, category.pk
    rows = list(
        Heat.objects.filter(kind=kind, number=number, product__is_active=True).select_related("product")
        .defer("product__description", "product__image_link").order_by("-level", "-product")[:limit]
    )  # fmt: skip
    week_ago = timezone.localdate() - timedelta(days=7)
    chart = Chart.objects.filter(kind=kind, number=number, day__lte=week_ago).order_by("-day").first()
    before = {pk: place for place, pk in enumerate(chart.products)} if chart else {}
    wanted: set[int] = set()
    if user is not None:
        votes = ProductVote.objects.filter(user=user, product__in=[row.product_id for row in rows])
        wanted = set(votes.values_list("product", flat=True))
    return [
        Hot(
            rank=place + 1, product=row.product, score=row, is_wanted=row.product_id in wanted,
            change=before[row.product_id] - place if row.product_id in before else None,
            is_new=chart is not None and row.product_id not in before,
        )
        for place, row in enumerate(rows)
    ]  # fmt: skip


def heat_as_of() -> datetime | None:
    """When the rankings last looked at what had changed; None where that is not known."""
    known: datetime | None = cache.get(REFRESHED)
    return known


def categories_with_heat() -> list[Category]:
    """The categories at the top of the tree in which something is hot."""
    warm = Heat.objects.filter(kind=Heat.Kind.CATEGORY).values("number")
    return list(Category.objects.filter(parent__isnull=True, pk__in=warm).order_by("path"))


# --- The moderators' queue


def desk(user: User) -> list[Case]:
    """What waits for a decision, oldest first: reports of the same thing together, what is held, appeals."""
    about = ("spark__author", "spark__topic", "spark__poll", "comment__author")
    pictures = ("spark__photos", "spark__poll__options")
    reported: dict[tuple[int, int | None], Case] = {}
    reports = Report.objects.filter(state=Report.State.OPEN).select_related(*about, "reporter")
    for report in reports.prefetch_related(*pictures).order_by("at", "pk")[:100]:
        case = Case(report.spark, report.at, report.comment)
        reported.setdefault((report.spark_id, report.comment_id), case).reports.append(report)
    sparks = Spark.objects.present().filter(state=Spark.State.HELD).select_related("author", "topic", "poll")
    held = [
        Case(row, row.created_at)
        for row in sparks.prefetch_related("photos", "poll__options").order_by("created_at", "pk")[:100]
    ]
    comments = Comment.objects.filter(state=Comment.State.HELD, removed_at__isnull=True, spark__removed_at__isnull=True)
    held += [
        Case(row.spark, row.at, row)
        for row in comments.select_related("author", "spark__author", "spark__topic").order_by("at", "pk")[:100]
    ]
    appeals = Appeal.objects.filter(state=Appeal.State.OPEN)
    asked = [
        Case(row.ruling.spark, row.at, row.ruling.comment, appeal=row)
        for row in appeals.select_related(*(f"ruling__{name}" for name in about))
        .prefetch_related(*(f"ruling__{name}" for name in pictures)).order_by("at", "pk")[:100]
    ]  # fmt: skip
    cases = sorted([*reported.values(), *held, *asked], key=lambda case: case.at)
    return [
        replace(case, is_own=user.pk in {case.author.pk, case.appeal.hidden_by_id if case.appeal else None})
        for case in cases
    ]


def spark_names(influencer: Influencer, ids: Iterable[int]) -> dict[int, str]:
    """The first words of those of the Sparks that are hers; the day of those without words."""
    rows = Spark.objects.filter(author=influencer.user_id, pk__in=ids).values_list("pk", "words", "posted_at")
    named = {}
    for pk, words, posted_at in rows:
        if words or posted_at:
            named[pk] = Truncator(words).chars(60) if words else date_format(posted_at or "", "DATE_FORMAT")
    return named
