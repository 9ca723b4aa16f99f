"""Fetch an account's figures from its network and keep them as a dated snapshot.

No question is asked inside a transaction. An account is claimed by moving its
``due_at`` before it is asked, so that two workers do not ask for it at once.
"""

import json
import random
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.handles import skeleton
from core.sealing import BrokenSeal, seal, unseal
from influencers.conduct import PROOF_NOTICE_DAYS
from influencers.models import ConductEvent, Connection, Influencer, Snapshot
from influencers.platforms.base import Figures, Platform, PlatformTrouble, Tokens
from influencers.platforms.clients import client_for
from influencers.plausible import impossible
from influencers.politeness import next_night, retry_at
from influencers.services.conduct import log
from influencers.services.judging import judge_again
from influencers.services.metering import conversation
from influencers.social_handles import same_key
from influencers.typical import Counted, typical
from notifications.services import notify

LEASE = timedelta(minutes=15)
BATCH = 500
KEPT_POSTS = 30
dice = random.SystemRandom()
# How long a proof stands. Figures that were fetched with the owner's own tokens prove it anew.
PROOF_DAYS = {"oauth": 180, "code": 180, "evidence": 180}
# Waiting does not mend these: the owner must do something, and one try a night is enough.
HERS = ("expired", "private", "missing", "refused")


def due_pks(*, now: datetime | None = None) -> list[int]:
    """The accounts whose figures are to be fetched now, those that waited longest first."""
    return list(Connection.objects.due(now or timezone.now()).values_list("pk", flat=True)[:BATCH])


def measure(*, connection_pk: int, now: datetime | None = None) -> Snapshot | None:
    """Fetch one account's figures if they are due; None when they were not, or could not be had."""
    now = now or timezone.now()
    if not Connection.objects.due(now).filter(pk=connection_pk).update(due_at=now + LEASE):
        return None
    connection = Connection.objects.get(pk=connection_pk)
    if not can_measure(connection):
        # The proof stands; her own figures count. Tomorrow the site may have a key.
        _set_due(connection, due_at=next_night(now, dice.random()), failures=0, trouble="")
        return None
    try:
        figures = fetch(connection)
        return _keep(connection, figures, now)
    except PlatformTrouble as trouble:
        if trouble.kind == "missing" and not connection.tokens:
            _doubt(connection, now)
        failures = connection.failures + 1
        due_at = (
            next_night(now, dice.random())
            if trouble.kind in HERS
            else retry_at(now, failures, dice.random(), asked_wait=trouble.wait)
        )
        _set_due(connection, due_at=due_at, failures=failures, trouble=trouble.kind)
        return None


def can_measure(connection: Connection) -> bool:
    """There is a road to this account's figures."""
    client = client_for(connection.platform)
    return client.can_sign_in() if connection.tokens else client.can_read_profiles()


def fetch(connection: Connection) -> Figures:
    """The figures, by the owner's tokens (renewed where they are at their end) or by the site's key. Raises PlatformTrouble."""
    with conversation(connection.platform) as client:
        if not connection.tokens:
            return client.public_figures(connection.handle)
        tokens, ends_at = open_tokens(connection)
        wanted = connection.platform_id if connection.platform == "facebook" else connection.handle
        is_fresh = False
        if ends_at is not None and ends_at - timezone.now() < timedelta(seconds=client.renew_ahead):
            tokens, is_fresh = _renewed(client, connection, tokens), True
        try:
            return client.figures(tokens, wanted=wanted)
        except PlatformTrouble as trouble:
            if trouble.kind != "expired" or is_fresh:
                raise
        # The network took the token back before its time: once more with a new one.
        return client.figures(_renewed(client, connection, tokens), wanted=wanted)


def sealed_tokens(tokens: Tokens) -> str:
    """Tokens as they may be stored."""
    ends_at = timezone.now() + timedelta(seconds=tokens.expires_in) if tokens.expires_in else None
    kept = {"access": tokens.access, "refresh": tokens.refresh, "ends_at": ends_at.isoformat() if ends_at else ""}
    return seal(json.dumps(kept))


def open_tokens(connection: Connection) -> tuple[Tokens, datetime | None]:
    """The tokens of an account and when the access ends. PlatformTrouble("expired") when the site's keys open them no more."""
    try:
        kept = json.loads(unseal(connection.tokens))
    except BrokenSeal:
        raise PlatformTrouble("expired") from None
    ends_at = datetime.fromisoformat(kept["ends_at"]) if kept["ends_at"] else None
    return Tokens(kept["access"], kept["refresh"]), ends_at


def _renewed(client: Platform, connection: Connection, old: Tokens) -> Tokens:
    """New tokens, kept at once: some networks take a refresh token only once. Not kept where she disconnected meanwhile."""
    new = client.renew(old)
    sealed = sealed_tokens(new)
    if not Connection.objects.filter(pk=connection.pk, tokens=connection.tokens).update(tokens=sealed):
        raise PlatformTrouble("expired")
    connection.tokens = sealed
    return new


def _keep(connection: Connection, figures: Figures, now: datetime) -> Snapshot:
    """Write the snapshot down. Raises PlatformTrouble for another account's figures and for such as cannot be."""
    identity = figures.identity
    if connection.platform_id and identity.platform_id != connection.platform_id:
        # Somebody else has the handle now: what it shows is not hers.
        raise PlatformTrouble("missing")
    middle = typical((Counted(post.at, post.likes, post.comments, post.views) for post in figures.posts), now=now)
    if impossible(
        platform=connection.platform, likes=middle.likes, comments=middle.comments, views=middle.views,
        opened_on=figures.opened_on,
    ):  # fmt: skip
        raise PlatformTrouble("garbage")
    with transaction.atomic():
        # Also a lock: she may have disconnected while the network was thinking.
        kept: dict[str, Any] = {"due_at": next_night(now, dice.random()), "failures": 0, "trouble": ""}
        if connection.tokens:
            kept["expires_at"] = now + timedelta(days=PROOF_DAYS["oauth"])
        elif connection.proved_at:
            # Found again after all, where it was missing for a while.
            kept["expires_at"] = connection.proved_at + timedelta(days=PROOF_DAYS[connection.proof])
        if not Connection.objects.proved().filter(pk=connection.pk, tokens=connection.tokens).update(**kept):
            raise PlatformTrouble("expired")
        snapshot = Snapshot.objects.create(
            connection=connection, taken_at=now, source=Snapshot.Source.PLATFORM, followers=figures.followers,
            following=figures.following, posts_in_60_days=middle.posts_in_60_days, average_likes=middle.likes,
            average_comments=middle.comments, average_views=middle.views,
            newest_post_on=middle.newest_at.date() if middle.newest_at else None, opened_on=figures.opened_on,
            recent=[
                {"at": post.at.isoformat(), "likes": post.likes, "comments": post.comments, "views": post.views, "url": post.url, "picture": post.picture}
                for post in sorted(figures.posts, key=lambda post: post.at, reverse=True)[:KEPT_POSTS]
            ],
        )  # fmt: skip
        judge_again(connection.user_id)
    _follow_identity(connection, identity.platform_id, identity.handle)
    return snapshot


def _follow_identity(connection: Connection, platform_id: str, handle: str) -> None:
    """Keep the network's number of the account, and its new name where its owner signed in and renamed it: she is told."""
    changes: dict[str, str] = {}
    if not connection.platform_id:
        changes["platform_id"] = platform_id
    if connection.tokens and same_key(handle, connection.platform) != connection.key:
        changes |= {
            "handle": handle,
            "key": same_key(handle, connection.platform),
            "skeleton": skeleton(handle),
        }
    if not changes:
        return
    try:
        with transaction.atomic():
            Connection.objects.filter(pk=connection.pk).update(**changes)
            if "handle" in changes:
                _tell_of_name(connection, handle=changes["handle"])
    except IntegrityError:
        # Another row holds that name or number already: this one keeps what it has, the constraint keeps one truth.
        return


def _doubt(connection: Connection, now: datetime) -> None:
    """The network knows the handle no more, or shows another account there: the proof ends soon, unless it is found again. Told once."""
    until = now + timedelta(days=PROOF_NOTICE_DAYS)
    rows = Connection.objects.filter(pk=connection.pk, expires_at__gt=until)
    with transaction.atomic():
        if rows.update(expires_at=until, reminded_of=until):
            _tell_of_name(connection, until=timezone.localdate(until).isoformat())


def _tell_of_name(connection: Connection, *, handle: str = "", until: str = "") -> None:
    """What became of an account's name, by notice and mail: ``handle`` is the new one; without it the old one is gone."""
    data = {
        "platform": connection.get_platform_display(),
        "before": connection.handle,
        "handle": handle,
        "until": until,
    }
    influencer = Influencer.objects.filter(user=connection.user_id).first()
    if influencer is not None:
        note = f"{data['platform']} @{connection.handle} → {f'@{handle}' if handle else '?'}"
        log(influencer, ConductEvent.Kind.HANDLE_CHANGED, note=note)
    # Where she adds it under its new name, or looks at the one that she has.
    is_adding = influencer is not None and not handle
    url = reverse("influencers:standing") if is_adding else reverse("influencers:prove", args=[connection.pk])
    notify(recipient=connection.user, kind="account_handle", data=data, url=url)


def _set_due(connection: Connection, *, due_at: datetime, failures: int, trouble: str) -> None:
    Connection.objects.filter(pk=connection.pk).update(due_at=due_at, failures=failures, trouble=trouble)
