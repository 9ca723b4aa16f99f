"""Deciding: once, by another person, with a reason, and told to the applicant."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from influencers.errors import AlreadyDecided, MissingReason, MissingText, OwnApplication
from influencers.models import Application, ApplicationEvent, Influencer
from influencers.services import applying
from notifications.models import Notice
from tests.factories.accounts import UserFactory
from tests.factories.influencers import ApplicationFactory, SocialAccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(otto: User) -> Application:
    application = ApplicationFactory(user=otto, display_name="Otto Stern")
    applying.store_score(application, today=timezone.localdate())
    return application


def kinds(application: Application) -> list[tuple[str, str, str]]:
    return [(event.kind, event.before, event.after) for event in application.events.order_by("pk")]


def test_an_approval_makes_an_influencer_and_tells_her(sent: Application, rhea: User) -> None:
    applying.approve(application_pk=sent.pk, reviewer=rhea, note=" Welcome. ")

    sent.refresh_from_db()
    assert (sent.state, sent.decided_by, sent.note) == (Application.State.APPROVED, rhea, "Welcome.")
    assert Influencer.objects.get(user=sent.user).application == sent
    assert kinds(sent) == [("approved", "submitted", "approved")]
    assert Notice.objects.get(recipient=sent.user).kind == "application_approved"


@pytest.mark.parametrize(
    ("reason", "days"), [("does_not_meet_requirements", 30), ("other", 30), ("needs_more_detail", 0)]
)
def test_a_decline_says_from_when_she_may_apply_again(sent: Application, rhea: User, reason: str, days: int) -> None:
    applying.decline(application_pk=sent.pk, reviewer=rhea, reason=reason, note="Post more.")

    sent.refresh_from_db()
    assert sent.reapply_on == timezone.localdate() + timedelta(days=days)
    assert (sent.state, sent.reason, sent.note) == (Application.State.DECLINED, reason, "Post more.")
    notice = Notice.objects.get(recipient=sent.user)
    assert (notice.kind, notice.data["reason"], notice.data["reapply_on"]) == (
        "application_declined",
        reason,
        sent.reapply_on.isoformat(),
    )
    assert not Influencer.objects.exists()


def test_a_decline_without_a_known_reason_changes_nothing(sent: Application, rhea: User) -> None:
    with pytest.raises(MissingReason):
        applying.decline(application_pk=sent.pk, reviewer=rhea, reason="because")

    sent.refresh_from_db()
    assert (sent.state, kinds(sent)) == (Application.State.SUBMITTED, [])


@pytest.mark.parametrize("second", ["approve", "decline", "ask"])
def test_a_second_decision_changes_nothing_and_says_so(sent: Application, rhea: User, second: str) -> None:
    applying.decline(application_pk=sent.pk, reviewer=rhea, reason="other")
    other = UserFactory()
    acts = {
        "approve": lambda: applying.approve(application_pk=sent.pk, reviewer=other),
        "decline": lambda: applying.decline(application_pk=sent.pk, reviewer=other, reason="other", note="again"),
        "ask": lambda: applying.ask(application_pk=sent.pk, reviewer=other, question="Why?"),
    }

    with pytest.raises(AlreadyDecided, match="Not yet"):
        acts[second]()

    sent.refresh_from_db()
    assert (sent.state, sent.decided_by, sent.note, sent.question) == (Application.State.DECLINED, rhea, "", "")
    assert len(kinds(sent)) == 1
    assert Notice.objects.count() == 1


def test_nobody_decides_her_own_application(rhea: User) -> None:
    own = ApplicationFactory(user=rhea)

    with pytest.raises(OwnApplication):
        applying.approve(application_pk=own.pk, reviewer=rhea)

    own.refresh_from_db()
    assert own.state == Application.State.SUBMITTED
    assert not Influencer.objects.exists()


def test_an_answer_brings_the_application_back_to_its_place(sent: Application, rhea: User) -> None:
    place = sent.submitted_at
    applying.ask(application_pk=sent.pk, reviewer=rhea, question="Which account is yours?")
    sent.refresh_from_db()
    assert (sent.state, sent.question) == (Application.State.NEEDS_MORE, "Which account is yours?")

    applying.answer(application=sent, text="The one in my bio.")

    sent.refresh_from_db()
    assert (sent.state, sent.answer, sent.submitted_at) == (Application.State.SUBMITTED, "The one in my bio.", place)
    assert [kind for kind, _, _ in kinds(sent)] == ["asked", "answered"]
    with pytest.raises(AlreadyDecided):
        applying.answer(application=sent, text="Again.")


def test_an_empty_question_is_refused(sent: Application, rhea: User) -> None:
    with pytest.raises(MissingText):
        applying.ask(application_pk=sent.pk, reviewer=rhea, question="  ")


def test_a_judgement_of_fit_moves_the_score_on_both_sides(as_rhea: Client, as_otto: Client, sent: Application) -> None:
    assert str(sent.score_points) == "70.5"
    account = sent.accounts.get()

    as_rhea.post(f"/review/applications/{sent.pk}/accounts/{account.pk}/rate", {"relevance": "3"})

    sent.refresh_from_db()
    assert str(sent.score_points) == "70.9"
    assert "70.9" in as_rhea.get(f"/review/applications/{sent.pk}").content.decode()
    assert "70.9" in as_otto.get("/apply/status").content.decode()


def test_the_account_of_another_application_is_not_found(as_rhea: Client, sent: Application) -> None:
    foreign = SocialAccountFactory(application=ApplicationFactory())

    answer = as_rhea.post(f"/review/applications/{sent.pk}/accounts/{foreign.pk}/rate", {"relevance": "4"})

    assert answer.status_code == 404
    foreign.refresh_from_db()
    assert foreign.relevance is None
    assert not ApplicationEvent.objects.exists()


def test_a_reviewer_decides_and_the_next_case_loads(as_rhea: Client, sent: Application) -> None:
    following = ApplicationFactory(display_name="Next One")

    answer = as_rhea.post(f"/review/applications/{sent.pk}/approve", {"note": ""}, follow=True)

    assert answer.redirect_chain == [(f"/review/applications/{following.pk}", 302)]
    assert "Otto Stern is approved. 1 left." in answer.content.decode()


def test_two_reviewers_at_once_are_told_on_the_page(as_rhea: Client, sent: Application, rhea: User) -> None:
    applying.approve(application_pk=sent.pk, reviewer=UserFactory())

    page = as_rhea.post(f"/review/applications/{sent.pk}/decline", {"reason": "other"})

    assert page.status_code == 409
    assert "Nothing was changed: somebody was quicker." in page.content.decode()
    sent.refresh_from_db()
    assert sent.state == Application.State.APPROVED


def test_a_decline_without_a_reason_names_the_field(as_rhea: Client, sent: Application) -> None:
    page = as_rhea.post(f"/review/applications/{sent.pk}/decline", {"note": "kept words"})

    assert page.status_code == 422
    assert "Choose a reason" in page.content.decode()
    assert "kept words" in page.content.decode()
    sent.refresh_from_db()
    assert sent.state == Application.State.SUBMITTED


@pytest.mark.parametrize("path", ["", "/approve", "/decline", "/ask"])
def test_a_draft_and_an_unknown_application_are_not_found(as_rhea: Client, otto: User, path: str) -> None:
    draft = ApplicationFactory(user=otto, state=Application.State.DRAFT, submitted_at=None)
    for pk in (draft.pk, 99_999, 10**30):
        address = f"/review/applications/{pk}{path}"
        answer = as_rhea.post(address, {"reason": "other", "question": "?"}) if path else as_rhea.get(address)
        assert answer.status_code == 404

    draft.refresh_from_db()
    assert draft.state == Application.State.DRAFT


@pytest.mark.parametrize("path", ["/review", "/review/applications/{pk}"])
def test_only_reviewers_read_the_queue(as_lina: Client, as_otto: Client, sent: Application, path: str) -> None:
    assert as_lina.get(path.format(pk=sent.pk)).status_code == 403
    assert as_otto.get(path.format(pk=sent.pk)).status_code == 403


def test_evidence_opens_without_handing_over_who_looked(as_rhea: Client, sent: Application) -> None:
    page = as_rhea.get(f"/review/applications/{sent.pk}").content.decode()

    assert f'href="{sent.accounts.get().evidence_url}" rel="nofollow noopener noreferrer"' in page


def test_the_views_of_the_queue_show_what_they_say(as_rhea: Client, otto: User) -> None:
    ApplicationFactory(user=otto, state=Application.State.DECLINED, reason="other", display_name="Earlier Otto")
    ApplicationFactory(user=otto, display_name="Otto again", score_points="60.5")
    ApplicationFactory(display_name="Far below", score_points="20.0")
    ApplicationFactory(display_name="Asked", state=Application.State.NEEDS_MORE)

    def shown(view: str) -> list[str]:
        text = as_rhea.get("/review", {"show": view}).content.decode()
        return [name for name in ("Earlier Otto", "Otto again", "Far below", "Asked") if f">{name}<" in text]

    assert shown("oldest") == ["Otto again", "Far below"]
    assert shown("near") == ["Otto again"]
    assert shown("reapplied") == ["Otto again"]
    assert shown("asked") == ["Asked"]
    assert as_rhea.get("/review?show=nothing").status_code == 404


def test_a_question_is_answered_on_the_status_page(as_otto: Client, sent: Application, rhea: User) -> None:
    applying.ask(application_pk=sent.pk, reviewer=rhea, question="Which account is yours?")
    assert "Which account is yours?" in as_otto.get("/apply/status").content.decode()

    assert as_otto.post("/apply/status", {"text": ""}).status_code == 422
    assert as_otto.post("/apply/status", {"text": "My bio says so."}).status_code == 302
    assert as_otto.post("/apply/status", {"text": "Twice."}).status_code == 409

    sent.refresh_from_db()
    assert (sent.state, sent.answer) == (Application.State.SUBMITTED, "My bio says so.")


def test_a_declined_person_reads_what_would_move_each_factor(as_otto: Client, sent: Application, rhea: User) -> None:
    applying.decline(application_pk=sent.pk, reviewer=rhea, reason="does_not_meet_requirements", note="Soon.")

    page = as_otto.get("/apply/status").content.decode()

    assert "Your score was 70.5." in page
    assert "Reach is below what the programme asks" in page
    assert "Soon." in page
    assert "At 1.11% it would add about" in page
