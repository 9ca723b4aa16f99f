"""Feeds by category and seller, what owners say, following sellers, and Sparks and votes on the profile."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Friend, User
from sparks import queries
from sparks.models import Comment, ProductVote, SellerFollow
from sparks.services import acts, posting
from tests.cast import Mei
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, befriend, with_handle
from tests.factories.catalog import CategoryFactory, ProductFactory, SellerFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.sparks import PhotoFactory, ProductTagFactory, SparkFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


def shows(product: object, code: str, **fields: object) -> object:
    """A Spark that tags a product."""
    spark = SparkFactory(code=code, **fields)
    ProductTagFactory(photo=PhotoFactory(spark=spark), product=product)
    return spark


def codes(kind: str, number: int) -> list[str]:
    found, cursor = [], ""
    while True:
        page = queries.feed_page(queries.on_shelf(kind, number, None), None, cursor)
        found += [card.spark.code for card in page.cards]
        cursor = page.next
        if not cursor:
            return found


def test_a_category_holds_what_is_below_it_newest_first_page_by_page(db: None) -> None:
    home, lamps, tech = CategoryFactory(path="home"), CategoryFactory(path="home/lamps"), CategoryFactory(path="tech")
    lamp, mug, phone = (ProductFactory(category=each) for each in (lamps, home, tech))
    now = timezone.now()
    for n in range(20):
        shows((lamp, mug)[n % 2], f"home{n}", posted_at=now - timedelta(minutes=n))
    shows(phone, "phone")
    # Two things of one category: once.
    both = shows(lamp, "both", posted_at=now - timedelta(hours=1))
    ProductTagFactory(photo=PhotoFactory(spark=both, position=1), product=mug)

    assert codes("category", home.pk) == [*(f"home{n}" for n in range(20)), "both"]
    assert codes("category", lamps.pk) == [*(f"home{n}" for n in range(0, 20, 2)), "both"]
    assert codes("category", tech.pk) == ["phone"]
    assert client_for(None).get("/sparks/c/nowhere").status_code == 404


def test_editing_a_posted_spark_moves_it(db: None) -> None:
    home, tech = CategoryFactory(path="home"), CategoryFactory(path="tech")
    spark = SparkFactory(code="one")
    photo = PhotoFactory(spark=spark)
    tag = ProductTagFactory(photo=photo, product=ProductFactory(category=home))
    posting.add_tag(photo=photo, product=ProductFactory(category=tech), x=2000, y=2000)
    assert (codes("category", home.pk), codes("category", tech.pk)) == (["one"], ["one"])
    posting.drop_tag(tag=tag)
    assert (codes("category", home.pk), codes("category", tech.pk)) == ([], ["one"])
    posting.drop_photo(photo=photo)

    assert (codes("category", tech.pk), codes("anything", 0)) == ([], [])


@pytest.mark.parametrize("path", ["/sparks/c/home", "/sparks/c", "/sparks/lively"])
def test_a_page_costs_the_same_for_3_and_for_30(lina: User, path: str) -> None:
    from sparks.services import heating

    home = CategoryFactory(path="home")

    def fill(count: int) -> None:
        for _ in range(count):
            spark = SparkFactory()
            product = ProductFactory(category=home)
            ProductTagFactory(photo=PhotoFactory(spark=spark), product=product)
            person = UserFactory(date_joined=timezone.now() - timedelta(days=99))
            OrderLineFactory(order=OrderFactory(user=person), product=product, delivered_at=timezone.now())
            acts.comment(spark=spark, author=person, words="Good")
            acts.set_wanted(product=product, user=person, on=True)
        heating.refresh()

    def cost() -> int:
        client = client_for(lina)
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    fill(3)
    few = cost()
    fill(27)

    assert cost() == few


def test_owners_are_heard_and_marked(db: None) -> None:
    home = CategoryFactory(path="home")
    product = ProductFactory(category=home, name="Lamp")
    spark = shows(product, "one")
    owner, other, gone = UserFactory(name="Olga"), UserFactory(name="Otto"), UserFactory(name="Gwen")
    OrderLineFactory(order=OrderFactory(user=owner), product=product, delivered_at=timezone.now())
    OrderLineFactory(order=OrderFactory(user=gone), product=product, delivered_at=timezone.now(), refunded_minor=2400)
    for person, words in [(owner, "Bright enough"), (other, "Looks nice"), (gone, "Sent it back")]:
        Comment.objects.create(spark=spark, author=person, words=words)
        acts.set_wanted(product=product, user=person, on=True)
    page = client_for(None).get("/sparks/c/home").content.decode()

    assert "Bright enough" in page
    assert "Looks nice" not in page
    assert "Sent it back" not in page
    assert "Lamp: 1 owner stands up for it" in page


def test_following_a_seller_brings_sparks_with_its_things(as_lina: Client, lina: User) -> None:
    kiln, other = SellerFactory(slug="kiln", name="Kiln"), SellerFactory(slug="other")
    shows(ProductFactory(seller=kiln), "kiln")
    shows(ProductFactory(seller=other), "other")
    assert as_lina.get("/sparks/sold-by/kiln").status_code == 200
    for on, follows in [("1", 1), ("1", 1), ("0", 0), ("1", 1)]:
        assert as_lina.post("/sparks/sold-by/kiln/follow", {"on": on}).status_code == 302
        assert SellerFollow.objects.count() == follows

    assert [spark.code for spark in queries.following(lina).rows] == ["kiln"]
    assert "It shows something of a seller whom you follow." in as_lina.get("/sparks/following").content.decode()
    assert as_lina.get("/sparks/sold-by/nobody").status_code == 404


def test_a_guest_is_asked_to_sign_in_to_follow_a_seller(as_guest: Client) -> None:
    SellerFactory(slug="kiln")
    answer = as_guest.post("/sparks/sold-by/kiln/follow", {"on": "1"})

    assert answer["Location"].startswith("/account/login/")
    assert SellerFollow.objects.count() == 0


# --- The profile


@pytest.mark.parametrize(
    ("audience", "seen_by"),
    [("me", {"owner"}), ("friends", {"owner", "friend"}), ("everyone", {"owner", "friend", "member", "guest"})],
)
def test_sparks_and_votes_stand_on_the_profile_for_whom_she_wants(db: None, audience: str, seen_by: set[str]) -> None:
    owner = with_handle(UserFactory(findable_by="everyone", shows_sparks_to=audience, shows_votes_to=audience), "olga")
    SparkFactory(author=owner, code="hers")
    product = ProductFactory(name="Lamp")
    ProductVote.objects.create(user=owner, product=product)
    friend = UserFactory()
    befriend(owner, friend)
    for name, viewer in [("owner", owner), ("friend", friend), ("member", UserFactory()), ("guest", None)]:
        client = client_for(viewer)
        sees = name in seen_by
        page = client.get("/@olga").content.decode()
        assert ("/sparks/of/olga" in page) == ("/sparks/votes/olga" in page) == sees, name
        part = client.get("/sparks/of/olga", headers={**HTMX, "HX-Target": "sparks-of"})
        assert (part.status_code == 200 and "/s/hers" in part.content.decode()) == sees
        assert client.get("/sparks/of/olga").status_code == (200 if sees else 404)
        assert ("atom" in client.get("/sparks/of/olga").content.decode()) == (audience == "everyone")
        assert client.get("/sparks/of/olga/atom").status_code == (200 if audience == "everyone" else 404)
        votes = client.get("/sparks/votes/olga")
        assert votes.status_code == (200 if sees else 404)
        assert ("Lamp" in votes.content.decode()) == sees


def test_a_creators_page_asks_her_settings_too(mei: Mei) -> None:
    SparkFactory(author=mei.user)
    page = client_for(None).get("/@slowhome?tab=lists").content.decode()
    assert 'hx-get="/sparks/of/slowhome"' in page
    assert "/sparks/votes/slowhome" not in page
    User.objects.filter(pk=mei.user.pk).update(shows_sparks_to="friends", shows_votes_to="everyone")
    page = client_for(None).get("/@slowhome?tab=lists").content.decode()

    assert "/sparks/of/slowhome" not in page
    assert 'hx-get="/sparks/votes/slowhome"' in page


def test_a_preview_loads_nothing_that_only_she_sees(db: None) -> None:
    owner = with_handle(UserFactory(findable_by="everyone", shows_sparks_to="friends"), "olga")
    client = client_for(owner)
    assert "/sparks/of/olga" not in client.get("/@olga?as=anyone").content.decode()
    friend = client.get("/@olga?as=friend").content.decode()

    assert "/sparks/of/olga" in friend
    assert 'hx-get="/sparks/of/olga"' not in friend
    assert Friend.objects.count() == 0
