"""A birthday with three givers: one reserves, one buys, one comes too late; the one who has it sees nothing until she asks."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from accounts.services.names import index_person
from lists.models import Claim, ListItem
from tests.browser.conftest import violations
from tests.factories.accounts import UserFactory, befriend, with_handle
from tests.factories.catalog import ProductFactory
from tests.factories.lists import ListFactory, ListItemFactory


@pytest.fixture
def tomas(db: None) -> User:
    user = with_handle(UserFactory(name="Tomas Berg", findable_by="everyone"), "tomas")
    index_person(user)
    day = timezone.localdate() + timedelta(days=9)
    row = ListFactory(owner=user, name="Birthday", audience="friends", happens_on=day, surprise_until=day)
    ListItemFactory(list=row, product=ProductFactory(name="Moka pot", slug="moka"))
    ListItemFactory(list=row, product=ProductFactory(name="Teapot", slug="teapot"))
    return user


@pytest.mark.parametrize("width", [390, 1280])
def test_a_birthday_with_three_givers(visit: object, tomas: User, width: int) -> None:
    givers = [
        with_handle(UserFactory(name=name), f"giver.{number}")
        for number, name in enumerate(["Lina Moreau", "Mei Tanaka", "Jun Park"])
    ]
    for giver in givers:
        befriend(tomas, giver)
    first, second, third = (visit(width, giver) for giver in givers)

    page = first.page
    page.goto("/lists")
    page.get_by_role("link", name="Birthday").click()
    page.get_by_role("button", name=re.compile("Reserve.*Moka pot")).click()
    expect(page.get_by_text("Reserved by you")).to_be_visible()
    assert violations(page) == []

    page = second.page
    page.goto("/lists/" + tomas.lists.get().slug)
    expect(page.get_by_text("Someone has this")).to_be_visible()
    page.get_by_role("button", name=re.compile("Buy as gift.*Teapot")).click()
    page.get_by_label("To Tomas Berg").check()
    expect(page.locator("[name=address]")).to_be_hidden()
    page.locator("[name=message]").fill("Happy birthday")
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_text("Thank you. Your order is paid")).to_be_visible()
    expect(page.get_by_text("is asked where it may go")).to_be_visible()

    page = third.page
    page.goto("/lists/" + tomas.lists.get().slug)
    expect(page.get_by_text("Someone has this")).to_have_count(2)

    window = visit(width, tomas)
    page = window.page
    page.goto("/lists/" + tomas.lists.get().slug)
    assert "Someone has this" not in page.content()
    page.get_by_role("link", name="Reveal now").click()
    page.get_by_role("button", name="Reveal now").click()
    expect(page.get_by_text("Lina Moreau", exact=True)).to_be_visible()
    expect(page.get_by_text("Mei Tanaka", exact=True)).to_be_visible()
    assert sorted(Claim.objects.values_list("state", flat=True)) == ["bought", "reserved"]
    assert [*first.complaints, *second.complaints, *third.complaints, *window.complaints] == []


def test_the_save_sheet_opens_and_closes_by_keyboard(visit: object, tomas: User) -> None:
    giver = UserFactory(name="Lina Moreau")
    window = visit(390, giver)
    page = window.page
    page.goto("/p/moka")
    button = page.get_by_role("button", name="Save: Moka pot").first
    button.focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    expect(sheet.get_by_role("checkbox", checked=True)).to_have_count(1)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("button", name="Save: Moka pot").first).to_have_attribute("aria-pressed", "true")
    assert window.complaints == []


def test_saving_without_javascript(visit: object, tomas: User) -> None:
    giver = UserFactory(name="Lina Moreau")
    page = visit(390, giver, java_script_enabled=False).page
    page.goto("/p/moka")
    page.get_by_role("button", name="Save: Moka pot").first.click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    assert ListItem.objects.filter(list__owner=giver).count() == 1


def test_a_friend_is_found_as_one_types(visit: object, tomas: User) -> None:
    page = visit(390, UserFactory(name="Lina Moreau")).page
    page.goto("/friends")
    page.get_by_role("searchbox", name="Find people by name").fill("tomsa brg")
    expect(page.get_by_text("A similar spelling")).to_be_visible()
    page.get_by_role("button", name="Add Tomas Berg as a friend").click()
    expect(page.get_by_text("Asked. Tomas Berg sees it")).to_be_visible()
