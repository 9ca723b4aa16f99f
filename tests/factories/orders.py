"""Carts and orders."""

from datetime import timedelta

import factory
from django.utils import timezone

from orders.models import Cart, CartLine, Order, OrderLine
from tests.factories.accounts import UserFactory
from tests.factories.catalog import ProductFactory


class CartFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Cart

    user = factory.SubFactory(UserFactory)
    checkout_token = factory.Sequence(lambda n: f"cart-token-{n}")


class CartLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CartLine

    cart = factory.SubFactory(CartFactory)
    variant = factory.LazyFunction(lambda: ProductFactory().variants.get())
    quantity = 1


class OrderFactory(factory.django.DjangoModelFactory):
    """A paid order without lines: add them with OrderLineFactory."""

    class Meta:
        model = Order

    number = factory.Sequence(lambda n: f"V{n:07d}")
    token = factory.Sequence(lambda n: f"order-token-{n}")
    checkout_token = factory.Sequence(lambda n: f"checkout-token-{n}")
    user = factory.SubFactory(UserFactory)
    state = Order.State.PAID
    email = factory.LazyAttribute(lambda order: order.user.email if order.user else "guest@example.com")
    name = "Lina Moreau"
    address = "12 Rue des Lilas"
    postcode = "69003"
    city = "Lyon"
    country = "FR"
    currency = "USD"
    total_minor = 2400
    paid_at = factory.LazyFunction(timezone.now)


class OrderLineFactory(factory.django.DjangoModelFactory):
    """One item of 24.00 USD; give ``influencer=`` for a line that somebody brought a minute before."""

    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    product = factory.SubFactory(ProductFactory)
    variant = factory.LazyAttribute(lambda line: line.product.variants.get())
    seller = factory.LazyAttribute(lambda line: line.product.seller)
    category = factory.LazyAttribute(lambda line: line.product.category)
    name = factory.LazyAttribute(lambda line: line.product.name)
    quantity = 1
    unit_price_minor = 2400
    total_minor = factory.LazyAttribute(lambda line: line.quantity * line.unit_price_minor)
    influencer = None
    source = factory.LazyAttribute(lambda line: "storefront" if line.influencer else "")
    touched_at = factory.LazyAttribute(lambda line: timezone.now() - timedelta(minutes=1) if line.influencer else None)
    return_window_days = 30
