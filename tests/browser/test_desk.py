"""A reviewer works at the desk in a real browser: by keyboard alone, on a phone, and without JavaScript."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from influencers.models import Application, ReplyTemplate
from influencers.services import holding, weighing
from tests.browser.conftest import violations
from tests.factories.accounts import UserFactory
from tests.factories.influencers import ApplicationFactory


@pytest.fixture
def three(db: None) -> list[Application]:
    # Tests with real transactions empty the tables, kept replies too.
    ReplyTemplate.objects.all().delete()
    ReplyTemplate.objects.create(act="decline", reason="other", language="en", text="Not this time, {name}.")
    made = [ApplicationFactory(display_name=name) for name in ("Ann First", "Ben Second", "Cem Third")]
    for application in made:
        weighing.store_score(application, today=timezone.localdate())
    return made


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.textContent.trim().replace(/\\s+/g, ' ')")


def test_three_cases_by_keyboard_alone(visit: object, three: list[Application], rhea: User) -> None:
    window = visit(1280, rhea)
    page = window.page
    page.goto("/review")
    page.locator("a.queue-row").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Open with you for 15 minutes")).to_be_visible()
    assert focused(page) == "Ann First"
    assert Application.objects.get(pk=three[0].pk).held_by == rhea

    # Approve: the key opens, Enter confirms.
    page.keyboard.press("a")
    assert focused(page) == "Approve this application"
    assert Application.objects.get(pk=three[0].pk).verdict == ""
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Ben Second")
    assert focused(page) == "Ben Second"
    expect(page.locator("#say")).to_have_text("Ann First is approved. 2 left. Ben Second")
    assert Application.objects.get(pk=three[0].pk).verdict == "approved"

    # Undo: the key goes to the button, Enter takes it back.
    page.keyboard.press("u")
    assert focused(page) == "Undo U"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert focused(page) == "Ann First"
    assert Application.objects.get(pk=three[0].pk).verdict == ""

    # Evidence, without leaving the case.
    page.keyboard.press("e")
    assert focused(page) == f"Evidence {three[0].accounts.get()} E"

    # Next and previous, and a note.
    with page.expect_navigation():
        page.keyboard.press("j")
    assert focused(page) == "Ben Second"
    with page.expect_navigation():
        page.keyboard.press("k")
    assert focused(page) == "Ann First"
    page.keyboard.press("n")
    page.keyboard.type("A and D are letters here")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("A and D are letters here")).to_be_visible()

    # Decline with the reply that is kept for the reason.
    page.keyboard.press("d")
    page.keyboard.press("End")
    expect(page.locator("#decline_note")).to_have_value("Not this time, Ann First.")
    expect(page.get_by_role("heading", name="What Ann First will read")).to_be_visible()
    decline = page.get_by_role("button", name="Decline this application")
    for _ in range(6):
        if decline.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    row = Application.objects.get(pk=three[0].pk)
    assert (row.verdict, row.reason, row.note) == ("declined", "other", "Not this time, Ann First.")

    # Ask the next one for more.
    expect(page.locator("h1")).to_have_text("Ben Second")
    page.keyboard.press("m")
    page.keyboard.press("Tab")
    ask = page.get_by_role("button", name="Send the question")
    for _ in range(6):
        if page.locator("#ask_question").evaluate("field => field === document.activeElement"):
            page.keyboard.type("Which of the two is yours?")
        if ask.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    row = Application.objects.get(pk=three[1].pk)
    assert (row.verdict, row.note) == ("needs_more", "Which of the two is yours?")
    assert window.complaints == []


def test_keys_rest_outside_the_case_and_when_switched_off(visit: object, three: list[Application], rhea: User) -> None:
    page = visit(1280, rhea).page
    page.goto(f"/review/applications/{three[0].pk}")
    page.locator("aside a").first.focus()
    page.keyboard.press("a")
    expect(page.locator("details[data-key=a]")).not_to_have_attribute("open", "")

    page.locator("h1").focus()
    page.keyboard.press("?")
    page.get_by_label("Use these keys").uncheck()
    page.locator("h1").focus()
    page.keyboard.press("a")
    expect(page.locator("details[data-key=a]")).not_to_have_attribute("open", "")
    page.reload()
    page.locator("h1").focus()
    page.keyboard.press("a")
    expect(page.locator("details[data-key=a]")).not_to_have_attribute("open", "")


def test_a_case_is_given_back_when_its_page_is_left(visit: object, three: list[Application], rhea: User) -> None:
    page = visit(1280, rhea).page
    page.goto(f"/review/applications/{three[0].pk}")
    expect(page.get_by_text("Open with you for 15 minutes")).to_be_visible()
    page.goto("/review")

    # The message is sent by a page that is gone: it arrives when it arrives.
    for _ in range(20):
        page.goto("/review/log")
        if page.locator(".log").get_by_text("Case given back").count():
            break
        page.wait_for_timeout(250)
    expect(page.locator(".log").get_by_text("Case given back")).to_be_visible()
    assert Application.objects.get(pk=three[0].pk).held_by is None


def test_a_second_reviewer_reads_and_is_told_who_decides(visit: object, three: list[Application], rhea: User) -> None:
    holding.hold(application_pk=three[0].pk, reviewer=UserFactory(name="Omar Rahman"))
    window = visit(1280, rhea)
    window.page.goto(f"/review/applications/{three[0].pk}")

    expect(window.page.get_by_text("Omar Rahman has this case open").first).to_be_visible()
    expect(window.page.locator("details[name=decision]")).to_have_count(0)
    assert violations(window.page) == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_case_is_decided_on_a_phone(visit: object, three: list[Application], rhea: User, scripts: bool) -> None:
    page = visit(390, rhea, java_script_enabled=scripts).page
    page.goto("/review")
    page.locator("a.queue-row").first.click()
    if not scripts:
        page.get_by_role("button", name="Open it for 15 minutes").click()
    expect(page.get_by_text("Open with you for 15 minutes")).to_be_visible()
    page.locator("details[data-key=d] summary").click()
    page.get_by_label("Reason").last.select_option("other")
    page.locator("#fill-decline").click()
    expect(page.locator("#decline_note")).to_have_value("Not this time, Ann First.")
    expect(page.get_by_role("heading", name="What Ann First will read")).to_be_visible()
    page.get_by_role("button", name="Decline this application").click()
    page.wait_for_load_state()

    expect(page.locator("h1")).to_have_text("Ben Second")
    assert Application.objects.get(pk=three[0].pk).verdict == "declined"
    page.get_by_role("button", name="Undo").click()
    page.wait_for_load_state()
    assert Application.objects.get(pk=three[0].pk).verdict == ""


def test_several_are_ticked_and_declined_at_once(visit: object, three: list[Application], rhea: User) -> None:
    Application.objects.filter(pk__in=[three[0].pk, three[1].pk]).update(score={"verdict": "not_yet"})
    page = visit(1280, rhea).page
    page.goto("/review")
    for name in ("Ann First", "Ben Second", "Cem Third"):
        page.get_by_label(f"Tick {name}").check()
    page.get_by_text("Decide those that are ticked").click()
    page.get_by_label("Reason").select_option("other")
    page.get_by_role("button", name="Decline them").click()

    expect(page.get_by_text("2 cases decided.")).to_be_visible()
    expect(page.get_by_text("Cem Third: The score does not say not yet: read this one by itself.")).to_be_visible()
    assert list(Application.objects.exclude(verdict="").order_by("pk")) == three[:2]
