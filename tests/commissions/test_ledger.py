"""The ledger: what is booked when, and that nothing is booked twice."""

import itertools
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from commissions import audit, triggers
from commissions.audit import breaks
from commissions.models import Decision, Entry, Rate
from commissions.queries import Balance, balances
from commissions.services import deciding, ledger, sweeping
from core.models import AppendOnlyError
from influencers.models import Influencer
from notifications.models import Notice
from orders.models import Order, OrderLine, Refund
from tests.cast import Mei
from tests.factories.catalog import CategoryFactory, ProductFactory
from tests.factories.orders import OrderFactory, OrderLineFactory


@pytest.fixture
def line(mei: Mei, lina: User) -> OrderLine:
    """129.00 that Mei brought, paid by Lina, at 7 %."""
    return OrderLineFactory(order=OrderFactory(user=lina), influencer=mei.influencer, unit_price_minor=12_900)


def shipped(line: OrderLine, days_ago: int) -> OrderLine:
    at = timezone.now() - timedelta(days=days_ago)
    OrderLine.objects.filter(pk=line.pk).update(shipped_at=at, returnable_until=at + timedelta(days=30))
    return line


def refunded(line: OrderLine, total: int) -> OrderLine:
    line.refresh_from_db()
    Refund.objects.create(line=line, amount_minor=total - line.refunded_minor, cumulative_minor=total)
    OrderLine.objects.filter(pk=line.pk).update(refunded_minor=total)
    return line


def of(influencer: Influencer) -> Balance:
    found = balances(influencer)
    return found[0] if found else Balance("USD")


def test_a_paid_line_accrues_its_share_as_pending(line: OrderLine, mei: Mei) -> None:
    deciding.accrue_for(line.order)

    assert of(mei.influencer) == Balance("USD", pending=903)
    decision = Decision.objects.get()
    assert (decision.outcome, decision.reason, decision.base_minor, decision.rate_bps, decision.rate_source) == (
        "credited", "cart_line", 12_900, 700, "policy",
    )  # fmt: skip


def test_accruing_twice_books_once(line: OrderLine) -> None:
    deciding.accrue_for(line.order)
    deciding.accrue_for(line.order)

    assert (Decision.objects.count(), Entry.objects.count()) == (1, 1)


def test_an_unpaid_order_accrues_nothing(line: OrderLine) -> None:
    Order.objects.update(paid_at=None)

    assert deciding.accrue_for(Order.objects.get()) == []
    assert Decision.objects.count() == 0


def test_the_rate_of_the_day_of_the_order_is_copied(line: OrderLine, mei: Mei) -> None:
    today = timezone.localdate()
    old = today - timedelta(days=1)
    Rate.objects.create(category=line.category, rate_bps=500, starts_on=old - timedelta(days=9), ends_on=old)
    Rate.objects.create(category=line.category, rate_bps=1000, starts_on=old)

    deciding.accrue_for(line.order)
    Rate.objects.update(rate_bps=1)

    assert of(mei.influencer).pending == 1290
    assert Decision.objects.get().rate_source == line.category.path


def test_a_category_takes_the_rate_of_the_one_above(mei: Mei, lina: User) -> None:
    home = CategoryFactory(slug="home")
    Rate.objects.create(category=home, rate_bps=800, starts_on=timezone.localdate())
    product = ProductFactory(category=CategoryFactory(slug="kitchen", parent=home))
    line = OrderLineFactory(order=OrderFactory(user=lina), influencer=mei.influencer, product=product)

    deciding.accrue_for(line.order)

    assert of(mei.influencer).pending == 192


def test_an_own_purchase_is_refused_with_its_reason(mei: Mei) -> None:
    line = OrderLineFactory(order=OrderFactory(user=mei.user), influencer=mei.influencer)

    deciding.accrue_for(line.order)

    decision = Decision.objects.get()
    assert (decision.outcome, decision.reason, decision.commission_minor) == ("refused", "own_purchase", 0)
    assert Entry.objects.count() == 0


def test_a_guest_with_the_creators_mailbox_is_an_own_purchase(mei: Mei) -> None:
    order = OrderFactory(user=None, email="Mei+shop@Example.com")
    OrderLineFactory(order=order, influencer=mei.influencer)

    deciding.accrue_for(order)

    assert Decision.objects.get().reason == "own_purchase"


def test_a_line_nobody_brought_is_not_decided(lina: User) -> None:
    line = OrderLineFactory(order=OrderFactory(user=lina))

    deciding.accrue_for(line.order)

    assert Decision.objects.count() == 0


def test_nothing_clears_before_the_window_ends(line: OrderLine, mei: Mei) -> None:
    deciding.accrue_for(line.order)
    shipped(line, days_ago=29)

    assert ledger.clear_for(line.order) == []
    assert of(mei.influencer) == Balance("USD", pending=903)


def test_it_clears_once_when_the_window_has_ended(line: OrderLine, mei: Mei) -> None:
    deciding.accrue_for(line.order)
    shipped(line, days_ago=30)

    ledger.clear_for(line.order)
    ledger.clear_for(line.order)

    assert of(mei.influencer) == Balance("USD", cleared=903)
    assert Notice.objects.get(recipient=mei.user).kind == "commission_cleared"


def test_a_refund_before_clearing_takes_its_share_from_pending(line: OrderLine, mei: Mei) -> None:
    deciding.accrue_for(line.order)

    ledger.reverse_for(refunded(line, 6_450).order)
    ledger.reverse_for(line.order)

    assert of(mei.influencer) == Balance("USD", pending=452, reversed=451)


def test_a_refund_after_clearing_takes_its_share_from_cleared(line: OrderLine, mei: Mei) -> None:
    deciding.accrue_for(line.order)
    ledger.clear_for(shipped(line, days_ago=31).order)

    ledger.reverse_for(refunded(line, 12_900).order)

    assert of(mei.influencer) == Balance("USD", reversed=903)


def test_a_refund_that_arrives_before_the_accrual_ends_at_zero(line: OrderLine, mei: Mei) -> None:
    ledger.reverse_for(refunded(line, 12_900).order)
    deciding.accrue_for(line.order)

    assert of(mei.influencer) == Balance("USD", reversed=903)


def test_sweeps_find_what_lost_messages_left(line: OrderLine, mei: Mei) -> None:
    assert sweeping.sweep() == {"accrued": 1, "reversed": 0, "cleared": 0, "released": 0, "removed": 0}
    refunded(line, 6_450)
    assert sweeping.sweep() == {"accrued": 0, "reversed": 1, "cleared": 0, "released": 0, "removed": 0}
    shipped(line, days_ago=31)
    assert sweeping.sweep() == {"accrued": 0, "reversed": 0, "cleared": 1, "released": 0, "removed": 0}
    assert sweeping.sweep() == {"accrued": 0, "reversed": 0, "cleared": 0, "released": 0, "removed": 0}

    assert of(mei.influencer) == Balance("USD", cleared=452, reversed=451)


def test_a_refund_that_no_message_told_of_is_found_at_night_however_old(line: OrderLine, mei: Mei) -> None:
    deciding.accrue_for(line.order)
    refunded(line, 12_899)
    in_a_year = timezone.now() + timedelta(days=366)

    assert sweeping.sweep(now=in_a_year)["reversed"] == 0
    assert sweeping.sweep(now=in_a_year, looks_at_everything=True)["reversed"] == 1
    assert sweeping.sweep(now=in_a_year, looks_at_everything=True)["reversed"] == 0

    assert of(mei.influencer) == Balance("USD", pending=1, reversed=902)


ACTS = ("accrue", "clear", "reverse", "sweep")


@pytest.mark.parametrize("order_of_acts", list(itertools.permutations(ACTS)))
def test_every_order_of_arrival_ends_the_same(line: OrderLine, mei: Mei, order_of_acts: tuple[str, ...]) -> None:
    refunded(shipped(line, days_ago=31), 6_450)
    acts = {
        "accrue": lambda: deciding.accrue_for(line.order),
        "clear": lambda: ledger.clear_for(line.order),
        "reverse": lambda: ledger.reverse_for(line.order),
        "sweep": sweeping.sweep,
    }

    for act in (*order_of_acts, *order_of_acts):
        acts[act]()

    assert of(mei.influencer) == Balance("USD", cleared=452, reversed=451)
    assert list(breaks()) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    price=st.integers(min_value=1, max_value=10**9),
    bps=st.integers(min_value=0, max_value=10_000),
    steps=st.lists(st.one_of(st.sampled_from(["accrue", "ship", "clear", "sweep"]), st.floats(0, 1)), max_size=10),
)
def test_no_history_breaks_the_books(mei: Mei, lina: User, price: int, bps: int, steps: list[object]) -> None:
    with transaction.atomic():
        line = OrderLineFactory(order=OrderFactory(user=lina), influencer=mei.influencer, unit_price_minor=price)
        Rate.objects.create(category=line.category, rate_bps=bps, starts_on=timezone.localdate())
        for step in steps:
            line.refresh_from_db()
            if step == "accrue":
                deciding.accrue_for(line.order)
            elif step == "ship":
                shipped(line, days_ago=31)
            elif step == "clear":
                ledger.clear_for(line.order)
            elif step == "sweep":
                sweeping.sweep()
            elif isinstance(step, float) and (more := int((price - line.refunded_minor) * step)) > 0:
                refunded(line, line.refunded_minor + more)
                ledger.reverse_for(line.order)
            assert list(breaks()) == []
        line.refresh_from_db()
        if line.refunded_minor < price:
            refunded(line, price)
        ledger.reverse_for(line.order)

        assert (of(mei.influencer).pending, of(mei.influencer).cleared) == (0, 0)
        assert list(breaks()) == []
        transaction.set_rollback(True)


# --- What cannot be done


def test_rows_are_not_changed_or_removed_by_the_models(line: OrderLine) -> None:
    deciding.accrue_for(line.order)
    entry = Entry.objects.get()

    with pytest.raises(AppendOnlyError):
        entry.save()
    with pytest.raises(AppendOnlyError):
        entry.delete()
    with pytest.raises(AppendOnlyError):
        Entry.objects.update(amount_minor=1)
    with pytest.raises(AppendOnlyError):
        Entry.objects.all().delete()

    assert Entry.objects.get().amount_minor == 903


@pytest.mark.parametrize("table", ["commissions_entry", "commissions_decision"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET currency = 'EUR'", "DELETE FROM {}"])
def test_rows_are_not_changed_or_removed_by_sql(line: OrderLine, table: str, statement: str) -> None:
    deciding.accrue_for(line.order)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))

    assert Entry.objects.get().currency == "USD"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has TRUNCATE")
@pytest.mark.parametrize("table", triggers.NOT_EMPTIED)
def test_the_tables_of_the_money_are_not_emptied(line: OrderLine, table: str) -> None:
    deciding.accrue_for(line.order)

    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL {triggers.EMPTYING} = 'no'")
        for statement in (f"TRUNCATE {table} CASCADE", "TRUNCATE influencers_influencer CASCADE"):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute(statement)
        assert list(audit.written_once()) == []
        cursor.execute(f"DROP TRIGGER {triggers.NOT_EMPTIED[table]} ON {table}")

    assert Entry.objects.count() == 1
    assert list(audit.written_once()) == [f"the trigger {triggers.NOT_EMPTIED[table]} is missing"]


def raw(line: OrderLine, **fields: object) -> Entry:
    """A row as nobody of the house would write it, past the balance's guard."""
    row = {"influencer": line.influencer, "line": line, "currency": "USD", "reason": "", **fields}
    with connection.cursor() as cursor:
        table = " ON commissions_entry" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER entry_moves_balance{table}")
    return Entry.objects.create(**row)


def test_no_movement_takes_a_balance_below_zero(line: OrderLine, mei: Mei) -> None:
    deciding.accrue_for(line.order)

    with pytest.raises(DatabaseError, match="no_balance_is_below_zero"), transaction.atomic():
        Entry.objects.create(
            influencer=mei.influencer, line=line, kind="reversal", sequence=1, debit="pending", credit="programme",
            amount_minor=904, currency="USD",
        )  # fmt: skip

    assert of(mei.influencer) == Balance("USD", pending=903)


def test_the_audit_names_what_does_not_hold(line: OrderLine) -> None:
    deciding.accrue_for(line.order)
    raw(line, kind="reversal", sequence=1, debit="pending", credit="programme", amount_minor=904)

    found = list(breaks())

    who = f"line {line.pk}, creator {line.influencer_id}"
    assert f"I1 creator {line.influencer_id}, USD: pending is kept as 903, the entries say -1" in found
    assert "I2 the trigger entry_moves_balance is missing" in found
    assert f"I5-I7 {who}: 904 taken back, at most 0 may be" in found
    assert f"I5-I7 {who}: a balance is below zero" in found
