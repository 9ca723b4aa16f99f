"""Due process: nothing is taken away unheard, a second person decides, what nobody decides is released."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from commissions.audit import breaks
from commissions.errors import AlreadyDone, NotAllowed
from commissions.evidence import redacted
from commissions.models import Act, Hold
from commissions.queries import Balance, balances
from commissions.services import appealing, holding, ledger, sweeping
from influencers.models import CreatorCode
from notifications.models import Notice
from orders.models import OrderLine, Refund
from tests.cast import Mei
from tests.commissions.conftest import Earn
from tests.factories.accounts import UserFactory
from tests.factories.influencers import InfluencerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pat() -> User:
    """Pays creators."""
    user = UserFactory(name="Pat Payer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_payout"))
    return user


def of(mei: Mei) -> Balance:
    return balances(mei.influencer)[0]


def held(line: OrderLine, mei: Mei, by: User | None) -> Hold:
    return holding.hold(
        line=line, influencer=mei.influencer, reason="click_flood", evidence="900 clicks from 203.0.113.9", by=by
    )


def test_money_is_taken_away_only_after_her_time_to_appeal(as_mei: Client, mei: Mei, rhea: User, earn: Earn) -> None:
    line = earn(60_000)
    row = held(line, mei, rhea)
    found_at = timezone.now() - timedelta(days=14, minutes=1)
    appealing.find(hold=row, by=rhea, words="All from one address", now=found_at)
    assert Notice.objects.filter(recipient=mei.user, kind="hold_found").count() == 1

    assert sweeping.sweep(now=timezone.now() - timedelta(days=1))["removed"] == 0
    assert of(mei) == Balance("USD", held=4_200)
    assert [sweeping.sweep()["removed"] for _ in range(2)] == [1, 0]

    assert of(mei) == Balance("USD", reversed=4_200)
    assert Notice.objects.filter(recipient=mei.user, kind="hold_removed").count() == 1
    assert set(Act.objects.values_list("kind", flat=True)) == {"held", "found", "removed"}
    page = as_mei.get(f"/studio/earnings/{line.pk}").content.decode()
    assert "Taken away after it was held" in page
    assert "refunded" not in page
    assert list(breaks()) == []
    # A refund afterwards takes nothing twice.
    Refund.objects.create(line=line, amount_minor=60_000, cumulative_minor=60_000)
    OrderLine.objects.filter(pk=line.pk).update(refunded_minor=60_000)
    ledger.reverse_for(line.order)
    assert of(mei) == Balance("USD", reversed=4_200)
    # Nor does the line stand in the way of others every night.
    assert not sweeping.with_refunds_to_book(None).exists()
    assert list(breaks()) == []


@pytest.mark.parametrize(
    ("is_granted", "left"), [(True, Balance("USD", cleared=4_200)), (False, Balance("USD", reversed=4_200))]
)
def test_a_second_person_decides_an_appeal(
    mei: Mei, rhea: User, pat: User, earn: Earn, is_granted: bool, left: Balance
) -> None:
    row = held(earn(60_000), mei, rhea)
    appealing.find(hold=row, by=rhea, words="All from one address")
    said = appealing.appeal(hold=row, words="It was a school")
    with pytest.raises(NotAllowed):
        appealing.decide(appeal=said, by=rhea, is_granted=False, answer="no")
    with pytest.raises(NotAllowed):
        appealing.decide(appeal=said, by=mei.user, is_granted=True, answer="yes")
    assert of(mei) == Balance("USD", held=4_200)

    appealing.decide(appeal=said, by=pat, is_granted=is_granted, answer="Looked at the school")

    assert of(mei) == left
    notice = Notice.objects.get(recipient=mei.user, kind="appeal_decided")
    assert notice.data["answer"] == "Looked at the school"
    with pytest.raises(AlreadyDone):
        appealing.decide(appeal=said, by=pat, is_granted=not is_granted, answer="again")
    with pytest.raises(AlreadyDone):
        appealing.appeal(hold=row, words="again")
    assert list(breaks()) == []


def test_an_appeal_that_nobody_decides_is_hers(mei: Mei, rhea: User, earn: Earn) -> None:
    row = held(earn(60_000), mei, rhea)
    appealing.find(hold=row, by=rhea, words="All from one address", now=row.opened_at + timedelta(days=20))
    appealing.appeal(hold=row, words="It was a school", now=row.opened_at + timedelta(days=33))

    assert sweeping.sweep(now=row.opened_at + timedelta(days=46))["released"] == 0
    assert sweeping.sweep(now=row.opened_at + timedelta(days=48))["released"] == 1

    assert of(mei) == Balance("USD", cleared=4_200)


def test_one_appeal_and_none_too_late(mei: Mei, rhea: User, earn: Earn) -> None:
    row, other = held(earn(60_000), mei, rhea), held(earn(30_000), mei, rhea)
    appealing.appeal(hold=row, words="It was a school")
    with pytest.raises(AlreadyDone):
        appealing.appeal(hold=row, words="once more")
    appealing.find(hold=other, by=rhea, words="x")
    with pytest.raises(AlreadyDone):
        appealing.appeal(hold=other, words="late", now=timezone.now() + timedelta(days=14))
    with pytest.raises(AlreadyDone):
        appealing.find(hold=other, by=rhea, words="twice")


def test_the_receipt_has_reason_evidence_deadline_and_the_appeal(
    as_mei: Client, mei: Mei, rhea: User, earn: Earn
) -> None:
    line = earn(60_000)
    row = held(line, mei, rhea)
    page = as_mei.get(f"/studio/earnings/{line.pk}").content.decode()
    assert "Unusually many clicks" in page
    assert "900 clicks from •••" in page
    assert "203.0.113.9" not in page

    long = "x" * 1_001
    kept = as_mei.post(f"/studio/holds/{row.pk}/appeal", {"words": long}, follow=True).content.decode()
    assert "at most 1,000" in kept
    assert long in kept
    page = as_mei.post(f"/studio/holds/{row.pk}/appeal", {"words": "It was a school"}, follow=True).content.decode()
    assert "Your appeal" in page
    assert "It was a school" in page


def test_somebody_elses_hold_is_not_found(as_otto: Client, otto: User, mei: Mei, earn: Earn) -> None:
    InfluencerFactory(user=otto)
    row = held(earn(60_000), mei, None)

    assert as_otto.post(f"/studio/holds/{row.pk}/appeal", {"words": "mine"}).status_code == 404


def test_staff_work_the_queue(client: Client, mei: Mei, pat: User, rhea: User, earn: Earn) -> None:
    client.force_login(pat)
    row = held(earn(60_000), mei, rhea)
    queue = client.get("/programme/holds").content.decode()
    assert "900 clicks from 203.0.113.9" in queue
    assert "$42.00" in queue
    assert "Write why" in client.post(f"/programme/holds/{row.pk}", {"act": "remove"}, follow=True).content.decode()
    client.post(f"/programme/holds/{row.pk}", {"act": "remove", "words": "One address"})
    assert row.finding.words == "One address"
    appealing.appeal(hold=row, words="It was a school")

    page = client.post(f"/programme/holds/{row.pk}", {"act": "release", "words": "True"}, follow=True).content.decode()
    assert "did not hold it" in page
    assert of(mei) == Balance("USD", held=4_200)

    client.force_login(rhea)
    assert client.get("/programme/holds").status_code == 403


def test_nobody_lets_her_own_money_go(client: Client, mei: Mei, pat: User, earn: Earn) -> None:
    influencer = InfluencerFactory(user=pat)
    row = holding.hold(
        line=earn(60_000, influencer=influencer), influencer=influencer, reason="other", evidence="", by=None
    )
    client.force_login(pat)

    page = client.post(f"/programme/holds/{row.pk}", {"act": "release", "words": "Mine"}, follow=True).content.decode()

    assert "your own commission" in page
    assert balances(influencer)[0].held == 4_200
    code = CreatorCode.objects.create(influencer=influencer, code="MINE10", paused_at=timezone.now())
    page = client.post(f"/programme/codes/{code.pk}/resume", follow=True).content.decode()
    assert "your own code" in page
    code.refresh_from_db()
    assert code.paused_at


def test_the_queue_asks_as_much_for_many(client: Client, mei: Mei, pat: User, rhea: User, earn: Earn) -> None:
    client.force_login(pat)
    counts = []
    for more in (2, 8):
        for _ in range(more):
            row = held(earn(60_000), mei, rhea)
            appealing.find(hold=row, by=rhea, words="x")
            appealing.appeal(hold=row, words="y")
        with CaptureQueriesContext(connection) as queries:
            client.get("/programme/holds")
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("900 clicks in 10 minutes", "900 clicks in 10 minutes"),
        ("lina@example.com bought 5 times", "••• bought 5 times"),
        ("from 203.0.113.9 and 2001:db8::1:2:3", "from ••• and •••"),
        ("call +33 612 345 678", "call •••"),
    ],
)
def test_evidence_is_shown_without_other_people(text: str, shown: str) -> None:
    assert redacted(text) == shown
