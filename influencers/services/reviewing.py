"""A reviewer's verbs: approve, decline, ask, undo, note, rate; and the clock that makes a decision final.

Each decision is one conditional UPDATE on the state it starts from: of two
people who decide at once exactly one does, the other is told. A decision is
told to the applicant, and takes effect, only when the minutes of undo are over.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from influencers import risk, scoring
from influencers.desk import DESK
from influencers.errors import (
    MissingReason,
    MissingText,
    NeedsAnotherPerson,
    NoEvidence,
    NoReplyKept,
    NotForMany,
    NothingProved,
    ProgrammeError,
    ProofsWanting,
    TooLateToUndo,
)
from influencers.models import (
    Application,
    ApplicationEvent,
    ApplicationQuerySet,
    Connection,
    ReplyTemplate,
    ScorePolicy,
)
from influencers.services.events import record, tell
from influencers.services.holding import refuse
from influencers.services.judging import keep_risk, signals_of
from influencers.services.probation import admit
from influencers.services.replying import reply_for
from influencers.services.weighing import reaches_of, store_score

MOST_AT_ONCE = 50
State = Application.State
Kind = ApplicationEvent.Kind


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of several cases: those done, and those left with the reason."""

    done: list[Application]
    left: list[tuple[Application, str]]


def second_reason(reaches: Iterable[scoring.Reach], signals: Iterable[risk.Signal]) -> str:
    """Why an approval of such accounts needs a second person, by the policy in force: ``reach``, ``risk`` or nothing."""
    followers = sum(reach.followers for reach in reaches)
    return risk.second_reason(followers, risk.level(signals), ScorePolicy.objects.in_force())


@transaction.atomic
def approve(*, application_pk: int, reviewer: User, note: str = "") -> Application:
    """Say yes. Where two people are needed the first yes only proposes: ``first_by`` is set and nothing is decided.

    Raises AlreadyDecided, HeldByAnother, OwnApplication, NothingProved, NeedsAnotherPerson.
    """
    application = Application.objects.select_related("user").get(pk=application_pk)
    if not Connection.objects.proved().filter(accounts__application=application).exists():
        raise NothingProved
    needs_second = second_reason(reaches_of(application), signals_of(application))
    if needs_second and application.first_by_id == reviewer.pk:
        raise NeedsAnotherPerson
    if needs_second and application.first_by_id is None:
        return _propose(application, reviewer=reviewer, why=needs_second, note=note.strip())
    # What was weighed here must still be so: a first yes that was taken back meanwhile is a new case.
    seen = {"first_by": application.first_by}
    return _decide(application_pk, reviewer=reviewer, verdict=State.APPROVED, note=note, seen=seen)


def _propose(application: Application, *, reviewer: User, why: str, note: str) -> Application:
    now = timezone.now()
    changed = _open_to(application.pk, reviewer, now).filter(first_by__isnull=True)
    if not changed.update(first_by=reviewer, first_at=now, held_by=None, held_until=None):
        refuse(application.pk, reviewer, now)
    application.refresh_from_db()
    record(
        application,
        actor=reviewer,
        kind=Kind.PROPOSED,
        before=State.SUBMITTED,
        after=State.SUBMITTED,
        reason=why,
        note=note,
        at=now,
    )
    return application


@transaction.atomic
def decline(*, application_pk: int, reviewer: User, reason: str, note: str = "") -> Application:
    """Say not yet, and why; of fraud, what was seen: an appeal is judged by it.

    Raises MissingReason, NoEvidence, AlreadyDecided, HeldByAnother, OwnApplication, NotYours.
    """
    if not _known(reason):
        raise MissingReason
    if reason == Application.Reason.FRAUD and not note.strip():
        raise NoEvidence
    return _decide(application_pk, reviewer=reviewer, verdict=State.DECLINED, reason=reason, note=note)


@transaction.atomic
def ask(*, application_pk: int, reviewer: User, question: str, reason: str = "") -> Application:
    """Ask the applicant for one thing more. Raises MissingText, AlreadyDecided, HeldByAnother, OwnApplication."""
    if not question.strip():
        raise MissingText
    return _decide(application_pk, reviewer=reviewer, verdict=State.NEEDS_MORE, reason=_known(reason), note=question)


@transaction.atomic
def undo(*, application_pk: int, reviewer: User) -> Application:
    """Take back what she decided some minutes ago, or her first of two approvals; the case is hers again.

    Raises TooLateToUndo.
    """
    now = timezone.now()
    application = Application.objects.get(pk=application_pk)
    verdict = application.verdict
    hers = {"held_by": reviewer, "held_until": now + timedelta(minutes=DESK.hold_minutes)}
    rows = Application.objects.filter(pk=application_pk, state=State.SUBMITTED, verdict=verdict)
    if verdict:
        rows = rows.filter(decided_by=reviewer, decided_at__gt=now - timedelta(minutes=DESK.undo_minutes))
        changed = rows.update(verdict="", reason="", note="", decided_by=None, decided_at=None, **hers)
    else:
        changed = rows.filter(first_by=reviewer).free_for(reviewer.pk, now).update(first_by=None, first_at=None, **hers)
    if not changed:
        raise TooLateToUndo
    record(
        application,
        actor=reviewer,
        kind=Kind.UNDONE,
        before=verdict or State.SUBMITTED,
        after=State.SUBMITTED,
        reason=application.reason,
        note=application.note,
        at=now,
    )
    application.refresh_from_db()
    return application


def settle_decisions(now: datetime | None = None) -> int:
    """Make final, and tell, what was decided more than the minutes of undo ago; returns how many."""
    before = (now or timezone.now()) - timedelta(minutes=DESK.undo_minutes)
    due = Application.objects.undoable().filter(decided_at__lte=before).order_by("decided_at", "pk")
    return sum(_settle(application) for application in due.select_related("decided_by")[:500])


@transaction.atomic
def _settle(decided: Application) -> bool:
    """The decision takes effect, exactly once: whoever swaps the state does the rest. False: it was undone or settled."""
    after, at = decided.verdict, decided.decided_at or timezone.now()
    rows = Application.objects.filter(
        pk=decided.pk, state=State.SUBMITTED, verdict=after, decided_at=decided.decided_at
    )
    if after == State.APPROVED:
        changed = rows.update(state=after, verdict="")
    elif after == State.DECLINED:
        day = risk.reapply_on(decided.reason, timezone.localdate(at), ScorePolicy.objects.in_force())
        changed = rows.update(state=after, verdict="", reapply_on=day)
    else:
        # The case comes back with an answer: it is decided anew, by two people where two are needed.
        changed = rows.update(
            state=after, verdict="", question=decided.note, answer="", note="", reason="", decided_by=None,
            decided_at=None, first_by=None, first_at=None,
        )  # fmt: skip
    if not changed:
        return False
    application = Application.objects.select_related("user").get(pk=decided.pk)
    kind, news = {
        State.APPROVED: (Kind.APPROVED, "application_approved"),
        State.DECLINED: (Kind.DECLINED, "application_declined"),
        State.NEEDS_MORE: (Kind.ASKED, "application_question"),
    }[State(after)]
    if after == State.APPROVED:
        admit(application, at=timezone.now())
    record(
        application,
        actor=decided.decided_by,
        kind=kind,
        before=State.SUBMITTED,
        after=after,
        reason=decided.reason,
        note=decided.note,
    )
    tell(application, news)
    return True


def decline_many(*, pks: Iterable[int], reviewer: User, reason: str) -> Outcome:
    """Decline those whose score says not yet, each with the reply kept for the reason in her language.

    Raises MissingReason; what is refused for one case leaves the others done.
    """
    if not _known(reason):
        raise MissingReason

    def one(application: Application) -> Application:
        score = application.score or {}
        if score.get("verdict") != "not_yet":
            raise NotForMany
        if score.get("verdict_once_proved", "not_yet") != "not_yet":
            raise ProofsWanting
        note = reply_for(application, ReplyTemplate.Act.DECLINE, reason)
        return decline(application_pk=application.pk, reviewer=reviewer, reason=reason, note=note)

    return _each(pks, one)


def ask_many(*, pks: Iterable[int], reviewer: User, reason: str) -> Outcome:
    """Ask each the question kept for the reason in her language. Raises MissingReason."""
    if not _known(reason):
        raise MissingReason

    def one(application: Application) -> Application:
        question = reply_for(application, ReplyTemplate.Act.ASK, reason)
        if not question:
            raise NoReplyKept
        return ask(application_pk=application.pk, reviewer=reviewer, question=question, reason=reason)

    return _each(pks, one)


def _each(pks: Iterable[int], verb: Callable[[Application], Application]) -> Outcome:
    """The same verb for every case that was sent, one transaction each."""
    done, left = [], []
    for application in Application.objects.sent().filter(pk__in=list(pks)[:MOST_AT_ONCE]).select_related("user"):
        try:
            done.append(verb(application))
        except ProgrammeError as error:
            left.append((application, error.message))
    return Outcome(done=done, left=left)


@transaction.atomic
def add_note(*, application_pk: int, reviewer: User, text: str) -> None:
    """Leave a note for the other reviewers; the applicant never sees it. Raises MissingText."""
    text = text.strip()
    if not text:
        raise MissingText
    application = Application.objects.get(pk=application_pk)
    record(application, actor=reviewer, kind=Kind.NOTED, before=application.state, after=application.state, note=text)


@transaction.atomic
def rate_relevance(*, application_pk: int, account_pk: int, reviewer: User, relevance: int | None) -> Application:
    """Say how much of an account shows products, 0 to 4 (None: not judged), and score again as of the day it was sent.

    Raises AlreadyDecided, HeldByAnother, OwnApplication; SocialAccount.DoesNotExist for another application's account.
    """
    if relevance is not None and not 0 <= relevance <= 4:
        raise ValueError("relevance is 0 to 4")
    now = timezone.now()
    # Also a lock: two acts on the accounts of one case both count.
    if not _open_to(application_pk, reviewer, now).update(state=State.SUBMITTED):
        refuse(application_pk, reviewer, now)
    application = Application.objects.select_related("user").get(pk=application_pk)
    account = application.accounts.get(pk=account_pk)
    account.relevance = relevance
    account.save(update_fields=["relevance"])
    result = store_score(application, today=timezone.localdate(application.submitted_at))
    keep_risk(application)
    record(
        application,
        actor=reviewer,
        kind=Kind.RATED,
        before=State.SUBMITTED,
        after=State.SUBMITTED,
        note=f"{account}: {'-' if relevance is None else relevance}/4 → {result.points}",
    )
    return application


def _known(reason: str) -> str:
    """The reason when it is one of the list, else nothing."""
    return reason if reason in Application.Reason.values else ""


def _open_to(pk: int, reviewer: User, now: datetime) -> ApplicationQuerySet:
    """The case, if this reviewer may change it now: it waits, is hers to decide, and nobody else holds it."""
    rows = Application.objects.filter(pk=pk, state=State.SUBMITTED, verdict="").decidable_by(reviewer.pk)
    return rows.free_for(reviewer.pk, now)


def _decide(
    pk: int, *, reviewer: User, verdict: str, reason: str = "", note: str = "", seen: dict[str, Any] | None = None
) -> Application:
    """Decide, to be told when the minutes of undo are over, and write it down."""
    now = timezone.now()
    note = note.strip()
    rows = _open_to(pk, reviewer, now).filter(**(seen or {}))
    changed = rows.update(
        verdict=verdict,
        reason=reason,
        note=note,
        decided_by=reviewer,
        decided_at=now,
        held_by=None,
        held_until=None,
    )
    if not changed:
        refuse(pk, reviewer, now)
    application = Application.objects.select_related("user").get(pk=pk)
    record(
        application,
        actor=reviewer,
        kind=Kind.DECIDED,
        before=State.SUBMITTED,
        after=verdict,
        reason=reason,
        note=note,
        at=now,
    )
    return application
