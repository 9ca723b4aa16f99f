"""What ``manage.py bench commissions`` measures: a backlog of attributed lines by every road, a payout run, and a big creator's pages."""

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import User
from catalog.models import Category, Product, Seller
from commissions import tasks
from commissions.audit import breaks
from commissions.models import Entry, Payee, Rate
from commissions.services import backlog, deciding, payouts
from commissions.triggers import EMPTYING
from config.management import earnings_bench
from core.sealing import seal
from influencers.models import Influencer
from orders.models import Order, OrderLine

CREATORS = 1_000
SAMPLE = 300
# Each road is taken so often, and the median told: others use the machine, too.
TURNS = 5
# Of every two lines, one is the big creator's; the smallest has fifty, which make a hundred entries.
SMALL = 50
ROUNDS = 15


def build(lines: int) -> list[Influencer]:
    """Orders of one line each, all paid, brought by a thousand creators; every line's return window has ended."""
    rng = random.Random(2017)  # noqa: S311  (an invented world, not a secret)
    now = timezone.now()
    creators = [earnings_bench.creator(n) for n in range(CREATORS)]
    seller = Seller.objects.create(slug="bench", name="Bench")
    products = []
    for n in range(20):
        category = Category.objects.create(name=f"Kind {n}", slug=f"kind-{n}", path=f"kind-{n}")
        Rate.objects.create(
            category=category, rate_bps=rng.randrange(100, 2_000), starts_on=timezone.localdate() - timedelta(days=400)
        )
        product = Product.objects.create(
            seller=seller, category=category, external_id=f"p{n}", slug=f"p{n}", name=f"Lamp {n}", currency="USD", price_minor=1_000
        )  # fmt: skip
        product.variants.create(external_id=f"p{n}", price_minor=1_000, stock=5)
        products.append(product)
    buyer = User.objects.create(email="buyer@example.com", name="Buyer")
    order = Order.objects.create(
        number="T", token="t", checkout_token="t", user=buyer, email=buyer.email, name="B", address="A", postcode="1",  # noqa: S106
        city="C", country="FR", currency="USD", total_minor=1_000, state="shipped", placed_at=now - timedelta(days=60),
        paid_at=now - timedelta(days=60),
    )  # fmt: skip
    line = OrderLine.objects.create(
        order=order, seller=seller, product=products[0], variant=products[0].variants.get(), category=products[0].category,
        name="Lamp", quantity=1, unit_price_minor=1_000, total_minor=1_000, source="storefront", return_window_days=30,
        added_at=now - timedelta(days=60, minutes=1), touched_at=now - timedelta(days=60, minutes=2),
    )  # fmt: skip
    first_product, first_category, first_creator = products[0].pk, products[0].category_id or 0, creators[0].pk
    with connection.cursor() as cursor:
        numbers = {"number": "'B' || n", "token": "'t' || n", "checkout_token": "'t' || n"}
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute(earnings_bench.copies(Order, order.pk, numbers, lines))
        creator = (
            f"CASE WHEN n <= {SMALL} THEN {first_creator + CREATORS - 1} WHEN n % 2 = 0 THEN {first_creator} "
            f"ELSE {first_creator} + 1 + n % {CREATORS - 2} END"
        )
        price = "500 + n::bigint * 7919 % 20000"
        at, seen = "t.added_at + n * interval '1 second'", "t.touched_at + n * interval '1 second'"
        # As the checkout writes it: one visit, late enough to count.
        micros = f"(extract(epoch from {seen}) * 1000000)::bigint"
        journey = (
            f"jsonb_build_object('product_id', {first_product} + n % 20, 'code', '', 'code_influencer_id', null, 'touches', "
            f"jsonb_build_array(jsonb_build_array({creator}, 'storefront', {micros}, 0, {micros}, 0)), 'previous_order_at', null, "
            f"'added_at', to_char({at}, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"'), "
            f"'placed_at', to_char({at} + interval '1 minute', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"'))"
        )
        changes = {
            "added_at": at, "touched_at": seen, "journey": journey,
            "order_id": f"{order.pk} + n", "influencer_id": creator, "total_minor": price, "unit_price_minor": price,
            "product_id": f"{first_product} + n % 20", "category_id": f"{first_category} + n % 20",
            "shipped_at": "t.added_at + interval '1 day'", "returnable_until": "t.added_at + interval '31 days'",
        }  # fmt: skip
        cursor.execute(earnings_bench.copies(OrderLine, line.pk, changes, lines))
        cursor.execute("ANALYZE")
    Payee.objects.bulk_create(
        Payee(influencer=one, currency="USD", method="bank", state="ready", country="DE", name="C", sealed=seal("{}")) for one in creators
    )  # fmt: skip
    return creators


def _decide(order: int) -> None:
    deciding.accrue_for(Order.objects.get(pk=order))


def _timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _again(roads: dict[str, float], lines: int) -> None:
    """Put the same decisions and entries into the same, emptied tables: by INSERT ... SELECT, then by COPY."""
    tables = ["commissions_decision", "commissions_entry"]
    empty = f"SET {EMPTYING} = 'yes'; TRUNCATE commissions_decision, commissions_entry, commissions_balance CASCADE"
    with tempfile.TemporaryDirectory() as folder, connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"CREATE TABLE spare_{table} AS SELECT * FROM {table} ORDER BY id")  # noqa: S608
            with (Path(folder) / table).open("w", encoding="utf-8") as out:
                cursor.copy_expert(f"COPY spare_{table} TO STDOUT", out)

        def by_insert() -> None:
            for table in tables:
                cursor.execute(f"INSERT INTO {table} SELECT * FROM spare_{table} ON CONFLICT DO NOTHING")  # noqa: S608

        def by_copy() -> None:
            for table in tables:
                with (Path(folder) / table).open(encoding="utf-8") as given:
                    cursor.copy_expert(f"COPY {table} FROM STDIN", given)

        for name, road in (("set-based SQL into the same tables", by_insert), ("COPY into the same tables", by_copy)):
            rates = []
            for _ in range(TURNS):
                cursor.execute(empty)
                rates.append(lines / _timed(road))
            roads[name] = statistics.median(rates)
        for table in tables:
            cursor.execute(f"DROP TABLE spare_{table}")


def run(lines: int) -> dict[str, Any]:
    """Every figure; a ledger that does not hold afterwards is an error."""
    creators = build(lines)
    now = timezone.now()
    roads: dict[str, float] = {}
    # A template row has no creator, so it is nobody's.
    newest = Order.objects.filter(lines__influencer__isnull=False).order_by("-pk")
    orders = list(newest.values_list("pk", flat=True)[: 2 * SAMPLE])
    part = SAMPLE // TURNS
    # The decision alone is what the other roads do; a task does more, such as telling who watches over creators.
    for name, act in (("one order a transaction", _decide), ("one order a task", tasks.accrue_order)):
        mine, orders = orders[:SAMPLE], orders[SAMPLE:]
        roads[name] = statistics.median(
            part / _timed(lambda: [act(order) for order in mine[start : start + part]])  # noqa: B023
            for start in range(0, SAMPLE, part)
        )
    part = ceil((lines - 2 * SAMPLE) / TURNS)
    roads["the backlog road, every rule applied"] = statistics.median(
        min(part, lines - 2 * SAMPLE - start) / _timed(lambda: backlog.accrue(now=now, limit=part))
        for start in range(0, lines - 2 * SAMPLE, part)
    )
    _again(roads, lines)
    with connection.cursor() as cursor:
        # The restored rows keep their numbers; the counters go on behind them.
        for table in ("commissions_decision", "commissions_entry", "commissions_balance"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608
        cursor.execute("ANALYZE")
    roads["clearing, the backlog road"] = lines / _timed(lambda: backlog.clear(now=now, limit=lines))
    figures: dict[str, Any] = {
        "lines": lines,
        "creators": CREATORS,
        "processors": os.cpu_count(),
        "lines per second": roads,
    }

    def group_by() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT influencer_id, currency, SUM(CASE WHEN credit = 'cleared' THEN amount_minor WHEN debit = 'cleared' "
                "THEN -amount_minor ELSE 0 END) FROM commissions_entry GROUP BY influencer_id, currency"
            )
            cursor.fetchall()

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE commissions_entry")
    one = min(_timed(group_by) for _ in range(3)) * 1000
    spent = _timed(lambda: payouts.run(slot="bench", now=timezone.now())) * 1000
    figures[f"a payout run over {Entry.objects.count()} entries"] = {
        "ms": spent,
        "times": spent / one,
        "of": "one GROUP BY over them",
    }
    big, small = creators[0], creators[-1]
    count, few = (Entry.objects.filter(influencer=one).count() for one in (big, small))
    for path in ("/studio/earnings", "/studio/earnings?status=cleared", "/studio/payouts"):
        row = earnings_bench.pair(earnings_bench.client_of(small.user), earnings_bench.client_of(big.user), path)
        figures[f"{path}, {count} entries"] = {"ms": row["many_ms"], "times": row["times"], "of": f"one with {few}"}
    figures["check_ledger"] = {"ms": _timed(lambda: _prove()) * 1000, "times": 0, "of": "nothing (for scale)"}
    return figures


def _prove() -> None:
    first = next(breaks(), None)
    if first:
        raise AssertionError(first)
