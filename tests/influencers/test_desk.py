"""The desk: who has a case open, two people where much is at stake, several at once, the queue, replies, and the log."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.models import AppendOnlyError
from influencers.errors import AlreadyDecided, HeldByAnother, NeedsAnotherPerson, OwnApplication, TooLateToUndo
from influencers.models import Application, ApplicationEvent, Connection, Influencer, ReplyTemplate
from influencers.services import holding, judging, reviewing, weighing
from notifications.models import Notice
from tests.factories.accounts import UserFactory, with_handle
from tests.factories.influencers import ApplicationFactory, SocialAccountFactory

pytestmark = pytest.mark.django_db


def scored(followers: int = 25_000, likes: int = 230, **fields: object) -> Application:
    """An application with one account, scored by the rule."""
    application = ApplicationFactory(account=False, **fields)
    SocialAccountFactory(application=application, followers=followers, average_likes=likes)
    weighing.store_score(application, today=timezone.localdate())
    judging.keep_risk(application)
    return application


@pytest.fixture
def sent(otto: User) -> Application:
    return scored(user=otto, display_name="Otto Stern")


@pytest.fixture
def omar(db: None, rhea: User) -> User:
    """Another reviewer."""
    omar = UserFactory(name="Omar Rahman", is_staff=True)
    omar.user_permissions.set(rhea.user_permissions.all())
    return omar


def kinds(application: Application) -> list[str]:
    return list(application.events.order_by("pk").values_list("kind", flat=True))


# --- Who has it open


def test_opening_holds_a_case_and_others_read_it_and_do_not_decide(
    as_rhea: Client, sent: Application, rhea: User, omar: User
) -> None:
    holding.hold(application_pk=sent.pk, reviewer=omar)

    page = as_rhea.get(f"/review/applications/{sent.pk}").content.decode()
    assert "Omar Rahman has this case open until" in page
    assert "Approve this application" not in page
    for act, data in (("approve", {}), ("decline", {"reason": "other"}), ("ask", {"question": "Why?"})):
        answer = as_rhea.post(f"/review/applications/{sent.pk}/{act}", data)
        assert answer.status_code == 409
        assert "Omar Rahman has this case open" in answer.content.decode()
    account = sent.accounts.get()
    assert (
        as_rhea.post(f"/review/applications/{sent.pk}/accounts/{account.pk}/rate", {"relevance": "4"}).status_code
        == 409
    )

    sent.refresh_from_db()
    assert (sent.verdict, sent.held_by, kinds(sent)) == ("", omar, ["held"])


def test_a_hold_ends_after_fifteen_minutes_and_can_be_made_longer(sent: Application, rhea: User, omar: User) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        holding.hold(application_pk=sent.pk, reviewer=omar)
    with time_machine.travel(start + timedelta(minutes=14), tick=False):
        held = holding.hold(application_pk=sent.pk, reviewer=omar)
        assert held.held_until == start + timedelta(minutes=29)
    with (
        time_machine.travel(start + timedelta(minutes=28), tick=False),
        pytest.raises(HeldByAnother, match="Omar Rahman"),
    ):
        holding.hold(application_pk=sent.pk, reviewer=rhea)
    with time_machine.travel(start + timedelta(minutes=29), tick=False):
        assert holding.hold(application_pk=sent.pk, reviewer=rhea).held_by == rhea

    assert kinds(sent) == ["held", "held"]


def test_leaving_gives_the_case_back_but_a_window_that_closes_late_ends_no_later_hold(
    as_rhea: Client, sent: Application, rhea: User, omar: User
) -> None:
    first = holding.hold(application_pk=sent.pk, reviewer=rhea).held_until
    second = holding.hold(application_pk=sent.pk, reviewer=rhea).held_until
    address = f"/review/applications/{sent.pk}/release"

    for stale in (first.isoformat(), "", "yesterday", "2026-02-31T99:00:00+00:00", "2026-01-01T00:00:00"):
        as_rhea.post(address, {"until": stale})
        assert Application.objects.get(pk=sent.pk).held_by == rhea
    as_rhea.post(address, {"until": second.isoformat()})

    assert Application.objects.get(pk=sent.pk).held_by is None
    assert kinds(sent) == ["held", "released"]
    assert holding.release(application_pk=sent.pk, reviewer=omar, until=second) is False


def test_reading_a_page_writes_nothing(as_rhea: Client, sent: Application) -> None:
    as_rhea.get(f"/review/applications/{sent.pk}")
    as_rhea.get("/review")

    sent.refresh_from_db()
    assert (sent.held_by, kinds(sent)) == (None, [])


def test_the_page_asks_for_the_case_and_a_button_does_without_scripts(
    as_rhea: Client, sent: Application, rhea: User
) -> None:
    address = f"/review/applications/{sent.pk}/hold"
    part = as_rhea.post(address, headers={"HX-Request": "true"})
    assert part.templates[0].name == "influencers/_hold.html"
    assert "Open with you for 15 minutes" in part.content.decode()

    assert as_rhea.post(address).url == f"/review/applications/{sent.pk}#case"
    assert Application.objects.get(pk=sent.pk).held_by == rhea


def test_nobody_holds_her_own_or_a_decided_case(as_rhea: Client, sent: Application, rhea: User, omar: User) -> None:
    own = ApplicationFactory(user=rhea)
    with pytest.raises(OwnApplication):
        holding.hold(application_pk=own.pk, reviewer=rhea)
    reviewing.decline(application_pk=sent.pk, reviewer=omar, reason="other")
    with pytest.raises(AlreadyDecided):
        holding.hold(application_pk=sent.pk, reviewer=rhea)

    assert as_rhea.post(f"/review/applications/{sent.pk}/hold").status_code == 409
    assert not Application.objects.filter(held_by__isnull=False).exists()


# --- Two people


def test_a_large_reach_is_approved_by_two_different_people(as_rhea: Client, rhea: User, omar: User) -> None:
    large = scored(followers=250_000, likes=4000, display_name="Large Reach")
    assert (
        "So large a reach is approved by two people" in as_rhea.get(f"/review/applications/{large.pk}").content.decode()
    )

    page = as_rhea.post(f"/review/applications/{large.pk}/approve", {"note": ""}, follow=True).content.decode()
    assert "Large Reach: your yes is kept. Another reviewer confirms it." in page
    assert reviewing.settle_decisions(timezone.now() + timedelta(minutes=10)) == 0
    again = as_rhea.post(f"/review/applications/{large.pk}/approve", {"note": ""})
    assert again.status_code == 403
    assert "you approved this already" in again.content.decode()
    large.refresh_from_db()
    assert (large.verdict, large.first_by, kinds(large)) == ("", rhea, ["proposed"])

    reviewing.approve(application_pk=large.pk, reviewer=omar)
    assert reviewing.settle_decisions(timezone.now() + timedelta(minutes=10)) == 1
    assert Influencer.objects.get().user == large.user
    assert kinds(large) == ["proposed", "decided", "approved"]


def test_a_high_risk_needs_two_people_and_the_first_can_take_it_back(rhea: User, omar: User) -> None:
    risky = scored(followers=30_000, likes=9_000)
    assert risky.risk == "high"
    reviewing.approve(application_pk=risky.pk, reviewer=rhea)
    with pytest.raises(TooLateToUndo):
        reviewing.undo(application_pk=risky.pk, reviewer=omar)

    reviewing.undo(application_pk=risky.pk, reviewer=rhea)
    reviewing.approve(application_pk=risky.pk, reviewer=rhea)

    risky.refresh_from_db()
    assert (risky.verdict, risky.first_by) == ("", rhea)
    with pytest.raises(NeedsAnotherPerson):
        reviewing.approve(application_pk=risky.pk, reviewer=rhea)


def test_after_an_answer_two_people_look_anew(rhea: User, omar: User) -> None:
    risky = scored(followers=30_000, likes=9_000)
    reviewing.approve(application_pk=risky.pk, reviewer=rhea)
    reviewing.ask(application_pk=risky.pk, reviewer=omar, question="How come?")
    reviewing.settle_decisions(timezone.now() + timedelta(minutes=10))

    risky.refresh_from_db()
    assert (risky.state, risky.question, risky.first_by, risky.note) == ("needs_more", "How come?", None, "")


# --- Several at once


def test_several_are_declined_at_once_where_the_score_says_not_yet(as_rhea: Client, rhea: User, omar: User) -> None:
    low = [scored(followers=400, likes=1, display_name=f"Low {n}") for n in range(2)]
    good, held = scored(display_name="Good Score"), scored(followers=400, likes=1, display_name="Held Case")
    own = scored(followers=400, likes=1, user=rhea, display_name="Rhea herself")
    holding.hold(application_pk=held.pk, reviewer=omar)
    unproved = scored(display_name="Proof Waits")
    Connection.objects.filter(accounts__application=unproved).update(proof="", asked="code")
    weighing.store_score(unproved, today=timezone.localdate())
    picked = [*(row.pk for row in low), good.pk, held.pk, own.pk, unproved.pk, 99_999]

    page = as_rhea.post(
        "/review/bulk", {"act": "decline", "reason": "does_not_meet_requirements", "picked": picked}, follow=True
    ).content.decode()

    assert "2 cases decided. You can undo each for 10 minutes, under Decided." in page
    assert "Good Score: The score does not say not yet: read this one by itself." in page
    assert "Proof Waits: With every account proved the score would say more than not yet" in page
    assert "Held Case: Nothing was changed: Omar Rahman has this case open" in page
    assert "Rhea herself: Nothing was changed: nobody decides her own application." in page
    assert list(Application.objects.exclude(verdict="").order_by("pk")) == low
    low[0].refresh_from_db()
    assert low[0].note.startswith("Thank you, Low 0. Your score is ")
    reviewing.undo(application_pk=low[0].pk, reviewer=rhea)
    assert reviewing.settle_decisions(timezone.now() + timedelta(minutes=10)) == 1


def test_nobody_is_approved_with_others(as_rhea: Client, sent: Application) -> None:
    answer = as_rhea.post("/review/bulk", {"act": "approve", "reason": "other", "picked": [sent.pk]})

    assert answer.status_code == 422
    sent.refresh_from_db()
    assert (sent.verdict, kinds(sent)) == ("", [])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"act": "decline", "reason": "other"}, "Pick at least one case."),
        ({"act": "decline", "picked": ["{pk}"]}, "Choose a reason: the applicant reads it."),
        ({"act": "decline", "reason": "other", "picked": ["x"]}, "Pick cases of the list."),
        ({"act": "decline", "reason": "other", "picked": [10**30]}, "Pick cases of the list."),
        ({"act": "ask", "reason": "because", "picked": ["{pk}"]}, "Choose a reason of the list."),
    ],
)
def test_an_incomplete_act_for_several_changes_nothing(
    as_rhea: Client, sent: Application, data: dict[str, object], words: str
) -> None:
    data = {name: [sent.pk] if value == ["{pk}"] else value for name, value in data.items()}
    answer = as_rhea.post("/review/bulk", data)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    sent.refresh_from_db()
    assert (sent.verdict, kinds(sent)) == ("", [])


def test_several_are_asked_in_their_own_language(as_rhea: Client, rhea: User) -> None:
    wei = scored(user=UserFactory(language="zh-hans"), display_name="陈伟明")
    mia = scored(display_name="Mia Rossi")
    ReplyTemplate.objects.filter(act="ask", reason="needs_more_detail").delete()
    ReplyTemplate.objects.create(act="ask", reason="needs_more_detail", language="en", text="{name}, {points}?")
    ReplyTemplate.objects.create(act="ask", reason="needs_more_detail", language="zh-hans", text="{name}，请说明。")

    as_rhea.post("/review/bulk", {"act": "ask", "reason": "needs_more_detail", "picked": [wei.pk, mia.pk]})
    assert reviewing.settle_decisions(timezone.now() + timedelta(minutes=10)) == 2

    questions = dict(Application.objects.values_list("display_name", "question"))
    assert questions == {"陈伟明": "陈伟明，请说明。", "Mia Rossi": "Mia Rossi, 70.5?"}


def test_without_a_kept_reply_nobody_is_asked(as_rhea: Client, sent: Application) -> None:
    ReplyTemplate.objects.all().delete()

    page = as_rhea.post("/review/bulk", {"act": "ask", "reason": "other", "picked": [sent.pk]}, follow=True)

    assert "Otto Stern: No reply is kept for this reason." in page.content.decode()
    sent.refresh_from_db()
    assert sent.verdict == ""


# --- Replies


def test_a_reason_fills_in_the_kept_reply_and_shows_what_she_will_read(as_rhea: Client, sent: Application) -> None:
    sent.user.language = "zh-hans"
    sent.user.save()
    address = f"/review/applications/{sent.pk}/decline"
    page = as_rhea.post(address, {"reason": "does_not_meet_requirements", "note": "", "step": "fill"}).content.decode()

    assert "Otto Stern，感谢你的申请。你的评分是 70.5，达到 60 通常就能通过。" in page
    assert "What Otto Stern will read" in page
    assert 'lang="zh-hans"' in page
    sent.refresh_from_db()
    assert (sent.verdict, kinds(sent)) == ("", [])


def test_another_reason_replaces_a_kept_reply_but_never_own_words(as_rhea: Client, sent: Application) -> None:
    def words(note: str) -> str:
        data = {"reason": "identity_not_proven", "note": note, "step": "reason"}
        answer = as_rhea.post(f"/review/applications/{sent.pk}/decline", data, headers={"HX-Request": "true"})
        assert answer.templates[0].name == "influencers/_words.html"
        return answer.context["form"]["note"].value()

    kept = words("")
    assert kept.startswith("Thank you, Otto Stern. We could not tell that these accounts are yours.")
    other = "Thank you, Otto Stern. Your posts are about other things than what is sold here."
    assert words(other) == kept
    assert words("I wrote this myself.") == "I wrote this myself."


def test_reviewers_keep_replies_with_placeholders_that_exist(as_rhea: Client) -> None:
    ReplyTemplate.objects.all().delete()
    data = {"act": "decline", "reason": "other", "language": "en", "text": "Dear {nmae}"}
    wrong = as_rhea.post("/review/replies", data)
    assert wrong.status_code == 422
    assert "We cannot fill in {nmae}. These can be used: {name}, {points}, {needed}, {shop}." in wrong.content.decode()
    assert "Dear {nmae}" in wrong.content.decode()

    assert as_rhea.post("/review/replies", {**data, "text": "Dear {name}"}).status_code == 302
    twice = as_rhea.post("/review/replies", {**data, "text": "Hello"})
    assert "There is a reply for this act, reason and language already" in twice.content.decode()
    row = ReplyTemplate.objects.get()
    as_rhea.post(f"/review/replies/{row.pk}", {**data, "text": "Hello {name}"})
    assert ReplyTemplate.objects.get().text == "Hello {name}"


# --- The queue


def shown(client: Client, **filters: str) -> list[str]:
    rows = client.get("/review", filters).context["rows"]
    return [row.application.display_name for row in rows]


def test_filters_narrow_the_queue_together(as_rhea: Client, rhea: User, omar: User) -> None:
    now = timezone.now()
    old = scored(display_name="Old Tech", topics=["tech"], country="FR", submitted_at=now - timedelta(days=6, hours=1))
    risky = scored(followers=30_000, likes=9_000, display_name="Risky Home", submitted_at=now - timedelta(hours=3))
    handle = with_handle(UserFactory(name="Zed"), "zed.makes")
    tube = ApplicationFactory(user=handle, account=False, display_name="Tube Kitchen", topics=["home", "kitchen"])
    SocialAccountFactory(application=tube, platform="youtube", handle="zeds_kitchen")
    holding.hold(application_pk=tube.pk, reviewer=omar)

    everybody = ["Old Tech", "Risky Home", "Tube Kitchen"]
    assert shown(as_rhea) == everybody
    assert shown(as_rhea, order="newest") == everybody[::-1]
    assert shown(as_rhea, topic="kitchen") == ["Tube Kitchen"]
    assert shown(as_rhea, country="FR") == ["Old Tech"]
    assert shown(as_rhea, platform="youtube") == ["Tube Kitchen"]
    assert shown(as_rhea, risky="on") == ["Risky Home"]
    assert shown(as_rhea, overdue="on") == ["Old Tech"]
    assert shown(as_rhea, hold="held") == ["Tube Kitchen"]
    assert shown(as_rhea, hold="mine") == []
    assert shown(as_rhea, hold="free") == ["Old Tech", "Risky Home"]
    assert shown(as_rhea, q="zeds_KITCH") == ["Tube Kitchen"]
    assert shown(as_rhea, q="@zed.m") == ["Tube Kitchen"]
    assert shown(as_rhea, q="old t") == ["Old Tech"]
    assert shown(as_rhea, q="100%_", topic="tech") == []
    assert shown(as_rhea, topic="home", country="JP", risky="on") == ["Risky Home"]
    page = as_rhea.get("/review").content.decode()
    assert "overdue by 1 day<" in page
    assert "1 overdue" in page
    assert "Omar Rahman has it open" in page
    reviewing.decline(application_pk=old.pk, reviewer=rhea, reason="other")
    reviewing.approve(application_pk=risky.pk, reviewer=rhea)
    assert shown(as_rhea, view="decided") == ["Old Tech"]
    assert shown(as_rhea, view="second") == ["Risky Home"]


@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_pages_follow_a_mark_and_lose_and_repeat_nobody(as_rhea: Client, order: str) -> None:
    moment = timezone.now()
    # Many sent in the same instant: the number decides among them.
    made = [ApplicationFactory(account=False, submitted_at=moment - timedelta(minutes=n // 10)).pk for n in range(45)]
    seen, address = [], f"/review?order={order}"
    for _ in range(3):
        answer = as_rhea.get(address)
        seen += [row.application.pk for row in answer.context["rows"]]
        address = answer.context["page"].next_url

    assert address == ""
    assert sorted(seen) == sorted(made)
    oldest_first = list(Application.objects.order_by("submitted_at", "pk").values_list("pk", flat=True))
    assert seen == (oldest_first if order == "oldest" else oldest_first[::-1])
    for mark in ("x", "1", "1-", "9" * 30, "-1-1", "1-1 "):
        assert as_rhea.get("/review", {"after": mark}).status_code == 404


def test_a_search_that_is_too_long_is_named_and_the_rest_holds(as_rhea: Client, sent: Application) -> None:
    answer = as_rhea.get("/review", {"q": "x" * 81, "topic": "home"})

    assert answer.status_code == 422
    assert "Search for 80 signs or fewer." in answer.content.decode()
    assert [row.application for row in answer.context["rows"]] == [sent]


def test_the_next_case_is_of_the_same_filter_and_open_with_nobody(as_rhea: Client, rhea: User, omar: User) -> None:
    first, other, held, last = (
        scored(display_name=name, country=country)
        for name, country in (("First", "FR"), ("Elsewhere", "JP"), ("Held", "FR"), ("Last", "FR"))
    )
    holding.hold(application_pk=held.pk, reviewer=omar)

    answer = as_rhea.post(f"/review/applications/{first.pk}/decline?country=FR", {"reason": "other"})

    assert answer.url == f"/review/applications/{last.pk}?country=FR#case"
    page = as_rhea.get(answer.url).content.decode()
    assert "First is declined. 3 left." in page
    assert f'action="/review/applications/{first.pk}/undo?country=FR"' in page
    done = as_rhea.post(f"/review/applications/{last.pk}/decline?country=FR", {"reason": "other"})
    assert done.url == "/review?country=FR"
    assert other.pk


# --- The log


def test_the_database_itself_refuses_to_change_or_remove_a_line_of_the_log(sent: Application, rhea: User) -> None:
    reviewing.add_note(application_pk=sent.pk, reviewer=rhea, text="First words.")
    event = ApplicationEvent.objects.get()
    for statement in (
        "UPDATE influencers_applicationevent SET note = 'x'",
        "DELETE FROM influencers_applicationevent",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(AppendOnlyError):
        event.save()
    with pytest.raises(AppendOnlyError):
        ApplicationEvent.objects.all().delete()

    assert ApplicationEvent.objects.get().note == "First words."


def test_the_log_says_who_did_what_when_and_why(as_rhea: Client, sent: Application, rhea: User, omar: User) -> None:
    reviewing.decline(application_pk=sent.pk, reviewer=rhea, reason="engagement_unusual", note="Too many likes.")
    reviewing.undo(application_pk=sent.pk, reviewer=rhea)
    other = scored(display_name="Mia Rossi")
    reviewing.ask(application_pk=other.pk, reviewer=omar, question="Why?")

    def lines(**filters: str) -> list[tuple[str, str, str, str, str]]:
        answer = as_rhea.get("/review/log", filters)
        return [
            (line.event.kind, line.event.actor.name, line.before, line.after, line.reason)
            for line in answer.context["lines"]
        ]

    reason = "The engagement could not be explained"
    declined = ("decided", "Rhea Patel", "In review", "Not yet", reason)
    undone = ("undone", "Rhea Patel", "Not yet", "In review", reason)
    asked = ("decided", "Omar Rahman", "In review", "One thing to fix", "")
    assert lines() == [asked, undone, declined]
    assert lines(kind="undone") == [undone]
    assert lines(actor="omar") == [asked]
    assert lines(about="otto") == [undone, declined]
    today = timezone.localdate()
    assert len(lines(since=today.isoformat(), until=today.isoformat())) == 3
    assert lines(since=(today + timedelta(days=1)).isoformat()) == []
    assert as_rhea.get("/review/log?since=soon").status_code == 422
    assert as_rhea.get("/review/log?after=x").status_code == 404


def test_the_log_pages_by_a_mark(as_rhea: Client, sent: Application, rhea: User) -> None:
    for n in range(60):
        reviewing.add_note(application_pk=sent.pk, reviewer=rhea, text=f"Note {n}")
    first = as_rhea.get("/review/log")
    second = as_rhea.get(first.context["page"].next_url)

    notes = [line.event.note for page in (first, second) for line in page.context["lines"]]
    assert notes == [f"Note {n}" for n in range(59, -1, -1)]


def test_an_application_sent_twice_is_one(otto: User, as_otto: Client) -> None:
    draft = ApplicationFactory(user=otto, state="draft", submitted_at=None)
    for _ in range(2):
        as_otto.post("/apply?step=send", {"consent": "on"})

    assert list(otto.applications.values_list("pk", "state")) == [(draft.pk, "submitted")]
    assert kinds(draft) == ["submitted"]
    assert Notice.objects.filter(recipient=otto).count() == 1
