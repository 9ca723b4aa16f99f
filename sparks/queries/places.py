"""The newest by category and by seller, with what owners say of the things."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from catalog.models import Category, Seller
from orders.ownership import kept_lines
from sparks.models import (
    Comment,
    ProductVote,
    Shelf,
)
from sparks.queries.choosing import follows_seller
from sparks.queries.gates import category_at, seller_at
from sparks.queries.showing import Card
from sparks.services.shelving import steps_of


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
