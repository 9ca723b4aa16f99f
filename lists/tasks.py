"""Background work of lists: reservations that end, reminders, news of prices, gifts that were paid."""

from celery import shared_task

from lists.services import giving, keeping, watching
from lists.services.buying import settle, settle_lost


@shared_task
def sweep() -> None:
    """Let go what was held too long, remind, and find gifts whose message was lost."""
    giving.release_expired()
    giving.remind()
    giving.tell_of_removals()
    settle_lost()


@shared_task
def watch() -> None:
    """Tell of lower prices and of what can be had again; delete pictures that nothing shows any more."""
    watching.tell_of_prices()
    watching.tell_of_stock()
    keeping.delete_pictures()


@shared_task
def settle_order(pk: int) -> None:
    """An order was paid: the claims that it names are bought."""
    settle(order_pk=pk)
