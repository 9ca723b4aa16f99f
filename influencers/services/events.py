"""What every step of an application leaves behind: a line of its history and a notice to the applicant."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from influencers.desk import DESK
from influencers.models import Application, ApplicationEvent
from influencers.wording import plan_words
from notifications.services import notify


def record(
    application: Application,
    *,
    actor: User | None,
    kind: str,
    before: str,
    after: str,
    reason: str = "",
    note: str = "",
    at: datetime | None = None,
) -> None:
    """One line of the application's history; ``actor`` None: the site itself, by its policy or its clock."""
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


def tell(application: Application, kind: str, **more: str) -> None:
    """A notice to the applicant, with all that its words need; the growth plan as sentences of her language."""
    url = reverse("influencers:status")
    with override(application.user.language):
        plan = plan_words(application.score)
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
            "plan": plan,
            "clock_days": DESK.clock_days,
            "url": url,
            **more,
        },
        url=url,
    )
