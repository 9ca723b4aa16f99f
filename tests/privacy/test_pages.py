"""The pages about one's own data: the password is asked, the copy is hers alone, and one button brings her back."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.circle import person_at
from accounts.models import PersonWord, User
from commissions.models import Balance, Payee
from notifications.models import Notice
from orders.models import Order, SellerMember
from privacy.errors import NowhereToPay, ShopLeftAlone
from privacy.models import Closing, Copy
from privacy.services import closing, copying
from tests.cast import PASSWORD, Mei, Sol
from tests.conftest import client_for
from tests.factories.commissions import PayeeFactory
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


def prove(client: Client, path: str = "/me/data") -> None:
    """Type the password again."""
    client.post(f"/account/reauthenticate/?next={path}", {"password": PASSWORD})


def sign_in(user: User, password: str = PASSWORD) -> tuple[Client, str]:
    client = Client()
    answer = client.post("/account/login/", {"login": user.email, "password": password})
    return client, answer.headers.get("Location", "")


def test_a_copy_is_asked_for_made_told_and_taken(
    lina: User, as_lina: Client, django_capture_on_commit_callbacks: object
) -> None:
    asked = as_lina.post("/me/data/copy")
    assert asked.headers["Location"].startswith("/account/reauthenticate/")
    assert not Copy.objects.exists()

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        # The password is right: what she had asked for is done.
        prove(as_lina, "/me/data/copy")

    row = Copy.objects.get()
    assert (row.user, row.done, row.is_there) == (lina, row.total, True)
    assert Notice.objects.get(recipient=lina, kind="copy_ready").url == "/me/data"
    assert "7 days" in mail.outbox[-1].body
    page = as_lina.get("/me/data").content.decode()
    assert f"/me/data/copy/{row.pk}" in page
    assert "Ask for a copy" not in page
    taken = as_lina.get(f"/me/data/copy/{row.pk}")
    assert (taken.status_code, taken.headers["Content-Type"]) == (200, "application/zip")
    assert "no-store" in taken.headers["Cache-Control"]
    assert len(b"".join(taken.streaming_content)) == row.size == int(taken.headers["Content-Length"])  # type: ignore[attr-defined]
    assert row.downloads.count() == 1
    assert "Downloaded on" in as_lina.get("/me/data").content.decode()


def test_a_copy_is_nobody_elses_and_not_for_ever(lina: User, as_lina: Client, mei: Mei) -> None:
    row = copying.ask(user=lina)
    copying.make(pk=row.pk)
    theirs = client_for(mei.user)
    prove(theirs)
    assert theirs.get(f"/me/data/copy/{row.pk}").status_code == 404
    assert client_for(None).get(f"/me/data/copy/{row.pk}").status_code == 302
    # Signed in, and the password not asked again.
    assert client_for(lina).get(f"/me/data/copy/{row.pk}").headers["Location"].startswith("/account/reauthenticate/")

    prove(as_lina)
    Copy.objects.update(expires_at=timezone.now())
    assert as_lina.get(f"/me/data/copy/{row.pk}").status_code == 404
    assert row.downloads.count() == 0


def test_two_at_once_make_one_copy_and_a_dead_worker_is_replaced(lina: User) -> None:
    row = copying.ask(user=lina)
    assert copying.ask(user=lina) == row
    now = timezone.now()

    # The first one died when it had begun.
    Copy.objects.update(attempts=1, due_at=now + timedelta(minutes=10))
    assert not copying.make(pk=row.pk, now=now)
    assert copying.make_owed(now=now + timedelta(minutes=12)) == 1
    assert not copying.make(pk=row.pk, now=now + timedelta(hours=1))
    assert Notice.objects.filter(kind="copy_ready").count() == 1


def test_one_that_dies_each_time_is_given_up(lina: User, as_lina: Client) -> None:
    row = copying.ask(user=lina)
    assert "<progress" in as_lina.get("/me/data").content.decode()
    Copy.objects.update(attempts=copying.MOST_TRIES)

    assert not copying.make(pk=row.pk)

    assert "could not be made" in as_lina.get("/me/data").content.decode()
    assert copying.ask(user=lina) != row


def test_closing_says_what_goes_and_hides_her_at_once(lina: User, as_lina: Client) -> None:
    Order.objects.create(
        number="X", token="x", checkout_token="x", user=None, email="a@b.c", currency="USD", total_minor=0
    )
    elsewhere = client_for(lina)
    assert as_lina.get("/me/close").headers["Location"].startswith("/account/reauthenticate/")
    prove(as_lina, "/me/close")
    page = as_lina.get("/me/close").content.decode()
    assert "What goes" in page
    assert "What stays, and why" in page

    unsure = as_lina.post("/me/close")
    assert (unsure.status_code, Closing.objects.count()) == (422, 0)

    done = as_lina.post("/me/close", {"sure": "yes"}, follow=True)

    row = Closing.objects.get()
    assert "Your account is closed" in done.content.decode()
    assert row.due_at - row.asked_at == timedelta(days=14)
    lina.refresh_from_db()
    assert not lina.is_active
    assert elsewhere.get("/me").status_code == 302
    assert not any(one.get_decoded().get("_auth_user_id") == str(lina.pk) for one in Session.objects.all())


def test_she_comes_back_by_signing_in_and_one_button(mei: Mei, lina: User) -> None:
    payee = PayeeFactory(influencer=mei.influencer)
    User.objects.filter(pk=mei.user.pk).update(findable_by="everyone")
    mei.user.refresh_from_db()
    closing.close(user=mei.user)
    assert client_for(lina).get("/@slowhome").status_code == 404
    assert not PersonWord.objects.filter(user=mei.user).exists()
    payee.refresh_from_db()
    assert payee.is_closing

    assert sign_in(mei.user, "wrong")[1] == ""
    client, where = sign_in(mei.user)
    assert where == "/me/come-back"
    # Looking changes nothing, and nobody else comes through this door.
    assert "Would you like to come back?" in client.get(where).content.decode()
    assert Client().post(where).headers["Location"] == "/account/login/"
    assert Closing.objects.open().exists()

    assert client.post(where).headers["Location"] == "/me"

    assert client.get("/me").status_code == 200
    assert client_for(lina).get("/@slowhome").status_code == 200
    assert person_at("slowhome", lina) == mei.user
    assert PersonWord.objects.filter(user=mei.user).exists()
    payee.refresh_from_db()
    assert (Closing.objects.open().count(), payee.is_closing) == (0, False)


def test_whom_the_shop_shut_out_does_not_come_back_by_this_door(lina: User) -> None:
    User.objects.filter(pk=lina.pk).update(is_active=False)

    assert sign_in(lina)[1] == "/account/inactive/"


def test_the_door_is_open_for_a_quarter_of_an_hour(lina: User) -> None:
    closing.close(user=lina)
    client, where = sign_in(lina)
    session = client.session
    session["coming_back"] = {**session["coming_back"], "until": 0}
    session.save()

    assert client.post(where).headers["Location"] == "/account/login/"
    assert Closing.objects.open().exists()


def test_money_is_paid_out_first(mei: Mei, as_mei: Client) -> None:
    Balance.objects.create(influencer=mei.influencer, currency="USD", pending=700, cleared=1_234)
    prove(as_mei, "/me/close")

    page = as_mei.get("/me/close").content.decode()
    assert "$19.34</span> is yours." in page
    assert reverse("commissions:payee", args=["USD"]) in page
    assert "Close my account</button>" not in page
    assert as_mei.post("/me/close", {"sure": "yes"}).status_code == 422
    with pytest.raises(NowhereToPay):
        closing.close(user=mei.user)
    assert not Closing.objects.exists()

    PayeeFactory(influencer=mei.influencer)
    assert closing.standing(mei.user).waits_for == "money"
    as_mei.post("/me/close", {"sure": "yes"})
    assert Closing.objects.open().get().user == mei.user
    assert Payee.objects.get().is_closing


def test_a_desk_with_work_is_not_left_alone(sol: Sol, lina: User, as_sol: Client) -> None:
    line = OrderLineFactory(order=OrderFactory(user=lina), seller=sol.seller)
    with pytest.raises(ShopLeftAlone, match="Atelier Noma"):
        closing.close(user=sol.user)

    SellerMember.objects.create(user=lina, seller=sol.seller)
    assert closing.standing(sol.user).refusals == []
    # A colleague whose own account is closed is none.
    User.objects.filter(pk=lina.pk).update(is_active=False)
    assert closing.standing(sol.user).refusals

    line.shipped_at = timezone.now()
    line.save()
    assert closing.standing(sol.user).refusals == []


def test_ten_copies_cost_no_more_queries_than_one(lina: User, as_lina: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            as_lina.get("/me/data")
        return len(asked)

    Copy.objects.create(user=lina, failed_at=timezone.now())
    one = count()
    Copy.objects.bulk_create(Copy(user=lina, failed_at=timezone.now()) for _ in range(9))
    assert count() == one
