"""A creator puts her picks in order: by mouse, by button, without JavaScript."""

import pytest
from playwright.sync_api import expect

from storefront.models import Collection, Pick
from tests.cast import Mei
from tests.factories.catalog import ProductFactory
from tests.factories.storefront import CollectionFactory, PickFactory


@pytest.fixture
def shelf(mei: Mei) -> Collection:
    collection = CollectionFactory(storefront=mei.storefront)
    for place, name in enumerate(["Moka pot", "Teal mug", "Cast teapot"]):
        PickFactory(collection=collection, product=ProductFactory(name=name), position=place)
    return collection


def names(collection: Collection) -> list[str]:
    return list(
        Pick.objects.filter(collection=collection).order_by("position", "pk").values_list("product__name", flat=True)
    )


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_pick_goes_down_by_its_button(visit: object, shelf: Collection, mei: Mei, scripts: bool) -> None:
    page = visit(390, mei.user, java_script_enabled=scripts).page
    page.goto(f"/studio/shop/collections/{shelf.pk}")
    page.get_by_role("button", name="down").first.click()
    page.wait_for_load_state()
    expect(page.locator("[data-id]").first).to_contain_text("Teal mug")

    assert names(shelf) == ["Teal mug", "Moka pot", "Cast teapot"]


def test_a_pick_is_dragged_by_its_handle(visit: object, shelf: Collection, mei: Mei) -> None:
    window = visit(1280, mei.user)
    page = window.page
    page.goto(f"/studio/shop/collections/{shelf.pk}")
    handle, last = page.locator("[data-handle]").first, page.locator("[data-id]").last
    handle.scroll_into_view_if_needed()
    start, end = handle.bounding_box(), last.bounding_box()
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    with page.expect_response("**/order"):
        for step in range(1, 11):
            y = start["y"] + (end["y"] + end["height"] / 2 - start["y"]) * step / 10
            page.mouse.move(start["x"] + 10, y)
        page.mouse.up()

    assert names(shelf)[0] != "Moka pot"
    assert sorted(names(shelf)) == ["Cast teapot", "Moka pot", "Teal mug"]
    assert window.complaints == []
