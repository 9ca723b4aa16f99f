"""Pages about payouts: a creator's own, the desk of who pays, statements, and the provider's news."""

import csv
import io
import itertools
import json
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from commissions.models import Act, Check, DaySum, Entry, Payee, Payout, ProviderEvent
from commissions.queries import balances
from commissions.services import payees, payouts, reconciling
from commissions.settling import month_bounds
from commissions.statements import as_pdf, months_of, statement
from core.sealing import unseal
from tests.cast import Mei
from tests.commissions.conftest import Earn, at_stripe
from tests.commissions.stripe_server import State
from tests.conftest import client_for
from tests.factories.accounts import UserFactory
from tests.factories.commissions import PayeeFactory, PayoutFactory
from tests.signatures import stripe_signature

pytestmark = pytest.mark.django_db
SECRET = "whsec_local"
DETAILS = {"method": "bank", "country": "DE", "name": "Mei Tanaka", "account": "DE89 3704 0044 0532 0130 00", "born_on": "1990-05-31"}  # fmt: skip


@pytest.fixture
def payer(db: None) -> User:
    user = UserFactory(name="Paula Weiss", email="paula@example.com", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_payout"))
    return user


@pytest.fixture
def as_payer(payer: User) -> Client:
    return client_for(payer)


# --- Where the money goes


def test_bank_details_are_sealed_and_the_change_is_told(as_mei: Client, mei: Mei, earn: Earn) -> None:
    earn(60_000)

    assert as_mei.post("/studio/payouts/to/USD", DETAILS).status_code == 302

    payee = Payee.objects.get()
    assert (payee.state, payee.ending, payee.currency) == ("ready", "3000", "USD")
    assert "DE89" not in payee.sealed
    assert json.loads(unseal(payee.sealed)) == {"account": "DE89370400440532013000", "bank_code": ""}
    assert Act.objects.get().kind == "payee_changed"
    mei.user.refresh_from_db()
    assert mei.user.born_on == date(1990, 5, 31)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"account": "DE89 3704 0044 0532 0130 01"}, "This IBAN is not right"),
        ({"account": ""}, "Enter the account number or IBAN"),
        ({"account": "12345678"}, "this account number is no IBAN"),
        ({"account": "=1+1"}, "Enter the account number or IBAN"),
        ({"born_on": ""}, "Enter your date of birth"),
        ({"born_on": "yesterday"}, "Enter a date such as"),
        ({"country": "XX"}, "Select a valid choice"),
        ({"name": ""}, "Enter the name"),
        ({"method": "stripe"}, "Select a valid choice"),
    ],
)
def test_details_that_cannot_be_right_are_refused(
    as_mei: Client, earn: Earn, change: dict[str, str], words: str
) -> None:
    earn(60_000)

    answer = as_mei.post("/studio/payouts/to/USD", {**DETAILS, **change})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Payee.objects.count() == 0


def test_nobody_under_18_is_paid(as_mei: Client, mei: Mei, earn: Earn) -> None:
    earn(60_000)
    born = date.today() - timedelta(days=17 * 365)  # noqa: DTZ011  (a day is enough here)

    answer = as_mei.post("/studio/payouts/to/USD", {**DETAILS, "born_on": born.isoformat()})

    assert answer.status_code == 422
    assert "from your 18th birthday" in answer.content.decode()
    assert Payee.objects.count() == 0
    # Nor does another day help once this one was told.
    assert as_mei.post("/studio/payouts/to/USD", DETAILS).status_code == 422
    assert Payee.objects.count() == 0
    assert balances(mei.influencer)[0].cleared == 4_200


@pytest.mark.parametrize("born", ["", "1899-12-31", "2999-01-01"])
def test_a_birth_that_cannot_be_is_asked_again(as_mei: Client, mei: Mei, earn: Earn, born: str) -> None:
    earn(60_000)

    answer = as_mei.post("/studio/payouts/to/USD", {**DETAILS, "born_on": born})

    assert answer.status_code == 422
    assert "Enter your date of birth" in answer.content.decode()
    assert as_mei.post("/studio/payouts/to/USD", DETAILS).status_code == 302


@pytest.mark.parametrize("currency", ["EUR", "usd", "XXX", "1"])
def test_a_currency_in_which_one_has_nothing_is_not_found(as_mei: Client, earn: Earn, currency: str) -> None:
    earn(60_000)

    assert as_mei.get(f"/studio/payouts/to/{currency}").status_code == 404
    assert as_mei.get(f"/studio/statements/{currency}/2026-11").status_code == 404


def test_stripe_is_set_up_and_becomes_ready(as_mei: Client, stripe: State, earn: Earn) -> None:
    earn(60_000)
    as_mei.post("/studio/payouts/to/USD", {**DETAILS, "method": "stripe", "account": ""})

    first = as_mei.get("/studio/payouts/to/USD/stripe")
    again = as_mei.get("/studio/payouts/to/USD/stripe")

    assert first.url == again.url == f"https://connect.example/setup/{Payee.objects.get().reference}"
    assert len(stripe.accounts) == 1
    as_mei.post("/studio/payouts/to/USD/refresh")
    assert Payee.objects.get().state == "setting_up"
    next(iter(stripe.accounts.values())).update(payouts_enabled=True, capabilities={"transfers": "active"})
    as_mei.post("/studio/payouts/to/USD/refresh")
    assert Payee.objects.get().state == "ready"


def test_stripe_away_says_so_and_loses_nothing(as_mei: Client, stripe: State, earn: Earn, settings: object) -> None:
    earn(60_000)
    as_mei.post("/studio/payouts/to/USD", {**DETAILS, "method": "stripe", "account": ""})
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"  # type: ignore[attr-defined]

    answer = as_mei.get("/studio/payouts/to/USD/stripe", follow=True)

    assert "cannot be reached" in answer.content.decode()
    assert Payee.objects.get().reference == ""


def test_a_creator_may_ask_for_everything_and_change_her_mind(as_mei: Client, at_bank: Payee) -> None:
    as_mei.post("/studio/payouts/closing", {"closing": "yes"})
    assert Payee.objects.get().is_closing is True

    as_mei.post("/studio/payouts/closing", {"closing": "no"})
    assert Payee.objects.get().is_closing is False


# --- Her pages


def test_the_payouts_page_says_what_comes_next(as_mei: Client, at_bank: Payee, earn: Earn) -> None:
    earn(60_000)

    page = as_mei.get("/studio/payouts").content.decode()

    assert "With the next run:" in page
    assert "$42.00" in page
    assert "••3000" in page
    assert "DE89" not in page


def test_an_account_that_cannot_be_paid_is_promised_nothing(as_mei: Client, at_bank: Payee, earn: Earn) -> None:
    earn(60_000)
    Payee.objects.update(state=Payee.State.NEEDS_CHANGE)

    page = as_mei.get("/studio/payouts").content.decode()

    assert "could not be sent there" in page
    assert "With the next run:" not in page


def test_a_payout_lists_what_it_contains(as_mei: Client, mei: Mei, at_bank: Payee, earn: Earn) -> None:
    line, later = earn(60_000), earn(30_000, cleared=False)
    assert "It can go out with the payouts of" in as_mei.get(f"/studio/earnings/{line.pk}").content.decode()
    payouts.run(slot="2026-11-27")

    page = as_mei.get(f"/studio/payouts/{Payout.objects.get().pk}")

    assert [entry.line_id for entry in page.context["page"].items] == [line.pk]
    receipt = as_mei.get(f"/studio/earnings/{line.pk}")
    assert receipt.context["row"].status == "in_payout"
    assert Payout.objects.get().get_absolute_url() in receipt.content.decode()
    assert as_mei.get(f"/studio/earnings/{later.pk}").context["row"].status == "pending"


def test_pages_ask_as_much_for_three_payouts_as_for_thirty(as_mei: Client, as_payer: Client, at_bank: Payee) -> None:
    counts: dict[str, list[int]] = {"/studio/payouts": [], "/payouts": []}
    for more in (3, 27):
        for n in range(more):
            PayoutFactory(
                payee=at_bank, slot=f"{more}-{n}", state="paid" if n % 2 else "sending", ended_at=timezone.now()
            )
        for path, seen in counts.items():
            with CaptureQueriesContext(connection) as queries:
                assert (as_mei if "studio" in path else as_payer).get(path).status_code == 200
            seen.append(len(queries))

    assert all(few == many for few, many in counts.values()), counts


# --- The desk


def test_a_payout_goes_from_the_run_to_the_bank(as_payer: Client, mei: Mei, at_bank: Payee, earn: Earn) -> None:
    Payee.objects.update(name="=cmd()")
    earn(60_000)

    assert "1 payout was prepared" in as_payer.post("/payouts/run", follow=True).content.decode()
    as_payer.post("/payouts/file")
    payout = Payout.objects.get()
    rows = list(csv.DictReader(io.StringIO(as_payer.get(f"/payouts/file/{payout.batch}.csv").content.decode())))

    assert rows == [
        {
            "reference": payout.number, "name": "'=cmd()", "country": "DE", "account": "DE89370400440532013000",
            "bank_code": "", "amount": "42.00", "currency": "USD",
        }
    ]  # fmt: skip
    assert Act.objects.filter(kind="file_read", note=payout.batch).count() == 1
    as_payer.post(f"/payouts/{payout.pk}/paid", {"reference": "B\0-1"})
    again = as_payer.post(f"/payouts/{payout.pk}/paid", follow=True)
    assert "moved on meanwhile" in again.content.decode()
    assert balances(mei.influencer)[0].paid == 4_200


def test_who_started_a_run_does_not_approve_it(as_payer: Client, at_bank: Payee, earn: Earn) -> None:
    earn(1_500_000)
    as_payer.post("/payouts/run")
    payout = Payout.objects.get()

    answer = as_payer.post(f"/payouts/{payout.pk}/approve", follow=True)

    assert "Somebody else must approve this" in answer.content.decode()
    payout.refresh_from_db()
    assert payout.state == "awaiting"


def test_a_refusal_wants_a_reason(as_payer: Client, mei: Mei, at_bank: Payee, earn: Earn) -> None:
    earn(60_000)
    payouts.run(slot="2026-11-27")
    payout = Payout.objects.get()

    as_payer.post(f"/payouts/{payout.pk}/refuse")
    payout.refresh_from_db()
    assert payout.state == "ready"

    as_payer.post(f"/payouts/{payout.pk}/refuse", {"note": "the name is another"})
    payout.refresh_from_db()
    assert (payout.state, balances(mei.influencer)[0].cleared) == ("failed", 4_200)


def test_the_desk_says_that_payouts_are_stopped_and_lets_them_go_on(
    as_payer: Client, at_bank: Payee, earn: Earn
) -> None:
    earn(60_000)
    check = Check.objects.create(
        kind="provider", rows=1, differences=["PO-0001: paid here, the provider has no transfer"]
    )

    page = as_payer.get("/payouts").content.decode()
    assert "Payouts are stopped" in page
    assert "PO-0001: paid here" in page
    assert "Payouts are stopped" in as_payer.post("/payouts/run", follow=True).content.decode()
    assert Payout.objects.count() == 0

    as_payer.post(f"/payouts/checks/{check.pk}/settle", {"note": "Booked at Stripe by hand"})
    as_payer.post("/payouts/run")
    assert Payout.objects.count() == 1


def test_the_books_are_proved_at_once(as_payer: Client, at_bank: Payee, earn: Earn) -> None:
    earn(60_000)

    assert "Everything agrees." in as_payer.post("/payouts/check", follow=True).content.decode()
    assert Check.objects.get().rows == Entry.objects.count()


def test_a_reviewer_without_the_permission_pays_nobody(as_rhea: Client, at_bank: Payee, earn: Earn) -> None:
    earn(60_000)

    assert as_rhea.post("/payouts/run").status_code == 403
    assert Payout.objects.count() == 0


# --- Statements


def test_a_statement_adds_up_to_the_ledger(as_mei: Client, mei: Mei, at_bank: Payee, earn: Earn) -> None:
    earn(60_000)
    earn(30_000, cleared=False)
    payouts.run(slot="2026-11-27")
    today = timezone.localdate()

    found = statement(mei.influencer, "USD", today.year, today.month)

    closing = {str(row.account): row.closing for row in found.rows}
    assert closing == {"pending": 2_100, "held": 0, "cleared": 0, "in_payout": 4_200, "paid": 0, "owed": 0}
    page = as_mei.get(f"/studio/statements/USD/{today:%Y-%m}")
    assert len(page.context["page"].items) == Entry.objects.count()
    text = b"".join(as_mei.get(f"/studio/statements/USD/{today:%Y-%m}.csv").streaming_content).decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1] == ["pending", "0.00", "63.00", "42.00", "21.00", "USD"]
    assert len(rows) == 9 + Entry.objects.count()


def test_each_currency_has_its_own_months(mei: Mei, earn: Earn) -> None:
    earn(60_000, currency="EUR")
    earn(60_000)
    for currency in ("EUR", "USD"):
        on = timezone.localdate() - timedelta(days=900)
        DaySum.objects.create(influencer=mei.influencer, split="all", on=on, key="", currency=currency)

    months = months_of(mei.influencer)

    assert [currency for _, currency in months] == ["EUR"] * 24 + ["USD"] * 24
    assert months[0][0] == months[24][0] == timezone.localdate().replace(day=1)


def test_a_statement_is_a_pdf_with_chinese_names(as_mei: Client, mei: Mei, earn: Earn) -> None:
    User.objects.filter(pk=mei.user.pk).update(name="田中芽衣")
    earn(60_000)
    today = timezone.localdate()

    answer = as_mei.get(f"/studio/statements/USD/{today:%Y-%m}.pdf")

    assert answer.content.startswith(b"%PDF-")
    assert b"STSong-Light" in answer.content
    mei.influencer.refresh_from_db()
    found = statement(mei.influencer, "USD", today.year, today.month)
    assert as_pdf(found, site="Vitrine") == as_pdf(found, site="Vitrine")


@pytest.mark.parametrize("month", ["2026-13", "2026-0", "1999-01", "9999-12", "2099-01"])
def test_a_month_that_is_none_is_not_found(as_mei: Client, earn: Earn, month: str) -> None:
    earn(60_000)

    assert as_mei.get(f"/studio/statements/USD/{month}").status_code == 404


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Oslo", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]
)
def test_months_leave_no_moment_out_in_20_years(zone: str) -> None:
    bounds = [month_bounds(year, month, ZoneInfo(zone)) for year in range(2010, 2030) for month in range(1, 13)]

    assert all(end == start for (_, end), (start, _) in itertools.pairwise(bounds))
    assert month_bounds(2028, 2, ZoneInfo(zone))[1].astimezone(ZoneInfo(zone)).day == 1


@given(
    at=st.integers(1_262_304_000, 1_893_200_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    zone=st.sampled_from(["UTC", "Europe/Oslo", "America/New_York", "Australia/Lord_Howe"]),
)
def test_every_moment_is_in_exactly_one_month(at: datetime, zone: str) -> None:
    local = at.astimezone(ZoneInfo(zone))
    months = [
        (local.year + (local.month + shift - 1) // 12, (local.month + shift - 1) % 12 + 1) for shift in (-1, 0, 1)
    ]

    inside = [month for month in months if (lambda b: b[0] <= at < b[1])(month_bounds(*month, ZoneInfo(zone)))]

    assert inside == [(local.year, local.month)]


# --- The provider's news


def news(kind: str, subject: str, event: str = "evt_1") -> bytes:
    return json.dumps({"id": event, "object": "event", "type": kind, "data": {"object": {"id": subject}}}).encode()


def post(body: bytes, *, at: float | None = None, secret: str = SECRET, signature: str | None = None) -> int:
    header = stripe_signature(body, secret, int(at or time.time())) if signature is None else signature
    answer = Client().post("/hooks/stripe", body, content_type="application/json", headers={"Stripe-Signature": header})
    assert answer.content == b""
    return answer.status_code


def test_news_of_an_account_is_looked_up_and_not_believed(mei: Mei, stripe: State) -> None:
    payee = at_stripe(stripe, mei.influencer)
    Payee.objects.update(state="setting_up")

    assert post(news("account.updated", payee.reference)) == 200
    reconciling.answer_events()

    assert Payee.objects.get().state == "ready"
    stripe.accounts[payee.reference]["closed"] = True
    # An older event that comes last changes nothing of what is true now.
    assert post(news("account.updated", payee.reference, "evt_0")) == 200
    reconciling.answer_events()
    assert Payee.objects.get().state == "needs_change"


def test_the_same_news_twice_is_kept_once(mei: Mei, stripe: State) -> None:
    at_stripe(stripe, mei.influencer)
    body = news("account.updated", "acct_1")

    assert [post(body), post(body)] == [200, 200]
    assert ProviderEvent.objects.count() == 1


def test_a_reversed_transfer_returns_the_money_once(mei: Mei, stripe: State, earn: Earn) -> None:
    at_stripe(stripe, mei.influencer)
    earn(60_000)
    payouts.run(slot="2026-11-27")
    payouts.send_due()
    row = next(iter(stripe.transfers.values()))

    post(news("transfer.reversed", row["id"]))
    reconciling.answer_events()
    assert Payout.objects.get().state == "paid", "the provider says that it stands"

    row.update(reversed=True, amount_reversed=row["amount"])
    for event in ("evt_2", "evt_3"):
        post(news("transfer.reversed", row["id"], event))
        reconciling.answer_events()

    assert (Payout.objects.get().state, Payout.objects.get().failure) == ("failed", "sent_back")
    assert balances(mei.influencer)[0].cleared == 4_200
    assert Entry.objects.filter(kind="failed").count() == 1


@pytest.mark.parametrize("shift", [-301, 301, -86_400])
def test_news_dated_more_than_five_minutes_away_is_refused(mei: Mei, stripe: State, shift: int) -> None:
    assert post(news("account.updated", "acct_1"), at=time.time() + shift) == 400
    assert ProviderEvent.objects.count() == 0


@pytest.mark.parametrize("signature", ["", "t=1", "v1=00", "t=x,v1=00", "nonsense", "t=,v1="])
def test_news_without_a_good_signature_is_refused(mei: Mei, stripe: State, signature: str) -> None:
    assert post(news("account.updated", "acct_1"), signature=signature) == 400
    assert ProviderEvent.objects.count() == 0


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"\xff", b'{"id": 1, "type": 2, "data": 3}'])
def test_signed_nonsense_is_refused(mei: Mei, stripe: State, body: bytes) -> None:
    assert post(body) == 400


def test_altered_news_and_another_secret_are_refused(mei: Mei, stripe: State) -> None:
    body = news("account.updated", "acct_1")
    header = stripe_signature(body, "whsec_local", int(time.time()))

    assert post(body.replace(b"acct_1", b"acct_2"), signature=header) == 400
    assert post(body, secret="whsec_other") == 400
    assert ProviderEvent.objects.count() == 0


def test_without_a_secret_no_news_is_taken(mei: Mei) -> None:
    assert post(news("account.updated", "acct_1"), secret="") == 400


def test_details_of_a_sealed_account_are_opened_for_the_bank_alone(at_bank: Payee) -> None:
    assert payees.opened(at_bank.sealed)["account"] == "DE89370400440532013000"
    assert PayeeFactory.build(influencer=at_bank.influencer).sealed != at_bank.sealed
