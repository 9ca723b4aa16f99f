"""The studio's figures: they agree with the ledger, cost the same for few and many, and no cell is a formula."""

import csv
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from commissions.models import Entry
from commissions.performance import Period, performance
from commissions.services import deciding, ledger
from influencers.models import Click
from orders.models import OrderLine, Refund
from tests.cast import Mei
from tests.factories.accounts import UserFactory
from tests.factories.catalog import ProductFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.storefront import CollectionFactory

pytestmark = pytest.mark.django_db


def sold(mei: Mei, lina: User, price: int, source: str = "storefront", **more: object) -> OrderLine:
    line = OrderLineFactory(
        order=OrderFactory(user=lina), influencer=mei.influencer, unit_price_minor=price, source=source, **more
    )
    deciding.accrue_for(line.order)
    return line


def clicked(mei: Mei, source: str, count: int, product_id: int | None = None) -> None:
    for visitor in range(count):
        Click.objects.create(
            influencer=mei.influencer, source=source, visitor=f"{source}{visitor}", hour=timezone.now(), product_id=product_id
        )  # fmt: skip


def today() -> Period:
    return Period(timezone.localdate(), timezone.localdate())


def test_rows_add_up_to_the_ledger_net_of_returns(mei: Mei, lina: User) -> None:
    shelf = CollectionFactory(storefront=mei.storefront, title="Slow mornings")
    line = sold(mei, lina, 10_000, f"collection:{shelf.pk}/pick:3")
    sold(mei, lina, 20_000, f"collection:{shelf.pk}/pick:4")
    sold(mei, lina, 30_000, "code:MEI10")
    Refund.objects.create(line=line, amount_minor=5_000, cumulative_minor=5_000)
    OrderLine.objects.filter(pk=line.pk).update(refunded_minor=5_000)
    ledger.reverse_for(line.order)
    clicked(mei, f"collection:{shelf.pk}/pick:3", 4)
    clicked(mei, "storefront", 3)

    page = performance(mei.influencer, today(), "place")

    found = {row.place.key: row for row in page.rows if row.place}
    first = found[f"collection:{shelf.pk}"]
    assert (first.clicks, first.orders, first.earned, first.returned, first.net) == (4, 2, 2_100, 350, 1_750)
    assert (first.conversion_bps, first.per_click, first.place and first.place.name) == (5_000, 438, "Slow mornings")
    assert (found["storefront"].clicks, found["storefront"].net) == (3, 0)
    assert found["code:MEI10"].per_click is None
    assert page.now.net == sum(row.net for row in page.rows) == 3_850
    assert page.now.clicks == sum(row.clicks for row in page.rows) == 7
    booked = Entry.objects.values("kind").annotate(n=Sum("amount_minor")).values_list("kind", "n")
    assert dict(booked) == {"accrual": page.now.earned, "reversal": page.now.returned}
    assert sum(row.net for row in performance(mei.influencer, today(), "product").rows) == 3_850


def test_what_another_creator_sold_is_not_hers(mei: Mei, lina: User) -> None:
    other = OrderLineFactory(order=OrderFactory(user=lina), influencer=InfluencerFactory())
    deciding.accrue_for(other.order)

    page = performance(mei.influencer, today(), "product")

    assert (page.now.net, list(page.rows)) == (0, [])


def test_only_these_days_count_and_the_chart_has_them_all(mei: Mei, lina: User) -> None:
    sold(mei, lina, 10_000)
    day = timezone.localdate()

    assert performance(mei.influencer, Period(day - timedelta(days=9), day - timedelta(days=1)), "place").now.net == 0
    long = performance(mei.influencer, Period(day - timedelta(days=1_000), day), "place")
    assert len(long.chart) <= 92
    assert sum(point.earned for point in long.chart) == long.now.earned == 700
    after = performance(mei.influencer, Period(day + timedelta(days=1), day + timedelta(days=2)), "place")
    assert (after.before.net, sum(point.before for point in after.chart)) == (700, 700)


@pytest.mark.parametrize("by", ["place", "product", "collection", "list", "spark", "channel", "code", "nonsense"])
def test_every_split_answers(as_mei: Client, mei: Mei, lina: User, by: str) -> None:
    sold(mei, lina, 10_000, "spark:9/tag:1")

    assert as_mei.get("/studio/figures", {"by": by, "currency": "XXX"}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"first": "2026-02-30", "last": "2026-03-01"}, "Enter a day"),
        ({"first": "2026-03-02", "last": "2026-03-01"}, "before the first"),
        ({"first": "2026-03-02"}, "Enter both days"),
        ({"first": "0001-01-01", "last": "9999-12-31"}, "between 2000 and 2100"),
        ({"first": "2000-01-01", "last": "2026-12-31"}, "at most ten years"),
    ],
)
def test_a_bad_period_is_refused_in_words(as_mei: Client, asked: dict[str, str], words: str) -> None:
    answer = as_mei.get("/studio/figures", asked)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    # Nor is there a file of days that nobody asked for.
    assert as_mei.get("/studio/figures.csv", asked).status_code == 422


def test_many_lines_cost_as_many_queries_as_few(as_mei: Client, mei: Mei, lina: User) -> None:
    counts: list[list[int]] = []
    for more in (2, 20):
        for number in range(more):
            shelf = CollectionFactory(storefront=mei.storefront, slug=f"s{more}-{number}")
            sold(mei, lina, 10_000, f"collection:{shelf.pk}", product=ProductFactory())
        seen = []
        for by in ("place", "product"):
            with CaptureQueriesContext(connection) as queries:
                as_mei.get("/studio/figures", {"by": by})
            seen.append(len(queries))
        counts.append(seen)

    assert counts[0] == counts[1]


def test_the_file_has_the_rows_and_no_formula(as_mei: Client, mei: Mei, lina: User) -> None:
    shelf = CollectionFactory(storefront=mei.storefront, title="=HYPERLINK(1)")
    sold(mei, lina, 10_000, f"collection:{shelf.pk}/pick:3")

    rows = list(csv.DictReader(as_mei.get("/studio/figures.csv", {"by": "collection"}).content.decode().splitlines()))

    assert [(row["kind"], row["name"], row["net"], row["currency"]) for row in rows] == [
        ("collection", "'=HYPERLINK(1)", "7.00", "USD")
    ]


def test_the_programme_adds_up_and_costs_the_same_for_many(client: Client, mei: Mei, lina: User) -> None:
    pat = UserFactory(name="Pat Payer", is_staff=True)
    pat.user_permissions.add(Permission.objects.get(codename="change_payout"))
    client.force_login(pat)
    counts = []
    for more in (2, 6):
        for _ in range(more):
            line = OrderLineFactory(
                order=OrderFactory(user=lina), influencer=InfluencerFactory(), unit_price_minor=10_000
            )
            deciding.accrue_for(line.order)
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/programme", {"period": "today"})
        counts.append(len(queries))

    found = page.context["page"]
    assert (found.now.net, found.now.orders, found.rate_bps, len(found.top)) == (5_600, 8, 700, 8)
    assert found.books[0]["all_pending"] == 5_600
    assert counts[0] == counts[1]
