"""From a cart to a paid order."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import User
from catalog.models import Variant
from orders.errors import PriceChanged, SoldOut
from orders.models import Cart, CartLine, Order, Payment
from orders.services import checkout as checkouts
from tests.cast import Mei
from tests.factories.catalog import ProductFactory
from tests.factories.orders import CartFactory, CartLineFactory, OrderFactory

GOOD, DECLINED, STEP = "4242 4242 4242 4242", "4000000000000002", "4000 0025 0000 3155"
CONTACT = {
    "email": "lina@example.com", "name": "Lina Moreau", "address": "12 Rue des Lilas", "address_2": "",
    "postcode": "69003", "city": "Lyon", "country": "FR", "phone": "",
}  # fmt: skip


def form_of(cart: Cart, card: str = GOOD, **changes: object) -> dict[str, object]:
    cart.refresh_from_db()
    total = sum(line.total_minor for line in cart.lines.select_related("variant"))
    return {**CONTACT, "card": card, "checkout_token": cart.checkout_token, "total_minor": total, **changes}


@pytest.fixture
def cart(lina: User) -> Cart:
    line = CartLineFactory(cart=CartFactory(user=lina), quantity=2)
    return line.cart


def stock_of(cart: Cart) -> int | None:
    return cart.lines.get().variant.stock


def test_a_member_pays_and_gets_her_order_and_a_receipt(
    as_lina: Client, cart: Cart, django_capture_on_commit_callbacks: object
) -> None:
    variant = cart.lines.get().variant

    with django_capture_on_commit_callbacks(execute=True):
        answer = as_lina.post("/checkout", form_of(cart), follow=True)

    order = Order.objects.get()
    assert (order.state, order.total_minor, order.payments.get().state) == ("paid", 4800, "succeeded")
    assert Variant.objects.get(pk=variant.pk).stock == 8
    assert cart.lines.count() == 0
    assert order.number in answer.content.decode()
    assert [message.to for message in mail.outbox] == [["lina@example.com"]]
    assert order.number in mail.outbox[0].subject


def test_a_guest_pays_and_only_her_key_opens_the_order(as_guest: Client) -> None:
    product = ProductFactory()
    as_guest.post("/cart/add", {"variant": product.variants.get().pk, "quantity": "1"})
    answer = as_guest.post("/checkout", form_of(Cart.objects.get()))

    order = Order.objects.get()
    assert answer.url == f"/orders/{order.number}?key={order.token}"
    assert as_guest.get(answer.url).status_code == 200
    assert as_guest.get(f"/orders/{order.number}").status_code == 404
    assert as_guest.get(f"/orders/{order.number}?key={'0' * 32}").status_code == 404


def test_a_declined_card_keeps_the_cart_the_words_and_the_stock(as_lina: Client, cart: Cart) -> None:
    answer = as_lina.post("/checkout", form_of(cart, DECLINED))

    body = answer.content.decode()
    assert answer.status_code == 422
    assert "Your bank declined the card. Nothing was charged." in body
    assert "12 Rue des Lilas" in body
    assert DECLINED not in body
    assert (cart.lines.count(), stock_of(cart)) == (1, 10)
    assert not Order.objects.filter(state="paid").exists()


def test_after_a_declined_card_another_one_pays(as_lina: Client, cart: Cart) -> None:
    as_lina.post("/checkout", form_of(cart, DECLINED))

    as_lina.post("/checkout", form_of(cart))

    assert sorted(Order.objects.values_list("state", flat=True)) == ["cancelled", "paid"]


def test_a_card_that_asks_is_paid_after_yes(as_lina: Client, cart: Cart) -> None:
    answer = as_lina.post("/checkout", form_of(cart, STEP))
    assert Order.objects.get().state == "unpaid"

    as_lina.post(answer.url, {"answer": "confirm"})

    assert Order.objects.get().state == "paid"
    assert Payment.objects.get().state == "succeeded"


def test_a_card_that_asks_is_given_up_after_no(as_lina: Client, cart: Cart) -> None:
    answer = as_lina.post("/checkout", form_of(cart, STEP))

    as_lina.post(answer.url, {"answer": "refuse"})

    assert Order.objects.get().state == "cancelled"
    assert (cart.lines.count(), stock_of(cart)) == (1, 10)


def test_pressing_pay_twice_makes_one_order(as_lina: Client, cart: Cart) -> None:
    form = form_of(cart)

    first = as_lina.post("/checkout", form)
    second = as_lina.post("/checkout", form)

    assert Order.objects.count() == 1
    assert first.url == second.url
    assert Payment.objects.filter(state="succeeded").count() == 1


def test_a_price_that_changed_is_said_and_nothing_is_charged(as_lina: Client, cart: Cart) -> None:
    form = form_of(cart)
    Variant.objects.update(price_minor=9900)

    answer = as_lina.post("/checkout", form)

    assert answer.status_code == 409
    assert "A price changed while you were here." in answer.content.decode()
    assert Order.objects.count() == 0


def test_a_total_of_the_buyers_own_is_not_believed(as_lina: Client, cart: Cart) -> None:
    answer = as_lina.post("/checkout", form_of(cart, total_minor=1))

    assert answer.status_code == 409
    assert Order.objects.count() == 0


def test_what_sold_out_meanwhile_is_named(as_lina: Client, cart: Cart) -> None:
    form = form_of(cart)
    Variant.objects.update(stock=1)

    answer = as_lina.post("/checkout", form)

    assert answer.status_code == 409
    assert "Only 1 of" in answer.content.decode()
    assert (Order.objects.count(), Variant.objects.get().stock) == (0, 1)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "not-a-mail", "Enter an email like name@example.com"),
        ("name", "", "Enter your name"),
        ("country", "Mordor", "Select a valid choice"),
        ("card", "1234", "A card number has 12 to 19 digits."),
        ("postcode", "x" * 21, "at most 20 characters"),
        ("city", "a\x00b", "Null characters are not allowed"),
    ],
)
def test_a_wrong_field_says_which_and_keeps_the_rest(
    as_lina: Client, cart: Cart, field: str, value: str, words: str
) -> None:
    answer = as_lina.post("/checkout", form_of(cart, **{field: value}))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "There is a problem" in answer.content.decode()
    assert (Order.objects.count(), cart.lines.count()) == (0, 1)


def test_an_order_copies_what_the_cart_line_knew(mei: Mei, lina: User) -> None:
    touched = timezone.now() - timedelta(hours=2)
    line = CartLineFactory(
        cart=CartFactory(user=lina), influencer=mei.influencer, source="collection:7", touched_at=touched
    )

    order = checkouts.place_order(
        cart=line.cart, user=lina, contact=checkouts.Contact(language="en", **CONTACT),
        checkout_token=line.cart.checkout_token, total_minor=2400,
    )  # fmt: skip

    copied = order.lines.get()
    assert (copied.influencer, copied.source, copied.touched_at) == (mei.influencer, "collection:7", touched)
    assert (copied.return_window_days, copied.category) == (30, copied.product.category)


def test_all_or_nothing_is_taken_from_stock(lina: User) -> None:
    cart = CartFactory(user=lina)
    plenty = CartLineFactory(cart=cart, quantity=1)
    CartLineFactory(cart=cart, variant=ProductFactory(stock=0).variants.get(), quantity=1)

    with pytest.raises(SoldOut):
        checkouts.place_order(
            cart=cart, user=lina, contact=checkouts.Contact(language="en", **CONTACT),
            checkout_token=cart.checkout_token, total_minor=4800,
        )  # fmt: skip

    plenty.variant.refresh_from_db()
    assert (plenty.variant.stock, Order.objects.count()) == (10, 0)


def test_a_token_of_another_checkout_is_refused(cart: Cart, lina: User) -> None:
    with pytest.raises(PriceChanged):
        checkouts.place_order(
            cart=cart, user=lina, contact=checkouts.Contact(language="en", **CONTACT), checkout_token="made-up",
            total_minor=4800,
        )  # fmt: skip


def test_an_unpaid_order_gives_its_stock_back_once_after_half_an_hour(cart: Cart, lina: User) -> None:
    checkouts.place_order(
        cart=cart, user=lina, contact=checkouts.Contact(language="en", **CONTACT), checkout_token=cart.checkout_token,
        total_minor=4800,
    )  # fmt: skip
    assert stock_of(cart) == 8

    now = timezone.now()
    assert checkouts.release_unpaid(now + timedelta(minutes=29)) == 0
    assert checkouts.release_unpaid(now + timedelta(minutes=31)) == 1
    assert checkouts.release_unpaid(now + timedelta(minutes=31)) == 0

    assert stock_of(cart) == 10


def test_somebody_elses_order_is_not_found(as_otto: Client, lina: User) -> None:
    order = OrderFactory(user=lina)

    assert as_otto.get(f"/orders/{order.number}").status_code == 404
    assert as_otto.get("/orders/NOSUCHONE").status_code == 404


def test_a_paid_order_empties_only_what_was_paid(cart: Cart, lina: User) -> None:
    order = checkouts.place_order(
        cart=cart, user=lina, contact=checkouts.Contact(language="en", **CONTACT), checkout_token=cart.checkout_token,
        total_minor=4800,
    )  # fmt: skip
    late = CartLineFactory(cart=cart)

    assert checkouts.mark_paid(order=order, cart=cart)
    assert not checkouts.mark_paid(order=order, cart=cart)

    assert list(CartLine.objects.all()) == [late]
