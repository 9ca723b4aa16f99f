"""Prove that an account is hers: by signing in on its network, by a code in its profile, by a picture that a reviewer sees.

One account backs one person: the constraints on Connection hold that, whoever
is quicker. A proof that ended makes room; and who can sign in on the network
outweighs who showed a code or a picture.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.handles import skeleton
from accounts.models import User
from core.images import clean_picture
from core.reactions import announce
from core.sealing import BrokenSeal, seal, seal_bytes, unseal
from influencers.errors import (
    AccountTaken,
    AlreadyProved,
    AnotherAccount,
    CodeExpired,
    CodeNotThere,
    NetworkTrouble,
    NothingToJudge,
    OwnAccount,
    RoadClosed,
    SignInRefused,
    TooManyTries,
)
from influencers.models import Application, Connection, Evidence, ProofTry, SignInState, Snapshot
from influencers.platforms.base import PlatformTrouble
from influencers.platforms.clients import client_for
from influencers.services.events import record
from influencers.services.judging import judge_again
from influencers.services.measuring import PROOF_DAYS, open_tokens, sealed_tokens
from influencers.services.metering import conversation
from influencers.social_handles import same_key
from notifications.models import Notice
from notifications.services import notify

Proof = Connection.Proof
TRIES_AN_HOUR = 5
SIGN_IN_FOR = timedelta(minutes=10)
# A network's key finds a code at once; a reviewer may look only tomorrow.
CODE_FOR_A_KEY = timedelta(hours=1)
CODE_FOR_A_REVIEWER = timedelta(days=7)
EVIDENCE_WIDTH = 1600
EVIDENCE_KEPT = timedelta(days=90)
# No letters or digits that are taken for each other.
CODE_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def connect(*, user: User, platform: str, handle: str) -> Connection:
    """Her connection with an account; the first call makes it, unproved."""
    key = same_key(handle, platform)
    connection, _ = Connection.objects.get_or_create(
        user=user, platform=platform, key=key, defaults={"handle": handle, "skeleton": skeleton(handle)}
    )
    return connection


# --- Signing in on the network


def redirect_uri(platform: str) -> str:
    """The one address to which a network may send people back, letter for letter."""
    return settings.SITE_URL + reverse("influencers:signed_in", args=[platform])


@transaction.atomic
def begin_sign_in(*, connection: Connection) -> str:
    """The address on the network where she signs in; good for ten minutes, and once. Raises RoadClosed."""
    client = client_for(connection.platform)
    if not client.can_sign_in():
        raise RoadClosed
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    SignInState.objects.create(
        connection=connection,
        state_hash=_hash(state),
        verifier=seal(verifier),
        expires_at=timezone.now() + SIGN_IN_FOR,
    )
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return client.authorize_url(state=state, challenge=challenge, redirect_uri=redirect_uri(connection.platform))


def finish_sign_in(*, user: User, platform: str, state: str, code: str) -> Connection:
    """She came back from the network: prove the account with what it says.

    Raises SignInRefused for a state that is unknown, used, too old, of another
    network or of another person; AnotherAccount, AccountTaken, NetworkTrouble.
    """
    journey = _spend(user, platform, state)
    if not code:
        raise SignInRefused
    connection = journey.connection
    try:
        with conversation(platform) as client:
            tokens = client.exchange(code=code, verifier=unseal(journey.verifier), redirect_uri=redirect_uri(platform))
            wanted = connection.handle
            identity = client.who(tokens, wanted=wanted)
    except PlatformTrouble as trouble:
        if trouble.kind == "missing":
            raise AnotherAccount(connection, "") from None
        # A code that the network does not take was not given to us.
        if trouble.kind in {"refused", "expired"}:
            raise SignInRefused from None
        raise NetworkTrouble(connection, trouble.kind) from None
    except BrokenSeal:
        raise SignInRefused from None
    names = {same_key(identity.handle, platform), same_key(identity.platform_id, platform)}
    if connection.key not in names and connection.platform_id != identity.platform_id:
        raise AnotherAccount(connection, identity.handle)
    with _one_owner(connection, identity.platform_id):
        _prove(connection, proof=Proof.OAUTH, platform_id=identity.platform_id, tokens=sealed_tokens(tokens))
    return connection


@transaction.atomic
def turn_back(*, user: User, platform: str, state: str) -> Connection:
    """She came back without allowing anything: the way is spent. Raises SignInRefused."""
    return _spend(user, platform, state).connection


def _spend(user: User, platform: str, state: str) -> SignInState:
    """Use a state, before anything else is done: a replay finds it spent, even while the first is under way."""
    now = timezone.now()
    journey = (
        SignInState.objects.select_related("connection__user")
        .filter(state_hash=_hash(state), connection__user=user, connection__platform=platform, expires_at__gt=now)
        .first()
    )
    # By its own row alone: a condition across a join would be read before the lock, and two at once would both pass.
    if journey is None or not SignInState.objects.filter(pk=journey.pk, used_at__isnull=True).update(used_at=now):
        raise SignInRefused
    return journey


# --- A code in the profile


@transaction.atomic
def give_code(*, connection: Connection) -> str:
    """The code to put into her profile: the one she has, or a new one where that ended. Raises AlreadyProved."""
    if connection.is_proved:
        raise AlreadyProved
    shown = code_of(connection)
    if shown:
        return shown
    code = "VT-" + "".join(secrets.choice(CODE_SIGNS) for _ in range(10))
    has_key = client_for(connection.platform).can_read_profiles()
    ends_at = timezone.now() + (CODE_FOR_A_KEY if has_key else CODE_FOR_A_REVIEWER)
    Connection.objects.filter(pk=connection.pk).update(
        code=seal(code), code_expires_at=ends_at, asked="" if connection.asked == "code" else connection.asked
    )
    connection.refresh_from_db()
    return code


def code_of(connection: Connection) -> str:
    """The code while it is good; empty otherwise."""
    if not connection.code or connection.code_expires_at is None or connection.code_expires_at <= timezone.now():
        return ""
    try:
        return unseal(connection.code)
    except BrokenSeal:
        return ""


def check_code(*, connection: Connection) -> Connection:
    """Look for her code in the profile, by the network's public interface or else by a reviewer, whom this asks.

    Five times an hour. Raises TooManyTries, CodeExpired, CodeNotThere, AccountTaken, AlreadyProved.
    """
    if connection.is_proved:
        raise AlreadyProved
    _count_try(connection)
    code = code_of(connection)
    if not code:
        raise CodeExpired
    if not client_for(connection.platform).can_read_profiles():
        return _ask_reviewer(connection)
    try:
        with conversation(connection.platform) as client:
            profile = client.profile(connection.handle)
    except PlatformTrouble:
        # Away, or it shows strangers no such account: a person looks.
        return _ask_reviewer(connection)
    if code not in profile.bio.upper():
        raise CodeNotThere(code)
    with _one_owner(connection, profile.platform_id):
        _prove(connection, proof=Proof.CODE, platform_id=profile.platform_id)
    return connection


def _ask_reviewer(connection: Connection) -> Connection:
    now = timezone.now()
    Connection.objects.filter(pk=connection.pk, asked="").update(
        asked="code", asked_at=now, refusal="", code_expires_at=now + CODE_FOR_A_REVIEWER
    )
    connection.refresh_from_db()
    return connection


@transaction.atomic
def _count_try(connection: Connection) -> None:
    """Count one look for a code; raises TooManyTries above five in an hour, person and account."""
    # Also a lock: of six at once one is refused.
    Connection.objects.filter(pk=connection.pk).update(handle=connection.handle)
    now = timezone.now()
    hour = ProofTry.objects.filter(
        user=connection.user_id, platform=connection.platform, key=connection.key, at__gt=now - timedelta(hours=1)
    ).order_by("at")
    tries = list(hour.values_list("at", flat=True))
    if len(tries) >= TRIES_AN_HOUR:
        raise TooManyTries(tries[-TRIES_AN_HOUR] + timedelta(hours=1) - now)
    ProofTry.objects.create(user_id=connection.user_id, platform=connection.platform, key=connection.key, at=now)


# --- A picture as evidence, and the reviewer's answer


@transaction.atomic
def hand_in(*, connection: Connection, upload: UploadedFile) -> Evidence:
    """Keep a picture for the reviewers: drawn anew without metadata, sealed. It takes the place of one that waits.

    Raises BadPicture, AlreadyProved.
    """
    if connection.is_proved:
        raise AlreadyProved
    picture = clean_picture(upload, widths=(EVIDENCE_WIDTH,))[EVIDENCE_WIDTH].read()
    Connection.objects.filter(pk=connection.pk).update(asked="evidence", asked_at=timezone.now(), refusal="")
    Evidence.objects.filter(connection=connection, decided_at__isnull=True).delete()
    return Evidence.objects.create(connection=connection, picture=seal_bytes(picture))


def accept(*, connection_pk: int, reviewer: User, asked: str) -> Connection:
    """A reviewer saw the code in the profile (``asked`` is "code") or believes the picture ("evidence").

    Raises OwnAccount, NothingToJudge, CodeExpired, AccountTaken.
    """
    connection = _judged(connection_pk, reviewer, asked)
    if asked == "code" and not code_of(connection):
        raise CodeExpired
    with _one_owner(connection, connection.platform_id):
        # Of two reviewers at once one decides.
        if not _waiting_for(connection, asked).update(asked=""):
            raise NothingToJudge
        _prove(connection, proof=Proof(asked), by=reviewer)
        if asked == "evidence":
            _keep_what_was_seen(connection)
        _decide_evidence(connection)
        _write_down(connection, reviewer, kind="proof_accepted")
    notify(recipient=connection.user, kind="account_proved", data=_words(connection), url=_url(connection))
    return connection


@transaction.atomic
def refuse(*, connection_pk: int, reviewer: User, asked: str, words: str) -> Connection:
    """A reviewer did not find the code, or does not believe the picture; ``words`` say what would do. Raises OwnAccount, NothingToJudge."""
    connection = _judged(connection_pk, reviewer, asked)
    words = words.strip()[:500]
    if not _waiting_for(connection, asked).update(asked="", asked_at=None, refusal=words):
        raise NothingToJudge
    connection.refresh_from_db()
    _decide_evidence(connection)
    _write_down(connection, reviewer, kind="proof_refused", note=words)
    notify(
        recipient=connection.user, kind="account_not_proved",
        data={**_words(connection), "words": words}, url=_url(connection),
    )  # fmt: skip
    return connection


@transaction.atomic
def withdraw(*, connection_pk: int, reviewer: User, words: str) -> Connection:
    """A reviewer found a proof to be false: it is taken back, and she is told why. Raises OwnAccount, NothingToJudge."""
    connection = Connection.objects.select_related("user").get(pk=connection_pk)
    if connection.user_id == reviewer.pk:
        raise OwnAccount
    words = words.strip()[:500]
    rows = Connection.objects.filter(pk=connection_pk).exclude(proof="")
    if not rows.update(
        proof="", proved_at=None, proved_by=None, expires_at=None, tokens="", due_at=None, refusal=words
    ):
        raise NothingToJudge
    connection.refresh_from_db()
    judge_again(connection.user_id)
    _write_down(connection, reviewer, kind="proof_withdrawn", note=words)
    notify(
        recipient=connection.user, kind="account_not_proved",
        data={**_words(connection), "words": words}, url=_url(connection),
    )  # fmt: skip
    return connection


def _judged(connection_pk: int, reviewer: User, asked: str) -> Connection:
    connection = Connection.objects.select_related("user").get(pk=connection_pk)
    if connection.user_id == reviewer.pk:
        raise OwnAccount
    if not asked or connection.asked != asked:
        raise NothingToJudge
    return connection


def _waiting_for(connection: Connection, asked: str) -> QuerySet[Connection]:
    return Connection.objects.filter(pk=connection.pk, asked=asked).exclude(asked="")


def _decide_evidence(connection: Connection) -> None:
    Evidence.objects.filter(connection=connection, decided_at__isnull=True).update(decided_at=timezone.now())


def _keep_what_was_seen(connection: Connection) -> None:
    """The figures that the reviewer saw with the picture, as a snapshot of their own kind."""
    account = connection.accounts.order_by("-pk").first()
    if account is not None:
        Snapshot.objects.create(
            connection=connection, source=Snapshot.Source.EVIDENCE, followers=account.followers, following=account.following,
            posts_in_60_days=account.posts_in_60_days, average_likes=account.average_likes,
            average_comments=account.average_comments, average_views=account.average_views, opened_on=account.opened_on,
        )  # fmt: skip


def _write_down(connection: Connection, actor: User, *, kind: str, note: str = "") -> None:
    """A line in the history of her application that is in review, if there is one."""
    for application in Application.objects.open().filter(user=connection.user_id):
        record(
            application, actor=actor, kind=kind, before=application.state, after=application.state,
            note=f"{connection}: {note}" if note else str(connection),
        )  # fmt: skip


# --- What every road ends in


@contextmanager
def _one_owner(connection: Connection, platform_id: str) -> Iterator[None]:
    """All or nothing; when somebody else has the account, she is told and AccountTaken is raised."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        owner = _rivals(connection, platform_id).select_related("user").first()
        if owner is not None:
            _tell_owner(owner)
        raise AccountTaken from None


def _rivals(connection: Connection, platform_id: str) -> QuerySet[Connection]:
    """Others' proofs of the same account."""
    same = Q(key=connection.key)
    if platform_id:
        same |= Q(platform_id=platform_id)
    return Connection.objects.filter(same, platform=connection.platform).exclude(proof="").exclude(pk=connection.pk)


def _tell_owner(owner: Connection) -> None:
    """Once a day: more would be a way to annoy her."""
    day_ago = timezone.now() - timedelta(days=1)
    told = Notice.objects.filter(recipient=owner.user, kind="account_contested", created_at__gt=day_ago)
    if not told.exists():
        notify(recipient=owner.user, kind="account_contested", data=_words(owner), url=_url(owner), mail=False)


def _prove(
    connection: Connection, *, proof: str, by: User | None = None, platform_id: str = "", tokens: str = ""
) -> None:
    """Write the proof down. IntegrityError when somebody else's stands and outweighs it."""
    now = timezone.now()
    platform_id = platform_id or connection.platform_id
    weaker = Q(expires_at__lte=now)
    if proof == Proof.OAUTH:
        weaker |= Q(proof__in=[Proof.CODE, Proof.EVIDENCE])
    losers = list(_rivals(connection, platform_id).filter(weaker).select_related("user"))
    for loser in losers:
        Connection.objects.filter(pk=loser.pk).update(proof="", tokens="", due_at=None)
        if loser.expires_at and loser.expires_at > now:
            notify(recipient=loser.user, kind="account_lost", data=_words(loser), url=_url(loser))
        judge_again(loser.user_id)
    Connection.objects.filter(pk=connection.pk).update(
        proof=proof, proved_at=now, proved_by=by, expires_at=now + timedelta(days=PROOF_DAYS[proof]),
        platform_id=platform_id, tokens=tokens, code="", code_expires_at=None, asked="", asked_at=None, refusal="",
        due_at=now, failures=0, trouble="",
    )  # fmt: skip
    connection.refresh_from_db()
    judge_again(connection.user_id)
    announce("influencers.account_proved", connection.pk)


def disconnect(*, connection: Connection) -> None:
    """Forget the tokens, here and at the network, and the proof with them. What was fetched stays as what it was then."""
    tokens = connection.tokens
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(
            proof="", proved_at=None, proved_by=None, expires_at=None, tokens="", code="", code_expires_at=None,
            asked="", asked_at=None, refusal="", due_at=None, failures=0, trouble="",
        )  # fmt: skip
        Evidence.objects.filter(connection=connection).delete()
        judge_again(connection.user_id)
    if tokens and client_for(connection.platform).can_sign_in():
        try:
            kept, _ = open_tokens(connection)
            with conversation(connection.platform) as client:
                client.revoke(kept)
        except PlatformTrouble as trouble:
            # We forgot the tokens, which is what she was promised; the network forgets them when they end.
            raise NetworkTrouble(connection, trouble.kind) from None
    connection.refresh_from_db()


def tidy() -> None:
    """Delete what has no use any more: ways to a network that ended, tries of yesterday, pictures decided long ago."""
    now = timezone.now()
    SignInState.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    ProofTry.objects.filter(at__lt=now - timedelta(days=1)).delete()
    Evidence.objects.filter(decided_at__lt=now - EVIDENCE_KEPT).delete()
    Connection.objects.filter(code_expires_at__lt=now).exclude(asked="code").update(code="", code_expires_at=None)


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _words(connection: Connection) -> dict[str, str]:
    return {"platform": connection.get_platform_display(), "handle": connection.handle}


def _url(connection: Connection) -> str:
    return reverse("influencers:prove", args=[connection.pk])
