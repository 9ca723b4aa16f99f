"""Random histories of orders, rate changes, refunds, holds, payouts and clock moves, beside a small model: no imbalance, no double, no loss.

A few in every run of the tests; ``HISTORIES=10000 pytest -s tests/commissions/test_histories.py`` makes as many as one likes and
says what they were made of.
"""

import os
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from catalog.models import Product
from commissions import models as stored
from commissions.audit import breaks
from commissions.errors import AlreadyDone, NothingToHold, PayoutsStopped, ProviderAway, RateRefused
from commissions.models import Entry, Hold, Payout
from commissions.providers import Answer, Order, Transfer
from commissions.services import announcing, appealing, deciding, holding, ledger, payouts, sweeping
from influencers.models import AttributionPolicy, Influencer
from influencers.referrals import Journey, Touch, journey_as_stored
from orders.errors import AlreadyDone as ShippedBefore
from orders.errors import BadRefund
from orders.models import OrderLine
from orders.services import fulfilment
from tests.cast import Mei
from tests.commissions.plain_books import ACCOUNTS, Books, Bought, Part, Payee, Sent
from tests.factories.accounts import UserFactory, with_handle
from tests.factories.catalog import CategoryFactory, ProductFactory
from tests.factories.commissions import PayeeFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.orders import OrderFactory, OrderLineFactory

STEPS = 20
HISTORIES = int(os.environ.get("HISTORIES", "15"))
# A leap year, before its last day of February and the change of the clocks.
BEGINNING = datetime(2028, 2, 10, 12, tzinfo=UTC)
ZONE = "Europe/Oslo"
KEY_LIFE = timedelta(hours=24)
PICKS = st.integers(0, 99)


class PretendedStripe:
    """A provider as Stripe says it is: one transfer a key for a day, and sometimes no answer."""

    def __init__(self) -> None:
        self.transfers: list[Transfer] = []
        self.asked_at: dict[str, datetime] = {}
        self.mood = "paid"

    def send(self, order: Order) -> Answer:
        now = timezone.now()
        mood, self.mood = self.mood, "paid"
        made = self.find(order.key)
        if made and now - self.asked_at[order.key] < KEY_LIFE:
            return Answer("paid", made.reference)
        if mood == "away":
            raise ProviderAway
        if mood == "refused":
            return Answer("failed", failure="account_closed")
        made = Transfer(
            f"tr_{len(self.transfers)}", order.key, order.amount_minor, order.currency, order.destination, False
        )
        self.transfers.append(made)
        self.asked_at[order.key] = now
        if mood == "silent":
            raise ProviderAway
        return Answer("paid", made.reference)

    def find(self, key: str) -> Transfer | None:
        return next((one for one in self.transfers if one.key == key), None)

    def transfers_since(self, since: datetime) -> list[Transfer]:
        return self.transfers


@dataclass(frozen=True)
class World:
    """What every history begins with."""

    creators: dict[str, Influencer]
    products: dict[str, Product]
    buyer: User
    staff: User
    other_staff: User
    monkeypatch: pytest.MonkeyPatch


class Histories(RuleBasedStateMachine):
    """Each rule does one thing in the product and in the model; after each, the accounts are the same."""

    world: World
    done: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.clock = time_machine.travel(BEGINNING, tick=False)
        self.traveller = self.clock.start()
        timezone.activate(ZoneInfo(ZONE))
        self.books = Books()
        self.rows: list[OrderLine] = []
        self.made: list[tuple[int, Sent]] = []
        self.stripe = PretendedStripe()
        self.world.monkeypatch.setattr(payouts, "provider", lambda method: self.stripe)
        self.slots = 0
        # A bank for dollars and Stripe for yen; Kai's yen go nowhere.
        for creator, currency, method in (("mei", "USD", "bank"), ("mei", "JPY", "stripe"), ("kai", "USD", "stripe")):
            PayeeFactory(influencer=self.world.creators[creator], currency=currency, method=method, reference="acct_1")
            self.books.payees[creator, currency] = Payee(method == "bank", self.now)

    @property
    def now(self) -> datetime:
        return timezone.now()

    def teardown(self) -> None:
        try:
            self.ends_well()
        finally:
            self.clock.stop()
            timezone.deactivate()
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def ends_well(self) -> None:
        """After everything: the proof of all rows, and each payout was transferred as often as it says."""
        self.traveller.move_to(max(self.now, self.latest))
        self.swept()
        self.accounts_are_the_same()
        assert list(breaks()) == []
        for pk, sent in self.made:
            if not sent.is_bank:
                times = sum(one.key == f"payout-{pk}" for one in self.stripe.transfers)
                assert times == 1 if sent.state == "paid" else times <= (sent.state == "sending")
        for line, row in zip(self.books.lines, self.rows, strict=True):
            assert Entry.objects.filter(line=row, kind="accrual").count() == len(line.parts)
        self.done["histories"] += 1
        self.done["entries"] += Entry.objects.count()
        self.done["payouts"] += len(self.made)
        self.done.update(Entry.objects.values_list("kind", flat=True))

    # --- What happens

    def some(self, pick: int) -> tuple[Bought, OrderLine]:
        place = pick % len(self.rows)
        self.rows[place].refresh_from_db()
        return self.books.lines[place], self.rows[place]

    def part_of(self, pick: int) -> tuple[Bought, OrderLine, Part] | None:
        line, row = self.some(pick)
        return (line, row, line.parts[pick % len(line.parts)]) if line.parts else None

    def buy(self, *, who: str, currency: str, price: int, category: str, days: int, way: str) -> None:
        now = self.now
        seen_at = now - timedelta(days=days)
        creator = self.world.creators[who]
        product = self.world.products[category]
        other = {"mei": "kai", "kai": "mei"}[who]
        buyer = creator.user if way == "own" else self.world.buyer
        row = OrderLineFactory(
            order=OrderFactory(user=buyer, currency=currency), influencer=creator, unit_price_minor=price, product=product,
            touched_at=seen_at, return_window_days=(0, 14, 30)[price % 3],
        )  # fmt: skip
        is_shared = way == "shared" and days < 29
        if is_shared:
            touches = (
                Touch(self.world.creators[other].pk, "storefront", seen_at - timedelta(days=1)),
                Touch(creator.pk, "storefront", seen_at),
            )
            journey = Journey(product.pk, now, now, touches)
            OrderLine.objects.filter(pk=row.pk).update(journey=journey_as_stored(journey))
        self.rows.append(row)
        self.books.lines.append(
            Bought(
                price, currency, category, who, timezone.localdate(now), timezone.localdate(seen_at),
                is_credited=way != "own" and days <= 30, introducer=other if is_shared else "",
            )
        )  # fmt: skip

    @initialize(prices=st.lists(st.integers(1, 3_000_000), min_size=1, max_size=4), ready=st.integers(0, 4))
    def begins(self, prices: list[int], ready: int) -> None:
        for number, price in enumerate(prices):
            who, currency = (("mei", "USD"), ("kai", "USD"), ("mei", "JPY"), ("mei", "USD"))[number]
            self.buy(
                who=who,
                currency=currency,
                price=price,
                category="home",
                days=number,
                way=("plain", "shared")[price % 2],
            )
        if ready:
            self.matures()

    @rule(
        who=st.sampled_from(["mei", "kai"]), currency=st.sampled_from(["USD", "JPY"]),
        price=st.one_of(st.integers(1, 300), st.integers(1, 3_000_000)), category=st.sampled_from(["home", "tech"]),
        days=st.integers(0, 32), way=st.sampled_from(["plain", "shared", "own"]), is_told=st.booleans(),
    )  # fmt: skip
    def bought(self, who: str, currency: str, price: int, category: str, days: int, way: str, is_told: bool) -> None:
        self.buy(who=who, currency=currency, price=price, category=category, days=days, way=way)
        if is_told:
            self.decided(len(self.rows) - 1)

    @rule(pick=PICKS)
    def decided(self, pick: int) -> None:
        line, row = self.some(pick)
        deciding.accrue_for(row.order)
        self.books.decide(line, self.now)

    @rule(category=st.sampled_from(["home", "tech", ""]), bps=st.integers(0, 10_000), later=st.integers(0, 20))
    def rate_changed(self, category: str, bps: int, later: int) -> None:
        today = timezone.localdate()
        begun = self.books.rates[category]
        day = max(today, begun[-1][0] + timedelta(days=1) if begun else today) + timedelta(days=later)
        is_cut_too_soon = bps < self.books.rate_on(category, day) and day < today + timedelta(days=14)
        of = {"home": "home", "tech": "tech"}.get(category)
        arguments: dict[str, Any] = {
            "category": self.world.products[of].category if of else None, "rate_bps": bps, "starts_on": day, "reason": "", "by": None,
        }  # fmt: skip
        if is_cut_too_soon:
            with pytest.raises(RateRefused):
                announcing.announce_rate(**arguments)
        else:
            announcing.announce_rate(**arguments)
            begun.append((day, bps))

    @rule(pick=PICKS)
    def shipped(self, pick: int) -> None:
        line, row = self.some(pick)
        if line.ended_at or line.refunded == line.base:
            with pytest.raises(ShippedBefore):
                fulfilment.ship(line=row)
            return
        fulfilment.ship(line=row)
        line.ended_at = self.now + timedelta(days=row.return_window_days)

    @rule(pick=PICKS)
    def cleared(self, pick: int) -> None:
        line, row = self.some(pick)
        ledger.clear_for(row.order)
        self.books.clear(line, self.now)

    @rule(pick=PICKS, share=st.one_of(st.floats(0, 1), st.just(1.0), st.just(2.0)), is_told=st.booleans())
    def refunded(self, pick: int, share: float, is_told: bool) -> None:
        line, row = self.some(pick)
        amount = int((line.base - line.refunded) * share) or 1
        if line.refunded + amount > line.base:
            with pytest.raises(BadRefund):
                fulfilment.refund(line=row, amount_minor=amount, reason="", by=None)
            return
        fulfilment.refund(line=row, amount_minor=amount, reason="", by=None)
        line.refunded += amount
        if is_told:
            self.reversed(pick)

    @rule(pick=PICKS)
    def reversed(self, pick: int) -> None:
        line, row = self.some(pick)
        ledger.reverse_for(row.order)
        self.books.reverse(line, self.now)

    @rule(pick=PICKS)
    def held(self, pick: int) -> None:
        if found := self.part_of(pick):
            line, row, part = found
            arguments: dict[str, Any] = {
                "line": row,
                "influencer": self.world.creators[part.creator],
                "reason": "other",
            }
            if self.books.hold(line, part, self.now):
                holding.hold(**arguments, evidence="A look", by=self.world.staff)
            else:
                with pytest.raises(NothingToHold):
                    holding.hold(**arguments, evidence="A look", by=self.world.staff)

    def one_held(self, pick: int) -> tuple[Bought, Part, Hold] | None:
        kept = [
            (line, part, row)
            for line, row in zip(self.books.lines, self.rows, strict=True)
            for part in line.parts
            if part.hold
        ]
        if not kept:
            return None
        line, part, row = kept[pick % len(kept)]
        hold = Hold.objects.get(line=row, influencer=self.world.creators[part.creator], released_at=None)
        return line, part, hold

    @rule(pick=PICKS)
    def released(self, pick: int) -> None:
        if found := self.one_held(pick):
            line, part, hold = found
            holding.release(hold=hold, by=self.world.staff)
            with pytest.raises(AlreadyDone):
                holding.release(hold=hold, by=None)
            self.books.release(line, part, self.now)

    @rule(pick=PICKS)
    def found_against(self, pick: int) -> None:
        if found := self.one_held(pick):
            _line, part, hold = found
            assert part.hold
            if part.hold.appeal_until is None:
                appealing.find(hold=hold, by=self.world.staff, words="Her own orders")
                part.hold.appeal_until = self.now + timedelta(days=14)

    @rule()
    def swept(self) -> None:
        sweeping.sweep(looks_at_everything=True)
        self.books.sweep(self.now)

    @rule(hours=st.sampled_from([1, 24, 120, 336, 360, 720, 721, 1_100, 8_784, -1, -30]))
    def time_passed(self, hours: int) -> None:
        """Mostly forward: the clock may be set back."""
        self.traveller.shift(timedelta(hours=hours))

    @rule()
    def matures(self) -> None:
        """Everything is sent, and a month later swept."""
        for pick, line in enumerate(self.books.lines):
            if line.ended_at is None and line.refunded < line.base:
                self.shipped(pick)
        self.time_passed(31 * 24)
        self.swept()

    # --- Payouts

    @rule()
    def a_friday_came(self) -> None:
        """What is usual: a month's lines are paid out, and the money arrives."""
        self.matures()
        self.paid_out(is_twice=False)
        self.bank_file_made()
        for pick in range(len(self.made)):
            self.stripe_asked(pick, "paid")
            self.bank_said(pick, "")

    @rule(is_twice=st.booleans())
    def paid_out(self, is_twice: bool) -> None:
        self.slots += 1
        slot = f"run {self.slots}"
        if self.books.is_stopped(self.now):
            with pytest.raises(PayoutsStopped):
                payouts.run(slot=slot)
            return
        expected = self.books.run(self.now)
        for _ in range(1 + is_twice):
            payouts.run(slot=slot)
        rows = {(row.influencer_id, row.currency): row for row in Payout.objects.filter(slot=slot)}
        assert len(rows) == len(expected)
        for sent in expected:
            row = rows[self.world.creators[sent.owner[0]].pk, sent.owner[1]]
            assert (row.amount_minor, row.netted_minor, row.state) == (sent.amount, sent.kept_back, sent.state)
            self.made.append((row.pk, sent))

    def one_sent(self, pick: int, *states: str) -> tuple[Payout, Sent] | None:
        fitting = [(pk, sent) for pk, sent in self.made if sent.state in states]
        if not fitting:
            return None
        pk, sent = fitting[pick % len(fitting)]
        return Payout.objects.get(pk=pk), sent

    @rule(pick=PICKS, is_let_go=st.booleans())
    def looked_at(self, pick: int, is_let_go: bool) -> None:
        if found := self.one_sent(pick, "awaiting"):
            payout, sent = found
            if is_let_go:
                payouts.approve(payout=payout, by=self.world.other_staff)
                sent.state = "ready"
            else:
                payouts.refuse(payout=payout, by=self.world.other_staff, note="No")
                self.books.came_back(sent, self.now, is_payees_fault=False)

    @rule()
    def bank_file_made(self) -> None:
        ready = [sent for _, sent in self.made if sent.is_bank and sent.state == "ready"]
        if self.books.is_stopped(self.now) or not ready:
            with pytest.raises((PayoutsStopped, AlreadyDone)):
                payouts.make_bank_file(by=self.world.staff)
            return
        payouts.make_bank_file(by=self.world.staff)
        for sent in ready:
            sent.state = "sending"

    @rule(pick=PICKS, failure=st.sampled_from(["", "", "no_such_account", "other"]))
    def bank_said(self, pick: int, failure: str) -> None:
        found = self.one_sent(pick, "sending", *(["paid"] if failure else []))
        if not found or not found[1].is_bank:
            return
        payout, sent = found
        if failure:
            payouts.mark_failed(payout=payout, by=self.world.staff, failure=failure)
            self.books.came_back(sent, self.now, is_payees_fault=failure == "no_such_account")
        else:
            payouts.mark_paid(payout=payout, by=self.world.staff)
            self.books.arrived(sent, self.now)

    @rule(pick=PICKS, mood=st.sampled_from(["paid", "paid", "away", "silent", "refused"]))
    def stripe_asked(self, pick: int, mood: str) -> None:
        found = self.one_sent(pick, "ready", "sending")
        if not found or found[1].is_bank:
            return
        payout, sent = found
        is_known = self.stripe.find(payout.key) is not None
        is_asked = sent.state == "ready" or bool(sent.tried_at and sent.tried_at < self.now - timedelta(minutes=1))
        self.stripe.mood = mood
        ended = payouts.send(payout=payout)
        assert ended == (is_asked and (is_known or mood in {"paid", "refused"}))
        if is_asked:
            sent.state, sent.tried_at = "sending", self.now
        if ended and mood == "refused" and not is_known:
            self.books.came_back(sent, self.now, is_payees_fault=True)
        elif ended:
            self.books.arrived(sent, self.now)
            payouts.finish(payout=payout, answer=Answer("failed", failure="told_late"))

    @rule(who=st.sampled_from(sorted([("mei", "USD"), ("mei", "JPY"), ("kai", "USD")])), is_closing=st.booleans())
    def payee_changed(self, who: tuple[str, str], is_closing: bool) -> None:
        stored.Payee.objects.filter(influencer=self.world.creators[who[0]], currency=who[1]).update(
            state="ready", changed_at=self.now, is_closing=is_closing
        )
        payee = self.books.payees[who]
        payee.is_ready, payee.changed_at, payee.is_closing = True, self.now, is_closing

    @precondition(lambda self: self.books.debts)
    @rule()
    def written_off(self) -> None:
        ledger.write_off_old()
        self.books.write_off(self.now)

    # --- What must hold after each of them

    @property
    def latest(self) -> datetime:
        moments = Entry.objects.order_by("-created_at").values_list("created_at", flat=True)[:1]
        return next(iter(moments), self.now)

    @invariant()
    def accounts_are_the_same(self) -> None:
        names = {creator.pk: name for name, creator in self.world.creators.items()}
        kept = {
            (names[row.influencer_id], row.currency): {name: getattr(row, name) for name in ACCOUNTS}
            for row in stored.Balance.objects.all()
        }
        assert {owner: money for owner, money in kept.items() if any(money.values())} == {
            owner: money for owner, money in self.books.accounts.items() if any(money.values())
        }


@pytest.fixture
def world(mei: Mei, lina: User, rhea: User, otto: User, monkeypatch: pytest.MonkeyPatch) -> World:
    kai = InfluencerFactory(user=with_handle(UserFactory(name="Kai"), "kai.builds"))
    AttributionPolicy.objects.create(version="assist", starts_at=datetime(2020, 1, 1, tzinfo=UTC), assist_bps=2_000)
    products = {name: ProductFactory(category=CategoryFactory(slug=name)) for name in ("home", "tech")}
    return World({"mei": mei.influencer, "kai": kai}, products, lina, rhea, otto, monkeypatch)


def test_no_history_loses_doubles_or_invents_a_cent(world: World) -> None:
    Histories.world = world
    Histories.done = Counter()
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Histories,
        settings=settings(
            max_examples=HISTORIES, stateful_step_count=STEPS, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink], report_multiple_bugs=False,
        ),
    )  # fmt: skip
    if "HISTORIES" in os.environ:
        sys.stderr.write(f"\n{dict(Histories.done)}\n")
    assert Histories.done["histories"] >= HISTORIES
