"""Canaries: a token, a code and a picture that nobody but those concerned may see, looked for on every page of the site."""

import json
import logging
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from core.sealing import seal, seal_bytes
from influencers.models import Connection
from influencers.platforms.base import Tokens
from influencers.services import measuring, proving
from notifications.models import Mail, Notice
from privacy.services import copying
from tests import cast
from tests.conftest import client_for
from tests.factories.accounts import UserFactory
from tests.factories.influencers import SocialAccountFactory
from tests.house.access_table import ACCESS, ARGUMENTS, ROLES
from tests.house.access_world import World, build

TOKEN, CODE, PICTURE = "canary-token-7f3a", "VT-CANARY2345", b"canary-picture-91c2"
# Who may see which, and where.
MAY_SEE = {
    CODE: {("owner", "influencers:prove"), ("reviewer", "influencers:proofs"), ("reviewer", "influencers:review")},
    PICTURE.decode(): {("owner", "influencers:evidence"), ("reviewer", "influencers:evidence")},
    TOKEN: set(),
}


@pytest.fixture
def world(db: None) -> World:
    """The world of the access table, with a canary in each place where a secret lies."""
    world = build(cast)
    sealed = measuring.sealed_tokens(Tokens(TOKEN, f"{TOKEN}-refresh", 3600))
    Connection.objects.filter(pk=world.connection.pk).update(proof="oauth", tokens=sealed)
    with_code = world.application.accounts.get().connection
    for connection in (
        with_code,
        SocialAccountFactory(application=world.mei.influencer.application, platform="x").connection,
    ):
        Connection.objects.filter(pk=connection.pk).update(
            proof="",
            code=seal(CODE),
            code_expires_at=timezone.now() + timedelta(days=1),
            asked="code",
            asked_at=timezone.now(),
        )
        connection.refresh_from_db()
        world.connection = connection
    world.evidence.picture = seal_bytes(PICTURE)
    world.evidence.save()
    return world


def test_no_page_shows_a_secret_to_anybody_else(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    seen: dict[str, set[tuple[str, str]]] = {secret: set() for secret in MAY_SEE}
    for name in sorted(ACCESS):
        address = reverse(name, kwargs=ARGUMENTS[name](world)) if name in ARGUMENTS else reverse(name)
        for role in ROLES:
            answer = client_for(world.people[role]).get(address)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            whole = content.decode("utf-8", "replace") + str(answer.headers)
            for secret, places in seen.items():
                if secret in whole:
                    places.add((role, name))

    assert seen == MAY_SEE
    for secret in MAY_SEE:
        assert secret not in caplog.text


def test_no_copy_of_ones_data_holds_a_secret_but_ones_own_picture(world: World) -> None:
    found = set()
    for role, person in world.people.items():
        if person is None:
            continue
        content = BytesIO()
        copying.write(user=person, into=content)
        archive = ZipFile(content)
        whole = b"".join(archive.read(name) for name in archive.namelist())
        # What is sealed begins so.
        found |= {(role, secret) for secret in (*MAY_SEE, "gAAAA") if secret.encode() in whole}

    assert found == {("owner", PICTURE.decode())}


def test_the_moderators_desk_shows_no_secret(world: World) -> None:
    boss = client_for(UserFactory(is_staff=True, is_superuser=True))
    kept = Connection.objects.exclude(tokens="").get()
    for address in (
        "/admin/influencers/connection/",
        f"/admin/influencers/connection/{kept.pk}/change/",
        f"/admin/influencers/connection/{world.connection.pk}/change/",
    ):
        page = boss.get(address)
        assert page.status_code == 200
        whole = page.content.decode()
        for secret in (*MAY_SEE, kept.tokens, world.connection.code):
            assert secret not in whole


def test_no_notice_and_no_mail_tells_a_secret(world: World) -> None:
    assert world.people["reviewer"] is not None
    proving.accept(connection_pk=world.connection.pk, reviewer=world.people["reviewer"], asked="code")
    proving.disconnect(connection=Connection.objects.get(pk=world.connection.pk))

    told = [notice.data for notice in Notice.objects.all()] + [owed.data for owed in Mail.objects.all()]
    assert told
    whole = json.dumps(told) + "".join(f"{message.subject}{message.body}" for message in mail.outbox)
    for secret in MAY_SEE:
        assert secret not in whole
