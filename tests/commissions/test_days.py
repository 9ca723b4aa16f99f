"""Daily sums: a page says the same from stored sums as from the ledger, and never less than the ledger."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from commissions.audit import breaks
from commissions.days import Days, Split
from commissions.models import ClosedDay, DaySum, Entry
from commissions.performance import SPLITS, Period, performance
from commissions.programme import programme
from commissions.queries import overview
from commissions.services import closing, deciding, ledger, nightly
from commissions.statements import months_of
from influencers.models import Click
from orders.models import OrderLine, Refund
from tests.cast import Mei
from tests.commissions.conftest import Earn
from tests.factories.accounts import UserFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db
# The middle of a day, so that no test crosses midnight.
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def ago(days: int) -> Any:
    return NOW - timedelta(days=days)


def sold(mei: Mei, buyer: User, days: int, price: int, source: str, *, lines: int = 1) -> OrderLine:
    order = OrderFactory(user=buyer)
    made = [
        OrderLineFactory(order=order, influencer=mei.influencer, unit_price_minor=price, source=source)
        for _ in range(lines)
    ]
    deciding.accrue_for(order, now=ago(days))
    Click.objects.create(
        influencer=mei.influencer, source=source, visitor=f"{order.pk}", hour=ago(days), at=ago(days),
        product_id=made[0].product_id,
    )  # fmt: skip
    return made[0]


@pytest.fixture
def history(mei: Mei, lina: User) -> None:
    """Sales of hers and of another's over forty days, one refunded later, one on the first and one on the last day."""
    for days, price in ((39, 1_000), (28, 2_100), (27, 3_300), (9, 10_000), (9, 700), (1, 900), (0, 5_000)):
        sold(mei, lina, days, price, f"collection:{days % 4}/pick:{days}", lines=1 + days % 2)
    back = sold(mei, lina, 30, 8_000, "code:MEI10")
    Refund.objects.create(line=back, amount_minor=4_000, cumulative_minor=4_000)
    OrderLine.objects.filter(pk=back.pk).update(refunded_minor=4_000)
    ledger.reverse_for(back.order, now=ago(3))
    other = OrderLineFactory(order=OrderFactory(user=lina), influencer=InfluencerFactory(user=UserFactory()))
    deciding.accrue_for(other.order, now=ago(5))


def pages(mei: Mei) -> list[Any]:
    today = timezone.localdate(NOW)
    periods = [Period(today - timedelta(days=27), today), Period(today - timedelta(days=9), today - timedelta(days=1))]
    found: list[Any] = [performance(mei.influencer, period, split) for period in periods for split in SPLITS]
    found += [overview(mei.influencer, 28), *(programme(period) for period in periods)]
    return [*found, months_of(mei.influencer)]


def test_every_page_says_the_same_whether_days_are_closed_or_open(mei: Mei, history: None) -> None:
    from_ledger = pages(mei)
    assert from_ledger[0].now.net > from_ledger[0].before.net > 0
    assert (from_ledger[0].now.orders, from_ledger[0].now.returned) == (5, 280)

    assert closing.close_days(now=NOW) == 39
    assert DaySum.objects.count() > 20
    assert pages(mei) == from_ledger
    assert closing.close_days(now=NOW) == 0

    assert closing.close_days(now=NOW + timedelta(days=1)) == 1
    assert pages(mei) == from_ledger
    assert list(breaks()) == []


def test_an_entry_booked_into_a_closed_day_opens_it(mei: Mei, lina: User, history: None) -> None:
    closing.close_days(now=NOW)
    day = timezone.localdate(ago(9))
    before = Days(day, day).tallies("on", Split.ALL, "USD", influencer=mei.influencer)[day].earned

    sold(mei, lina, 9, 1_000, "storefront")

    assert not ClosedDay.objects.filter(on=day).exists()
    assert ClosedDay.objects.count() == 38
    assert Days(day, day).tallies("on", Split.ALL, "USD", influencer=mei.influencer)[day].earned == before + 70
    assert list(breaks()) == []
    assert closing.close_days(now=NOW) == 1
    assert Days(day, day).tallies("on", Split.ALL, "USD", influencer=mei.influencer)[day].earned == before + 70


def test_entries_at_the_very_ends_of_a_day_are_in_it(mei: Mei, earn: Earn) -> None:
    line = earn(100, cleared=False)
    day = timezone.localdate(ago(20))
    start = closing.first_moment(day)
    for number, at in enumerate((start, closing.first_moment(day + timedelta(days=1)) - timedelta(microseconds=1))):
        Entry.objects.create(
            influencer=mei.influencer, line=line, kind="reversal", debit="pending", credit="programme", sequence=number + 1,
            amount_minor=1, currency="USD", created_at=at,
        )  # fmt: skip
        closing.close_days(now=NOW)
        tallies = Days(day - timedelta(days=1), day + timedelta(days=1)).tallies("on", Split.HOUSE, "USD")
        assert {on: tally.returned for on, tally in tallies.items() if tally.returned} == {day: number + 1}


def test_days_closed_by_another_zones_clock_are_read_from_the_ledger(mei: Mei, history: None, settings: Any) -> None:
    closing.close_days(now=NOW)
    settings.TIME_ZONE = "Asia/Tokyo"
    today = timezone.localdate(NOW)

    read = Days(today - timedelta(days=27), today)

    assert len(read.open) == 28
    from_ledger = pages(mei)
    assert closing.close_days(now=NOW) == 39
    assert pages(mei) == from_ledger
    assert list(breaks()) == []


@pytest.mark.parametrize("change", ["earned", "orders", "gone", "more"])
def test_the_audit_finds_sums_that_are_not_what_the_entries_say(mei: Mei, history: None, change: str) -> None:
    closing.close_days(now=NOW)
    row = DaySum.objects.filter(split="place", orders__gt=0).earliest("on")
    if change == "gone":
        row.delete()
    elif change == "more":
        DaySum.objects.filter(pk=row.pk).update(key="storefront")
    else:
        DaySum.objects.filter(pk=row.pk).update(**{change: 99})

    found = list(breaks())

    assert found
    assert {text.partition(" ")[0] for text in found} == {"I17"}


def test_the_night_closes_what_is_over(mei: Mei, history: None) -> None:
    nightly.run(now=NOW)

    assert ClosedDay.objects.count() == 39


def test_a_page_asks_as_much_of_a_long_history_as_of_a_short_one(as_mei: Client, mei: Mei, lina: User) -> None:
    counts: list[list[int]] = []
    for more in (2, 12):
        for number in range(more):
            sold(mei, lina, more + number, 1_000, f"collection:{number}")
        closing.close_days(now=NOW)
        seen = []
        for path in ("/studio", "/studio/figures", "/studio/figures?by=product", "/studio/payouts"):
            with CaptureQueriesContext(connection) as queries:
                assert as_mei.get(path).status_code == 200
            seen.append(len(queries))
        counts.append(seen)

    assert counts[0] == counts[1]
