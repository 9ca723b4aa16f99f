"""The steps of an application."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from influencers.desk import DESK
from influencers.errors import AlreadyApplied, AlreadyInfluencer, TooSoon
from influencers.models import Application, Connection, SocialAccount
from influencers.services import applying
from notifications.models import Mail, Notice
from notifications.services import message_of
from tests.cast import Mei
from tests.factories.influencers import ApplicationFactory, prove_all

pytestmark = pytest.mark.django_db

YOU = {"display_name": "Otto Stern", "country": "DE", "topics": ["home", "tech"], "pitch": "Lamps that last."}
ACCOUNT = {
    "platform": "instagram",
    "handle": "@otto.makes",
    "followers": "25,000",
    "posts_in_60_days": "20",
    "average_likes": "230",
    "average_comments": "20",
    "evidence_url": "https://www.instagram.com/otto.makes",
}


def rows(*accounts: dict[str, str]) -> dict[str, str]:
    typed = {"accounts-TOTAL_FORMS": str(len(accounts)), "accounts-INITIAL_FORMS": "0"}
    for place, account in enumerate(accounts):
        typed |= {f"accounts-{place}-{name}": value for name, value in account.items()}
    return typed


def test_a_guest_reads_what_the_programme_is_and_signs_in_to_start(as_guest: Client) -> None:
    assert as_guest.get("/apply").status_code == 200
    started = as_guest.get("/apply?step=you")

    assert started.status_code == 302
    assert started["Location"] == "/account/login/?next=/apply%3Fstep%3Dyou"


def test_a_member_applies_in_five_steps(as_otto: Client, otto: User) -> None:
    assert as_otto.post("/apply?step=you", YOU)["Location"] == "/apply?step=accounts"
    assert as_otto.post("/apply?step=accounts", rows(ACCOUNT))["Location"] == "/apply?step=prove"
    assert "Not proved" in as_otto.get("/apply?step=prove").content.decode()
    assert as_otto.post("/apply?step=prove")["Location"] == "/apply?step=reach"
    reach = as_otto.get("/apply?step=reach")
    assert "70.5" in reach.content.decode()
    assert as_otto.post("/apply?step=reach")["Location"] == "/apply?step=send"
    assert as_otto.get("/apply?step=send").status_code == 200
    prove_all(otto)
    assert as_otto.post("/apply?step=send", {"consent": "on"})["Location"] == "/apply/status"

    application = Application.objects.get(user=otto)
    assert application.state == Application.State.SUBMITTED
    assert str(application.score_points) == "70.5"
    assert application.topics == ["home", "tech"]
    account = application.accounts.get()
    assert (account.handle, account.followers, account.average_comments) == ("otto.makes", 25_000, 20)
    # The page, the notice and the mail promise the same.
    promise = f"within {DESK.clock_days} days"
    assert promise in as_otto.get("/apply/status").content.decode()
    assert promise in as_otto.get("/apply").content.decode()
    assert promise in as_otto.get("/notifications").content.decode()
    assert promise in str(message_of(Mail.objects.get(kind="application_submitted")).body)


def test_reading_the_steps_writes_nothing(as_otto: Client) -> None:
    for step in ("you", "accounts", "send"):
        assert as_otto.get(f"/apply?step={step}").status_code == 200
    assert as_otto.get("/apply?step=reach").status_code == 302

    assert not Application.objects.exists()


def test_the_draft_is_kept_between_visits(as_otto: Client) -> None:
    left = as_otto.post("/apply?step=you", YOU | {"act": "exit"})

    assert left["Location"] == "/apply"
    assert "Lamps that last." in as_otto.get("/apply?step=you").content.decode()


def test_a_wrong_answer_names_the_field_and_keeps_what_was_typed(as_otto: Client) -> None:
    page = as_otto.post("/apply?step=you", YOU | {"topics": ["home", "tech", "kids", "pets"]})

    assert page.status_code == 422
    assert "Choose three topics at most." in page.content.decode()
    assert "Lamps that last." in page.content.decode()
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("evidence_url", "javascript:alert(1)"),
        ("evidence_url", "//evil"),
        ("evidence_url", "//evil.example/x"),
        ("evidence_url", "ftp://example.com/x"),
        ("evidence_url", "http://localhost/x"),
        ("evidence_url", "http://127.0.0.1/x"),
        ("evidence_url", "http://2130706433/x"),
        ("evidence_url", "http://[::1]/x"),
        ("evidence_url", "http://10.0.0.8/x"),
        ("evidence_url", "https://user:pass@example.com/"),
        ("evidence_url", "https://example.com/\x00"),
        ("evidence_url", "https://example.com\\@evil.example"),
        ("followers", "-1"),
        ("followers", "9" * 30),
        ("followers", "9" * 5000),
        ("followers", "many"),
        ("posts_in_60_days", "5001"),
        ("average_likes", "1.5"),
        ("platform", "myspace"),
        ("average_views", "249"),
        ("opened_on", "2009-01-01"),
        ("handle", "otto makes"),
        ("handle", "otto\x00"),
        ("handle", "javascript:alert(1)"),
        ("handle", "https://evil.example/otto"),
        ("handle", "x" * 400),
        ("opened_on", "2999-01-01"),
        ("opened_on", "soon"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_by_name(as_otto: Client, field: str, value: str) -> None:
    page = as_otto.post("/apply?step=accounts", rows(ACCOUNT | {field: value}))

    assert page.status_code == 422
    assert f'id="id_accounts-0-{field}_error"' in page.content.decode()
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    "typed", ["otto.makes", "@otto.makes", "https://www.instagram.com/otto.makes/", "instagram.com/otto.makes"]
)
def test_a_handle_or_a_link_names_the_same_account(as_otto: Client, typed: str) -> None:
    as_otto.post("/apply?step=accounts", rows(ACCOUNT | {"handle": typed}))

    assert SocialAccount.objects.get().handle == "otto.makes"


def test_an_account_listed_twice_is_refused(as_otto: Client) -> None:
    page = as_otto.post("/apply?step=accounts", rows(ACCOUNT, ACCOUNT | {"handle": "OTTO.makes"}))

    assert page.status_code == 422
    assert "This account is listed already." in page.content.decode()
    assert not SocialAccount.objects.exists()


def test_no_account_at_all_is_refused(as_otto: Client) -> None:
    page = as_otto.post("/apply?step=accounts", rows({}))

    assert page.status_code == 422
    assert "Add at least one account." in page.content.decode()


@pytest.mark.parametrize("total", ["", "-1", "99999999", "abc"])
def test_a_forged_row_count_changes_nothing(as_otto: Client, total: str) -> None:
    answer = as_otto.post("/apply?step=accounts", rows(ACCOUNT) | {"accounts-TOTAL_FORMS": total})

    assert answer["Location"] == "/apply?step=prove"
    assert SocialAccount.objects.count() == 1


def test_accounts_are_added_and_removed_without_scripts(as_otto: Client) -> None:
    more = as_otto.post("/apply?step=accounts", rows(ACCOUNT) | {"act": "add"})
    assert more["Location"] == "/apply?step=accounts&more=1#more"
    assert 'name="accounts-1-handle"' in as_otto.get("/apply?step=accounts&more=1").content.decode()

    second = ACCOUNT | {"platform": "x", "handle": "otto"}
    as_otto.post("/apply?step=accounts", rows(ACCOUNT, second))
    assert SocialAccount.objects.count() == 2

    as_otto.post("/apply?step=accounts", rows(ACCOUNT, second) | {"remove": "0"})
    assert SocialAccount.objects.get().platform == "x"
    # A row that nobody could have is none.
    assert as_otto.post("/apply?step=accounts", rows(second) | {"remove": "9" * 5_000}).status_code == 302
    assert SocialAccount.objects.get().platform == "x"


def test_the_score_is_shown_while_typing_and_nothing_is_kept(as_otto: Client) -> None:
    part = as_otto.post("/apply?step=accounts", rows(ACCOUNT) | {"act": "check"}, headers={"HX-Request": "true"})

    assert part.status_code == 200
    assert "70.5" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert not Application.objects.exists()


def test_sending_without_consent_is_refused(as_otto: Client) -> None:
    as_otto.post("/apply?step=you", YOU)
    as_otto.post("/apply?step=accounts", rows(ACCOUNT))

    page = as_otto.post("/apply?step=send", {})

    assert page.status_code == 422
    assert Application.objects.get().state == Application.State.DRAFT


def test_sending_an_unfinished_draft_leads_to_what_is_missing(as_otto: Client) -> None:
    as_otto.post("/apply?step=you", YOU)

    assert as_otto.post("/apply?step=send", {"consent": "on"})["Location"] == "/apply?step=accounts"
    assert Application.objects.get().state == Application.State.DRAFT


def test_an_application_of_which_nothing_is_proved_leads_to_the_proof(as_otto: Client, otto: User) -> None:
    as_otto.post("/apply?step=you", YOU)
    as_otto.post("/apply?step=accounts", rows(ACCOUNT, ACCOUNT | {"platform": "x", "handle": "otto"}))

    assert as_otto.post("/apply?step=send", {"consent": "on"})["Location"] == "/apply?step=prove"
    assert Application.objects.get().state == Application.State.DRAFT

    # One that a reviewer is asked about is enough to send; it counts from the moment at which it is proved.
    Connection.objects.filter(platform="x").update(asked="evidence", asked_at=timezone.now())
    assert as_otto.post("/apply?step=send", {"consent": "on"})["Location"] == "/apply/status"
    assert str(Application.objects.get().score_points) == "0.0"


def test_too_few_followers_are_said_and_cost_no_waiting(as_otto: Client, otto: User) -> None:
    as_otto.post("/apply?step=you", YOU)
    as_otto.post("/apply?step=accounts", rows(ACCOUNT | {"followers": "499"}))
    prove_all(otto)

    page = as_otto.post("/apply?step=send", {"consent": "on"})

    assert page.status_code == 422
    assert "500 followers" in page.content.decode()
    application = Application.objects.get()
    assert (application.state, application.submitted_at, application.score_points) == ("draft", None, None)


def test_a_sent_application_is_not_edited(as_otto: Client, otto: User) -> None:
    sent = ApplicationFactory(user=otto)

    assert as_otto.post("/apply?step=you", YOU)["Location"] == "/apply/status"
    sent.refresh_from_db()
    assert sent.pitch == "I show how a small flat can feel calm."


def test_before_the_day_she_is_told_from_when_she_may_apply_again(as_otto: Client, otto: User) -> None:
    day = timezone.localdate() + timedelta(days=3)
    ApplicationFactory(user=otto, state=Application.State.DECLINED, reason="other", reapply_on=day)

    assert as_otto.post("/apply?step=you", YOU)["Location"] == "/apply/status"
    assert "You can apply again on" in as_otto.get("/apply/status").content.decode()
    assert Application.objects.count() == 1


def test_after_the_day_the_form_is_filled_with_her_last_answers(as_otto: Client, otto: User) -> None:
    last = ApplicationFactory(
        user=otto, state=Application.State.DECLINED, reason="other", reapply_on=timezone.localdate()
    )
    last.accounts.update(relevance=2)

    assert "I show how a small flat can feel calm." in as_otto.get("/apply?step=you").content.decode()
    as_otto.post("/apply?step=you", YOU)

    draft = Application.objects.get(user=otto, state=Application.State.DRAFT)
    assert draft.pitch == "Lamps that last."
    assert [(account.followers, account.relevance) for account in draft.accounts.all()] == [(25_000, None)]
    assert last.accounts.count() == 1


def test_an_influencer_does_not_apply_again(as_mei: Client, mei: Mei) -> None:
    assert as_mei.post("/apply?step=you", YOU)["Location"] == "/apply/status"
    assert Application.objects.filter(user=mei.user).count() == 1


def test_an_unknown_step_is_not_found(as_otto: Client) -> None:
    assert as_otto.get("/apply?step=nowhere").status_code == 404


def test_the_services_refuse_what_the_pages_do_not_offer(otto: User, mei: Mei) -> None:
    day = timezone.localdate() + timedelta(days=3)
    declined = ApplicationFactory(user=otto, state=Application.State.DECLINED, reason="other", reapply_on=day)

    with pytest.raises(TooSoon) as refusal:
        applying.save_draft(user=otto, pitch="Again.")
    assert refusal.value.reapply_on == day
    with pytest.raises(AlreadyInfluencer):
        applying.save_draft(user=mei.user, pitch="Again.")
    with pytest.raises(AlreadyInfluencer):
        applying.submit(application=mei.influencer.application)
    assert list(Application.objects.filter(user=otto)) == [declined]


def test_a_draft_is_sent_once(otto: User) -> None:
    draft = applying.save_draft(
        user=otto,
        **YOU,
        accounts=[applying.AccountFigures("instagram", "otto", 25_000, 20, "https://instagram.com/otto", 230, 20)],
    )
    prove_all(otto)
    applying.submit(application=draft)

    with pytest.raises(AlreadyApplied):
        applying.submit(application=draft)
    with pytest.raises(AlreadyApplied):
        applying.save_draft(user=otto, accounts=[])
    assert [event.kind for event in draft.events.all()] == ["submitted"]
    assert draft.accounts.count() == 1
    assert Notice.objects.get(recipient=otto).kind == "application_submitted"
