"""Lists and the things on them."""

import factory

from lists.models import List, ListItem
from tests.factories.accounts import UserFactory
from tests.factories.catalog import ProductFactory


class ListFactory(factory.django.DjangoModelFactory):
    """A wish list that only its owner sees."""

    class Meta:
        model = List

    owner = factory.SubFactory(UserFactory)
    kind = "wish"
    name = factory.Sequence(lambda n: f"List {n}")
    slug = factory.Sequence(lambda n: f"list-{n}")
    token = factory.Sequence(lambda n: f"{n:032x}")


class ListItemFactory(factory.django.DjangoModelFactory):
    """A product on a list, wanted once."""

    class Meta:
        model = ListItem

    list = factory.SubFactory(ListFactory)
    product = factory.SubFactory(ProductFactory)
    title = factory.LazyAttribute(lambda item: item.product.name if item.product else "A thing")
    position = factory.Sequence(lambda n: n)
    known_price_minor = factory.LazyAttribute(lambda item: item.product.price_minor if item.product else None)
