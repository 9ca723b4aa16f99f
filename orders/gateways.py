"""How money is asked for: one interface, and the test gateway that moves none."""

import secrets
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from core.sealing import keyed_hash


@dataclass(frozen=True, slots=True)
class Charge:
    """What a gateway answered: ``succeeded``, ``needs_step`` or ``failed`` with its words, and its own reference."""

    outcome: str
    reference: str
    failure: str = ""
    words: str = ""
    # The same for two charges of one card; "" where that is not known.
    fingerprint: str = ""


class Gateway(Protocol):
    """What buying needs of a payment provider. Card data passes through and is never kept."""

    name: str

    def charge(self, *, amount_minor: int, currency: str, card: str, key: str) -> Charge:
        """Ask for an amount; the key makes asking twice one charge."""

    def confirm(self, *, reference: str, accepted: bool) -> Charge:
        """The buyer answered the further step."""

    def refund(self, *, reference: str, amount_minor: int, key: str) -> None:
        """Give money back; the key makes asking twice one refund."""


class TestGateway:
    """A gateway for trying out: the card number decides. No money moves, nothing is sent anywhere."""

    __test__ = False
    name = "test"
    DECLINED = "4000000000000002"
    NO_FUNDS = "4000000000009995"
    NEEDS_STEP = "4000002500003155"
    SUCCEEDS = "4242424242424242"
    # Succeeds and is somebody's own: the numbers above are everybody's, so that two who use one are not one household.
    OWN = "4000000000000077"

    def charge(self, *, amount_minor: int, currency: str, card: str, key: str) -> Charge:
        reference = f"test_{secrets.token_hex(12)}"
        if card == self.SUCCEEDS:
            return Charge("succeeded", reference)
        if card == self.OWN:
            return Charge("succeeded", reference, fingerprint=keyed_hash("card", card))
        if card == self.NEEDS_STEP:
            return Charge("needs_step", reference)
        if card == self.NO_FUNDS:
            words = _("There is not enough money on this card. Nothing was charged. Try another card.")
            return Charge("failed", reference, "insufficient_funds", words)
        words = _("Your bank declined the card. Nothing was charged. Try another card.")
        return Charge("failed", reference, "declined", words)

    def confirm(self, *, reference: str, accepted: bool) -> Charge:
        if accepted:
            return Charge("succeeded", reference)
        words = _("You did not confirm the payment. Nothing was charged. Try again or use another card.")
        return Charge("failed", reference, "not_confirmed", words)

    def refund(self, *, reference: str, amount_minor: int, key: str) -> None:
        """Nothing moved, so nothing moves back."""


def gateway() -> Gateway:
    """The gateway of this site. Raises ImproperlyConfigured where the test gateway is not allowed."""
    if settings.PAYMENT_GATEWAY == "test" and settings.ALLOW_TEST_GATEWAY:
        return TestGateway()
    raise ImproperlyConfigured(
        "No payment gateway: set PAYMENT_GATEWAY=test with ALLOW_TEST_GATEWAY=1 to try the shop out."
    )
