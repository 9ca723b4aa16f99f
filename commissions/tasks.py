"""Background work of the ledger: ids in, one service call."""

from celery import shared_task

from commissions.services import deciding, ledger, sweeping
from orders.models import Order


@shared_task
def accrue_order(pk: int) -> None:
    """An order was paid."""
    deciding.accrue_for(Order.objects.get(pk=pk))


@shared_task
def clear_order(pk: int) -> None:
    """An order was shipped: what cannot be returned clears now, the rest when the sweep finds its window ended."""
    ledger.clear_for(Order.objects.get(pk=pk))


@shared_task
def reverse_order(pk: int) -> None:
    """Something of an order was refunded."""
    ledger.reverse_for(Order.objects.get(pk=pk))


@shared_task
def sweep() -> None:
    """Whatever lost messages left."""
    sweeping.sweep()
