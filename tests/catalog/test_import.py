"""Reading sellers' files into the catalogue."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog import services
from catalog.models import Category, Product, Seller, Variant
from catalog.queries import search_products
from tests.factories.catalog import ProductFactory, SellerFactory
from tests.rules.test_feeds import HEAD, SHOP, line

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "catalog"


@pytest.fixture
def seller(db: None) -> Seller:
    return SellerFactory(slug="noma")


def read(path: Path, kind: str = "merchant", seller: str = "noma") -> dict[str, object]:
    out = StringIO()
    call_command("import_products", path, seller=seller, format=kind, json=True, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.tsv"
    path.write_text(
        HEAD + line(product_type="Home > Lamps", sale_price="379.00 INR") + line(id="B2", title="Mug", price="") + line(id="C3", title="Kettle"),
        encoding="utf-8",
    )  # fmt: skip
    return path


def test_a_file_is_read_and_its_bad_lines_are_named(seller: Seller, feed: Path) -> None:
    summary = read(feed)

    assert (summary["created"], summary["updated"], summary["unchanged"]) == (2, 0, 0)
    assert summary["skipped"] == [{"line": 3, "reason": "no price"}]
    lamp = Product.objects.get(external_id="A1")
    assert (lamp.price_minor, lamp.list_price_minor, lamp.currency, lamp.category.path) == (
        37_900,
        99_900,
        "INR",
        "home/lamps",
    )
    assert lamp.category.parent.name == "Home"


def test_a_second_reading_doubles_nothing(seller: Seller, feed: Path) -> None:
    read(feed)

    summary = read(feed)

    assert (summary["created"], summary["updated"], summary["unchanged"]) == (0, 0, 2)
    assert (Product.objects.count(), Variant.objects.count(), Category.objects.count()) == (2, 2, 2)


def test_a_changed_line_updates(seller: Seller, feed: Path) -> None:
    read(feed)
    feed.write_text(HEAD + line(title="Lamp, new", price="500.00 INR"), encoding="utf-8")

    summary = read(feed)

    lamp = Product.objects.get(external_id="A1")
    assert (summary["updated"], lamp.name, lamp.price_minor, lamp.list_price_minor) == (1, "Lamp, new", 50_000, None)
    assert lamp.variants.get().price_minor == 50_000
    assert list(search_products("new")) == [lamp]


def test_a_variant_that_left_the_file_cannot_be_bought(seller: Seller, tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    small, large = "pot,Pot,,V,,Size,S,shopify,3,deny,9.99,,,true\n", "pot,,,,,,L,shopify,1,deny,15.99,,,\n"
    path.write_text(SHOP + small + large, encoding="utf-8")
    read(path, "shopify")
    path.write_text(SHOP + small, encoding="utf-8")
    read(path, "shopify")

    assert [(v.options["Size"], v.is_active) for v in Variant.objects.order_by("position")] == [
        ("S", True),
        ("L", False),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"), (b"Handle,Title\n", "columns id, title, price are missing"), ("id\ttitle\tprice\n".encode("utf-16"), "UTF-8"),
        (b"id\ttitle\tprice\n1\tcaf\xe9\t9.00 EUR\n", "not UTF-8 text"), (b"\x7fELF\x00\x00", "not a text file"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_whole(seller: Seller, tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "feed.tsv"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=words):
        read(path)

    assert Product.objects.count() == 0


def test_a_folder_a_missing_file_and_an_unknown_seller_are_refused(seller: Seller, tmp_path: Path, feed: Path) -> None:
    with pytest.raises(CommandError, match="is a folder"):
        read(tmp_path)
    with pytest.raises(CommandError, match="cannot be read"):
        read(tmp_path / "none.tsv")
    with pytest.raises(CommandError, match=r"There is no seller 'nobody'. Sellers: noma"):
        read(feed, seller="nobody")


@pytest.mark.skipif(not REAL.exists(), reason="the real feeds are not beside this checkout")
def test_the_real_feed_is_read_twice(seller: Seller) -> None:
    first, second = read(REAL / "merchant-feed-20k.tsv"), read(REAL / "merchant-feed-20k.tsv")

    reasons = [row["reason"] for row in first["skipped"]]
    assert (first["created"], reasons.count("no price"), len(reasons)) == (19_920, 78, 80)
    assert (second["created"], second["updated"], second["unchanged"]) == (0, 0, 19_920)


@pytest.mark.skipif(not REAL.exists(), reason="the real feeds are not beside this checkout")
@pytest.mark.parametrize("name", ["apparel", "home-and-garden", "jewelery"])
def test_the_real_shops_are_read(seller: Seller, name: str) -> None:
    summary = read(REAL / f"shopify-{name}.csv", "shopify")

    assert (summary["created"], summary["skipped"]) == (20, [])
    assert not Product.objects.filter(description__contains="<p>").exists()


def test_categories_in_other_scripts_stay_apart(db: None) -> None:
    found = [services.category_at(["家居用品", name]).path for name in ("厨房用品大全", "厨房用品套装", "厨房用品大全")]

    assert found[0] == found[2] != found[1]
    assert Category.objects.count() == 3


# --- Stock and search


@pytest.mark.parametrize(
    ("stock", "taken", "left"), [(3, True, 1), (2, True, 0), (1, False, 1), (0, False, 0), (None, True, None)]
)
def test_stock_is_taken_whole_or_not_at_all(db: None, stock: int | None, taken: bool, left: int | None) -> None:
    variant = ProductFactory().variants.get()
    Variant.objects.update(stock=stock)

    assert services.take_stock(variant_id=variant.pk, quantity=2) is taken

    variant.refresh_from_db()
    assert variant.stock == left


def test_the_card_says_sold_out_when_the_last_one_goes_and_stops_when_it_is_back(db: None) -> None:
    product = ProductFactory(stock=1)
    variant = product.variants.get()

    services.take_stock(variant_id=variant.pk, quantity=1)
    product.refresh_from_db()
    assert product.is_sold_out
    services.return_stock(variant_id=variant.pk, quantity=1)

    product.refresh_from_db()
    assert not product.is_sold_out


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("deep mug", True), ("MUG", True), ("mu", True), ("kiln", True), ("mug zebra", False), ("", False), ("'\";%_", False),
        ("x" * 300, False), ("马克", True), ("杯", True), ("boucle", False),
    ],
)  # fmt: skip
def test_products_are_found_by_words(db: None, text: str, found: bool) -> None:
    product = ProductFactory(name="Deep teal mug", names={"zh-hans": "深青色马克杯"})
    services.index_products([product])

    assert search_products(text).exists() is found
