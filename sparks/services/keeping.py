"""Keep a Spark: its things on a list, and on an Idea List the Spark itself."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.models import Product
from lists.models import List, ListItem
from lists.services.keeping import add_product, make_list, remove_items
from sparks.models import KeptSpark, ProductTag, Spark


def _things(spark: Spark) -> list[Product]:
    tagged = ProductTag.objects.filter(photo__spark=spark).values("product")
    return list(Product.objects.on_sale().filter(pk__in=tagged).order_by("pk"))


@transaction.atomic
def keep(*, spark: Spark, user: User) -> List:
    """One tap: onto the Idea List that she used last and nobody else sees, or a new one; returns it.

    What she shows to others changes when she chooses the list, not by one tap.
    """
    # Two taps at once: the second finds the list that the first made.
    list(User.objects.select_for_update().filter(pk=user.pk))
    private = List.objects.present().filter(owner=user, kind=List.Kind.IDEA, audience=List.Audience.PRIVATE)
    row = private.order_by("-used_at", "-pk").first()
    if row is None:
        row = make_list(owner=user, kind=List.Kind.IDEA, name=_("Sparks I keep"))
    keep_on(row=row, spark=spark, by=user)
    return row


@transaction.atomic
def keep_on(*, row: List, spark: Spark, by: User) -> int:
    """The Spark's things onto this list; onto an Idea List the Spark, too. Twice is once. How many things were new."""
    added = [add_product(row=row, product=product, by=by) for product in _things(spark)]
    fresh = [item.pk for item, is_new in added if is_new]
    if row.kind == List.Kind.IDEA:
        KeptSpark.objects.get_or_create(list=row, spark=spark, defaults={"by": by, "items": fresh})
    return len(fresh)


@transaction.atomic
def drop_from(*, row: List, spark: Spark) -> None:
    """Take a Spark off a list again, with those of its things that had come with it."""
    for kept in KeptSpark.objects.filter(list=row, spark=spark):
        items = ListItem.objects.filter(pk__in=kept.items, list=row, removed_at__isnull=True)
        remove_items(items=list(items))
        kept.delete()


@transaction.atomic
def drop(*, spark: Spark, user: User, lists: Sequence[List]) -> int:
    """Take a Spark off those of these lists on which she put it. Returns off how many."""
    rows = KeptSpark.objects.filter(spark=spark, by=user, list__in=[row.pk for row in lists]).select_related("list")
    found = [one.list for one in rows]
    for row in found:
        drop_from(row=row, spark=spark)
    return len(found)
