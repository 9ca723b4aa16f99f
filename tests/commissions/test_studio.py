"""The creator's money pages."""

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from commissions.cells import safe_cell
from commissions.models import Entry, Rate
from commissions.queries import all_earnings
from commissions.services import deciding, holding
from core.templatetags.bars import nice_top
from orders.models import OrderLine
from tests.cast import Mei
from tests.factories.catalog import ProductFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.orders import OrderFactory, OrderLineFactory


@pytest.fixture
def line(mei: Mei, lina: User) -> OrderLine:
    product = ProductFactory(name="Mushroom table lamp")
    line = OrderLineFactory(
        order=OrderFactory(user=lina), influencer=mei.influencer, product=product, unit_price_minor=12_900,
        source="collection:3",
    )  # fmt: skip
    deciding.accrue_for(line.order)
    return line


def test_the_overview_adds_up(as_mei: Client, line: OrderLine) -> None:
    page = as_mei.get("/studio").content.decode()

    assert "Mushroom table lamp" in page
    assert page.count("$9.03") >= 3
    assert "Pending" in page


@pytest.mark.parametrize("days", ["7", "90", "abc", "-1", "9999999", ""])
def test_any_period_answers(as_mei: Client, line: OrderLine, days: str) -> None:
    assert as_mei.get("/studio", {"days": days}).status_code == 200


def test_htmx_gets_the_side_alone(as_mei: Client, line: OrderLine) -> None:
    answer = as_mei.get("/studio", headers={"HX-Request": "true"})

    body = answer.content.decode()
    assert 'id="now"' in body
    assert "<html" not in body
    assert "HX-Request" in answer["Vary"]


def test_a_new_creator_sees_first_steps(as_mei: Client) -> None:
    assert "First steps" in as_mei.get("/studio").content.decode()


def test_earnings_list_each_line_with_its_reason(as_mei: Client, mei: Mei, line: OrderLine) -> None:
    own = OrderLineFactory(order=OrderFactory(user=mei.user), influencer=mei.influencer)
    deciding.accrue_for(own.order)

    page = as_mei.get("/studio/earnings").content.decode()

    assert "Waits to be shipped." in page
    assert "Your own purchase earns nothing." in page


@pytest.mark.parametrize(
    ("status", "count"), [("", 2), ("pending", 1), ("cleared", 0), ("reversed", 0), ("refused", 1), ("nonsense", 2)]
)
def test_the_filter_keeps_what_stands_so(as_mei: Client, mei: Mei, line: OrderLine, status: str, count: int) -> None:
    own = OrderLineFactory(order=OrderFactory(user=mei.user), influencer=mei.influencer)
    deciding.accrue_for(own.order)

    assert len(as_mei.get("/studio/earnings", {"status": status}).context["rows"]) == count


def test_a_receipt_spells_the_arithmetic(as_mei: Client, line: OrderLine) -> None:
    page = as_mei.get(f"/studio/earnings/{line.pk}").content.decode()

    assert "$129.00" in page
    assert "7%" in page
    assert "$9.03" in page
    assert "cart_line" in page


def test_a_refused_line_says_why_once_and_reckons_nothing(as_mei: Client, mei: Mei) -> None:
    own = OrderLineFactory(order=OrderFactory(user=mei.user), influencer=mei.influencer)
    deciding.accrue_for(own.order)

    page = as_mei.get(f"/studio/earnings/{own.pk}").content.decode()

    assert page.count("Your own purchase earns nothing.") == 1
    assert "Arithmetic" not in page


def test_somebody_elses_receipt_is_not_found(as_otto: Client, otto: User, line: OrderLine) -> None:
    InfluencerFactory(user=otto)

    assert as_otto.get(f"/studio/earnings/{line.pk}").status_code == 404


def test_members_who_are_no_creators_are_sent_to_the_programme(as_lina: Client) -> None:
    assert as_lina.get("/studio").url == "/apply"


def test_a_suspended_creator_still_sees_her_money(as_mei: Client, mei: Mei) -> None:
    type(mei.influencer).objects.update(state="suspended")

    assert as_mei.get("/studio").status_code == 200


def test_the_pages_ask_as_much_for_three_lines_as_for_thirty(as_mei: Client, mei: Mei, lina: User) -> None:
    counts: dict[str, list[int]] = {"/studio": [], "/studio/earnings": []}
    for more in (3, 27):
        for _ in range(more):
            line = OrderLineFactory(order=OrderFactory(user=lina), influencer=mei.influencer)
            deciding.accrue_for(line.order)
        for path, seen in counts.items():
            with CaptureQueriesContext(connection) as queries:
                as_mei.get(path)
            seen.append(len(queries))

    assert all(few == many for few, many in counts.values()), counts


def text_of(answer: Any) -> str:
    """What a stream sends."""
    return b"".join(answer.streaming_content).decode()


def test_the_export_has_every_line_once_in_chunks(mei: Mei, lina: User) -> None:
    lines = [OrderLineFactory(order=OrderFactory(user=lina), influencer=mei.influencer) for _ in range(5)]

    assert [row.line for row in all_earnings(mei.influencer, chunk=2)] == lines[::-1]


def test_the_export_is_safe_for_spreadsheets(as_mei: Client, mei: Mei, lina: User) -> None:
    product = ProductFactory(name="=1+1")
    line = OrderLineFactory(order=OrderFactory(user=lina), influencer=mei.influencer, product=product)
    deciding.accrue_for(line.order)

    rows = text_of(as_mei.get("/studio/earnings.csv")).splitlines()

    assert rows[1].split(",")[1] == '"\'=1+1"'
    assert '"1.68"' in rows[1]

    holding.hold(line=line, influencer=mei.influencer, reason="other", evidence="", by=None)
    row = next(csv.DictReader(text_of(as_mei.get("/studio/earnings.csv")).splitlines()))
    assert (row["pending"], row["held"], row["cleared"], row["status"]) == ("0.00", "1.68", "0.00", "held")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@SUM", "\t=1", "\r=1", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert safe_cell("") == ""
    assert safe_cell(f"a{text}") == f"a{text}"


def test_how_it_works_shows_the_rate_card_of_today(as_guest: Client) -> None:
    today = timezone.localdate()
    Rate.objects.create(rate_bps=450, starts_on=today)
    Rate.objects.create(category=ProductFactory().category, rate_bps=1234, starts_on=today + timedelta(days=1))

    page = as_guest.get("/how-commissions-work").content.decode()

    assert "4.5%" in page
    assert "12.34%" not in page


def test_check_ledger_fails_with_the_first_break(line: OrderLine, mei: Mei) -> None:
    call_command("check_ledger")
    Entry.objects.create(
        influencer=mei.influencer, line=line, kind="clearing", debit="pending", credit="held", amount_minor=3,
        currency="USD",
    )  # fmt: skip

    with pytest.raises(CommandError, match=r"I1 entry .*: clearing moves from pending to held"):
        call_command("check_ledger")


@pytest.mark.parametrize("highest", [0, 1, 4, 5, 903, 4490, 99_999, 10**9])
def test_the_charts_top_is_a_round_number_above_the_highest(highest: int) -> None:
    assert highest <= nice_top(highest) <= max(4, 2 * highest)
    assert nice_top(highest) % 4 == 0
