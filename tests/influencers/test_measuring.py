"""Figures are fetched, kept, scored and shown; a network that fails is asked less."""

import logging
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection as database
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from core.models import AppendOnlyError
from influencers import tasks
from influencers.models import Application, Connection, PlatformMeter, Snapshot
from influencers.platforms.base import PlatformTrouble, Tokens
from influencers.platforms.clients import CLIENTS, client_for
from influencers.services import conduct, measuring, metering, weighing
from notifications.models import Mail, Notice
from notifications.services import message_of
from tests import cast
from tests.factories.influencers import ApplicationFactory, ConnectionFactory, SocialAccountFactory
from tests.influencers.test_way_back import put_in_force
from tests.platform_server import ACCESS, REFRESH, Asked, World

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def signed_in(user: User, platform: str = "youtube", expires_in: int | None = 3600) -> Connection:
    """An account that its owner signed in with; its figures are due."""
    return ConnectionFactory(
        user=user, platform=platform, handle="otto.makes", proof="oauth", platform_id="778899", due_at=timezone.now(),
        tokens=measuring.sealed_tokens(Tokens(ACCESS, REFRESH, expires_in)),
    )  # fmt: skip


def tokens_of(connection: Connection) -> Tokens:
    connection.refresh_from_db()
    return measuring.open_tokens(connection)[0]


def answered(handler: Any) -> Any:
    return handler.say({}, 500)


# --- A fetch


@pytest.mark.parametrize("platform", ["youtube", "instagram", "facebook", "x", "tiktok"])
def test_a_fetch_is_kept_as_a_dated_snapshot(platform: str, otto: User, world: World) -> None:
    connection = signed_in(otto, platform, expires_in=5_183_944)

    snapshot = measuring.measure(connection_pk=connection.pk)

    assert snapshot is not None
    assert (snapshot.source, snapshot.followers, snapshot.posts_in_60_days) == ("platform", 31_204, 2)
    assert (snapshot.average_likes, snapshot.average_comments) == (200, 20)
    assert snapshot.average_views == (4_000 if platform in {"youtube", "x", "tiktok"} else None)
    assert [post["likes"] for post in snapshot.recent] == [100, 200, 900]
    connection.refresh_from_db()
    assert (connection.trouble, connection.failures) == ("", 0)
    assert connection.due_at is not None
    assert 2 <= connection.due_at.hour < 6 or (connection.due_at.hour, connection.due_at.minute) == (6, 0)
    assert connection.due_at > timezone.now()


def test_reviewers_see_recent_posts_as_pictures_from_our_own_address(otto: User, as_rhea: Client, world: World) -> None:
    cache.clear()
    connection = signed_in(otto)
    application = ApplicationFactory(user=otto, account=False)
    SocialAccountFactory(application=application, platform="youtube", handle="otto.makes", connection=connection)
    snapshot = measuring.measure(connection_pk=connection.pk)
    assert snapshot is not None

    page = as_rhea.get(f"/review/applications/{application.pk}").content.decode()
    address = f"/review/figures/{snapshot.pk}/posts/0"
    assert f'src="{address}"' in page
    assert "https://www.youtube.com/watch?v=v0" in page
    assert world.base not in page
    for _ in range(2):
        answer = as_rhea.get(address)
        assert (answer.status_code, answer["Content-Type"], answer.content[8:12]) == (200, "image/webp", b"WEBP")
    assert len([asked for asked in world.asked if asked.path.startswith("/pictures")]) == 1
    assert as_rhea.get(f"/review/figures/{snapshot.pk}/posts/9").status_code == 404
    # A picture that is away, or none, is none.
    world.instead["/pictures"] = lambda handler: handler.say(b"<html>")
    assert as_rhea.get(f"/review/figures/{snapshot.pk}/posts/1").status_code == 404


@pytest.mark.parametrize(
    ("host", "networks"),
    [
        ("i.ytimg.com", {"youtube"}),
        ("pbs.twimg.com", {"x"}),
        ("scontent-fra3-1.cdninstagram.com", {"instagram", "facebook"}),
        ("scontent-ams2-1.xx.fbcdn.net", {"instagram", "facebook"}),
        ("p16-sign-va.tiktokcdn.com", {"tiktok"}),
        ("p16-common-sign.tiktokcdn-us.com", {"tiktok"}),
        ("tiktokcdn.com.evil.example", set()),
    ],
)
def test_a_picture_host_is_known_by_its_own_networks_alone(host: str, networks: set[str]) -> None:
    assert {name for name in CLIENTS if client_for(name).is_picture(f"https://{host}/a.jpg")} == networks


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://i.ytimg.com/vi/v0/mqdefault.jpg", True),
        ("http://i.ytimg.com/vi/v0/mqdefault.jpg", False),
        ("https://ytimg.com.evil.example/x.jpg", False),
        ("https://evilytimg.com/x.jpg", False),
        ("https://i.ytimg.com@127.0.0.1/x.jpg", False),
        ("https://i.ytimg.com:8080/x.jpg", False),
        ("https://i.ytimg.com:x/", False),
        ("https://[/", False),
        ("http://127.0.0.1/x.jpg", False),
        ("", False),
    ],
)
def test_only_the_networks_own_pictures_are_fetched(address: str, expected: bool) -> None:
    assert client_for("youtube").is_picture(address) is expected


def test_a_snapshot_is_never_changed(otto: User, world: World) -> None:
    snapshot = measuring.measure(connection_pk=signed_in(otto).pk)

    assert snapshot is not None
    for act in (
        snapshot.save,
        snapshot.delete,
        Snapshot.objects.all().delete,
        lambda: Snapshot.objects.update(followers=1),
    ):
        with pytest.raises(AppendOnlyError):
            act()
    # With the person they go.
    otto.delete()
    assert not Snapshot.objects.exists()


def test_what_is_not_due_is_not_asked_for(otto: User, world: World) -> None:
    connection = signed_in(otto)
    measuring.measure(connection_pk=connection.pk)
    questions = len(world.asked)

    assert measuring.measure(connection_pk=connection.pk) is None
    tasks.measure_due()
    tasks.measure(connection.pk)
    assert len(world.asked) == questions
    assert connection.snapshots.count() == 1


def test_the_night_fetches_all_that_are_due(otto: User, lina: User, world: World) -> None:
    signed_in(otto)
    ConnectionFactory(user=lina, platform="x", handle="otto.makes", due_at=timezone.now())
    ConnectionFactory(user=lina, platform="instagram", due_at=None)
    ConnectionFactory(user=lina, platform="facebook", proof="", due_at=timezone.now())
    ConnectionFactory(user=lina, platform="tiktok", expires_at=timezone.now(), due_at=timezone.now())

    tasks.measure_due()

    assert sorted(Snapshot.objects.values_list("connection__platform", flat=True)) == ["x", "youtube"]


def test_hidden_followers_are_left_as_stated(otto: User, world: World) -> None:
    world.is_hidden = True
    application = ApplicationFactory(user=otto, account=False)
    connection = signed_in(otto)
    SocialAccountFactory(
        application=application, platform="youtube", handle="otto.makes", followers=12_000, average_likes=77
    )

    snapshot = measuring.measure(connection_pk=connection.pk)

    assert snapshot is not None
    assert (snapshot.followers, snapshot.average_likes, snapshot.average_views) == (None, None, 4_000)
    reach = weighing.reach_of(weighing.accounts_of(application)[0])
    assert (reach.followers, reach.likes, reach.views, reach.refreshed_on) == (
        12_000,
        77,
        4_000,
        snapshot.taken_at.date(),
    )


# --- Tokens


def test_a_token_that_ends_soon_is_renewed_before(otto: User, world: World) -> None:
    connection = signed_in(otto, expires_in=60)

    measuring.measure(connection_pk=connection.pk)

    assert tokens_of(connection) == Tokens("access-token-canary-2", "refresh-token-canary-2")
    assert world.asked[0].path == "/youtube/token"
    assert "canary" not in connection.tokens


@pytest.mark.parametrize("platform", ["youtube", "x", "tiktok"])
def test_a_token_that_the_network_took_back_is_renewed_and_asked_with_again(
    platform: str, otto: User, world: World
) -> None:
    world.good_access.clear()
    connection = signed_in(otto, platform)

    assert measuring.measure(connection_pk=connection.pk) is not None
    assert tokens_of(connection).refresh == "refresh-token-canary-2"
    assert world.renewals == 1


def test_when_she_took_it_back_she_is_asked_to_connect_again(as_otto: Client, otto: User, world: World) -> None:
    world.good_access.clear()
    world.instead["/youtube/token"] = lambda handler: handler.say({"error": "invalid_grant"}, 400)
    connection = signed_in(otto)

    assert measuring.measure(connection_pk=connection.pk) is None
    connection.refresh_from_db()
    assert (connection.trouble, connection.is_proved) == ("expired", True)
    page = as_otto.get(f"/apply/accounts/{connection.pk}").content.decode()
    assert "no longer accepts your sign-in" in page


@pytest.mark.django_db(transaction=True)
def test_who_disconnects_while_the_network_thinks_stays_disconnected(otto: User, world: World) -> None:
    connection = signed_in(otto, expires_in=60)

    def meanwhile(handler: Any) -> None:
        Connection.objects.filter(pk=connection.pk).update(tokens="", proof="", expires_at=None)
        connections.close_all()
        handler.say(handler.new_tokens())

    world.instead["/youtube/token"] = meanwhile

    assert measuring.measure(connection_pk=connection.pk) is None
    connection.refresh_from_db()
    assert (connection.tokens, connection.proof) == ("", "")
    assert not Snapshot.objects.exists()


def test_tokens_that_no_key_opens_any_more_are_at_their_end(otto: User, world: World, settings: LazySettings) -> None:
    connection = signed_in(otto)
    settings.SEAL_KEYS = ["another-key"]

    assert measuring.measure(connection_pk=connection.pk) is None
    connection.refresh_from_db()
    assert connection.trouble == "expired"
    assert not world.asked


# --- Whose account it is


def test_an_account_that_took_over_the_handle_is_not_taken_for_hers(otto: User, world: World) -> None:
    connection = ConnectionFactory(user=otto, platform="x", handle="otto.makes", platform_id="1", due_at=timezone.now())

    assert measuring.measure(connection_pk=connection.pk) is None
    connection.refresh_from_db()
    assert (connection.trouble, Snapshot.objects.count()) == ("missing", 0)


def test_a_handle_that_is_gone_ends_the_proof_soon_unless_it_is_found_again(mei: cast.Mei, world: World) -> None:
    now = timezone.now()
    connection = ConnectionFactory(user=mei.user, platform="x", handle="mei.old", platform_id="778899", due_at=now)
    ends = connection.expires_at

    for _ in range(2):
        Connection.objects.update(due_at=now)
        assert measuring.measure(connection_pk=connection.pk, now=now) is None

    connection.refresh_from_db()
    assert connection.expires_at == now + timedelta(days=14)
    [mail] = Mail.objects.filter(kind="account_handle")
    body = message_of(mail).body
    assert "We do not find your X account @mei.old any more" in body
    assert "add it under its new name" in body
    assert mei.influencer.conduct_events.get().kind == "handle_changed"
    assert conduct.remind_of_proofs(now=now) == 0

    Connection.objects.update(due_at=now, handle=world.handle, key=world.handle)
    assert measuring.measure(connection_pk=connection.pk, now=now) is not None
    connection.refresh_from_db()
    assert abs(connection.expires_at - ends) < timedelta(seconds=5)


def test_who_renames_her_account_is_followed_by_its_number(otto: User, world: World) -> None:
    connection = signed_in(otto)
    world.handle = "otto.anew"

    measuring.measure(connection_pk=connection.pk)

    connection.refresh_from_db()
    assert (connection.handle, connection.key) == ("otto.anew", "otto.anew")
    assert connection.is_proved
    body = message_of(Mail.objects.get(kind="account_handle")).body
    assert "Your YouTube account @otto.makes is called @otto.anew now" in body
    assert Notice.objects.filter(recipient=otto, kind="account_handle").count() == 1


def test_figures_that_cannot_be_are_not_kept(otto: User, world: World) -> None:
    for post in world.posts:
        post["views"] = 1
    connection = signed_in(otto)

    assert measuring.measure(connection_pk=connection.pk) is None
    connection.refresh_from_db()
    assert (connection.trouble, Snapshot.objects.count()) == ("garbage", 0)


# --- Politeness


def test_a_failed_fetch_is_tried_again_later_and_later(otto: User, world: World) -> None:
    connection = signed_in(otto)
    world.instead["/"] = answered
    now = timezone.now()
    waits = []
    for failures in (1, 2, 3):
        measuring.measure(connection_pk=connection.pk, now=now)
        connection.refresh_from_db()
        assert connection.due_at is not None
        waits.append(connection.due_at - now)
        assert (connection.failures, connection.trouble) == (failures, "away")
        now = connection.due_at

    for wait, minutes in zip(waits, (10, 20, 40), strict=True):
        assert timedelta(minutes=minutes / 2) <= wait <= timedelta(minutes=minutes)


def test_a_wait_that_the_network_asks_for_is_obeyed_for_all_its_accounts(otto: User, lina: User, world: World) -> None:
    first = signed_in(otto, "x")
    second = ConnectionFactory(user=lina, platform="x", handle="lina", due_at=timezone.now())
    other = ConnectionFactory(user=lina, platform="youtube", handle="otto.makes", due_at=timezone.now())
    world.instead["/x/2/users"] = lambda handler: handler.say({}, 429, Retry_After="7200")

    for connection in (first, second, other):
        measuring.measure(connection_pk=connection.pk)

    assert [asked.path for asked in world.asked if asked.path.startswith("/x/")] == ["/x/2/users/me"]
    for connection in (first, second):
        connection.refresh_from_db()
        assert connection.trouble == "limit"
        assert connection.due_at is not None
        assert connection.due_at >= timezone.now() + timedelta(minutes=119)
    assert other.snapshots.count() == 1


def ask_once(platform: str = "x") -> str:
    """The kind of trouble of one conversation; empty when there was none."""
    try:
        with metering.conversation(platform) as client:
            client.public_figures("otto.makes")
    except PlatformTrouble as trouble:
        return trouble.kind
    return ""


def test_after_five_failures_a_network_is_left_alone_for_half_an_hour(world: World, db: None) -> None:
    world.instead["/x/"] = answered
    with time_machine.travel(NOON, tick=False) as clock:
        assert [ask_once() for _ in range(7)] == ["away"] * 7
        assert len(world.asked) == 5
        # Others are asked on.
        assert ask_once("youtube") == ""

        clock.shift(timedelta(minutes=31))
        assert [ask_once(), ask_once()] == ["away", "away"]
        # One failure more was enough.
        assert sum(asked.path.startswith("/x/") for asked in world.asked) == 6

        clock.shift(timedelta(minutes=31))
        world.instead.clear()
        assert [ask_once(), ask_once()] == ["", ""]
    assert PlatformMeter.objects.get(platform="x").failures == 0


def test_what_is_no_fault_of_the_network_does_not_count_against_it(world: World, db: None) -> None:
    world.is_private = True

    assert [ask_once() for _ in range(7)] == ["private"] * 7
    assert PlatformMeter.objects.get().failures == 0


def test_the_days_questions_are_counted_and_have_an_end(world: World, settings: LazySettings, db: None) -> None:
    settings.PLATFORM_DAILY_QUESTIONS = settings.PLATFORM_DAILY_QUESTIONS | {"x": 4}
    with time_machine.travel(NOON, tick=False) as clock:
        assert [ask_once() for _ in range(3)] == ["", "", "limit"]
        meter = PlatformMeter.objects.get()
        assert (meter.calls, meter.day, len(world.asked)) == (4, NOON.date(), 4)

        clock.shift(timedelta(hours=12))
        assert ask_once() == ""
        assert PlatformMeter.objects.get().calls == 2


def test_a_site_without_keys_asks_nobody_and_keeps_what_was_stated(otto: User) -> None:
    application = ApplicationFactory(user=otto)
    connection = application.accounts.get().connection
    Connection.objects.update(due_at=timezone.now())

    tasks.measure_due()

    connection.refresh_from_db()
    assert (connection.trouble, connection.is_proved, Snapshot.objects.count()) == ("", True, 0)
    assert connection.due_at > timezone.now()
    reach = weighing.reach_of(weighing.accounts_of(application)[0])
    assert (reach.followers, reach.refreshed_on, reach.is_proved) == (25_000, None, True)


# --- What counts


def test_fetched_figures_count_instead_of_stated_ones_and_make_a_history(otto: User, world: World) -> None:
    application = ApplicationFactory(user=otto, account=False)
    connection = signed_in(otto)
    SocialAccountFactory(application=application, platform="youtube", handle="otto.makes", followers=999_999)
    weighing.store_score(application, today=timezone.localdate())
    stated = application.score_points

    for day, followers in ((3, 30_000), (2, 30_500), (1, 31_204)):
        world.followers = followers
        Connection.objects.update(due_at=timezone.now() - timedelta(days=day))
        measuring.measure(connection_pk=connection.pk, now=timezone.now() - timedelta(days=day))

    reach = weighing.reach_of(weighing.accounts_of(application)[0])
    assert (reach.followers, reach.likes) == (31_204, 200)
    assert [reading.followers for reading in reach.history] == [30_000, 30_500, 31_204]
    application.refresh_from_db()
    assert application.score_points not in (stated, Decimal(0))


def test_unproved_accounts_count_for_nothing(otto: User) -> None:
    application = ApplicationFactory(user=otto)
    whole = weighing.score_application(application, today=timezone.localdate()).points
    SocialAccountFactory(application=application, platform="x", followers=5_000_000, average_likes=9_000)
    Connection.objects.filter(platform="x").update(proof="")

    assert weighing.score_application(application, today=timezone.localdate()).points == whole
    Connection.objects.filter(platform="instagram").update(expires_at=timezone.now())
    assert weighing.score_application(application, today=timezone.localdate()).points == 0


def test_an_old_decision_keeps_its_numbers(otto: User, world: World, as_otto: Client) -> None:
    application = ApplicationFactory(user=otto, account=False)
    connection = signed_in(otto)
    SocialAccountFactory(application=application, platform="youtube", handle="otto.makes")
    measuring.measure(connection_pk=connection.pk)
    application.refresh_from_db()
    kept, now = application.score, timezone.now()
    assert kept["reaches"][0]["followers"] == 31_204
    application.state, application.decided_at, application.reason = "declined", now, "other"
    application.save()
    world.followers = 90_000
    Connection.objects.update(due_at=now)

    assert measuring.measure(connection_pk=connection.pk, now=now + timedelta(days=2)) is not None

    application.refresh_from_db()
    assert application.score == kept


def test_fresh_numbers_let_the_policy_decide(otto: User, world: World) -> None:
    application = ApplicationFactory(user=otto, account=False, country="DE")
    connection = signed_in(otto)
    SocialAccountFactory(application=application, platform="youtube", handle="otto.makes", followers=31_000)
    put_in_force(auto_approve=True, auto_approve_from=60)
    # Ten posts in sixty days, each as the typical one.
    world.posts = [world.posts[1]] * 10

    measuring.measure(connection_pk=connection.pk)

    application.refresh_from_db()
    assert (application.state, application.decided_by) == (Application.State.APPROVED, None)


def test_the_pages_say_from_when_figures_are_and_when_they_are_out_of_date(
    as_otto: Client, otto: User, as_rhea: Client, world: World
) -> None:
    application = ApplicationFactory(user=otto, account=False)
    connection = signed_in(otto)
    SocialAccountFactory(application=application, platform="youtube", handle="otto.makes")
    with time_machine.travel(timezone.now() - timedelta(days=4)):
        Connection.objects.update(due_at=timezone.now())
        measuring.measure(connection_pk=connection.pk)

    for client, address in (
        (as_otto, f"/apply/accounts/{connection.pk}"),
        (as_otto, "/apply/status"),
        (as_rhea, f"/review/applications/{application.pk}"),
    ):
        page = client.get(address).content.decode()
        assert "31,204 followers" in page
        assert "Out of date" in page


@pytest.mark.parametrize("address", ["/review/applications/{pk}", "/apply/status"])
def test_three_accounts_cost_as_many_queries_as_one(
    address: str, otto: User, as_otto: Client, as_rhea: Client, world: World
) -> None:
    application = ApplicationFactory(user=otto)
    Connection.objects.update(due_at=timezone.now())
    client = as_otto if address.startswith("/apply") else as_rhea
    page = address.format(pk=application.pk)
    client.get(page)
    with CaptureQueriesContext(database) as one:
        client.get(page)
    for handle in ("a.lamp", "b.lamp", "c.lamp"):
        SocialAccountFactory(application=application, handle=handle)
    for row in Connection.objects.all():
        for _ in range(3):
            Snapshot.objects.create(connection=row, source="platform", followers=30_000, average_likes=9)

    with CaptureQueriesContext(database) as four:
        assert client.get(page).status_code == 200

    assert len(four) == len(one)


# --- Secrets


def test_nothing_of_a_token_is_in_any_log(otto: User, world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    connection = signed_in(otto, expires_in=60)
    measuring.measure(connection_pk=connection.pk)
    world.instead["/"] = answered
    Connection.objects.update(due_at=timezone.now())
    measuring.measure(connection_pk=connection.pk)

    seen: list[Asked] = world.asked
    assert any("canary" in asked.headers.get("Authorization", "") for asked in seen)
    assert "canary" not in caplog.text
    assert "canary" not in repr(connection)
