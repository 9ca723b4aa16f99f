"""Gifts that go to somebody else: the giver never learns the address, the seller only for the parcel."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Address, AddressLook, User
from lists.services import giving
from notifications.models import Mail, Notice
from orders.models import Gift, Order, SellerMember
from orders.services import gifts
from tests.cast import Sol
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, befriend, with_handle
from tests.factories.catalog import ProductFactory, VariantFactory
from tests.factories.lists import ListFactory, ListItemFactory
from tests.lists.test_surprise import crawl

CANARY = "Quincunx Lane 4711"
ADDRESS = {
    "name": "Tomas Berg",
    "address": CANARY,
    "address_2": "",
    "postcode": "Z9Z9Z9",
    "city": "Canaryville",
    "country": "DE",
    "phone": "+4930555777",
}


@pytest.fixture
def tomas(db: None) -> User:
    return with_handle(UserFactory(name="Tomas Berg", email="tomas@example.com"), "tomas")


@pytest.fixture
def gift(tomas: User, lina: User, sol: Sol, django_capture_on_commit_callbacks: object) -> Gift:
    """Lina pays for a lamp that goes to Tomas."""
    befriend(tomas, lina)
    item = ListItemFactory(
        list=ListFactory(owner=tomas, audience="friends"), product=ProductFactory(seller=sol.seller, name="Lamp")
    )
    client = client_for(lina)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        answer = client.post(f"/lists/{item.list.slug}/items/{item.pk}/claim", {"act": "buy", "quantity": "1"})
        page = client.get(answer.url)
        cart = page.context["page"].cart
        form = {"email": lina.email, "name": "Lina", "where": "her", "message": "For you", "card": "4242424242424242",
                "checkout_token": cart.checkout_token, "total_minor": "2400"}  # fmt: skip
        paid = client.post(answer.url, form)
    assert paid.status_code == 302, paid.content.decode()
    return Gift.objects.get()


def test_the_giver_pays_without_an_address_and_the_claim_is_bought(gift: Gift) -> None:
    assert gift.order.state == Order.State.PAID
    assert (gift.order.address, gift.order.city, gift.state) == ("", "", "waiting")
    claim = giving.Claim.objects.get()
    assert claim.state == "bought"
    notice = Notice.objects.get(recipient=gift.recipient)
    assert notice.kind == "gift_parcel"
    assert "Lamp" not in str(notice.data)
    assert "Lina" not in str(notice.data)


def test_nothing_is_sent_before_the_receiver_has_answered(gift: Gift, as_sol: Client) -> None:
    line = gift.order.lines.get()
    assert "Lamp" not in as_sol.get("/seller").content.decode()
    as_sol.post(f"/seller/lines/{line.pk}/ship")
    line.refresh_from_db()
    assert line.shipped_at is None
    assert as_sol.post(f"/seller/lines/{line.pk}/address").status_code == 404


def test_the_address_is_seen_by_the_seller_alone_and_each_look_is_written_down(
    gift: Gift, tomas: User, lina: User, as_sol: Client, mei: object
) -> None:
    answer = client_for(tomas).post(f"/parcels/{gift.pk}", {**ADDRESS, "act": "address", "keep": "on"})
    assert answer.status_code == 302
    line = gift.order.lines.get()

    assert CANARY in as_sol.post(f"/seller/lines/{line.pk}/address").content.decode()
    look = AddressLook.objects.get(purpose="parcel")
    assert (look.by_id, look.owner_id, look.about) == (
        as_sol.get("/me").context["person"].pk,
        tomas.pk,
        f"line {line.pk}",
    )
    for person in (lina, mei.user, UserFactory(is_staff=True, is_superuser=True)):  # type: ignore[attr-defined]
        pages = crawl(
            client_for(person),
            ["/", "/lists", "/orders", f"/orders/{gift.order.number}", "/notifications", "/@tomas", "/studio"],
        )
        for secret in (CANARY, "Z9Z9Z9", "Canaryville", "+4930555777"):
            assert not any(secret in body for body in pages.values())
    for secret in (CANARY, "Canaryville"):
        assert not any(secret in str(row.data) for row in [*Mail.objects.all(), *Notice.objects.all()])
        assert secret not in as_sol.get("/seller").content.decode()


def test_it_is_encrypted_at_rest(gift: Gift, tomas: User) -> None:
    client_for(tomas).post(f"/parcels/{gift.pk}", {**ADDRESS, "act": "address", "keep": "on"})
    with connection.cursor() as cursor:
        for table in ("orders_gift", "orders_order", "accounts_address"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
            assert CANARY not in str(cursor.fetchall())
    assert Address.objects.get().label == "Canaryville"


@pytest.mark.parametrize("who", ["giver", "guest", "stranger"])
def test_the_parcel_is_the_receivers_alone(gift: Gift, lina: User, otto: User, who: str) -> None:
    client = client_for({"giver": lina, "guest": None, "stranger": otto}[who])
    answer = client.post(f"/parcels/{gift.pk}", {**ADDRESS, "act": "address"})

    gift.refresh_from_db()
    assert answer.status_code in (302, 404)
    assert gift.state == "waiting"


def test_it_is_deleted_after_delivery(gift: Gift, tomas: User, as_sol: Client) -> None:
    client_for(tomas).post(f"/parcels/{gift.pk}", {**ADDRESS, "act": "address"})
    line = gift.order.lines.get()
    as_sol.post(f"/seller/lines/{line.pk}/ship")
    gifts.tend()
    gift.refresh_from_db()
    assert gift.sealed
    as_sol.post(f"/seller/lines/{line.pk}/delivered")
    gifts.tend()
    gift.refresh_from_db()

    assert (gift.sealed, gift.purged_at is not None) == ("", True)
    assert as_sol.post(f"/seller/lines/{line.pk}/address").status_code == 404


def test_declining_gives_the_money_back_and_frees_the_wish(
    gift: Gift, tomas: User, lina: User, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        client_for(tomas).post(f"/parcels/{gift.pk}", {"act": "decline"})

    line = gift.order.lines.get()
    assert line.refunded_minor == line.total_minor
    assert giving.Claim.objects.get().state == "released"
    assert Mail.objects.filter(to=lina.email, kind="gift_returned").count() == 1
    answer = client_for(tomas).post(f"/parcels/{gift.pk}", {**ADDRESS, "act": "address"}, follow=True)
    assert "answered this before" in answer.content.decode()


def test_what_nobody_answers_is_given_back(gift: Gift) -> None:
    gifts.tend(timezone.now() + timedelta(days=13))
    assert Gift.objects.get().state == "waiting"
    gifts.tend(timezone.now() + timedelta(days=14, minutes=1))
    assert Gift.objects.get().state == "declined"


def test_she_sees_what_it_is_when_she_wants_to_and_swaps_it(gift: Gift, tomas: User) -> None:
    client, line = client_for(tomas), gift.order.lines.get()
    other = VariantFactory(product=line.product, price_minor=2000, stock=1, options={"colour": "ember"})
    dear = VariantFactory(product=line.product, price_minor=9900, stock=1, options={"colour": "gold"})
    page = client.get(f"/parcels/{gift.pk}").content.decode()
    assert "Lamp" not in page
    assert "Lina" not in page
    client.post(f"/parcels/{gift.pk}", {"act": "open"})
    assert "Lamp" in client.get(f"/parcels/{gift.pk}").content.decode()

    assert client.post(f"/parcels/{gift.pk}", {"act": "swap", "line": line.pk, "variant": dear.pk}).status_code == 404
    client.post(f"/parcels/{gift.pk}", {"act": "swap", "line": line.pk, "variant": other.pk})

    line.refresh_from_db()
    other.refresh_from_db()
    line.variant.refresh_from_db()
    assert (line.swapped_for, other.stock, line.variant.stock, line.total_minor) == (other, 0, 10, 2400)


def test_a_sealed_address_opens_with_an_older_key(settings: object) -> None:
    from core.sealing import BrokenSeal, seal, unseal

    settings.SEAL_KEYS = ["old"]  # type: ignore[attr-defined]
    text = seal("Elm Row")
    settings.SEAL_KEYS = ["new", "old"]  # type: ignore[attr-defined]
    assert unseal(text) == "Elm Row"
    settings.SEAL_KEYS = ["new"]  # type: ignore[attr-defined]
    with pytest.raises(BrokenSeal):
        unseal(text)


def test_a_giver_who_works_at_the_seller_does_not_see_where_her_gift_goes(
    gift: Gift, lina: User, sol: Sol, tomas: User
) -> None:
    SellerMember.objects.create(user=lina, seller=sol.seller)
    client_for(tomas).post(f"/parcels/{gift.pk}", {"act": "address", **ADDRESS})
    gifts_before = AddressLook.objects.count()

    answer = client_for(lina).post(f"/seller/lines/{gift.order.lines.get().pk}/address?seller={sol.seller.slug}")

    assert answer.status_code == 404
    assert CANARY not in answer.content.decode()
    assert AddressLook.objects.count() == gifts_before


def test_a_giver_who_paid_as_a_guest_is_known_by_her_address(gift: Gift, lina: User, sol: Sol, tomas: User) -> None:
    SellerMember.objects.create(user=lina, seller=sol.seller)
    Order.objects.filter(pk=gift.order_id).update(user=None, email=lina.email.upper())
    client_for(tomas).post(f"/parcels/{gift.pk}", {"act": "address", **ADDRESS})

    assert client_for(lina).post(f"/seller/lines/{gift.order.lines.get().pk}/address").status_code == 404


def test_what_was_given_back_has_no_address_any_more(gift: Gift, tomas: User, as_sol: Client) -> None:
    client_for(tomas).post(f"/parcels/{gift.pk}", {"act": "address", **ADDRESS})
    line = gift.order.lines.get()
    assert as_sol.post(f"/seller/lines/{line.pk}/address").status_code == 200
    type(line).objects.filter(pk=line.pk).update(refunded_minor=line.total_minor)

    assert as_sol.post(f"/seller/lines/{line.pk}/address").status_code == 404
