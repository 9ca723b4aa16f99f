"""How money is sent to creators: one interface, a bank transfer that people make, and Stripe Connect."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import stripe
from django.conf import settings
from django.utils.translation import gettext as _

from commissions.errors import ProviderAway

# Stripe counts these in other units than ISO 4217 (docs.stripe.com/currencies, special cases).
NOT_AT_STRIPE = {"ISK", "UGX", "BHD", "JOD", "KWD", "OMR", "TND"}
TIMEOUT_SECONDS = 10
# A signature older than this, or dated so far ahead, is refused.
TOLERANCE_SECONDS = 300
# What Stripe's codes mean to a creator. Those of ACCOUNT_FAILURES ask her for other details.
FAILURES = {
    "account_invalid": "account_closed",
    "account_closed": "account_closed",
    "balance_insufficient": "shop_is_short",
    "insufficient_capabilities_for_transfer": "account_restricted",
    "transfers_not_allowed": "account_restricted",
}
ACCOUNT_FAILURES = {"account_closed", "account_restricted", "no_such_account", "name_does_not_match"}


@dataclass(frozen=True, slots=True)
class Order:
    """What a provider is asked to send. The key is the payout's own and never changes."""

    key: str
    number: str
    amount_minor: int
    currency: str
    destination: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider did: ``paid`` with its reference, ``failed`` with a code, or ``people`` when somebody must do it by hand."""

    outcome: str
    reference: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer as the provider keeps it; ``key`` is the payout's that asked for it."""

    reference: str
    key: str
    amount_minor: int
    currency: str
    destination: str
    is_reversed: bool


class Provider(Protocol):
    """What paying out needs of a provider."""

    def send(self, order: Order) -> Answer:
        """Ask once more with the same key: it is one transfer. Raises ProviderAway when it is not known what happened."""

    def find(self, key: str) -> Transfer | None:
        """The transfer that was made for a payout. Raises ProviderAway."""

    def transfers(self, since: datetime) -> Iterator[Transfer]:
        """Every transfer for a payout of ours since then. Raises ProviderAway."""


class Bank:
    """A file for the bank that people download, and transfers that they mark as paid. Its truth is their word."""

    def send(self, order: Order) -> Answer:
        return Answer("people")

    def find(self, key: str) -> Transfer | None:
        return None

    def transfers(self, since: datetime) -> Iterator[Transfer]:
        return iter(())


class Stripe:
    """Stripe Connect by the official library: Express accounts, transfers to them, signed news."""

    def __init__(self) -> None:
        self.client = stripe.StripeClient(
            settings.STRIPE_SECRET_KEY,
            base_addresses={"api": settings.STRIPE_API_BASE},
            # Asking again is our own work, with the payout's key.
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        )

    def send(self, order: Order) -> Answer:
        try:
            made = self.client.v1.transfers.create(
                {
                    "amount": order.amount_minor, "currency": order.currency.lower(), "destination": order.destination,
                    "transfer_group": order.key, "description": order.number, "metadata": {"payout": order.key},
                },
                {"idempotency_key": order.key},
            )  # fmt: skip
        except stripe.InvalidRequestError as error:
            return Answer("failed", failure=FAILURES.get(error.code or "", "refused_by_provider"))
        except stripe.StripeError as error:
            # Away, too many requests, our own key refused, a failure of theirs: whether it was made is not known.
            raise ProviderAway from error
        return Answer("paid", reference=made.id)

    def find(self, key: str) -> Transfer | None:
        return next(self._listed({"transfer_group": key, "limit": 1}), None)

    def transfers(self, since: datetime) -> Iterator[Transfer]:
        return self._listed({"created": {"gte": int(since.timestamp())}, "limit": 100})

    def _listed(self, which: Any) -> Iterator[Transfer]:
        try:
            for row in self.client.v1.transfers.list(which).auto_paging_iter():
                key = row.metadata["payout"] if row.metadata and "payout" in row.metadata else ""
                if key:
                    yield Transfer(
                        row.id, key, row.amount, row.currency.upper(), str(row.destination),
                        is_reversed=row.reversed or row.amount_reversed > 0,
                    )  # fmt: skip
        except stripe.StripeError as error:
            raise ProviderAway from error

    def open_account(self, *, key: str, country: str, email: str) -> str:
        """A new Express account for a creator; the key makes asking twice one account. Raises ProviderAway."""
        try:
            account = self.client.v1.accounts.create(
                {
                    "type": "express", "country": country, "email": email, "metadata": {"payee": key},
                    "capabilities": {"transfers": {"requested": True}},
                },
                {"idempotency_key": key},
            )  # fmt: skip
        except stripe.InvalidRequestError as error:
            raise ProviderAway(
                _("Stripe does not pay to this country or person. Choose a bank transfer instead.")
            ) from error
        except stripe.StripeError as error:
            raise ProviderAway from error
        return account.id

    def setup_link(self, *, account: str, back: str) -> str:
        """Where the creator goes on at Stripe; it works once and for some minutes. Raises ProviderAway."""
        try:
            link = self.client.v1.account_links.create(
                {"account": account, "refresh_url": back, "return_url": back, "type": "account_onboarding"}
            )
        except stripe.StripeError as error:
            raise ProviderAway from error
        return link.url

    def is_ready(self, account: str) -> bool:
        """The account takes transfers and pays them out; a closed one does not. Raises ProviderAway."""
        try:
            found = self.client.v1.accounts.retrieve(account)
        except (stripe.InvalidRequestError, stripe.PermissionError):
            return False
        except stripe.StripeError as error:
            raise ProviderAway from error
        transfers = getattr(found.capabilities, "transfers", "") if found.capabilities else ""
        return bool(found.payouts_enabled) and transfers == "active"


def is_stripe_on() -> bool:
    """The site has a key for Stripe."""
    return bool(settings.STRIPE_SECRET_KEY)


def provider(method: str) -> Provider:
    """The provider of a payee's method."""
    return Stripe() if method == "stripe" else Bank()


@dataclass(frozen=True, slots=True)
class News:
    """A signed event: what happened, and the account or transfer that it is about."""

    event_id: str
    kind: str
    subject: str


class BadSignature(ValueError):
    """The event is not from Stripe, was altered, or is old."""


def read_event(body: bytes, signature: str) -> News:
    """A signed event of Stripe. Raises BadSignature for any other, and for one dated more than five minutes back or ahead."""
    if not settings.STRIPE_WEBHOOK_SECRET:
        raise BadSignature
    try:
        event = stripe.Webhook.construct_event(body, signature, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE_SECONDS)
        dated = int(dict(part.partition("=")[::2] for part in signature.split(","))["t"])
        subject = event["data"]["object"]["id"]
    except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadSignature from error
    if dated > time.time() + TOLERANCE_SECONDS:
        # The library looks back only.
        raise BadSignature
    return News(str(event["id"])[:80], str(event["type"])[:60], str(subject)[:80])
