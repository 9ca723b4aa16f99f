"""Feeds that are gathered from their sources hold the same as their rule, page by page, whatever comes meanwhile."""

import os
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Block, Follow, Friend, Mute, User
from sparks import feeds, queries
from sparks.models import Less, SellerFollow, Shelf, Spark, TopicFollow
from sparks.queries import walking
from tests.factories.accounts import UserFactory, befriend
from tests.factories.catalog import SellerFactory
from tests.factories.sparks import SparkFactory, TopicFactory

# More by hand: WALK_EXAMPLES=500.
EXAMPLES = int(os.environ.get("WALK_EXAMPLES", "20"))
START = datetime(2026, 11, 1, tzinfo=UTC)
POST = st.fixed_dictionaries(
    {
        "author": st.integers(0, 5), "topic": st.integers(0, 2), "minute": st.integers(0, 9), "views": st.sampled_from([0, 50]),
        "audience": st.sampled_from(["public", "public", "friends"]), "seller": st.sampled_from([None, 0, 1]),
    }
)  # fmt: skip

# In a topic and by somebody whom she does not follow.
OF_A_SELLER = [
    {"author": 0, "topic": 1, "minute": minute, "views": 0, "audience": "public", "seller": 0} for minute in range(3)
]


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


class World:
    """Six authors, three topics, two sellers, and what a reader made of them."""

    def __init__(self) -> None:
        self.authors = UserFactory.create_batch(6)
        self.topics = [TopicFactory() for _ in range(3)]
        self.sellers = [SellerFactory(slug=f"s{number}", name="S") for number in range(2)]
        self.reader = UserFactory()

    def reset(self, ties: set[tuple[str, int]]) -> None:
        """Forget the posts, and put these ties in the place of all that were."""
        for model in (Spark, Follow, Friend, Mute, Block, Less, TopicFollow, SellerFollow):
            model.objects.all().delete()
        for kind, number in ties:
            person = self.authors[number]
            if kind == "follow":
                Follow.objects.create(follower=self.reader, followed=person)
            elif kind == "friend":
                befriend(self.reader, person)
            elif kind == "mute":
                Mute.objects.create(user=self.reader, muted=person)
            elif kind == "block":
                Block.objects.create(blocker=person, blocked=self.reader)
            elif kind == "less":
                Less.objects.create(user=self.reader, author=person)
            elif kind == "topic":
                TopicFollow.objects.get_or_create(user=self.reader, topic=self.topics[number % 3])
            else:
                SellerFollow.objects.get_or_create(user=self.reader, seller=self.sellers[number % 2])

    def post(self, rows: list[dict[str, Any]], hours: int = 0) -> None:
        """Post these, so many hours after the beginning."""
        made = Spark.objects.bulk_create(
            SparkFactory.build(
                author=self.authors[row["author"]], topic=self.topics[row["topic"]], views=row["views"],
                audience=row["audience"], posted_at=START + timedelta(hours=hours, minutes=row["minute"]),
            )
            for row in rows
        )  # fmt: skip
        Shelf.objects.bulk_create(
            Shelf(spark=spark, kind="seller", number=self.sellers[row["seller"]].pk, posted_at=spark.posted_at)
            for spark, row in zip(made, rows, strict=True)
            if row["seller"] is not None
        )


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(walking, "PAGE_SIZE", 2)
    return World()


TIES = st.sets(
    st.tuples(
        st.sampled_from(["follow", "follow", "topic", "seller", "friend", "mute", "block", "less"]), st.integers(0, 5)
    ),
    max_size=10,
)


def feed_of(name: str, reader: User | None, topics: list[int]) -> queries.Feed:
    """The feed of this name."""
    if name == "guest":
        return queries.for_you(None, topics)
    assert reader is not None
    return queries.following(reader) if name == "following" else queries.for_you(reader)


@pytest.mark.parametrize("name", ["for you", "following", "guest"])
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(posts=OF_A_SELLER, ties={("seller", 0)}, arriving=[], window=1)
@given(
    posts=st.lists(POST, max_size=16),
    ties=TIES,
    arriving=st.lists(POST, max_size=2),
    window=st.sampled_from([1, 4, 200]),
)
def test_what_is_gathered_is_what_the_rule_says(
    world: World, name: str, posts: list[dict[str, Any]], ties: set[tuple[str, int]],
    arriving: list[dict[str, Any]], window: int,
) -> None:  # fmt: skip
    world.reset(ties | {("topic", 0)})
    world.post(posts)
    reader = None if name == "guest" else world.reader
    stood = feed_of(name, reader, [world.topics[0].pk]).rows.order_by("-posted_at", "-pk")
    expected = list(stood.values_list("code", flat=True))
    codes, cursor, hours = [], "", 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walking, "WINDOW", window)
        while True:
            feed = feed_of(name, reader, [world.topics[0].pk])
            page = queries.feed_page(feed, reader, cursor)
            codes += [card.spark.code for card in page.cards]
            if hours == 0 and page.newest:
                first = page.newest
                assert queries.arrivals(feed, reader, first) == 0
            if not page.next:
                break
            cursor, hours = page.next, hours + 1
            world.post(arriving, hours)
        if hours:
            fresh = [code for code in stood.all().values_list("code", flat=True) if code not in expected]
            assert queries.arrivals(feed_of(name, reader, [world.topics[0].pk]), reader, first) == min(len(fresh), 20)

    assert codes == expected


def test_a_feed_of_few_old_posts_among_many_reads_few(lina: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "WINDOW", 5)
    author, topic = UserFactory(), TopicFactory()
    for number in range(30):
        SparkFactory(
            author=author if number < 12 else UserFactory(), topic=topic, posted_at=START + timedelta(minutes=number)
        )
    Follow.objects.create(follower=lina, followed=author)
    with CaptureQueriesContext(connection) as spent:
        page = queries.feed_page(queries.following(lina), lina)

    assert [card.spark.posted_at.minute for card in page.cards] == list(range(11, 3, -1))
    assert page.next
    assert len(spent) < 25


def test_the_place_is_the_same_in_sql_and_in_python(db: None) -> None:
    author, topic = UserFactory(), TopicFactory()
    for number, (views, likes, comments) in enumerate(
        product([0, 49, 50, 51, 60, 61, 100, 101], [0, 1, 2, 3, 5], [0, 1, 2])
    ):
        SparkFactory(author=author, topic=topic, code=f"c{number}", views=views, likes=likes, comments=comments)
    in_python = {
        row.pk
        for row in Spark.objects.all()
        if feeds.has_a_place(feeds.Standing(views=row.views, likes=row.likes, comments=row.comments))
    }

    assert set(Spark.objects.filter(walking.has_a_place()).values_list("pk", flat=True)) == in_python
    assert 0 < len(in_python) < Spark.objects.count()
