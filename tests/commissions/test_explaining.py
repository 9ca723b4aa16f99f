"""What creators are told of a decision: the reason that is stored, and nothing about anybody else."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from commissions.attribution import Branch, Journey, Policy, Standing, Touch, decide, facts_as_json
from commissions.explaining import Fate, explain, explain_unclaimed
from commissions.models import Campaign, Decision, Rate
from commissions.services import deciding
from influencers.models import Influencer
from influencers.referrals import claim_on, journey_as_stored
from orders.models import OrderLine
from tests.cast import Mei
from tests.factories.accounts import UserFactory, with_handle
from tests.factories.catalog import ProductFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.storefront import CollectionFactory

START = datetime(2026, 1, 1, tzinfo=UTC)
hours = st.integers(0, 24 * 120)


@st.composite
def touches(draw: st.DrawFn) -> Touch:
    seen = START + timedelta(hours=draw(hours))
    opened = draw(st.none() | st.integers(0, 90))
    return Touch(
        draw(st.integers(1, 3)), "storefront", seen, draw(st.sampled_from([None, 7, 8])), None,
        seen - timedelta(minutes=opened) if opened is not None else None,
    )  # fmt: skip


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    added = START + timedelta(hours=draw(hours))
    found = sorted(draw(st.lists(touches(), min_size=1, max_size=6)), key=lambda touch: touch.seen_at)
    code = draw(st.none() | st.integers(1, 3))
    return Journey(
        7, added, added + timedelta(hours=draw(hours)), tuple(found), code="CODE" if code else "", code_influencer_id=code,
        previous_order_at=draw(st.none() | hours.map(lambda n: START + timedelta(hours=n))),
    )  # fmt: skip


policies = st.builds(Policy, assist_bps=st.sampled_from([0, 2_000]), ends_with_order=st.booleans())
standings = st.dictionaries(st.integers(1, 3), st.builds(Standing, *[st.booleans()] * 5))


@settings(max_examples=1_000, deadline=None)
@given(journeys(), standings, policies)
def test_the_reason_told_is_the_reason_stored(journey: Journey, people: dict[int, Standing], policy: Policy) -> None:
    verdict = decide(journey, people, policy)
    stored = json.loads(facts_as_json(journey_as_stored(journey), people, policy))

    for person in {touch.influencer_id for touch in journey.touches} | {verdict.influencer_id}:
        assert person is not None
        told = explain(stored, person)
        nobody = {Branch.LATE_TOUCH, Branch.OUTSIDE_WINDOW}
        assert told.branch == verdict.branch or {told.branch, verdict.branch} == nobody
        if verdict.branch not in nobody:
            assert told.is_hers == (person == verdict.influencer_id)
        assert told.is_credited == verdict.is_credited
        assert told.is_introducer == (person == verdict.introducer_id)
        won = [visit for visit in told.visits if visit.fate == Fate.WON]
        assert bool(won) == (told.is_hers and verdict.touch is not None and verdict.branch not in nobody)
        assert (told.shown == "of_another") == (not told.is_hers and not told.is_credited)


@settings(max_examples=300, deadline=None)
@given(journeys(), policies)
def test_a_line_without_decision_is_explained_only_where_nobody_can_claim_it(journey: Journey, policy: Policy) -> None:
    told = explain_unclaimed(journey, journey.touches[0].influencer_id, policy)

    assert (told is None) == (claim_on(journey, policy) is not None)
    if told:
        assert {visit.fate for visit in told.visits} <= {Fate.LATE, Fate.OUTSIDE}


@pytest.fixture
def kai(db: None) -> Influencer:
    return InfluencerFactory(user=with_handle(UserFactory(name="Kai Rivera"), "kai.builds"))


def bought(lina: User, *found: Touch, code: Influencer | None = None, added: datetime | None = None) -> OrderLine:
    """A paid line with this history, decided."""
    line = OrderLineFactory(order=OrderFactory(user=lina))
    added = added or timezone.now() - timedelta(hours=1)
    journey = Journey(
        line.product_id, added, line.order.placed_at, found, "CODE" if code else "", code.pk if code else None
    )
    claim = claim_on(journey)
    OrderLine.objects.filter(pk=line.pk).update(
        influencer=claim.influencer_id if claim else None, journey=journey_as_stored(journey),
        source=claim.touch.source if claim and claim.touch else "",
    )  # fmt: skip
    deciding.accrue_for(line.order)
    line.refresh_from_db()
    return line


def seen(who: Influencer, hours_ago: int, source: str = "storefront", product: int | None = None) -> Touch:
    return Touch(who.pk, source, timezone.now() - timedelta(hours=hours_ago), product)


def ask(client: Client, number: str) -> str:
    answer = client.get("/studio/where-is-my-order", {"number": number})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_says_which_way_the_rule_took(as_mei: Client, mei: Mei, kai: Influencer, lina: User) -> None:
    shelf = CollectionFactory(storefront=mei.storefront, title="Slow mornings")
    won = bought(lina, seen(mei.influencer, 3, f"collection:{shelf.pk}/pick:4"))
    lost = bought(lina, seen(mei.influencer, 5), seen(kai, 3))
    coded = bought(lina, seen(mei.influencer, 5), code=kai)

    page = ask(as_mei, f" #{won.order.number.lower()} ")
    assert "Your link was the last one before the item was put into the cart." in page
    assert "Slow mornings" in page
    assert f"/studio/earnings/{won.pk}" in page
    page = ask(as_mei, lost.order.number)
    assert "Another creator&#x27;s link was the last one" in page or "Another creator's link was the last one" in page
    assert "Counted; something else came before it" in page
    assert "typed another creator" in ask(as_mei, coded.order.number)
    page = ask(as_mei, bought(mei.user, seen(mei.influencer, 3)).order.number)
    assert "Your own purchase earns nothing." in page
    assert "Decided it" in page
    assert "came before it" not in page
    for secret in ("Lina", "lina@", "Kai", "kai.builds"):
        for line in (won, lost, coded):
            assert secret not in ask(as_mei, line.order.number)


def test_a_visit_that_was_too_old_is_explained_though_nothing_was_decided(as_mei: Client, mei: Mei, lina: User) -> None:
    line = bought(lina, seen(mei.influencer, 24 * 31))

    assert not Decision.objects.filter(line=line).exists()
    page = ask(as_mei, line.order.number)
    assert "Outside the window" in page
    assert "too old" in page


def test_an_order_that_never_touched_her_answers_like_none(
    as_mei: Client, mei: Mei, kai: Influencer, lina: User
) -> None:
    others = bought(lina, seen(kai, 3))
    as_mei.get("/studio/where-is-my-order")
    pages, counts = [], []
    for number in (others.order.number, "V9999999"):
        with CaptureQueriesContext(connection) as queries:
            pages.append(ask(as_mei, number).replace(number, "").partition("<main")[2])
        counts.append(len(queries))

    assert pages[0] == pages[1]
    assert "Nothing found" in pages[0]
    assert counts[0] == counts[1]


def test_the_receipt_names_source_card_row_and_bonus(as_mei: Client, mei: Mei, lina: User) -> None:
    today = timezone.localdate()
    line = OrderLineFactory(
        order=OrderFactory(user=lina), influencer=mei.influencer, unit_price_minor=10_000, source="code:MEI10"
    )  # fmt: skip
    Rate.objects.create(rate_bps=450, starts_on=today - timedelta(days=60))
    Campaign.objects.create(
        name="Spring weeks", bonus_bps=250, starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=5)
    )
    deciding.accrue_for(line.order)

    page = as_mei.get(f"/studio/earnings/{line.pk}").content.decode()

    for words in ("row for everything else", "2.5%", "Spring weeks", "MEI10", "$100.00", "$7.00"):
        assert words in page


def test_an_introducer_sees_the_receipt_of_her_share(as_mei: Client, mei: Mei, kai: Influencer, lina: User) -> None:
    line = bought(lina, seen(kai, 3))
    assert as_mei.get(f"/studio/earnings/{line.pk}").status_code == 404
    other = OrderLineFactory(order=OrderFactory(user=lina), product=ProductFactory(), influencer=kai)
    Decision.objects.create(
        line=other, influencer=kai, introducer=mei.influencer, introducer_minor=20, commission_minor=100, outcome="credited",
        reason="cart_line", policy_version="x", base_minor=1_000, currency="USD", rate_bps=1_000, rate_source="policy",
    )  # fmt: skip

    assert "$0.20" in as_mei.get(f"/studio/earnings/{other.pk}").content.decode()
