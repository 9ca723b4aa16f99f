"""Sales that count in a probation are told once, and taken back when they were refunded in full."""

import pytest

from accounts.models import User
from commissions.qualifying import report_sales
from commissions.queries import has_balance
from commissions.services import deciding
from influencers.models import Influencer
from influencers.services.probation import sales_of
from orders.models import OrderLine
from tests.cast import Mei
from tests.factories.orders import OrderFactory, OrderLineFactory


@pytest.fixture
def lines(mei: Mei, lina: User) -> list[OrderLine]:
    """Two lines that Mei brought and Lina paid, and one of her own."""
    rows = [
        OrderLineFactory(order=OrderFactory(user=user), influencer=mei.influencer) for user in (lina, lina, mei.user)
    ]
    for row in rows:
        deciding.accrue_for(row.order)
    return rows


def test_lines_of_others_count_once_and_a_full_refund_takes_them_back(mei: Mei, lines: list[OrderLine]) -> None:
    assert report_sales() == 2
    assert report_sales(lines[0].order) == 0
    assert sales_of(mei.influencer) == 2

    OrderLine.objects.filter(pk=lines[0].pk).update(refunded_minor=1)
    report_sales()
    assert sales_of(mei.influencer) == 2
    OrderLine.objects.filter(pk=lines[0].pk).update(refunded_minor=lines[0].total_minor)
    report_sales(lines[0].order)

    assert sales_of(mei.influencer) == 1


def test_the_third_sale_passes(mei: Mei, lina: User, lines: list[OrderLine]) -> None:
    third = OrderLineFactory(order=OrderFactory(user=lina), influencer=mei.influencer)
    deciding.accrue_for(third.order)

    report_sales()

    assert Influencer.objects.get(pk=mei.influencer.pk).probation == "passed"


def test_a_balance_is_money_that_was_not_paid_out(mei: Mei, lina: User) -> None:
    assert not has_balance(mei.influencer)
    deciding.accrue_for(OrderLineFactory(order=OrderFactory(user=lina), influencer=mei.influencer).order)

    assert has_balance(mei.influencer)
