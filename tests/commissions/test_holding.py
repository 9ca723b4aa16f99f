"""Holds: what is kept back, for how long, and where it goes back to."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from commissions.audit import breaks
from commissions.errors import AlreadyDone, NotAllowed, NothingToHold
from commissions.models import Act, Hold, Payee
from commissions.queries import Balance, balances
from commissions.services import appealing, backlog, holding, ledger, payouts, sweeping
from influencers.models import AttributionPolicy, Influencer, Sanction
from influencers.referrals import Journey, Touch, journey_as_stored
from influencers.services import conduct
from notifications.models import Mail, Notice
from orders.models import OrderLine, Refund
from tests.cast import Mei
from tests.commissions.conftest import Earn
from tests.factories.accounts import UserFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.orders import OrderFactory, OrderLineFactory

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


# --- What a suspended creator earns


def suspend(mei: Mei, by: User) -> Sanction:
    return conduct.impose(
        influencer_pk=mei.influencer.pk, kind="suspension", reason="spam", evidence="40 equal messages.", by=by
    )


@pytest.mark.parametrize("road", ["at once", "by the sweep"])
def test_what_a_suspended_creator_earns_is_held_until_the_suspension_is_over(
    mei: Mei, lina: User, rhea: User, earn: Earn, road: str, django_capture_on_commit_callbacks: Callable
) -> None:
    earned_before = earn(10_000, cleared=False)
    sanction = suspend(mei, rhea)
    if road == "at once":
        line = earn(60_000, cleared=False)
    else:
        line = OrderLineFactory(order=OrderFactory(user=lina), influencer=mei.influencer, unit_price_minor=60_000)
        assert sweeping.sweep()["accrued"] == 1

    assert of(mei) == Balance("USD", pending=700, held=4_200)
    row = Hold.objects.get()
    assert (row.line, row.reason, row.deadline_at - row.opened_at) == (line, "suspended", timedelta(days=30))
    assert f"{sanction.at:%Y-%m-%d}: spam" in row.evidence
    assert Notice.objects.filter(recipient=mei.user, kind="commission_held").count() == 1
    assert not Mail.objects.filter(kind="commission_held").exists()
    assert sweeping.sweep()["released"] == 0

    with django_capture_on_commit_callbacks(execute=road == "at once"):
        conduct.lift(sanction_pk=sanction.pk, by=rhea, words="Looks right.")
    assert sweeping.sweep()["released"] == (road == "by the sweep")

    assert of(mei) == Balance("USD", pending=4_900)
    assert not Hold.objects.filter(line=earned_before).exists()
    assert list(breaks()) == []


def test_of_a_backlog_that_is_held_and_let_go_she_reads_once_each_time(
    mei: Mei, lina: User, rhea: User, as_mei: Client, earn: Earn
) -> None:
    sanction = suspend(mei, rhea)
    for price in (60_000, 10_000, 20_000):
        OrderLineFactory(order=OrderFactory(user=lina), influencer=mei.influencer, unit_price_minor=price)
    assert sweeping.sweep()["accrued"] == 3
    conduct.lift(sanction_pk=sanction.pk, by=rhea, words="Looks right.")
    assert sweeping.sweep()["released"] == 3

    assert of(mei) == Balance("USD", pending=6_300)
    for kind in ("commission_held", "commission_released"):
        notice = Notice.objects.get(recipient=mei.user, kind=kind)
        assert (notice.data["count"], notice.data["amount_minor"]) == (3, 6_300)
        assert notice.url == "/studio/earnings"
    page = as_mei.get("/notifications").content.decode()
    assert page.count("3 items") == 2
    # What staff hold for another reason is told line by line, with its mail.
    rows = [hold(earn(60_000), mei, rhea) for _ in range(2)]
    holding.release_due(now=rows[1].deadline_at)
    assert Notice.objects.filter(recipient=mei.user, kind="commission_released").count() == 3
    assert Mail.objects.filter(kind="commission_released").count() == 2


def test_she_may_appeal_and_staff_may_find_against_it_as_with_any_hold(mei: Mei, rhea: User, earn: Earn) -> None:
    sanction = suspend(mei, rhea)
    earn(60_000, cleared=False)
    row = Hold.objects.get()
    appealing.find(hold=row, by=rhea, words="The buyer is her brother.")
    conduct.lift(sanction_pk=sanction.pk, by=rhea, words="Looks right.")

    # Somebody has looked at this one: it waits for her, not for the suspension.
    assert sweeping.sweep()["released"] == 0
    words = appealing.appeal(hold=row, words="I have no brother.")
    with pytest.raises(NotAllowed):
        appealing.decide(appeal=words, by=rhea, is_granted=False, answer="He has your name.")
    appealing.decide(appeal=words, by=UserFactory(is_staff=True), is_granted=True, answer="True.")

    assert of(mei) == Balance("USD", pending=4_200)
    assert list(breaks()) == []


def test_after_a_ban_each_hold_runs_to_its_own_end_and_nothing_new_accrues(mei: Mei, rhea: User, earn: Earn) -> None:
    suspend(mei, rhea)
    earn(60_000, cleared=False)
    Influencer.objects.update(state="banned")
    earn(10_000, cleared=False)

    assert sweeping.sweep()["released"] == 0
    assert list(breaks()) == []
    assert sweeping.sweep(now=timezone.now() + timedelta(days=31))["released"] == 1

    assert of(mei) == Balance("USD", pending=4_200)


def test_an_introducers_part_is_held_for_herself_alone(mei: Mei, rhea: User, lina: User) -> None:
    kai = InfluencerFactory()
    AttributionPolicy.objects.create(version="assist", starts_at=timezone.now() - timedelta(days=9), assist_bps=2_000)
    suspend(mei, rhea)
    now = timezone.now()
    order = OrderFactory(user=lina, placed_at=now)
    touches = (Touch(mei.influencer.pk, "storefront", now - timedelta(days=2)), Touch(kai.pk, "storefront", now - timedelta(days=1)))  # fmt: skip
    line = OrderLineFactory(order=order, influencer=kai, unit_price_minor=60_000)
    OrderLine.objects.filter(pk=line.pk).update(journey=journey_as_stored(Journey(line.product_id, now, now, touches)))

    sweeping.sweep()

    assert of(mei) == Balance("USD", held=840)
    assert balances(kai)[0] == Balance("USD", pending=3_360)
    assert list(breaks()) == []

    # His part clears when the window ends. Hers is let go by a clock that was set back to before it: it clears when the
    # clock has come there again, by itself.
    OrderLine.objects.filter(pk=line.pk).update(shipped_at=now, returnable_until=now + timedelta(days=3))
    sweeping.sweep(now + timedelta(days=4))
    assert (balances(kai)[0].cleared, of(mei).held) == (3_360, 840)
    holding.release(hold=Hold.objects.get(), by=rhea, now=now + timedelta(days=2))
    assert of(mei) == Balance("USD", pending=840)
    sweeping.sweep(now + timedelta(days=4))
    assert of(mei) == Balance("USD", cleared=840)
    # And nothing waits any more.
    assert not backlog.ended(OrderLine.objects.all(), now=now + timedelta(days=4)).exists()


def test_what_has_left_cannot_be_held(mei: Mei, at_bank: Payee, earn: Earn) -> None:
    line = earn(60_000)
    payouts.run(slot="2026-11-27")

    with pytest.raises(NothingToHold):
        hold(line, mei)

    assert of(mei) == Balance("USD", in_payout=4_200)
    assert Hold.objects.count() == 0
