"""Creators with cleared money, and a local Stripe."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from commissions.models import Payee
from commissions.services import deciding, ledger
from influencers.models import Influencer
from orders.models import OrderLine
from tests.cast import Mei
from tests.commissions import stripe_server
from tests.factories.commissions import PayeeFactory
from tests.factories.orders import OrderFactory, OrderLineFactory

Earn = Callable[..., OrderLine]


@pytest.fixture
def earn(mei: Mei, lina: User) -> Earn:
    """``earn(60_000)``: Mei's page sold something for so much, and its 7 % have cleared (``cleared=False``: are pending)."""

    def earn(
        price: int, *, cleared: bool = True, influencer: Influencer | None = None, currency: str = "USD"
    ) -> OrderLine:
        line = OrderLineFactory(
            order=OrderFactory(user=lina, currency=currency), influencer=influencer or mei.influencer, unit_price_minor=price
        )  # fmt: skip
        deciding.accrue_for(line.order)
        if cleared:
            at = timezone.now() - timedelta(days=31)
            OrderLine.objects.filter(pk=line.pk).update(shipped_at=at, returnable_until=at + timedelta(days=30))
            ledger.clear_for(line.order)
        line.refresh_from_db()
        return line

    return earn


@pytest.fixture
def at_bank(mei: Mei) -> Payee:
    return PayeeFactory(influencer=mei.influencer)


@pytest.fixture
def stripe(settings: object) -> Iterator[stripe_server.State]:
    with stripe_server.running() as state:
        settings.STRIPE_SECRET_KEY = "sk_test_local"  # type: ignore[attr-defined]
        settings.STRIPE_WEBHOOK_SECRET = "whsec_local"  # type: ignore[attr-defined]
        settings.STRIPE_API_BASE = state.url  # type: ignore[attr-defined]
        yield state


def at_stripe(state: stripe_server.State, influencer: Influencer, currency: str = "USD") -> Payee:
    """A payee whose account at the local Stripe takes transfers."""
    account = stripe_server.account(state, {"country": "DE"})
    account.update(payouts_enabled=True, capabilities={"transfers": "active"})
    return Payee.objects.create(
        influencer=influencer, currency=currency, method="stripe", state="ready", country="DE", name="Mei Tanaka",
        reference=account["id"],
    )  # fmt: skip
