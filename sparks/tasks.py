"""Background work of Sparks: those that wait for their hour, and films that are to be drawn."""

from celery import shared_task

from sparks.services import films, posting


@shared_task
def publish_due() -> None:
    """Post what is due. Running late or twice changes nothing."""
    posting.publish_due()


@shared_task
def draw_film(pk: int) -> None:
    """Draw one film as every browser plays it."""
    films.draw(pk)


@shared_task
def draw_lost() -> None:
    """Draw the films whose message was lost."""
    films.draw_lost()
