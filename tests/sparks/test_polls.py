"""From a poll to its outcome: what she bought, whether she would again, and the product's page."""

from datetime import timedelta
from functools import partial

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Block, User
from notifications.models import Notice
from sparks import queries
from sparks.errors import NotBought, PollClosed
from sparks.models import Poll, Spark
from sparks.services import polls
from tests.conftest import client_for
from tests.factories.accounts import UserFactory
from tests.factories.catalog import ProductFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.sparks import SparkFactory

LONG_AGO = timedelta(days=200)


@pytest.fixture
def asked(lina: User) -> Poll:
    """A poll of Lina's between two lamps, with three votes, one of an owner, that has closed long ago."""
    then = timezone.now() - LONG_AGO
    spark = SparkFactory(author=lina, code="ask", kind="poll", posted_at=then)
    lamps = [ProductFactory(name=name, slug=name.lower()) for name in ("Dome", "Cone")]
    poll = polls.set_poll(spark=spark, question="Which lamp?", options=[(p.name, p) for p in lamps], days=7, now=then)
    owner = UserFactory()
    OrderLineFactory(order=OrderFactory(user=owner), product=lamps[0], delivered_at=then - timedelta(days=9))
    dome, cone = poll.options.all()
    for person, option in [(owner, dome), (UserFactory(), dome), (UserFactory(), cone)]:
        polls.vote(poll=poll, option=option, user=person, now=then)
    return poll


def settled(asked: Poll, *, delivered_days_ago: int = 120) -> Poll:
    """She bought the Dome, and it arrived."""
    dome = asked.options.all()[0].product
    polls.settle(poll=asked, words="The dome", product=dome, now=timezone.now() - LONG_AGO + timedelta(days=8))
    OrderLineFactory(
        order=OrderFactory(user=asked.spark.author),
        product=dome,
        delivered_at=timezone.now() - timedelta(days=delivered_days_ago),
    )
    asked.refresh_from_db()
    return asked


def test_the_result_stands_on_the_products_pages_once_it_has_closed(asked: Poll, as_guest: Client) -> None:
    for slug in ("dome", "cone"):
        page = as_guest.get(f"/p/{slug}").content.decode()
        assert "Which lamp?" in page
        assert "67% · 2 votes · 1 of an owner" in page
        assert "33% · 1 vote" in page
    Poll.objects.update(closes_at=timezone.now() + timedelta(days=1))

    assert "Which lamp?" not in as_guest.get("/p/dome").content.decode()


def test_whoever_may_not_see_the_spark_finds_no_result(asked: Poll) -> None:
    reader = UserFactory()
    Block.objects.create(blocker=asked.spark.author, blocked=reader)
    assert "Which lamp?" not in client_for(reader).get("/p/dome").content.decode()
    Spark.objects.update(audience="friends")

    assert "Which lamp?" not in client_for(None).get("/p/dome").content.decode()


def test_she_says_whether_she_would_again_on_the_card_and_the_products_page(asked: Poll, as_lina: Client) -> None:
    settled(asked)
    assert "Would you buy it again?" in as_lina.get("/s/ask").content.decode()
    as_lina.post("/s/ask/again", {"would": "1", "words": " Still glows "})
    for path in ("/s/ask", "/p/dome"):
        page = client_for(None).get(path).content.decode()
        assert "Would buy it again" in page
        assert "Still glows" in page
    as_lina.post("/s/ask/again", {"would": "0", "words": "It broke"})

    assert "Would not buy it again" in client_for(None).get("/p/dome").content.decode()


@pytest.mark.parametrize("would", ["", "2", "yes"])
def test_neither_yes_nor_no_changes_nothing(asked: Poll, as_lina: Client, would: str) -> None:
    settled(asked)
    as_lina.post("/s/ask/again", {"would": would, "words": "Hm"})

    assert Poll.objects.get().again_at is None


def test_only_the_asker_says_and_only_of_what_she_bought(asked: Poll, as_lina: Client, as_otto: Client) -> None:
    with pytest.raises(NotBought):
        polls.say_again(poll=asked, would=True, words="")
    as_lina.post("/s/ask/again", {"would": "1"})
    settled(asked)
    assert as_otto.post("/s/ask/again", {"would": "1"}).status_code == 404

    assert Poll.objects.get().again_at is None


def test_she_is_asked_once_three_months_after_it_arrived(asked: Poll, lina: User) -> None:
    settled(asked)
    assert (polls.ask_again(), polls.ask_again()) == (1, 0)
    notice = Notice.objects.get(kind="poll_again")

    assert (notice.recipient, notice.url) == (lina, "/s/ask#again")
    assert "Would you buy Dome again?" in client_for(lina).get(reverse("notifications:notices")).content.decode()


def test_nobody_is_asked_too_early_nor_about_what_went_back_nor_after_she_said(asked: Poll) -> None:
    settled(asked, delivered_days_ago=80)
    assert polls.ask_again() == 0
    assert polls.ask_again(timezone.now() + timedelta(days=11)) == 1
    Poll.objects.update(again_asked_at=None, again_at=timezone.now())
    assert polls.ask_again(timezone.now() + timedelta(days=11)) == 0
    Poll.objects.update(again_at=None)
    asked.options.all()[0].product.order_lines.update(refunded_minor=2400)

    assert polls.ask_again(timezone.now() + timedelta(days=11)) == 0


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 300)), max_size=20))
def test_whoever_votes_however_often_and_late_the_last_timely_answer_of_each_person_counts(
    db: None, script: list[tuple[int, int, int]]
) -> None:
    cache.clear()
    with transaction.atomic():
        begun = timezone.now()
        products = [ProductFactory() for _ in range(3)]
        people = [UserFactory() for _ in range(4)]
        # The first has everything, the second one thing.
        owned = {(people[0].pk, product.pk) for product in products} | {(people[1].pk, products[1].pk)}
        for person, product in owned:
            OrderLineFactory(order=OrderFactory(user_id=person), product_id=product, delivered_at=begun)
        spark = SparkFactory(kind="poll", posted_at=begun)
        answers = [(product.name, product) for product in products]
        poll = polls.set_poll(spark=spark, question="Which?", options=answers, days=7, now=begun)
        options = list(poll.options.all())
        counted: dict[int, int] = {}
        for who, what, hours in script:
            vote = partial(
                polls.vote, poll=poll, option=options[what], user=people[who], now=begun + timedelta(hours=hours)
            )
            if hours < 7 * 24:
                vote()
                counted[who] = what
            else:
                with pytest.raises(PollClosed):
                    vote()
        seen = queries.poll_view(spark, None)

        assert seen is not None
        votes = [sum(what == place for what in counted.values()) for place in range(3)]
        assert ([option.votes for option in seen.options], seen.total) == (votes, len(counted))
        assert [option.percent for option in seen.options] == [round(n * 100 / max(1, len(counted))) for n in votes]
        assert [option.owners for option in seen.options] == [
            sum(what == place and (people[who].pk, products[place].pk) in owned for who, what in counted.items())
            for place in range(3)
        ]
        # The next script begins with an empty world.
        transaction.set_rollback(True)
