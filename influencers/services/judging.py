"""What stands out about an application, and what the policy decides of it without a person."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from influencers import risk, scoring
from influencers.errors import AlreadyDecided
from influencers.models import Application, ApplicationEvent, ScorePolicy, SocialAccount
from influencers.services.events import record, tell
from influencers.services.probation import admit
from influencers.services.weighing import reaches_of, store_score
from influencers.social_handles import same_key

State = Application.State
APPROVED, DECLINED = ApplicationEvent.Kind.APPROVED_BY_POLICY, ApplicationEvent.Kind.DECLINED_BY_POLICY
PERSON_ASKED = ApplicationEvent.Kind.PERSON_ASKED


def applicant_of(application: Application, reaches: list[scoring.Reach], policy: scoring.Policy) -> risk.Applicant:
    """What the rule of risk asks about an application, as of now."""
    today = timezone.localdate()
    own = list(application.accounts.select_related("connection"))
    stated = {(account.platform, account.handle): account.followers for account in own}
    elsewhere = _elsewhere(application, own)
    return risk.Applicant(
        accounts=tuple(scoring.score_account(reach, policy, today=today) for reach in reaches),
        reaches=tuple(reaches),
        claims=tuple(
            risk.Claim(reach.platform, reach.handle, stated[(reach.platform, reach.handle)], reach.followers)
            for reach in reaches
            if reach.refreshed_on and (reach.platform, reach.handle) in stated
        ),
        shared=frozenset(elsewhere),
        barred=frozenset(key for key, reasons in elsewhere.items() if Application.Reason.FRAUD in reasons),
        mail_domain=application.user.email.rpartition("@")[2],
    )


def _elsewhere(application: Application, own: Sequence[SocialAccount]) -> dict[tuple[str, str], set[str]]:
    """Which of her accounts other people name in applications that were sent, with the reasons of their declines."""
    named = Q(pk__in=[])
    for account in own:
        for kind, name in _names(account):
            named |= Q(platform=account.platform, **{f"connection__{kind}": name})
        # What an application states outlives the connection.
        named |= Q(platform=account.platform, connection__isnull=True, handle__iexact=account.handle)
    others = SocialAccount.objects.filter(named).exclude(application__state=State.DRAFT)
    reasons: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for other in others.exclude(application__user=application.user_id).select_related("connection", "application"):
        for kind, name in _names(other):
            reasons[other.platform, kind, name].add(other.application.reason)
    found: dict[tuple[str, str], set[str]] = {}
    for account in own:
        for kind, name in _names(account):
            if hits := reasons.get((account.platform, kind, name)):
                found.setdefault((account.platform, account.handle), set()).update(hits)
    return found


def _names(account: SocialAccount) -> list[tuple[str, str]]:
    """By what an account is known again, however it is spelt and whatever it is called now: its name's key and the network's number."""
    if account.connection is None:
        return [("key", same_key(account.handle, account.platform))]
    number = account.connection.platform_id
    return [("key", account.connection.key), *([("platform_id", number)] if number else [])]


def signals_of(application: Application) -> tuple[risk.Signal, ...]:
    """Every reason to look closer at an application, high ones first, by the policy in force."""
    policy = ScorePolicy.objects.in_force()
    return risk.signals(applicant_of(application, reaches_of(application), policy), policy)


def keep_risk(application: Application) -> None:
    """Keep the worst of the signals on the application, for the queue. What is decided by it is judged anew then."""
    application.risk = risk.level(signals_of(application))
    Application.objects.filter(pk=application.pk).update(risk=application.risk)


@transaction.atomic
def decide_by_policy(application: Application) -> str:
    """Decide an application that waits, where the policy does so without a person; returns the new state, or nothing.

    Bears being called again: after a proof, after fresh numbers. Once somebody
    asked for a person it does nothing.
    """
    policy = ScorePolicy.objects.in_force()
    if not (policy.auto_approve or policy.auto_decline) or application.state != State.SUBMITTED:
        return ""
    if application.events.filter(kind=PERSON_ASKED).exists():
        return ""
    reaches = reaches_of(application)
    result = scoring.score(reaches, policy, today=timezone.localdate())
    proved = [reach for reach in reaches if reach.is_proved]
    decision = risk.automatic(
        points=result.points,
        points_once_proved=result.points_once_proved,
        verdict=result.verdict,
        followers=sum(reach.followers for reach in reaches),
        risk=risk.level(risk.signals(applicant_of(application, reaches, policy), policy)),
        is_confirmed=bool(proved) and all(reach.refreshed_on for reach in proved),
        policy=policy,
    )
    if decision is None:
        return ""
    return _write(application, decision, policy)


def judge_again(user_id: int) -> None:
    """A proof or figures came while her application is in review: score it again, as of the day it was sent, and see what the policy says."""
    for application in Application.objects.open().filter(user=user_id, verdict=""):
        store_score(application, today=timezone.localdate(application.submitted_at))
        keep_risk(application)
        decide_by_policy(application)


def _write(application: Application, decision: risk.Automatic, policy: scoring.Policy) -> str:
    """Make the policy's decision, unless a person was quicker."""
    now = timezone.now()
    is_yes = decision.state == "approved"
    after = State.APPROVED if is_yes else State.DECLINED
    reason = "" if is_yes else Application.Reason.REACH
    rows = Application.objects.filter(pk=application.pk, state=State.SUBMITTED, verdict="")
    changed = rows.update(
        state=after,
        reason=reason,
        decided_at=now,
        reapply_on=None if is_yes else risk.reapply_on(reason, timezone.localdate(now), policy),
    )
    if not changed:
        return ""
    application.refresh_from_db()
    if is_yes:
        admit(application, at=now)
    # Numbers alone: the words around them are the page's, in the reader's language.
    sign = "≥" if is_yes else "<"
    record(
        application,
        actor=None,
        kind=APPROVED if is_yes else DECLINED,
        before=State.SUBMITTED,
        after=after,
        reason=reason,
        note=f"{decision.points} {sign} {decision.line} · {policy.version}",
        at=now,
    )
    tell(application, "application_approved" if is_yes else "application_declined")
    return after


@transaction.atomic
def ask_for_a_person(*, application: Application) -> Application:
    """Bring what the policy declined before a reviewer, at its old place in the queue. Raises AlreadyDecided."""
    is_policys = application.events.filter(kind=DECLINED).exists()
    rows = Application.objects.filter(pk=application.pk, state=State.DECLINED, decided_by__isnull=True)
    if not is_policys or not rows.update(state=State.SUBMITTED, reason="", decided_at=None, reapply_on=None):
        application.refresh_from_db()
        raise AlreadyDecided(application.get_state_display())
    application.refresh_from_db()
    record(application, actor=application.user, kind=PERSON_ASKED, before=State.DECLINED, after=State.SUBMITTED)
    return application
