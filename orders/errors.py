"""What buying refuses, with the words for the page."""

from django.utils.translation import gettext as _


class OrderError(Exception):
    """Something about a cart or an order that was refused; its text says what to do."""


class SoldOut(OrderError):
    """There is not that much of a variant."""

    def __init__(self, name: str, left: int) -> None:
        if left > 0:
            text = _("Only %(left)s of %(name)s are left. Lower the quantity.") % {"left": left, "name": name}
        else:
            text = _("%(name)s is sold out. Remove it to go on.") % {"name": name}
        super().__init__(text)
        self.left = left


class NotOnSale(OrderError):
    """The product was withdrawn."""

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s is no longer on sale. Remove it to go on.") % {"name": name})


class OtherCurrency(OrderError):
    """A cart is paid in one currency."""

    def __init__(self, currency: str) -> None:
        text = _("Your cart is in %(currency)s. Pay for it first, then add this.") % {"currency": currency}
        super().__init__(text)


class BadQuantity(OrderError):
    """A quantity is a whole number from 1 to 99."""

    def __init__(self) -> None:
        super().__init__(_("Choose a quantity from 1 to 99."))


class BadCode(OrderError):
    """No active creator has the code, or it is the buyer's own."""


class EmptyCart(OrderError):
    """There is nothing to pay for."""

    def __init__(self) -> None:
        super().__init__(_("Your cart is empty."))


class PriceChanged(OrderError):
    """The total is not what the page showed; nothing was charged."""

    def __init__(self) -> None:
        super().__init__(
            _("A price changed while you were here. Nothing was charged: check the new total and pay again.")
        )


class PaymentFailed(OrderError):
    """The gateway refused; nothing was charged."""


class AlreadyDone(OrderError):
    """Somebody did this already, or it can no longer be done."""


class BadRefund(OrderError):
    """The amount is not above zero or is more than is left of the line."""
