"""Background work of the programme."""

from celery import shared_task

from influencers.services import inviting


@shared_task
def invite_back() -> None:
    """Invite who was declined for reach and whose numbers cross the line now."""
    inviting.invite_ready()
