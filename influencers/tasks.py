"""Background work of the programme: figures are fetched, proofs are tidied, people are invited back."""

from celery import shared_task

from influencers.models import Connection, Influencer
from influencers.services import conduct, inviting, measuring, probation, proving, reviewing


@shared_task
def invite_back() -> None:
    """Invite who was declined for reach and whose numbers cross the line now."""
    inviting.invite_ready()


@shared_task
def measure(pk: int) -> None:
    """Fetch one account's figures, if they are due."""
    measuring.measure(connection_pk=pk)


@shared_task
def measure_due() -> None:
    """Start a fetch for every account that is due: each night for all, and what an earlier message lost."""
    for pk in measuring.due_pks():
        measure.delay(pk)


@shared_task
def tidy_proofs() -> None:
    """Delete states, tries, codes and pictures that have had their time."""
    proving.tidy()


@shared_task
def settle() -> None:
    """Make final, and tell, what was decided and not undone."""
    reviewing.settle_decisions()


@shared_task
def welcome_proof(pk: int) -> None:
    """An account was proved: who was suspended for want of a proof is back."""
    for influencer in Influencer.objects.filter(user__in=Connection.objects.proved().filter(pk=pk).values("user")):
        conduct.come_back(influencer=influencer)


@shared_task
def watch_over() -> None:
    """What the clock does to creators: reminders, ends of probations, proofs and sanctions."""
    probation.tend()
    conduct.remind_of_proofs()
    conduct.look_at_proofs()
    conduct.end_due()
