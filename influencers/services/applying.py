"""Verbs of the programme: apply and review.

Each decision is one conditional UPDATE on the state it starts from: of two
people who decide at once exactly one does, the other is told.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from influencers import scoring
from influencers.errors import (
    AlreadyApplied,
    AlreadyDecided,
    AlreadyInfluencer,
    Incomplete,
    MissingReason,
    MissingText,
    NotEligible,
    OwnApplication,
    TooSoon,
)
from influencers.models import Application, ApplicationEvent, Influencer, SocialAccount
from notifications.services import notify

POLICY = scoring.DEFAULT_POLICY
REAPPLY_AFTER_DAYS = 30
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


def reach_of(account: SocialAccount) -> scoring.Reach:
    """The numbers of one account as the rule takes them."""
    return scoring.Reach(
        platform=account.platform,
        handle=account.handle,
        followers=account.followers,
        posts_in_60_days=account.posts_in_60_days,
        likes=account.average_likes,
        comments=account.average_comments,
        views=account.average_views,
        following=account.following,
        opened_on=account.opened_on,
        relevance=account.relevance,
    )


def score_application(application: Application, *, today: date) -> scoring.Score:
    """The score of the accounts as they stand now; writes nothing."""
    accounts = application.accounts.order_by("pk")
    return scoring.score([reach_of(account) for account in accounts], POLICY, today=today)


def store_score(application: Application, *, today: date) -> scoring.Score:
    """Score the application's accounts and keep points, parts and the policy's version on it."""
    result = score_application(application, today=today)
    application.score_points = Decimal(str(result.points))
    application.score = asdict(result)
    application.policy_version = POLICY.version
    application.save(update_fields=["score_points", "score", "policy_version"])
    return result


def refuse_to_apply(user: User) -> None:
    """Raise the error that says why she may not edit or send an application now, if there is a reason."""
    if Influencer.objects.filter(user=user).exists():
        raise AlreadyInfluencer
    latest = Application.objects.filter(user=user).order_by("-pk").first()
    if latest is None or latest.state == State.DRAFT:
        return
    if latest.state in {State.SUBMITTED, State.NEEDS_MORE}:
        raise AlreadyApplied
    if latest.state == State.DECLINED and latest.reapply_on and latest.reapply_on > timezone.localdate():
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
        SocialAccount.objects.bulk_create(SocialAccount(application=draft, **asdict(figures)) for figures in accounts)
    draft.refresh_from_db()
    return draft


def _draft_of(user: User) -> Application:
    """Her open draft; the first call makes it, from her last application where there is one."""
    draft = Application.objects.filter(user=user, state=State.DRAFT).first()
    if draft is not None:
        return draft
    last = Application.objects.filter(user=user, state=State.DECLINED).order_by("-pk").first()
    kept = {name: getattr(last, name) for name in ("display_name", "country", "topics", "pitch")} if last else {}
    try:
        with transaction.atomic():
            draft = Application.objects.create(user=user, state=State.DRAFT, **kept)
            if last:
                SocialAccount.objects.bulk_create(
                    SocialAccount(application=draft, **asdict(figures_of(account)))
                    for account in last.accounts.order_by("pk")
                )
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


@transaction.atomic
def submit(*, application: Application) -> Application:
    """Send a complete draft to the reviewers, with its score as of today.

    Raises Incomplete, NotEligible, TooSoon, AlreadyApplied.
    """
    refuse_to_apply(application.user)
    now = timezone.now()
    if not Application.objects.filter(pk=application.pk, state=State.DRAFT).update(
        state=State.SUBMITTED, submitted_at=now
    ):
        raise AlreadyApplied
    application.refresh_from_db()
    if not (application.display_name and application.country and application.topics and application.pitch):
        raise Incomplete("you", _("Tell us who you are first: name, country, a topic and a few words."))
    if not application.accounts.exists():
        raise Incomplete("accounts", _("Add at least one account first."))
    result = store_score(application, today=timezone.localdate(now))
    if "too_few_followers" in result.flags:
        raise NotEligible(POLICY.follower_floor)
    _record(application, actor=application.user, kind="submitted", before=State.DRAFT, after=State.SUBMITTED, at=now)
    _tell(application, "application_submitted")
    return application


@transaction.atomic
def approve(*, application_pk: int, reviewer: User, note: str = "") -> Application:
    """Make the applicant an influencer. Raises AlreadyDecided, OwnApplication."""
    application = _decide(
        application_pk, reviewer=reviewer, kind="approved", before=State.SUBMITTED, after=State.APPROVED, note=note
    )
    Influencer.objects.create(
        user=application.user, application=application, approved_at=application.decided_at or timezone.now()
    )
    _tell(application, "application_approved")
    return application


@transaction.atomic
def decline(*, application_pk: int, reviewer: User, reason: str, note: str = "") -> Application:
    """Say not yet, why, and from when she may apply again: in 30 days, at once when only detail is missing.

    Raises MissingReason, AlreadyDecided, OwnApplication.
    """
    if reason not in Application.Reason.values:
        raise MissingReason
    wait = 0 if reason == Application.Reason.NEEDS_MORE_DETAIL else REAPPLY_AFTER_DAYS
    application = _decide(
        application_pk,
        reviewer=reviewer,
        kind="declined",
        before=State.SUBMITTED,
        after=State.DECLINED,
        reason=reason,
        note=note,
        reapply_on=timezone.localdate() + timedelta(days=wait),
    )
    _tell(application, "application_declined")
    return application


@transaction.atomic
def ask(*, application_pk: int, reviewer: User, question: str) -> Application:
    """Ask the applicant for one thing more. Raises MissingText, AlreadyDecided, OwnApplication."""
    question = question.strip()
    if not question:
        raise MissingText
    now = timezone.now()
    _swap(application_pk, reviewer, before=State.SUBMITTED, state=State.NEEDS_MORE, question=question, answer="")
    application = Application.objects.select_related("user").get(pk=application_pk)
    _record(
        application, actor=reviewer, kind="asked", before=State.SUBMITTED, after=State.NEEDS_MORE, note=question, at=now
    )
    _tell(application, "application_question")
    return application


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
    _record(
        application, actor=application.user, kind="answered", before=State.NEEDS_MORE, after=State.SUBMITTED, note=text
    )
    return application


@transaction.atomic
def rate_relevance(*, application_pk: int, account_pk: int, reviewer: User, relevance: int | None) -> Application:
    """Say how much of an account shows products, 0 to 4 (None: not judged), and score again as of the day it was sent.

    Raises AlreadyDecided, OwnApplication; SocialAccount.DoesNotExist for another application's account.
    """
    if relevance is not None and not 0 <= relevance <= 4:
        raise ValueError("relevance is 0 to 4")
    # Also a lock: two reviewers who rate two accounts at once both count.
    _swap(application_pk, reviewer, before=State.SUBMITTED, state=State.SUBMITTED)
    application = Application.objects.select_related("user").get(pk=application_pk)
    account = application.accounts.get(pk=account_pk)
    account.relevance = relevance
    account.save(update_fields=["relevance"])
    result = store_score(application, today=timezone.localdate(application.submitted_at))
    _record(
        application,
        actor=reviewer,
        kind="rated",
        before=State.SUBMITTED,
        after=State.SUBMITTED,
        note=f"{account}: {'-' if relevance is None else relevance}/4 → {result.points}",
    )
    return application


def _decide(
    pk: int, *, reviewer: User, kind: str, before: str, after: str, reason: str = "", note: str = "", **fields: Any
) -> Application:
    """Take the application from one state to a final one and write it down."""
    now = timezone.now()
    note = note.strip()
    _swap(
        pk,
        reviewer,
        before=before,
        state=after,
        reason=reason,
        note=note,
        decided_by=reviewer,
        decided_at=now,
        **fields,
    )
    application = Application.objects.select_related("user").get(pk=pk)
    _record(application, actor=reviewer, kind=kind, before=before, after=after, reason=reason, note=note, at=now)
    return application


def _swap(pk: int, reviewer: User, *, before: str, **fields: Any) -> None:
    """Change the row if it is in the state expected and not the reviewer's own; else raise and change nothing."""
    rows = Application.objects.filter(pk=pk, state=before).exclude(user=reviewer)
    if rows.update(**fields) == 1:
        return
    application = Application.objects.get(pk=pk)
    if application.user_id == reviewer.pk:
        raise OwnApplication
    raise AlreadyDecided(application.get_state_display())


def _record(
    application: Application,
    *,
    actor: User,
    kind: str,
    before: str,
    after: str,
    reason: str = "",
    note: str = "",
    at: datetime | None = None,
) -> None:
    ApplicationEvent.objects.create(
        application=application,
        actor=actor,
        kind=kind,
        before=before,
        after=after,
        reason=reason,
        note=note,
        at=at or timezone.now(),
    )


def _tell(application: Application, kind: str) -> None:
    """A notice to the applicant, with all that its words need."""
    url = reverse("influencers:status")
    notify(
        recipient=application.user,
        kind=kind,
        data={
            "display_name": application.display_name,
            "points": str(application.score_points) if application.score_points is not None else "",
            "reason": application.reason,
            "note": application.note,
            "question": application.question,
            "reapply_on": application.reapply_on.isoformat() if application.reapply_on else "",
            "url": url,
        },
        url=url,
    )
