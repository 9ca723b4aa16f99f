"""Background work of Sparks: those that wait for their hour, films and pictures that are to be drawn, badges."""

from celery import shared_task
from django.utils import timezone

from sparks.services import films, heating, helping, polls, posting, sharing


@shared_task
def publish_due() -> None:
    """Post what is due. Running late or twice changes nothing."""
    posting.publish_due()


@shared_task
def draw_film(pk: int) -> None:
    """Draw one film as every browser plays it."""
    films.draw(pk)


@shared_task
def draw_share(pk: int) -> None:
    """Draw the picture by which a Spark is shared."""
    sharing.draw(pk)


@shared_task
def draw_lost() -> None:
    """Draw the films and pictures whose message was lost."""
    films.draw_lost()
    sharing.draw_lost()


@shared_task
def refresh_heat() -> None:
    """Score anew what was stirred or is due."""
    heating.refresh()


@shared_task
def tend() -> None:
    """Once a day: charts, a look at everything, a question to who has had a thing for months, pictures let go."""
    heating.take_charts(timezone.localdate())
    heating.stir_all()
    polls.ask_again()
    posting.forget_photos()


@shared_task
def renew_badges() -> None:
    """Reckon every badge anew."""
    helping.renew_badges()
