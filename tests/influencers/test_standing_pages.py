"""How a creator stands: her page, and the pages of staff."""

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from influencers.models import Sanction
from influencers.services import conduct
from storefront.queries import shop_for_visitor
from tests import cast
from tests.conftest import client_for
from tests.factories.influencers import InfluencerFactory

STANDING = "/studio/standing"


def ban(mei: cast.Mei, by: User) -> Sanction:
    return conduct.impose(influencer_pk=mei.influencer.pk, kind="ban", reason="spam", evidence="40 messages", by=by)


def test_a_banned_creator_reads_why_and_appeals(mei: cast.Mei, as_mei: Client, rhea: User, lina: User) -> None:
    sanction = ban(mei, rhea)

    with pytest.raises(Http404):
        shop_for_visitor("slowhome", lina)
    assert as_mei.get(reverse("storefront:editor")).headers["Location"] == STANDING
    assert as_mei.get(reverse("commissions:earnings")).status_code == 200
    page = as_mei.get(STANDING).content.decode()
    assert "40 messages" in page
    assert "Rhea" not in page
    empty = as_mei.post(reverse("influencers:appeal", args=[sanction.pk]), {"words": " "})
    assert empty.status_code == 422
    assert as_mei.post(reverse("influencers:appeal", args=[sanction.pk]), {"words": "Not me."}).status_code == 302
    sanction.refresh_from_db()
    assert sanction.appeal == "Not me."


def test_a_creator_adds_an_account_under_its_new_name_and_proves_it(mei: cast.Mei, as_mei: Client) -> None:
    wrong = as_mei.post(f"{STANDING}/accounts", {"platform": "instagram", "handle": "https://example.com/mei"})
    assert (wrong.status_code, mei.user.connections.filter(handle="mei.new").count()) == (422, 0)

    answer = as_mei.post(
        f"{STANDING}/accounts", {"platform": "instagram", "handle": " https://www.instagram.com/Mei.New/ "}
    )

    made = mei.user.connections.get(handle="mei.new")
    assert (answer.headers["Location"], made.is_proved) == (f"/apply/accounts/{made.pk}", False)
    assert "@mei.new" in as_mei.get(STANDING).content.decode()


def test_somebody_elses_sanction_is_not_there(mei: cast.Mei, rhea: User) -> None:
    sanction = ban(mei, rhea)

    answer = client_for(InfluencerFactory().user).post(
        reverse("influencers:appeal", args=[sanction.pk]), {"words": "x"}
    )

    sanction.refresh_from_db()
    assert (answer.status_code, sanction.appealed_at) == (404, None)


def test_staff_ban_and_who_banned_cannot_answer_the_appeal(mei: cast.Mei, rhea: User, as_rhea: Client) -> None:
    address = reverse("influencers:creator", args=[mei.influencer.pk])
    form = {"kind": "ban", "reason": "spam", "evidence": ""}
    empty = as_rhea.post(f"{address}/sanction", form)
    assert (empty.status_code, Sanction.objects.count()) == (422, 0)
    as_rhea.post(f"{address}/sanction", {**form, "evidence": "40 messages"})
    sanction = Sanction.objects.get()
    conduct.appeal(sanction=sanction, text="Not me.")

    own = as_rhea.post(reverse("influencers:judge", args=[sanction.pk]), {"act": "grant", "words": "Fine"})

    assert own.status_code == 403
    page = as_rhea.get(address).content.decode()
    assert "Not me." in page
    assert "Grant the appeal" not in page


@pytest.mark.parametrize("show", ["all", "banned", "appealed", "unconfirmed", "probation", "suspended", "closed", "x"])
def test_the_list_shows_its_view(mei: cast.Mei, rhea: User, as_rhea: Client, show: str) -> None:
    ban(mei, rhea)

    page = as_rhea.get(reverse("influencers:creators"), {"show": show}).content.decode()

    assert ("Mei Tanaka" in page) is (show in {"all", "banned", "probation", "x"})


def test_the_list_asks_the_database_as_often_for_3_as_for_20(as_rhea: Client) -> None:
    InfluencerFactory.create_batch(3)
    as_rhea.get(reverse("influencers:creators"))
    with CaptureQueriesContext(connection) as few:
        as_rhea.get(reverse("influencers:creators"))
    InfluencerFactory.create_batch(17)
    with CaptureQueriesContext(connection) as many:
        as_rhea.get(reverse("influencers:creators"), {"q": ""})

    assert len(few) == len(many)


def test_the_probation_shows_its_bar_and_the_outage_is_made_up_for(
    mei: cast.Mei, as_mei: Client, as_rhea: Client
) -> None:
    assert (
        '<meter id="probation-bar" class="reach-meter" min="0" max="3" value="0">'
        in as_mei.get(STANDING).content.decode()
    )
    ends = mei.influencer.probation_ends_at

    as_rhea.post(reverse("influencers:make_up"), {"hours": "24", "words": "Database away"})
    as_rhea.post(reverse("influencers:make_up"), {"hours": "x", "words": "Database away"})

    mei.influencer.refresh_from_db()
    assert (mei.influencer.probation_ends_at - ends).days == 1


def test_the_programme_calls_no_shop_open_that_is_hidden(mei: cast.Mei, as_mei: Client, rhea: User) -> None:
    application = mei.influencer.application
    application.submitted_at = application.decided_at = mei.influencer.approved_at
    application.save()
    assert "Your shop is open." in as_mei.get("/apply/status").content.decode()
    ban(mei, rhea)

    for address in ("/apply", "/apply/status"):
        page = as_mei.get(address).content.decode()
        assert STANDING in page
        assert "Your shop is open." not in page
        assert "Set up your shop" not in page


def test_words_that_no_database_keeps_and_numbers_without_end_break_no_page(
    mei: cast.Mei, as_mei: Client, as_rhea: Client, rhea: User
) -> None:
    sanction = ban(mei, rhea)
    ends = mei.influencer.probation_ends_at

    as_mei.post(reverse("influencers:appeal", args=[sanction.pk]), {"words": "Not\0 me."})
    as_rhea.post(reverse("influencers:judge", args=[sanction.pk]), {"act": "lift", "words": "So\0 be it."})
    as_rhea.post(reverse("influencers:make_up"), {"hours": "9" * 5_000, "words": "Away"})

    sanction.refresh_from_db()
    assert (sanction.appeal, sanction.answer, sanction.state) == ("Not me.", "So be it.", "lifted")
    mei.influencer.refresh_from_db()
    assert (mei.influencer.probation_ends_at - ends).days == 0
