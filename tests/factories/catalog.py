"""Sellers, categories and products with one variant."""

import factory

from catalog.models import Category, Product, Seller, Variant


class SellerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Seller

    slug = factory.Sequence(lambda n: f"seller-{n}")
    name = factory.Sequence(lambda n: f"Seller {n}")


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category

    slug = factory.Sequence(lambda n: f"category-{n}")
    name = factory.LazyAttribute(lambda category: category.slug.title())
    path = factory.LazyAttribute(
        lambda category: f"{category.parent.path}/{category.slug}" if category.parent else category.slug
    )
    parent = None


class ProductFactory(factory.django.DjangoModelFactory):
    """A product of 24.00 USD with one variant of which ten are in stock."""

    class Meta:
        model = Product
        skip_postgeneration_save = True

    seller = factory.SubFactory(SellerFactory)
    category = factory.SubFactory(CategoryFactory)
    external_id = factory.Sequence(lambda n: f"P{n}")
    slug = factory.Sequence(lambda n: f"product-{n}")
    name = factory.Sequence(lambda n: f"Product {n}")
    brand = "Kiln & Co"
    currency = "USD"
    price_minor = 2400

    @factory.post_generation
    def stock(self, create: bool, extracted: int | None, **kwargs: object) -> None:
        """``stock=3`` sets what its one variant has; the default is ten."""
        if create:
            VariantFactory(product=self, price_minor=self.price_minor, stock=10 if extracted is None else extracted)


class VariantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Variant

    product = factory.SubFactory(ProductFactory)
    external_id = factory.Sequence(lambda n: f"V{n}")
    price_minor = 2400
    stock = 10
