"""After a decline: the plan on the page and in the mail, the invitation, one press, and who may not come back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from influencers import growth, scoring
from influencers.errors import AlreadyDecided, Barred, CountryClosed, TooSoon
from influencers.models import Application, Influencer, ScorePolicy
from influencers.services import applying, inviting, judging, policies, reviewing, weighing
from notifications.models import Mail, Notice
from notifications.services import message_of
from tests.factories.accounts import UserFactory
from tests.factories.influencers import ApplicationFactory, SocialAccountFactory, prove_all

pytestmark = pytest.mark.django_db
State = Application.State


def put_in_force(**changes: Any) -> None:
    staff = UserFactory(is_staff=True)
    numbers = scoring.policy_data(replace(scoring.DEFAULT_POLICY, **changes))
    policies.publish_policy(draft=policies.draft_policy(by=staff, version="test-1", note="", numbers=numbers), by=staff)


@pytest.fixture
def weak(otto: User) -> Application:
    """Otto's application with 30 reactions on 25,000 followers, scored and waiting."""
    application = ApplicationFactory(user=otto, display_name="Otto Stern", account=False)
    SocialAccountFactory(
        application=application, handle="otto", average_likes=25, average_comments=5, posts_in_60_days=4
    )
    weighing.store_score(application, today=timezone.localdate())
    return application


@pytest.fixture
def declined(weak: Application, rhea: User) -> Application:
    reviewing.decline(application_pk=weak.pk, reviewer=rhea, reason=Application.Reason.REACH, note="Soon.")
    reviewing.settle_decisions(timezone.now() + timedelta(minutes=10))
    weak.refresh_from_db()
    return weak


def grow(application: Application, **figures: int) -> None:
    application.accounts.update(**figures)


def test_page_and_mail_name_the_same_changes_and_one_of_them_is_enough(declined: Application, as_otto: Client) -> None:
    step = declined.score["plan"]["singles"][0]
    assert (step["number"], step["before"]) == ("likes", 25)
    words = f"Instagram engagement from 0.12% to 0.99%: {step['after'] - 25} more likes on a typical post"

    assert words in as_otto.get("/apply/status").content.decode()
    mail = message_of(Mail.objects.get(kind="application_declined"))
    assert words in mail.body
    assert words in str(mail.alternatives[0][0])

    grow(declined, average_likes=step["after"] - 1)
    assert weighing.score_application(declined, today=timezone.localdate()).verdict == "close"
    grow(declined, average_likes=step["after"])
    assert weighing.score_application(declined, today=timezone.localdate()).verdict == "likely"


def test_the_plan_stands_on_the_page_before_anything_is_sent(as_otto: Client, otto: User) -> None:
    applying.save_draft(
        user=otto,
        accounts=[applying.AccountFigures("instagram", "otto", 25_000, 4, "https://instagram.com/otto", 25, 5)],
    )

    page = as_otto.get("/apply?step=reach").content.decode()

    assert "What would carry you over the line" in page
    assert "Instagram engagement from 0.12% to" in page


def test_who_crosses_the_line_is_invited_once_and_sends_again_with_one_press(
    declined: Application, as_otto: Client, otto: User
) -> None:
    assert inviting.invite_ready() == 0
    with pytest.raises(TooSoon):
        inviting.apply_again(user=otto)

    grow(declined, average_likes=400)
    assert inviting.invite_ready() == 1
    assert inviting.invite_ready() == 0

    declined.refresh_from_db()
    assert declined.reapply_on == timezone.localdate()
    notice = Notice.objects.get(kind="application_invited")
    now = weighing.score_application(declined, today=timezone.localdate()).points
    assert (notice.recipient, notice.data["points_now"]) == (otto, str(now))
    mail = message_of(Mail.objects.get(kind="application_invited"))
    assert f"your score was {declined.score_points} and would be {now} now" in mail.body
    assert "You are invited back" in as_otto.get("/apply/status").content.decode()

    as_otto.post("/apply/again")

    sent = Application.objects.get(user=otto, state=State.SUBMITTED)
    assert (sent.pitch, str(sent.score_points)) == (declined.pitch, str(now))
    assert sent.score["verdict"] == "likely"
    as_otto.post("/apply/again")
    assert Application.objects.filter(user=otto).count() == 2


@pytest.mark.parametrize("reason", ["not_the_right_fit", "identity_not_proven", "fraud", "other"])
def test_nobody_is_invited_whom_numbers_did_not_hold_back(weak: Application, rhea: User, reason: str) -> None:
    grow(weak, average_likes=400)
    reviewing.decline(application_pk=weak.pk, reviewer=rhea, reason=reason, note="We looked.")
    reviewing.settle_decisions(timezone.now() + timedelta(minutes=10))

    assert inviting.invite_ready() == 0
    assert not Notice.objects.filter(kind="application_invited").exists()


def test_who_was_approved_or_applies_already_is_not_invited(declined: Application, otto: User) -> None:
    grow(declined, average_likes=400)
    ApplicationFactory(user=otto)

    assert inviting.invite_ready() == 0


def test_those_who_waited_longest_are_looked_at_first(declined: Application, rhea: User) -> None:
    other = ApplicationFactory(account=False, state=State.DECLINED, reason="does_not_meet_requirements")
    SocialAccountFactory(application=other, average_likes=1, average_comments=0)
    Application.objects.filter(pk=other.pk).update(looked_at=timezone.now() - timedelta(days=9))
    grow(declined, average_likes=400)

    assert inviting.invite_ready(limit=1) == 0
    assert inviting.invite_ready(limit=1) == 1


def test_proven_fraud_bars_and_says_what_she_can_do(weak: Application, rhea: User, otto: User, as_otto: Client) -> None:
    reviewing.decline(application_pk=weak.pk, reviewer=rhea, reason="fraud", note="The figures are false.")
    reviewing.settle_decisions(timezone.now() + timedelta(minutes=10))
    weak.refresh_from_db()

    assert weak.reapply_on is None
    with pytest.raises(Barred):
        applying.save_draft(user=otto, pitch="Again.")
    with pytest.raises(Barred):
        inviting.apply_again(user=otto)
    page = as_otto.get("/apply/status").content.decode()
    assert "You cannot apply again." in page
    assert "the right to have another person look at it" in page
    assert "/apply/again" not in page
    assert as_otto.post("/apply?step=you", {"display_name": "O"})["Location"] == "/apply/status"
    assert Application.objects.count() == 1


def test_a_closed_country_is_told_at_once_and_refused_when_sent(otto: User, as_otto: Client) -> None:
    put_in_force(open_countries=("DE",))
    answers = {"display_name": "Otto", "country": "JP", "topics": ["home"], "pitch": "Lamps that last."}

    page = as_otto.post("/apply?step=you", answers, follow=True).content.decode()
    assert "The programme is not open in Japan yet." in page

    draft = applying.save_draft(
        user=otto,
        accounts=[applying.AccountFigures("instagram", "otto", 25_000, 20, "https://instagram.com/otto", 230, 20)],
    )
    prove_all(otto)
    with pytest.raises(CountryClosed):
        applying.submit(application=draft)
    page = as_otto.post("/apply?step=send", {"consent": "on"})
    assert page.status_code == 422
    assert "The programme is not open in Japan yet." in page.content.decode()
    draft.refresh_from_db()
    assert (draft.state, draft.submitted_at) == (State.DRAFT, None)

    applying.save_draft(user=otto, country="DE")
    applying.submit(application=draft)
    draft.refresh_from_db()
    assert draft.state == State.SUBMITTED


def test_the_days_of_waiting_are_the_policys(weak: Application, rhea: User) -> None:
    put_in_force(reapply_days=7)

    reviewing.decline(application_pk=weak.pk, reviewer=rhea, reason="other")

    reviewing.settle_decisions(timezone.now() + timedelta(minutes=10))

    weak.refresh_from_db()
    assert weak.reapply_on == timezone.localdate() + timedelta(days=7)


def send(
    user: User, likes: int, handle: str = "otto", followers: int = 25_000, *, is_proved: bool = True
) -> Application:
    draft = applying.save_draft(
        user=user,
        display_name="Otto", country="JP", topics=["home"], pitch="Lamps that last.",
        accounts=[applying.AccountFigures("instagram", handle, followers, 0 if likes == 0 else 20, "https://instagram.com/otto", likes, 0)],
    )  # fmt: skip
    if is_proved:
        prove_all(user)
    else:
        user.connections.update(asked="code", asked_at=timezone.now())
    return applying.submit(application=draft)


def test_nothing_is_decided_without_a_person_as_delivered(otto: User) -> None:
    assert send(otto, 2_000).state == State.SUBMITTED
    assert not Influencer.objects.filter(user=otto).exists()


def test_the_policy_declines_far_below_the_line_and_a_person_looks_if_asked(otto: User, as_otto: Client) -> None:
    put_in_force(auto_decline=True, auto_decline_below=35)

    application = send(otto, 0, followers=600)

    assert (application.state, application.reason, application.decided_by) == (
        State.DECLINED,
        "does_not_meet_requirements",
        None,
    )
    event = application.events.get(kind="declined_by_policy")
    assert (event.actor, event.note) == (None, f"{application.score_points} < 35 · test-1")
    assert Notice.objects.filter(recipient=otto, kind="application_declined").count() == 1
    assert "Ask for a person" in as_otto.get("/apply/status").content.decode()

    as_otto.post("/apply/person")

    application.refresh_from_db()
    assert (application.state, application.reason, application.reapply_on) == (State.SUBMITTED, "", None)
    assert judging.decide_by_policy(application) == ""
    with pytest.raises(AlreadyDecided):
        judging.ask_for_a_person(application=application)


def test_a_persons_decline_is_not_taken_back_by_asking_for_a_person(declined: Application, as_otto: Client) -> None:
    assert "Ask for a person" not in as_otto.get("/apply/status").content.decode()
    as_otto.post("/apply/person")

    declined.refresh_from_db()
    assert declined.state == State.DECLINED


def test_figures_that_only_she_stated_are_never_enough_for_an_approval(otto: User) -> None:
    put_in_force(auto_approve=True)

    application = send(otto, 1_000)

    assert application.score["verdict"] == "likely"
    assert application.state == State.SUBMITTED


def test_the_policy_approves_fetched_numbers_without_any_signal(otto: User, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_force(auto_approve=True)
    original = judging.reaches_of

    def fetched(application: Application) -> list[scoring.Reach]:
        return [replace(reach, refreshed_on=timezone.localdate()) for reach in original(application)]

    monkeypatch.setattr(judging, "reaches_of", fetched)

    application = send(otto, 1_000)
    assert (application.state, application.decided_by) == (State.APPROVED, None)
    assert Influencer.objects.get(user=otto).application == application
    assert Notice.objects.filter(recipient=otto, kind="application_approved").count() == 1
    assert judging.decide_by_policy(application) == ""

    twin = send(UserFactory(), 1_000, handle="OTTO", is_proved=False)
    assert twin.state == State.SUBMITTED
    assert [signal.key for signal in judging.signals_of(twin)] == ["duplicate_account"]


def test_an_account_of_proven_fraud_is_known_again(weak: Application, rhea: User) -> None:
    reviewing.decline(application_pk=weak.pk, reviewer=rhea, reason="fraud", note="The figures are false.")
    reviewing.settle_decisions(timezone.now() + timedelta(minutes=10))

    again = send(UserFactory(email="new@mailinator.com"), 230, handle="Otto", is_proved=False)

    keys = [signal.key for signal in judging.signals_of(again)]
    assert keys == ["barred_account", "duplicate_account", "disposable_mail"]


@pytest.mark.parametrize(
    ("platform", "handle", "key", "number", "is_same"),
    [
        # Facebook reads past dots.
        ("facebook", "otto.stern", "ottostern", "", True),
        # Renamed since: the network's number tells.
        ("instagram", "otto.anew", "otto.anew", "778899", True),
        ("instagram", "otto.anew", "otto.anew", "112233", False),
        ("x", "otto", "otto", "", False),
    ],
)
def test_an_account_is_known_again_however_it_is_spelt_or_called(
    weak: Application, platform: str, handle: str, key: str, number: str, is_same: bool
) -> None:
    SocialAccountFactory(application=weak, platform="facebook", handle="ottostern")
    weak.user.connections.update(proof="")
    weak.user.connections.filter(platform="instagram").update(platform_id="778899")
    other = ApplicationFactory(account=False)
    SocialAccountFactory(application=other, platform=platform, handle=handle)
    other.user.connections.update(key=key, platform_id=number, proof="")

    keys = [signal.key for signal in judging.signals_of(other)]

    assert ("duplicate_account" in keys) is is_same
    assert ("duplicate_account" in [signal.key for signal in judging.signals_of(weak)]) is is_same


def test_the_plan_kept_with_the_score_is_the_rules(weak: Application) -> None:
    reaches = weighing.reaches_of(weak)

    plan = growth.plan(reaches, ScorePolicy.objects.in_force(), today=timezone.localdate())
    assert [step["after"] for step in weak.score["plan"]["singles"]] == [step.after for step in plan.singles]
    assert [scoring.reach_from(data) for data in weak.score["reaches"]] == reaches


def test_the_plan_is_told_in_the_language_of_the_reader(weak: Application, rhea: User) -> None:
    User.objects.filter(pk=weak.user.pk).update(language="zh-hans")

    reviewing.decline(application_pk=weak.pk, reviewer=rhea, reason="does_not_meet_requirements")
    reviewing.settle_decisions(timezone.now() + timedelta(minutes=10))

    sentences = Notice.objects.get(kind="application_declined").data["plan"]
    assert sentences[0] == "以下任意一项即可："
