"""docs/rules/ranking.md, run; and the database's order beside it."""

import pytest

from catalog.models import Product
from discovery.queries import recommended
from discovery.ranking import Standing, ranked
from tests.factories.catalog import ProductFactory
from tests.factories.storefront import CollectionFactory, PickFactory, StorefrontFactory
from tests.rules.documents import table


def standings(cell: str) -> list[Standing]:
    found = []
    for part in cell.split(";"):
        number, _, facts = part.partition(":")
        shops, *flags = facts.split()
        found.append(Standing(int(number), int(shops), "s" in flags))
    return found


ROWS = table("ranking")
CELL = "products (number: shops, s for sold out)"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["order"])
def test_the_worked_table_holds(row: dict[str, str]) -> None:
    assert [standing.number for standing in ranked(standings(row[CELL]))] == [int(n) for n in row["order"].split()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["order"])
def test_the_database_sorts_by_the_same_rule(db: None, row: dict[str, str]) -> None:
    shops = [StorefrontFactory() for _ in range(5)]
    numbers = {}
    for standing in sorted(standings(row[CELL]), key=lambda standing: standing.number):
        product = ProductFactory(is_sold_out=standing.is_sold_out)
        numbers[product.pk] = standing.number
        for shop in shops[: standing.shops]:
            # Twice in one shop counts once.
            PickFactory(collection=CollectionFactory(storefront=shop), product=product)
            PickFactory(collection=CollectionFactory(storefront=shop), product=product)
    draft = StorefrontFactory(published_at=None)
    PickFactory(collection=CollectionFactory(storefront=draft), product=Product.objects.earliest("pk"))

    assert [numbers[product.pk] for product in recommended(Product.objects.all())] == [
        int(n) for n in row["order"].split()
    ]
