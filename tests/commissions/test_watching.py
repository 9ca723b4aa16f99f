"""Signs of fraud hold what they concern, once, and nothing of honest creators."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from commissions.models import Hold
from commissions.queries import balances
from commissions.services import deciding, holding, watching
from commissions.tasks import accrue_order
from influencers.models import AttributionPolicy, Click, CreatorCode, Influencer
from influencers.referrals import Journey, Touch, journey_as_stored
from influencers.services import referring
from notifications.models import Notice
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


def test_a_flood_holds_what_was_bought_in_its_hour(mei: Mei, lina: User, otto: User, as_mei: Client) -> None:
    hour = (timezone.now() - timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    Click.objects.bulk_create(
        Click(influencer=mei.influencer, source="storefront", visitor=f"v{n}", hour=hour, at=hour) for n in range(500)
    )
    during = sold(mei.influencer, lina, touched_at=hour + timedelta(minutes=5))
    sold(mei.influencer, otto, touched_at=hour - timedelta(minutes=5))

    assert watching.watch() == 1

    assert (Hold.objects.get().line, Hold.objects.get().reason) == (during, "click_flood")
    # No one typed it: of what the rules say themselves, no number is taken for a telephone's.
    assert (
        f"500 clicks in the hour of {hour:%Y-%m-%d %H:%M} UTC"
        in as_mei.get(f"/studio/earnings/{during.pk}").content.decode()
    )


def test_a_buyer_who_returns_half_is_held(mei: Mei, lina: User) -> None:
    lines = [sold(mei.influencer, lina) for _ in range(5)]
    for _ in range(5):
        sold(mei.influencer, UserFactory())
    OrderLine.objects.filter(pk__in=[line.pk for line in lines[:3]]).update(refunded_minor=10_000)

    watching.watch()

    assert set(Hold.objects.values_list("reason", flat=True)) == {"return_abuse"}
    assert set(Hold.objects.values_list("line", flat=True)) <= {line.pk for line in lines}


def with_code(mei: Mei, *, orders: int, of_visitors: int) -> CreatorCode:
    """So many orders with Mei's code of this week."""
    code, _ = CreatorCode.objects.get_or_create(influencer=mei.influencer, code="MEI10")
    now = timezone.now()
    for number in range(orders):
        line = OrderLineFactory(order=OrderFactory(user=UserFactory()), influencer=mei.influencer, source="code:MEI10")
        seen = (Touch(mei.influencer.pk, "storefront", now - timedelta(hours=3)),) if number < of_visitors else ()
        journey = Journey(line.product_id, now - timedelta(hours=1), now, seen, "MEI10", mei.influencer.pk)
        OrderLine.objects.filter(pk=line.pk).update(journey=journey_as_stored(journey))
        deciding.accrue_for(line.order)
    return code


def test_a_leaked_code_is_paused_and_holds_those_who_never_visited(mei: Mei) -> None:
    code = with_code(mei, orders=20, of_visitors=4)

    assert watching.watch() == 16
    assert watching.watch() == 0

    assert set(Hold.objects.values_list("reason", flat=True)) == {"code_leak"}
    code.refresh_from_db()
    assert code.paused_at is not None
    assert Notice.objects.get(recipient=mei.user, kind="code_paused").data == {"code": "MEI10"}


def test_a_code_that_her_audience_types_goes_on(mei: Mei) -> None:
    code = with_code(mei, orders=20, of_visitors=5)

    assert watching.watch() == 0

    code.refresh_from_db()
    assert code.paused_at is None


def test_what_was_looked_at_is_no_sign_any_more_and_what_comes_after_is(mei: Mei) -> None:
    code = with_code(mei, orders=20, of_visitors=0)
    watching.watch()
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert referring.resume_code(code=code) is True
        assert referring.resume_code(code=code) is False
        with_code(mei, orders=19, of_visitors=0)
        assert watching.watch() == 0
        with_code(mei, orders=1, of_visitors=0)
        assert watching.watch() == 20

    code.refresh_from_db()
    assert code.paused_at is not None
    assert Notice.objects.filter(recipient=mei.user, kind="code_resumed").count() == 1


@pytest.mark.parametrize(("policy", "state"), [("allow", "pending"), ("hold", "held"), ("refuse", "refused")])
def test_a_policy_says_what_a_paid_advert_wins_and_the_receipt_says_so(
    mei: Mei, lina: User, as_mei: Client, policy: str, state: str
) -> None:
    AttributionPolicy.objects.create(version="adverts", starts_at=timezone.now(), paid_ads=policy)
    line = OrderLineFactory(order=OrderFactory(user=lina), influencer=mei.influencer, unit_price_minor=10_000)
    touch = Touch(mei.influencer.pk, "storefront", line.added_at - timedelta(minutes=5), is_paid=True)
    journey = Journey(line.product_id, line.added_at, line.order.placed_at, (touch,))
    OrderLine.objects.filter(pk=line.pk).update(journey=journey_as_stored(journey))

    accrue_order(line.order_id)
    accrue_order(line.order_id)

    assert [(row.reason, row.line_id) for row in Hold.objects.all()] == (
        [("paid_ads", line.pk)] if state == "held" else []
    )
    assert watching.watch() == 0
    sums = {row.currency: (row.pending, row.held) for row in balances(mei.influencer)}
    assert sums == {"pending": {"USD": (700, 0)}, "held": {"USD": (0, 700)}, "refused": {}}[state]
    assert "paid advert" in as_mei.get(f"/studio/earnings/{line.pk}").content.decode()
