"""Rates: announced, never overlapping, told to those concerned, and tried before."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from commissions import card_queries
from commissions.admin import RateForm
from commissions.errors import RateRefused
from commissions.models import Campaign, Decision, Entry, Invitation, Rate
from commissions.rates import NOTICE_DAYS
from commissions.services import announcing, deciding
from influencers.models import Influencer
from notifications.models import Mail, Notice
from tests.cast import Mei, Sol
from tests.conftest import client_for
from tests.factories.accounts import UserFactory
from tests.factories.catalog import CategoryFactory, ProductFactory, SellerFactory
from tests.factories.influencers import InfluencerFactory
from tests.factories.orders import OrderFactory, OrderLineFactory

TODAY = timezone.localdate()


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def announced(category: object, bps: int, starts_on: date) -> Rate:
    return announcing.announce_rate(category=category, rate_bps=bps, starts_on=starts_on, reason="Costs", by=None)  # type: ignore[arg-type]


# --- The card


def test_a_rise_holds_at_once_and_ends_the_row_before(db: None) -> None:
    home = CategoryFactory(slug="home")
    old = Rate.objects.create(category=home, rate_bps=500, starts_on=days(-100))

    new = announced(home, 600, TODAY)

    old.refresh_from_db()
    assert (old.ends_on, new.starts_on, new.old_bps) == (TODAY, TODAY, 500)


def test_a_cut_is_announced_two_weeks_ahead_or_refused_in_words(db: None) -> None:
    home = CategoryFactory(slug="home")
    Rate.objects.create(category=home, rate_bps=500, starts_on=days(-100))

    with pytest.raises(RateRefused, match="14 days ahead"):
        announced(home, 499, days(NOTICE_DAYS - 1))
    assert Rate.objects.get().ends_on is None

    assert announced(home, 499, days(NOTICE_DAYS)).starts_on == days(NOTICE_DAYS)


def test_a_row_of_its_own_below_what_was_inherited_is_a_cut_too(db: None) -> None:
    home = CategoryFactory(slug="home")
    Rate.objects.create(category=home, rate_bps=500, starts_on=days(-100))

    with pytest.raises(RateRefused, match="14 days ahead"):
        announced(CategoryFactory(slug="kitchen", parent=home), 400, TODAY)


@pytest.mark.parametrize(("bps", "start", "words"), [(10_001, 0, "0 to 100"), (-1, 0, "0 to 100"), (900, -1, "past")])
def test_what_cannot_be_is_refused_in_words(db: None, bps: int, start: int, words: str) -> None:
    with pytest.raises(RateRefused, match=words):
        announced(None, bps, days(start))

    assert Rate.objects.count() == 0


def test_a_second_change_follows_the_first_and_does_not_replace_it(db: None) -> None:
    home = CategoryFactory(slug="home")
    announced(home, 900, days(20))

    with pytest.raises(RateRefused, match="announced already"):
        announced(home, 950, days(20))
    with pytest.raises(RateRefused, match="announced already"):
        announced(home, 950, days(10))
    announced(home, 950, days(21))

    assert list(Rate.objects.order_by("starts_on").values_list("rate_bps", "ends_on")) == [(900, days(21)), (950, None)]


def test_a_change_inside_a_row_with_an_end_is_refused_with_the_day_from_which_it_may_start(db: None) -> None:
    home = CategoryFactory(slug="home")
    Rate.objects.create(category=home, rate_bps=500, starts_on=days(-100), ends_on=days(30))

    with pytest.raises(RateRefused, match=date_format(days(30))):
        announced(home, 900, days(29))
    form = RateForm({"category": home.pk, "rate_bps": 900, "starts_on": days(29), "reason": "Costs"})
    assert "holds on that day already" in str(form.errors)
    announced(home, 900, days(30))

    assert list(Rate.objects.order_by("pk").values_list("starts_on", "ends_on")) == [
        (days(-100), days(30)), (days(30), None)
    ]  # fmt: skip


@pytest.mark.parametrize("has_category", [True, False])
@pytest.mark.parametrize(
    ("start", "end"), [(0, None), (-50, None), (-150, -99), (-99, -98), (-150, None), (5, 9)], ids=str
)
def test_the_database_itself_refuses_two_rows_on_one_day(
    db: None, has_category: bool, start: int, end: int | None
) -> None:
    category = CategoryFactory(slug="home") if has_category else None
    Rate.objects.create(category=category, rate_bps=500, starts_on=days(-100))

    with pytest.raises(IntegrityError), transaction.atomic():
        Rate.objects.create(category=category, rate_bps=1, starts_on=days(start), ends_on=end and days(end))
    Rate.objects.create(category=category, rate_bps=1, starts_on=days(-150), ends_on=days(-100))
    with pytest.raises(IntegrityError), transaction.atomic():
        Rate.objects.filter(rate_bps=1).update(ends_on=days(-99))

    assert Rate.objects.count() == 2


def test_the_last_day_of_february_and_its_morrow_share_no_day(db: None) -> None:
    Rate.objects.create(category=None, rate_bps=500, starts_on=date(2028, 2, 1), ends_on=date(2028, 2, 29))
    Rate.objects.create(category=None, rate_bps=600, starts_on=date(2028, 2, 29), ends_on=date(2028, 3, 1))
    Rate.objects.create(category=None, rate_bps=700, starts_on=date(2028, 3, 1))

    with pytest.raises(IntegrityError), transaction.atomic():
        Rate.objects.create(category=None, rate_bps=1, starts_on=date(2028, 2, 29), ends_on=date(2028, 3, 1))


def test_live_content_keeps_its_rate_and_new_content_has_the_new_one(mei: Mei, lina: User) -> None:
    home = CategoryFactory(slug="home")
    Rate.objects.create(category=home, rate_bps=1_000, starts_on=days(-100), ends_on=days(-10))
    Rate.objects.create(category=home, rate_bps=500, starts_on=days(-10))

    def paid(live: int) -> Decision:
        now = timezone.now()
        line = OrderLineFactory(
            order=OrderFactory(user=lina), influencer=mei.influencer, product=ProductFactory(category=home)
        )
        micro = lambda at: int(at.timestamp()) * 1_000_000  # noqa: E731
        seen = now - timedelta(hours=1)
        line.journey = {
            "product_id": line.product_id, "code": "", "code_influencer_id": None, "previous_order_at": None,
            "touches": [[mei.influencer.pk, "storefront", micro(seen), 0, micro(now + timedelta(days=live)), 0]],
            "added_at": now.isoformat(), "placed_at": now.isoformat(),
        }  # fmt: skip
        line.save(update_fields=["journey"])
        deciding.accrue_for(line.order)
        return Decision.objects.get(line=line)

    assert (paid(-50).rate_bps, paid(-9).rate_bps) == (1_000, 500)
    assert paid(-11).rate_source == f"{home.path}@{days(-11).isoformat()}"


# --- Telling


def test_every_creator_is_told_once_and_those_who_sold_there_by_mail(
    mei: Mei, lina: User, django_capture_on_commit_callbacks: object
) -> None:
    home = CategoryFactory(slug="home")
    line = OrderLineFactory(order=OrderFactory(user=lina), influencer=mei.influencer, product=ProductFactory(category=CategoryFactory(slug="bath", parent=home)))  # fmt: skip
    deciding.accrue_for(line.order)
    kai = InfluencerFactory()
    InfluencerFactory(state="suspended")
    Mail.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        rate = announced(home, 900, TODAY)

    assert announcing.tell_changes() == 0
    told = Notice.objects.filter(kind="rate_change")
    assert {notice.recipient for notice in told} == {mei.user, kai.user}
    assert list(Mail.objects.filter(kind="rate_change").values_list("to", flat=True)) == [mei.user.email]
    assert told[0].data["new_bps"] == rate.rate_bps


def test_the_sweep_tells_what_a_lost_message_left_and_the_first_card_is_no_news(mei: Mei) -> None:
    Rate.objects.create(category=None, rate_bps=400, starts_on=days(-1))
    announced(CategoryFactory(slug="home"), 900, TODAY)

    assert announcing.tell_changes() == 1
    assert Notice.objects.get().kind == "rate_change"


# --- Campaigns


def campaign(**more: object) -> Campaign:
    fields = {"name": "Spring", "bonus_bps": 500, "starts_on": TODAY, "ends_on": days(10), "by": None}
    return announcing.announce_campaign(**fields | more)  # type: ignore[arg-type]


def rate_of(lina: User, influencer: Influencer, **more: object) -> int:
    line = OrderLineFactory(order=OrderFactory(user=lina), influencer=influencer, **more)
    deciding.accrue_for(line.order)
    return Decision.objects.get(line=line).rate_bps


def test_a_campaign_pays_its_bonus_on_what_it_names_to_whom_it_invites(mei: Mei, lina: User) -> None:
    home, kai = CategoryFactory(slug="home"), InfluencerFactory()
    inside, outside = ProductFactory(category=CategoryFactory(slug="bath", parent=home)), ProductFactory()
    campaign(category=home)
    campaign(name="Kai's offer", products=[outside], creators=[kai], bonus_bps=1_000)

    assert rate_of(lina, mei.influencer, product=inside) == 1_200
    assert rate_of(lina, mei.influencer, product=outside) == 700
    assert rate_of(lina, kai, product=outside) == 700
    announcing.answer_invitation(invitation=Invitation.objects.get(), accepts=True)
    assert rate_of(lina, kai, product=outside) == 1_700


def test_an_invitation_is_told_once_whatever_became_of_the_message(mei: Mei) -> None:
    campaign(creators=[mei.influencer])

    assert announcing.tell_invitations() == 1
    assert announcing.tell_invitations() == 0

    assert Notice.objects.get(kind="campaign_invitation").recipient == mei.user


def test_the_bonus_of_an_invitation_begins_with_its_acceptance(mei: Mei, lina: User) -> None:
    campaign(creators=[mei.influencer], ends_on=days(20))
    invitation = Invitation.objects.get()

    announcing.answer_invitation(invitation=invitation, accepts=False)
    assert rate_of(lina, mei.influencer) == 700
    with time_machine.travel(timezone.now() + timedelta(days=5)):
        before = OrderFactory(user=lina, placed_at=timezone.now() - timedelta(days=1))
        accepted = announcing.answer_invitation(invitation=invitation, accepts=True)
        again = announcing.answer_invitation(invitation=invitation, accepts=False)
        assert (again.answer, again.answered_at) == ("accepted", accepted.answered_at)
        late = OrderLineFactory(order=before, influencer=mei.influencer, touched_at=before.placed_at)
        deciding.accrue_for(before)
        assert Decision.objects.get(line=late).rate_bps == 700
        assert rate_of(lina, mei.influencer) == 1_200
    with time_machine.travel(timezone.now() + timedelta(days=20)), pytest.raises(RateRefused, match="over"):
        announcing.answer_invitation(invitation=invitation, accepts=True)


def test_a_seller_announces_a_campaign_and_a_creator_accepts_it(
    as_sol: Client, sol: Sol, mei: Mei, as_mei: Client, otto: User
) -> None:
    own = ProductFactory(seller=sol.seller, slug="teal-mug")
    ProductFactory(slug="of-another")
    page = {
        "name": "Tea weeks", "bonus": "4.5", "starts_on": TODAY.isoformat(), "ends_on": days(10).isoformat(),
        "products": "https://shop.example/p/teal-mug", "creators": "@slowhome, slowhome",
    }  # fmt: skip
    for wrong, words in (
        ({"products": "/p/of-another"}, "none of your products"), ({"creators": "@nobody"}, "No open shop"),
        ({"bonus": "-1"}, "more than 0"), ({"ends_on": TODAY.isoformat()}, "ends after"), ({"starts_on": "soon"}, "Enter a day"),
    ):  # fmt: skip
        answer = as_sol.post("/seller/campaigns", page | wrong)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert Campaign.objects.count() == 0

    assert as_sol.post("/seller/campaigns", page).status_code == 302

    made = Campaign.objects.get()
    assert (made.seller, made.bonus_bps, list(made.products.all()), list(made.creators.all())) == (
        sol.seller, 450, [own], [mei.influencer],
    )  # fmt: skip
    assert "no answer yet" in as_sol.get("/seller/campaigns").content.decode()
    address = f"/studio/campaigns/{Invitation.objects.get().pk}"
    assert "Tea weeks" in as_mei.get("/studio/rates").content.decode()
    other = client_for(InfluencerFactory(user=otto).user)
    assert other.post(address, {"act": "accept"}).status_code == 404
    assert "Tea weeks" not in other.get("/studio/rates").content.decode()
    assert as_mei.post(address, {"act": "accept"}).status_code == 302
    assert Invitation.objects.get().answer == "accepted"
    assert "Accepted" in as_sol.get("/seller/campaigns").content.decode()


def test_a_sellers_campaign_holds_for_her_products_alone(mei: Mei, lina: User) -> None:
    seller = SellerFactory()
    own = ProductFactory(seller=seller)
    campaign(seller=seller)

    assert rate_of(lina, mei.influencer, product=own) == 1_200
    assert rate_of(lina, mei.influencer) == 700
    with pytest.raises(RateRefused, match="that seller"):
        campaign(seller=seller, products=[ProductFactory()])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"bonus_bps": 0}, "more than 0"),
        ({"bonus_bps": 10_001}, "at most 100"),
        ({"bonus_bps": 9_600}, "more than 100 %"),
        ({"starts_on": days(-1)}, "past"),
        ({"ends_on": TODAY}, "ends after"),
    ],
    ids=str,
)
def test_a_campaign_that_cannot_be_is_refused_in_words(db: None, more: dict[str, object], words: str) -> None:
    Rate.objects.create(category=None, rate_bps=500, starts_on=days(-9))

    with pytest.raises(RateRefused, match=words):
        campaign(**more)

    assert Campaign.objects.count() == 0


# --- Trying a card


@pytest.mark.parametrize(
    ("today", "start", "end"),
    [
        ("2026-01-01", "2025-10-01", "2026-01-01"),
        ("2026-03-31", "2025-10-01", "2026-01-01"),
        ("2026-04-01", "2026-01-01", "2026-04-01"),
        ("2028-05-31", "2028-01-01", "2028-04-01"),
        ("2026-12-31", "2026-07-01", "2026-10-01"),
    ],
)
def test_the_last_quarter(today: str, start: str, end: str) -> None:
    found = card_queries.last_quarter(date.fromisoformat(today))

    assert [day.isoformat() for day in found] == [start, end]


def sold_last_quarter(influencer: Influencer, category: object, minor: int) -> None:
    start, _ = card_queries.last_quarter(TODAY)
    at = datetime(start.year, start.month, 15, 12, tzinfo=UTC)
    order = OrderFactory(placed_at=at, paid_at=at)
    OrderLineFactory(order=order, influencer=influencer, product=ProductFactory(category=category), unit_price_minor=minor, touched_at=at, added_at=at)  # fmt: skip
    deciding.accrue_for(order)


def test_a_card_is_tried_line_by_line_with_the_rules_rounding_and_changes_nothing(mei: Mei) -> None:
    home, kai = CategoryFactory(slug="home"), InfluencerFactory()
    bath, beauty = CategoryFactory(slug="bath", parent=home), CategoryFactory(slug="beauty")
    Rate.objects.create(category=home, rate_bps=500, starts_on=days(-400))
    for influencer, category, minor in [(mei.influencer, bath, 1_010), (mei.influencer, bath, 1_010), (kai, beauty, 9_999)]:  # fmt: skip
        sold_last_quarter(influencer, category, minor)
    before = (Rate.objects.count(), Entry.objects.count())

    found = card_queries.simulate({"home": 350})

    # 1,010 at 5 % is 50.5, rounded to 51; at 3.5 % it is 35.35, rounded to 35; what is not changed has 7 %.
    assert [(row.paid, row.today, row.proposed) for row in found.totals] == [(102 + 700, 102 + 700, 70 + 700)]
    assert {(row.label.path, row.change) for row in found.categories} == {("home/bath", -32), ("beauty", 0)}
    assert [(row.label, row.change) for row in found.creators] == [(mei.influencer, -32)]
    assert found.lines == 3
    assert (Rate.objects.count(), Entry.objects.count()) == before


def test_trying_asks_as_much_for_three_lines_as_for_thirty(mei: Mei) -> None:
    counts = []
    for more in (3, 27):
        for _ in range(more):
            sold_last_quarter(InfluencerFactory(), CategoryFactory(), 1_000)
        with CaptureQueriesContext(connection) as queries:
            card_queries.simulate({"": 900})
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --- Pages


@pytest.fixture
def as_staff(db: None) -> Client:
    return client_for(UserFactory(is_staff=True, is_superuser=True))


def test_staff_tries_and_announces_on_one_page_and_everyone_reads_it(
    as_staff: Client, as_guest: Client, as_mei: Client, mei: Mei
) -> None:
    home = CategoryFactory(slug="home")
    sold_last_quarter(mei.influencer, home, 10_000)
    typed = {f"rate-{home.pk}": "5.5"}

    tried = as_staff.post("/programme/rates", {**typed, "act": "try"})
    assert tried.status_code == 200
    assert "Mei Tanaka" in tried.content.decode()
    assert Rate.objects.count() == 0

    soon = as_staff.post(
        "/programme/rates", {**typed, "act": "announce", "starts_on": TODAY.isoformat(), "reason": "Costs rose"}
    )
    assert soon.status_code == 422
    assert "14 days ahead" in soon.content.decode()
    assert 'value="5.5"' in soon.content.decode()
    assert Rate.objects.count() == 0

    done = as_staff.post("/programme/rates", {**typed, "act": "announce", "starts_on": days(14).isoformat(), "reason": "Costs rose"})  # fmt: skip
    assert done.status_code == 302
    public = as_guest.get("/how-commissions-work/changes").content.decode()
    assert "Costs rose" in public
    assert "5.5%" in public
    assert "5.5%" in as_mei.get("/studio/rates").content.decode()


@pytest.mark.parametrize("typed", ["101", "-1", "NaN", "1e9", "abc", "5.555", "１", "\x00"])
def test_a_rate_that_is_none_is_refused_in_words(as_staff: Client, typed: str) -> None:
    answer = as_staff.post("/programme/rates", {"rate-0": typed, "act": "announce", "starts_on": days(20).isoformat(), "reason": "x"})  # fmt: skip

    assert answer.status_code == (302 if typed == "１" else 422)
    assert Rate.objects.count() == (1 if typed == "１" else 0)


def test_nobody_else_gets_to_the_card(as_lina: Client, as_mei: Client) -> None:
    for client in (as_lina, as_mei):
        assert client.post("/programme/rates", {"rate-0": "1", "act": "announce"}).status_code == 403
    assert Rate.objects.count() == 0


def test_the_desk_adds_rates_and_policies_and_changes_none(as_staff: Client) -> None:
    home = CategoryFactory(slug="home")
    page = {"category": home.pk, "rate_bps": "900", "starts_on": TODAY.isoformat(), "reason": "Spring"}

    assert as_staff.post("/admin/commissions/rate/add/", page).status_code == 302
    again = as_staff.post("/admin/commissions/rate/add/", page | {"rate_bps": "950"})
    assert "announced already" in again.content.decode()
    rate = Rate.objects.get()
    assert as_staff.post(f"/admin/commissions/rate/{rate.pk}/change/", page).status_code == 403
    preset = as_staff.get("/admin/influencers/attributionpolicy/add/?preset=session").content.decode()
    assert 'name="window_hours" value="24"' in preset


def test_the_pages_ask_as_much_for_three_rows_as_for_thirty(
    as_guest: Client, as_mei: Client, mei: Mei, as_sol: Client, sol: Sol
) -> None:
    pages = (("/how-commissions-work/changes", as_guest), ("/studio/rates", as_mei), ("/seller/campaigns", as_sol))
    for address, client in pages:
        counts = []
        for more in (3, 27):
            for _ in range(more):
                announced(CategoryFactory(), 900, TODAY)
                campaign(products=[ProductFactory()])
                own = ProductFactory(seller=sol.seller, category=CategoryFactory())
                campaign(seller=sol.seller, products=[own], creators=[mei.influencer, InfluencerFactory()])
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
        assert counts[0] == counts[1], address
