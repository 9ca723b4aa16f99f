"""Two reviewers at once: one holds the case, one decision stands, it takes effect once; the other is told. So on conduct."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.utils import timezone

from accounts.models import User
from influencers.errors import (
    AlreadyDecided,
    AlreadyStands,
    AppealClosed,
    HeldByAnother,
    NothingToDecide,
    ProgrammeError,
)
from influencers.models import Appeal, Application, ConductEvent, Influencer, Sanction
from influencers.services import appealing, conduct, holding, reviewing
from notifications.models import Notice
from tests.factories.accounts import UserFactory
from tests.factories.influencers import ApplicationFactory, InfluencerFactory, SocialAccountFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """What each act returned, or the refusal it raised, all of them started together."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        connection.ensure_connection()
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


# --- Conduct


def impose(creator: Influencer, by: User, kind: str = "suspension", reason: str = "spam") -> Sanction:
    return conduct.impose(influencer_pk=creator.pk, kind=kind, reason=reason, evidence="40 equal messages.", by=by)


def kinds() -> list[str]:
    return sorted(ConductEvent.objects.values_list("kind", flat=True))


def test_of_four_suspensions_at_once_for_one_reason_one_stands() -> None:
    creator = InfluencerFactory()

    answers = at_once([lambda one=one: impose(creator, one) for one in reviewers(4)])

    assert sum(isinstance(answer, Sanction) for answer in answers) == 1
    assert sum(isinstance(answer, AlreadyStands) for answer in answers) == 3
    assert Influencer.objects.get().state == "suspended"
    assert kinds() == ["suspension"]
    assert Notice.objects.count() == 1


def test_a_ban_is_confirmed_or_refused_never_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commissions.queries.has_balance", lambda influencer: True)
    creator, people = InfluencerFactory(), reviewers(5)
    ban = impose(creator, people[0], "ban", "fraud")

    answers = at_once(
        [lambda one=one: conduct.confirm(sanction_pk=ban.pk, by=one) for one in people[1:3]]
        + [lambda one=one: conduct.refuse(sanction_pk=ban.pk, by=one, words="No.") for one in people[3:]]
    )

    assert sum(isinstance(answer, Sanction) for answer in answers) == 1
    assert sum(isinstance(answer, NothingToDecide) for answer in answers) == 3
    ban.refresh_from_db()
    state = Influencer.objects.get().state
    assert (ban.state, state, bool(ban.confirmed_by_id)) in {
        ("in_force", "banned", True),
        ("refused", "active", False),
    }
    assert kinds() == sorted(["proposed", "ban" if state == "banned" else "lifted"])


def test_nobody_confirms_a_ban_and_answers_its_appeal_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commissions.queries.has_balance", lambda influencer: True)
    creator, [first, second] = InfluencerFactory(), reviewers(2)
    ban = impose(creator, first, "ban", "fraud")
    conduct.appeal(sanction=ban, text="I was away.")
    both, may_judge = Barrier(2), conduct.rule.may_judge

    def judged_by_both(*people: int, **more: Any) -> bool:
        """Both look before either writes, unless a lock keeps the second from looking."""
        with suppress(BrokenBarrierError):
            both.wait(timeout=0.5)
        return may_judge(*people, **more)

    monkeypatch.setattr(conduct.rule, "may_judge", judged_by_both)
    at_once(
        [
            lambda: conduct.confirm(sanction_pk=ban.pk, by=second),
            lambda: conduct.decide_appeal(sanction_pk=ban.pk, by=second, is_lifted=False, words="It was her."),
        ]
    )

    ban.refresh_from_db()
    assert (ban.confirmed_by == second) != (ban.appeal_decided_by == second)


def test_of_three_answers_to_one_appeal_one_stands() -> None:
    creator, people = InfluencerFactory(), reviewers(4)
    sanction = impose(creator, people[0])
    conduct.appeal(sanction=sanction, text="I was away.")

    answers = at_once(
        [
            lambda one=one, is_lifted=bool(n % 2): conduct.decide_appeal(
                sanction_pk=sanction.pk, by=one, is_lifted=is_lifted, words=f"Says {one.pk}."
            )
            for n, one in enumerate(people[1:])
        ]
    )

    assert sum(isinstance(answer, Sanction) for answer in answers) == 1
    assert sum(isinstance(answer, NothingToDecide) for answer in answers) == 2
    sanction.refresh_from_db()
    assert sanction.answer == f"Says {sanction.appeal_decided_by_id}."
    assert Influencer.objects.get().state == ("active" if sanction.state == "lifted" else "suspended")


def test_the_shop_is_as_what_stands_says_whoever_acts_at_once() -> None:
    creator, people = InfluencerFactory(), reviewers(6)
    old = [impose(creator, people[0], reason=reason) for reason in ("spam", "fake_traffic")]
    later = timezone.now() + timedelta(days=31)

    at_once(
        [
            lambda: impose(creator, people[1]),
            lambda: impose(creator, people[2], reason="brand_abuse"),
            lambda: conduct.lift(sanction_pk=old[0].pk, by=people[3], words="Enough."),
            lambda: conduct.lift(sanction_pk=old[1].pk, by=people[4], words="Enough."),
            lambda: conduct.end_due(now=later),
            lambda: conduct.appeal(sanction=old[0], text="I was away."),
        ]
    )

    standing = Sanction.objects.hiding().count()
    assert Influencer.objects.get().state == ("suspended" if standing else "active")
    assert kinds().count("suspension") == Sanction.objects.count()
    assert Sanction.objects.count() - standing == kinds().count("lifted") + kinds().count("ended")


def test_of_two_answers_to_an_appeal_against_a_decline_one_stands() -> None:
    application, people = ApplicationFactory(), reviewers(3)
    reviewing.decline(application_pk=application.pk, reviewer=people[0], reason="fraud", note="Bought.")
    reviewing.settle_decisions(timezone.now() + timedelta(minutes=10))
    application.refresh_from_db()

    sent = at_once([lambda: appealing.appeal(application=application, text="Not mine.")] * 2)
    row = Appeal.objects.get()
    answers = at_once(
        [
            lambda: appealing.decide(appeal_pk=row.pk, by=people[1], is_granted=True, words="Not hers."),
            lambda: appealing.decide(appeal_pk=row.pk, by=people[2], is_granted=False, words="Hers."),
        ]
    )

    assert sum(isinstance(answer, AppealClosed) for answer in sent) == 1
    assert sum(isinstance(answer, NothingToDecide) for answer in answers) == 1
    row.refresh_from_db()
    application.refresh_from_db()
    assert application.state == ("submitted" if row.outcome == "granted" else "declined")
