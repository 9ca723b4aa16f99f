"""Why an account cannot be closed now, with the words for the page."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from catalog.models import Seller


class MustStay(Exception):
    """Something must be done before the account can be closed. Nothing was changed."""


class NowhereToPay(MustStay):
    """She has money, and we do not know where to send it."""

    def __init__(self, currencies: Sequence[str]) -> None:
        self.currencies = list(currencies)
        super().__init__(
            _("You have earned money in %(currencies)s that is not paid out. Say first where it should go.")
            % {"currencies": ", ".join(currencies)}
        )


class ShopLeftAlone(MustStay):
    """Nobody else works at a desk that has something to send."""

    def __init__(self, sellers: Sequence[Seller]) -> None:
        super().__init__(
            _(
                "You are the only one at the desk of %(sellers)s, and paid orders wait there. Send them, or ask for a colleague."
            )
            % {"sellers": ", ".join(seller.name for seller in sellers)}
        )
