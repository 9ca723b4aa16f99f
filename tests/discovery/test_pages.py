"""Home, search, category and product pages."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services.circle import follow
from catalog.models import Category, Product, Variant
from catalog.services import index_products
from influencers.models import Click
from tests.cast import Mei
from tests.factories.catalog import CategoryFactory, ProductFactory, VariantFactory
from tests.factories.storefront import CollectionFactory, PickFactory

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140"}


@pytest.fixture
def home(db: None) -> Category:
    return CategoryFactory(slug="home")


@pytest.fixture
def mug(home: Category, mei: Mei) -> Product:
    product = ProductFactory(name="Deep teal mug", slug="mug", category=home)
    PickFactory(
        collection=CollectionFactory(storefront=mei.storefront), product=product, note="The one everyone reaches for."
    )
    index_products([product])
    return product


@pytest.mark.parametrize("path", ["/", "/topics/home", "/search?q=mug", "/p/mug"])
def test_pages_show_the_product_to_a_guest(as_guest: Client, mug: Product, path: str) -> None:
    answer = as_guest.get(path)

    assert answer.status_code == 200
    assert "Deep teal mug" in answer.content.decode()
    assert "$24.00" in answer.content.decode()


@pytest.mark.parametrize("path", ["/topics/nowhere", "/topics/home/none", "/p/none", "/p/mug/x"])
def test_unknown_addresses_are_not_found(as_guest: Client, mug: Product, path: str) -> None:
    assert as_guest.get(path).status_code == 404


def test_a_withdrawn_product_is_gone_everywhere(as_guest: Client, mug: Product) -> None:
    Product.objects.update(is_active=False)

    assert as_guest.get("/p/mug").status_code == 404
    for path in ("/", "/topics/home", "/search?q=mug"):
        assert "Deep teal mug" not in as_guest.get(path).content.decode()


def test_a_category_shows_what_lies_below_it(as_guest: Client, home: Category) -> None:
    ProductFactory(name="Moka pot", category=CategoryFactory(slug="kitchen", parent=home))
    ProductFactory(name="Stray", category=CategoryFactory(slug="homeware"))

    page = as_guest.get("/topics/home").content.decode()

    assert "Moka pot" in page
    assert "Stray" not in page


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("newest", ["B", "C", "A"]),
        ("cheapest", ["A", "B", "C"]),
        ("dearest", ["C", "B", "A"]),
        ("nonsense", ["B", "C", "A"]),
    ],
)
def test_a_category_is_sorted_as_asked(as_guest: Client, home: Category, sort: str, names: list[str]) -> None:
    for name, price in (("A", 100), ("C", 300), ("B", 200)):
        ProductFactory(name=name, price_minor=price, category=home)

    page = as_guest.get("/topics/home", {"sort": sort}).context["page"]

    assert [product.name for product in page.items] == names


def test_more_is_loaded_in_place_and_by_link(as_guest: Client, home: Category) -> None:
    for _ in range(30):
        ProductFactory(category=home)

    first = as_guest.get("/topics/home")
    more = as_guest.get("/topics/home?page=2", headers={"HX-Request": "true"})

    assert len(first.context["page"].items) == 24
    assert 'href="/topics/home?page=2"' in first.content.decode()
    assert more.content.decode().count("product-card-words") == 6
    assert "<html" not in more.content.decode()


def test_a_product_says_who_picked_it_and_who_earns(as_guest: Client, mug: Product) -> None:
    plain = as_guest.get("/p/mug").content.decode()
    assert "The one everyone reaches for." in plain
    assert "who earns commission" not in plain

    assert (
        "Picked by Mei Tanaka, who earns commission"
        in as_guest.get("/p/mug?via=slowhome", headers=BROWSER).content.decode()
    )
    assert "Picked by Mei Tanaka" in as_guest.get("/p/mug").content.decode()
    assert Click.objects.get().product_id == mug.pk


@pytest.mark.parametrize("via", ["nobody", "", "x" * 400, "otto"])
def test_a_link_of_nobody_brings_nobody(as_guest: Client, mug: Product, via: str) -> None:
    answer = as_guest.get("/p/mug", {"via": via}, headers=BROWSER)

    assert answer.status_code == 200
    assert "referral" not in answer.cookies
    assert Click.objects.count() == 0


def test_a_suspended_creators_link_brings_nobody(as_guest: Client, mug: Product, mei: Mei) -> None:
    type(mei.influencer).objects.update(state="suspended")

    assert "referral" not in as_guest.get("/p/mug?via=slowhome", headers=BROWSER).cookies


def test_the_first_variant_that_can_be_had_is_chosen(as_guest: Client, mug: Product) -> None:
    Variant.objects.update(stock=0, options={"Colour": "Teal"})
    berry = VariantFactory(product=mug, options={"Colour": "Berry"}, position=1)

    answer = as_guest.get("/p/mug")

    assert answer.context["chosen"] == berry.pk
    assert "Teal (sold out)" in answer.content.decode().replace("  ", " ")


def test_what_is_sold_out_cannot_be_put_into_the_cart(as_guest: Client, mug: Product) -> None:
    Product.objects.update(is_sold_out=True)

    page = as_guest.get("/p/mug").content.decode()

    assert "Sold out at the moment." in page
    assert "/cart/add" not in page


def test_a_member_sees_what_is_new_from_those_she_follows(as_lina: Client, lina: User, mug: Product, mei: Mei) -> None:
    assert "New from shops you follow" not in as_lina.get("/").content.decode()
    follow(follower=lina, followed=mei.user)

    assert "New from shops you follow" in as_lina.get("/").content.decode()


def test_shops_are_found_by_name_and_handle(as_guest: Client, mug: Product) -> None:
    for text in ("mei", "Tanaka", "@slowhome", "ceramics"):
        assert "/@slowhome" in as_guest.get("/search", {"q": text}).content.decode()
    assert "Nothing found" in as_guest.get("/search", {"q": "zebra"}).content.decode()


@pytest.mark.parametrize("text", ["%", "_", "'\"", "<script>alert(1)</script>", "\u202e", "😀", "x" * 5000])
def test_any_text_can_be_searched_for(as_guest: Client, mug: Product, text: str) -> None:
    page = as_guest.get("/search", {"q": text})

    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


@pytest.mark.parametrize("path", ["/", "/topics/home", "/search?q=mug", "/p/mug"])
def test_a_page_asks_as_much_for_few_products_as_for_many(as_guest: Client, mug: Product, mei: Mei, path: str) -> None:
    counts = []
    for more in (2, 40):
        products = [ProductFactory(name=f"Mug {n}", category=mug.category) for n in range(more)]
        index_products(products)
        for product in products:
            PickFactory(collection=mug.picks.get().collection, product=product)
        with CaptureQueriesContext(connection) as queries:
            as_guest.get(path)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 12
