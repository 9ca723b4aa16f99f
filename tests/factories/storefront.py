"""Storefronts with collections and picks."""

import factory
from django.utils import timezone

from storefront.models import Collection, Pick, Storefront
from tests.factories.catalog import ProductFactory
from tests.factories.influencers import InfluencerFactory


class StorefrontFactory(factory.django.DjangoModelFactory):
    """A published storefront; its influencer's user needs a handle (``with_handle``)."""

    class Meta:
        model = Storefront

    influencer = factory.SubFactory(InfluencerFactory)
    tagline = "Small-space interiors, ceramics, unhurried mornings."
    published_at = factory.LazyFunction(timezone.now)


class CollectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Collection

    storefront = factory.SubFactory(StorefrontFactory)
    title = factory.Sequence(lambda n: f"Collection {n}")
    slug = factory.Sequence(lambda n: f"collection-{n}")
    position = factory.Sequence(lambda n: n)


class PickFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Pick

    collection = factory.SubFactory(CollectionFactory)
    product = factory.SubFactory(ProductFactory)
    position = factory.Sequence(lambda n: n)
