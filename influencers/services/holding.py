"""Who has a case open. One conditional UPDATE takes it: of two reviewers who open it at once exactly one holds it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from influencers.desk import DESK
from influencers.errors import AlreadyDecided, HeldByAnother, NotYours, OwnApplication
from influencers.models import Application, ApplicationEvent
from influencers.services.events import record

State = Application.State


@transaction.atomic
def hold(*, application_pk: int, reviewer: User) -> Application:
    """Take the case for some minutes, or as many more. Raises HeldByAnother, AlreadyDecided, OwnApplication, NotYours.

    Taking it is written down once; holding it longer is not.
    """
    now = timezone.now()
    until = now + timedelta(minutes=DESK.hold_minutes)
    mine = Application.objects.filter(
        pk=application_pk, state=State.SUBMITTED, verdict="", held_by=reviewer, held_until__gt=now
    )
    is_renewed = bool(mine.decidable_by(reviewer.pk).update(held_until=until))
    if not is_renewed:
        free = Application.objects.filter(pk=application_pk, state=State.SUBMITTED, verdict="")
        free = free.decidable_by(reviewer.pk)
        if not free.free_for(reviewer.pk, now).update(held_by=reviewer, held_until=until):
            refuse(application_pk, reviewer, now)
    application = Application.objects.select_related("user", "held_by").get(pk=application_pk)
    if not is_renewed:
        record(
            application,
            actor=reviewer,
            kind=ApplicationEvent.Kind.HELD,
            before=State.SUBMITTED,
            after=State.SUBMITTED,
            at=now,
        )
    return application


@transaction.atomic
def release(*, application_pk: int, reviewer: User, until: datetime) -> bool:
    """Give the case back. ``until`` says which hold is meant: a window that closes late ends none that was taken since."""
    held = Application.objects.filter(pk=application_pk, held_by=reviewer, held_until=until)
    if not held.update(held_by=None, held_until=None):
        return False
    application = Application.objects.get(pk=application_pk)
    record(
        application,
        actor=reviewer,
        kind=ApplicationEvent.Kind.RELEASED,
        before=application.state,
        after=application.state,
    )
    return True


def refuse(application_pk: int, reviewer: User, now: datetime) -> None:
    """Raise the error that says why this reviewer may not change the case now."""
    application = Application.objects.select_related("held_by").get(pk=application_pk)
    if application.user_id == reviewer.pk:
        raise OwnApplication
    if application.appeals.filter(against=reviewer).exists():
        raise NotYours
    if application.state != State.SUBMITTED or application.verdict:
        raise AlreadyDecided(State(application.verdict or application.state).label)
    holder, until = application.held_by, application.held_until
    if holder is not None and until is not None and until > now and holder.pk != reviewer.pk:
        raise HeldByAnother(holder.name, until)
    # It changed between the two looks: as it is now is what she must see.
    raise AlreadyDecided(application.get_state_display())
