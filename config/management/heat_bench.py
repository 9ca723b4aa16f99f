"""What ``manage.py bench heat`` measures: scoring every product from nothing beside looking at what changed, and feeds by shelf."""

import random
import time
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from catalog.models import Category, Product, Seller, Stir
from config.management.feed_bench import POSTS, SEED, SLICE, figures_of, put_people
from config.management.people_bench import put
from sparks import queries
from sparks.models import Heat, Shelf, Spark, SparkStir, Topic
from sparks.services import acts, heating, posting

STAMP = "%Y-%m-%d %H:%M:%S.%f+00:00"
CATEGORIES = 40
CHANGED = 100


@transaction.atomic
def build(people: int, products: int, posts: int, voices: int, now: datetime, rng: random.Random) -> None:
    """People, products in a tree of categories, posts of a year that tag one each, and voices of the last four weeks."""
    password, topics = make_password(None), list(Topic.objects.values_list("pk", flat=True))
    for start in range(0, people, SLICE):
        put_people(range(start + 1, min(start + SLICE, people) + 1), password)
    seller = Seller.objects.create(slug="bench", name="Bench")
    root = Category.objects.create(slug="home", name="Home", path="home")
    leaves = [
        Category.objects.create(parent=root, slug=f"c{n}", name=f"C {n}", path=f"home/c{n}") for n in range(CATEGORIES)
    ]
    for start in range(0, products, SLICE):
        Product.objects.bulk_create(
            Product(
                pk=pk, seller=seller, category=leaves[pk % CATEGORIES], external_id=str(pk), slug=f"p{pk}", name=f"Product {pk}",
                currency="USD", price_minor=100,
            )
            for pk in range(start + 1, min(start + SLICE, products) + 1)
        )  # fmt: skip
    step = timedelta(days=300) / posts
    for start in range(0, posts, SLICE):
        made, photos, tags, shelves = [], [], [], []
        for pk in range(start + 1, min(start + SLICE, posts) + 1):
            at = (now - timedelta(days=301) + step * pk).strftime(STAMP)
            product, paid = 1 + int(products * rng.random() ** 2), pk % 30 == 0
            made.append((pk, rng.randrange(2, people + 1), f"b{pk}", "story", "Words", rng.choice(topics), "posted", "public", paid, False, at, at, 0, 0, 0))  # fmt: skip
            photos.append((pk, pk, 0, "s.webp", "l.webp", 1080, 1350, "", "", "", False, at))
            tags.append((pk, product, 5000, 5000, 0))
            above = [("anything", 0), ("product", product), ("seller", seller.pk), ("category", root.pk),
                     ("category", leaves[product % CATEGORIES].pk)]  # fmt: skip
            shelves += [(pk, kind, number, at, paid) for kind, number in above]
        put("sparks_spark", POSTS, made)
        put("sparks_photo", ["id", "spark_id", "position", "small", "large", "width", "height", "alt", "film", "upload",
                             "is_film_broken", "added_at"], photos)  # fmt: skip
        put("sparks_producttag", ["photo_id", "product_id", "x", "y", "position"], tags)
        put("sparks_shelf", ["spark_id", "kind", "number", "posted_at", "is_sponsored"], shelves)
    votes: set[tuple[int, int]] = set()
    likes: set[tuple[int, int]] = set()
    while len(votes) < voices // 2:
        votes.add((rng.randrange(1, people + 1), 1 + int(products * rng.random() ** 2)))
    while len(likes) < voices // 2:
        likes.add((rng.randrange(1, people + 1), rng.randrange(1, posts + 1)))
    moments = ((now - timedelta(minutes=rng.randrange(27 * 24 * 60))).strftime(STAMP) for _ in range(voices))
    wants = [(*pair, next(moments), False) for pair in votes]
    hearts = [(*pair, next(moments)) for pair in likes]
    for start in range(0, voices, SLICE):
        put("sparks_productvote", ["user_id", "product_id", "at", "is_owner"], wants[start : start + SLICE])
        put("sparks_like", ["user_id", "spark_id", "at"], hearts[start : start + SLICE])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name in ("accounts_user", "catalog_product", "sparks_spark", "sparks_photo"):
                cursor.execute(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))")  # noqa: S608
    heating.stir_all(now)


def run(people: int, products: int, posts: int, voices: int, probes: int) -> dict[str, Any]:
    """Build and measure in the present database, which must be empty and is filled."""
    rng, now = random.Random(SEED), timezone.now()  # noqa: S311  (an invented world)
    build(people, products, posts, voices, now, rng)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    results: dict[str, Any] = {
        "database": connection.vendor, "people": people, "products": products, "posts": posts, "voices": voices,
    }  # fmt: skip
    SparkStir.objects.all().delete()
    start = time.perf_counter()
    scored = heating.refresh(now)
    results["full_seconds"], results["full_products"] = round(time.perf_counter() - start, 2), scored
    reader = User.objects.get(pk=1)
    for pk in rng.sample(range(1, products + 1), k=CHANGED):
        acts.set_wanted(product=Product.objects.get(pk=pk), user=reader, on=True)
    changed = Stir.objects.values("product").distinct().count()
    start = time.perf_counter()
    # Not a moment later: what is due by time alone comes with any refresh, and is no more than its share of a minute.
    assert heating.refresh(now) == changed  # noqa: S101
    results["changed_seconds"], results["changed_products"] = round(time.perf_counter() - start, 3), changed
    results["rows_of_heat"] = Heat.objects.count()
    results["indexed look-up of 20 rows"] = figures_of(
        lambda: list(Spark.objects.filter(pk__in=rng.sample(range(1, posts), k=20))), probes
    )
    root = Category.objects.get(path="home")
    results["the hottest of all"] = figures_of(lambda: queries.hottest(reader), probes)
    results["the hottest of a category"] = figures_of(partial(queries.hottest, reader, category=root), probes)
    for name, kind, number in (("category", Shelf.Kind.CATEGORY, root.pk), ("product", Shelf.Kind.PRODUCT, 1)):
        cursor_text = ""
        for page in ("first", "tenth"):
            read = partial(_read, kind, number, reader, cursor_text)
            results[f"sparks of a {name}, {page} page"] = figures_of(read, probes)
            for _ in range(9):
                cursor_text = _read(kind, number, reader, cursor_text).next or cursor_text
    draft = Spark.objects.create(author=reader, code="draft", kind="story", words="Words", topic=Topic.objects.all()[0])
    start = time.perf_counter()
    posting.post_spark(spark=draft)
    results["posting_ms"] = round((time.perf_counter() - start) * 1000, 1)
    return results


def _read(kind: str, number: int, reader: User, cursor: str) -> queries.FeedPage:
    return queries.feed_page(queries.on_shelf(kind, number, reader), reader, cursor)
