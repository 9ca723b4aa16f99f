"""Claims: never more than is wanted, and never lost."""

import contextlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections
from django.db.models import Sum
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.services.circle import block
from lists.errors import AllTaken, NotThere
from lists.models import Claim, ListItem
from lists.services import giving
from orders.services.cart import add_to_cart, cart_for
from orders.services.checkout import release_unpaid
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, befriend
from tests.factories.catalog import VariantFactory
from tests.factories.lists import ListFactory, ListItemFactory

LIVE = ["shopping", "reserved", "bought"]


def taken(item: ListItem) -> int:
    return Claim.objects.filter(item=item, state__in=LIVE).aggregate(n=Sum("quantity"))["n"] or 0


def test_two_at_once_for_the_last_one(db: None) -> None:
    item = ListItemFactory()
    giving.claim(item=item, quantity=1, giver=UserFactory())
    with pytest.raises(AllTaken):
        giving.claim(item=item, quantity=1, giver=UserFactory())

    item.refresh_from_db()
    assert item.taken == taken(item) == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_moment() -> None:
    """Twenty givers want a piece of an item that is wanted five times (on SQLite writers queue)."""
    item, people = ListItemFactory(wanted=5), [UserFactory() for _ in range(20)]

    def take(person: User) -> bool:
        try:
            giving.claim(
                item=ListItem.objects.select_related("list", "product").get(pk=item.pk), quantity=1, giver=person
            )
        except AllTaken:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(take, people))

    item.refresh_from_db()
    assert sum(won) == item.taken == taken(item) == 5


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["claim", "shop", "release", "buy", "return", "hours", "want"]), st.integers(1, 6)),
        max_size=25,
    )
)
def test_any_history_of_many_givers(db: None, steps: list[tuple[str, int]]) -> None:
    item, now = ListItemFactory(wanted=4), timezone.now()
    people = [UserFactory() for _ in range(3)]
    most = 4
    for act, number in steps:
        claims = list(Claim.objects.filter(item=item).order_by("pk"))
        chosen = claims[number % len(claims)] if claims else None
        if act in ("claim", "shop"):
            with contextlib.suppress(AllTaken):
                giving.claim(item=item, quantity=number, giver=people[number % 3], shopping=act == "shop", now=now)
        elif act == "hours":
            now += timedelta(hours=number * 60)
            giving.release_expired(now)
        elif act == "want":
            ListItem.objects.filter(pk=item.pk).update(wanted=number)
            most = max(most, number)
        elif chosen is not None:
            {"release": giving.release, "buy": giving.mark_bought, "return": giving.unmark_bought}[act](row=chosen)
        item.refresh_from_db()
        assert item.taken == taken(item)
        assert item.taken <= most


def test_half_an_hour_while_shopping_and_two_weeks_when_reserved(db: None) -> None:
    item, now = ListItemFactory(wanted=2), timezone.now()
    giving.claim(item=item, quantity=1, giver=UserFactory(), shopping=True, now=now)
    giving.claim(item=item, quantity=1, giver=UserFactory(), now=now)

    assert giving.release_expired(now + timedelta(minutes=29)) == 0
    assert giving.release_expired(now + timedelta(minutes=30)) == 1
    assert giving.remind(now + timedelta(days=10, hours=1)) == 1
    assert giving.remind(now + timedelta(days=10, hours=2)) == 0
    assert giving.release_expired(now + timedelta(days=14)) == 1


def test_what_was_removed_meanwhile_cannot_be_taken(db: None) -> None:
    item = ListItemFactory()
    ListItem.objects.filter(pk=item.pk).update(removed_at=timezone.now())
    with pytest.raises(NotThere):
        giving.claim(item=item, quantity=1, giver=UserFactory())


def test_a_guest_confirms_by_mail_and_lets_go(as_guest: Client, django_capture_on_commit_callbacks: object) -> None:
    item = ListItemFactory(list=ListFactory(audience="link", token="f" * 32))
    assert as_guest.get(f"/lists/{item.list.slug}").status_code == 404
    page = as_guest.get(f"/l/{'f' * 32}")
    assert item.label in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        answer = as_guest.post(
            f"/lists/{item.list.slug}/items/{item.pk}/claim",
            {"token": "f" * 32, "name": "Aunt May", "email": "may@example.com", "quantity": "1", "act": "reserve"},
        )
    assert answer.status_code == 302
    link = re.search(r"/claims/\w+", mail.outbox[-1].body)[0]  # type: ignore[index]
    as_guest.post(link, {"act": "confirm"})
    assert Claim.objects.get().state == "reserved"
    as_guest.post(link, {"act": "release"})
    item.refresh_from_db()
    assert (Claim.objects.get().state, item.taken) == ("released", 0)


@pytest.mark.parametrize("quantity", ["0", "-1", "100", "x", "", "9" * 30])
def test_a_quantity_that_is_none_is_refused_in_words(lina: User, quantity: str) -> None:
    item = ListItemFactory(wanted=3, list=ListFactory(audience="friends"))
    befriend(item.list.owner, lina)
    answer = client_for(lina).post(
        f"/lists/{item.list.slug}/items/{item.pk}/claim", {"quantity": quantity, "act": "reserve"}
    )

    assert answer.status_code == 409
    assert "There is a problem" in answer.content.decode()
    assert not Claim.objects.exists()


def test_a_claim_belongs_to_who_made_it(lina: User, otto: User, as_guest: Client) -> None:
    claim = giving.claim(item=ListItemFactory(), quantity=1, giver=lina)

    for client in (client_for(otto), as_guest, client_for(claim.item.list.owner)):
        assert client.post(f"/claims/{claim.token}", {"act": "release"}).status_code == 404
    claim.refresh_from_db()
    assert claim.state == "reserved"


def test_the_giver_chooses_which_one_where_any_is_fine(lina: User, otto: User) -> None:
    befriend(lina, otto)
    item = ListItemFactory(list=ListFactory(owner=otto, audience="friends"))
    VariantFactory(product=item.product, options={"Colour": "Ember"})
    other = VariantFactory(product=item.product, options={"Colour": "Sun"}, price_minor=3100)
    client = client_for(lina)
    address = client.post(f"/lists/{item.list.slug}/items/{item.pk}/claim", {"act": "buy", "quantity": "1"}).url
    assert "Sun" in client.get(address).content.decode()

    assert client.post(address, {"variant": str(other.pk)}).status_code == 302

    assert [line.variant for line in client.get(address).context["page"].lines] == [other]


def test_a_giver_cannot_choose_another_than_the_one_wished_for(lina: User, otto: User) -> None:
    befriend(lina, otto)
    item = ListItemFactory(list=ListFactory(owner=otto, audience="friends"))
    item.variant = VariantFactory(product=item.product, options={"Colour": "Ember"})
    item.save()
    other = VariantFactory(product=item.product, options={"Colour": "Sun"})
    client = client_for(lina)
    address = client.post(f"/lists/{item.list.slug}/items/{item.pk}/claim", {"act": "buy", "quantity": "1"}).url

    assert client.post(address, {"variant": str(other.pk)}).status_code == 422
    assert [line.variant for line in client.get(address).context["page"].lines] == [item.variant]


STEP = "4000002500003155"


def pays_by_step(lina: User, otto: User) -> tuple[Client, str, dict[str, str]]:
    """Lina is at the further step of her payment for a gift to Otto; her own cart holds the same thing."""
    befriend(lina, otto)
    item = ListItemFactory(list=ListFactory(owner=otto, audience="friends"))
    variant = VariantFactory(product=item.product)
    add_to_cart(cart=cart_for(user=lina, key=None), variant=variant, quantity=1)
    client = client_for(lina)
    address = client.post(f"/lists/{item.list.slug}/items/{item.pk}/claim", {"act": "buy", "quantity": "1"}).url
    return client, address, {"email": lina.email, "name": "Lina", "where": "her", "message": "", "total_minor": "2400"}


def pay(client: Client, address: str, form: dict[str, str], card: str) -> str:
    cart = client.get(address).context["page"].cart
    return client.post(address, {**form, "card": card, "checkout_token": cart.checkout_token}).url


def test_a_gift_whose_payment_was_refused_can_be_paid_again(lina: User, otto: User) -> None:
    client, address, form = pays_by_step(lina, otto)
    step = pay(client, address, form, STEP)
    assert client.post(step, {"answer": "refuse"}).url == address

    assert "/orders/" in pay(client, address, form, "4242424242424242")
    assert Claim.objects.get().state == "bought"


def test_a_gift_that_waited_too_long_can_be_paid_again(lina: User, otto: User) -> None:
    client, address, form = pays_by_step(lina, otto)
    pay(client, address, form, STEP)
    release_unpaid(timezone.now() + timedelta(minutes=31))

    assert "/orders/" in pay(client, address, form, "4242424242424242")


def test_paying_a_gift_leaves_the_givers_own_cart_alone(lina: User, otto: User) -> None:
    client, address, form = pays_by_step(lina, otto)
    client.post(pay(client, address, form, STEP), {"answer": "confirm"})

    assert cart_for(user=lina, key=None).lines.count() == 1


def test_after_a_block_a_claim_is_not_there_any_more(lina: User, otto: User) -> None:
    befriend(lina, otto)
    item = ListItemFactory(list=ListFactory(owner=otto, audience="friends"))
    row = giving.claim(item=item, quantity=1, giver=lina)
    client = client_for(lina)
    assert f"/claims/{row.token}" in client.get("/lists").content.decode()

    block(blocker=otto, blocked=lina)

    assert client.get(f"/claims/{row.token}").status_code == client.get(f"/claims/{row.token}/buy").status_code == 404
    assert f"/claims/{row.token}" not in client.get("/lists").content.decode()


def test_a_gift_for_somebody_without_an_account_goes_to_the_giver(lina: User) -> None:
    item = ListItemFactory(list=ListFactory(owner=lina, kind="gift", recipient_name="Aunt Jo"))
    VariantFactory(product=item.product)
    client = client_for(lina)
    address = client.post(f"/lists/{item.list.slug}/items/{item.pk}/claim", {"act": "buy", "quantity": "1"}).url
    page = client.get(address)

    assert "A gift for Aunt Jo" in page.content.decode()
    assert [value for value, _label in page.context["form"].fields["where"].choices] == ["me"]
