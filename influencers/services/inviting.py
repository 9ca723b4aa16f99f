"""The way back: who was declined for reach is invited when refreshed numbers cross the line, and sends again with one press."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from influencers import scoring
from influencers.models import Application, Influencer, ScorePolicy
from influencers.services.applying import save_draft, submit
from influencers.services.events import record, tell
from influencers.services.weighing import reaches_of

State = Application.State
# Applications looked at in one night, those first that were not looked at for longest.
NIGHTLY = 5_000


def invite_ready(limit: int = NIGHTLY) -> int:
    """Look at everybody who was declined for reach and not invited yet; returns how many are invited now."""
    latest = Application.objects.values("user").annotate(newest=Max("pk")).values("newest")
    waiting = (
        Application.objects.filter(pk__in=latest, state=State.DECLINED, reason=Application.Reason.REACH)
        .filter(invited_at__isnull=True, user__is_active=True, user__influencer__isnull=True)
        .order_by("looked_at", "pk")
    )
    policy, invited = ScorePolicy.objects.in_force(), 0
    for application in waiting.select_related("user")[:limit]:
        invited += invite_if_ready(application, policy=policy)
    return invited


@transaction.atomic
def invite_if_ready(application: Application, *, policy: scoring.Policy | None = None) -> bool:
    """Invite the person back if her numbers as they are now make her likely. Once, however often asked."""
    now = timezone.now()
    policy = policy or ScorePolicy.objects.in_force()
    result = scoring.score(reaches_of(application), policy, today=timezone.localdate(now))
    rows = Application.objects.filter(
        pk=application.pk, state=State.DECLINED, reason=Application.Reason.REACH, invited_at__isnull=True
    )
    if result.verdict != "likely":
        rows.update(looked_at=now)
        return False
    if Influencer.objects.filter(user=application.user_id).exists():
        return False
    if not rows.update(invited_at=now, looked_at=now, reapply_on=timezone.localdate(now)):
        return False
    application.refresh_from_db()
    note = f"{application.score_points or 0} → {result.points} · {policy.version}"
    record(application, actor=None, kind="invited", before=State.DECLINED, after=State.DECLINED, note=note, at=now)
    tell(application, "application_invited", points_now=str(result.points))
    return True


@transaction.atomic
def apply_again(*, user: User) -> Application:
    """Send the last application once more as it was, with the numbers of today.

    Raises AlreadyApplied, AlreadyInfluencer, Barred, TooSoon, Incomplete, NotEligible, CountryClosed.
    """
    return submit(application=save_draft(user=user))
