"""A Spark as feeds and pages show it: the same number of queries for one and for thirty."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Count, Prefetch, Q
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.circle import blocks_between, muted_by
from accounts.models import Follow, User
from catalog.models import Product
from orders.ownership import owned_pairs
from sparks import feeds
from sparks.models import (
    Badge,
    Comment,
    KeptSpark,
    Like,
    Photo,
    Poll,
    PollOption,
    PollVote,
    ProductTag,
    Spark,
    TopicFollow,
)
from sparks.queries.heat import wanted_by


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
    # What the reader would buy of it.
    wanted: set[int]
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


def cards(
    sparks: Sequence[Spark], user: User | None, *, reasons: bool = False, reason: str | Promise = ""
) -> list[Card]:
    """The Sparks with photos, products, polls, and what the reader did; a fixed number of queries.

    ``reasons``: with why she sees each; ``reason``: what stands there where nothing nearer is known.
    """
    pks = [spark.pk for spark in sparks]
    photos = photos_by_spark(pks)
    authors = [spark.author_id for spark in sparks]
    products = {tag.product_id for rows in photos.values() for photo in rows for tag in photo.tags.all()}
    owned = owned_pairs(authors, products)
    polls = _polls(pks, user)
    badges = badges_by(authors, [spark.topic_id for spark in sparks])
    unheard = _unheard(pks, user)
    wanted = wanted_by(user, products)
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
        for photo in photos.get(spark.pk, []):
            photo.alt = photo.alt or described(photo, spark)
        made.append(
            Card(
                spark=spark,
                photos=photos.get(spark.pk, []),
                products=shown,
                labels=spark.labels_with(has_tags=bool(shown)),
                owned={product.pk for product in shown if (spark.author_id, product.pk) in owned},
                wanted=wanted,
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


def described(photo: Photo, spark: Spark) -> str:
    """What stands for a photo that nobody described: whose it is, and what it shows."""
    names = ", ".join(tag.product.label for tag in photo.tags.all())
    if not names:
        return gettext("Photo by %(name)s") % {"name": spark.author.name}
    return gettext("Photo by %(name)s showing %(things)s") % {"name": spark.author.name, "things": names}


def badges_by(people: Iterable[int], topics: Iterable[int | None]) -> dict[tuple[int, int | None], Badge]:
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
            Q(parent__isnull=True)
            | Q(parent__state__in=[Comment.State.POSTED, Comment.State.LEFT], parent__removed_at__isnull=True),
            state=Comment.State.POSTED, removed_at__isnull=True,
        )
    )  # fmt: skip
    return dict(rows.order_by().values_list("spark").annotate(size=Count("pk")))


def photos_by_spark(pks: Iterable[int]) -> dict[int, list[Photo]]:
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
