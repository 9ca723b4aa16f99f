"""Feeds: what stands in them, paging while others post, adverts, the first audience, and what a page costs."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Follow, User
from accounts.services.circle import mute
from sparks import queries
from sparks.models import Less, Like, Poll, PollOption, Spark, TopicFollow, View
from sparks.services import acts, posting
from sparks.views.reading import SEEN_A_MINUTE
from tests.cast import Mei
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, befriend, with_handle
from tests.factories.catalog import ProductFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.sparks import PhotoFactory, ProductTagFactory, SparkFactory, TopicFactory


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


def everything() -> object:
    return Spark.objects.visible_to(None)


def read_all(rows: object = None, between: object = None) -> list[str]:
    """The codes of a whole feed, page by page; ``between`` is called between two pages."""
    codes: list[str] = []
    cursor = ""
    while True:
        page = queries.feed_page(rows if rows is not None else everything(), None, cursor)
        codes += [card.spark.code for card in page.cards]
        if not page.next:
            return codes
        cursor = page.next
        if between is not None:
            between()


def test_newest_first_and_every_post_once(db: None) -> None:
    made = [SparkFactory(posted_at=timezone.now() - timedelta(hours=n)).code for n in range(20)]

    assert read_all() == made


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(st.integers(0, 3), min_size=1, max_size=24),
    arriving=st.integers(0, 4),
    data=st.data(),
)
def test_posting_meanwhile_neither_repeats_nor_hides(
    db: None, before: list[int], arriving: int, data: st.DataObject
) -> None:
    Spark.objects.all().delete()
    start = datetime(2026, 11, 1, tzinfo=UTC)
    author, topic = UserFactory(), TopicFactory()
    # Several share one moment: the number breaks the tie.
    stood = [
        SparkFactory(author=author, topic=topic, posted_at=start + timedelta(minutes=minute)).code for minute in before
    ]
    later = iter(range(1, 1000))

    def others_post() -> None:
        for _ in range(arriving):
            SparkFactory(author=author, topic=topic, posted_at=start + timedelta(hours=next(later)))

    codes = read_all(between=others_post)

    assert len(codes) == len(set(codes))
    assert set(stood) == set(codes)
    order = list(Spark.objects.filter(code__in=stood).order_by("-posted_at", "-pk").values_list("code", flat=True))
    assert codes == order


def test_a_scheduled_post_comes_in_on_top_however_late_it_is(db: None) -> None:
    old = SparkFactory(posted_at=timezone.now() - timedelta(minutes=5))
    late = SparkFactory(
        state="scheduled", posted_at=None, scheduled_for=timezone.now() - timedelta(hours=3), code="late"
    )

    assert (posting.publish_due(), posting.publish_due()) == (1, 0)
    late.refresh_from_db()
    assert late.posted_at > old.posted_at
    assert read_all() == ["late", old.code]


def test_no_five_in_a_row_hold_two_adverts(db: None) -> None:
    for n in range(20):
        SparkFactory(is_sponsored=True, code=f"ad{n}", posted_at=timezone.now() - timedelta(minutes=n))
        SparkFactory(code=f"post{n}", posted_at=timezone.now() - timedelta(minutes=n))
    codes = read_all()
    adverts = [code.startswith("ad") for code in codes]

    assert adverts.count(False) == 20
    assert adverts.count(True) == 4
    assert all(sum(adverts[start : start + 5]) <= 1 for start in range(len(adverts)))


def test_ranking_counts_after_the_first_audience(db: None, lina: User) -> None:
    author = UserFactory()
    SparkFactory(code="new", author=author, views=49)
    SparkFactory(code="ignored", author=author, views=50)
    SparkFactory(code="liked", author=author, views=50, likes=3)

    assert set(read_all(queries.for_you(lina))) == {"new", "liked"}
    Follow.objects.create(follower=lina, followed=author)
    assert set(read_all(queries.for_you(lina))) == {"new", "ignored", "liked"}


def test_for_you_holds_her_topics_and_her_people(lina: User) -> None:
    home, tech = TopicFactory(slug="home"), TopicFactory(slug="tech")
    friend, stranger, loud = UserFactory(), UserFactory(), UserFactory()
    befriend(lina, friend)
    SparkFactory(code="friend", author=friend, topic=tech)
    SparkFactory(code="home", author=stranger, topic=home)
    SparkFactory(code="tech", author=stranger, topic=tech)
    SparkFactory(code="loud", author=loud, topic=home)
    TopicFollow.objects.create(user=lina, topic=home)
    Less.objects.create(user=lina, author=loud)

    assert set(read_all(queries.for_you(lina))) == {"friend", "home"}
    assert set(read_all(queries.for_you(None, [tech.pk]))) == {"friend", "tech"}
    assert set(read_all(queries.following(lina))) == {"home", "loud"}
    mute(user=lina, person=friend, on=True)
    assert set(read_all(queries.for_you(lina))) == {"home"}


def test_guests_pick_topics_before_signing_in(as_guest: Client) -> None:
    home, tech = TopicFactory(slug="home"), TopicFactory(slug="tech")
    SparkFactory(topic=home, words="A shelf")
    SparkFactory(topic=tech, words="A keyboard")
    as_guest.post("/welcome/topics", {"topic": ["home", "no-such-topic", "no\0topic"]})
    page = as_guest.get("/sparks").content.decode()

    assert "A shelf" in page
    assert "A keyboard" not in page


def test_a_guest_wants_less_of_somebody_undoes_it_and_takes_it_along(as_guest: Client, lina: User, mei: Mei) -> None:
    SparkFactory(code="loud", author=mei.user, words="Again")
    SparkFactory(words="Another")
    feed = as_guest.post("/s/loud/less", {"on": "1", "next": "/sparks"}, follow=True).content.decode()
    assert ("Again" in feed, "Another" in feed) == (False, True)
    assert 'action="/s/loud/less"' in feed
    assert "Again" not in as_guest.get("/sparks/lively").content.decode()
    assert "Again" in as_guest.get("/sparks/of/slowhome").content.decode()

    assert "Again" in as_guest.post("/s/loud/less", {"on": "0", "next": "/sparks"}, follow=True).content.decode()
    as_guest.post("/s/loud/less", {"on": "1"})
    as_guest.force_login(lina)
    assert "Again" not in as_guest.get("/sparks").content.decode()
    assert list(Less.objects.values_list("user", "author")) == [(lina.pk, mei.user.pk)]


@pytest.mark.parametrize(
    "cursor", ["x", "1", "1.2-3", "1.2-3.4-5.6", "1.999999999999999999-1.0-0", "-1.0-0.0-0", "1.٢-3.0-0", "0.0-0.0-0'"]
)
def test_a_cursor_that_was_not_given_out_is_not_found(as_guest: Client, cursor: str) -> None:
    assert as_guest.get("/sparks", {"before": cursor}).status_code == 404


def test_news_are_counted_and_never_put_in(as_lina: Client, lina: User) -> None:
    SparkFactory(posted_at=timezone.now() - timedelta(hours=1))
    newest = queries.feed_page(everything(), None).newest
    assert "new Spark" not in as_lina.get("/sparks", {"since": newest}).content.decode()
    SparkFactory.create_batch(3)
    SparkFactory(author=lina)

    assert "3 new Sparks" in as_lina.get("/sparks", {"since": newest}).content.decode()
    assert as_lina.get("/sparks", {"since": "x"}).status_code == 404


def test_every_card_says_why(lina: User) -> None:
    followed = UserFactory()
    Follow.objects.create(follower=lina, followed=followed)
    SparkFactory(author=followed, code="b")
    SparkFactory(code="a")
    SparkFactory(code="c", is_sponsored=True)
    cards = {card.spark.code: str(card.reason) for card in queries.feed_page(queries.for_you(lina), lina).cards}

    assert cards == {
        "a": "It is new: every post is shown to fifty people before likes count.",
        "b": "You follow its author.",
    }


def full(author: User, count: int) -> None:
    """Sparks with everything that a card can show."""
    for _ in range(count):
        spark = SparkFactory(author=author, topic=TopicFactory())
        for _photo in range(2):
            photo = PhotoFactory(spark=spark)
            ProductTagFactory(photo=photo)
            ProductTagFactory(photo=photo, y=2000)
        poll = Poll.objects.create(spark=spark, question="Which?", closes_at=timezone.now() + timedelta(days=1))
        for words in ("This", "That"):
            PollOption.objects.create(poll=poll, words=words, product=ProductFactory())
        acts.set_liked(spark=spark, user=author, on=True)


@pytest.mark.parametrize("path", ["/sparks", "/sparks/following"])
def test_a_feed_costs_the_same_for_3_and_for_30(lina: User, path: str) -> None:
    author = with_handle(UserFactory(), "mei")
    Follow.objects.create(follower=lina, followed=author)
    client = client_for(lina)
    counts = []
    for more in (3, 27):
        full(author, more)
        cache.clear()
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as spent:
            page = client.get(path)
        counts.append(len(spent))
        assert page.status_code == 200

    assert counts[0] == counts[1]


def test_a_spark_costs_the_same_for_3_and_for_19_comments(lina: User, otto: User) -> None:
    full(otto, 1)
    spark = Spark.objects.get()
    client = client_for(lina)
    client.get(spark.get_absolute_url())
    counts = []
    for more in (3, 16):
        for n in range(more):
            row = acts.comment(
                spark=spark, author=UserFactory(date_joined=timezone.now() - timedelta(days=400)), words=f"No. {n}"
            )
            acts.comment(spark=spark, author=row.author, words="And", parent=row)
        with CaptureQueriesContext(connection) as spent:
            client.get(spark.get_absolute_url())
        counts.append(len(spent))

    assert counts[0] == counts[1]


def test_owns_it_stands_where_the_parcel_arrived_and_was_kept(lina: User) -> None:
    spark = SparkFactory(author=lina)
    tags = [ProductTagFactory(photo=PhotoFactory(spark=spark)) for _ in range(3)]
    order = OrderFactory(user=lina)
    OrderLineFactory(order=order, product=tags[0].product, delivered_at=timezone.now())
    OrderLineFactory(order=order, product=tags[1].product, delivered_at=timezone.now(), refunded_minor=2400)
    OrderLineFactory(order=order, product=tags[2].product)

    assert queries.cards([spark], None)[0].owned == {tags[0].product.pk}


BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"}


def test_views_count_people_not_refreshes(as_guest: Client, as_otto: Client, lina: User) -> None:
    spark = SparkFactory(author=lina, code="seen")
    for _ in range(3):
        as_guest.post("/sparks/seen", {"code": ["seen", "no-such"]}, headers=BROWSER)
        as_otto.post("/sparks/seen", {"code": "seen"}, headers=BROWSER)
        client_for(lina).post("/sparks/seen", {"code": "seen"}, headers=BROWSER)
    spark.refresh_from_db()

    assert spark.views == 2


def test_to_open_a_spark_is_to_see_it_once_a_person_and_day_without_javascript(
    as_guest: Client, as_otto: Client, lina: User
) -> None:
    spark = SparkFactory(author=lina, code="seen")
    for _ in range(3):
        for client in (as_guest, as_otto, client_for(lina)):
            client.get("/s/seen", headers=BROWSER)
    # What the page tells besides is the same view.
    as_otto.post("/sparks/seen", {"code": "seen"}, headers=BROWSER)
    spark.refresh_from_db()
    assert spark.views == 2
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        as_guest.get("/s/seen", headers=BROWSER)
    spark.refresh_from_db()

    assert spark.views == 3


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", BROWSER | {"User-Agent": "Googlebot/2.1"}), ("GET", {"User-Agent": ""}), ("HEAD", BROWSER),
        ("GET", BROWSER | {"Sec-Purpose": "prefetch"}), ("GET", BROWSER | {"HX-Request": "true"}),
        ("POST", BROWSER | {"User-Agent": "HeadlessChrome/140"}),
    ],
    ids=str,
)  # fmt: skip
def test_robots_prefetches_and_parts_of_a_page_are_no_views(
    as_guest: Client, method: str, headers: dict[str, str]
) -> None:
    spark = SparkFactory(code="seen")
    if method == "POST":
        as_guest.post("/sparks/seen", {"code": "seen"}, headers=headers)
    else:
        as_guest.generic(method, "/s/seen", headers=headers)
    spark.refresh_from_db()

    assert (spark.views, View.objects.count()) == (0, 0)


def test_one_address_cannot_talk_a_post_out_of_its_first_audience(as_guest: Client) -> None:
    spark = SparkFactory(code="seen")
    # Within one minute of the clock, however long this takes.
    with time_machine.travel(timezone.now(), tick=False):
        for n in range(SEEN_A_MINUTE + 5):
            as_guest.get("/s/seen", headers={"User-Agent": f"Mozilla/5.0 {n}"})
    spark.refresh_from_db()

    assert spark.views == SEEN_A_MINUTE


def test_what_one_may_not_see_is_not_seen(as_guest: Client) -> None:
    spark = SparkFactory(code="seen", audience="friends")

    assert as_guest.get("/s/seen", headers=BROWSER).status_code == 404
    spark.refresh_from_db()
    assert spark.views == 0


def test_a_get_writes_nothing_else_of_sparks(as_otto: Client) -> None:
    spark = SparkFactory()
    as_otto.get("/sparks", headers=BROWSER)
    as_otto.get(spark.get_absolute_url(), headers=BROWSER | {"Sec-Purpose": "prefetch"})
    spark.refresh_from_db()

    assert (spark.views, spark.likes, Like.objects.count()) == (0, 0, 0)


def test_topics_of_a_guest_become_hers_when_she_signs_in(as_guest: Client, lina: User) -> None:
    home, tech = TopicFactory(slug="home"), TopicFactory(slug="tech")
    as_guest.post("/welcome/topics", {"topic": ["home"]})
    as_guest.force_login(lina, backend="allauth.account.auth_backends.AuthenticationBackend")
    as_guest.get("/sparks")
    assert queries.topics_followed(lina) == {home.pk}
    as_guest.post("/sparks/t/tech/follow", {"on": "1"})
    as_guest.post("/sparks/t/tech/follow", {"on": "1"})

    assert queries.topics_followed(lina) == {home.pk, tech.pk}


def test_sparks_stand_on_the_products_page_and_on_a_page_of_their_author(as_guest: Client) -> None:
    author = with_handle(UserFactory(findable_by="everyone"), "mei")
    spark = SparkFactory(author=author, words="Six months on, still sharp")
    tag = ProductTagFactory(photo=PhotoFactory(spark=spark))
    SparkFactory(words="Of somebody else")
    product, person = as_guest.get(tag.product.get_absolute_url()), as_guest.get("/sparks/of/mei")

    assert f'href="/s/{spark.code}"' in product.content.decode()
    assert "Six months on" in person.content.decode()
    assert "Of somebody else" not in person.content.decode()
    assert as_guest.get("/sparks/of/nobody").status_code == 404


def test_seen_is_told_sixty_times_a_minute_at_most(as_guest: Client) -> None:
    for _ in range(60):
        as_guest.post("/sparks/seen", {"code": ["none"]}, headers=BROWSER)
    spark = SparkFactory(code="late")
    assert as_guest.post("/sparks/seen", {"code": ["late"]}, headers=BROWSER).status_code == 204
    spark.refresh_from_db()

    assert spark.views == 0
