"""From a decline to an open shop, in a real browser: the plan, the numbers that grow, the invitation, one press, the approval."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test.utils import override_settings
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from influencers import tasks
from influencers.models import Application, Connection, ReplyTemplate
from influencers.services import judging, reviewing, weighing
from notifications.models import Mail
from notifications.services import message_of
from storefront.models import Collection
from tests.browser.conftest import violations
from tests.factories.catalog import ProductFactory
from tests.factories.influencers import ApplicationFactory, ConnectionFactory, SocialAccountFactory
from tests.factories.storefront import PickFactory
from tests.influencers.conftest import KEYS
from tests.platform_server import World, networks


def posts(likes: int) -> list[dict[str, object]]:
    """Twelve posts of the last weeks, all alike."""
    now = timezone.now().replace(microsecond=0)
    days = [(now - timedelta(days=4 * n + 1)).isoformat().replace("+00:00", "Z") for n in range(12)]
    return [{"at": day, "likes": likes, "comments": 4, "views": 9_000} for day in days]


def fetch(otto: User) -> None:
    """The night comes: figures are fetched, and who crossed the line is invited."""
    otto.connections.update(due_at=timezone.now())
    for pk in otto.connections.values_list("pk", flat=True):
        tasks.measure(pk)
    tasks.invite_back()


def settle() -> None:
    """The minutes of undo are over."""
    reviewing.settle_decisions(timezone.now() + timedelta(minutes=10))


@pytest.fixture
def sent(otto: User) -> Application:
    """Otto's application with an account that is proved by a code in its profile."""
    ReplyTemplate.objects.all().delete()
    connection = ConnectionFactory(user=otto, handle="otto.makes")
    application = ApplicationFactory(user=otto, display_name="Otto Stern", account=False)
    SocialAccountFactory(application=application, handle="otto.makes", connection=connection, followers=31_204)
    weighing.store_score(application, today=timezone.localdate())
    judging.keep_risk(application)
    return application


def test_a_decline_leads_to_an_open_shop(
    visit: object, sent: Application, otto: User, rhea: User, settings: LazySettings
) -> None:
    with networks() as world, override_settings(PLATFORM_URLS=world.urls(), PLATFORMS=KEYS, PLATFORM_SECONDS=5.0):
        travel(visit, world, sent, otto, rhea)


def travel(visit: object, world: World, sent: Application, otto: User, rhea: User) -> None:
    world.posts = posts(likes=40)
    fetch(otto)
    desk, phone = visit(1280, rhea), visit(390, otto)

    # The reviewer declines, by keys alone.
    page = desk.page
    page.goto("/review")
    page.locator("a.queue-row").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Open with you for 15 minutes")).to_be_visible()
    page.keyboard.press("d")
    page.keyboard.type("Reach")
    expect(page.get_by_role("heading", name="What Otto Stern will read")).to_be_visible()
    page.get_by_role("button", name="Decline this application").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    settle()

    # She reads what would carry her over the line.
    page = phone.page
    page.goto("/apply/status")
    expect(page.locator("h1")).to_have_text("Not yet")
    step = Application.objects.get(pk=sent.pk).score["plan"]["singles"][0]
    assert (step["number"], step["before"]) == ("likes", 40)
    more = f"{step['after'] - 40} more likes on a typical post"
    expect(page.get_by_role("region", name="What would carry you over the line")).to_contain_text(more)
    expect(page.get_by_role("button", name="Send it again")).to_have_count(0)
    assert violations(page) == []

    # One like less is not enough; that many are.
    world.posts = posts(likes=step["after"] - 1)
    fetch(otto)
    assert not Mail.objects.filter(kind="application_invited").exists()
    world.posts = posts(likes=step["after"])
    fetch(otto)

    # The notice and the mail lead to the same page, where nothing is filled in again.
    page.goto("/notifications")
    page.locator("article", has_text="You are invited back").get_by_role("link", name="Open").click()
    expect(page.get_by_text("You are invited back: your numbers have crossed the line.")).to_be_visible()
    mail = message_of(Mail.objects.get(kind="application_invited"))
    assert "/apply/status" in mail.body
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator("h1")).to_have_text("In review")
    again = Application.objects.get(user=otto, state=Application.State.SUBMITTED)
    assert (again.pitch, again.previous, again.score["verdict"]) == (sent.pitch, sent, "likely")

    # The reviewer sees that she came back, what moved since, and approves.
    page = desk.page
    page.goto("/review?reapplied=on")
    page.locator("a.queue-row").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Open with you for 15 minutes")).to_be_visible()
    expect(page.get_by_text("Since last time")).to_be_visible()
    page.keyboard.press("a")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    settle()

    # Her shop opens.
    page = phone.page
    page.goto("/apply/status")
    expect(page.locator("h1")).to_have_text("Your shop is open.")
    page.get_by_role("link", name="Set up your shop").click()
    page.get_by_role("button", name="Start my shop").click()
    page.get_by_role("link", name="Choose a handle").click()
    page.locator("#id_handle").fill("otto.makes")
    page.locator("main").get_by_role("button", name="Save").click()
    page.locator("#id_title").fill("Lamps")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("main h1")).to_contain_text("Lamps")
    for n in range(5):
        PickFactory(collection=Collection.objects.get(), product=ProductFactory(name=f"Lamp {n}"), position=n)
    page.goto("/studio/shop")
    page.get_by_role("button", name="Publish").click()
    stranger = visit(390).page
    stranger.goto("/@otto.makes")
    expect(stranger.get_by_text("Lamp 0").first).to_be_visible()
    assert Connection.objects.get().proof == "code"
    assert desk.complaints == phone.complaints == []
