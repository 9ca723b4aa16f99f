"""An applicant's verbs: keep a draft, send it, answer a question.

Each step is one conditional UPDATE on the state it starts from: of two
windows that send at once exactly one does, the other is told.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from influencers.countries import country_name
from influencers.errors import (
    AlreadyApplied,
    AlreadyDecided,
    AlreadyInfluencer,
    Banned,
    Barred,
    CountryClosed,
    Incomplete,
    MissingText,
    NotEligible,
    TooSoon,
)
from influencers.models import Application, Influencer, ScorePolicy, SocialAccount
from influencers.services.events import record, tell
from influencers.services.indexing import keep_words
from influencers.services.judging import decide_by_policy, keep_risk
from influencers.services.proving import connect
from influencers.services.weighing import accounts_of, store_score

State = Application.State


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """One social account as the applicant enters it."""

    platform: str
    handle: str
    followers: int
    posts_in_60_days: int
    evidence_url: str
    average_likes: int | None = None
    average_comments: int | None = None
    average_views: int | None = None
    following: int | None = None
    opened_on: date | None = None


def refuse_to_apply(user: User) -> None:
    """Raise the error that says why she may not edit or send an application now, if there is a reason."""
    influencer = Influencer.objects.filter(user=user).first()
    if influencer is not None and influencer.state == Influencer.State.BANNED:
        raise Banned
    if influencer is not None and influencer.state != Influencer.State.CLOSED:
        raise AlreadyInfluencer
    latest = Application.objects.filter(user=user).order_by("-pk").first()
    if latest is None or latest.state == State.DRAFT:
        return
    if latest.state in {State.SUBMITTED, State.NEEDS_MORE}:
        raise AlreadyApplied
    if latest.reason == Application.Reason.FRAUD:
        raise Barred
    if (
        latest.state in {State.DECLINED, State.APPROVED}
        and latest.reapply_on
        and latest.reapply_on > timezone.localdate()
    ):
        raise TooSoon(latest.reapply_on)


@transaction.atomic
def save_draft(*, user: User, accounts: Iterable[AccountFigures] | None = None, **answers: Any) -> Application:
    """Keep answers (``display_name``, ``country``, ``topics``, ``pitch``) and, where given, the whole list of accounts.

    The draft is made on the first call; a new one after a decline starts from
    the answers of the last. Raises AlreadyApplied, AlreadyInfluencer, TooSoon.
    """
    unknown = set(answers) - {"display_name", "country", "topics", "pitch"}
    if unknown:
        raise TypeError(f"save_draft got {sorted(unknown)}")
    refuse_to_apply(user)
    draft = _draft_of(user)
    # Also a lock: a draft that was sent in another window meanwhile is not touched.
    if not Application.objects.filter(pk=draft.pk, state=State.DRAFT).update(state=State.DRAFT, **answers):
        raise AlreadyApplied
    if accounts is not None:
        draft.accounts.all().delete()
        _add_accounts(draft, accounts)
        # What she took away again before it was proved leaves no trace.
        user.connections.filter(proof="", asked="", accounts__isnull=True, snapshots__isnull=True).delete()
    draft.refresh_from_db()
    return draft


def _add_accounts(draft: Application, accounts: Iterable[AccountFigures]) -> None:
    """The rows of a draft, each with her connection to the account that it names."""
    SocialAccount.objects.bulk_create(
        SocialAccount(
            application=draft,
            connection=connect(user=draft.user, platform=figures.platform, handle=figures.handle),
            **asdict(figures),
        )
        for figures in accounts
    )


def _draft_of(user: User) -> Application:
    """Her open draft; the first call makes it, from her last application where there is one."""
    draft = Application.objects.filter(user=user, state=State.DRAFT).first()
    if draft is not None:
        return draft
    last = Application.objects.filter(user=user, state__in=[State.DECLINED, State.APPROVED]).order_by("-pk").first()
    kept = {name: getattr(last, name) for name in ("display_name", "country", "topics", "pitch")} if last else {}
    try:
        with transaction.atomic():
            draft = Application.objects.create(user=user, state=State.DRAFT, **kept)
            if last:
                _add_accounts(draft, (figures_of(account) for account in last.accounts.order_by("pk")))
    except IntegrityError:
        # Another window was quicker: the constraint allows one open application a person.
        other = Application.objects.filter(user=user, state=State.DRAFT).first()
        if other is None:
            raise AlreadyApplied from None
        return other
    return draft


def figures_of(account: SocialAccount) -> AccountFigures:
    """What the applicant entered for the account, without what a reviewer added."""
    return AccountFigures(
        platform=account.platform,
        handle=account.handle,
        followers=account.followers,
        posts_in_60_days=account.posts_in_60_days,
        evidence_url=account.evidence_url,
        average_likes=account.average_likes,
        average_comments=account.average_comments,
        average_views=account.average_views,
        following=account.following,
        opened_on=account.opened_on,
    )


def is_proved_or_waiting(account: SocialAccount) -> bool:
    """The account is proved, or a reviewer is asked to look."""
    return account.connection is not None and (account.connection.is_proved or bool(account.connection.asked))


@transaction.atomic
def submit(*, application: Application) -> Application:
    """Send a complete draft to the reviewers, with its score as of today.

    Where the policy decides without a person it is decided at once. Raises Incomplete, NotEligible, CountryClosed, TooSoon,
    Barred, AlreadyApplied.
    """
    refuse_to_apply(application.user)
    now = timezone.now()
    previous = Application.objects.filter(user=application.user_id, state=State.DECLINED).order_by("-pk").first()
    if not Application.objects.filter(pk=application.pk, state=State.DRAFT).update(
        state=State.SUBMITTED, submitted_at=now, previous=previous
    ):
        raise AlreadyApplied
    application.refresh_from_db()
    if not (application.display_name and application.country and application.topics and application.pitch):
        raise Incomplete("you", _("Tell us who you are first: name, country, a topic and a few words."))
    if not application.accounts.exists():
        raise Incomplete("accounts", _("Add at least one account first."))
    refuse_country(application.country)
    if not any(is_proved_or_waiting(account) for account in accounts_of(application)):
        raise Incomplete("prove", _("Show that one of the accounts is yours first: only such accounts count."))
    result = store_score(application, today=timezone.localdate(now))
    if "too_few_followers" in result.flags:
        raise NotEligible(ScorePolicy.objects.numbers_of(application.policy_version).follower_floor)
    record(application, actor=application.user, kind="submitted", before=State.DRAFT, after=State.SUBMITTED, at=now)
    tell(application, "application_submitted")
    keep_risk(application)
    keep_words(application)
    decide_by_policy(application)
    return application


def refuse_country(code: str) -> None:
    """Raise CountryClosed where the policy does not open the programme."""
    policy = ScorePolicy.objects.in_force()
    if policy.open_countries and code not in policy.open_countries:
        raise CountryClosed(country_name(code, get_language() or "en"))


@transaction.atomic
def answer(*, application: Application, text: str) -> Application:
    """Give the applicant's answer; the application goes back to its place in the queue.

    Raises MissingText, AlreadyDecided.
    """
    text = text.strip()
    if not text:
        raise MissingText
    changed = Application.objects.filter(pk=application.pk, state=State.NEEDS_MORE).update(
        state=State.SUBMITTED, answer=text
    )
    application.refresh_from_db()
    if not changed:
        raise AlreadyDecided(application.get_state_display())
    record(
        application, actor=application.user, kind="answered", before=State.NEEDS_MORE, after=State.SUBMITTED, note=text
    )
    return application
