"""What ``manage.py bench feed`` measures: pages of a reader's feed among many posts and follows, beside an indexed look-up."""

import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.models import Follow, User
from config.management.people_bench import put
from sparks import queries
from sparks.models import Spark, Topic, TopicFollow
from sparks.services.posting import new_code, post_spark
from sparks.sitemaps import SparkSitemap

SEED = 2017
SLICE = 20_000
FOLLOWED = 300
START = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = [
    "id", "password", "is_superuser", "email", "name", "handle", "bio", "avatar", "language", "findable_by", "shows_friends_to",
    "shows_lists_to", "shows_sparks_to", "shows_votes_to", "is_active", "is_staff", "date_joined",
]  # fmt: skip
POSTS = [
    "id", "author_id", "code", "kind", "words", "topic_id", "state", "audience", "is_sponsored", "is_gifted", "created_at",
    "posted_at", "likes", "comments", "views",
]  # fmt: skip


def put_people(numbers: Iterable[int], password: str) -> None:
    """People with these numbers, who can be found by everybody."""
    put("accounts_user", PEOPLE, [
        (pk, password, False, f"p{pk}@example.com", f"Person {pk}", f"p{pk}", "", "", "en", "everyone", "me", "everyone", "everyone", "me", True, False, "2025-01-01 00:00:00+00:00")
        for pk in numbers
    ])  # fmt: skip


@transaction.atomic
def build(people: int, posts: int, follows: int, rng: random.Random) -> None:
    """People, who follows whom (a few are followed by very many), and posts spread evenly over a year."""
    password, topics = make_password(None), list(Topic.objects.values_list("pk", flat=True))
    for start in range(0, people, SLICE):
        put_people(range(start + 1, min(start + SLICE, people) + 1), password)
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < follows:
        # Squared: the first are followed by far more than the last.
        one, other = rng.randrange(2, people + 1), 2 + int((people - 1) * rng.random() ** 2)
        if one != other:
            pairs.add((one, other))
    pairs |= {(1, pk) for pk in rng.sample(range(2, people + 1), k=min(FOLLOWED, people - 1))}
    rows = list(pairs)
    for start in range(0, len(rows), SLICE):
        put("accounts_follow", ["follower_id", "followed_id", "created_at"], [
            (one, other, "2026-01-01 00:00:00+00:00") for one, other in rows[start : start + SLICE]
        ])  # fmt: skip
    step = timedelta(days=300) / posts
    for start in range(0, posts, SLICE):
        made = []
        for pk in range(start + 1, min(start + SLICE, posts) + 1):
            at = (START + step * pk).strftime("%Y-%m-%d %H:%M:%S.%f")
            views = rng.randrange(200)
            made.append((pk, rng.randrange(2, people + 1), f"b{pk}", "story", "Words", rng.choice(topics), "posted", "public", pk % 30 == 0, False, at, at, rng.randrange(10), 0, views))  # fmt: skip
        put("sparks_spark", POSTS, made)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in ("accounts_user", "accounts_follow", "sparks_spark"):
                cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")  # noqa: S608
        cursor.execute("ANALYZE")


def figures_of(act: Callable[[], object], times: int) -> dict[str, float]:
    """Milliseconds at the middle and at the ninety-fifth of a hundred."""
    act()
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        spent.append((time.perf_counter() - start) * 1000)
    spent.sort()
    return {"p50_ms": round(statistics.median(spent), 2), "p95_ms": round(spent[int(len(spent) * 0.95)], 2)}


def read(rows: Callable[[], QuerySet[Spark]], reader: User, cursor: str) -> queries.FeedPage:
    """One page with its cards, as the site reads it."""
    return queries.feed_page(rows(), reader, cursor)


def post_next(drafts: Iterator[Spark]) -> Spark:
    """Post the next draft."""
    return post_spark(spark=next(drafts))


def run(people: int, posts: int, follows: int, probes: int) -> dict[str, Any]:
    """Build and measure in the present database, which must be empty and is filled."""
    rng = random.Random(SEED)  # noqa: S311  (an invented world)
    began = time.perf_counter()
    build(people, posts, follows, rng)
    built = time.perf_counter() - began
    reader = User.objects.get(pk=1)
    for topic in Topic.objects.all()[:10]:
        TopicFollow.objects.create(user=reader, topic=topic)
    results: dict[str, Any] = {
        "database": connection.vendor, "people": people, "posts": posts, "follows": follows, "build_seconds": round(built),
    }  # fmt: skip
    feeds: dict[str, Callable[[], Any]] = {
        "for you": lambda: queries.for_you(reader),
        "following": lambda: queries.following(reader),
        "guest": lambda: queries.for_you(None),
    }
    results["indexed look-up of 20 rows"] = figures_of(
        lambda: list(Spark.objects.filter(pk__in=rng.sample(range(1, posts), k=20))), probes
    )
    for name, rows in feeds.items():
        results[f"{name}, first page"] = figures_of(partial(read, rows, reader, ""), probes)
        cursor = ""
        for _ in range(9):
            cursor = queries.feed_page(rows(), reader, cursor).next
        results[f"{name}, tenth page"] = figures_of(partial(read, rows, reader, cursor), probes)
    topic, sections = Topic.objects.all()[0], SparkSitemap().paginator
    results["Atom feed of a topic"] = figures_of(lambda: queries.newest(queries.of_topic(topic, None)), probes)
    results["sitemap, its sections"] = figures_of(lambda: SparkSitemap().paginator.num_pages, probes)
    for name, place in [("first", 1), ("last whole", sections.num_pages - 1)]:
        results[f"sitemap, {name} section of {sections.per_page}"] = figures_of(partial(sections.page, place), 20)
    for name, followers in [("nobody", 0), ("half of all", people // 2)]:
        author = User.objects.create(email=f"{name}@example.com", name=name)
        Follow.objects.bulk_create(
            [Follow(follower_id=pk, followed=author) for pk in range(1, followers + 1)], batch_size=5000
        )
        drafts = iter(
            [
                Spark.objects.create(author=author, code=new_code(), kind="story", words="Words", topic=topic)
                for _ in range(41)
            ]
        )
        results[f"posting, followed by {name}"] = figures_of(partial(post_next, drafts), 40)
    return results
