"""The people of the tests. A page is asked by everyone who matters to it."""

from dataclasses import dataclass

from django.contrib.auth.models import Permission

from accounts.models import User
from catalog.models import Seller
from influencers.models import Influencer
from orders.models import SellerMember
from storefront.models import Storefront
from tests.factories.accounts import UserFactory, with_handle
from tests.factories.catalog import SellerFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.storefront import StorefrontFactory

PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Mei:
    """An approved influencer with a published, still empty storefront at /@slowhome."""

    user: User
    influencer: Influencer
    storefront: Storefront


def mei() -> Mei:
    user = with_handle(UserFactory(name="Mei Tanaka", email="mei@example.com"), "slowhome")
    influencer = InfluencerFactory(user=user)
    return Mei(user=user, influencer=influencer, storefront=StorefrontFactory(influencer=influencer))


def lina() -> User:
    """Mei's friend the shopper."""
    return UserFactory(name="Lina Moreau", email="lina@example.com")


def otto() -> User:
    """A member whom nobody here knows."""
    return UserFactory(name="Otto Stern", email="otto@example.com")


def rhea() -> User:
    """A reviewer: staff who may change applications."""
    user = UserFactory(name="Rhea Patel", email="rhea@example.com", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_application"))
    return user


@dataclass(frozen=True, slots=True)
class Sol:
    """A person at the desk of the seller Atelier Noma."""

    user: User
    seller: Seller


def sol() -> Sol:
    user = UserFactory(name="Sol Adeyemi", email="sol@example.com")
    seller = SellerFactory(slug="atelier-noma", name="Atelier Noma")
    SellerMember.objects.create(user=user, seller=seller)
    return Sol(user=user, seller=seller)
