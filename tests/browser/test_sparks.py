"""Sparks on a phone: topics, a post with tags by touch and by keys, a poll, a purchase that credits the author."""

import copy
import io
import os
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer
from redis import Redis
from redis.exceptions import RedisError

from accounts.models import User
from catalog.services import index_products
from commissions.models import Entry
from commissions.queries import balances
from config.management.stream_bench import StreamServer
from orders.models import CartLine
from sparks import live
from sparks.models import Appeal, Helpful, KeptSpark, Like, PollVote, ProductTag, Spark
from sparks.services.acts import comment, report
from sparks.services.moderating import hide
from sparks.services.polls import set_poll
from sparks.services.posting import post_spark
from tests.browser.test_buying import check_out
from tests.cast import Mei
from tests.factories.accounts import UserFactory, befriend
from tests.factories.catalog import ProductFactory, VariantFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.sparks import PhotoFactory, ProductTagFactory, SparkFactory, TopicFactory

REDIS = os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0"


def garden() -> dict[str, object]:
    out = io.BytesIO()
    Image.new("RGB", (720, 900), "teal").save(out, "JPEG")
    return {"name": "garden.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture
def shelf(mei: Mei) -> Spark:
    """A Spark of Mei's that tags two products."""
    spark = SparkFactory(author=mei.user, code="shelf", topic=TopicFactory(slug="home"), words="A shelf")
    photo = PhotoFactory(spark=spark)
    ProductTagFactory(photo=photo, x=3000, y=4000, product=ProductFactory(name="Moka pot"))
    ProductTagFactory(photo=photo, x=7000, y=6000, product=ProductFactory(name="Teal mug"))
    return spark


@pytest.fixture
def stream(live_server: LiveServer, settings: Settings) -> Iterator[StreamServer]:
    """The stream beside the pages of this test."""
    try:
        Redis.from_url(REDIS, socket_connect_timeout=1).ping()
    except RedisError:
        pytest.skip(f"no Redis at {REDIS}: start one or name it (REDIS_URL=… make test)")
    running = StreamServer(site_url=live_server.url, redis_url=REDIS)
    settings.SITE_URL, settings.STREAM_URL, settings.REDIS_URL = live_server.url, f"{running.address}/stream", REDIS
    policy = copy.deepcopy(settings.CONTENT_SECURITY_POLICY)
    policy["DIRECTIVES"]["connect-src"].append(running.address)
    settings.CONTENT_SECURITY_POLICY = policy
    live._redis.cache_clear()
    try:
        running.wait()
        yield running
    finally:
        running.stop()


def find_and_tag(page: Page, name: str) -> None:
    page.locator("#tagging [name=q]").fill(name)
    page.locator("#tagging [name=q]").press("Enter")
    page.get_by_role("button", name=re.compile(f"^Tag ?: {name}$")).click()


def test_a_post_with_tags_by_touch_and_by_keys(visit: object, mei: Mei) -> None:
    topic = TopicFactory(slug="home", name="Home")
    for name in ("Moka pot", "Teal mug"):
        index_products([ProductFactory(name=name)])
    window = visit(390, mei.user, has_touch=True, is_mobile=True)
    page = window.page
    page.goto("/sparks/new")
    page.locator("[name=photos]").set_input_files([garden()])
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/tags")
    box = page.locator("[data-canvas]").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.4)
    find_and_tag(page, "Moka pot")
    expect(page.locator("[data-place]")).to_have_count(1)
    tag = ProductTag.objects.get()
    assert (abs(tag.x - 3000) < 60, abs(tag.y - 4000) < 60) == (True, True)

    find_and_tag(page, "Teal mug")
    expect(page.locator("[data-place]").nth(1)).to_have_text("50% across, 50% down")
    pin = page.locator("[data-canvas] [data-pin]").nth(1)
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowDown"):
        pin.press(key)
    expect(page.locator("[data-place]").nth(1)).to_have_text("52% across, 55% down")
    expect(page.locator("[data-canvas] [data-pin]").nth(1)).to_be_focused()
    expect(page.locator("#say")).to_have_text("Teal mug at 52% across, 55% down")

    page.get_by_role("link", name="Next").click()
    page.locator("[name=topic]").select_option(str(topic.pk))
    page.get_by_role("button", name="Post", exact=True).click()
    page.wait_for_url(re.compile(r"/s/[a-z0-9]{10}$"))
    assert Spark.objects.get().state == "posted"
    assert window.complaints == []


def test_a_post_without_javascript(visit: object, lina: User) -> None:
    topic = TopicFactory(slug="home", name="Home")
    page = visit(390, lina, java_script_enabled=False).page
    page.goto("/sparks/new")
    page.get_by_label("Story").check()
    page.get_by_role("button", name="Next").click()
    page.locator("[name=words]").fill("Once upon a shelf")
    page.locator("[name=topic]").select_option(str(topic.pk))
    page.get_by_role("button", name="Post", exact=True).click()

    assert Spark.objects.get().words == "Once upon a shelf"


def test_topics_then_a_full_page_then_the_door_and_back(visit: object, shelf: Spark) -> None:
    for slug in ("kitchen", "style"):
        TopicFactory(slug=slug)
    page = visit(390, has_touch=True, is_mobile=True).page
    page.goto("/welcome/topics")
    page.locator("[name=topic][value=home]").tap()
    expect(page.locator("[data-picked]")).to_have_text("Pick 2 more")
    for slug in ("kitchen", "style"):
        page.locator(f"[name=topic][value={slug}]").tap()
    expect(page.locator("[data-picked]")).to_have_text("3 picked")
    page.get_by_role("button", name="Continue").tap()
    expect(page.locator(".spark")).to_have_count(1)
    page.locator("[data-like]").click()
    page.wait_for_url("**/account/login/?next=%2Fsparks")


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_buying_from_a_tag_credits_the_author(visit: object, shelf: Spark, mei: Mei, lina: User, scripts: bool) -> None:
    page = visit(390, lina, java_script_enabled=scripts).page
    page.goto("/sparks")
    page.get_by_role("button", name="Add to cart: Moka pot").click()
    if scripts:
        expect(page.get_by_role("link", name="In your cart. View cart")).to_be_visible()
        assert page.url.endswith("/sparks")
    else:
        page.wait_for_url("**/cart")
    line = CartLine.objects.get()

    assert (line.influencer, line.source) == (mei.influencer, f"spark:{shelf.pk}")


def test_from_a_tapped_tag_to_the_authors_commission(visit: object, shelf: Spark, mei: Mei) -> None:
    mug = shelf.photos.get().tags.get(product__name="Teal mug").product
    VariantFactory(product=mug, options={"Colour": "Moss"})
    window = visit(390, has_touch=True, is_mobile=True)
    page = window.page
    page.goto("/sparks")
    page.get_by_role("button", name="2 products").tap()
    page.locator("[data-pin]").nth(1).locator(".pin-tap").tap()
    expect(page.locator("[data-label]:visible")).to_contain_text("Teal mug")
    page.get_by_role("button", name="Add to cart: Teal mug").tap()
    page.get_by_label("Choose: Teal mug").select_option("Moss")
    page.get_by_role("button", name="Add", exact=True).tap()
    expect(page.get_by_role("link", name="In your cart. View cart")).to_be_visible()
    assert page.url.endswith("/sparks")
    page.goto("/cart")
    expect(page.get_by_text("Supporting Mei Tanaka")).to_be_visible()
    page.get_by_role("link", name="Check out").tap()
    check_out(page)

    expect(page.get_by_text("Thank you. Your order is paid")).to_be_visible()
    entry = Entry.objects.get()
    assert (entry.influencer, entry.amount_minor) == (mei.influencer, balances(mei.influencer)[0].pending)
    # The picture of the factory is no file; nothing else is amiss.
    assert [text for text in window.complaints if "404" not in text] == []
    author = visit(390, mei.user).page
    author.goto("/studio/earnings")
    expect(author.locator("main")).to_contain_text("Teal mug")


def test_two_pages_come_by_themselves_and_the_third_when_asked(visit: object, db: None) -> None:
    topic = TopicFactory(slug="home")
    made = [SparkFactory(topic=topic, words=str(n), posted_at=timezone.now() - timedelta(hours=n)) for n in range(26)]
    page = visit(390).page
    page.goto("/sparks")
    for count in (8, 16, 24):
        expect(page.locator(".spark")).to_have_count(count)
        page.locator("#more").scroll_into_view_if_needed()
    more = page.get_by_role("link", name="Load more")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".spark")).to_have_count(26)
    expect(page.locator(f"#s-{made[24].code} a").first).to_be_focused()


def test_long_labels_break_before_the_page_grows_wider_than_a_phone(visit: object, shelf: Spark, lina: User) -> None:
    for tag in shelf.photos.get().tags.all():
        type(tag.product).objects.filter(pk=tag.product_id).update(
            name="Speckled bottle vase from the hills of Setouchi"
        )
        OrderLineFactory(order=OrderFactory(user=lina, state="paid"), product=tag.product, delivered_at=timezone.now())
    remark = comment(spark=shelf, author=lina, words="Mine.")
    report(spark=shelf, comment_row=remark, reporter=UserFactory(), reason="private")
    staff = UserFactory(is_staff=True)
    for path in ("/s/shelf", "/sparks", "/sparks/reports"):
        page = visit(320, staff).page
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path


def test_a_pin_opens_its_label_and_without_javascript_leads_to_the_product(visit: object, shelf: Spark) -> None:
    window = visit(1280)
    window.page.goto("/s/shelf")
    expect(window.page.locator("[data-label]:visible")).to_have_count(0)
    window.page.locator("[data-pin] .pin-tap").first.click()
    expect(window.page.locator("[data-label]:visible")).to_contain_text("Moka pot")
    window.page.keyboard.press("Escape")
    expect(window.page.locator("[data-label]:visible")).to_have_count(0)
    plain = visit(1280, java_script_enabled=False).page
    plain.goto("/s/shelf")
    plain.locator("[data-pin] .pin-tap").first.click()
    tag = shelf.photos.get().tags.order_by("position", "pk")[0]
    plain.wait_for_url(f"**/p/*?via=slowhome&from=spark%3A{shelf.pk}/tag:{tag.pk}")


def test_a_like_answers_at_once_and_comes_back_when_it_fails(visit: object, shelf: Spark, lina: User) -> None:
    page = visit(390, lina).page
    page.goto("/sparks")
    heart = page.locator("[data-like]")
    page.route("**/like", lambda route: route.abort())
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "false")
    expect(heart).to_contain_text("0")
    page.unroute("**/like")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#like-shelf [name=on]")).to_have_value("0")

    assert Like.objects.get().user == lina

    mark = page.get_by_role("button", name="Save the Spark with its products")
    page.route("**/keep", lambda route: None)
    mark.click()
    # Nobody has answered yet.
    expect(mark).to_have_attribute("aria-pressed", "true")
    assert KeptSpark.objects.count() == 0


def test_a_poll_from_the_vote_to_the_outcome(visit: object, shelf: Spark, mei: Mei, lina: User) -> None:
    poll = set_poll(spark=shelf, question="Which one stays?", options=[("Moka pot", None), ("Mug", None)], days=3)
    page = visit(390, lina).page
    page.goto("/s/shelf")
    page.get_by_label("Moka pot", exact=True).check()
    page.get_by_role("button", name="Vote").click()
    expect(page.locator(".poll-result .is-mine")).to_contain_text("100%")
    assert PollVote.objects.get().option.words == "Moka pot"
    type(poll).objects.update(closes_at=timezone.now() - timedelta(seconds=1))
    asker = visit(390, mei.user).page
    asker.goto("/s/shelf")
    asker.get_by_label("Moka pot", exact=True).check()
    asker.get_by_role("button", name="Tell everyone").click()
    page.reload()

    expect(page.locator(".spark-poll")).to_contain_text("What came of it: Moka pot")


def test_what_arrives_waits_above_and_moves_nothing(visit: object, shelf: Spark, lina: User) -> None:
    page = visit(390, lina).page
    page.clock.install()
    page.goto("/sparks")
    SparkFactory(topic=shelf.topic, words="Later")
    page.clock.fast_forward(31_000)
    expect(page.locator("#arrivals")).to_contain_text("1 new Spark")
    expect(page.locator(".spark")).to_have_count(1)
    page.get_by_role("link", name="1 new Spark").click()

    expect(page.locator(".spark")).to_have_count(2)


def test_news_is_heard_at_once_and_asked_for_when_the_stream_is_away(
    visit: object, stream: StreamServer, shelf: Spark, mei: Mei, lina: User
) -> None:
    window = visit(390, lina)
    page = window.page
    page.clock.install()
    with page.expect_response(lambda answer: answer.url.startswith(f"{stream.address}/stream?me=")):
        page.goto("/sparks")
    page.evaluate("scrollTo(0, 200)")
    before = page.locator("#s-shelf").bounding_box()
    draft = SparkFactory(author=mei.user, topic=shelf.topic, state="draft", posted_at=None)
    post_spark(spark=draft)
    # At most two seconds at random, and no half minute.
    expect(page.locator("#arrivals")).to_contain_text("1 new Spark", timeout=8_000)
    assert (page.locator("#s-shelf").bounding_box(), page.locator(".spark").count()) == (before, 1)
    # A page asks every ten seconds at most.
    page.clock.fast_forward(10_000)
    befriend(mei.user, lina)
    post_spark(
        spark=SparkFactory(author=mei.user, topic=shelf.topic, audience="friends", state="draft", posted_at=None)
    )
    expect(page.locator("#arrivals")).to_contain_text("2 new Sparks", timeout=8_000)
    # The picture of the factory is no file; nothing else is amiss.
    assert [text for text in window.complaints if "404" not in text] == []

    stream.stop()
    SparkFactory(topic=shelf.topic)
    page.clock.fast_forward(31_000)
    expect(page.locator("#arrivals")).to_contain_text("3 new Sparks")


def finger(page: Page, start: tuple[float, float], end: tuple[float, float], hold: int = 0) -> None:
    """A finger goes down, stays for so many milliseconds, moves and is lifted."""
    session = page.context.new_cdp_session(page)
    send = "Input.dispatchTouchEvent"
    session.send(send, {"type": "touchStart", "touchPoints": [{"x": start[0], "y": start[1]}]})
    page.wait_for_timeout(hold)
    for step in range(1, 6):
        x, y = (start[axis] + (end[axis] - start[axis]) * step / 5 for axis in (0, 1))
        session.send(send, {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]})
    session.send(send, {"type": "touchEnd", "touchPoints": []})


def middle(box: dict[str, float]) -> tuple[float, float]:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.fixture
def album(lina: User) -> Spark:
    """A draft of Lina's with three photos, a, b and c."""
    spark = SparkFactory(author=lina, code="album", state="draft", posted_at=None, kind="photo")
    for place, alt in enumerate("abc"):
        PhotoFactory(spark=spark, position=place, alt=alt)
    return spark


def order(spark: Spark) -> str:
    return "".join(spark.photos.values_list("alt", flat=True))


def test_photos_change_places_by_finger_and_by_keys(visit: object, album: Spark, lina: User) -> None:
    window = visit(390, lina, has_touch=True, is_mobile=True)
    page = window.page
    page.goto("/s/album/tags")
    rows = page.locator("[data-reorder] [data-id]")
    handle = middle(rows.nth(0).locator("[data-handle]").bounding_box())
    below = rows.nth(2).bounding_box()
    with page.expect_response("**/photos/order"):
        finger(page, handle, (handle[0], below["y"] + below["height"] * 0.7), hold=400)
    assert order(album) == "bca"
    expect(page.locator("#say")).to_have_text("Moved to 3 of 3")

    last = album.photos.get(alt="a")
    page.locator(f"#up-{last.pk}").focus()
    for found in ("bac", "abc"):
        with page.expect_response("**/photo"):
            page.keyboard.press("Enter")
        # The rows on the page stand as they were kept, and the button that was pressed has the focus.
        expect(rows.nth(found.index("a"))).to_have_attribute("data-id", str(last.pk))
        # Until new rows have settled, their forms are plain ones.
        expect(page.locator(".htmx-added, .htmx-settling, .htmx-request")).to_have_count(0)
        expect(page.locator(f"#up-{last.pk}")).to_be_focused()
        assert order(album) == found


def test_photos_change_places_and_go_without_javascript(visit: object, album: Spark, lina: User) -> None:
    page = visit(390, lina, java_script_enabled=False).page
    page.goto("/s/album/tags")
    page.get_by_role("button", name="Move photo 1 back").click()
    assert order(album) == "bac"
    page.get_by_role("button", name="Remove photo 3").click()

    assert order(album) == "ba"
    page.get_by_role("button", name="Undo").click()
    assert order(album) == "bac"


def test_a_pin_is_dragged_by_finger_and_by_mouse(visit: object, album: Spark, lina: User) -> None:
    tag = ProductTagFactory(photo=album.photos.first(), product=ProductFactory(name="Moka pot"))
    for touch, wanted in ((True, (3000, 7000)), (False, (7000, 3000))):
        options = {"has_touch": True, "is_mobile": True} if touch else {}
        page = visit(390 if touch else 1280, lina, **options).page
        page.goto("/s/album/tags")
        page.locator("[data-canvas]").scroll_into_view_if_needed()
        canvas = page.locator("[data-canvas]").bounding_box()
        start = middle(page.locator("[data-canvas] [data-pin] .pin-tap").bounding_box())
        end = (canvas["x"] + canvas["width"] * wanted[0] / 10_000, canvas["y"] + canvas["height"] * wanted[1] / 10_000)
        with page.expect_response("**/tags/*"):
            if touch:
                finger(page, start, end)
            else:
                page.mouse.move(*start)
                page.mouse.down()
                page.mouse.move(*end, steps=5)
                page.mouse.up()
        tag.refresh_from_db()
        assert (abs(tag.x - wanted[0]) < 100, abs(tag.y - wanted[1]) < 100) == (True, True), (tag.x, tag.y)


def test_cases_are_decided_by_keys_and_not_while_typing(visit: object, rhea: User, otto: User) -> None:
    for code in ("one", "two", "three"):
        report(spark=SparkFactory(code=code, words=code), reporter=otto, reason="spam")
    window = visit(1280, rhea)
    page = window.page
    page.goto("/sparks/reports")
    page.locator("[data-case] select").first.focus()
    page.keyboard.press("h")
    page.keyboard.press("d")
    expect(page.locator("[data-case]")).to_have_count(3)

    page.locator("h1").click()
    for key in ("j", "j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(page.locator("[data-case]").nth(1)).to_be_focused()
    page.keyboard.press("h")
    expect(page.locator("[data-case]")).to_have_count(2)
    page.keyboard.press("d")
    expect(page.locator("[data-case]")).to_have_count(1)
    assert dict(Spark.objects.values_list("code", "state")) == {"one": "posted", "two": "hidden", "three": "posted"}

    page.get_by_label("Use these keys on this page").uncheck()
    page.locator("h1").click()
    page.keyboard.press("h")
    page.reload()
    expect(page.locator("[data-case]")).to_have_count(1)
    assert window.complaints == []


def test_thanks_and_an_appeal_without_javascript(visit: object, shelf: Spark, lina: User, rhea: User, mei: Mei) -> None:
    comment(spark=shelf, author=UserFactory(name="Noor"), words="It chips.")
    page = visit(390, lina, java_script_enabled=False).page
    page.goto("/s/shelf")
    page.get_by_role("button", name=re.compile("^Helpful ?: Noor$")).click()
    assert Helpful.objects.get().user == lina
    hide(spark=shelf, by=rhea, reason="spam")
    author = visit(390, mei.user, java_script_enabled=False).page
    author.goto("/notifications")
    author.get_by_role("link", name="Open").first.click()
    author.get_by_label("Why should it be shown?").fill("It is my shelf.")
    author.get_by_role("button", name="Appeal").click()
    expect(author.locator("main")).to_contain_text("It waits for somebody else than who hid it.")

    assert Appeal.objects.get().words == "It is my shelf."


def test_a_draft_is_kept_planned_posted_changed_removed_and_brought_back_by_keys(visit: object, lina: User) -> None:
    topic = TopicFactory(slug="home", name="Home")
    window = visit(390, lina, has_touch=True, is_mobile=True)
    page = window.page

    def press(name: str) -> None:
        page.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Enter")

    page.goto("/sparks/new")
    page.get_by_label("Story").focus()
    page.keyboard.press("Space")
    press("Next")
    page.locator("[name=words]").fill("Half a thought")
    page.locator("[name=topic]").select_option(str(topic.pk))
    press("Save draft")
    page.get_by_role("link", name="Half a thought").tap()
    at = timezone.localtime() + timedelta(days=2)
    page.locator("[name=at]").fill(at.strftime("%Y-%m-%dT%H:%M"))
    press("Post")
    page.wait_for_url("**/sparks/new")
    expect(page.locator("main")).to_contain_text("Scheduled")
    spark = Spark.objects.get()
    assert (spark.state, spark.scheduled_for.date()) == ("scheduled", at.date())

    page.get_by_role("link", name="Half a thought").tap()
    page.locator("[name=at]").fill("")
    press("Post")
    page.wait_for_url(f"**/s/{spark.code}")
    page.get_by_label("More about the Spark of Lina Moreau").tap()
    page.get_by_role("link", name="Edit").tap()
    page.locator("[name=words]").fill("A whole thought")
    press("Save")
    page.get_by_role("link", name=re.compile("Edited 1 time")).tap()
    expect(page.locator("main")).to_contain_text("Half a thought")

    page.goto(f"/s/{spark.code}")
    page.get_by_label("More about the Spark of Lina Moreau").tap()
    press("Remove")
    page.wait_for_url("**/sparks/new?removed=*")
    press("Undo")
    page.wait_for_url(f"**/s/{spark.code}")
    expect(page.locator("main")).to_contain_text("A whole thought")
    assert window.complaints == []
