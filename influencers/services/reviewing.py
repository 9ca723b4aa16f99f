"""A reviewer's verbs: approve, decline, ask, rate.

Each decision is one conditional UPDATE on the state it starts from: of two
people who decide at once exactly one does, the other is told.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from influencers import risk
from influencers.errors import AlreadyDecided, MissingReason, MissingText, NothingProved, OwnApplication
from influencers.models import Application, Connection, Influencer, ScorePolicy
from influencers.services.events import record, tell
from influencers.services.weighing import store_score

State = Application.State


@transaction.atomic
def approve(*, application_pk: int, reviewer: User, note: str = "") -> Application:
    """Make the applicant an influencer. Raises AlreadyDecided, OwnApplication, NothingProved."""
    application = _decide(
        application_pk, reviewer=reviewer, kind="approved", before=State.SUBMITTED, after=State.APPROVED, note=note
    )
    if not Connection.objects.proved().filter(accounts__application=application).exists():
        raise NothingProved
    Influencer.objects.create(
        user=application.user, application=application, approved_at=application.decided_at or timezone.now()
    )
    tell(application, "application_approved")
    return application


@transaction.atomic
def decline(*, application_pk: int, reviewer: User, reason: str, note: str = "") -> Application:
    """Say not yet, why, and from when she may apply again, by the policy in force; never after proven fraud.

    Raises MissingReason, AlreadyDecided, OwnApplication.
    """
    if reason not in Application.Reason.values:
        raise MissingReason
    policy = ScorePolicy.objects.in_force()
    application = _decide(
        application_pk,
        reviewer=reviewer,
        kind="declined",
        before=State.SUBMITTED,
        after=State.DECLINED,
        reason=reason,
        note=note,
        reapply_on=risk.reapply_on(reason, timezone.localdate(), policy),
    )
    tell(application, "application_declined")
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
    record(
        application, actor=reviewer, kind="asked", before=State.SUBMITTED, after=State.NEEDS_MORE, note=question, at=now
    )
    tell(application, "application_question")
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
    record(
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
    record(application, actor=reviewer, kind=kind, before=before, after=after, reason=reason, note=note, at=now)
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
