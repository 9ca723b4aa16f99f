"""Buying from a creator's shop, at both widths, without JavaScript, and by keyboard alone."""

import pytest
from playwright.sync_api import expect

from commissions.queries import balances
from orders.models import Order
from tests.cast import Mei
from tests.factories.catalog import ProductFactory
from tests.factories.storefront import CollectionFactory, PickFactory


@pytest.fixture
def lamp(mei: Mei) -> object:
    product = ProductFactory(slug="lamp", name="Mushroom table lamp", price_minor=12_900)
    PickFactory(collection=CollectionFactory(storefront=mei.storefront, title="Reading corner"), product=product)
    return product


def check_out(page: object, card: str = "4242 4242 4242 4242") -> None:
    fields = {
        "Email": "lina@example.com", "Name": "Lina Moreau", "Postcode": "69003", "City": "Lyon", "Card number": card,
    }  # fmt: skip
    for label, value in fields.items():
        page.get_by_label(label, exact=True).fill(value)
    page.locator("[name=address]").fill("12 Rue des Lilas")
    page.get_by_label("Country").select_option("FR")
    page.get_by_role("button", name="Pay").click()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_shopper_buys_from_a_shop_and_the_creator_earns(visit: object, lamp: object, mei: Mei, width: int) -> None:
    window = visit(width)
    page = window.page
    page.goto("/@slowhome")
    page.get_by_role("link", name="Mushroom table lamp").first.click()
    expect(page.get_by_text("Picked by Mei Tanaka")).to_be_visible()
    page.get_by_role("button", name="Add to cart").click()
    expect(page.locator("#buy-answer")).to_contain_text("Added to your cart.")
    expect(page.locator("#cart-count")).to_contain_text("1")
    page.get_by_role("link", name="View cart").click()
    expect(page.get_by_text("Supporting Mei Tanaka")).to_be_visible()
    page.get_by_role("link", name="Check out").click()
    check_out(page)

    expect(page.get_by_text("Thank you. Your order is paid")).to_be_visible()
    assert Order.objects.get().state == "paid"
    assert balances(mei.influencer)[0].pending == 903
    assert window.complaints == []

    desk = visit(width, mei.user)
    desk.page.goto("/studio")
    expect(desk.page.locator("#now")).to_contain_text("$9.03")
    assert desk.complaints == []


def test_a_declined_card_keeps_everything_but_the_card(visit: object, lamp: object) -> None:
    page = visit(390).page
    page.goto("/p/lamp")
    page.get_by_role("button", name="Add to cart").click()
    expect(page.locator("#buy-answer")).to_contain_text("Added")
    page.goto("/checkout")
    check_out(page, "4000 0000 0000 0002")

    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_text("Your bank declined the card.").first).to_be_visible()
    assert page.get_by_label("Email", exact=True).input_value() == "lina@example.com"
    assert page.get_by_label("Card number").input_value() == ""


def test_a_card_that_asks_is_confirmed(visit: object, lamp: object) -> None:
    page = visit(390).page
    page.goto("/p/lamp")
    page.get_by_role("button", name="Add to cart").click()
    expect(page.locator("#buy-answer")).to_contain_text("Added")
    page.goto("/checkout")
    check_out(page, "4000 0025 0000 3155")
    page.get_by_role("button", name="Yes, it is me").click()

    expect(page.get_by_text("Thank you. Your order is paid")).to_be_visible()


def test_buying_works_without_javascript(visit: object, lamp: object, mei: Mei) -> None:
    page = visit(390, java_script_enabled=False).page
    page.goto("/@slowhome")
    page.get_by_role("link", name="Mushroom table lamp").first.click()
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_role("heading", name="Cart")).to_be_visible()
    page.get_by_role("link", name="Check out").click()
    check_out(page)

    expect(page.get_by_text("Thank you. Your order is paid")).to_be_visible()
    assert balances(mei.influencer)[0].pending == 903


def test_buying_works_by_keyboard_alone(visit: object, lamp: object) -> None:
    page = visit(1280).page

    def tab_to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if (
                page.evaluate("document.activeElement.name || document.activeElement.innerText || ''")
                .strip()
                .startswith(name)
            ):
                return
        pytest.fail(f"{name} cannot be reached with Tab")

    page.goto("/p/lamp")
    tab_to("Add to cart")
    page.keyboard.press("Enter")
    expect(page.locator("#buy-answer")).to_contain_text("Added")
    tab_to("View cart")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cart")
    tab_to("Check out")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout")
    for name, keys in (
        ("email", "lina@example.com"), ("name", "Lina Moreau"), ("address", "12 Rue des Lilas"), ("postcode", "69003"),
        ("city", "Lyon"), ("country", "Fr"), ("card", "4242424242424242"),
    ):  # fmt: skip
        tab_to(name)
        page.keyboard.type(keys)
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/**")

    assert Order.objects.get().state == "paid"
