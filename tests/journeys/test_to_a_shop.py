"""Apply, be approved, open a shop; and the way back for whoever is not there yet."""

from datetime import timedelta

import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from influencers.models import Application, Connection
from influencers.services.reviewing import settle_decisions
from storefront.models import Collection, Pick
from tests.factories.catalog import ProductFactory
from tests.influencers.test_apply import ACCOUNT, YOU, rows


def apply(client: Client, account: dict[str, str]) -> None:
    client.post("/apply?step=you", YOU)
    client.post("/apply?step=accounts", rows(account))
    connection = Connection.objects.get()
    if not connection.is_proved:
        client.post(f"/apply/accounts/{connection.pk}/code")
        client.post(f"/apply/accounts/{connection.pk}/code/check")
    client.post("/apply?step=prove")
    client.post("/apply?step=reach")
    client.post("/apply?step=send", {"consent": "on"})


def see_the_code(reviewer: Client) -> None:
    """No network has a key here: a reviewer looks."""
    reviewer.post(f"/review/proofs/{Connection.objects.get().pk}/accept", {"asked": "code"})


def test_from_an_application_to_a_shop_that_everybody_sees(
    as_otto: Client, otto: User, as_rhea: Client, as_guest: Client, django_capture_on_commit_callbacks: object
) -> None:
    apply(as_otto, ACCOUNT)
    application = Application.objects.get()
    assert str(application.score_points) == "0.0"
    see_the_code(as_rhea)
    status, review = as_otto.get("/apply/status"), as_rhea.get(f"/review/applications/{application.pk}")
    assert "70.5" in status.content.decode()
    assert "70.5" in review.content.decode()
    assert as_otto.get("/studio").url == "/apply"

    as_rhea.post(f"/review/applications/{application.pk}/approve", {"note": "Lovely lamps."})
    assert "Lovely lamps." not in as_otto.get("/notifications").content.decode()
    assert settle_decisions(timezone.now() + timedelta(minutes=10)) == 1
    assert "Lovely lamps." in as_otto.get("/notifications").content.decode()

    product = ProductFactory(name="Mushroom table lamp")
    as_otto.post("/studio/shop/open")
    as_otto.post("/studio/shop/handle", {"handle": "otto.makes"})
    as_otto.post("/studio/shop/collections", {"title": "Lamps that last"})
    collection = Collection.objects.get()
    as_otto.post(f"/studio/shop/collections/{collection.pk}/picks", {"product": product.pk})
    as_otto.post(f"/studio/shop/picks/{Pick.objects.get().pk}/note", {"note": "I own two."})
    assert "storefront/page.html" not in [part.name for part in as_guest.get("/@otto.makes").templates]
    as_otto.post("/studio/shop/publish")

    page = as_guest.get("/@otto.makes").content.decode()
    assert "Mushroom table lamp" in page
    assert "I own two." in page
    assert "earns commission" in page


def test_a_no_says_what_is_missing_and_from_when_to_come_back(as_otto: Client, otto: User, as_rhea: Client) -> None:
    apply(
        as_otto, {**ACCOUNT, "followers": "900", "average_likes": "1", "average_comments": "0", "posts_in_60_days": "1"}
    )
    first = Application.objects.get()

    as_rhea.post(
        f"/review/applications/{first.pk}/decline", {"reason": "does_not_meet_requirements", "note": "Post more often."}
    )
    assert settle_decisions(timezone.now() + timedelta(minutes=10)) == 1
    page = as_otto.get("/apply/status").content.decode()
    assert "Not yet" in page
    assert "Post more often." in page
    again_on = timezone.localdate() + timedelta(days=30)
    assert Application.objects.get().reapply_on == again_on

    apply(as_otto, ACCOUNT)
    assert Application.objects.filter(state="submitted").count() == 0
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        as_otto.force_login(otto, backend="allauth.account.auth_backends.AuthenticationBackend")
        apply(as_otto, ACCOUNT)
        assert Application.objects.filter(state="submitted").count() == 1


def test_the_second_of_two_decisions_changes_nothing_and_says_so(as_otto: Client, as_rhea: Client) -> None:
    apply(as_otto, ACCOUNT)
    see_the_code(as_rhea)
    address = f"/review/applications/{Application.objects.get().pk}"
    as_rhea.post(f"{address}/approve", {"note": ""})

    answer = as_rhea.post(f"{address}/decline", {"reason": "other", "note": "x"}, follow=True)

    assert Application.objects.get().verdict == "approved"
    assert answer.status_code == 409
    assert "somebody was quicker" in answer.content.decode()
