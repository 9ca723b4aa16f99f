"""Rankings kept by what changed equal a full scoring; who moves them, and what a page of them costs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from catalog.models import Product, Stir
from catalog.services import save_product
from lists.models import List
from lists.services import keeping
from orders.services import fulfilment
from sparks import queries
from sparks.models import Chart, Comment, Heat, Like, ProductVote, Spark, SparkHeat, SparkStir
from sparks.services import acts, heating, moderating, posting, shelving
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, befriend
from tests.factories.catalog import CategoryFactory, ProductFactory, SellerFactory
from tests.factories.lists import ListFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.sparks import PhotoFactory, ProductTagFactory, SparkFactory, TopicFactory


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


def kept() -> dict[tuple[int, str, int], dict[str, int]]:
    """What the tables of heat hold."""
    names = list(heating._fields(heating.Score(0)))
    return {
        (row.product_id, row.kind, row.number): {name: getattr(row, name) for name in names}
        for row in Heat.objects.all()
    }


def from_nothing(now: datetime) -> dict[tuple[int, str, int], dict[str, int]]:
    """What a full scoring gives."""
    pks = list(Product.objects.values_list("pk", flat=True))
    return {
        (pk, str(kind), number): heating._fields(score)
        for pk, scores in heating.heats_of(pks, now).items()
        for (kind, number), score in scores.items()
        if score.level is not None
    }


def sparks_kept() -> dict[int, int]:
    return dict(SparkHeat.objects.filter(level__gt=0).values_list("spark", "level"))


def sparks_from_nothing(now: datetime) -> dict[int, int]:
    pks = list(Spark.objects.values_list("pk", flat=True))
    return {pk: score.level for pk, score in heating.spark_scores(pks, now).items() if score.level is not None}


ACTS = ("vote", "unvote", "like", "unlike", "save", "unsave", "back", "comment", "drop", "hide", "show", "hush", "unhush", "remove",
        "restore", "retopic", "untag", "tag", "deliver", "return", "move", "wait", "wait long")  # fmt: skip


class World:
    """Four people, two of them new, two Sparks of two topics, three products, two of them tagged."""

    def __init__(self) -> None:
        # What an hour allows is not the matter here.
        cache.clear()
        self.now = datetime(2026, 11, 1, tzinfo=UTC)
        old, new = self.now - timedelta(days=400), self.now - timedelta(days=10)
        self.people = [UserFactory(date_joined=joined) for joined in (old, old, new, new)]
        author = UserFactory(date_joined=old)
        befriend(author, self.people[0])
        self.topics = [TopicFactory(slug="home"), TopicFactory(slug="tech")]
        self.homes = [CategoryFactory(path="home"), CategoryFactory(path="tech")]
        self.products = [ProductFactory(category=self.homes[0]) for _ in range(3)]
        self.sparks = [
            SparkFactory(author=author, topic=topic, posted_at=self.now - timedelta(days=1)) for topic in self.topics
        ]
        for spark, product in zip(self.sparks, self.products, strict=False):
            ProductTagFactory(photo=PhotoFactory(spark=spark), product=product)
        self.lists = {person.pk: ListFactory(owner=person, kind=List.Kind.WISH) for person in self.people}
        self.seller = self.products[0].seller

    def act(self, name: str, who: int, what: int) -> None:
        person, product, spark = self.people[who], self.products[what % 3], self.sparks[what % 2]
        if name in {"vote", "unvote"}:
            acts.set_wanted(product=product, user=person, on=name == "vote")
        elif name in {"like", "unlike"}:
            acts.set_liked(spark=spark, user=person, on=name == "like")
        elif name == "save":
            keeping.add_product(row=self.lists[person.pk], product=product, by=person)
        elif name == "unsave":
            keeping.remove_items(items=list(self.lists[person.pk].items.filter(removed_at__isnull=True)))
        elif name == "back":
            pks = list(self.lists[person.pk].items.filter(removed_at__isnull=False).values_list("pk", flat=True))
            keeping.restore_items(row=self.lists[person.pk], pks=pks)
        elif name == "comment":
            Comment.objects.create(spark=spark, author=person, words="Nice", at=self.now)
            heating.stir_spark(spark.pk)
        elif name == "drop":
            for row in Comment.objects.filter(spark=spark):
                acts.drop_comment(row=row)
        elif name == "hide":
            moderating.hide(spark=spark, by=person)
        elif name == "show":
            moderating.show(spark=spark, by=person)
        elif name in {"hush", "unhush"}:
            for row in Comment.objects.filter(spark=spark).exclude(author=person):
                act = moderating.hide if name == "hush" else moderating.show
                act(spark=spark, comment=row, by=person)
        elif name == "remove":
            posting.remove_spark(spark=spark)
        elif name == "restore":
            posting.restore_spark(spark=spark)
        elif name == "retopic":
            posting.change_spark(
                spark=spark, words="Else", topic=self.topics[who % 2], audience="public", is_sponsored=False, is_gifted=False
            )  # fmt: skip
        elif name == "untag":
            for tag in spark.photos.get().tags.all()[:1]:
                posting.drop_tag(tag=tag)
        elif name == "tag":
            photo = spark.photos.get()
            if not photo.tags.filter(product=product).exists():
                posting.add_tag(photo=photo, product=product, x=5000, y=5000)
        elif name == "deliver":
            line = OrderLineFactory(order=OrderFactory(user=person), product=product, shipped_at=self.now)
            fulfilment.mark_delivered(line=line)
            line.__class__.objects.filter(pk=line.pk).update(delivered_at=self.now)
        elif name == "return":
            lines = product.order_lines.filter(refunded_minor=0)
            for line in lines[:1]:
                fulfilment.refund(line=line, amount_minor=line.total_minor, reason="", by=None)
        elif name == "move":
            product.category = self.homes[who % 2]
            product.save(update_fields=["category"])
            heating.stir([product.pk], have_moved=True)
        else:
            self.now += timedelta(days=1 if name == "wait" else 9, hours=who)
        # The database's clock is not the world's: what was written now happened at the world's moment.
        recent = timezone.now() - timedelta(hours=1)
        for model in (ProductVote, Like):
            model.objects.filter(at__gt=recent).update(at=self.now)
        for row in self.lists.values():
            row.items.filter(added_at__gt=recent).update(added_at=self.now)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(ACTS), st.integers(0, 3), st.integers(0, 5), st.booleans()), min_size=1, max_size=25
    )
)
def test_what_is_kept_by_what_changed_equals_a_full_scoring(db: None, script: list[tuple[str, int, int, bool]]) -> None:
    with transaction.atomic():
        world = World()
        for name, who, what, refreshes in script:
            world.act(name, who, what)
            if refreshes:
                heating.refresh(world.now)
                assert kept() == from_nothing(world.now)
                assert sparks_kept() == sparks_from_nothing(world.now)
        heating.refresh(world.now)

        assert kept() == from_nothing(world.now)
        assert sparks_kept() == sparks_from_nothing(world.now)
        assert (Stir.objects.count(), SparkStir.objects.count()) == (0, 0)
        # The next script begins with an empty world.
        transaction.set_rollback(True)


def old(days: int = 400) -> User:
    return UserFactory(date_joined=timezone.now() - timedelta(days=days))


def test_a_refresh_looks_only_at_what_was_stirred(db: None) -> None:
    products = [ProductFactory() for _ in range(12)]
    for product in products:
        acts.set_wanted(product=product, user=old(), on=True)
    assert heating.refresh() == 12
    acts.set_wanted(product=products[0], user=old(), on=True)
    before = {row.pk for row in Heat.objects.exclude(product=products[0])}

    assert heating.refresh() == 1
    assert {row.pk for row in Heat.objects.exclude(product=products[0])} == before
    assert heating.refresh() == 0


def test_a_refresh_costs_the_same_number_of_queries_for_3_and_for_15(db: None) -> None:
    category, seller = CategoryFactory(path="home"), SellerFactory()

    def cost(products: int) -> int:
        for _ in range(products):
            product = ProductFactory(category=category, seller=seller)
            ProductTagFactory(photo=PhotoFactory(), product=product)
            acts.set_wanted(product=product, user=old(), on=True)
        with CaptureQueriesContext(connection) as asked:
            heating.refresh()
        return len(asked)

    assert cost(3) == cost(15)


def test_a_ring_of_fifty_new_accounts_moves_neither_products_nor_sparks_until_it_has_aged(db: None) -> None:
    product, spark = ProductFactory(), SparkFactory()
    ring = [UserFactory() for _ in range(50)]
    for person in ring:
        acts.set_wanted(product=product, user=person, on=True)
        acts.set_liked(spark=spark, user=person, on=True)
    heating.refresh()
    assert queries.hottest(None) == []
    assert list(queries.lively(None)) == []

    heating.refresh(timezone.now() + timedelta(days=13))
    assert (queries.hottest(None), list(queries.lively(None))) == ([], [])
    # No longer new: now they count, as anybody does, with what is left of it.
    heating.refresh(timezone.now() + timedelta(days=14, minutes=1))
    assert [row.score.votes for row in queries.hottest(None)] == [50]


def test_hottest_by_topic_and_by_category(db: None) -> None:
    home, lamps, tech = CategoryFactory(path="home"), CategoryFactory(path="home/lamps"), CategoryFactory(path="tech")
    topic = TopicFactory(slug="home")
    lamp, mug, phone = ProductFactory(category=lamps), ProductFactory(category=home), ProductFactory(category=tech)
    ProductTagFactory(photo=PhotoFactory(spark=SparkFactory(topic=topic)), product=mug)
    for product, voices in [(lamp, 2), (mug, 1), (phone, 3)]:
        for _ in range(voices):
            acts.set_wanted(product=product, user=old(), on=True)
    heating.refresh()

    def order(**where: Any) -> list[Product]:
        return [row.product for row in queries.hottest(None, **where)]

    assert order() == [phone, lamp, mug]
    assert order(category=home) == [lamp, mug]
    assert order(category=lamps) == [lamp]
    assert order(topic=topic) == [mug]
    Product.objects.filter(pk=lamp.pk).update(is_active=False)
    assert order(category=home) == [mug]
    page = client_for(None).get("/trending?category=home").content.decode()
    assert mug.name in page
    assert phone.name not in page
    assert client_for(None).get("/trending?category=none").status_code == 404


def test_a_product_that_moves_takes_its_sparks_and_its_heat_along(db: None) -> None:
    home, tech = CategoryFactory(path="home"), CategoryFactory(path="tech")
    seller = SellerFactory()
    listed = {"seller": seller, "external_id": "1", "name": "Lamp", "slug": "lamp", "currency": "USD",
              "variants": [{"external_id": "1", "price_minor": 100}]}  # fmt: skip
    product = save_product(category=home, **listed)
    spark = SparkFactory()
    ProductTagFactory(photo=PhotoFactory(spark=spark), product=product)
    acts.set_wanted(product=product, user=old(), on=True)
    heating.refresh()
    save_product(category=tech, **listed)
    heating.refresh()

    assert spark_of(home) == []
    assert spark_of(tech) == [spark]
    assert [len(queries.hottest(None, category=where)) for where in (home, tech)] == [0, 1]


def spark_of(category: Any) -> list[Spark]:
    return [row.spark for row in queries.on_shelf("category", category.pk, None)]


def test_places_gained_are_told_from_the_chart_of_a_week_ago(db: None) -> None:
    first, second, third = (ProductFactory() for _ in range(3))
    for product, voices in [(first, 3), (second, 2), (third, 1)]:
        for _ in range(voices):
            acts.set_wanted(product=product, user=old(), on=True)
    heating.refresh()
    assert [(row.change, row.is_new) for row in queries.hottest(None)] == [(None, False)] * 3
    Chart.objects.create(
        kind="all", number=0, day=timezone.localdate() - timedelta(days=8), products=[second.pk, first.pk]
    )

    assert [(row.change, row.is_new) for row in queries.hottest(None)] == [(1, False), (-1, False), (None, True)]


def test_a_chart_is_taken_once_a_day_and_forgotten_after_a_month(db: None) -> None:
    acts.set_wanted(product=ProductFactory(category=None), user=old(), on=True)
    heating.refresh()
    today = timezone.localdate()
    assert (heating.take_charts(today), heating.take_charts(today)) == (1, 0)
    assert heating.take_charts(today + timedelta(days=31)) == 1
    assert [row.day for row in Chart.objects.all()] == [today + timedelta(days=31)]


def test_the_night_finds_what_leaves_no_stir(db: None) -> None:
    product, spark = ProductFactory(), SparkFactory()
    ProductTagFactory(photo=PhotoFactory(spark=spark), product=product)
    voices = [old() for _ in range(5)]
    for person in voices:
        acts.set_wanted(product=product, user=person, on=True)
    heating.refresh()
    for person in voices:
        befriend(spark.author, person)
    heating.refresh()
    assert queries.hottest(None)[0].score.votes == 5
    heating.stir_all()
    heating.refresh()

    assert (queries.hottest(None)[0].score.votes, queries.hottest(None)[0].score.circle) == (3, 2)


def test_what_an_author_does_under_her_own_spark_counts_nothing(db: None) -> None:
    author = old()
    spark = SparkFactory(author=author)
    acts.set_liked(spark=spark, user=author, on=True)
    acts.comment(spark=spark, author=author, words="Look")
    heating.refresh()

    assert list(queries.lively(None)) == []


def test_trending_sparks_by_height_with_one_advert_in_five_on_bounded_pages(db: None) -> None:
    for n in range(24):
        spark = SparkFactory(code=f"{'ad' if n % 2 else 'post'}{n}", is_sponsored=bool(n % 2))
        SparkHeat.objects.create(
            spark=spark, level=1000 + n, is_sponsored=spark.is_sponsored, due_at=timezone.now() + timedelta(days=1)
        )
    codes, cursor = [], ""
    while True:
        page = queries.feed_page(queries.lively(None), None, cursor)
        codes += [card.spark.code for card in page.cards]
        cursor = page.next
        if not cursor:
            break
    posts = [code for code in codes if code.startswith("post")]
    adverts = [code.startswith("ad") for code in codes]

    assert posts == [f"post{n}" for n in range(22, -1, -2)]
    assert all(sum(adverts[start : start + 5]) <= 1 for start in range(len(adverts)))
    assert client_for(None).get("/sparks/lively").status_code == 200


def test_placing_twice_changes_nothing_and_posting_places(db: None) -> None:
    category = CategoryFactory(path="home")
    spark = SparkFactory(state="draft", posted_at=None)
    ProductTagFactory(photo=PhotoFactory(spark=spark), product=ProductFactory(category=category))
    assert spark.shelves.count() == 0
    posting.post_spark(spark=spark)
    first = set(spark.shelves.values_list("pk", "kind"))
    shelving.place([spark.pk, spark.pk])

    assert {kind for _pk, kind in first} == {"anything", "product", "category", "seller"}
    assert set(spark.shelves.values_list("pk", "kind")) == first
