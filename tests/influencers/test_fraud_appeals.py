"""The appeal of who was declined for proven fraud: once, answered by somebody who never decided about her, and told by mail."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import User
from influencers.errors import AppealClosed, Barred, MissingText, NoEvidence, NothingToDecide, NotYours
from influencers.models import Appeal, Application
from influencers.services import appealing, applying, holding, reviewing
from notifications.models import Mail
from notifications.services import message_of
from tests.factories.accounts import UserFactory
from tests.factories.influencers import ApplicationFactory

pytestmark = pytest.mark.django_db
State = Application.State


def reviewer(name: str) -> User:
    person = UserFactory(name=name, is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="change_application"))
    return person


def decline(application: Application, by: User) -> None:
    reviewing.decline(
        application_pk=application.pk, reviewer=by, reason="fraud", note="Two of the accounts are bought."
    )
    reviewing.settle_decisions(timezone.now() + timedelta(minutes=10))
    application.refresh_from_db()


@pytest.fixture
def omar(db: None) -> User:
    return reviewer("Omar Haddad")


@pytest.fixture
def declined(otto: User, rhea: User) -> Application:
    application = ApplicationFactory(user=otto)
    decline(application, rhea)
    return application


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_fraud_is_not_found_without_saying_what_was_seen(otto: User, rhea: User) -> None:
    application = ApplicationFactory(user=otto)

    with pytest.raises(NoEvidence):
        reviewing.decline(application_pk=application.pk, reviewer=rhea, reason="fraud", note=" ")

    application.refresh_from_db()
    assert (application.state, application.verdict) == (State.SUBMITTED, "")


def test_she_appeals_on_her_page_and_reads_the_answer_there_and_in_a_mail(
    declined: Application, as_otto: Client, omar: User
) -> None:
    assert "You appeal on the page below." in message_of(Mail.objects.get(kind="application_declined")).body
    assert 'action="/apply/appeal"' in as_otto.get("/apply/status").content.decode()
    assert as_otto.post("/apply/appeal", {"words": " "}).status_code == 422
    as_otto.post("/apply/appeal", {"words": "I bought nothing; here is the receipt."})
    again = as_otto.post("/apply/appeal", {"words": "Once more."})
    assert again.status_code == 409

    page = as_otto.get("/apply/status").content.decode()
    assert "We have your appeal" in page
    assert "/apply/appeal" not in page

    desk = logged_in(omar)
    assert "Otto" in desk.get("/review?view=appealed").content.decode()
    case = desk.get(f"/review/applications/{declined.pk}").content.decode()
    assert "here is the receipt" in case
    assert "Two of the accounts are bought." in case
    row = Appeal.objects.get()
    assert desk.post(f"/review/appeals/{row.pk}", {"act": "refuse", "words": ""}).status_code == 422
    assert desk.post(f"/review/appeals/{row.pk}", {"act": "other", "words": "No."}).status_code == 422
    desk.post(f"/review/appeals/{row.pk}", {"act": "refuse", "words": "The receipt is for something else."})

    declined.refresh_from_db()
    assert (declined.state, declined.reason) == (State.DECLINED, "fraud")
    assert "The receipt is for something else." in as_otto.get("/apply/status").content.decode()
    mail = message_of(Mail.objects.get(kind="application_appeal"))
    assert "The receipt is for something else." in mail.body
    assert "Otto" not in desk.get("/review?view=appealed").content.decode()
    assert [event.kind for event in declined.events.order_by("pk")][-2:] == ["appealed", "appeal_refused"]


def test_granted_it_waits_again_for_others_than_who_declined_it(
    declined: Application, otto: User, rhea: User, omar: User
) -> None:
    sent_at = declined.submitted_at
    row = appealing.appeal(application=declined, text="Not mine.")

    appealing.decide(appeal_pk=row.pk, by=omar, is_granted=True, words="They are not hers.")

    declined.refresh_from_db()
    assert (declined.state, declined.reason, declined.note, declined.decided_by) == (State.SUBMITTED, "", "", None)
    assert declined.submitted_at == sent_at
    for act in (
        lambda: holding.hold(application_pk=declined.pk, reviewer=rhea),
        lambda: reviewing.approve(application_pk=declined.pk, reviewer=rhea),
        lambda: reviewing.ask(application_pk=declined.pk, reviewer=rhea, question="Why?"),
    ):
        with pytest.raises(NotYours):
            act()
    page = logged_in(rhea).get(f"/review/applications/{declined.pk}").content.decode()
    assert "Another reviewer decides it now." in page
    assert f"/review/applications/{declined.pk}/approve" not in page
    reviewing.approve(application_pk=declined.pk, reviewer=omar)
    reviewing.settle_decisions(timezone.now() + timedelta(minutes=10))
    declined.refresh_from_db()
    assert declined.state == State.APPROVED


def test_nobody_answers_who_applied_declined_or_answered_before(
    declined: Application, otto: User, rhea: User, omar: User
) -> None:
    first = appealing.appeal(application=declined, text="Not mine.")
    for person in (rhea, otto):
        with pytest.raises(NotYours):
            appealing.decide(appeal_pk=first.pk, by=person, is_granted=True, words="Fine.")
    with pytest.raises(MissingText):
        appealing.decide(appeal_pk=first.pk, by=omar, is_granted=True, words=" ")
    page = logged_in(rhea).get(f"/review/applications/{declined.pk}").content.decode()
    assert "This needs another person" in page
    appealing.decide(appeal_pk=first.pk, by=omar, is_granted=True, words="Fine.")
    with pytest.raises(NothingToDecide):
        appealing.decide(appeal_pk=first.pk, by=reviewer("Ann"), is_granted=False, words="No.")

    third, fourth = reviewer("Third"), reviewer("Fourth")
    decline(declined, third)
    second = appealing.appeal(application=declined, text="Still not mine.")
    for person in (rhea, omar, third):
        with pytest.raises(NotYours):
            appealing.decide(appeal_pk=second.pk, by=person, is_granted=False, words="No.")
    appealing.decide(appeal_pk=second.pk, by=fourth, is_granted=False, words="They are.")

    with pytest.raises(AppealClosed):
        appealing.appeal(application=declined, text="A third time.")
    with pytest.raises(Barred):
        applying.refuse_to_apply(otto)


@pytest.mark.parametrize("state", ["submitted", "approved", "declined"])
def test_there_is_nothing_to_appeal_but_a_finding_of_fraud(otto: User, as_otto: Client, state: str) -> None:
    application = ApplicationFactory(user=otto, state=state, reason="other" if state == "declined" else "")

    with pytest.raises(AppealClosed):
        appealing.appeal(application=application, text="Look again.")
    assert as_otto.post("/apply/appeal", {"words": "Look again."}).status_code == 409

    assert Appeal.objects.count() == 0
