"""Verbs of conduct: warn, suspend, ban, confirm, appeal, decide, lift, and what the clock does.

Every verb takes the lock on the creator's row first (``_locked``), so that of two people at once the second
sees what the first did; it leaves a line in the log that nobody edits, and tells the person. The state of her shop follows
from what stands (``settle``); nothing else writes it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import User
from core.reactions import announce
from influencers import conduct as rule
from influencers.errors import AlreadyStands, AppealClosed, MissingReason, NoEvidence, NothingToDecide, NotYours
from influencers.models import ConductEvent, Connection, Influencer, Sanction
from notifications.services import notify

Kind, State, Reason = Sanction.Kind, Sanction.State, Sanction.Reason
CHARGES = tuple(reason for reason in Reason.values if reason != Reason.MISSING_PROOF)


def has_balance(influencer: Influencer) -> bool:
    """There is money of hers in the ledger, which lies above: config names who knows (BALANCE_READER)."""
    return bool(import_string(settings.BALANCE_READER)(influencer))


def log(
    influencer: Influencer, kind: str, *, actor: User | None = None, sanction: Sanction | None = None, note: str = ""
) -> None:
    """One line in the history of a creator's standing. Raises ValueError for a kind that has no words."""
    kind = ConductEvent.Kind(kind)
    ConductEvent.objects.create(influencer=influencer, sanction=sanction, actor=actor, kind=kind, note=note)


def tell(influencer: Influencer, step: str, *, mail: bool = True, **facts: Any) -> None:
    """A notice and a mail in her language: the step and its facts, put into words when they are read."""
    data = {
        "step": step,
        **{name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in facts.items()},
    }
    notify(recipient=influencer.user, kind="standing", data=data, url=reverse("influencers:standing"), mail=mail)


def settle(influencer: Influencer, *, now: datetime) -> None:
    """Bring the state of her shop in line with what stands against it; a probation rests while the shop is hidden."""
    row = Influencer.objects.select_for_update().get(pk=influencer.pk)
    was_suspended = row.is_suspended
    standing = list(row.sanctions.hiding().values_list("kind", "state"))
    row.state = rule.state(
        has_ban=(Kind.BAN, State.IN_FORCE) in standing,
        is_suspended=bool(standing),
        has_failed_probation=row.probation == Influencer.Probation.ENDED,
    )
    if row.probation == Influencer.Probation.RUNNING:
        if row.is_active and row.probation_paused_at:
            row.probation_ends_at += now - row.probation_paused_at
            row.probation_paused_at = None
        elif not row.is_active and not row.probation_paused_at:
            row.probation_paused_at = now
    row.save(update_fields=["state", "probation_ends_at", "probation_paused_at"])
    if was_suspended and not row.is_suspended and row.state != Influencer.State.BANNED:
        announce("influencers.reinstated", row.pk)
    influencer.refresh_from_db()


@transaction.atomic
def impose(
    *, influencer_pk: int, kind: str, reason: str, evidence: str, by: User | None, now: datetime | None = None
) -> Sanction:
    """Warn, suspend or ban a creator. A ban that touches money is proposed: her shop is hidden until a second person confirms.

    Raises MissingReason, NoEvidence, NotYours, AlreadyStands.
    """
    moment, evidence = now or timezone.now(), evidence.strip()
    if kind not in Kind.values or (by is not None and reason not in CHARGES):
        raise MissingReason
    if by is not None and not evidence:
        raise NoEvidence
    influencer = Influencer.objects.select_for_update(of=("self",)).select_related("user").get(pk=influencer_pk)
    if by is not None and not rule.may_judge(by.pk, subject=influencer.user_id):
        raise NotYours
    if influencer.state == Influencer.State.BANNED:
        raise AlreadyStands
    is_proposed = rule.needs_second_person(kind, kind == Kind.BAN and has_balance(influencer))
    is_for_proof = reason == Reason.MISSING_PROOF
    try:
        with transaction.atomic():
            sanction = Sanction.objects.create(
                influencer=influencer, kind=kind, reason=reason, evidence=evidence[:2000], by=by, at=moment,
                state=State.PROPOSED if is_proposed else State.IN_FORCE,
                # Without a proof she comes back by proving, not by waiting.
                ends_at=None if is_for_proof else rule.ends_at(kind, moment, is_proposed=is_proposed),
                appeal_until=rule.appeal_until(moment),
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyStands from None
    log(influencer, "proposed" if is_proposed else kind, actor=by, sanction=sanction, note=evidence)
    settle(influencer, now=moment)
    _tell_of(sanction, "proposed" if is_proposed else kind)
    return sanction


@transaction.atomic
def confirm(*, sanction_pk: int, by: User, now: datetime | None = None) -> Sanction:
    """A second person agrees to a ban. Raises NotYours, NothingToDecide."""
    moment = now or timezone.now()
    sanction = _judged(sanction_pk, by)
    if not Sanction.objects.filter(pk=sanction_pk, state=State.PROPOSED, ends_at__gt=moment).update(
        state=State.IN_FORCE, confirmed_by=by, confirmed_at=moment, ends_at=None, appeal_until=rule.appeal_until(moment)
    ):
        raise NothingToDecide
    return _done(sanction, "ban", by, moment)


@transaction.atomic
def refuse(*, sanction_pk: int, by: User, words: str, now: datetime | None = None) -> Sanction:
    """A second person does not agree to a ban: it falls. Raises NotYours, NoEvidence, NothingToDecide."""
    moment = now or timezone.now()
    sanction = _judged(sanction_pk, by)
    _swap(sanction, words, before=State.PROPOSED, state=State.REFUSED)
    return _done(sanction, "lifted", by, moment, note=words)


@transaction.atomic
def lift(*, sanction_pk: int, by: User, words: str, now: datetime | None = None) -> Sanction:
    """Take a sanction back before its time: she is reinstated. Raises NotYours, NoEvidence, NothingToDecide."""
    moment = now or timezone.now()
    sanction = _locked(sanction_pk)
    if not rule.may_judge(by.pk, subject=sanction.influencer.user_id):
        raise NotYours
    _swap(sanction, words, before=State.IN_FORCE, state=State.LIFTED)
    return _done(sanction, "lifted", by, moment, note=words)


@transaction.atomic
def appeal(*, sanction: Sanction, text: str, now: datetime | None = None) -> Sanction:
    """She asks another person to look, once and within its time. Raises NoEvidence, AppealClosed."""
    moment, text = now or timezone.now(), text.strip()
    if not text:
        raise NoEvidence
    sanction = _locked(sanction.pk)
    rows = Sanction.objects.standing().filter(pk=sanction.pk, appealed_at__isnull=True, appeal_until__gt=moment)
    if not rows.update(appeal=text[:2000], appealed_at=moment):
        raise AppealClosed
    sanction.refresh_from_db()
    log(sanction.influencer, "appealed", actor=sanction.influencer.user, sanction=sanction, note=text)
    tell(sanction.influencer, "appealed", kind=sanction.kind, reason=sanction.reason)
    return sanction


@transaction.atomic
def decide_appeal(*, sanction_pk: int, by: User, is_lifted: bool, words: str, now: datetime | None = None) -> Sanction:
    """Another person than those who sanctioned answers an appeal. Raises NotYours, NoEvidence, NothingToDecide."""
    moment = now or timezone.now()
    sanction = _judged(sanction_pk, by)
    if not words.strip():
        raise NoEvidence
    fields: dict[str, Any] = {"state": State.LIFTED} if is_lifted else {}
    rows = Sanction.objects.standing().filter(pk=sanction_pk, appealed_at__isnull=False, appeal_decided_at__isnull=True)
    if not rows.update(appeal_decided_by=by, appeal_decided_at=moment, answer=words.strip()[:2000], **fields):
        raise NothingToDecide
    return _done(sanction, "lifted" if is_lifted else "upheld", by, moment, note=words)


def end_due(*, now: datetime | None = None, limit: int = 500) -> int:
    """Let every sanction go whose time is over; returns how many."""
    moment, ended = now or timezone.now(), 0
    for sanction in Sanction.objects.due(moment).select_related("influencer__user")[:limit]:
        ended += _end(sanction, moment)
    return ended


@transaction.atomic
def _end(sanction: Sanction, moment: datetime) -> bool:
    sanction = _locked(sanction.pk)
    if not Sanction.objects.standing().filter(pk=sanction.pk, ends_at__lte=moment).update(state=State.ENDED):
        return False
    _done(sanction, "ended", None, moment)
    return True


# --- Proofs that end


def remind_of_proofs(*, now: datetime | None = None, limit: int = 1000) -> int:
    """Tell creators of proofs that end within two weeks, once for each end; returns how many were told."""
    moment, told = now or timezone.now(), 0
    soon = moment + timedelta(days=rule.PROOF_NOTICE_DAYS)
    rows = Connection.objects.exclude(proof="").filter(
        expires_at__gt=moment, expires_at__lte=soon, user__influencer__state=Influencer.State.ACTIVE
    )
    for connection in rows.select_related("user__influencer").order_by("expires_at")[:limit]:
        with transaction.atomic():
            fresh = Connection.objects.filter(pk=connection.pk, expires_at=connection.expires_at)
            if not fresh.exclude(reminded_of=connection.expires_at).update(reminded_of=connection.expires_at):
                continue
            tell(
                connection.user.influencer, "proof_ends", day=timezone.localdate(connection.expires_at),
                network=connection.get_platform_display(), handle=connection.handle,
            )  # fmt: skip
            told += 1
    return told


def look_at_proofs(*, now: datetime | None = None, limit: int = 1000) -> None:
    """Find creators without any proved account: told at once, suspended after the grace, back as soon as one is proved."""
    moment = now or timezone.now()
    proved = Connection.objects.exclude(proof="").filter(expires_at__gt=moment).values("user")
    active = Influencer.objects.active().select_related("user")
    for influencer in active.exclude(user__in=proved).filter(unproved_since__isnull=True)[:limit]:
        with transaction.atomic():
            if Influencer.objects.filter(pk=influencer.pk, unproved_since__isnull=True).update(unproved_since=moment):
                log(influencer, "unproved")
                day = timezone.localdate(moment + timedelta(days=rule.PROOF_GRACE_DAYS))
                tell(influencer, "proof_missing", day=day, days=rule.PROOF_GRACE_DAYS)
    late = moment - timedelta(days=rule.PROOF_GRACE_DAYS)
    for influencer in active.exclude(user__in=proved).filter(unproved_since__lte=late)[:limit]:
        try:
            impose(
                influencer_pk=influencer.pk, kind=Kind.SUSPENSION, reason=Reason.MISSING_PROOF, evidence="", by=None,
                now=moment,
            )  # fmt: skip
        except AlreadyStands:
            continue
    for influencer in Influencer.objects.filter(unproved_since__isnull=False, user__in=proved)[:limit]:
        come_back(influencer=influencer, now=moment)


@transaction.atomic
def come_back(*, influencer: Influencer, now: datetime | None = None) -> None:
    """An account of hers is proved again: a suspension for want of a proof ends now."""
    moment = now or timezone.now()
    Influencer.objects.filter(pk=influencer.pk).update(unproved_since=None)
    for pk in influencer.sanctions.hiding().filter(reason=Reason.MISSING_PROOF).values_list("pk", flat=True):
        sanction = _locked(pk)
        if Sanction.objects.standing().filter(pk=sanction.pk).update(state=State.ENDED):
            _done(sanction, "proved_again", None, moment)


# --- What every verb begins with and ends in


def _locked(sanction_pk: int) -> Sanction:
    """A sanction as it stands once nobody else decides about its creator."""
    owner = Sanction.objects.values("influencer").filter(pk=sanction_pk)
    Influencer.objects.select_for_update().get(pk__in=owner)
    return Sanction.objects.select_related("influencer__user").get(pk=sanction_pk)


def _judged(sanction_pk: int, by: User) -> Sanction:
    """The sanction, for somebody who neither is its subject nor decided it before. Raises NotYours."""
    sanction = _locked(sanction_pk)
    if not rule.may_judge(by.pk, subject=sanction.influencer.user_id, decided=sanction.decided_by_pks):
        raise NotYours
    return sanction


def _swap(sanction: Sanction, words: str, *, before: str, state: str) -> None:
    if not words.strip():
        raise NoEvidence
    if not Sanction.objects.filter(pk=sanction.pk, state=before).update(state=state, answer=words.strip()[:2000]):
        raise NothingToDecide


def _done(sanction: Sanction, step: str, by: User | None, moment: datetime, *, note: str = "") -> Sanction:
    """Log it, settle her shop, tell her."""
    sanction.refresh_from_db()
    log(sanction.influencer, step, actor=by, sanction=sanction, note=note.strip())
    settle(sanction.influencer, now=moment)
    _tell_of(sanction, step)
    return sanction


def _tell_of(sanction: Sanction, step: str) -> None:
    tell(
        sanction.influencer, step, kind=sanction.kind, reason=sanction.reason, evidence=sanction.evidence,
        answer=sanction.answer, until=timezone.localdate(sanction.appeal_until),
        ends=timezone.localdate(sanction.ends_at) if sanction.ends_at else "",
    )  # fmt: skip
