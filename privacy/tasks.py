"""Background work of privacy: copies that are owed, copies whose week is over, accounts whose time to come back is."""

from celery import shared_task

from privacy.services import copying, erasing


@shared_task
def make_copy(pk: int) -> None:
    """Make one copy. Running late or twice changes nothing."""
    copying.make(pk=pk)


@shared_task
def sweep() -> None:
    """What a lost message left, and what is due by the clock."""
    copying.make_owed()
    copying.let_go()
    erasing.erase_due()
