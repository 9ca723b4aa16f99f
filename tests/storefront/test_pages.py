"""The shop and its editor, asked for by everyone who matters."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from accounts.models import Block, User
from accounts.services.profile import claim_handle
from catalog.models import ProductWord
from influencers.models import Click, Influencer
from influencers.referral_cookie import COOKIE
from orders.models import OrderLine
from storefront import services
from storefront.models import Collection, Pick, Removal, Storefront
from tests.cast import Mei
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, befriend, with_handle
from tests.factories.catalog import CategoryFactory, ProductFactory, SellerFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.lists import ListFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.storefront import CollectionFactory, PickFactory

pytestmark = pytest.mark.django_db
BROWSER = {"HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


def picture(size: tuple[int, int] = (1600, 900)) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    return SimpleUploadedFile("cover.png", out.getvalue(), content_type="image/png")


def test_a_guest_sees_the_shop_with_its_disclosure_before_the_first_product(mei: Mei, as_guest: Client) -> None:
    collection = CollectionFactory(storefront=mei.storefront, title="Slow mornings", slug="slow-mornings")
    PickFactory(collection=collection, product__name="Teal mug", note="Holds 350 ml.")
    answer = as_guest.get("/@slowhome", **BROWSER)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Holds 350 ml." in text
    assert "?via=slowhome&amp;from=storefront" in text
    assert 'data-shop-theme="persimmon"' in text
    assert 0 < text.index("earns commission on purchases made here") < text.index("Teal mug")


def test_a_visit_is_remembered_and_counted_once(mei: Mei, as_guest: Client) -> None:
    PickFactory(collection__storefront=mei.storefront)
    for _ in range(2):
        assert COOKIE in as_guest.get("/@slowhome", **BROWSER).cookies
    assert [click.source for click in Click.objects.all()] == ["storefront"]


def test_her_own_visit_is_remembered_but_not_counted(mei: Mei, as_mei: Client) -> None:
    """Remembered, so that the cart can say that an own purchase earns nothing."""
    assert COOKIE in as_mei.get("/@slowhome", **BROWSER).cookies
    assert not Click.objects.exists()


def test_a_draft_is_seen_by_its_owner_alone(mei: Mei, as_mei: Client, as_lina: Client, as_guest: Client) -> None:
    services.unpublish(storefront=mei.storefront)
    assert "storefront/page.html" in [part.name for part in as_mei.get("/@slowhome").templates]
    for client in (as_lina, as_guest):
        # She is a person without a shop to them.
        assert "storefront/page.html" not in [part.name for part in client.get("/@slowhome").templates]


def test_a_suspended_shop_is_not_there(mei: Mei, as_mei: Client, as_guest: Client) -> None:
    Influencer.objects.update(state=Influencer.State.SUSPENDED)
    for client in (as_guest, as_mei):
        assert "storefront/page.html" not in [part.name for part in client.get("/@slowhome").templates]


@pytest.mark.parametrize("handle", ["nobody", "%00", "a%00b", "x" * 500])
def test_an_unknown_handle_is_not_found(mei: Mei, as_guest: Client, handle: str) -> None:
    assert as_guest.get(f"/@{handle}").status_code == 404


def test_capitals_and_old_handles_lead_to_the_shop_for_good(mei: Mei, as_guest: Client) -> None:
    CollectionFactory(storefront=mei.storefront, slug="tea")
    answer = as_guest.get("/@SlowHome")
    assert (answer.status_code, answer["Location"]) == (301, "/@slowhome")
    claim_handle(user=mei.user, name="quietrooms")
    answer = as_guest.get("/@slowhome")
    assert (answer.status_code, answer["Location"]) == (301, "/@quietrooms")
    answer = as_guest.get("/@slowhome/collections/tea")
    assert (answer.status_code, answer["Location"]) == (301, "/@quietrooms/collections/tea")


def test_search_collection_and_sort_narrow_the_picks(mei: Mei, as_guest: Client) -> None:
    tea, desk = (CollectionFactory(storefront=mei.storefront, slug=slug, title=slug) for slug in ("tea", "desk"))
    PickFactory(collection=tea, product__name="Kettle", product__price_minor=9900, note="Boils quickly")
    PickFactory(collection=desk, product__name="Lamp", product__price_minor=1200)
    names = lambda url: [pick.product.name for pick in as_guest.get(url).context["shop"].page.items]  # noqa: E731
    assert names("/@slowhome") == ["Kettle", "Lamp"]
    assert names("/@slowhome?sort=price") == ["Lamp", "Kettle"]
    assert names("/@slowhome?c=desk") == ["Lamp"]
    assert names("/@slowhome?q=quickly") == ["Kettle"]
    assert names("/@slowhome?q=zebra") == []
    assert names("/@slowhome?q=&sort=bogus&c=bogus") == ["Kettle", "Lamp"]


def test_a_product_in_two_collections_stands_once_in_all_picks(mei: Mei, as_guest: Client) -> None:
    product = ProductFactory()
    PickFactory(collection=CollectionFactory(storefront=mei.storefront), product=product, note="First.")
    PickFactory(collection=CollectionFactory(storefront=mei.storefront), product=product, note="Second.")
    shop = as_guest.get("/@slowhome").context["shop"]
    assert [pick.note for pick in shop.page.items] == ["First."]
    assert shop.head.picks == 1


def test_the_collection_page_links_to_the_next_and_counts_its_own_source(mei: Mei, as_guest: Client) -> None:
    tea, desk = (CollectionFactory(storefront=mei.storefront, slug=slug, title=slug) for slug in ("tea", "desk"))
    PickFactory(collection=tea)
    PickFactory(collection=desk)
    answer = as_guest.get("/@slowhome/collections/tea", **BROWSER)
    assert answer.context["shop"].next_card.slug == "desk"
    assert f"from=collection%3A{tea.pk}" in answer.content.decode()
    assert [click.source for click in Click.objects.all()] == [f"collection:{tea.pk}"]
    assert as_guest.get("/@slowhome/collections/none").status_code == 404


def test_an_empty_shop_and_the_about_tab_say_what_there_is(mei: Mei, as_guest: Client) -> None:
    assert "First picks soon" in as_guest.get("/@slowhome").content.decode()
    assert "Instagram" in as_guest.get("/@slowhome?tab=about").content.decode()


def test_owns_it_stands_at_picks_that_the_creator_kept(mei: Mei, as_guest: Client) -> None:
    tea = CollectionFactory(storefront=mei.storefront, slug="tea")
    hers, returned, others = (PickFactory(collection=tea, note=f"Note {n}").product for n in range(3))
    for person, product in [(mei.user, hers), (mei.user, returned), (UserFactory(), others)]:
        OrderLineFactory(order=OrderFactory(user=person), product=product, delivered_at=timezone.now())
    OrderLine.objects.filter(product=returned).update(refunded_minor=F("total_minor"))
    for path in ("/@slowhome", "/@slowhome/collections/tea"):
        page = as_guest.get(path).content.decode()
        assert page.count("Owns it") == 1
        assert page.index(hers.label) < page.index("Owns it") < page.index("Note 0")


def fill(collection: Collection, count: int) -> None:
    seller, category = SellerFactory(), CategoryFactory()
    for _ in range(count):
        PickFactory(collection=collection, product__seller=seller, product__category=category)


@pytest.mark.parametrize("path", ["/@slowhome", "/@slowhome/collections/tea", "/@slowhome?q=product&sort=price"])
def test_public_pages_cost_the_same_for_three_picks_and_thirty(mei: Mei, as_guest: Client, path: str) -> None:
    tea = CollectionFactory(storefront=mei.storefront, slug="tea")
    counts = []
    for size in (3, 27):
        fill(tea, size)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert as_guest.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9


def test_the_editor_costs_the_same_for_three_picks_and_thirty(mei: Mei, as_mei: Client) -> None:
    tea = CollectionFactory(storefront=mei.storefront)
    for path in (f"/studio/shop/collections/{tea.pk}", "/studio/shop"):
        counts = []
        for size in (3, 27):
            Pick.objects.all().delete()
            fill(tea, size)
            with CaptureQueriesContext(connection) as queries:
                assert as_mei.get(path).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1]


# --- The editor


def test_reading_the_editor_opens_nothing_and_the_button_does(db: None) -> None:
    influencer = InfluencerFactory()
    client = client_for(influencer.user)
    assert client.get("/studio/shop").status_code == 200
    assert not Storefront.objects.exists()
    client.post("/studio/shop/open")
    assert Storefront.objects.get().influencer == influencer


def test_a_creator_builds_a_shop_from_nothing_to_published(db: None) -> None:
    influencer = InfluencerFactory()
    client, product = client_for(influencer.user), ProductFactory()
    client.post("/studio/shop/open")
    assert client.post("/studio/shop/publish").status_code == 422
    assert client.post("/studio/shop/handle", {"handle": "admin"}).status_code == 422
    assert client.post("/studio/shop/handle", {"handle": "quietrooms"}).status_code == 302
    look = {"tagline": "Calm.", "about": "I live small.", "theme": "moss"}
    assert client.post("/studio/shop/look", look).status_code == 302
    client.post("/studio/shop/collections", {"title": "Tea", "note": ""})
    tea = Collection.objects.get()
    assert client.post(f"/studio/shop/collections/{tea.pk}/picks", {"product": product.pk}).status_code == 302
    assert client.post("/studio/shop/publish").status_code == 302
    shop = Storefront.objects.get()
    assert (shop.tagline, shop.theme, shop.is_published) == ("Calm.", "moss", True)
    assert Client().get("/@quietrooms").status_code == 200


@pytest.mark.parametrize(
    ("path", "data", "words"),
    [
        ("look", {"tagline": "x" * 161, "theme": "moss"}, "160"),
        ("look", {"tagline": "a\0b", "theme": "moss"}, "Null characters"),
        ("look", {"tagline": "Fine", "theme": "neon"}, "neon"),
        ("collections", {"title": ""}, "Enter a title."),
        ("collections/order", {"order": "x"}, "could not be read"),
        ("handle", {"handle": "a b"}, "Start with a letter"),
    ],
)
def test_bad_input_is_answered_with_the_reason(mei: Mei, as_mei: Client, path: str, data: dict, words: str) -> None:
    answer = as_mei.post(f"/studio/shop/{path}", data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    mei.storefront.refresh_from_db()
    assert mei.storefront.tagline == "Small-space interiors, ceramics, unhurried mornings."


@pytest.mark.parametrize("position", ["0", "-3", "abc", "9" * 40, "", "\0"])
def test_a_position_that_is_none_is_refused(mei: Mei, as_mei: Client, position: str) -> None:
    pick = PickFactory(collection__storefront=mei.storefront)
    assert as_mei.post(f"/studio/shop/picks/{pick.pk}/move", {"position": position}).status_code == 422


@pytest.mark.parametrize("product", ["", "x", "0", "9" * 30])
def test_a_product_that_is_none_is_refused(mei: Mei, as_mei: Client, product: str) -> None:
    tea = CollectionFactory(storefront=mei.storefront)
    assert as_mei.post(f"/studio/shop/collections/{tea.pk}/picks", {"product": product}).status_code == 422
    assert as_mei.post(f"/studio/shop/collections/{tea.pk}/picks", {"product": 2**62}).status_code == 404


def test_a_cover_is_kept_in_two_widths_and_a_bad_one_is_refused(
    mei: Mei, as_mei: Client, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert as_mei.post("/studio/shop/cover", {"cover": picture()}).status_code == 302
    mei.storefront.refresh_from_db()
    kept = mei.storefront.cover
    with Image.open(tmp_path / kept) as wide, Image.open(tmp_path / mei.storefront.cover_small) as small:
        assert (wide.format, wide.size, small.size) == ("WEBP", (1600, 600), (800, 300))
    for bad in (SimpleUploadedFile("a.png", b"<html>"), SimpleUploadedFile("b.jpg", b"")):
        assert as_mei.post("/studio/shop/cover", {"cover": bad}).status_code == 422
    assert as_mei.post("/studio/shop/cover").status_code == 422
    mei.storefront.refresh_from_db()
    assert mei.storefront.cover == kept
    as_mei.get("/studio/shop")


def test_moving_by_buttons_by_position_and_by_order(mei: Mei, as_mei: Client) -> None:
    tea = CollectionFactory(storefront=mei.storefront)
    one, two, three = PickFactory.create_batch(3, collection=tea)
    order = lambda: list(tea.picks.values_list("pk", flat=True))  # noqa: E731
    as_mei.post(f"/studio/shop/picks/{three.pk}/move", {"by": "-1"})
    assert order() == [one.pk, three.pk, two.pk]
    as_mei.post(f"/studio/shop/picks/{two.pk}/move", {"position": "1"})
    assert order() == [two.pk, one.pk, three.pk]
    as_mei.post(f"/studio/shop/collections/{tea.pk}/order", {"order": [one.pk, two.pk, three.pk]})
    assert order() == [one.pk, two.pk, three.pk]
    answer = as_mei.post(
        f"/studio/shop/collections/{tea.pk}/order", {"order": [one.pk]}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 409
    assert "Order changed in another window" in answer.content.decode()
    assert order() == [one.pk, two.pk, three.pk]


def test_what_is_removed_comes_back_by_undo(mei: Mei, as_mei: Client) -> None:
    pick = PickFactory(collection__storefront=mei.storefront, note="Mine.")
    answer = as_mei.post(f"/studio/shop/picks/{pick.pk}/remove", follow=True)
    removal = Removal.objects.get()
    assert f"/studio/shop/removals/{removal.pk}/restore" in answer.content.decode()
    as_mei.post(f"/studio/shop/removals/{removal.pk}/restore")
    assert Pick.objects.get().note == "Mine."
    answer = as_mei.post(
        f"/studio/shop/collections/{pick.collection_id}/remove", headers={"HX-Request": "true", "HX-Target": "shelf"}
    )
    assert "/restore" in answer["HX-Trigger"]
    as_mei.post(f"/studio/shop/removals/{Removal.objects.get().pk}/restore")
    assert Pick.objects.get().pk == pick.pk


@pytest.mark.parametrize(
    "path",
    [
        "collections/{c}", "collections/{c}/move", "collections/{c}/remove", "collections/{c}/picks",
        "collections/{c}/order", "picks/{p}/note", "picks/{p}/move", "picks/{p}/remove", "removals/{r}/restore",
    ],
)  # fmt: skip
def test_what_is_somebody_elses_is_not_found_and_not_changed(mei: Mei, path: str) -> None:
    pick = PickFactory(collection__storefront=mei.storefront, note="Mine.")
    removal = services.remove_pick(pick=PickFactory(collection=pick.collection))
    other = InfluencerFactory()
    services.open_storefront(influencer=other)
    url = "/studio/shop/" + path.format(c=pick.collection_id, p=pick.pk, r=removal.pk)
    data = {"title": "Stolen", "note": "Stolen", "by": "1", "order": str(pick.pk), "product": str(pick.product_id)}
    assert client_for(other.user).post(url, data).status_code == 404
    assert Pick.objects.get().note == "Mine."
    assert Collection.objects.get().title == pick.collection.title
    assert Removal.objects.count() == 1


def test_members_without_a_shop_go_to_the_programme_and_guests_sign_in(as_lina: Client, as_guest: Client) -> None:
    assert as_lina.get("/studio/shop")["Location"] == "/apply"
    assert as_guest.get("/studio/shop")["Location"].startswith("/account/login")


def test_searching_in_the_editor_marks_what_is_picked(mei: Mei, as_mei: Client) -> None:
    pick = PickFactory(collection__storefront=mei.storefront)
    free = ProductFactory()
    for product in (pick.product, free):
        ProductWord.objects.create(word="kettle", product=product)
    desk = as_mei.get(f"/studio/shop/collections/{pick.collection_id}?q=kettle").context["desk"]
    assert {(hit.product.pk, hit.is_picked) for hit in desk.found} == {(pick.product.pk, True), (free.pk, False)}


def test_a_friend_of_the_creator_sees_it_on_her_shop(mei: Mei, lina: User) -> None:
    befriend(mei.user, lina)
    page = client_for(lina).get("/@slowhome").content.decode()

    assert "Make a gift list" in page
    assert "/@slowhome/mute" in page
    assert "Add friend" not in page
    assert "Add friend" in client_for(UserFactory()).get("/@slowhome").content.decode()


@pytest.mark.parametrize(("findable_by", "shown"), [("everyone", True), ("handle", True), ("nobody", False)])
def test_a_profile_shows_friends_of_whom_the_reader_may_know(
    db: None, as_guest: Client, findable_by: str, shown: bool
) -> None:
    owner = with_handle(UserFactory(name="Olga", shows_friends_to="everyone"), "olga")
    friend = UserFactory(name="Grace Lin", findable_by=findable_by)
    befriend(owner, friend)
    blocker = UserFactory(name="Bela Blok")
    befriend(owner, blocker)
    reader = UserFactory()
    Block.objects.create(blocker=blocker, blocked=reader)

    assert ("Grace Lin" in as_guest.get("/@olga").content.decode()) is shown
    page = client_for(reader).get("/@olga").content.decode()
    assert ("Grace Lin" in page) is shown
    assert "Bela Blok" not in page
    assert "Grace Lin" in client_for(owner).get("/@olga").content.decode()


def test_a_creators_lists_are_shown_to_whom_she_wants(mei: Mei, as_guest: Client, lina: User) -> None:
    ListFactory(owner=mei.user, kind="idea", audience="public", name="Slow mornings")
    assert "Slow mornings" in as_guest.get("/@slowhome?tab=lists").content.decode()

    User.objects.filter(pk=mei.user.pk).update(shows_lists_to="me", shows_friends_to="friends")
    befriend(mei.user, lina)

    assert "Slow mornings" not in as_guest.get("/@slowhome?tab=lists").content.decode()
    assert "Slow mornings" in client_for(mei.user).get("/@slowhome?tab=lists").content.decode()
    assert lina.name in client_for(lina).get("/@slowhome?tab=lists").content.decode()
    assert lina.name not in as_guest.get("/@slowhome?tab=lists").content.decode()


def test_nothing_leads_to_a_creator_across_a_block(mei: Mei, lina: User) -> None:
    product = ProductFactory(name="Kettle")
    PickFactory(collection=CollectionFactory(storefront=mei.storefront), product=product)
    client = client_for(lina)
    pages = ["/", "/search?q=slowhome", product.get_absolute_url()]
    assert all("/@slowhome" in client.get(page).content.decode() for page in pages)

    Block.objects.create(blocker=mei.user, blocked=lina)

    assert not any("/@slowhome" in client.get(page).content.decode() for page in pages)
