"""Codes, channels and QR codes: short addresses that count and lead to stored places only."""

import re
from datetime import timedelta
from unittest import mock
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import signing
from django.core.cache import caches
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from influencers.codes import is_code, normalised
from influencers.errors import BadCode, BadDestination, TooMany
from influencers.models import Click, CreatorCode, Influencer, Link
from influencers.referral_cookie import trail
from influencers.referrals import arrival, from_stored, known_source
from influencers.services import referring
from orders.errors import BadCode as NoSuchCode
from orders.models import Cart
from orders.queries import cart_page
from orders.services.cart import set_code
from orders.services.checkout import Contact, place_order
from tests.cast import Mei
from tests.factories.catalog import ProductFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.orders import CartFactory, CartLineFactory

CONTACT = Contact("lina@example.com", "en", "Lina Moreau", "12 Rue des Lilas", "", "69003", "Lyon", "FR")
BROWSER = {"User-Agent": "Mozilla/5.0 Firefox/130.0"}


@pytest.fixture
def link(mei: Mei) -> Link:
    return referring.add_link(influencer=mei.influencer, name="Newsletter", path="")


# --- Short addresses


def test_a_channel_leads_to_her_shop_and_is_counted_by_itself(as_guest: Client, mei: Mei, link: Link) -> None:
    answer = as_guest.get(link.get_absolute_url(), headers=BROWSER)

    assert (answer.status_code, answer["Location"]) == (302, f"/@slowhome?from=channel:{link.pk}")
    assert answer["Cache-Control"] == "no-store"
    click = Click.objects.get()
    assert (click.influencer, click.source, click.product_id, click.is_late) == (
        mei.influencer, f"channel:{link.pk}", None, False,
    )  # fmt: skip


def test_the_page_behind_it_neither_counts_again_nor_takes_the_touch(as_guest: Client, link: Link) -> None:
    answer = as_guest.get(link.get_absolute_url(), headers=BROWSER)
    page = as_guest.get(answer["Location"], headers=BROWSER)

    assert Click.objects.count() == 1
    request = page.wsgi_request
    request.COOKIES["referral"] = page.cookies["referral"].value
    assert [touch.source for touch in trail(request)] == [f"channel:{link.pk}"]


def test_its_qr_code_is_another_source(as_guest: Client, mei: Mei, link: Link, as_mei: Client) -> None:
    as_guest.get(link.qr_url, headers=BROWSER)

    assert Click.objects.get().source == f"qr:{link.pk}"
    drawing = as_mei.get(f"/studio/channels/{link.pk}/qr.svg")
    assert drawing["Content-Type"] == "image/svg+xml"
    assert b"<svg" in drawing.content
    assert b"style=" not in drawing.content


def test_a_channel_may_lead_to_a_product_as_an_item_click(as_guest: Client, mei: Mei) -> None:
    product = ProductFactory()
    link = referring.add_link(influencer=mei.influencer, name="Video", path=product.get_absolute_url(), product=product)

    answer = as_guest.get(link.get_absolute_url(), headers=BROWSER)

    assert answer["Location"] == f"{product.get_absolute_url()}?via=slowhome&from=channel:{link.pk}"
    assert Click.objects.get().product_id == product.pk


@pytest.mark.parametrize(
    "query", ["?next=//evil.example", "?path=https://evil.example", "?to=javascript:alert(1)", "?from=channel:999"]
)
def test_no_request_can_name_another_destination(as_guest: Client, link: Link, query: str) -> None:
    answer = as_guest.get(link.get_absolute_url() + query, headers=BROWSER)

    assert answer["Location"] == f"/@slowhome?from=channel:{link.pk}"


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:1", "x"])
def test_nothing_else_can_be_stored(mei: Mei, path: str) -> None:
    with pytest.raises(BadDestination):
        referring.add_link(influencer=mei.influencer, name="Bad", path=path)

    assert Link.objects.count() == 0


@pytest.mark.parametrize("code", ["nothing", "NOTHING", "0"])
def test_an_unknown_address_is_not_found(as_guest: Client, link: Link, code: str) -> None:
    assert as_guest.get(f"/go/{code}").status_code == 404


def test_a_suspended_creators_channel_leads_and_counts_nothing(as_guest: Client, link: Link) -> None:
    Influencer.objects.update(state="suspended")

    answer = as_guest.get(link.get_absolute_url(), headers=BROWSER)

    assert answer.status_code == 302
    assert "referral" not in answer.cookies
    assert Click.objects.count() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Googlebot/2.1"},
        {"Sec-Purpose": "prefetch"},
        {"Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Mode": "cors"},
    ],
)
def test_robots_and_pictures_are_led_and_not_counted(as_guest: Client, link: Link, headers: dict[str, str]) -> None:
    assert as_guest.get(link.get_absolute_url(), headers=BROWSER | headers).status_code == 302
    assert as_guest.head(link.get_absolute_url(), headers=BROWSER).status_code == 302
    assert Click.objects.count() == 0


def test_a_click_asks_three_times_at_most_and_no_address_is_stored(as_guest: Client, link: Link) -> None:
    with CaptureQueriesContext(connection) as queries:
        as_guest.get(link.get_absolute_url(), headers=BROWSER)

    written = [query["sql"] for query in queries if "INSERT" in query["sql"]]
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= 3
    assert len(written) == 1
    assert "127.0.0.1" not in written[0]
    assert "Firefox" not in written[0]


def test_no_click_is_lost_when_cache_and_broker_are_away(as_guest: Client, link: Link) -> None:
    away = mock.Mock(side_effect=ConnectionError("away"))
    cache = type(caches["default"])
    with (
        mock.patch.object(cache, "get", away),
        mock.patch.object(cache, "set", away),
        mock.patch("celery.app.task.Task.apply_async", away),
    ):
        answer = as_guest.get(link.get_absolute_url(), headers=BROWSER)

    assert answer.status_code == 302
    assert Click.objects.count() == 1
    assert away.call_count == 0


# --- The studio's page


def test_a_creator_makes_a_channel_and_sees_what_it_brought(as_mei: Client, mei: Mei, as_guest: Client) -> None:
    page = as_mei.post("/studio/channels/add", {"name": " May  flyer ", "address": ""}, follow=True)
    link = Link.objects.get()
    as_guest.get(link.get_absolute_url(), headers=BROWSER)

    assert page.status_code == 200
    assert link.name == "May flyer"
    shown = as_mei.get("/studio/channels").content.decode()
    assert link.get_absolute_url() in shown
    assert "1 click" in shown


@pytest.mark.parametrize(
    "address", ["{product}", "http://localhost:8000{product}", "/@slowhome", "/@slowhome/collections/desk"]
)
def test_pages_of_the_shop_are_taken(as_mei: Client, mei: Mei, address: str, settings: object) -> None:
    settings.SITE_URL = "http://localhost:8000"  # type: ignore[attr-defined]
    address = address.format(product=ProductFactory().get_absolute_url())

    assert as_mei.post("/studio/channels/add", {"name": "A", "address": address}).status_code == 302
    assert Link.objects.get().path in {"", urlsplit(address).path}


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/@kai.builds", "/cart", "/admin/", "/p/no-such-thing", "javascript:alert(1)", "\\\\evil", "/nowhere"],
)  # fmt: skip
def test_other_places_are_refused_in_words_and_what_was_typed_stays(as_mei: Client, mei: Mei, address: str) -> None:
    answer = as_mei.post("/studio/channels/add", {"name": "A", "address": address})

    assert answer.status_code == 422
    assert 'value="A"' in answer.content.decode()
    assert Link.objects.count() == 0


def test_two_channels_of_one_name_are_refused(mei: Mei, link: Link) -> None:
    with pytest.raises(BadDestination, match="already"):
        referring.add_link(influencer=mei.influencer, name="Newsletter", path="")


def test_a_channel_is_put_away_and_taken_back_and_leads_all_the_time(
    as_mei: Client, as_guest: Client, link: Link
) -> None:
    as_mei.post(f"/studio/channels/{link.pk}/put-away", {"away": "1"})
    assert Link.objects.get().archived_at is not None
    assert as_guest.get(link.get_absolute_url()).status_code == 302
    as_mei.post(f"/studio/channels/{link.pk}/put-away", {"away": "0"})

    assert Link.objects.get().archived_at is None


def test_somebody_elses_channel_is_not_found(as_lina: Client, lina: User, link: Link) -> None:
    InfluencerFactory(user=lina)

    assert as_lina.get(f"/studio/channels/{link.pk}/qr.svg").status_code == 404
    assert as_lina.post(f"/studio/channels/{link.pk}/put-away", {"away": "1"}).status_code == 404
    assert Link.objects.get().archived_at is None


def test_the_page_asks_as_much_for_three_channels_as_for_thirty(as_mei: Client, mei: Mei) -> None:
    counts = []
    for more in (3, 27):
        for number in range(more):
            referring.add_link(influencer=mei.influencer, name=f"C{more}-{number}", path="")
        with CaptureQueriesContext(connection) as queries:
            as_mei.get("/studio/channels")
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --- Codes


def test_a_code_is_one_word_for_everyone_in_any_spelling(mei: Mei, lina: User) -> None:
    kai = InfluencerFactory(user=lina)

    assert referring.choose_code(influencer=mei.influencer, typed=" mei １０ ").code == "MEI10"
    with pytest.raises(BadCode, match="taken"):
        referring.choose_code(influencer=kai, typed="Mei10")

    assert CreatorCode.objects.get().influencer == mei.influencer


def test_an_older_code_stays_hers_and_can_be_taken_up_again(mei: Mei, lina: User) -> None:
    for typed in ("FIRST", "SECOND", "first"):
        referring.choose_code(influencer=mei.influencer, typed=typed)

    codes = CreatorCode.objects.order_by("-created_at").values_list("code", flat=True)
    assert list(codes) == ["FIRST", "SECOND"]
    with pytest.raises(BadCode):
        referring.choose_code(influencer=InfluencerFactory(user=lina), typed="second")


def test_five_codes_are_enough(mei: Mei) -> None:
    for number in range(5):
        referring.choose_code(influencer=mei.influencer, typed=f"CODE{number}")

    with pytest.raises(TooMany):
        referring.choose_code(influencer=mei.influencer, typed="CODE9")
    assert CreatorCode.objects.count() == 5


@pytest.mark.parametrize("typed", ["", "AB", "A" * 21, "ME--I", "-MEI", "МЕІ10", "ME/I", "<b>", "me_i"])
def test_what_is_no_code_is_refused_and_stays_in_the_field(as_mei: Client, mei: Mei, typed: str) -> None:
    answer = as_mei.post("/studio/channels/code", {"code": typed})

    assert answer.status_code == 422
    assert CreatorCode.objects.count() == 0


def test_the_database_takes_no_code_in_small_letters(mei: Mei) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CreatorCode.objects.create(influencer=mei.influencer, code="mei10")


@given(st.text(max_size=40))
def test_a_code_is_the_same_however_often_it_is_normalised(typed: str) -> None:
    code = normalised(typed)

    if is_code(code):
        assert normalised(code) == code == code.upper()
        assert code.isascii()


@pytest.mark.parametrize(
    ("text", "source", "came"),
    [
        ("storefront", "storefront", ""),
        ("collection:5/pick:9", "collection:5/pick:9", ""),
        ("spark:3/tag:1", "spark:3/tag:1", ""),
        ("list:4/item:2", "list:4/item:2", ""),
        ("share", "share", "share"),
        ("channel:7", "channel:7", "channel:7"),
        ("qr:7", "qr:7", "qr:7"),
        ("channel:", "product", ""),
        ("<script>", "product", ""),
        ("spark:1/spark:1", "product", ""),
        ("qr:٣", "product", ""),
        ("", "product", ""),
    ],
)
def test_sources_are_those_of_the_shop(text: str, source: str, came: str) -> None:
    assert known_source(text) == source
    assert arrival(text) == came


# --- Paused codes


def test_a_paused_code_is_typed_by_nobody_and_another_one_is_a_click_away(
    as_mei: Client, as_lina: Client, mei: Mei, lina: User
) -> None:
    code = referring.choose_code(influencer=mei.influencer, typed="MEI10")
    before = CartFactory(user=lina, code=code)
    referring.pause_code(code=code)

    with pytest.raises(NoSuchCode, match="paused"):
        set_code(cart=before, typed="mei10", user=lina)
    with pytest.raises(BadCode, match="paused"):
        referring.choose_code(influencer=mei.influencer, typed="MEI10")
    page = as_mei.get("/studio/channels").content.decode()
    assert "Give me a fresh code" in page

    as_mei.post("/studio/channels/code/fresh")

    fresh = CreatorCode.objects.get(paused_at=None)
    assert re.fullmatch(r"MEI[0-9]{4}", fresh.code)
    assert set_code(cart=before, typed=fresh.code, user=lina) == fresh
    assert "Give me a fresh code" not in as_mei.get("/studio/channels").content.decode()


def test_what_lay_in_the_cart_with_a_paused_code_credits_nobody(mei: Mei, lina: User, as_lina: Client) -> None:
    code = referring.choose_code(influencer=mei.influencer, typed="MEI10")
    cart = CartFactory(user=lina, code=code)
    CartLineFactory(cart=cart)
    assert cart_page(cart=cart, user=lina).code == code

    referring.pause_code(code=code)
    cart = Cart.objects.get(pk=cart.pk)
    order = place_order(
        cart=cart, user=lina, contact=CONTACT, checkout_token=cart.checkout_token, total_minor=2_400, trail=[]
    )

    assert order.lines.get().influencer is None
    assert cart_page(cart=cart, user=lina).code is None


# --- Adverts


def test_a_visit_by_a_paid_advert_is_marked_and_so_is_what_is_opened_from_there(as_guest: Client, mei: Mei) -> None:
    link = referring.add_link(influencer=mei.influencer, name="Advert", path="")

    arrived = as_guest.get(f"{link.get_absolute_url()}?gclid=x", headers=BROWSER)
    as_guest.get(arrived["Location"], headers=BROWSER)
    with time_machine.travel(timezone.now() + timedelta(hours=3)):
        as_guest.get("/@slowhome", headers=BROWSER)

    assert list(Click.objects.order_by("at").values_list("source", "is_paid")) == [
        (f"channel:{link.pk}", True), ("storefront", False)
    ]  # fmt: skip
    values = signing.loads(as_guest.cookies["referral"].value, salt="influencers.referral")
    assert [from_stored(one).is_paid for one in values] == [True, False]
