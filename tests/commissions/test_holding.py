"""Holds: what is kept back, for how long, and where it goes back to."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from commissions.audit import breaks
from commissions.errors import AlreadyDone, NothingToHold
from commissions.models import Act, Hold, Payee
from commissions.queries import Balance, balances
from commissions.services import holding, ledger, payouts, sweeping
from notifications.models import Notice
from orders.models import OrderLine, Refund
from tests.cast import Mei
from tests.commissions.conftest import Earn

pytestmark = pytest.mark.django_db


def of(mei: Mei) -> Balance:
    return balances(mei.influencer)[0]


def hold(line: OrderLine, mei: Mei, by: User | None = None) -> Hold:
    return holding.hold(line=line, influencer=mei.influencer, reason="click_flood", evidence="900 clicks", by=by)


def test_a_hold_keeps_the_line_back_and_says_why(mei: Mei, rhea: User, earn: Earn) -> None:
    row = hold(earn(60_000), mei, rhea)

    assert of(mei) == Balance("USD", held=4_200)
    assert row.deadline_at - row.opened_at == timedelta(days=30)
    notice = Notice.objects.get(recipient=mei.user, kind="commission_held")
    assert (notice.data["reason"], notice.data["amount_minor"]) == ("click_flood", 4_200)
    assert list(Act.objects.values_list("kind", "actor", "note")) == [("held", rhea.pk, "900 clicks")]
    assert list(breaks()) == []


def test_holding_twice_is_one_hold(mei: Mei, earn: Earn) -> None:
    line = earn(60_000)

    assert hold(line, mei) == hold(line, mei)
    assert of(mei) == Balance("USD", held=4_200)


def test_a_hold_goes_back_to_where_the_money_stood(mei: Mei, rhea: User, earn: Earn) -> None:
    cleared, pending = hold(earn(60_000), mei), hold(earn(30_000, cleared=False), mei)

    for row in (cleared, pending):
        holding.release(hold=row, by=rhea, note="looks right")

    assert of(mei) == Balance("USD", cleared=4_200, pending=2_100)
    with pytest.raises(AlreadyDone):
        holding.release(hold=cleared, by=rhea)
    assert of(mei) == Balance("USD", cleared=4_200, pending=2_100)
    assert list(breaks()) == []


def test_a_line_whose_window_ended_while_held_clears_when_it_is_released(mei: Mei, earn: Earn) -> None:
    line = earn(60_000, cleared=False)
    row = hold(line, mei)
    at = timezone.now() - timedelta(days=31)
    OrderLine.objects.filter(pk=line.pk).update(shipped_at=at, returnable_until=at + timedelta(days=30))
    assert sweeping.sweep()["cleared"] == 0

    holding.release(hold=row, by=None)

    assert of(mei) == Balance("USD", cleared=4_200)


def test_holds_release_themselves_after_thirty_days(mei: Mei, earn: Earn) -> None:
    hold(earn(60_000), mei)

    assert sweeping.sweep(now=timezone.now() + timedelta(days=29))["released"] == 0
    assert sweeping.sweep(now=timezone.now() + timedelta(days=30, minutes=1))["released"] == 1

    assert of(mei) == Balance("USD", cleared=4_200)
    assert Act.objects.filter(kind="released", actor=None, note="deadline").count() == 1


def test_a_refund_is_taken_from_what_is_held(mei: Mei, earn: Earn) -> None:
    line = earn(60_000)
    row = hold(line, mei)
    Refund.objects.create(line=line, amount_minor=20_000, cumulative_minor=20_000)
    OrderLine.objects.filter(pk=line.pk).update(refunded_minor=20_000)

    ledger.reverse_for(line.order)
    assert of(mei) == Balance("USD", held=2_800, reversed=1_400)

    holding.release(hold=row, by=None)
    assert of(mei) == Balance("USD", cleared=2_800, reversed=1_400)
    assert list(breaks()) == []


def test_what_has_left_cannot_be_held(mei: Mei, at_bank: Payee, earn: Earn) -> None:
    line = earn(60_000)
    payouts.run(slot="2026-11-27")

    with pytest.raises(NothingToHold):
        hold(line, mei)

    assert of(mei) == Balance("USD", in_payout=4_200)
    assert Hold.objects.count() == 0
