"""Background work of buying: mails about an order, and stock that waited for a payment in vain."""

from typing import Any

from celery import shared_task

from notifications.services import send_mail
from orders.models import Order
from orders.services import gifts
from orders.services.checkout import release_unpaid as release


def _words(order: Order) -> dict[str, Any]:
    """What mails about the order say."""
    return {
        "number": order.number,
        "name": order.name,
        "url": order.get_absolute_url() if order.user_id else order.guest_url,
        "currency": order.currency,
        "total_minor": order.total_minor,
        "lines": [
            {"name": line.name, "option": line.option, "quantity": line.quantity, "total_minor": line.total_minor}
            for line in order.lines.order_by("pk")
        ],
    }


@shared_task
def send_receipt(pk: int) -> None:
    """The receipt of a paid order, once."""
    order = Order.objects.get(pk=pk)
    send_mail(kind="order_receipt", to=order.email, language=order.language, data=_words(order), key=f"receipt-{pk}")


@shared_task
def send_shipping_news(pk: int) -> None:
    """What is on its way; one mail for each moment at which more of the order is."""
    order = Order.objects.get(pk=pk)
    sent = order.lines.filter(shipped_at__isnull=False).count()
    send_mail(
        kind="order_shipped", to=order.email, language=order.language, data=_words(order), key=f"shipped-{pk}-{sent}"
    )


@shared_task
def send_refund_news(pk: int) -> None:
    """What was given back; one mail for each sum reached."""
    order = Order.objects.get(pk=pk)
    refunded = sum(order.lines.values_list("refunded_minor", flat=True))
    data = {**_words(order), "refunded_minor": refunded}
    send_mail(kind="order_refunded", to=order.email, language=order.language, data=data, key=f"refund-{pk}-{refunded}")


@shared_task
def release_unpaid() -> None:
    """Give the stock of orders that nobody paid back."""
    release()


@shared_task
def ask_receiver(pk: int) -> None:
    """A gift was paid: its receiver is asked where it may go, once."""
    gifts.ask_receiver(order_pk=pk)


@shared_task
def tend_gifts() -> None:
    """Ask whom a lost message did not reach, give back what nobody answered, delete addresses after delivery."""
    gifts.tend()
