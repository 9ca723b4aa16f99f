"""Verbs of due process on held money: find against, appeal, decide by a second person, take away or let go.

Nothing is taken away before the creator could answer: it stays held until her time to appeal has passed, or somebody who
neither held nor found has read her appeal. What nobody decides is released.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.errors import AlreadyDone, NotAllowed
from commissions.models import Account, Act, Appeal, Entry, Finding, Hold
from commissions.services import booking, holding, ledger
from notifications.services import notify
from orders.models import OrderLine

# So long she may appeal, and so long an appeal may wait.
APPEAL_DAYS = 14


def find(*, hold: Hold, by: User, words: str, now: datetime | None = None) -> Finding:
    """Say that the held money is to be taken away. It is, in 14 days, unless she appeals. Raises AlreadyDone, NotAllowed."""
    moment = now or timezone.now()
    if by.pk == hold.influencer.user_id:
        raise NotAllowed(_("This is your own commission. Somebody else decides about it."))
    with transaction.atomic():
        _open(hold)
        if Appeal.objects.filter(hold=hold).exists():
            raise AlreadyDone(_("She has appealed. Decide about the appeal."))
        try:
            with transaction.atomic():
                row = Finding.objects.create(
                    hold=hold, by=by, words=words, at=moment, appeal_until=moment + timedelta(days=APPEAL_DAYS)
                )
        except IntegrityError:
            raise AlreadyDone(_("Somebody has found so already.")) from None
        _act(Act.Kind.FOUND, hold, by, words, moment)
        _tell(hold, "hold_found", until=row.appeal_until.date().isoformat())
    return row


def appeal(*, hold: Hold, words: str, now: datetime | None = None) -> Appeal:
    """What the creator says to it, once, while it is held. It is decided within 14 days, or the money is released."""
    moment = now or timezone.now()
    with transaction.atomic():
        _open(hold)
        finding = Finding.objects.filter(hold=hold).first()
        if finding and finding.appeal_until <= moment:
            raise AlreadyDone(_("The time for an appeal has passed."))
        try:
            with transaction.atomic():
                row = Appeal.objects.create(hold=hold, words=words, at=moment)
        except IntegrityError:
            raise AlreadyDone(_("You have appealed already. You are told what comes of it.")) from None
        latest = max(hold.deadline_at, moment + timedelta(days=APPEAL_DAYS)) if finding else hold.deadline_at
        Hold.objects.filter(pk=hold.pk).update(deadline_at=latest)
        _act(Act.Kind.APPEALED, hold, hold.influencer.user, words, moment)
    return row


def decide(*, appeal: Appeal, by: User, is_granted: bool, answer: str, now: datetime | None = None) -> Appeal:
    """Grant it and release, or refuse it and take the money away. Not for whoever held or found, and not for herself."""
    moment = now or timezone.now()
    hold = appeal.hold
    finding = Finding.objects.filter(hold=hold).first()
    if by.pk in {hold.opened_by_id, finding.by_id if finding else None, hold.influencer.user_id}:
        raise NotAllowed(_("Somebody who did not hold it decides about an appeal."))
    with transaction.atomic():
        outcome = Appeal.Outcome.GRANTED if is_granted else Appeal.Outcome.REFUSED
        told = Appeal.objects.filter(pk=appeal.pk, outcome="", hold__released_at__isnull=True)
        if not told.update(outcome=outcome, decided_by=by, answer=answer, decided_at=moment):
            raise AlreadyDone(_("Somebody has decided about it already."))
        if is_granted:
            holding.release(hold=hold, by=by, note=answer, now=moment)
        else:
            _remove(hold, by, answer, moment)
        _tell(hold, "appeal_decided", outcome=outcome, answer=answer)
    appeal.refresh_from_db()
    return appeal


def remove_due(*, now: datetime | None = None, limit: int = 500) -> int:
    """Take away what was found against creators who did not appeal in time; returns how many."""
    moment = now or timezone.now()
    rows = Finding.objects.filter(appeal_until__lte=moment, hold__released_at__isnull=True, hold__appeal__isnull=True)
    removed = 0
    for row in rows.select_related("hold__influencer__user", "by").order_by("appeal_until")[:limit]:
        try:
            with transaction.atomic():
                _remove(row.hold, row.by, row.words, moment)
        except AlreadyDone:
            continue
        removed += 1
    return removed


def _open(hold: Hold) -> None:
    """Lock the hold's line, as holding and releasing do. Raises AlreadyDone where it is no longer held."""
    OrderLine.objects.select_for_update().get(pk=hold.line_id)
    if not Hold.objects.filter(pk=hold.pk, released_at__isnull=True).exists():
        raise AlreadyDone(_("It is no longer held."))


def _remove(hold: Hold, by: User, words: str, moment: datetime) -> None:
    line = OrderLine.objects.select_for_update().get(pk=hold.line_id)
    if not Hold.objects.filter(pk=hold.pk, released_at__isnull=True).update(released_at=moment):
        raise AlreadyDone(_("It is no longer held."))
    entries = ledger.locked([line]).get((line.pk, hold.influencer_id), [])
    amount = ledger.standing_of(entries).held
    if amount > 0:
        entry = Entry(
            influencer_id=hold.influencer_id, line_id=line.pk, kind=Entry.Kind.REVERSAL, sequence=-hold.pk, debit=Account.HELD,
            credit=Account.PROGRAMME, amount_minor=amount, currency=entries[0].currency, reason=hold.reason, created_at=moment,
        )  # fmt: skip
        booking.book([entry])
    _act(Act.Kind.REMOVED, hold, by, words, moment)
    _tell(hold, "hold_removed", words=words, amount_minor=amount, currency=entries[0].currency if entries else "")


def _act(kind: str, hold: Hold, by: User, words: str, moment: datetime) -> None:
    Act.objects.create(kind=kind, actor=by, influencer_id=hold.influencer_id, hold=hold, note=words[:300], at=moment)


def _tell(hold: Hold, kind: str, **more: object) -> None:
    data = {"product": hold.line.name, "reason": hold.reason, **more}
    notify(
        recipient=hold.influencer.user, kind=kind, data=data, url=reverse("commissions:receipt", args=[hold.line_id])
    )
