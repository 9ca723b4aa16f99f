"""Verbs of probation: count a sale and take it back, remind, pass, end, pause.

Sales are told from above (commissions), each by its line: told twice, counted once.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from influencers import probation as rule
from influencers.errors import NoEvidence, NothingToDecide, NotYours
from influencers.models import Application, Influencer, QualifyingSale, ScorePolicy
from influencers.services.conduct import log, settle, tell

Probation, State = Influencer.Probation, Influencer.State
POLICY = rule.DEFAULT_POLICY


def sales_of(influencer: Influencer) -> int:
    """Sales that count since she was approved."""
    sales = influencer.qualifying_sales.filter(taken_back_at__isnull=True, at__gte=influencer.approved_at)
    return sales.count()


@transaction.atomic
def count_sale(*, influencer: Influencer, line_id: int, at: datetime) -> None:
    """A credited order line of another person counts; the last that is needed passes the probation."""
    QualifyingSale.objects.get_or_create(line_id=line_id, defaults={"influencer": influencer, "at": at})
    _pass_if_enough(influencer)


def take_back_sale(*, line_id: int, now: datetime | None = None) -> None:
    """The line was refunded in full: it counts no more. Who has passed has passed."""
    QualifyingSale.objects.filter(line_id=line_id, taken_back_at__isnull=True).update(
        taken_back_at=now or timezone.now()
    )


def tend(*, now: datetime | None = None, limit: int = 1000) -> None:
    """Remind and end what is due; a probation that rests is left alone."""
    moment = now or timezone.now()
    # Nothing is due before the first reminder.
    first = moment + timedelta(days=POLICY.days - min(POLICY.remind_on))
    running = Influencer.objects.active().filter(
        probation=Probation.RUNNING, probation_paused_at__isnull=True, probation_ends_at__lte=first
    )
    for influencer in running.select_related("user").order_by("probation_ends_at", "pk")[:limit]:
        _tend(influencer, moment)


@transaction.atomic
def _tend(influencer: Influencer, moment: datetime) -> None:
    sales, day = sales_of(influencer), rule.day_of(moment, influencer.probation_ends_at)
    due = rule.step(sales=sales, day=day, reminded=influencer.probation_reminded)
    rows = Influencer.objects.filter(
        pk=influencer.pk, probation=Probation.RUNNING, probation_paused_at__isnull=True,
        probation_reminded=influencer.probation_reminded,
    )  # fmt: skip
    facts: dict[str, Any] = {
        "sales": sales,
        "needed": POLICY.sales,
        "ends": timezone.localdate(influencer.probation_ends_at),
    }
    if due == "passed":
        _pass_if_enough(influencer)
    elif due == "remind" and rows.update(probation_reminded=rule.reminder(day)):
        tell(influencer, "probation_reminder", **facts)
        log(influencer, "probation_reminder", note=f"{sales}/{POLICY.sales}")
    elif due == "ended" and rows.update(probation=Probation.ENDED):
        log(influencer, "probation_ended", note=f"{sales}/{POLICY.sales}")
        settle(influencer, now=moment)
        days = ScorePolicy.objects.in_force().reapply_days
        again = timezone.localdate(moment) + timedelta(days=days)
        # The way back is the programme's own: from then on she may apply again.
        Application.objects.filter(pk=influencer.application_id).update(reapply_on=again)
        tell(influencer, "probation_ended", again=again, **facts)


def _pass_if_enough(influencer: Influencer) -> None:
    sales = sales_of(influencer)
    if sales < POLICY.sales:
        return
    rows = Influencer.objects.filter(pk=influencer.pk, probation=Probation.RUNNING)
    if rows.update(probation=Probation.PASSED, probation_paused_at=None):
        log(influencer, "probation_passed", note=f"{sales}/{POLICY.sales}")
        tell(influencer, "probation_passed", sales=sales, needed=POLICY.sales)


@transaction.atomic
def pause(*, influencer_pk: int, by: User, words: str, now: datetime | None = None) -> Influencer:
    """Let her probation rest; no day is lost. Raises NotYours, NoEvidence, NothingToDecide."""
    moment = now or timezone.now()
    influencer = _of_another(influencer_pk, by)
    if not words.strip():
        raise NoEvidence
    rows = Influencer.objects.filter(pk=influencer_pk, probation=Probation.RUNNING, probation_paused_at__isnull=True)
    if not rows.update(probation_paused_at=moment):
        raise NothingToDecide
    influencer.refresh_from_db()
    log(influencer, "probation_paused", actor=by, note=words.strip())
    tell(influencer, "probation_paused", note=words.strip(), mail=False)
    return influencer


@transaction.atomic
def resume(*, influencer_pk: int, by: User, now: datetime | None = None) -> Influencer:
    """Let it go on; its end moves by the length of the pause. Raises NotYours, NothingToDecide."""
    moment = now or timezone.now()
    influencer = _of_another(influencer_pk, by)
    rows = Influencer.objects.active().filter(pk=influencer_pk, probation=Probation.RUNNING)
    paused_at = influencer.probation_paused_at
    if paused_at is None or not rows.filter(probation_paused_at=paused_at).update(
        probation_paused_at=None, probation_ends_at=F("probation_ends_at") + (moment - paused_at)
    ):
        raise NothingToDecide
    influencer.refresh_from_db()
    log(influencer, "probation_resumed", actor=by)
    tell(influencer, "probation_resumed", ends=timezone.localdate(influencer.probation_ends_at), mail=False)
    return influencer


@transaction.atomic
def make_up_for_outage(*, hours: int, by: User, words: str) -> int:
    """The site was away: every probation that runs ends so much later. Returns how many. Raises NoEvidence."""
    if not words.strip() or not 1 <= hours <= 24 * 30:
        raise NoEvidence
    running = Influencer.objects.select_for_update(of=("self",)).filter(
        probation=Probation.RUNNING, probation_paused_at__isnull=True
    )
    pks = list(running.order_by("pk").values_list("pk", flat=True))
    Influencer.objects.filter(pk__in=pks).update(probation_ends_at=F("probation_ends_at") + timedelta(hours=hours))
    for influencer in Influencer.objects.filter(pk__in=pks):
        log(influencer, "probation_longer", actor=by, note=f"{hours} h: {words.strip()}")
    return len(pks)


@transaction.atomic
def admit(application: Application, *, at: datetime) -> Influencer:
    """Open her place in the programme, or open it again where her probation ended without the sales."""
    influencer, is_new = Influencer.objects.get_or_create(
        user=application.user, defaults={"application": application, "approved_at": at}
    )
    if not is_new:
        reopened = Influencer.objects.filter(pk=influencer.pk, state=State.CLOSED).update(
            application=application, state=State.ACTIVE, approved_at=at, probation=Probation.RUNNING,
            probation_ends_at=at + timedelta(days=POLICY.days), probation_paused_at=None, probation_reminded=0,
        )  # fmt: skip
        if not reopened:
            raise NothingToDecide
        influencer.refresh_from_db()
        log(influencer, "reopened")
    return influencer


def _of_another(influencer_pk: int, by: User) -> Influencer:
    influencer = Influencer.objects.select_related("user").get(pk=influencer_pk)
    if influencer.user_id == by.pk:
        raise NotYours
    return influencer
