"""Many buyers at once, few things left: never one more is sold than there is."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import close_old_connections, connection

from catalog.models import Variant
from orders.errors import SoldOut
from orders.models import Order
from orders.services import checkout as checkouts
from tests.factories.catalog import ProductFactory
from tests.factories.orders import CartFactory, CartLineFactory

CONTACT = checkouts.Contact(
    email="guest@example.com", language="en", name="Guest", address="1 Road", address_2="", postcode="1", city="Lyon",
    country="FR",
)  # fmt: skip
LEFT = 10


@pytest.mark.django_db(transaction=True)
def test_exactly_the_last_ten_are_sold() -> None:
    """500 buyers on PostgreSQL, 40 on SQLite, sixteen at any moment."""
    buyers = 500 if connection.vendor == "postgresql" else 40
    variant = ProductFactory(stock=LEFT).variants.get()
    carts = [CartFactory(user=None, key=f"{n:032}") for n in range(buyers)]
    for cart in carts:
        CartLineFactory(cart=cart, variant=variant)
    workers = 16
    ready = Barrier(workers)

    def buy(number: int) -> str:
        if number < workers:
            ready.wait(timeout=30)
        cart = carts[number]
        try:
            checkouts.place_order(
                cart=cart, user=None, contact=CONTACT, checkout_token=cart.checkout_token, total_minor=2400
            )
        except SoldOut:
            return "sold out"
        finally:
            close_old_connections()
            connection.close()
        return "sold"

    with ThreadPoolExecutor(workers) as pool:
        answers = list(pool.map(buy, range(buyers)))

    assert answers.count("sold") == LEFT
    assert answers.count("sold out") == buyers - LEFT
    assert Variant.objects.get(pk=variant.pk).stock == 0
    assert Order.objects.count() == LEFT
