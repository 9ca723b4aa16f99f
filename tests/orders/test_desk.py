"""The seller's desk: ship and refund."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from orders.errors import AlreadyDone, BadRefund
from orders.models import OrderLine, Refund
from orders.services import fulfilment
from tests.cast import Sol
from tests.factories.catalog import ProductFactory
from tests.factories.orders import OrderFactory, OrderLineFactory


@pytest.fixture
def line(sol: Sol) -> OrderLine:
    return OrderLineFactory(product=ProductFactory(seller=sol.seller))


def test_shipping_opens_the_return_window(line: OrderLine) -> None:
    before = timezone.now()

    fulfilment.ship(line=line)

    assert line.returnable_until - line.shipped_at == timedelta(days=30)
    assert line.shipped_at >= before
    assert line.order.state == "paid" or line.order.refresh_from_db() is None
    line.order.refresh_from_db()
    assert line.order.state == "shipped"


def test_an_order_is_shipped_when_its_last_line_is(line: OrderLine) -> None:
    other = OrderLineFactory(order=line.order)

    fulfilment.ship(line=line)
    line.order.refresh_from_db()
    assert line.order.state == "paid"
    fulfilment.ship(line=other)

    line.order.refresh_from_db()
    assert line.order.state == "shipped"


def test_a_line_is_sent_once(line: OrderLine) -> None:
    fulfilment.ship(line=line)
    sent_at = line.shipped_at

    with pytest.raises(AlreadyDone):
        fulfilment.ship(line=OrderLine.objects.get(pk=line.pk))

    line.refresh_from_db()
    assert line.shipped_at == sent_at


def test_refunds_add_up_and_never_pass_the_line(line: OrderLine) -> None:
    fulfilment.refund(line=line, amount_minor=1000, reason="scratch", by=None)
    fulfilment.refund(line=line, amount_minor=1400, reason="returned", by=None)

    with pytest.raises(BadRefund):
        fulfilment.refund(line=line, amount_minor=1, reason="more", by=None)

    assert list(Refund.objects.order_by("pk").values_list("amount_minor", "cumulative_minor")) == [
        (1000, 1000), (1400, 2400),
    ]  # fmt: skip


@pytest.mark.parametrize("amount", [0, -5])
def test_a_refund_is_above_zero(line: OrderLine, amount: int) -> None:
    with pytest.raises(BadRefund):
        fulfilment.refund(line=line, amount_minor=amount, reason="", by=None)

    assert Refund.objects.count() == 0


def test_a_full_refund_goes_back_into_stock_when_asked(line: OrderLine) -> None:
    fulfilment.refund(line=line, amount_minor=2400, reason="returned", by=None, restock=True)

    line.variant.refresh_from_db()
    assert line.variant.stock == 11


def test_the_desk_shows_and_ships_its_own_lines(as_sol: Client, line: OrderLine) -> None:
    OrderLineFactory(name="Somebody else's", product=ProductFactory(name="Not ours"))

    page = as_sol.get("/seller").content.decode()
    assert line.product.name in page
    assert "Not ours" not in page
    as_sol.post(f"/seller/lines/{line.pk}/ship")

    line.refresh_from_db()
    assert line.shipped_at is not None


@pytest.mark.parametrize("act", ["ship", "refund"])
def test_another_sellers_line_is_not_found_and_stays(as_sol: Client, act: str) -> None:
    foreign = OrderLineFactory()

    answer = as_sol.post(f"/seller/lines/{foreign.pk}/{act}", {"amount": "1.00", "reason": "x"})

    foreign.refresh_from_db()
    assert answer.status_code == 404
    assert (foreign.shipped_at, foreign.refunded_minor) == (None, 0)


def test_an_unpaid_line_is_not_at_the_desk(as_sol: Client, sol: Sol) -> None:
    unpaid = OrderLineFactory(
        order=OrderFactory(paid_at=None, state="unpaid"), product=ProductFactory(seller=sol.seller)
    )

    assert as_sol.post(f"/seller/lines/{unpaid.pk}/ship").status_code == 404


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("99.00", "more than is left"), ("abc", "Enter an amount such as 24.00"), ("0", "above zero"), ("-1", "above zero"),
        ("1.001", "Enter an amount such as 24.00"), ("NaN", "Enter an amount such as 24.00"), ("1e19", "Enter an amount"),
    ],
)  # fmt: skip
def test_a_wrong_amount_is_refused_in_words(as_sol: Client, line: OrderLine, amount: str, words: str) -> None:
    answer = as_sol.post(f"/seller/lines/{line.pk}/refund", {"amount": amount, "reason": "returned"})

    line.refresh_from_db()
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert line.refunded_minor == 0


def test_a_refund_at_the_desk_is_written_down(as_sol: Client, line: OrderLine, sol: Sol) -> None:
    as_sol.post(f"/seller/lines/{line.pk}/refund", {"amount": "12.00", "reason": "Scratch on the base"})

    row = Refund.objects.get()
    assert (row.amount_minor, row.reason, row.by) == (1200, "Scratch on the base", sol.user)


def test_people_without_a_desk_are_refused(as_lina: Client) -> None:
    assert as_lina.get("/seller").status_code == 403
