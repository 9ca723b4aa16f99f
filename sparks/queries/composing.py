"""Drafts, and what is at hand while writing."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from catalog.models import Product
from catalog.queries import search_products
from lists.models import ListItem
from sparks.models import (
    DroppedPhoto,
    Photo,
    Poll,
    PollOption,
    ProductTag,
    Spark,
)
from sparks.queries.showing import photos_by_spark
from sparks.services.posting import UNDO_DAYS

FOUND = 12


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything the composer shows of a Spark."""

    spark: Spark
    photos: list[Photo]
    poll: Poll | None = None
    options: list[PollOption] = field(default_factory=list)
    # The last picture that was taken out and can be put back.
    dropped: DroppedPhoto | None = None


def draft(spark: Spark) -> Draft:
    """A Spark as its author works on it."""
    photos = photos_by_spark([spark.pk]).get(spark.pk, [])
    poll = Poll.objects.filter(spark=spark).first()
    options = list(poll.options.select_related("product")) if poll else []
    since = timezone.now() - timedelta(days=UNDO_DAYS)
    dropped = DroppedPhoto.objects.filter(spark=spark, at__gt=since).order_by("-pk").first()
    return Draft(spark, photos, poll, options, dropped)


def tagged_products(spark: Spark) -> list[Product]:
    """The products that a Spark tags, in the order of photos and pins."""
    tags = ProductTag.objects.filter(photo__spark=spark).select_related("product")
    rows = tags.order_by("photo__position", "photo", "position", "pk")
    return list({tag.product_id: tag.product for tag in rows}.values())


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
