"""Visits that count, and the touch that a visitor carries."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from influencers import referral_cookie
from influencers.models import Click
from influencers.referrals import Touch
from influencers.services import referring
from tests.cast import Mei

NOW = datetime(2026, 11, 23, 14, 20, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"


def visit(rf: RequestFactory, user: object = None, method: str = "GET", **headers: str) -> HttpRequest:
    request = rf.generic(method, "/@slowhome", headers={"User-Agent": BROWSER} | headers)
    request.user = user or AnonymousUser()
    return request


@pytest.mark.parametrize("product_id", [None, 7])
def test_a_visit_counts_once_an_hour_visitor_and_link(mei: Mei, product_id: int | None) -> None:
    for at in (NOW, NOW + timedelta(minutes=30), NOW + timedelta(minutes=40)):
        referring.record_click(
            influencer=mei.influencer, source="storefront", product_id=product_id, visitor="v" * 32, at=at
        )

    assert sorted(Click.objects.values_list("hour", flat=True)) == [
        datetime(2026, 11, 23, 14, tzinfo=UTC),
        datetime(2026, 11, 23, 15, tzinfo=UTC),
    ]


def test_another_visitor_and_another_link_count_too(mei: Mei) -> None:
    for source, visitor in [("storefront", "a"), ("storefront", "b"), ("pick:1", "a")]:
        referring.record_click(influencer=mei.influencer, source=source, product_id=None, visitor=visitor, at=NOW)

    assert Click.objects.count() == 3


def test_the_visitor_key_changes_with_the_day_and_holds_no_address(rf: RequestFactory) -> None:
    request = visit(rf)
    key = referral_cookie.visitor_key(request, now=NOW)

    assert key == referral_cookie.visitor_key(request, now=NOW + timedelta(hours=2))
    assert key != referral_cookie.visitor_key(request, now=NOW + timedelta(days=1))
    assert len(key) == 32
    assert "127.0.0.1" not in key


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Googlebot/2.1"},
        {"User-Agent": "curl/8.0"},
        {"User-Agent": ""},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Mode": "no-cors"},
        {"HX-Request": "true"},
    ],
    ids=str,
)
def test_robots_and_prefetches_do_not_count(rf: RequestFactory, mei: Mei, headers: dict[str, str]) -> None:
    assert referral_cookie.counts_as_visit(visit(rf), mei.influencer)
    assert not referral_cookie.counts_as_visit(visit(rf, **headers), mei.influencer)


def test_head_requests_and_her_own_visits_do_not_count(rf: RequestFactory, mei: Mei) -> None:
    assert not referral_cookie.counts_as_visit(visit(rf, method="HEAD"), mei.influencer)
    assert not referral_cookie.counts_as_visit(visit(rf, user=mei.user), mei.influencer)


def carried(rf: RequestFactory, response: HttpResponse) -> HttpRequest:
    request = visit(rf)
    request.COOKIES["referral"] = response.cookies["referral"].value
    return request


def test_the_last_touch_is_remembered_for_thirty_days(rf: RequestFactory) -> None:
    first, last = Touch(1, "storefront", NOW - timedelta(days=1)), Touch(2, "collection:5/pick:5", NOW, 7, NOW)
    response = HttpResponse()
    referral_cookie.remember(visit(rf), response, first)
    referral_cookie.remember(carried(rf, response), response, last)
    request = carried(rf, response)

    assert referral_cookie.trail(request, now=NOW) == (first, last)
    assert referral_cookie.read(request, now=NOW) == last
    assert referral_cookie.read(request, now=NOW + timedelta(days=30)) == last
    assert referral_cookie.read(request, now=NOW + timedelta(days=30, seconds=1)) is None
    morsel = response.cookies["referral"]
    assert (morsel["httponly"], morsel["samesite"], morsel["max-age"]) == (True, "Lax", 30 * 86_400)


def test_what_is_clicked_after_the_basket_was_opened_does_not_lead(rf: RequestFactory) -> None:
    late = Touch(2, "storefront", NOW, opened_at=NOW - timedelta(minutes=5))
    response = HttpResponse()
    referral_cookie.remember(visit(rf), response, Touch(1, "storefront", NOW - timedelta(minutes=9)))
    referral_cookie.remember(carried(rf, response), response, late)
    request = carried(rf, response)

    assert referral_cookie.trail(request, now=NOW)[-1] == late
    assert referral_cookie.read(request, now=NOW) == Touch(1, "storefront", NOW - timedelta(minutes=9))


@pytest.mark.parametrize("value", ["", "x", "a:b:c", "WzEsInN0b3JlZnJvbnQiLDFd:1abc:forged", ".eJw:1abc:forged"])
def test_a_forged_touch_is_no_touch(rf: RequestFactory, value: str) -> None:
    request = visit(rf)
    request.COOKIES["referral"] = value

    assert referral_cookie.read(request, now=NOW) is None


def test_a_picture_or_a_frame_of_another_page_leaves_no_touch(mei: Mei, as_guest: Client) -> None:
    for headers in ({"Sec-Fetch-Dest": "image"}, {"Sec-Fetch-Dest": "iframe"}, {"Sec-Purpose": "prefetch"}):
        answer = as_guest.get("/@slowhome", headers={"User-Agent": BROWSER} | headers)
        assert "referral" not in answer.cookies

    assert "referral" in as_guest.get("/@slowhome", headers={"User-Agent": BROWSER}).cookies
    assert Click.objects.count() == 1
