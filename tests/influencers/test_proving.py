"""Proofs: by signing in, by a code, by a picture; one account backs one person."""

import io
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import User
from core.sealing import unseal, unseal_bytes
from influencers.errors import AccountTaken, NothingToJudge, OwnAccount, RoadClosed
from influencers.models import Application, Connection, Evidence, ProofTry, SignInState, Snapshot
from influencers.services import proving
from notifications.models import Mail, Notice
from notifications.services import message_of
from tests.cast import Mei
from tests.factories.accounts import UserFactory
from tests.factories.influencers import ApplicationFactory, ConnectionFactory
from tests.platform_server import World

pytestmark = pytest.mark.django_db


def open_account(user: User, platform: str = "youtube", handle: str = "otto.makes") -> Connection:
    return proving.connect(user=user, platform=platform, handle=handle)


def way_back(address: str, code: str = "good-code") -> dict[str, str]:
    """What the network's redirect brings."""
    return {"state": parse_qs(urlsplit(address).query)["state"][0], "code": code}


def picture(**info: object) -> SimpleUploadedFile:
    exif = Image.Exif()
    exif[0x010E] = "canary-in-the-exif"
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("canary-name.jpg", out.getvalue() + b"canary-behind-the-end", "image/jpeg")


def mail_of(kind: str) -> str:
    """The one mail of a kind, as it is sent; its HTML says the same."""
    message = message_of(Mail.objects.get(kind=kind))
    assert message.body.split("\n")[0] == message.subject
    assert message.subject in str(message.alternatives[0][0])
    return message.body


# --- Signing in


@pytest.mark.parametrize("platform", ["youtube", "instagram", "facebook", "x", "tiktok"])
def test_signing_in_on_a_network_proves_the_account(
    platform: str, as_otto: Client, otto: User, world: World, django_capture_on_commit_callbacks: Any
) -> None:
    connection = open_account(otto, platform)

    page = as_otto.post(f"/apply/accounts/{connection.pk}/sign-in")
    assert page.status_code == 200
    address = page.context["address"]
    with django_capture_on_commit_callbacks(execute=True):
        back = as_otto.get(f"/apply/signed-in/{platform}", way_back(address))

    assert back["Location"] == f"/apply/accounts/{connection.pk}"
    connection.refresh_from_db()
    assert (connection.proof, connection.platform_id, connection.proved_by) == ("oauth", "778899", None)
    assert connection.is_proved
    # The figures come at once, and the application's page shows how and when.
    assert connection.snapshots.get().followers == 31_204
    shown = as_otto.get(f"/apply/accounts/{connection.pk}").content.decode()
    assert "signed in on the network" in shown
    assert "31,204 followers" in shown


def test_the_way_to_the_network_says_who_asks_and_carries_a_challenge(
    as_otto: Client, otto: User, world: World
) -> None:
    connection = open_account(otto)

    query = parse_qs(urlsplit(proving.begin_sign_in(connection=connection)).query)

    assert query["client_id"] == ["yt-id"]
    assert query["redirect_uri"] == ["http://testserver/apply/signed-in/youtube"]
    assert query["scope"] == ["https://www.googleapis.com/auth/youtube.readonly"]
    assert query["code_challenge_method"] == ["S256"]
    assert (query["access_type"], query["response_type"]) == (["offline"], ["code"])
    state = SignInState.objects.get()
    # Neither the state nor the verifier lies readable in the database.
    assert query["state"][0] not in (state.state_hash, state.verifier)
    assert unseal(state.verifier) not in (query["code_challenge"][0], state.verifier)


def test_the_verifier_and_the_exact_address_go_to_the_token_endpoint(as_otto: Client, otto: User, world: World) -> None:
    connection = open_account(otto)
    address = proving.begin_sign_in(connection=connection)
    verifier = unseal(SignInState.objects.get().verifier)
    as_otto.get("/apply/signed-in/youtube", way_back(address))

    sent = next(asked.form for asked in world.asked if asked.path == "/youtube/token")
    assert sent["code_verifier"] == verifier
    assert sent["redirect_uri"] == "http://testserver/apply/signed-in/youtube"


def nothing_is_connected(connection: Connection) -> bool:
    connection.refresh_from_db()
    return (connection.proof, connection.tokens, connection.platform_id) == ("", "", "")


def test_a_state_is_good_once(as_otto: Client, otto: User, world: World) -> None:
    connection = open_account(otto)
    back = way_back(proving.begin_sign_in(connection=connection), "bad-code")
    first = as_otto.get("/apply/signed-in/youtube", back)
    questions = len(world.asked)

    again = as_otto.get("/apply/signed-in/youtube", back | {"code": "good-code"})

    assert (first.status_code, again.status_code) == (400, 400)
    assert "used before" in again.content.decode()
    assert len(world.asked) == questions
    assert nothing_is_connected(connection)


def test_a_state_of_somebody_else_is_refused(as_otto: Client, otto: User, as_lina: Client, world: World) -> None:
    """An attacker who sends a victim his own way back connects nothing to her, nor hers to him."""
    connection = open_account(otto)
    back = way_back(proving.begin_sign_in(connection=connection))

    assert as_lina.get("/apply/signed-in/youtube", back).status_code == 400
    assert nothing_is_connected(connection)
    assert not Connection.objects.exclude(pk=connection.pk).exists()
    assert not world.asked


def test_a_state_of_another_network_is_refused(as_otto: Client, otto: User, world: World) -> None:
    connection = open_account(otto)
    back = way_back(proving.begin_sign_in(connection=connection))

    assert as_otto.get("/apply/signed-in/x", back).status_code == 400
    assert nothing_is_connected(connection)


def test_a_state_ends_after_ten_minutes(as_otto: Client, otto: User, world: World) -> None:
    connection = open_account(otto)
    back = way_back(proving.begin_sign_in(connection=connection))

    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        as_otto.force_login(otto, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert as_otto.get("/apply/signed-in/youtube", back).status_code == 400
    assert nothing_is_connected(connection)


@pytest.mark.parametrize("query", [{}, {"state": "x" * 43, "code": "good-code"}, {"state": "", "code": ""}])
def test_an_invented_state_is_refused(query: dict[str, str], as_otto: Client, world: World) -> None:
    assert as_otto.get("/apply/signed-in/youtube", query).status_code == 400
    assert not world.asked


def test_who_does_not_allow_it_comes_back_to_the_other_ways(as_otto: Client, otto: User, world: World) -> None:
    connection = open_account(otto)
    back = way_back(proving.begin_sign_in(connection=connection))

    answer = as_otto.get("/apply/signed-in/youtube", {"state": back["state"], "error": "access_denied"}, follow=True)

    assert "did not allow it" in answer.content.decode()
    assert as_otto.get("/apply/signed-in/youtube", back).status_code == 400
    assert nothing_is_connected(connection)


def test_signing_in_as_another_account_connects_nothing(as_otto: Client, otto: User, world: World) -> None:
    connection = open_account(otto, handle="somebody.else")

    page = as_otto.get("/apply/signed-in/youtube", way_back(proving.begin_sign_in(connection=connection)))

    assert page.status_code == 409
    assert "You signed in on YouTube as @otto.makes, but named @somebody.else" in page.content.decode()
    assert nothing_is_connected(connection)


def test_a_channel_named_by_its_number_is_proved(as_otto: Client, otto: User, world: World) -> None:
    world.number = "UCabcdefghijklmnopqrstuv"
    connection = open_account(otto, handle=world.number)

    as_otto.get("/apply/signed-in/youtube", way_back(proving.begin_sign_in(connection=connection)))

    connection.refresh_from_db()
    assert (connection.proof, connection.handle) == ("oauth", world.number)


@pytest.mark.parametrize("status", [500, 429])
def test_a_network_that_does_not_answer_is_said_and_costs_nothing(
    status: int, as_otto: Client, otto: User, world: World
) -> None:
    connection = open_account(otto)
    back = way_back(proving.begin_sign_in(connection=connection))
    world.instead["/youtube/"] = lambda handler: handler.say({}, status)

    page = as_otto.get("/apply/signed-in/youtube", back)

    assert page.status_code == 503
    assert "YouTube did not answer as it should" in page.content.decode()
    assert nothing_is_connected(connection)


def test_without_keys_there_is_no_way_to_sign_in(as_otto: Client, otto: User) -> None:
    connection = open_account(otto)

    assert "Sign in on YouTube" not in as_otto.get(f"/apply/accounts/{connection.pk}").content.decode()
    assert as_otto.post(f"/apply/accounts/{connection.pk}/sign-in").status_code == 409
    with pytest.raises(RoadClosed):
        proving.begin_sign_in(connection=connection)
    assert not SignInState.objects.exists()


def test_disconnecting_erases_and_revokes(as_otto: Client, otto: User, world: World) -> None:
    connection = open_account(otto)
    as_otto.get("/apply/signed-in/youtube", way_back(proving.begin_sign_in(connection=connection)))

    as_otto.post(f"/apply/accounts/{connection.pk}/disconnect")

    connection.refresh_from_db()
    assert (connection.tokens, connection.proof, connection.due_at, connection.expires_at) == ("", "", None, None)
    assert world.revoked == ["refresh-token-canary-2"]


def test_disconnecting_erases_even_when_the_network_is_away(as_otto: Client, otto: User, world: World) -> None:
    connection = open_account(otto)
    as_otto.get("/apply/signed-in/youtube", way_back(proving.begin_sign_in(connection=connection)))
    world.instead["/youtube/revoke"] = lambda handler: handler.say({}, 500)

    page = as_otto.post(f"/apply/accounts/{connection.pk}/disconnect", follow=True)

    assert "Disconnected here, and what we kept is erased." in page.content.decode()
    connection.refresh_from_db()
    assert connection.tokens == ""


# --- One account, one person


def test_an_account_that_somebody_proved_is_not_proved_again_and_its_owner_is_told_once(
    as_otto: Client, otto: User, mei: Mei, world: World
) -> None:
    owned = ConnectionFactory(
        user=mei.user, platform="youtube", handle="otto.makes", proof="oauth", platform_id="778899"
    )
    connection = open_account(otto)

    for _ in range(2):
        page = as_otto.get("/apply/signed-in/youtube", way_back(proving.begin_sign_in(connection=connection)))
        assert page.status_code == 409
        assert "one account backs one person" in page.content.decode()

    owned.refresh_from_db()
    assert owned.is_proved
    assert nothing_is_connected(connection)
    assert [notice.kind for notice in Notice.objects.filter(recipient=mei.user)] == ["account_contested"]


def test_a_renamed_account_is_known_by_its_number(as_otto: Client, otto: User, mei: Mei, world: World) -> None:
    ConnectionFactory(user=mei.user, platform="youtube", handle="old.name", proof="oauth", platform_id="778899")
    connection = open_account(otto)

    with pytest.raises(AccountTaken):
        proving.finish_sign_in(user=otto, platform="youtube", **way_back(proving.begin_sign_in(connection=connection)))
    assert nothing_is_connected(connection)


def test_who_can_sign_in_outweighs_who_showed_a_picture(as_otto: Client, otto: User, mei: Mei, world: World) -> None:
    lost = ConnectionFactory(user=mei.user, platform="youtube", handle="otto.makes", proof="evidence")
    connection = open_account(otto)

    proving.finish_sign_in(user=otto, platform="youtube", **way_back(proving.begin_sign_in(connection=connection)))

    lost.refresh_from_db()
    connection.refresh_from_db()
    assert (lost.proof, connection.proof) == ("", "oauth")
    assert Notice.objects.get(recipient=mei.user).kind == "account_lost"
    assert "If it is yours, sign in there yourself." in mail_of("account_lost")


def test_a_proof_that_ended_makes_room(otto: User, mei: Mei, rhea: User) -> None:
    ended = ConnectionFactory(user=mei.user, platform="youtube", handle="otto.makes", expires_at=timezone.now())
    connection = open_account(otto)
    proving.give_code(connection=connection)
    proving.check_code(connection=connection)

    proving.accept(connection_pk=connection.pk, reviewer=rhea, asked="code")

    ended.refresh_from_db()
    assert (ended.proof, Connection.objects.get(pk=connection.pk).proof) == ("", "code")


# --- A code


def asked_for_code(as_user: Client, connection: Connection) -> str:
    as_user.post(f"/apply/accounts/{connection.pk}/code")
    connection.refresh_from_db()
    return proving.code_of(connection)


def test_a_code_in_the_profile_proves_the_account_at_once(
    as_otto: Client, otto: User, world: World, django_capture_on_commit_callbacks: Any
) -> None:
    connection = open_account(otto)
    code = asked_for_code(as_otto, connection)
    assert code in as_otto.get(f"/apply/accounts/{connection.pk}").content.decode()
    assert code not in connection.code
    world.bio = f"Lamps and chairs {code.lower()}"

    with django_capture_on_commit_callbacks(execute=True):
        as_otto.post(f"/apply/accounts/{connection.pk}/code/check")

    connection.refresh_from_db()
    assert (connection.proof, connection.platform_id, connection.code) == ("code", "778899", "")
    assert connection.snapshots.get().followers == 31_204


def test_a_code_that_is_not_there_is_said_and_the_sixth_look_in_an_hour_is_refused(
    as_otto: Client, otto: User, world: World
) -> None:
    connection = open_account(otto)
    code = asked_for_code(as_otto, connection)
    check = f"/apply/accounts/{connection.pk}/code/check"

    with time_machine.travel(timezone.now(), tick=False):
        for _ in range(5):
            page = as_otto.post(check)
            assert page.status_code == 422
            assert f"We do not see {code} in the profile yet" in page.content.decode()
        questions = len(world.asked)
        sixth = as_otto.post(check)

    assert sixth.status_code == 429
    assert sixth["Retry-After"] == "3600"
    assert "We looked five times within an hour. Try again in 60 minutes" in sixth.content.decode()
    assert len(world.asked) == questions
    assert ProofTry.objects.count() == 5
    # Taking the account away and naming it again gives no new tries.
    connection.delete()
    again = open_account(otto)
    asked_for_code(as_otto, again)
    assert as_otto.post(f"/apply/accounts/{again.pk}/code/check").status_code == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        as_otto.force_login(otto, backend="allauth.account.auth_backends.AuthenticationBackend")
        code = asked_for_code(as_otto, again)
        world.bio = code
        assert as_otto.post(f"/apply/accounts/{again.pk}/code/check").status_code == 302


def test_a_code_ends_and_a_new_one_is_another(as_otto: Client, otto: User, world: World) -> None:
    connection = open_account(otto)
    code = asked_for_code(as_otto, connection)
    assert asked_for_code(as_otto, connection) == code
    world.bio = code

    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        as_otto.force_login(otto, backend="allauth.account.auth_backends.AuthenticationBackend")
        page = as_otto.post(f"/apply/accounts/{connection.pk}/code/check")
        assert page.status_code == 422
        assert "This code has ended." in page.content.decode()
        assert asked_for_code(as_otto, connection) != code
    assert nothing_is_connected(connection)


def test_without_a_key_a_reviewer_sees_the_code_and_says_so_with_one_click(
    as_otto: Client, otto: User, as_rhea: Client, rhea: User
) -> None:
    application = ApplicationFactory(user=otto, account=False)
    connection = open_account(otto, "instagram")
    application.accounts.create(
        platform="instagram", handle="otto.makes", followers=25_000, average_likes=230, average_comments=20,
        posts_in_60_days=20, evidence_url="https://www.instagram.com/otto.makes", connection=connection,
    )  # fmt: skip
    code = asked_for_code(as_otto, connection)
    assert as_rhea.get("/review/proofs").content.decode().count(code) == 0
    as_otto.post(f"/apply/accounts/{connection.pk}/code/check")
    for address in ("/review/proofs", f"/review/applications/{application.pk}"):
        assert code in as_rhea.get(address).content.decode()

    as_rhea.post(f"/review/proofs/{connection.pk}/accept", {"asked": "code"})

    connection.refresh_from_db()
    assert (connection.proof, connection.proved_by) == ("code", rhea)
    application.refresh_from_db()
    assert str(application.score_points) == "70.5"
    assert [event.kind for event in application.events.all()] == ["proof_accepted"]
    assert Notice.objects.get(recipient=otto).kind == "account_proved"
    assert "Instagram @otto.makes is proved to be yours" in mail_of("account_proved")
    assert "code in the profile" in as_otto.get("/apply/status").content.decode()


def test_a_network_that_is_away_hands_the_code_to_a_reviewer(as_otto: Client, otto: User, world: World) -> None:
    connection = open_account(otto)
    asked_for_code(as_otto, connection)
    world.instead["/youtube"] = lambda handler: handler.say({}, 503)

    page = as_otto.post(f"/apply/accounts/{connection.pk}/code/check", follow=True)

    connection.refresh_from_db()
    assert connection.asked == "code"
    assert "A reviewer will look for the code." in page.content.decode()
    assert connection.code_expires_at is not None
    assert connection.code_expires_at > timezone.now() + timedelta(days=6)


# --- A picture


def handed_in(client: Client, connection: Connection) -> Evidence:
    client.post(f"/apply/accounts/{connection.pk}/evidence", {"picture": picture()})
    return Evidence.objects.get(connection=connection, decided_at__isnull=True)


def test_a_picture_is_drawn_anew_and_sealed(as_otto: Client, otto: User, settings: LazySettings) -> None:
    connection = open_account(otto)
    evidence = handed_in(as_otto, connection)

    kept = bytes(evidence.picture)
    drawn = unseal_bytes(kept)
    for content in (kept, drawn):
        assert b"canary" not in content
    assert Image.open(io.BytesIO(drawn)).format == "WEBP"
    assert not Image.open(io.BytesIO(drawn)).getexif()
    assert not list(settings.VAR_DIR.rglob("*canary*"))
    connection.refresh_from_db()
    assert connection.asked == "evidence"


def test_a_picture_is_seen_by_its_owner_and_by_reviewers_alone(
    as_otto: Client, otto: User, as_rhea: Client, as_lina: Client, as_mei: Client, as_guest: Client, as_sol: Client
) -> None:
    address = f"/apply/evidence/{handed_in(as_otto, open_account(otto)).pk}"

    for client in (as_otto, as_rhea):
        page = client.get(address)
        assert (page.status_code, page["Content-Type"]) == (200, "image/webp")
        assert "no-store" in page["Cache-Control"]
    assert [client.get(address).status_code for client in (as_lina, as_mei, as_sol, as_guest)] == [404, 404, 404, 302]
    assert as_lina.get("/apply/evidence/999999").status_code == 404


@pytest.mark.parametrize(
    "upload", [SimpleUploadedFile("x.jpg", b"<svg onload=alert(1)>"), SimpleUploadedFile("x.jpg", b""), None]
)
def test_what_is_no_picture_is_refused(upload: SimpleUploadedFile | None, as_otto: Client, otto: User) -> None:
    connection = open_account(otto)

    page = as_otto.post(f"/apply/accounts/{connection.pk}/evidence", {"picture": upload} if upload else {})

    assert page.status_code == 422
    assert not Evidence.objects.exists()
    assert Connection.objects.get().asked == ""


def test_a_new_picture_takes_the_place_of_the_one_that_waits(as_otto: Client, otto: User) -> None:
    connection = open_account(otto)
    first = handed_in(as_otto, connection)

    assert handed_in(as_otto, connection).pk != first.pk
    assert Evidence.objects.count() == 1


def test_a_picture_that_is_believed_proves_the_account_and_its_figures(
    as_otto: Client, otto: User, as_rhea: Client
) -> None:
    application = ApplicationFactory(user=otto)
    connection = application.accounts.get().connection
    Connection.objects.update(proof="", proved_at=None, expires_at=None)
    handed_in(as_otto, connection)

    as_rhea.post(f"/review/proofs/{connection.pk}/accept", {"asked": "evidence"})

    connection.refresh_from_db()
    assert (connection.proof, connection.asked) == ("evidence", "")
    snapshot = connection.snapshots.get()
    assert (snapshot.source, snapshot.followers) == (Snapshot.Source.EVIDENCE, 25_000)
    assert Evidence.objects.get().decided_at is not None


def test_a_picture_that_is_not_enough_says_what_would_do(as_otto: Client, otto: User, as_rhea: Client) -> None:
    connection = open_account(otto)
    handed_in(as_otto, connection)

    assert as_rhea.post(f"/review/proofs/{connection.pk}/refuse", {"asked": "evidence", "words": ""}).status_code == 422
    as_rhea.post(f"/review/proofs/{connection.pk}/refuse", {"asked": "evidence", "words": "Show the insights page."})

    connection.refresh_from_db()
    assert (connection.proof, connection.asked) == ("", "")
    assert "Show the insights page." in as_otto.get(f"/apply/accounts/{connection.pk}").content.decode()
    assert Notice.objects.get(recipient=otto).data["words"] == "Show the insights page."
    assert "Show the insights page." in mail_of("account_not_proved")


# --- Reviewers


def test_of_two_reviewers_one_decides(as_otto: Client, otto: User, rhea: User) -> None:
    connection = open_account(otto)
    handed_in(as_otto, connection)
    proving.refuse(connection_pk=connection.pk, reviewer=rhea, asked="evidence", words="No.")

    with pytest.raises(NothingToJudge):
        proving.accept(connection_pk=connection.pk, reviewer=UserFactory(), asked="evidence")
    with pytest.raises(NothingToJudge):
        proving.accept(connection_pk=connection.pk, reviewer=UserFactory(), asked="")
    assert nothing_is_connected(connection)


def test_nobody_judges_an_account_of_their_own(as_rhea: Client, rhea: User) -> None:
    connection = open_account(rhea)
    handed_in(as_rhea, connection)

    for act in (proving.accept, proving.refuse):
        with pytest.raises(OwnAccount):
            act(
                connection_pk=connection.pk,
                reviewer=rhea,
                asked="evidence",
                **({"words": "x"} if act is proving.refuse else {}),
            )
    assert as_rhea.post(f"/review/proofs/{connection.pk}/accept", {"asked": "evidence"}).status_code == 403
    assert nothing_is_connected(connection)


def test_a_false_proof_is_taken_back_and_counts_no_more(otto: User, as_rhea: Client) -> None:
    application = ApplicationFactory(user=otto)
    connection = application.accounts.get().connection

    as_rhea.post(f"/review/proofs/{connection.pk}/withdraw", {"words": "The picture was of another account."})

    connection.refresh_from_db()
    application.refresh_from_db()
    assert (connection.proof, str(application.score_points)) == ("", "0.0")
    assert application.events.get().kind == "proof_withdrawn"


def test_an_application_without_a_proved_account_is_not_approved(otto: User, as_rhea: Client) -> None:
    application = ApplicationFactory(user=otto)
    Connection.objects.update(proof="")

    page = as_rhea.post(f"/review/applications/{application.pk}/approve", {"note": ""})

    assert page.status_code == 409
    application.refresh_from_db()
    assert application.state == Application.State.SUBMITTED


def test_reviewers_see_who_else_names_the_account_and_what_it_looks_like(
    otto: User, lina: User, mei: Mei, as_rhea: Client
) -> None:
    application = ApplicationFactory(user=otto, account=False)
    connection = open_account(otto, "instagram", "s1owhome")
    application.accounts.create(
        platform="instagram",
        handle="s1owhome",
        followers=900,
        posts_in_60_days=2,
        evidence_url="https://example.com",
        connection=connection,
    )
    open_account(lina, "instagram", "s1owhome")
    ConnectionFactory(user=mei.user, platform="instagram", handle="slowhome")

    page = as_rhea.get(f"/review/applications/{application.pk}").content.decode()

    assert "The same account is named by: Lina Moreau." in page
    assert "It looks like an account that somebody else has proved: @slowhome." in page


def test_pages_of_others_accounts_are_not_found(otto: User, as_lina: Client) -> None:
    connection = open_account(otto)
    address = f"/apply/accounts/{connection.pk}"

    assert as_lina.get(address).status_code == 404
    for act in ("sign-in", "code", "code/check", "evidence", "disconnect"):
        assert as_lina.post(f"{address}/{act}").status_code == 404
    assert nothing_is_connected(connection)


def test_what_has_had_its_time_is_deleted(as_otto: Client, otto: User, world: World) -> None:
    connection = open_account(otto)
    proving.begin_sign_in(connection=connection)
    asked_for_code(as_otto, connection)
    as_otto.post(f"/apply/accounts/{connection.pk}/code/check")
    evidence = handed_in(as_otto, connection)
    Evidence.objects.filter(pk=evidence.pk).update(decided_at=timezone.now())
    proving.tidy()
    assert (SignInState.objects.count(), ProofTry.objects.count(), Evidence.objects.count()) == (1, 1, 1)

    with time_machine.travel(timezone.now() + timedelta(days=91)):
        proving.tidy()

    assert (SignInState.objects.count(), ProofTry.objects.count(), Evidence.objects.count()) == (0, 0, 0)
    assert Connection.objects.get().code == ""


# --- What staff see


def test_staff_see_which_roads_are_open_and_which_variable_is_missing(
    as_rhea: Client, as_lina: Client, settings: LazySettings
) -> None:
    settings.PLATFORMS = settings.PLATFORMS | {
        "youtube": {"client_id": "canary-id", "client_secret": "", "api_key": "canary-key"}
    }

    page = as_rhea.get("/review/networks").content.decode()

    assert "YOUTUBE_CLIENT_SECRET" in page
    assert "YOUTUBE_CLIENT_ID" not in page
    assert "YOUTUBE_API_KEY" not in page
    assert "X_BEARER_TOKEN" in page
    assert "http://testserver/apply/signed-in/youtube" in page
    assert "canary" not in page
    assert as_lina.get("/review/networks").status_code == 403
