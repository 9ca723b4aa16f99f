"""Sellers' files, line by line: what is taken, what is skipped and why."""

import pytest

from catalog.feeds import Item, Skipped, WrongFileError, category_path, price_of, read_merchant, read_shopify
from catalog.words import words_of

HEAD = (
    "id\ttitle\tdescription\tlink\timage_link\tavailability\tprice\tsale_price\tbrand\tcondition\tproduct_type\tgtin\n"
)


def line(**fields: str) -> str:
    row = {"id": "A1", "title": "Lamp", "price": "999.00 INR", **fields}
    return "\t".join(row.get(name, "") for name in HEAD.strip().split("\t")) + "\n"


def merchant(*lines: str) -> list[object]:
    return list(read_merchant([HEAD, *lines]))


def test_a_line_becomes_a_product_with_one_variant() -> None:
    (item,) = merchant(line(sale_price="379.00 INR", product_type="Home > Lamps", brand="Lumen"))

    assert isinstance(item, Item)
    assert (item.external_id, item.name, item.brand, item.currency, item.category) == (
        "A1",
        "Lamp",
        "Lumen",
        "INR",
        ("Home", "Lamps"),
    )
    assert [(v.price_minor, v.list_price_minor, v.stock) for v in item.variants] == [(37_900, 99_900, None)]


def test_a_sale_above_the_price_is_no_sale() -> None:
    (item,) = merchant(line(sale_price="1999.00 INR"))

    assert [(v.price_minor, v.list_price_minor) for v in item.variants] == [(99_900, None)]


def test_what_is_out_of_stock_has_none() -> None:
    (item,) = merchant(line(availability="out of stock"))

    assert item.variants[0].stock == 0


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"price": ""}, "no price"), ({"id": ""}, "no id"), ({"title": ""}, "no title"),
        ({"price": "999"}, "'999' is not a price such as 999.00 INR"), ({"price": "-1.00 INR"}, "'-1.00 INR' is not a price such as 999.00 INR"),
        ({"price": "NaN INR"}, "'NaN INR' is not a price such as 999.00 INR"), ({"price": "1.005 USD"}, "'1.005 USD' is not a price such as 999.00 INR"),
        ({"price": "99999999999999999.00 INR"}, "'99999999999999999.00 INR' is not a price such as 999.00 INR"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_used_is_skipped_with_its_reason(fields: dict[str, str], reason: str) -> None:
    assert merchant(line(**fields), line(id="B2"))[0] == Skipped(2, reason)
    assert len(merchant(line(**fields), line(id="B2"))) == 2


def test_a_repeated_id_is_skipped() -> None:
    assert merchant(line(), line())[1] == Skipped(3, "the id A1 stands in the file before")


def test_a_file_of_another_kind_is_refused_whole() -> None:
    with pytest.raises(WrongFileError, match="columns title, price are missing"):
        read_merchant(["id\tname\n"])


SHOP = "Handle,Title,Body (HTML),Vendor,Type,Option1 Name,Option1 Value,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Image Src,Published\n"


def shopify(*lines: str) -> list[object]:
    return list(
        read_shopify([SHOP, *lines], currency="USD", plain=lambda html: html.replace("<p>", "").replace("</p>", ""))
    )


def test_several_lines_become_one_product_with_variants() -> None:
    (item,) = shopify(
        "pot,Clay pot,<p>Blown clay</p>,Company,Outdoor,Size,Regular,shopify,3,deny,9.99,12.00,https://x.example/1.jpg,true\n",
        "pot,,,,,,Large,,1,deny,15.99,,,\n",
        "pot,,,,,,,,,,,,https://x.example/2.jpg,\n",
    )

    assert isinstance(item, Item)
    assert (item.name, item.description, item.category) == ("Clay pot", "Blown clay", ("Outdoor",))
    assert [(dict(v.options), v.price_minor, v.list_price_minor, v.stock) for v in item.variants] == [
        ({"Size": "Regular"}, 999, 1200, 3), ({"Size": "Large"}, 1599, None, None),
    ]  # fmt: skip


def test_one_variant_without_choices_has_no_options() -> None:
    (item,) = shopify("shirt,Shirt,,V,,Title,Default Title,,1,deny,50,,,true\n")

    assert [dict(v.options) for v in item.variants] == [{}]


def test_an_unpublished_product_and_one_without_a_price_are_skipped() -> None:
    rows = shopify("a,A,,V,,Title,Default Title,,1,deny,5,,,false\n", "b,B,,V,,Title,Default Title,,1,deny,,,,true\n")

    assert [row.reason for row in rows] == ["not published", "no price"]


def test_prices_are_amounts_with_a_currency() -> None:
    assert price_of("379.00 INR") == (37_900, "INR")
    assert price_of("1200 JPY") == (1200, "JPY")
    assert price_of("379,00 INR") is None


def test_a_category_that_repeats_the_name_is_none() -> None:
    assert category_path("Alisha Solid Women's Cycling Shorts", "Alisha Solid Women's Cycling Shorts") == ()
    assert category_path("A > B > > C", "Lamp") == ("A", "B", "C")


def test_words_are_folded_and_chinese_goes_by_the_character() -> None:
    assert words_of("Bouclé  Armchair, 2nd") == ["boucle", "armchair", "2nd"]
    assert words_of("蘑菇台灯 Lamp") == ["蘑", "菇", "台", "灯", "lamp"]
    assert words_of("100%'\"; DROP") == ["100", "drop"]
