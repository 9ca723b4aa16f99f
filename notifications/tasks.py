"""Sending in the background."""

from celery import shared_task

from notifications import services


@shared_task
def send(pk: int) -> None:
    """Send one owed mail."""
    services.deliver(pk)


@shared_task
def sweep() -> None:
    """Send what a lost message or a failure left."""
    services.deliver_owed()
