"""Two devices at once: likes, votes and tags are counted once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import User
from sparks.errors import TooManyTags
from sparks.models import Like, PollVote, Spark
from sparks.services import acts, polls, posting
from tests.factories.accounts import UserFactory
from tests.factories.catalog import ProductFactory
from tests.factories.sparks import PhotoFactory, SparkFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts_: list[Callable[[], object]]) -> list[object]:
    """What each act returned or raised, all of them started together."""

    def run(act: Callable[[], object]) -> object:
        try:
            return act()
        except Exception as trouble:
            return trouble
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts_)) as pool:
        return list(pool.map(run, acts_))


def test_eight_likes_of_one_person_are_one() -> None:
    spark, user = SparkFactory(), UserFactory()
    answers = at_once([lambda: acts.set_liked(spark=spark, user=user, on=True)] * 8)
    assert answers.count(True) == 1
    assert answers.count(False) == 7
    assert (Spark.objects.get().likes, Like.objects.count()) == (1, 1)
    answers = at_once([lambda: acts.set_liked(spark=spark, user=user, on=False)] * 8)

    assert answers.count(True) == 1
    assert (Spark.objects.get().likes, Like.objects.count()) == (0, 0)


def test_eight_people_are_eight_likes() -> None:
    spark = SparkFactory()
    people: list[User] = UserFactory.create_batch(8)
    at_once([lambda user=user: acts.set_liked(spark=spark, user=user, on=True) for user in people])

    assert (Spark.objects.get().likes, Like.objects.count()) == (8, 8)


def test_votes_of_one_person_from_eight_devices_are_one() -> None:
    spark, user = SparkFactory(), UserFactory()
    poll = polls.set_poll(spark=spark, question="Which?", options=[("This", None), ("That", None)], days=3)
    options = list(poll.options.all())
    answers = at_once([lambda n=n: polls.vote(poll=poll, option=options[n % 2], user=user) for n in range(8)])

    assert all(isinstance(answer, PollVote) for answer in answers)
    assert PollVote.objects.count() == 1


def test_seven_tags_at_once_leave_five() -> None:
    photo = PhotoFactory()
    products = ProductFactory.create_batch(7)
    answers = at_once([lambda p=p: posting.add_tag(photo=photo, product=p, x=5000, y=5000) for p in products])

    assert sum(isinstance(answer, TooManyTags) for answer in answers) == 2
    assert photo.tags.count() == 5
    assert len(set(photo.tags.values_list("x", "y"))) == 5
