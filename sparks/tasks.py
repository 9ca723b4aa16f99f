"""Background work of Sparks: those that wait for their hour."""

from celery import shared_task

from sparks.services import posting


@shared_task
def publish_due() -> None:
    """Post what is due. Running late or twice changes nothing."""
    posting.publish_due()
