"""Two devices at once: likes, votes and tags are counted once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from catalog.models import Stir
from lists.models import List
from sparks.errors import NoAppeal, TooManyTags
from sparks.models import (
    Appeal,
    Comment,
    Heat,
    Helpful,
    KeptSpark,
    Like,
    PollVote,
    Ruling,
    Spark,
    SparkStir,
)
from sparks.services import acts, heating, helping, keeping, moderating, polls, posting
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


def test_two_taps_keep_a_spark_once_on_one_list() -> None:
    spark, user = SparkFactory(), UserFactory()
    answers = at_once([lambda: keeping.keep(spark=spark, user=user)] * 4)

    assert all(isinstance(answer, List) for answer in answers)
    assert (List.objects.filter(kind="idea").count(), KeptSpark.objects.count()) == (1, 1)


def test_votes_that_come_while_others_refresh_are_all_counted() -> None:
    products = ProductFactory.create_batch(3)
    people = UserFactory.create_batch(6, date_joined=timezone.now() - timedelta(days=99))
    votes = [
        lambda u=user, p=products[n % 3]: acts.set_wanted(product=p, user=u, on=True) for n, user in enumerate(people)
    ]
    answers = at_once([*votes[:3], heating.refresh, *votes[3:], heating.refresh])
    heating.refresh()

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert list(Heat.objects.filter(kind="all").values_list("votes", flat=True)) == [2, 2, 2]
    assert (Stir.objects.count(), SparkStir.objects.count()) == (0, 0)


def test_eight_thanks_of_one_person_are_one() -> None:
    row = Comment.objects.create(spark=SparkFactory(), author=UserFactory(), words="It chips.")
    user = UserFactory()
    answers = at_once([lambda: helping.set_helpful(comment=row, user=user, on=True)] * 8)
    row.refresh_from_db()

    assert answers.count(True) == 1
    assert (row.helpful, Helpful.objects.count()) == (1, 1)


def test_an_appeal_sent_from_two_devices_is_one_and_is_decided_once() -> None:
    spark = SparkFactory()
    ruling = moderating.hide(spark=spark, by=UserFactory(is_staff=True), reason="spam")
    assert ruling is not None
    sent = at_once([lambda: moderating.appeal(ruling=ruling, author=spark.author, words="Please")] * 4)
    row = Appeal.objects.get()
    assert [answer for answer in sent if not isinstance(answer, NoAppeal | Appeal)] == []

    at_once(
        [
            lambda: moderating.decide_appeal(row=row, grant=True, by=UserFactory(is_staff=True)),
            lambda: moderating.decide_appeal(row=row, grant=False, by=UserFactory(is_staff=True)),
        ]
    )
    row.refresh_from_db()
    decided = Ruling.objects.exclude(kind="hide").get()
    assert (decided.by, decided.kind) == (row.decided_by, {"granted": "grant", "refused": "refuse"}[row.state])
    assert Spark.objects.get().state == {"granted": "posted", "refused": "hidden"}[row.state]


def test_comments_while_one_is_hidden_are_all_counted() -> None:
    spark, staff = SparkFactory(), UserFactory(is_staff=True)
    row = acts.comment(spark=spark, author=UserFactory(), words="Spam")
    people = [UserFactory() for _ in range(6)]
    trouble = at_once(
        [
            *(partial(acts.comment, spark=spark, author=person, words="Here") for person in people[:3]),
            lambda: moderating.hide(spark=spark, comment=row, by=staff, reason="spam"),
            *(partial(acts.comment, spark=spark, author=person, words="Here") for person in people[3:]),
        ]
    )
    assert [answer for answer in trouble if isinstance(answer, Exception)] == []
    spark.refresh_from_db()

    assert spark.comments == 6


def test_the_last_two_photos_are_not_both_taken_out_at_once() -> None:
    spark = SparkFactory(kind="photo")
    photos = [PhotoFactory(spark=spark, small="", large="") for _ in range(2)]
    at_once([partial(posting.drop_photo, photo=photo) for photo in photos])

    assert spark.photos.count() == 1
