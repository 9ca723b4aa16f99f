"""One Spark with what was said of it, and the Sparks that a product and a storefront show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator

from accounts.circle import known_to
from accounts.models import User
from catalog.models import Product
from influencers.models import Influencer
from orders.ownership import owned_pairs
from sparks.holding import mentions
from sparks.models import (
    Badge,
    Comment,
    Helpful,
    Poll,
    PollOption,
    ProductTag,
    Ruling,
    Shelf,
    Spark,
    SparkEdit,
)
from sparks.queries.gates import comment_of, number
from sparks.queries.showing import Card, badges_by, cards
from sparks.queries.walking import newest_on

COMMENTS = 20


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
    # Whom the comments mention, as far as the reader may know of them.
    handles: set[str]


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
        handles=_mentioned([*shown, *answers], user),
    )


def _mentioned(rows: Iterable[Comment], user: User | None) -> set[str]:
    """The handles that these comments name and behind which the reader finds somebody; no query where none is named."""
    named = {handle for row in rows for handle in mentions(row.words)}
    people = known_to(user, User.objects.filter(handle__in=named)) if named else User.objects.none()
    return {person.handle for person in people if person.handle}


def _remarks(rows: Sequence[Comment], card: Card, user: User | None) -> list[Remark]:
    """The comments with what stands beside their authors, in three queries."""
    asked = [option.row.product for option in card.poll.options if option.row.product] if card.poll else []
    products = {product.pk: product for product in [*card.products, *asked]}
    people = [row.author_id for row in rows]
    owned = owned_pairs(people, products)
    badges = badges_by(people, [card.spark.topic_id])
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


def last_hiding(spark: Spark) -> Ruling | None:
    """The decision by which a Spark is hidden now; None where it is not."""
    if spark.state != Spark.State.HIDDEN:
        return None
    return Ruling.objects.filter(spark=spark, comment__isnull=True, kind=Ruling.Kind.HIDE).order_by("-pk").first()


def spark_names(influencer: Influencer, ids: Iterable[int]) -> dict[int, str]:
    """The first words of those of the Sparks that are hers; the day of those without words."""
    rows = Spark.objects.filter(author=influencer.user_id, pk__in=ids).values_list("pk", "words", "posted_at")
    named = {}
    for pk, words, posted_at in rows:
        if words or posted_at:
            named[pk] = Truncator(words).chars(60) if words else date_format(posted_at or "", "DATE_FORMAT")
    return named
