"""Payouts: what is paid, once, by whom, and where the money is when something goes wrong."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import User
from commissions.audit import breaks
from commissions.errors import AlreadyDone, NotAllowed, PayoutsStopped
from commissions.models import Act, Check, Claim, Entry, Payee, Payout
from commissions.providers import Answer
from commissions.queries import Balance, balances, purses
from commissions.services import holding, ledger, payouts, reconciling
from commissions.settling import Due
from influencers.models import Influencer
from notifications.models import Notice
from orders.models import OrderLine, Refund
from tests.cast import Mei
from tests.commissions.conftest import Earn, at_stripe
from tests.commissions.stripe_server import State
from tests.factories.commissions import PayeeFactory
from tests.factories.influencers import InfluencerFactory

pytestmark = pytest.mark.django_db
# After whatever is booked here: a clock that stands before the ledger makes no run.
FRIDAY = datetime(2096, 11, 30, 6, 0, tzinfo=UTC)


def of(mei: Mei) -> Balance:
    return balances(mei.influencer)[0]


def refund(line: OrderLine, total: int) -> None:
    line.refresh_from_db()
    Refund.objects.create(line=line, amount_minor=total - line.refunded_minor, cumulative_minor=total)
    OrderLine.objects.filter(pk=line.pk).update(refunded_minor=total)
    ledger.reverse_for(line.order)


def later(minutes: float = 2) -> datetime:
    return timezone.now() + timedelta(minutes=minutes)


# --- Runs


def test_a_run_pays_everything_that_cleared(mei: Mei, at_bank: Payee, earn: Earn) -> None:
    earn(60_000)
    earn(30_000, cleared=False)

    assert payouts.run(slot="2026-11-27") == payouts.Run("2026-11-27", made=1)

    payout = Payout.objects.get()
    assert (payout.amount_minor, payout.state, payout.ending) == (4_200, "ready", "3000")
    assert of(mei) == Balance("USD", pending=2_100, in_payout=4_200)
    assert list(breaks()) == []


def test_the_same_run_twice_pays_once(mei: Mei, at_bank: Payee, earn: Earn) -> None:
    earn(60_000)
    payouts.run(slot="2026-11-27")
    earn(60_000)

    assert payouts.run(slot="2026-11-27") == payouts.Run("2026-11-27", left=1)

    assert Payout.objects.count() == 1
    assert of(mei).cleared == 4_200


def test_the_weekly_run_is_made_once_a_slot_whoever_asks(mei: Mei, at_bank: Payee, earn: Earn) -> None:
    earn(60_000)

    first = payouts.run_due(now=FRIDAY)
    Payee.objects.update(is_closing=True)
    earn(10_000)

    assert first is not None
    assert payouts.run_due(now=FRIDAY + timedelta(hours=3)) is None
    assert Payout.objects.count() == 1
    assert payouts.run_due(now=FRIDAY + timedelta(days=7)).made == 1


def test_a_run_that_died_is_taken_up_again(mei: Mei, at_bank: Payee, earn: Earn) -> None:
    earn(60_000)
    Claim.objects.create(job="payouts", slot="2096-11-30")

    assert payouts.run_due(now=FRIDAY).made == 1
    assert payouts.run_due(now=FRIDAY) is None


def test_below_the_minimum_is_carried_over(mei: Mei, at_bank: Payee, earn: Earn) -> None:
    earn(14_200)

    assert payouts.run(slot="2026-11-27").left == 1
    assert of(mei).cleared == 994

    earn(100)
    assert payouts.run(slot="2026-12-04").made == 1
    assert Payout.objects.get().amount_minor == 1_001


def test_a_closing_account_is_paid_whatever_the_minimum(mei: Mei, at_bank: Payee, earn: Earn) -> None:
    earn(1_000)
    Payee.objects.update(is_closing=True)

    payouts.run(slot="2026-11-27")

    assert Payout.objects.get().amount_minor == 70


@pytest.mark.parametrize("state", ["closed", "banned"])
def test_who_has_left_is_paid_whatever_the_minimum_until_she_is_back(
    mei: Mei, at_bank: Payee, earn: Earn, state: str
) -> None:
    earn(1_000)
    Influencer.objects.update(state="suspended")
    assert payouts.run(slot="2026-11-20").left == 1
    Influencer.objects.update(state=state)
    assert purses(Influencer.objects.get(pk=mei.influencer.pk))[0].next == Due(70, 0)

    payouts.run(slot="2026-11-27")

    assert Payout.objects.get().amount_minor == 70
    Influencer.objects.update(state="active")
    earn(1_000)
    assert payouts.run(slot="2026-12-04").left == 1
    assert list(breaks()) == []


@pytest.mark.parametrize("state", ["setting_up", "needs_change"])
def test_nothing_goes_to_a_payee_that_is_not_ready(mei: Mei, at_bank: Payee, earn: Earn, state: str) -> None:
    earn(60_000)
    Payee.objects.update(state=state)

    assert payouts.run(slot="2026-11-27").made == 0
    assert of(mei).cleared == 4_200


def test_currencies_are_paid_apart_and_one_without_an_account_waits(mei: Mei, at_bank: Payee, earn: Earn) -> None:
    earn(60_000)
    earn(60_000, currency="EUR")

    payouts.run(slot="2026-11-27")

    assert [(row.currency, row.amount_minor) for row in Payout.objects.all()] == [("USD", 4_200)]
    assert balances(mei.influencer)[0] == Balance("EUR", cleared=4_200)


def test_a_held_line_is_in_no_payout(mei: Mei, at_bank: Payee, earn: Earn) -> None:
    held, free = earn(60_000), earn(30_000)
    holding.hold(line=held, influencer=mei.influencer, reason="other", evidence="40 clicks a second", by=None)

    payouts.run(slot="2026-11-27")

    assert Payout.objects.get().amount_minor == 2_100
    assert of(mei) == Balance("USD", held=4_200, in_payout=2_100)
    assert free.entries.filter(kind="hold").count() == 0


# --- Refunds after a payout


def paid(payout: Payout, by: User) -> Payout:
    payouts.make_bank_file(by=by)
    payout.refresh_from_db()
    payouts.mark_paid(payout=payout, by=by)
    return payout


def test_a_refund_after_payout_is_kept_back_from_later_ones_half_at_most(
    mei: Mei, at_bank: Payee, earn: Earn, rhea: User
) -> None:
    line = earn(60_000)
    payouts.run(slot="2026-11-27")
    first = paid(Payout.objects.get(), rhea)
    before = Payout.objects.values().get()

    refund(line, 60_000)

    assert of(mei) == Balance("USD", paid=4_200, owed=-4_200, reversed=4_200)
    assert Payout.objects.values().get() == before
    assert line.entries.get(kind="clawback").amount_minor == 4_200

    earn(100_000)
    payouts.run(slot="2026-12-04")
    second = Payout.objects.exclude(pk=first.pk).get()
    assert (second.amount_minor, second.netted_minor) == (3_500, 3_500)
    assert of(mei).owed == -700
    assert list(breaks()) == []


def test_a_refund_while_the_payout_is_under_way_is_a_debt_too(mei: Mei, at_bank: Payee, earn: Earn) -> None:
    line = earn(60_000)
    payouts.run(slot="2026-11-27")

    refund(line, 30_000)

    assert of(mei) == Balance("USD", in_payout=4_200, owed=-2_100, reversed=2_100)


def test_a_refund_after_a_failed_payout_is_taken_from_what_came_back(
    mei: Mei, at_bank: Payee, earn: Earn, rhea: User
) -> None:
    line = earn(60_000)
    payouts.run(slot="2026-11-27")
    payouts.refuse(payout=Payout.objects.get(), by=rhea, note="wrong name")

    refund(line, 60_000)

    assert of(mei) == Balance("USD", reversed=4_200)
    assert list(breaks()) == []


def test_a_failed_payout_gives_back_what_it_kept_of_a_debt(mei: Mei, at_bank: Payee, earn: Earn, rhea: User) -> None:
    line = earn(60_000)
    payouts.run(slot="2026-11-27")
    paid(Payout.objects.get(), rhea)
    refund(line, 60_000)
    earn(100_000)
    payouts.run(slot="2026-12-04")

    payouts.refuse(payout=Payout.objects.get(slot="2026-12-04"), by=rhea, note="wrong name")

    assert of(mei) == Balance("USD", cleared=7_000, paid=4_200, owed=-4_200, reversed=4_200)
    payouts.run(slot="2026-12-11")
    assert Payout.objects.get(slot="2026-12-11").netted_minor == 3_500
    assert list(breaks()) == []


def test_a_debt_is_written_off_after_a_year(mei: Mei, at_bank: Payee, earn: Earn, rhea: User) -> None:
    line = earn(60_000)
    payouts.run(slot="2026-11-27")
    paid(Payout.objects.get(), rhea)
    refund(line, 60_000)

    assert ledger.write_off_old(now=timezone.now() + timedelta(days=364)) == 0
    assert ledger.write_off_old(now=timezone.now() + timedelta(days=366)) == 1
    assert ledger.write_off_old(now=timezone.now() + timedelta(days=366)) == 0
    assert of(mei) == Balance("USD", paid=4_200, reversed=4_200)


def test_what_a_failed_payout_brings_back_of_a_debt_is_written_off_too(
    mei: Mei, at_bank: Payee, earn: Earn, rhea: User
) -> None:
    line = earn(60_000)
    payouts.run(slot="2026-11-27")
    paid(Payout.objects.get(), rhea)
    refund(line, 60_000)
    earn(60_000)
    payouts.run(slot="2026-12-04")
    in_a_year = timezone.now() + timedelta(days=366)
    assert of(mei).owed == -2_100
    assert ledger.write_off_old(now=in_a_year) == 1

    payouts.refuse(payout=Payout.objects.get(slot="2026-12-04"), by=rhea, note="wrong name")
    assert of(mei).owed == -2_100
    assert ledger.write_off_old(now=in_a_year) == 1

    assert of(mei) == Balance("USD", cleared=4_200, paid=4_200, reversed=4_200)


def test_a_clawback_does_not_wait_for_a_hold(mei: Mei, at_bank: Payee, earn: Earn) -> None:
    line = earn(60_000)
    holding.hold(line=line, influencer=mei.influencer, reason="other", evidence="x", by=None)

    refund(line, 60_000)

    assert of(mei) == Balance("USD", reversed=4_200)


# --- Approval


def test_a_large_payout_waits_for_a_second_person(mei: Mei, at_bank: Payee, earn: Earn, rhea: User, otto: User) -> None:
    earn(1_500_000)
    assert payouts.run(slot="2026-11-27", by=rhea).awaiting == 1
    payout = Payout.objects.get()
    with pytest.raises(AlreadyDone):
        payouts.make_bank_file(by=rhea)

    with pytest.raises(NotAllowed):
        payouts.approve(payout=payout, by=rhea)
    with pytest.raises(NotAllowed):
        payouts.approve(payout=payout, by=mei.user)
    payout.refresh_from_db()
    assert payout.state == "awaiting"

    payouts.approve(payout=payout, by=otto)
    with pytest.raises(AlreadyDone):
        payouts.approve(payout=payout, by=otto)
    assert payout.state == "ready"
    assert list(Act.objects.filter(payout=payout).values_list("kind", "actor", "before", "after")) == [
        ("approved", otto.pk, "awaiting", "ready")
    ]


@pytest.mark.parametrize(
    "change", [{"amount_minor": 1}, {"currency": "EUR"}, {"destination": "x"}, {"netted_minor": 1}, {"covers_until": 0}]
)
def test_what_a_payout_pays_is_frozen(mei: Mei, at_bank: Payee, earn: Earn, change: dict[str, object]) -> None:
    earn(60_000)
    payouts.run(slot="2026-11-27")
    before = Payout.objects.values().get()

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Payout.objects.update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Payout.objects.all()._raw_delete("default")

    assert Payout.objects.values().get() == before


# --- By Stripe


def test_stripe_pays_once_and_says_so(mei: Mei, stripe: State, earn: Earn) -> None:
    at_stripe(stripe, mei.influencer)
    earn(60_000)
    payouts.run(slot="2026-11-27")

    assert payouts.send_due() == 1
    assert payouts.send_due(now=later()) == 0

    payout = Payout.objects.get()
    assert (payout.state, payout.reference) == ("paid", next(iter(stripe.transfers)))
    assert stripe.sent() == 4_200
    assert of(mei) == Balance("USD", paid=4_200)
    assert Notice.objects.filter(recipient=mei.user, kind="payout_paid").count() == 1
    assert list(breaks()) == []


@pytest.mark.parametrize("trouble", ["500", "500 after", "silence after", "429", "409"])
def test_what_stripe_did_not_say_is_asked_again_with_the_same_key(
    mei: Mei, stripe: State, earn: Earn, trouble: str
) -> None:
    at_stripe(stripe, mei.influencer)
    earn(60_000)
    payouts.run(slot="2026-11-27")
    stripe.trouble.append(trouble)

    assert payouts.send_due() == 0
    assert Payout.objects.get().state == "sending"
    assert payouts.send_due() == 0, "not asked again at once"
    assert payouts.send_due(now=later()) == 1

    assert (len(stripe.transfers), stripe.sent(), Payout.objects.get().state) == (1, 4_200, "paid")


def test_after_a_day_the_transfer_is_looked_for_first(mei: Mei, stripe: State, earn: Earn) -> None:
    at_stripe(stripe, mei.influencer)
    earn(60_000)
    payouts.run(slot="2026-11-27")
    stripe.trouble.append("silence after")
    payouts.send_due()
    # Stripe forgets keys after a day.
    stripe.stored.clear()

    assert payouts.send_due(now=later(25 * 60)) == 1

    assert (len(stripe.transfers), Payout.objects.get().state) == (1, "paid")


def test_a_closed_account_gives_the_money_back_and_says_why(mei: Mei, stripe: State, earn: Earn) -> None:
    payee = at_stripe(stripe, mei.influencer)
    earn(60_000)
    payouts.run(slot="2026-11-27")
    stripe.accounts[payee.reference]["closed"] = True

    payouts.send_due()

    payout = Payout.objects.get()
    assert (payout.state, payout.failure) == ("failed", "account_closed")
    assert of(mei) == Balance("USD", cleared=4_200)
    assert Payee.objects.get().state == "needs_change"
    assert Notice.objects.get(recipient=mei.user, kind="payout_failed").data["failure"] == "account_closed"
    assert payouts.run(slot="2026-12-04").made == 0
    assert list(breaks()) == []


def test_a_shop_that_is_short_fails_the_payout_and_the_next_run_pays(mei: Mei, stripe: State, earn: Earn) -> None:
    at_stripe(stripe, mei.influencer)
    earn(60_000)
    payouts.run(slot="2026-11-27")
    stripe.balance = 0

    payouts.send_due()
    assert (Payout.objects.get().failure, Payee.objects.get().state) == ("shop_is_short", "ready")

    stripe.balance = 10**9
    payouts.run(slot="2026-12-04")
    payouts.send_due()
    assert (stripe.sent(), of(mei)) == (4_200, Balance("USD", paid=4_200))


class Died(BaseException):
    """The process is gone at this point: no handler of ours may catch it."""


@pytest.mark.django_db(transaction=True)
def test_a_crash_between_the_answer_and_our_commit_pays_once(
    mei: Mei, stripe: State, earn: Earn, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_stripe(stripe, mei.influencer)
    real = payouts.finish
    crashes = 0

    def die(**_: object) -> None:
        nonlocal crashes
        crashes += 1
        raise Died

    for week in range(25):
        earn(60_000)
        payouts.run(slot=f"week {week}")
        payout = Payout.objects.get(slot=f"week {week}")
        monkeypatch.setattr(payouts, "finish", die)
        for minutes in (0, 2, 4, 6):
            with pytest.raises(Died):
                payouts.send(payout=payout, now=later(minutes - 10))
        monkeypatch.setattr(payouts, "finish", real)
        assert payouts.send(payout=payout, now=later(-2)) is True

    assert (crashes, len(stripe.transfers), stripe.sent()) == (100, 25, 25 * 4_200)
    assert of(mei) == Balance("USD", paid=25 * 4_200)
    assert reconciling.check_provider().differences == []
    assert list(breaks()) == []


def test_an_answer_told_twice_books_once(mei: Mei, stripe: State, earn: Earn) -> None:
    at_stripe(stripe, mei.influencer)
    earn(60_000)
    payouts.run(slot="2026-11-27")
    payouts.send_due()
    payout = Payout.objects.get()

    payouts.finish(payout=payout, answer=Answer("paid", "tr_other"))
    payouts.finish(payout=payout, answer=Answer("failed", failure="account_closed"))

    assert of(mei) == Balance("USD", paid=4_200)
    assert Entry.objects.filter(kind="paid").count() == 1


# --- By bank


def test_a_bank_payout_that_comes_back_returns_to_the_balance(mei: Mei, at_bank: Payee, earn: Earn, rhea: User) -> None:
    earn(60_000)
    payouts.run(slot="2026-11-27")
    payout = paid(Payout.objects.get(), rhea)

    payouts.mark_failed(payout=payout, by=rhea, failure="no_such_account")
    with pytest.raises(AlreadyDone):
        payouts.mark_failed(payout=payout, by=rhea, failure="no_such_account")

    assert of(mei) == Balance("USD", cleared=4_200)
    assert Payee.objects.get().state == "needs_change"
    assert list(breaks()) == []


def test_nobody_marks_her_own_money_as_paid(mei: Mei, at_bank: Payee, earn: Earn, rhea: User) -> None:
    earn(60_000)
    payouts.run(slot="2026-11-27")
    payouts.make_bank_file(by=rhea)

    with pytest.raises(NotAllowed):
        payouts.mark_paid(payout=Payout.objects.get(), by=mei.user)

    assert of(mei).in_payout == 4_200


# --- Reconciliation


@pytest.fixture
def sent(mei: Mei, stripe: State, earn: Earn) -> Payout:
    at_stripe(stripe, mei.influencer)
    earn(60_000)
    payouts.run(slot="2026-11-27")
    payouts.send_due()
    return Payout.objects.get()


def only(stripe: State) -> dict[str, object]:
    return next(iter(stripe.transfers.values()))


def test_books_that_agree_show_no_difference(sent: Payout) -> None:
    check = reconciling.check_provider()

    assert (check.rows, check.differences) == (2, [])


def test_a_transfer_that_the_provider_does_not_have(sent: Payout, stripe: State) -> None:
    stripe.transfers.clear()

    assert reconciling.check_provider().differences == [f"{sent.number}: paid here, the provider has no transfer"]


def test_a_transfer_that_we_do_not_have(sent: Payout, stripe: State) -> None:
    stripe.transfers["tr_9"] = {**only(stripe), "id": "tr_9", "metadata": {"payout": "payout-99999"}}

    assert reconciling.check_provider().differences == ["transfer tr_9: there is no payout payout-99999"]


def test_a_second_transfer_for_a_payout(sent: Payout, stripe: State) -> None:
    stripe.transfers["tr_00000001"] = {**only(stripe), "id": "tr_00000001"}

    assert "a second one for" in reconciling.check_provider().differences[0]


def test_a_transfer_of_another_amount(sent: Payout, stripe: State) -> None:
    only(stripe)["amount"] = 1

    assert "4200 USD frozen" in reconciling.check_provider().differences[0]


def test_a_difference_stops_payouts_until_somebody_settles_it(
    mei: Mei, sent: Payout, stripe: State, earn: Earn, rhea: User
) -> None:
    rhea.is_superuser = True
    rhea.save()
    earn(60_000)
    payouts.run(slot="2026-12-04")
    only(stripe)["amount"] = 1
    check = reconciling.check_provider()
    assert reconciling.check_provider() == check, "the same difference is told once"

    assert Notice.objects.filter(recipient=rhea, kind="payouts_stopped").count() == 1
    assert payouts.send_due(now=later()) == 0
    with pytest.raises(PayoutsStopped):
        payouts.run(slot="2026-12-11")
    assert payouts.run_due(now=FRIDAY) is None
    assert next(breaks()).startswith("I9 provider check")

    reconciling.settle(check=check, by=rhea, note="Corrected at Stripe")
    with pytest.raises(AlreadyDone):
        reconciling.settle(check=check, by=rhea, note="Corrected at Stripe")
    assert payouts.send_due(now=later()) == 1
    assert payouts.run_due(now=FRIDAY) is not None


def test_a_broken_ledger_stops_payouts(mei: Mei, at_bank: Payee, earn: Earn) -> None:
    earn(60_000)
    Check.objects.create(kind="ledger", rows=1, differences=["I1 something"])

    with pytest.raises(PayoutsStopped):
        payouts.run(slot="2026-11-27")

    assert of(mei).cleared == 4_200


def test_a_clock_that_was_set_back_stops_payouts(mei: Mei, at_bank: Payee, earn: Earn) -> None:
    earn(60_000)

    with pytest.raises(PayoutsStopped):
        payouts.run(slot="2026-11-27", now=timezone.now() - timedelta(hours=1))

    assert Payout.objects.count() == 0


def test_a_clock_that_was_set_back_sends_nothing_that_was_prepared(mei: Mei, stripe: State, earn: Earn) -> None:
    at_stripe(stripe, mei.influencer)
    earn(60_000)
    payouts.run(slot="2026-11-27")
    back = timezone.now() - timedelta(days=2)
    # What is booked by the wrong clock does not make it right.
    late = earn(100, cleared=False)
    Entry.objects.create(
        influencer=mei.influencer, line=late, kind="clearing", debit="pending", credit="cleared", amount_minor=7,
        currency="USD", created_at=back,
    )  # fmt: skip

    assert payouts.send_due(now=back) == 0
    assert (Payout.objects.get().state, stripe.sent()) == ("ready", 0)

    assert payouts.send_due() == 1


def test_two_creators_of_one_run_are_paid_apart(mei: Mei, otto: User, at_bank: Payee, earn: Earn) -> None:
    other = InfluencerFactory(user=otto)
    PayeeFactory(influencer=other)
    earn(60_000)
    earn(30_000, influencer=other)

    payouts.run(slot="2026-11-27")

    assert sorted(Payout.objects.values_list("influencer", "amount_minor")) == sorted(
        [(mei.influencer.pk, 4_200), (other.pk, 2_100)]
    )
