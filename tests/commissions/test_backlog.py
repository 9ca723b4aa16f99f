"""The batch roads say what one order at a time says."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from commissions.audit import breaks
from commissions.models import Campaign, Decision, Entry, Rate
from commissions.services import backlog, deciding
from influencers.models import AttributionPolicy, Influencer
from influencers.referrals import Journey, Touch, journey_as_stored
from orders.models import Order, OrderLine
from tests.cast import Mei
from tests.factories.accounts import UserFactory
from tests.factories.catalog import CategoryFactory, ProductFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def bought(influencer: Influencer, other: Influencer, buyer: User, number: int) -> OrderLine:
    """A line of one of several kinds: with and without a journey, introduced, typed, late, her own."""
    product = ProductFactory(category=CategoryFactory(slug=f"kind-{number}"), name="A\tb\\n\n")
    at = NOW - timedelta(days=number)
    order = OrderFactory(user=influencer.user if number % 5 == 4 else buyer, placed_at=at, paid_at=at)
    touches = (
        Touch(other.pk, "share", at - timedelta(days=3)),
        Touch(influencer.pk, "collection:3/pick:4", at - timedelta(hours=2), product.pk, at - timedelta(days=40)),
    )
    opened = at - timedelta(hours=3) if number % 5 == 3 else None
    late = tuple(Touch(one.influencer_id, one.source, one.seen_at, None, one.live_at, opened) for one in touches)
    code = {"code": "T\\1", "code_influencer_id": other.pk} if number % 5 == 2 else {}
    journey = Journey(product.pk, at, at, late if opened else touches, **code)
    return OrderLineFactory(
        order=order, influencer=influencer, product=product, unit_price_minor=1_000 + 7 * number, added_at=at, touched_at=at,
        source="storefront", journey=journey_as_stored(journey) if number % 5 else {},
    )  # fmt: skip


def written() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    def all_of(model: type[Decision] | type[Entry]) -> list[dict[str, Any]]:
        rows = model.objects.order_by("line", "influencer").values()
        return [{name: value for name, value in row.items() if name != "id"} for row in rows]

    return all_of(Decision), all_of(Entry)


def test_the_batch_road_writes_what_one_order_at_a_time_writes(
    mei: Mei, lina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = InfluencerFactory(user=UserFactory())
    monkeypatch.setattr(backlog, "BATCH", 4)
    AttributionPolicy.objects.create(version="assist", starts_at=NOW - timedelta(days=6), assist_bps=2_000)
    lines = [bought(mei.influencer, other, lina, number) for number in range(10)]
    day = timezone.localdate()
    Rate.objects.create(category=lines[2].category, rate_bps=900, starts_on=day - timedelta(days=90), ends_on=day)
    Campaign.objects.create(name="C", bonus_bps=150, starts_on=day - timedelta(days=5), ends_on=day + timedelta(days=9))

    with transaction.atomic():
        for order in Order.objects.order_by("pk"):
            deciding.accrue_for(order, now=NOW)
        one_by_one = written()
        transaction.set_rollback(True)
    assert Decision.objects.count() == 0

    booked = backlog.accrue(now=NOW, limit=100)

    assert written() == one_by_one
    assert booked == len(one_by_one[1]) > len(lines) - 4
    assert len({row["reason"] for row in one_by_one[0]}) >= 4
    assert any(row["introducer_id"] for row in one_by_one[0])
    assert any("campaign" in row["rate_source"] for row in one_by_one[0])
    assert list(breaks()) == []
    assert backlog.accrue(now=NOW, limit=100) == 0


def test_a_backlog_takes_no_more_than_its_limit_and_leaves_lines_in_between_alone(mei: Mei, lina: User) -> None:
    lines = [OrderLineFactory(order=OrderFactory(user=lina), influencer=mei.influencer) for _ in range(6)]
    deciding.accrue_for(lines[1].order, now=NOW)

    assert backlog.accrue(now=NOW, limit=3) == 3
    assert backlog.accrue(now=NOW, limit=30) == 2
    assert Decision.objects.count() == Entry.objects.count() == 6
