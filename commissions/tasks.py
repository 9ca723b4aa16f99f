"""Background work of the ledger: ids in, one service call."""

from celery import shared_task

from commissions import services
from commissions.qualifying import report_sales
from orders.models import Order


@shared_task
def accrue_order(pk: int) -> None:
    """An order was paid."""
    order = Order.objects.get(pk=pk)
    services.accrue_for(order)
    report_sales(order)


@shared_task
def clear_order(pk: int) -> None:
    """An order was shipped: what cannot be returned clears now, the rest when the sweep finds its window ended."""
    services.clear_for(Order.objects.get(pk=pk))


@shared_task
def reverse_order(pk: int) -> None:
    """Something of an order was refunded."""
    order = Order.objects.get(pk=pk)
    services.reverse_for(order)
    report_sales(order)


@shared_task
def sweep() -> None:
    """Whatever lost messages left."""
    services.sweep()
    report_sales()
