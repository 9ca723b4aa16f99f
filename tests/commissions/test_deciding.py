"""Decisions over the whole way: from what was clicked to what is booked, and that they can be asked again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.vault import Place, keep_address
from commissions.audit import breaks
from commissions.models import Decision, Entry, Rate
from commissions.queries import earning_ids
from commissions.services import deciding, ledger
from influencers.models import AttributionPolicy, CreatorCode, Influencer
from influencers.referrals import Touch
from orders.gateways import TestGateway
from orders.models import Cart, Order, OrderLine, Refund
from orders.services import cart as carts
from orders.services import checkout as checkouts
from orders.services.checkout import Contact
from tests.cast import Mei
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, with_handle
from tests.factories.catalog import CategoryFactory, ProductFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.orders import OrderFactory, OrderLineFactory

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
CONTACT = Contact("lina@example.com", "en", "Lina Moreau", "12 Rue des Lilas", "", "69003", "Lyon", "FR")


@pytest.fixture
def kai(db: None) -> Influencer:
    return InfluencerFactory(user=with_handle(UserFactory(name="Kai"), "kai.builds"))


def touch_of(influencer: Influencer, *, ago: timedelta = timedelta(hours=1), **more: object) -> Touch:
    return Touch(influencer.pk, "storefront", timezone.now().replace(microsecond=0) - ago, **more)  # type: ignore[arg-type]


def bought(
    user: User, *, put_in: list[Touch], at_checkout: list[Touch] | None = None, contact: Contact = CONTACT,
    card: str = TestGateway.SUCCEEDS, code: str = "", price: int = 10_000,
) -> OrderLine:  # fmt: skip
    """A product that somebody put into the cart with some touches and paid with some."""
    cart = carts.cart_for(user=user, key=None)
    product = ProductFactory(price_minor=price)
    product.variants.update(price_minor=price)
    carts.add_to_cart(cart=cart, variant=product.variants.get(), quantity=1, trail=put_in)
    carts.set_code(cart=cart, typed=code, user=user)
    cart = Cart.objects.get(pk=cart.pk)
    order = checkouts.place_order(
        cart=cart, user=user, contact=contact, checkout_token=cart.checkout_token, total_minor=price, trail=at_checkout or put_in
    )  # fmt: skip
    checkouts.pay(order=order, card=card, cart=cart)
    deciding.accrue_for(Order.objects.get(pk=order.pk))
    return OrderLine.objects.get(order=order)


def test_the_checkout_keeps_every_touch_and_the_decision_names_its_way(mei: Mei, kai: Influencer, lina: User) -> None:
    first, last = touch_of(kai, ago=timedelta(days=2)), touch_of(mei.influencer)

    line = bought(lina, put_in=[first, last])

    assert (line.influencer, line.source, line.decision.reason) == (mei.influencer, "storefront", "cart_line")
    assert len(line.decision.facts["journey"]["touches"]) == 2
    assert line.decision.commission_minor == 700


def test_a_click_fired_at_the_checkout_changes_nothing_and_is_kept_as_late(
    mei: Mei, kai: Influencer, lina: User
) -> None:
    own = touch_of(mei.influencer)
    cart = carts.cart_for(user=lina, key=None)
    fired = replace(touch_of(kai, ago=timedelta(0)), opened_at=timezone.now() - timedelta(minutes=1))

    line = bought(lina, put_in=[own], at_checkout=[own, fired])

    assert (line.influencer, line.decision.reason) == (mei.influencer, "cart_line")
    assert line.decision.facts["journey"]["touches"][-1][0] == kai.pk
    assert cart.lines.count() == 0


def test_an_item_without_a_touch_goes_to_who_came_before_the_basket_and_to_nobody_after(
    kai: Influencer, lina: User, otto: User
) -> None:
    came = touch_of(kai, ago=-timedelta(seconds=2))
    cart = carts.cart_for(user=lina, key=None)
    product = ProductFactory()
    line = carts.add_to_cart(cart=cart, variant=product.variants.get(), quantity=1)
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        cart = Cart.objects.get(pk=cart.pk)
        order = checkouts.place_order(
            cart=cart, user=lina, contact=CONTACT, checkout_token=cart.checkout_token, total_minor=2400, trail=[came]
        )
        late = replace(came, opened_at=came.seen_at - timedelta(minutes=1))
        other = carts.cart_for(user=otto, key=None)
        carts.add_to_cart(cart=other, variant=ProductFactory().variants.get(), quantity=1)
        nobodys = checkouts.place_order(
            cart=other, user=otto, contact=CONTACT, checkout_token=other.checkout_token, total_minor=2400, trail=[late]
        )

    assert line.influencer is None
    assert order.lines.get().influencer == kai
    assert nobodys.lines.get().influencer is None


def test_a_typed_code_beats_the_cart_and_is_taken_off_after_the_order(mei: Mei, kai: Influencer, lina: User) -> None:
    CreatorCode.objects.create(influencer=kai, code="KAI10")

    line = bought(lina, put_in=[touch_of(mei.influencer)], code=" kai 10 ")

    assert (line.influencer, line.source, line.decision.reason) == (kai, "code:KAI10", "typed_code")
    assert Cart.objects.get(user=lina).code is None


# --- Refusals


def household(person: User) -> Place:
    return Place(person.name, "12, rue des lilas", "", "69 003", "Lyon", "FR")


def test_a_parcel_to_an_address_of_her_vault_earns_nothing(mei: Mei, lina: User) -> None:
    keep_address(user=mei.user, label="Home", place=household(mei.user))

    line = bought(lina, put_in=[touch_of(mei.influencer)])

    assert (line.decision.outcome, line.decision.reason, line.decision.commission_minor) == (
        "refused", "same_household", 0,
    )  # fmt: skip
    assert Entry.objects.count() == 0


def test_an_address_of_her_own_parcels_is_hers_and_one_of_a_present_is_not(mei: Mei, lina: User) -> None:
    bought(mei.user, put_in=[], contact=replace(CONTACT, email="mei@example.com", name="Lina Moreau"))
    assert bought(lina, put_in=[touch_of(mei.influencer)]).decision.outcome == "credited"

    bought(mei.user, put_in=[], contact=replace(CONTACT, email="mei@example.com", name=mei.user.name.upper()))
    assert bought(lina, put_in=[touch_of(mei.influencer)]).decision.reason == "same_household"


def test_her_own_card_earns_nothing_and_everybodys_test_card_does(mei: Mei, lina: User) -> None:
    elsewhere = replace(CONTACT, email="mei@example.com", address="1 Far Away")
    bought(mei.user, put_in=[], contact=elsewhere, card=TestGateway.OWN)
    bought(mei.user, put_in=[], contact=elsewhere, card=TestGateway.SUCCEEDS)

    assert bought(lina, put_in=[touch_of(mei.influencer)], card=TestGateway.OWN).decision.reason == "same_household"
    assert bought(lina, put_in=[touch_of(mei.influencer)]).decision.outcome == "credited"


def test_a_policy_may_leave_the_household_alone(mei: Mei, lina: User) -> None:
    keep_address(user=mei.user, label="Home", place=household(mei.user))
    AttributionPolicy.objects.create(version="t-1", starts_at=timezone.now(), refuses_household=False)

    assert bought(lina, put_in=[touch_of(mei.influencer)]).decision.outcome == "credited"


def test_no_address_card_or_mail_is_in_a_decision(mei: Mei, lina: User) -> None:
    keep_address(user=mei.user, label="Home", place=household(mei.user))

    text = str(bought(lina, put_in=[touch_of(mei.influencer)], card=TestGateway.OWN).decision.facts).casefold()

    for secret in ("lilas", "69003", "example.com", "4000000000000077", "lina", "moreau"):
        assert secret not in text


# --- Policies


def test_old_decisions_keep_their_policy_and_new_orders_take_the_new_one(mei: Mei, lina: User) -> None:
    before = bought(lina, put_in=[touch_of(mei.influencer, ago=timedelta(days=3))])
    AttributionPolicy.objects.create(version="session", starts_at=timezone.now(), window_hours=24)

    after = OrderLineFactory(
        order=OrderFactory(user=lina), influencer=mei.influencer, touched_at=timezone.now() - timedelta(days=3)
    )
    deciding.accrue_for(after.order)

    assert (before.decision.reason, before.decision.policy_version) == ("cart_line", "2026-2")
    assert (after.decision.reason, after.decision.policy_version) == ("outside_window", "session")


def test_an_introducer_shares_and_two_lose_together_what_one_would(mei: Mei, kai: Influencer, lina: User) -> None:
    AttributionPolicy.objects.create(version="assist", starts_at=timezone.now(), assist_bps=2_000)
    line = bought(lina, put_in=[touch_of(kai, ago=timedelta(days=3)), touch_of(mei.influencer)], price=1_111)

    decision = line.decision
    assert (decision.commission_minor, decision.introducer, decision.introducer_minor) == (78, kai, 15)
    assert dict(Entry.objects.values_list("influencer", "amount_minor")) == {mei.influencer.pk: 63, kai.pk: 15}
    for refunded in (1, 37, 370, 999, 1_110):
        cents = refunded - OrderLine.objects.get(pk=line.pk).refunded_minor
        Refund.objects.create(line=line, amount_minor=cents, cumulative_minor=refunded)
        OrderLine.objects.filter(pk=line.pk).update(refunded_minor=refunded)
        ledger.reverse_for(line.order)
        taken = sum(Entry.objects.filter(kind="reversal").values_list("amount_minor", flat=True))
        assert taken == 78 * refunded // 1_111
        assert list(breaks()) == []


def test_both_find_a_shared_line_among_theirs_and_the_introducer_sees_no_link_of_the_other(
    mei: Mei, kai: Influencer, lina: User
) -> None:
    AttributionPolicy.objects.create(version="assist", starts_at=timezone.now(), assist_bps=2_000)
    line = bought(lina, put_in=[touch_of(kai, ago=timedelta(days=3)), touch_of(mei.influencer)], price=1_111)
    own = bought(lina, put_in=[touch_of(kai)], price=500)
    assert earning_ids(mei.influencer)[:9] == [line.pk]
    assert earning_ids(kai)[:9] == [own.pk, line.pk]
    assert (earning_ids(kai)[:1], earning_ids(kai)[1:2], len(earning_ids(kai))) == ([own.pk], [line.pk], 2)

    page = client_for(kai.user).get("/studio/earnings")
    rows = b"".join(client_for(kai.user).get("/studio/earnings.csv").streaming_content).decode().splitlines()

    assert [(row.left, row.source) for row in page.context["rows"]] == [(35, own.source), (15, "introduced")]
    assert "A buyer you introduced" in page.content.decode()
    assert '"introduced"' in rows[2]


# --- Asked again


def test_a_decision_asked_again_a_year_later_says_the_same(mei: Mei, kai: Influencer, lina: User) -> None:
    home = CategoryFactory(slug="home")
    Rate.objects.create(category=home, rate_bps=900, starts_on=timezone.localdate() - timedelta(days=9))
    CreatorCode.objects.create(influencer=kai, code="KAI10")
    AttributionPolicy.objects.create(version="assist", starts_at=timezone.now(), assist_bps=2_000)
    keep_address(user=kai.user, label="Home", place=household(kai.user))
    bought(lina, put_in=[touch_of(kai, ago=timedelta(days=3)), touch_of(mei.influencer)])
    bought(lina, put_in=[touch_of(mei.influencer)], code="kai10")
    bought(mei.user, put_in=[touch_of(mei.influencer)])
    bought(lina, put_in=[touch_of(mei.influencer)])
    made = [(row.pk, row.reason, row.influencer_id, row.introducer_id, row.rate_bps, row.rate_source) for row in Decision.objects.order_by("pk")]  # fmt: skip
    assert len({row[1] for row in made}) >= 3

    # A year in which everything changes.
    Influencer.objects.update(state="suspended")
    Rate.objects.update(rate_bps=1)
    AttributionPolicy.objects.create(version="other", starts_at=timezone.now(), window_hours=1)
    User.objects.filter(pk=lina.pk).update(email="other@example.com")
    Order.objects.update(place_hash="", email="other@example.com")
    with time_machine.travel(timezone.now() + timedelta(days=366)):
        again = []
        for row in Decision.objects.order_by("pk"):
            verdict, found = deciding.asked_again(row.facts)
            again.append((row.pk, verdict.branch, verdict.influencer_id, verdict.introducer_id, found.rate_bps, found.words))  # fmt: skip

    assert again == made


def test_a_backlog_asks_as_much_for_three_lines_as_for_thirty(mei: Mei, lina: User) -> None:
    counts = []
    for more in (3, 27):
        for _ in range(more):
            OrderLineFactory(order=OrderFactory(user=lina), influencer=mei.influencer)
        rows = list(deciding.undecided(OrderLine.objects.all()).values_list(*deciding.FIELDS))
        with CaptureQueriesContext(connection) as queries:
            assert len(list(deciding.judge(rows, moment=NOW))) == len(rows)
        counts.append(len(queries))

    assert counts[0] == counts[1]
