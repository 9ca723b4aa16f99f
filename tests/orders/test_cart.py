"""Putting things into a cart, and who brought them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from influencers.models import Click, CreatorCode
from influencers.referrals import Touch
from influencers.services.referring import add_link
from orders.errors import BadQuantity, NotOnSale, OtherCurrency, SoldOut
from orders.models import Cart, CartLine, OrderLine
from orders.services import cart as carts
from tests.cast import Mei
from tests.factories.accounts import with_handle
from tests.factories.catalog import ProductFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.orders import CartFactory, CartLineFactory
from tests.factories.storefront import StorefrontFactory


def touch_of(influencer_id: int) -> Touch:
    return Touch(influencer_id=influencer_id, source="storefront", seen_at=timezone.now())


def test_a_new_line_records_who_brought_it(mei: Mei, lina: User) -> None:
    variant = ProductFactory().variants.get()

    line = carts.add_to_cart(
        cart=carts.cart_for(user=lina, key=None), variant=variant, quantity=2, trail=[touch_of(mei.influencer.pk)]
    )

    assert (line.influencer, line.source, line.quantity) == (mei.influencer, "storefront", 2)


def test_a_later_click_on_somebody_elses_link_changes_nothing(mei: Mei, lina: User) -> None:
    kai = InfluencerFactory(user=with_handle(lina, "kai.builds"))
    cart, variant = CartFactory(), ProductFactory().variants.get()
    carts.add_to_cart(cart=cart, variant=variant, quantity=1, trail=[touch_of(mei.influencer.pk)])

    carts.add_to_cart(cart=cart, variant=variant, quantity=1, trail=[touch_of(kai.pk)])

    line = cart.lines.get()
    assert (line.influencer, line.quantity) == (mei.influencer, 2)


def test_a_suspended_creators_link_is_not_recorded(mei: Mei, lina: User) -> None:
    type(mei.influencer).objects.update(state="suspended")

    line = carts.add_to_cart(
        cart=CartFactory(), variant=ProductFactory().variants.get(), quantity=1, trail=[touch_of(mei.influencer.pk)]
    )

    assert line.influencer is None


@pytest.mark.parametrize("quantity", [0, -1, 100])
def test_a_quantity_is_from_1_to_99(db: None, quantity: int) -> None:
    cart = CartFactory()

    with pytest.raises(BadQuantity):
        carts.add_to_cart(cart=cart, variant=ProductFactory().variants.get(), quantity=quantity)

    assert cart.lines.count() == 0


def test_more_than_there_is_cannot_be_added(db: None) -> None:
    cart, variant = CartFactory(), ProductFactory(stock=3).variants.get()
    carts.add_to_cart(cart=cart, variant=variant, quantity=2)

    with pytest.raises(SoldOut) as refusal:
        carts.add_to_cart(cart=cart, variant=variant, quantity=2)

    assert refusal.value.left == 3
    assert cart.lines.get().quantity == 2


def test_a_withdrawn_product_cannot_be_added(db: None) -> None:
    cart = CartFactory()

    with pytest.raises(NotOnSale):
        carts.add_to_cart(cart=cart, variant=ProductFactory(is_active=False).variants.get(), quantity=1)

    assert cart.lines.count() == 0


def test_a_cart_holds_one_currency(db: None) -> None:
    cart = CartFactory()
    carts.add_to_cart(cart=cart, variant=ProductFactory().variants.get(), quantity=1)

    with pytest.raises(OtherCurrency, match="USD"):
        carts.add_to_cart(cart=cart, variant=ProductFactory(currency="INR").variants.get(), quantity=1)

    assert cart.lines.count() == 1


def test_a_removed_line_comes_back_with_its_referral(mei: Mei) -> None:
    line = CartLineFactory(influencer=mei.influencer, source="storefront", touched_at=timezone.now(), quantity=3)
    cart = line.cart

    kept = carts.remove_line(line=line)
    assert cart.lines.count() == 0
    carts.restore_line(cart=cart, kept=kept)

    back = cart.lines.get()
    assert (back.influencer, back.quantity, back.source) == (mei.influencer, 3, "storefront")


def test_what_a_guest_gathered_comes_with_her(mei: Mei, lina: User) -> None:
    guest = carts.cart_for(user=None, key="k" * 32)
    variant = ProductFactory().variants.get()
    carts.add_to_cart(cart=guest, variant=variant, quantity=2, trail=[touch_of(mei.influencer.pk)])

    carts.adopt_cart(user=lina, key="k" * 32)

    line = Cart.objects.get(user=lina).lines.get()
    assert (line.variant, line.quantity, line.influencer) == (variant, 2, mei.influencer)
    assert not Cart.objects.filter(key="k" * 32).exists()


# --- Pages


def test_a_guest_fills_a_cart_and_sees_it(as_guest: Client) -> None:
    product = ProductFactory(name="Deep teal mug")

    answer = as_guest.post("/cart/add", {"variant": product.variants.get().pk, "quantity": "2"}, follow=True)

    assert answer.status_code == 200
    assert "Deep teal mug" in answer.content.decode()
    assert "$48.00" in answer.content.decode()


def test_htmx_gets_the_answer_and_the_new_count(as_guest: Client) -> None:
    variant = ProductFactory().variants.get()

    answer = as_guest.post("/cart/add", {"variant": variant.pk, "quantity": "2"}, headers={"HX-Request": "true"})

    body = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="cart-count"' in body
    assert 'hx-swap-oob="true"' in body
    assert "<html" not in body


@pytest.mark.parametrize("quantity", ["0", "-1", "abc", "1e3", "", "9" * 30, "\x00", "１"])
def test_a_quantity_that_is_none_is_refused_in_words(as_guest: Client, quantity: str) -> None:
    variant = ProductFactory().variants.get()

    answer = as_guest.post("/cart/add", {"variant": variant.pk, "quantity": quantity}, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert "Choose a quantity from 1 to 99." in answer.content.decode()
    assert CartLine.objects.count() == 0


@pytest.mark.parametrize("variant", ["-1", "abc", "", "9" * 40, "\x00"])
def test_an_unknown_variant_is_not_found(as_guest: Client, variant: str) -> None:
    assert as_guest.post("/cart/add", {"variant": variant, "quantity": "1"}).status_code == 404


def test_somebody_elses_line_is_not_found_and_stays(as_otto: Client) -> None:
    line = CartLineFactory(quantity=2)

    answer = as_otto.post(f"/cart/lines/{line.pk}", {"quantity": "0"})

    assert answer.status_code == 404
    assert CartLine.objects.get(pk=line.pk).quantity == 2


def test_the_cart_says_when_one_buys_through_ones_own_shop(as_mei: Client, mei: Mei) -> None:
    CartLineFactory(
        cart=CartFactory(user=mei.user), influencer=mei.influencer, touched_at=timezone.now() - timedelta(1)
    )

    for path in ("/cart", "/checkout"):
        page = as_mei.get(path).content.decode()
        assert "no commission is earned" in page
        assert "Supporting" not in page


def test_undo_puts_a_removed_line_back(as_lina: Client, lina: User) -> None:
    line = CartLineFactory(cart=CartFactory(user=lina), quantity=2)

    page = as_lina.post(f"/cart/lines/{line.pk}", {"quantity": "0"}, follow=True).content.decode()
    assert "removed" in page
    assert CartLine.objects.count() == 0
    as_lina.post("/cart/restore")

    assert CartLine.objects.get().quantity == 2


def test_the_cart_asks_as_much_for_three_lines_as_for_thirty(
    as_lina: Client, lina: User, django_assert_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    cart = CartFactory(user=lina)
    CartLineFactory(cart=cart)
    # The first look writes down that the basket was opened.
    as_lina.get("/cart")
    counts = []
    for more in (3, 27):
        for _ in range(more):
            CartLineFactory(cart=cart, influencer=InfluencerFactory(), touched_at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            as_lina.get("/cart")
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --- Creator codes


def test_a_code_is_typed_in_any_spelling_and_the_cart_says_whom_it_supports(
    as_lina: Client, lina: User, mei: Mei
) -> None:
    CreatorCode.objects.create(influencer=mei.influencer, code="MEI10")
    CartLineFactory(cart=CartFactory(user=lina))

    page = as_lina.post("/cart/code", {"code": " mei 10"}, follow=True).content.decode()

    assert "Your order supports Mei Tanaka" in page
    assert "MEI10" in page
    assert "supports Mei Tanaka" in as_lina.get("/checkout").content.decode()


def test_a_code_can_be_taken_off(as_lina: Client, lina: User, mei: Mei) -> None:
    code = CreatorCode.objects.create(influencer=mei.influencer, code="MEI10")
    CartLineFactory(cart=CartFactory(user=lina, code=code))

    page = as_lina.post("/cart/code", {"code": ""}, follow=True).content.decode()

    assert "Your order supports" not in page
    assert Cart.objects.get(user=lina).code is None


@pytest.mark.parametrize("typed", ["NOBODY", "NO\0BODY", "MEI1O", "'; drop", "x" * 500, "💥"])
def test_a_code_that_nobody_has_is_refused_in_words_and_kept_in_the_field(
    as_lina: Client, lina: User, mei: Mei, typed: str
) -> None:
    CreatorCode.objects.create(influencer=mei.influencer, code="MEI10")
    CartLineFactory(cart=CartFactory(user=lina))

    answer = as_lina.post("/cart/code", {"code": typed})

    assert answer.status_code == 422
    assert "No creator has this code." in answer.content.decode()
    assert Cart.objects.get(user=lina).code is None


def test_ones_own_code_is_refused_before_it_can_disappoint(as_mei: Client, mei: Mei) -> None:
    CreatorCode.objects.create(influencer=mei.influencer, code="MEI10")
    CartLineFactory(cart=CartFactory(user=mei.user))

    answer = as_mei.post("/cart/code", {"code": "mei10"})

    assert answer.status_code == 422
    assert "no commission is earned on own orders" in answer.content.decode()


def test_a_suspended_creators_code_is_nobodys(as_lina: Client, lina: User, mei: Mei) -> None:
    CreatorCode.objects.create(influencer=mei.influencer, code="MEI10")
    type(mei.influencer).objects.update(state="suspended")
    CartLineFactory(cart=CartFactory(user=lina))

    assert as_lina.post("/cart/code", {"code": "MEI10"}).status_code == 422


# --- Whatever is fired at the checkout


def test_a_coupon_extension_that_fires_another_creators_links_at_the_checkout_changes_nothing(
    as_guest: Client, mei: Mei, lina: User
) -> None:
    kai = InfluencerFactory(user=with_handle(lina, "kai.builds"))
    StorefrontFactory(influencer=kai)
    product = ProductFactory()
    link = add_link(influencer=kai, name="Coupons", path="")
    browser = {"User-Agent": "Mozilla/5.0 Firefox/130.0"}
    as_guest.get("/@slowhome", headers=browser)
    as_guest.post("/cart/add", {"variant": product.variants.get().pk, "quantity": "1"})
    as_guest.get("/cart")
    page = as_guest.get("/checkout").content.decode()

    # What an extension does: opens its links in the background and in a tab, again and again.
    for address in (
        "/@kai.builds",
        f"/p/{product.slug}?via=kai.builds",
        link.get_absolute_url(),
        f"{link.get_absolute_url()}/qr",
    ):
        as_guest.get(address, headers=browser)
        as_guest.get(address, headers=browser | {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate"})
    # And it presses "add" once more for the same item.
    as_guest.post("/cart/add", {"variant": product.variants.get().pk, "quantity": "1"})

    line = CartLine.objects.get()
    assert (line.influencer, line.quantity) == (mei.influencer, 2)
    assert "Your order supports Mei Tanaka" in page
    assert "Your order supports Mei Tanaka" in as_guest.get("/checkout").content.decode()
    token, total = Cart.objects.get().checkout_token, 4800
    as_guest.post(
        "/checkout",
        {
            "email": "guest@example.com", "name": "Guest", "address": "1 Street", "postcode": "1", "city": "C", "country": "FR",
            "card": "4242424242424242", "checkout_token": token, "total_minor": total,
        },
    )  # fmt: skip
    bought = OrderLine.objects.get()
    assert (bought.influencer, bought.source) == (mei.influencer, "storefront")
    # They are kept as evidence, and counted as late.
    assert {touch[0] for touch in bought.journey["touches"]} == {mei.influencer.pk, kai.pk}
    assert set(Click.objects.filter(influencer=kai).values_list("is_late", flat=True)) == {True}
    assert set(Click.objects.filter(influencer=mei.influencer).values_list("is_late", flat=True)) == {False}


def test_an_item_that_nobody_brought_is_not_won_at_the_checkout_either(as_guest: Client, mei: Mei) -> None:
    product = ProductFactory()
    as_guest.post("/cart/add", {"variant": product.variants.get().pk, "quantity": "1"})
    as_guest.get("/cart")
    as_guest.get(f"/p/{product.slug}?via=slowhome", headers={"User-Agent": "Mozilla/5.0 Firefox/130.0"})

    page = as_guest.get("/cart").content.decode()

    assert "Your order supports" not in page
    assert Click.objects.get().is_late


def test_who_came_before_the_basket_was_opened_is_supported(as_guest: Client, mei: Mei) -> None:
    product = ProductFactory()
    as_guest.post("/cart/add", {"variant": product.variants.get().pk, "quantity": "1"})
    CartLine.objects.update(added_at=timezone.now() - timedelta(minutes=2))
    as_guest.get("/@slowhome", headers={"User-Agent": "Mozilla/5.0 Firefox/130.0"})

    assert "Your order supports Mei Tanaka" in as_guest.get("/cart").content.decode()
