"""The appeal of who was declined for proven fraud: she writes once, somebody who never decided about her answers.

Granted, the finding is taken back and her application waits again at its old place, for everybody but who declined it.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from influencers import conduct
from influencers.errors import AppealClosed, MissingText, NothingToDecide, NotYours
from influencers.models import Appeal, Application, ApplicationEvent
from influencers.services.events import record, tell

State, Kind = Application.State, ApplicationEvent.Kind


@transaction.atomic
def appeal(*, application: Application, text: str, now: datetime | None = None) -> Appeal:
    """She has another person look at the finding. Raises MissingText, AppealClosed."""
    moment, text = now or timezone.now(), text.strip()
    if not text:
        raise MissingText
    found = Application.objects.select_for_update().filter(
        pk=application.pk, state=State.DECLINED, reason=Application.Reason.FRAUD
    )
    declined = found.first()
    if declined is None or declined.decided_by_id is None:
        raise AppealClosed
    try:
        with transaction.atomic():
            row = Appeal.objects.create(
                application=declined,
                against_id=declined.decided_by_id,
                finding=declined.note,
                words=text[:2000],
                at=moment,
            )
    except IntegrityError:
        raise AppealClosed from None
    record(declined, actor=declined.user, kind=Kind.APPEALED, before=State.DECLINED, after=State.DECLINED, note=text, at=moment)  # fmt: skip
    return row


@transaction.atomic
def decide(*, appeal_pk: int, by: User, is_granted: bool, words: str, now: datetime | None = None) -> Appeal:
    """Answer an appeal. Raises MissingText, NotYours, NothingToDecide."""
    moment, words = now or timezone.now(), words.strip()
    row = Appeal.objects.select_related("application__user").get(pk=appeal_pk)
    if not words:
        raise MissingText
    if not may_answer(row, by):
        raise NotYours
    outcome = Appeal.Outcome.GRANTED if is_granted else Appeal.Outcome.REFUSED
    waiting = Appeal.objects.waiting().filter(pk=appeal_pk)
    if not waiting.update(outcome=outcome, decided_by=by, answer=words[:2000], decided_at=moment):
        raise NothingToDecide
    if is_granted:
        Application.objects.filter(pk=row.application_id, state=State.DECLINED).update(
            state=State.SUBMITTED, reason="", note="", decided_by=None, decided_at=None, reapply_on=None, first_by=None,
            first_at=None, held_by=None, held_until=None,
        )  # fmt: skip
    row.refresh_from_db()
    application = Application.objects.select_related("user").get(pk=row.application_id)
    kind = Kind.APPEAL_GRANTED if is_granted else Kind.APPEAL_REFUSED
    record(application, actor=by, kind=kind, before=State.DECLINED, after=application.state, note=words, at=moment)
    tell(application, "application_appeal", outcome=outcome, answer=row.answer)
    return row


def may_answer(row: Appeal, person: User) -> bool:
    """She neither applied, nor declined or answered an appeal about this application before."""
    earlier = Appeal.objects.filter(application=row.application_id).values_list("against", "decided_by")
    decided = tuple(pk for pair in earlier for pk in pair)
    return conduct.may_judge(person.pk, subject=row.application.user_id, decided=decided)
