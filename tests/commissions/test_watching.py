"""Signs of fraud hold what they concern, once, and nothing of honest creators."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from commissions.models import Hold
from commissions.services import deciding, holding, watching
from influencers.models import Click, Influencer
from influencers.referrals import Journey, Touch, journey_as_stored
from orders.models import OrderLine
from tests.cast import Mei
from tests.factories.accounts import UserFactory
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db


def sold(who: Influencer, buyer: User, **more: object) -> OrderLine:
    line = OrderLineFactory(order=OrderFactory(user=buyer), influencer=who, unit_price_minor=10_000, **more)
    deciding.accrue_for(line.order)
    return line


def test_one_buyer_behind_most_orders_is_held_once_and_nobody_else(mei: Mei, lina: User, otto: User) -> None:
    ring = [sold(mei.influencer, lina) for _ in range(4)]
    honest = sold(mei.influencer, otto)

    assert watching.watch() == 4

    assert set(Hold.objects.values_list("line", flat=True)) == {line.pk for line in ring}
    assert honest.holds.count() == 0
    first = Hold.objects.all()[0]
    assert (first.reason, first.evidence) == ("self_referral", "One buyer made 4 of 5 credited orders in 28 days.")
    for row in Hold.objects.all():
        holding.release(hold=row, by=otto, note="a fan")
    assert watching.watch() == 0


def test_honest_sales_are_left_alone(mei: Mei) -> None:
    for _ in range(6):
        sold(mei.influencer, UserFactory())

    assert watching.watch() == 0


def test_a_flood_holds_what_was_bought_in_its_hour(mei: Mei, lina: User, otto: User) -> None:
    hour = (timezone.now() - timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    Click.objects.bulk_create(
        Click(influencer=mei.influencer, source="storefront", visitor=f"v{n}", hour=hour, at=hour) for n in range(500)
    )
    during = sold(mei.influencer, lina, touched_at=hour + timedelta(minutes=5))
    sold(mei.influencer, otto, touched_at=hour - timedelta(minutes=5))

    assert watching.watch() == 1

    assert (Hold.objects.get().line, Hold.objects.get().reason) == (during, "click_flood")


def test_a_buyer_who_returns_half_is_held(mei: Mei, lina: User) -> None:
    lines = [sold(mei.influencer, lina) for _ in range(5)]
    for _ in range(5):
        sold(mei.influencer, UserFactory())
    OrderLine.objects.filter(pk__in=[line.pk for line in lines[:3]]).update(refunded_minor=10_000)

    watching.watch()

    assert set(Hold.objects.values_list("reason", flat=True)) == {"return_abuse"}
    assert set(Hold.objects.values_list("line", flat=True)) <= {line.pk for line in lines}


def test_a_leaked_code_holds_those_who_never_visited(mei: Mei) -> None:
    now = timezone.now()
    for number in range(20):
        line = OrderLineFactory(order=OrderFactory(user=UserFactory()), influencer=mei.influencer, source="code:MEI10")
        seen = (Touch(mei.influencer.pk, "storefront", now - timedelta(hours=3)),) if number < 4 else ()
        journey = Journey(line.product_id, now - timedelta(hours=1), now, seen, "MEI10", mei.influencer.pk)
        OrderLine.objects.filter(pk=line.pk).update(journey=journey_as_stored(journey))
        deciding.accrue_for(line.order)

    assert watching.watch() == 16

    assert set(Hold.objects.values_list("reason", flat=True)) == {"code_leak"}
