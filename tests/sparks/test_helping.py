"""Thanks for comments, badges, and who owns what beside what she says."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from orders.models import OrderLine
from sparks import queries
from sparks.errors import OwnComment
from sparks.models import Badge, Comment, Helpful, Spark
from sparks.services import acts, helping, moderating
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, befriend, with_handle
from tests.factories.catalog import ProductFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.sparks import PhotoFactory, ProductTagFactory, SparkFactory, TopicFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


def settled() -> User:
    """Somebody who joined long ago."""
    return UserFactory(date_joined=timezone.now() - timedelta(days=400))


def give(person: User, product: object, **line: object) -> None:
    """She bought it and it arrived."""
    OrderLineFactory(order=OrderFactory(user=person), product=product, delivered_at=timezone.now(), **line)


@pytest.fixture
def spark(db: None) -> Spark:
    """A stranger's Spark about a mug, in the topic Home."""
    spark = SparkFactory(code="open", topic=TopicFactory(slug="home"))
    ProductTagFactory(photo=PhotoFactory(spark=spark), product=ProductFactory(name="Teal mug"))
    return spark


@pytest.fixture
def mug(spark: Spark) -> object:
    return spark.photos.get().tags.get().product


@pytest.fixture
def row(spark: Spark, lina: User) -> Comment:
    with_handle(lina, "lina")
    return acts.comment(spark=spark, author=lina, words="It chips.")


def thank(row: Comment, people: int, **person: object) -> None:
    for _ in range(people):
        helping.set_helpful(comment=row, user=UserFactory(**person) if person else settled(), on=True)


def badge(user: User) -> str:
    return ", ".join(Badge.objects.filter(user=user).values_list("level", flat=True)) or "none"


def test_thanks_send_the_wanted_state_so_that_twice_is_once(row: Comment, as_otto: Client) -> None:
    for on, helpful in [("1", 1), ("1", 1), ("0", 0), ("0", 0), ("1", 1)]:
        answer = as_otto.post(f"/s/open/comments/{row.pk}/helpful", {"on": on}, headers=HTMX)
        row.refresh_from_db()
        assert (row.helpful, Helpful.objects.count()) == (helpful, helpful)
        assert f'aria-pressed="{"true" if on == "1" else "false"}"' in answer.content.decode()


def test_thanks_without_javascript_come_back_to_the_comment(row: Comment, as_otto: Client, as_guest: Client) -> None:
    assert as_otto.post(f"/s/open/comments/{row.pk}/helpful", {"on": "1"})["Location"] == f"/s/open#c-{row.pk}"
    assert as_guest.post(f"/s/open/comments/{row.pk}/helpful", {"on": "1"})["Location"] == (
        "/account/login/?next=%2Fs%2Fopen"
    )
    assert Helpful.objects.count() == 1


def test_nobody_thanks_herself(row: Comment, lina: User) -> None:
    with pytest.raises(OwnComment):
        helping.set_helpful(comment=row, user=lina, on=True)
    page = client_for(lina).post(f"/s/open/comments/{row.pk}/helpful", {"on": "1"}, follow=True).content.decode()
    row.refresh_from_db()

    assert "Others say whether your comment helped." in page
    assert (row.helpful, Helpful.objects.count()) == (0, 0)


def test_three_strangers_and_one_thing_make_a_badge_and_a_return_ends_it(row: Comment, lina: User, mug: object) -> None:
    give(lina, mug)
    thank(row, 2)
    assert badge(lina) == "none"
    thank(row, 1)
    assert badge(lina) == "knows"
    page = client_for(None).get("/s/open").content.decode()
    assert 'href="/sparks/of/lina/badges#home"' in page
    why = client_for(None).get("/sparks/of/lina/badges").content.decode()
    assert "Found helpful by 3 people" in why
    assert "has 1 thing" in why

    line = lina.orders.get().lines.get()
    type(line).objects.update(refunded_minor=line.total_minor)
    assert helping.renew_badges() == 0
    assert badge(lina) == "none"


def test_taken_back_thanks_end_it(row: Comment, lina: User, mug: object, otto: User) -> None:
    give(lina, mug)
    thank(row, 2)
    User.objects.filter(pk=otto.pk).update(date_joined=timezone.now() - timedelta(days=14))
    otto.refresh_from_db()
    helping.set_helpful(comment=row, user=otto, on=True)
    assert badge(lina) == "knows"
    helping.set_helpful(comment=row, user=otto, on=False)

    assert badge(lina) == "none"


def test_friends_and_new_accounts_make_none_until_they_come_of_age(row: Comment, lina: User, mug: object) -> None:
    give(lina, mug)
    thank(row, 3, date_joined=timezone.now() - timedelta(days=1))
    for _ in range(3):
        friend = settled()
        befriend(lina, friend)
        helping.set_helpful(comment=row, user=friend, on=True)
    assert badge(lina) == "none"
    User.objects.filter(date_joined__gt=timezone.now() - timedelta(days=2), orders__isnull=True).update(
        date_joined=timezone.now() - timedelta(days=14)
    )
    helping.renew_badges()

    assert badge(lina) == "knows"


def test_more_posts_and_comments_of_hers_raise_nothing(row: Comment, spark: Spark, lina: User) -> None:
    thank(row, 20)
    own = [ProductFactory() for _ in range(3)]
    for product in own:
        give(lina, product)
    for n in range(12):
        acts.comment(spark=spark, author=settled() if n % 2 else lina, words=f"No. {n}") if n < 9 else None
        mine = SparkFactory(author=lina, topic=spark.topic)
        ProductTagFactory(photo=PhotoFactory(spark=mine), product=own[n % 3])
    helping.renew_badges()
    assert badge(lina) == "none"

    # A friend's post does not help either; somebody else's does.
    friend = settled()
    befriend(lina, friend)
    ProductTagFactory(photo=PhotoFactory(spark=SparkFactory(author=friend, topic=spark.topic)), product=own[0])
    helping.renew_badges()
    assert badge(lina) == "none"
    for product in own:
        ProductTagFactory(photo=PhotoFactory(spark=SparkFactory(topic=spark.topic)), product=product)
    helping.renew_badges()
    assert badge(lina) == "trusted"


def test_thanks_for_what_was_hidden_or_removed_do_not_count(row: Comment, lina: User, mug: object, rhea: User) -> None:
    give(lina, mug)
    thank(row, 3)
    assert badge(lina) == "knows"
    moderating.hide(spark=row.spark, comment=row, by=rhea, reason="spam")
    helping.renew_badges()
    assert badge(lina) == "none"


def test_a_badge_stands_on_cards_of_its_topic_alone(row: Comment, lina: User, mug: object) -> None:
    give(lina, mug)
    thank(row, 3)
    SparkFactory(author=lina, topic=row.spark.topic, code="inside")
    SparkFactory(author=lina, topic=TopicFactory(slug="tech"), code="outside")

    assert "/sparks/of/lina/badges#home" in client_for(None).get("/s/inside").content.decode()
    assert "/sparks/of/lina/badges#" not in client_for(None).get("/s/outside").content.decode()


def test_her_profile_loads_her_badges(row: Comment, lina: User, mug: object) -> None:
    User.objects.filter(pk=lina.pk).update(findable_by="everyone")
    assert 'hx-get="/sparks/of/lina/badges"' in client_for(None).get("/@lina").content.decode()
    part = client_for(None).get("/sparks/of/lina/badges", headers=HTMX).content.decode()
    assert part.strip() == ""
    give(lina, mug)
    thank(row, 3)

    part = client_for(None).get("/sparks/of/lina/badges", headers=HTMX).content.decode()
    assert "Knows it" in part
    assert "<h1" not in part


def test_the_page_of_badges_says_the_rule(as_guest: Client) -> None:
    page = as_guest.get("/sparks/badges").content.decode()

    assert "Helped 15 people" in page
    assert "younger than 14 days" in page


def test_owns_it_stands_beside_comments_of_who_kept_the_thing(
    spark: Spark, mug: object, lina: User, otto: User
) -> None:
    give(lina, mug)
    give(otto, mug)
    lines = OrderLine.objects.filter(order__user=otto)
    lines.update(refunded_minor=F("total_minor"))
    for person in (lina, otto):
        acts.comment(spark=spark, author=person, words=f"Says {person.name}")
    page = client_for(None).get("/s/open").content.decode()

    assert page.count("Owns it") == 1
    assert page.index("Lina Moreau") < page.index("Owns it") < page.index("Says Lina Moreau")
    shown = queries.spark_page(spark, None)
    assert {thread.remark.row.author.name: thread.remark.owned for thread in shown.threads} == {
        "Lina Moreau": [mug],
        "Otto Stern": [],
    }


def test_comments_with_badges_and_owners_cost_the_same_for_three_and_for_thirty(spark: Spark, otto: User) -> None:
    def fill(count: int) -> None:
        for _ in range(count):
            one = acts.comment(spark=spark, author=settled(), words="One")
            acts.comment(spark=spark, author=settled(), words="Two", parent=one)

    fill(2)
    with CaptureQueriesContext(connection) as few:
        queries.spark_page(queries.spark_for("open", otto), otto)
    fill(13)
    with CaptureQueriesContext(connection) as many:
        queries.spark_page(queries.spark_for("open", otto), otto)

    assert len(many) == len(few)
