"""What ``manage.py bench earnings`` measures: the money pages of a creator with a million entries beside one with a hundred."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from catalog.models import Category, Product, Seller
from commissions.models import Decision, Entry
from commissions.services import closing
from influencers.models import Application, Click, Influencer
from orders.models import Order, OrderLine

# Sales of two years, the last ones today; what is younger than the return window has not cleared.
DAYS = 730
RETURNABLE_DAYS = 30
SMALL = 65
ROUNDS = 25
PLACES = 40


def creator(n: int) -> Influencer:
    """An approved creator."""
    user = User.objects.create(email=f"creator-{n}@example.com", name=f"Creator {n}", handle=f"creator-{n}")
    application = Application.objects.create(
        user=user, state="approved", display_name=user.name, country="FR", pitch="-"
    )
    return Influencer.objects.create(user=user, application=application)


def copies(model: Any, template: int, changes: dict[str, str], count: int, joined: str = "") -> str:
    """SQL that copies one row so many times; ``n`` is the number of the copy, and ``joined`` another table."""
    columns = [field.column for field in model._meta.concrete_fields if field.column != "id"]
    values = ", ".join(changes.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    return (
        f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) "  # noqa: S608
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, numbers{joined} ORDER BY n"
    ).replace(" ORDER BY n", f"{' AND' if ' WHERE ' in joined else ' WHERE'} t.id = {template} ORDER BY n")


def pair(few: Client, many: Client, path: str, few_path: str = "") -> dict[str, Any]:
    """The median milliseconds of a page for both, asked in turns, and how many queries each puts."""
    asked = ((few, few_path or path), (many, path))
    spent: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS):
        for number, (client, address) in enumerate(asked):
            start = time.perf_counter()
            answer = client.get(address, secure=True)
            if turn >= 3:
                spent[number].append((time.perf_counter() - start) * 1000)
            if answer.status_code != 200:
                raise AssertionError(f"{address} answered {answer.status_code}")
    queries = []
    for client, address in asked:
        with CaptureQueriesContext(connection) as seen:
            client.get(address, secure=True)
        queries.append(len(seen))
    if queries[0] != queries[1]:
        raise AssertionError(f"{path}: {queries[0]} queries for few entries, {queries[1]} for many")
    small, big = statistics.median(spent[0]), statistics.median(spent[1])
    return {"few_ms": small, "many_ms": big, "times": big / small, "queries": queries[1]}


def client_of(user: User) -> Client:
    """Somebody who is signed in."""
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def sell(seller: Influencer, template: OrderLine, first_product: int, lines: int) -> None:
    """So many lines of hers over two years, each decided, accrued and cleared, and as many visits."""
    last_order = Order.objects.latest("pk").pk
    prefix = f"{seller.pk}-"
    with connection.cursor() as cursor:
        cursor.execute(
            copies(Order, template.order_id, dict.fromkeys(("number", "token", "checkout_token"), f"'{prefix}' || n"), lines)
        )  # fmt: skip
        last_line = OrderLine.objects.latest("pk").pk
        changes = {
            "order_id": f"{last_order} + n", "influencer_id": str(seller.pk), "product_id": f"{first_product} + n % 20",
            "source": f"'collection:' || (n % {PLACES}) || '/pick:' || n",
        }  # fmt: skip
        cursor.execute(copies(OrderLine, template.pk, changes, lines))
        decision = Decision.objects.create(
            line=template, influencer=seller, outcome="credited", reason="cart_line", policy_version="bench", base_minor=1_000,
            currency="USD", rate_bps=700, rate_source="default", commission_minor=70,
        )  # fmt: skip
        when = f", bench_day d WHERE d.number = n % {DAYS}"
        line = {"line_id": f"{last_line} + n"}
        cursor.execute(copies(Decision, decision.pk, {**line, "decided_at": "d.at"}, lines, when))
        over = f"{when} AND d.number >= {RETURNABLE_DAYS}"
        for kind, debit, credit, which in (
            ("accrual", "programme", "pending", when),
            ("clearing", "pending", "cleared", over),
        ):
            entry = Entry.objects.create(
                influencer=seller, line=template, kind=kind, debit=debit, credit=credit, amount_minor=70, currency="USD",
                base_minor=1_000, rate_bps=700,
            )  # fmt: skip
            cursor.execute(copies(Entry, entry.pk, {**line, "created_at": "d.at"}, lines, which))
        click = Click.objects.create(influencer=seller, source="storefront", visitor="t", hour=timezone.now())
        changes = {"visitor": "'v' || n", "at": "d.at", "source": f"'collection:' || (n % {PLACES})"}
        cursor.execute(copies(Click, click.pk, changes, lines, when))


def world() -> tuple[OrderLine, OrderLine, int]:
    """Two order lines to copy, and the first of twenty products."""
    category = Category.objects.create(name="Kind", slug="kind", path="kind")
    seller = Seller.objects.create(slug="bench", name="Bench")
    products = [
        Product.objects.create(
            seller=seller, category=category, external_id=f"p{n}", slug=f"p{n}", name=f"Lamp {n}", currency="USD", price_minor=1_000
        )
        for n in range(20)
    ]  # fmt: skip
    variant = products[0].variants.create(external_id="p0", price_minor=1_000, stock=5)
    buyer = User.objects.create(email="buyer@example.com", name="Buyer")
    now = timezone.now()
    lines = []
    for n in range(2):
        order = Order.objects.create(
            number=f"T{n}", token=f"t{n}", checkout_token=f"t{n}", user=buyer, email=buyer.email, name="B", address="A",
            postcode="1", city="C", country="FR", currency="USD", total_minor=1_000, state="shipped", placed_at=now, paid_at=now,
        )  # fmt: skip
        line = OrderLine.objects.create(
            order=order, seller=seller, product=products[0], variant=variant, category=category, name="Lamp", quantity=1,
            unit_price_minor=1_000, total_minor=1_000, source="storefront", return_window_days=30,
        )  # fmt: skip
        lines.append(line)
    kind = "timestamptz" if connection.vendor == "postgresql" else "text"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE bench_day (number integer PRIMARY KEY, at {kind})")
        for n in range(DAYS):
            at = connection.ops.adapt_datetimefield_value(now - timedelta(days=n, minutes=1))
            cursor.execute("INSERT INTO bench_day VALUES (%s, %s)", [n, at])
    return lines[0], lines[1], products[0].pk


def run(entries: int) -> dict[str, Any]:
    """Every figure, before and after the days are closed."""
    one, other, product = world()
    small, big = creator(1), creator(2)
    payer = User.objects.create(email="payer@example.com", name="Payer", is_staff=True)
    payer.user_permissions.add(Permission.objects.get(codename="change_payout"))
    sell(small, one, product, SMALL)
    sell(big, other, product, entries * DAYS // (2 * DAYS - RETURNABLE_DAYS))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    figures: dict[str, Any] = {
        "entries": Entry.objects.filter(influencer=big).count(), "few": Entry.objects.filter(influencer=small).count(),
        "days": DAYS, "database": connection.vendor, "pages": {},
    }  # fmt: skip
    few, many = client_of(small.user), client_of(big.user)
    figures["pages"]["/studio/figures, no day closed"] = pair(few, many, "/studio/figures")
    figures["closing_s"] = _seconds(closing.close_days)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    first = f"{timezone.localdate() - timedelta(days=DAYS - 1):%Y-%m-%d}"
    for path in (
        "/studio", "/studio/earnings", "/studio/earnings?status=pending", "/studio/earnings?status=cleared", "/studio/figures",
        "/studio/figures?by=product", f"/studio/figures?first={first}&last={timezone.localdate():%Y-%m-%d}", "/studio/payouts",
    ):  # fmt: skip
        figures["pages"][path] = pair(few, many, path)
    # Beside a page of the creator with few entries: the programme has only one.
    figures["programme_ms"] = statistics.median(
        _seconds(lambda: client_of(payer).get("/programme", secure=True)) * 1000 for _ in range(9)
    )
    return figures


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
