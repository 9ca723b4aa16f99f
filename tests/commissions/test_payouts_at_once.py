"""Several payout runs at the same moment, beside money that is still moving: each entry is paid in exactly one payout."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from commissions.audit import breaks
from commissions.models import Balance, Entry, Payout
from commissions.services import deciding, ledger, payouts
from influencers.models import Influencer
from orders.models import OrderLine, Refund
from tests.commissions.conftest import Earn
from tests.factories.commissions import PayeeFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.orders import OrderLineFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one at a time write (DATABASE_URL)"),
]
RUNS = 6


def about_to_clear(who: Influencer) -> OrderLine:
    """An accrued line whose window has ended: 42.00 that the next sweep clears."""
    line = OrderLineFactory(influencer=who, unit_price_minor=60_000)
    deciding.accrue_for(line.order)
    OrderLine.objects.filter(pk=line.pk).update(shipped_at=timezone.now(), returnable_until=timezone.now())
    return line


@pytest.mark.parametrize(
    "slots", [["2026-11-27"] * RUNS, [f"run {n}" for n in range(RUNS)]], ids=["one slot", "six slots"]
)
def test_each_entry_is_in_exactly_one_payout(earn: Earn, lina: User, slots: list[str]) -> None:
    creators = InfluencerFactory.create_batch(4)
    for creator in creators:
        PayeeFactory(influencer=creator)
        returned = earn(60_000, influencer=creator)
        Refund.objects.create(line=returned, amount_minor=30_000, cumulative_minor=30_000)
        OrderLine.objects.filter(pk=returned.pk).update(refunded_minor=30_000)
    waiting = [about_to_clear(creator) for creator in creators]
    ready = Barrier(RUNS + 2)

    def work(number: int) -> None:
        try:
            ready.wait(timeout=30)
            if number < RUNS:
                payouts.run(slot=slots[number])
            elif number == RUNS:
                for line in waiting:
                    ledger.clear_for(line.order)
            else:
                for line in OrderLine.objects.filter(refunded_minor__gt=0):
                    ledger.reverse_for(line.order)
        finally:
            connection.close()

    with ThreadPoolExecutor(RUNS + 2) as pool:
        list(pool.map(work, range(RUNS + 2)))
    # Whatever came too late for them, and half of what is owed: the next week's.
    payouts.run(slot="2026-12-04")
    payouts.run(slot="2026-12-11")

    # I7 and I8: what each payout pays is what its own stretch of entries says, and the stretches follow one another.
    assert list(breaks()) == []
    total = Payout.objects.aggregate(sent=Sum("amount_minor"), kept=Sum("netted_minor"))
    cleared = Entry.objects.filter(kind="clearing").aggregate(sum=Sum("amount_minor"))["sum"]
    taken = Entry.objects.filter(kind="reversal", debit="cleared").aggregate(sum=Sum("amount_minor", default=0))["sum"]
    left = Balance.objects.aggregate(sum=Sum("cleared"))["sum"]
    assert cleared == 4 * 8_400
    assert total["sent"] + total["kept"] + taken + left == cleared
    if slots[0] == slots[1]:
        assert Payout.objects.filter(slot=slots[0]).count() == 4
