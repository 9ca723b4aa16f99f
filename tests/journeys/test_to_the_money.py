"""From a visit to cleared commission, back again by a refund, and with every message lost."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from commissions import tasks
from commissions.models import Entry
from commissions.queries import Balance, balances
from influencers.models import Click
from orders.models import Cart, Order
from orders.tasks import release_unpaid
from storefront.models import Storefront
from tests.cast import Mei, Sol
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, with_handle
from tests.factories.catalog import ProductFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.storefront import CollectionFactory, PickFactory, StorefrontFactory
from tests.orders.test_checkout import form_of

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140"}


@pytest.fixture
def shelf(mei: Mei, sol: Sol) -> Storefront:
    """Mei's shop with one lamp of 129.00 that Sol sends, and a second creator's shop."""
    product = ProductFactory(slug="lamp", name="Mushroom table lamp", price_minor=12_900, seller=sol.seller)
    PickFactory(collection=CollectionFactory(storefront=mei.storefront), product=product)
    StorefrontFactory(influencer=InfluencerFactory(user=with_handle(UserFactory(name="Kai Rivera"), "kai.builds")))
    return mei.storefront


def buy(client: Client) -> Order:
    """Come through Mei's shop, put the lamp into the cart, look at another shop, pay."""
    client.get("/@slowhome", headers=BROWSER)
    page = client.get("/p/lamp?via=slowhome&from=storefront", headers=BROWSER)
    variant = page.context["page"].variants[0].pk
    client.post("/cart/add", {"variant": variant, "quantity": "1"})
    client.get("/@kai.builds", headers=BROWSER)
    client.post("/checkout", form_of(Cart.objects.latest("pk")))
    return Order.objects.latest("pk")


def of(mei: Mei) -> Balance:
    return (balances(mei.influencer) or [Balance("USD")])[0]


def test_from_a_visit_to_cleared_commission(
    shelf: Storefront, mei: Mei, as_guest: Client, as_sol: Client, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        order = buy(as_guest)
    assert order.state == "paid"
    assert of(mei) == Balance("USD", pending=903)
    assert Click.objects.filter(influencer=mei.influencer).count() == 2
    assert "$9.03" in client_for(mei.user).get("/studio").content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        as_sol.post(f"/seller/lines/{order.lines.get().pk}/ship")
    assert of(mei) == Balance("USD", pending=903)

    with time_machine.travel(timezone.now() + timedelta(days=30, minutes=1)):
        tasks.sweep()
        assert of(mei) == Balance("USD", cleared=903)
        page = client_for(mei.user).get("/studio/earnings").content.decode()
    assert "Cleared" in page
    assert "The return window has ended." in page


def test_a_refund_takes_its_share_back(
    shelf: Storefront, mei: Mei, as_guest: Client, as_sol: Client, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        line = buy(as_guest).lines.get()
        as_sol.post(f"/seller/lines/{line.pk}/ship")

    with django_capture_on_commit_callbacks(execute=True):
        as_sol.post(f"/seller/lines/{line.pk}/refund", {"amount": "64.50", "reason": "A scratch"})
    assert of(mei) == Balance("USD", pending=452, reversed=451)
    with django_capture_on_commit_callbacks(execute=True):
        as_sol.post(f"/seller/lines/{line.pk}/refund", {"amount": "64.50", "reason": "Came back"})

    assert of(mei) == Balance("USD", reversed=903)
    call_command("check_ledger")


def test_an_own_purchase_earns_nothing_and_is_said(
    shelf: Storefront, mei: Mei, as_mei: Client, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        as_mei.get("/p/lamp?via=slowhome", headers=BROWSER)
        variant = as_mei.get("/p/lamp").context["page"].variants[0].pk
        as_mei.post("/cart/add", {"variant": variant, "quantity": "1"})
        assert "no commission is earned" in as_mei.get("/checkout").content.decode()
        as_mei.post("/checkout", form_of(Cart.objects.get()))

    assert Entry.objects.count() == 0
    assert "Your own purchase earns nothing." in as_mei.get("/studio/earnings").content.decode()


def test_sweeps_make_good_what_lost_messages_left(
    shelf: Storefront, mei: Mei, as_guest: Client, as_sol: Client
) -> None:
    line = buy(as_guest).lines.get()
    assert of(mei) == Balance("USD")
    tasks.sweep()
    assert of(mei) == Balance("USD", pending=903)

    as_sol.post(f"/seller/lines/{line.pk}/ship")
    as_sol.post(f"/seller/lines/{line.pk}/refund", {"amount": "64.50", "reason": "A scratch"})
    tasks.sweep()
    release_unpaid()
    assert of(mei) == Balance("USD", pending=452, reversed=451)

    with time_machine.travel(timezone.now() + timedelta(days=31)):
        tasks.sweep()
        tasks.sweep()

    assert of(mei) == Balance("USD", cleared=452, reversed=451)


def test_a_forged_referral_is_nobodys(shelf: Storefront, mei: Mei, as_guest: Client) -> None:
    as_guest.cookies["referral"] = '[1,"storefront",1]:forged'
    variant = as_guest.get("/p/lamp").context["page"].variants[0].pk

    as_guest.post("/cart/add", {"variant": variant, "quantity": "1"})

    assert Cart.objects.get().lines.get().influencer is None
