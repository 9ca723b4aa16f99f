"""The hottest products."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

from accounts.models import User
from catalog.models import Category, Product
from sparks.models import (
    Chart,
    Heat,
    ProductVote,
    Topic,
)
from sparks.services.heating import REFRESHED

HOTTEST = 50


@dataclass(frozen=True, slots=True)
class Hot:
    """A product in the ranking, and why it stands there. ``change``: places gained in a week, None where nobody knows."""

    rank: int
    product: Product
    score: Heat
    change: int | None
    is_new: bool = False
    is_wanted: bool = False


def wanted_by(user: User | None, products: Iterable[int]) -> set[int]:
    """Those of the products for which she voted."""
    if user is None:
        return set()
    return set(ProductVote.objects.filter(user=user, product__in=set(products)).values_list("product", flat=True))


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
    wanted = wanted_by(user, [row.product_id for row in rows])
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
