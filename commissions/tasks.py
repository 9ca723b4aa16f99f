"""Background work of the ledger and its payouts: ids in, one service call."""

from celery import shared_task

from commissions.models import ProviderEvent
from commissions.qualifying import report_sales
from commissions.services import (
    announcing,
    deciding,
    holding,
    ledger,
    nightly,
    payouts,
    reconciling,
    sweeping,
    watching,
)
from orders.models import Order, OrderLine


@shared_task
def accrue_order(pk: int) -> None:
    """An order was paid."""
    order = Order.objects.get(pk=pk)
    deciding.accrue_for(order)
    watching.hold_adverts(OrderLine.objects.filter(order=order))
    report_sales(order)


@shared_task
def clear_order(pk: int) -> None:
    """An order was shipped: what cannot be returned clears now, the rest when the sweep finds its window ended."""
    ledger.clear_for(Order.objects.get(pk=pk))


@shared_task
def reverse_order(pk: int) -> None:
    """Something of an order was refunded."""
    order = Order.objects.get(pk=pk)
    ledger.reverse_for(order)
    report_sales(order)


@shared_task
def release_held(pk: int) -> None:
    """A creator's suspension is over."""
    holding.release_lifted(influencer_pk=pk)


@shared_task
def sweep() -> None:
    """Whatever lost messages left, and holds past their deadline."""
    sweeping.sweep()
    report_sales()


@shared_task
def run_payouts() -> None:
    """The weekly run, when it is due and was not made."""
    payouts.run_due()


@shared_task
def send_payouts() -> None:
    """What is ready goes out; the provider's news that a lost message left are looked at."""
    payouts.send_due()
    reconciling.answer_events()


@shared_task
def answer_event(pk: int) -> None:
    """The provider has told something."""
    reconciling.answer_event(event=ProviderEvent.objects.get(pk=pk))


@shared_task
def check() -> None:
    """Once a day: old debts, the ledger's proof, the comparison with the provider."""
    nightly.run()


@shared_task
def tell_rate_change(pk: int) -> None:
    """A change of the rate card was announced."""
    announcing.tell_change(rate_pk=pk)


@shared_task
def tell_invitation(pk: int) -> None:
    """A creator is invited to a campaign."""
    announcing.tell_invitation(invitation_pk=pk)


@shared_task
def tell_rate_changes() -> None:
    """Changes and invitations of which a lost message told nobody."""
    announcing.tell_changes()
    announcing.tell_invitations()
