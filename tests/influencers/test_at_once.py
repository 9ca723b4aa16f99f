"""Two reviewers at once: one holds the case, one decision stands, it takes effect once; the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.utils import timezone

from accounts.models import User
from influencers.errors import AlreadyDecided, HeldByAnother, ProgrammeError
from influencers.models import Application, Influencer
from influencers.services import holding, reviewing
from notifications.models import Notice
from tests.factories.accounts import UserFactory
from tests.factories.influencers import ApplicationFactory, SocialAccountFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """What each act returned, or the refusal it raised, all of them started together."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        ready.wait(timeout=30)
        try:
            return act()
        except ProgrammeError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def reviewers(count: int) -> list[User]:
    people = [UserFactory(is_staff=True) for _ in range(count)]
    for person in people:
        person.user_permissions.add(Permission.objects.get(codename="change_application"))
    return people


def test_of_eight_decisions_at_once_exactly_one_stands() -> None:
    application = ApplicationFactory()
    verbs: list[Callable[[User], Application]] = [
        lambda one: reviewing.approve(application_pk=application.pk, reviewer=one),
        lambda one: reviewing.decline(application_pk=application.pk, reviewer=one, reason="other"),
        lambda one: reviewing.ask(application_pk=application.pk, reviewer=one, question="Why?"),
    ]
    acts = [lambda one=one, n=n: verbs[n % 3](one) for n, one in enumerate(reviewers(8))]

    answers = at_once(acts)

    assert sum(isinstance(answer, Application) for answer in answers) == 1
    assert sum(isinstance(answer, AlreadyDecided) for answer in answers) == 7
    decided = Application.objects.get()
    winner = next(answer for answer in answers if isinstance(answer, Application))
    assert (decided.verdict, decided.decided_by_id) == (winner.verdict, winner.decided_by_id)
    assert application.events.filter(kind="decided").count() == 1


def test_of_eight_who_open_a_case_at_once_exactly_one_holds_it() -> None:
    application = ApplicationFactory()

    answers = at_once(
        [lambda one=one: holding.hold(application_pk=application.pk, reviewer=one) for one in reviewers(8)]
    )

    assert sum(isinstance(answer, Application) for answer in answers) == 1
    assert sum(isinstance(answer, HeldByAnother) for answer in answers) == 7
    assert application.events.filter(kind="held").count() == 1


def test_of_two_first_yeses_at_once_one_proposes_and_nobody_gives_both() -> None:
    application = ApplicationFactory(account=False)
    SocialAccountFactory(application=application, followers=900_000)
    people = reviewers(2)

    at_once([lambda one=one: reviewing.approve(application_pk=application.pk, reviewer=one) for one in people * 2])

    row = Application.objects.get()
    assert row.first_by_id in {person.pk for person in people}
    assert row.decided_by_id != row.first_by_id
    assert application.events.filter(kind="proposed").count() == 1
    assert application.events.filter(kind="decided").count() == int(bool(row.verdict))


def test_two_clocks_and_an_undo_at_once_tell_at_most_once() -> None:
    application = ApplicationFactory()
    [reviewer] = reviewers(1)
    reviewing.approve(application_pk=application.pk, reviewer=reviewer)
    later = timezone.now() + timedelta(minutes=10)

    at_once(
        [
            lambda: reviewing.settle_decisions(later),
            lambda: reviewing.settle_decisions(later),
            lambda: reviewing.undo(application_pk=application.pk, reviewer=reviewer),
        ]
    )

    row = Application.objects.get()
    told = row.state == Application.State.APPROVED
    assert (row.state, row.verdict) in {("approved", ""), ("submitted", "")}
    assert Influencer.objects.count() == Notice.objects.count() == int(told)
    assert application.events.filter(kind="approved").count() == int(told)
    assert application.events.filter(kind="undone").count() == int(not told)
