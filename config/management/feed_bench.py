"""What ``manage.py bench feed`` measures: pages of feeds among many posts and follows, beside an indexed look-up."""

import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection

from accounts.models import Block, Follow, Mute, User
from catalog.models import Seller
from config.management.people_bench import put
from sparks import queries
from sparks.models import SellerFollow, Shelf, Spark, Topic, TopicFollow
from sparks.services.posting import new_code, post_spark
from sparks.sitemaps import SparkSitemap

SEED = 2017
YARDSTICK = "indexed look-up of 20 rows"
SLICE = 20_000
FOLLOWED = 300
BLOCKED = 500
# A prime: cubes of what is counted, by it, are as good as random here, and the same on both databases.
PRIME = 2_147_483_647
PEOPLE = [
    "id", "password", "is_superuser", "email", "name", "handle", "bio", "avatar", "language", "findable_by", "shows_friends_to",
    "shows_lists_to", "shows_sparks_to", "shows_votes_to", "is_active", "is_staff", "date_joined",
]  # fmt: skip
POSTS = [
    "id", "author_id", "code", "kind", "words", "topic_id", "state", "audience", "is_sponsored", "is_gifted", "created_at",
    "posted_at", "likes", "comments", "views", "share",
]  # fmt: skip


def put_people(numbers: Iterable[int], password: str) -> None:
    """People with these numbers, who can be found by everybody."""
    put("accounts_user", PEOPLE, [
        (pk, password, False, f"p{pk}@example.com", f"Person {pk}", f"p{pk}", "", "", "en", "everyone", "me", "everyone", "everyone", "me", True, False, "2025-01-01 00:00:00+00:00")
        for pk in numbers
    ])  # fmt: skip


def mixed(number: str, salt: int) -> str:
    """SQL for a number below PRIME that looks random."""
    step = f"(({number} * 48271 + {salt * 7919}) % {PRIME})"
    return f"({step} * {step} % {PRIME} * {step} % {PRIME})"


@contextmanager
def bare(*tables: str) -> Iterator[None]:
    """These tables without indexes and keys while they are filled: they are built at the end, from sorted rows."""
    again: list[str] = []
    with connection.cursor() as cursor:
        for table in tables:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass"
                    " AND contype IN ('f', 'u') ORDER BY contype DESC",
                    [table],
                )
                for name, made in cursor.fetchall():
                    again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {made}")
                    cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
                cursor.execute(
                    "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname <> %s",
                    [table, f"{table}_pkey"],
                )
            else:
                cursor.execute(
                    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql IS NOT NULL",
                    [table],
                )
            for name, made in cursor.fetchall():
                again.append(made)
                cursor.execute(f'DROP INDEX "{name}"')
        yield
        for made in again:
            cursor.execute(made)


def count_to(last: int) -> str:
    """SQL for the table ``n (i)`` of the numbers from 1."""
    if connection.vendor == "postgresql":
        return f"(SELECT generate_series(1, {last})::bigint AS i) n"
    numbers = f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {last}) SELECT i FROM n)"  # noqa: S608
    return f"{numbers} n"


def build_people(people: int, follows: int) -> None:
    """People, and who follows whom: a few are followed by very many. The first two follow nobody."""
    password = make_password(None)
    for start in range(0, people, SLICE):
        put_people(range(start + 1, min(start + SLICE, people) + 1), password)
    # A share, squared, of all: the first are followed by far more than the last. In steps, or it would not fit a number.
    share = f"({mixed('i', 2)} % 1000000)"
    followed = f"3 + {people - 3} * {share} / 1000000 * {share} / 1000000"
    with bare("accounts_follow"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_follow (follower_id, followed_id, created_at) "  # noqa: S608  (numbers of ours)
            f"SELECT DISTINCT one, other, {moment('1')} FROM ("
            f"SELECT 3 + {mixed('i', 1)} % {people - 2} AS one, {followed} AS other FROM {count_to(follows)}"
            ") pairs WHERE one <> other ORDER BY 1, 2"
        )
    settle("accounts_user", "accounts_follow")


def settle(*tables: str) -> None:
    """The next numbers come behind what was filled in, and the planner knows what there is."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in tables:
                cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")  # noqa: S608
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def moment(seconds: str) -> str:
    """SQL for so many seconds after the beginning of the year, as the database keeps a moment."""
    if connection.vendor == "postgresql":
        return f"timestamptz '2026-01-01 00:00:00+00' + ({seconds}) * interval '1 second'"
    # Never a whole second: Django writes that without a fraction.
    return f"strftime('%Y-%m-%d %H:%M:%f', 1767225600 + ({seconds}), 'unixepoch') || '001'"


def build_posts(people: int, posts: int) -> None:
    """Posts by all, spread evenly over 300 days; every tenth shows something of seller 2, the oldest three of seller 1."""
    topics = list(Topic.objects.order_by("pk").values_list("pk", flat=True))
    listed = " ".join(f"WHEN {place} THEN {pk}" for place, pk in enumerate(topics[:-1]))
    at = moment(f"i * {300 * 86400 / posts!r}")
    no = "false" if connection.vendor == "postgresql" else "0"
    with connection.cursor() as cursor:
        for table in ("sparks_shelf", "sparks_sparkstir", "sparks_spark"):
            cursor.execute(f"DELETE FROM {table}" if connection.vendor == "sqlite" else f"TRUNCATE {table} CASCADE")  # noqa: S608
    with bare("sparks_spark", "sparks_shelf"), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO sparks_spark ({', '.join(POSTS)}) "  # noqa: S608  (numbers of ours)
            f"SELECT i, 3 + {mixed('i', 3)} % {people - 2}, 'b' || i, 'story', 'Words', "
            f"CASE {mixed('i', 4)} % {len(topics) - 1} {listed} END, 'posted', 'public', i % 30 = 0, {no}, at, at, "
            f"{mixed('i', 5)} % 10, 0, {mixed('i', 6)} % 200, '' FROM (SELECT i, {at} AS at FROM {count_to(posts)}) rows"
        )
        # The last topic is a quiet one: three old posts.
        cursor.execute("UPDATE sparks_spark SET topic_id = %s WHERE id <= 3", [topics[-1]])
        cursor.execute(
            "INSERT INTO sparks_shelf (spark_id, kind, number, posted_at, is_sponsored) "
            "SELECT id, 'seller', CASE WHEN id <= 3 THEN 1 ELSE 2 END, posted_at, is_sponsored FROM sparks_spark "
            "WHERE id <= 3 OR id % 10 = 0"
        )
    settle("sparks_spark", "sparks_shelf")


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


def reading_figures_of(read: Callable[[], object], times: int) -> dict[str, float]:
    """The same of a reading, and how much of it the database takes: its statements asked again, with nothing around them."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    def ask() -> None:
        with connection.cursor() as cursor:
            for sql, params in asked:
                cursor.execute(sql, params)
                cursor.fetchall()

    with connection.execute_wrapper(note):
        read()
    whole, started = figures_of(read, times), processor_ms()
    database = figures_of(ask, times)
    return whole | {
        **{f"database_{name}": value for name, value in database.items()},
        "database_processor_ms": round((processor_ms() - started) / (times + 1), 2),
        "statements": len(asked),
    }


def processor_ms() -> float:
    """What the database has spent of a processor: on PostgreSQL the process behind this connection, which must be on this machine."""
    if connection.vendor == "sqlite":
        return time.process_time() * 1000
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    return int(Path(f"/proc/{number}/schedstat").read_text().split()[0]) / 1_000_000


def post_next(drafts: Iterator[Spark]) -> Spark:
    """Post the next draft."""
    return post_spark(spark=next(drafts))


def readers(people: int) -> dict[str, User]:
    """Who reads: somebody who follows many, and the hard cases."""
    rng = random.Random(SEED)  # noqa: S311  (an invented world)
    names = ("many", "seller", "topic", "quiet", "blocks", "new")
    found = {name: User.objects.create(email=f"{name}@example.com", name=name) for name in names}
    topics = list(Topic.objects.order_by("pk"))
    sellers = [Seller.objects.create(slug=f"bench-{number}", name="Bench", pk=number) for number in (1, 2)]
    for user in (found["many"], found["blocks"]):
        followed = rng.sample(range(3, people + 1), k=min(FOLLOWED, people - 2))
        Follow.objects.bulk_create([Follow(follower=user, followed_id=pk) for pk in followed])
        TopicFollow.objects.bulk_create([TopicFollow(user=user, topic=topic) for topic in topics[:10]])
    others = rng.sample(range(3, people + 1), k=min(2 * BLOCKED, people - 2))
    Block.objects.bulk_create([Block(blocker=found["blocks"], blocked_id=pk) for pk in others[:BLOCKED]])
    Mute.objects.bulk_create([Mute(user=found["blocks"], muted_id=pk) for pk in others[BLOCKED:]])
    SellerFollow.objects.create(user=found["seller"], seller=sellers[0])
    TopicFollow.objects.create(user=found["topic"], topic=topics[-1])
    Follow.objects.bulk_create([Follow(follower=found["quiet"], followed_id=pk) for pk in others[:FOLLOWED]])
    return found


def pages(reader: dict[str, User]) -> dict[str, tuple[Callable[[], Any], User | None]]:
    """Every feed that is read page by page, and by whom."""
    many, topics = reader["many"], list(Topic.objects.order_by("pk"))
    return {
        "for you": (lambda: queries.for_you(many), many),
        "following": (lambda: queries.following(many), many),
        "for you, a guest": (lambda: queries.for_you(None), None),
        "for you, a guest of three topics": (lambda: queries.for_you(None, [row.pk for row in topics[:3]]), None),
        "for you, who follows nobody": (lambda: queries.for_you(reader["new"]), reader["new"]),
        "for you, 500 blocked, 500 muted": (lambda: queries.for_you(reader["blocks"]), reader["blocks"]),
        "following, 500 blocked, 500 muted": (lambda: queries.following(reader["blocks"]), reader["blocks"]),
        "following 300 people alone": (lambda: queries.following(reader["quiet"]), reader["quiet"]),
        "following a seller of three old posts": (lambda: queries.following(reader["seller"]), reader["seller"]),
        "following a topic of three old posts": (lambda: queries.following(reader["topic"]), reader["topic"]),
        "for you, a topic of three old posts": (lambda: queries.for_you(reader["topic"]), reader["topic"]),
        "a topic": (lambda: queries.of_topic(topics[0], many), many),
        "things of a seller": (lambda: queries.on_shelf(Shelf.Kind.SELLER, 2, many), many),
        "one person": (lambda: queries.of_person("p7", many)[1], many),
    }


def measure(reader: dict[str, User], posts: int, people: int, probes: int) -> dict[str, dict[str, float]]:
    """Everything among so many posts."""
    rng = random.Random(SEED)  # noqa: S311  (an invented world)
    build_posts(people, posts)
    some = rng.sample(range(1, posts), k=20)
    results = {YARDSTICK: reading_figures_of(lambda: list(Spark.objects.filter(pk__in=some)), probes)}
    for name, (rows, user) in pages(reader).items():
        for page in ("first", "tenth"):
            cursor = "" if page == "first" else tenth(rows, user)
            if page == "first" or cursor:
                results[f"{name}, {page} page"] = reading_figures_of(partial(read, rows, user, cursor), probes)
    results["whom to follow"] = reading_figures_of(partial(queries.worth_following, reader["many"], 3), probes)
    topic, sections = Topic.objects.all()[0], SparkSitemap().paginator
    results["Atom feed of a topic"] = reading_figures_of(lambda: queries.newest(queries.of_topic(topic, None)), probes)
    results["sitemap, its sections"] = reading_figures_of(lambda: SparkSitemap().paginator.num_pages, probes)
    for name, place in [("first", 1), ("last", sections.num_pages)]:
        section = partial(sections.page, place)
        results[f"sitemap, {name} section of {sections.per_page}"] = figures_of(section, 20)
    for name, followers in [("nobody", 0), (f"{people // 2}", people // 2)]:
        author = User.objects.create(email=f"by{name}-{posts}@example.com", name=name)
        Follow.objects.bulk_create(
            (Follow(follower_id=pk, followed=author) for pk in range(3, followers + 3)), batch_size=5000
        )
        drafts = [
            Spark.objects.create(author=author, code=new_code(), kind="story", words="Words", topic=topic)
            for _ in range(probes + 1)
        ]
        results[f"posting, followed by {name}"] = figures_of(partial(post_next, iter(drafts)), probes)
    return results


def read(rows: Callable[[], Any], user: User | None, cursor: str) -> queries.FeedPage:
    """One page with its cards, as the site reads it."""
    return queries.feed_page(rows(), user, cursor)


def tenth(rows: Callable[[], Any], user: User | None) -> str:
    """The cursor of the tenth page, or an empty string where the feed ends before it."""
    cursor = ""
    for _ in range(9):
        cursor = read(rows, user, cursor).next
        if not cursor:
            break
    return cursor


def run(people: int, sizes: list[int], follows: int, probes: int) -> dict[str, Any]:
    """Build and measure in the present database, which must be empty and is filled: among each number of posts in turn."""
    began = time.perf_counter()
    build_people(people, follows)
    reader = readers(people)
    among = {posts: measure(reader, posts, people, probes) for posts in sizes}
    return {
        "database": connection.vendor, "people": people, "follows": follows, "seconds": round(time.perf_counter() - began),
        "among": among,
    }  # fmt: skip
