"""Keep the shelves true: which products, categories and sellers a Spark stands for."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from catalog.models import Category
from sparks.models import ProductTag, Shelf, Spark

BATCH = 200
Place = tuple[str, int]


def place(sparks: Iterable[int]) -> None:
    """Put these Sparks onto the shelves of what they tag now, and off all others. Doing it twice changes nothing."""
    pks = sorted(set(sparks))
    for start in range(0, len(pks), BATCH):
        _place(pks[start : start + BATCH])


@transaction.atomic
def _place(pks: Sequence[int]) -> None:
    # Two at once for the same Spark: the second waits, and sees what the first wrote.
    rows = {
        row.pk: (row.posted_at, row.is_sponsored)
        for row in Spark.objects.select_for_update().filter(pk__in=pks).only("posted_at", "is_sponsored")
        if row.posted_at is not None
    }
    wanted = _wanted(rows)
    gone: list[int] = []
    for shelf in Shelf.objects.filter(spark__in=rows):
        key = (shelf.kind, shelf.number)
        if key in wanted[shelf.spark_id] and (shelf.posted_at, shelf.is_sponsored) == rows[shelf.spark_id]:
            wanted[shelf.spark_id].discard(key)
        else:
            gone.append(shelf.pk)
    Shelf.objects.filter(pk__in=gone).delete()
    Shelf.objects.bulk_create(
        Shelf(spark_id=pk, kind=kind, number=number, posted_at=rows[pk][0], is_sponsored=rows[pk][1])
        for pk, places in wanted.items()
        for kind, number in sorted(places)
    )


def _wanted(sparks: Iterable[int]) -> dict[int, set[Place]]:
    wanted: dict[int, set[Place]] = {pk: set() for pk in sparks}
    tags = ProductTag.objects.filter(photo__spark__in=list(wanted)).values_list(
        "photo__spark", "product", "product__seller", "product__category__path"
    )
    found = list(tags)
    above = categories_above(path for _spark, _product, _seller, path in found if path)
    for spark, product, seller, path in found:
        wanted[spark] |= {(Shelf.Kind.ANYTHING, 0), (Shelf.Kind.PRODUCT, product), (Shelf.Kind.SELLER, seller)}
        wanted[spark] |= {(Shelf.Kind.CATEGORY, number) for number in above.get(path or "", ())}
    return wanted


def categories_above(paths: Iterable[str]) -> dict[str, list[int]]:
    """For each path of a category: the numbers of it and of every one above; one query."""
    wanted = {path: steps_of(path) for path in set(paths)}
    every = {step for steps in wanted.values() for step in steps}
    numbers = dict(Category.objects.filter(path__in=every).values_list("path", "pk"))
    return {path: [numbers[step] for step in steps if step in numbers] for path, steps in wanted.items()}


def steps_of(path: str) -> list[str]:
    """``a/b/c``: ``a``, ``a/b``, ``a/b/c``."""
    slugs = path.split("/")
    return ["/".join(slugs[: depth + 1]) for depth in range(len(slugs))]


def replace_moved(products: Sequence[int]) -> None:
    """Products went to other categories: the Sparks that tag them go along."""
    tagged = ProductTag.objects.filter(product__in=products)
    place(tagged.order_by().values_list("photo__spark", flat=True).distinct())
