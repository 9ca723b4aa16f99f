"""Where creators' money goes, and payouts as the desk sees them."""

import factory

from commissions.models import Payee, Payout
from core.sealing import seal
from tests.factories.influencers import InfluencerFactory


class PayeeFactory(factory.django.DjangoModelFactory):
    """A bank account in euros' land that takes dollars, ready."""

    class Meta:
        model = Payee

    influencer = factory.SubFactory(InfluencerFactory)
    currency = "USD"
    method = "bank"
    state = "ready"
    country = "DE"
    name = "Mei Tanaka"
    sealed = factory.LazyFunction(lambda: seal('{"account": "DE89370400440532013000", "bank_code": ""}'))
    ending = "3000"


class PayoutFactory(factory.django.DjangoModelFactory):
    """42.00 to that account, in a bank file. No entries: use ``payouts.run`` where the ledger matters."""

    class Meta:
        model = Payout

    payee = factory.SubFactory(PayeeFactory)
    influencer = factory.SelfAttribute("payee.influencer")
    currency = factory.SelfAttribute("payee.currency")
    amount_minor = 4_200
    covers_until = 0
    slot = "2026-11-27"
    method = factory.SelfAttribute("payee.method")
    destination = factory.SelfAttribute("payee.sealed")
    ending = factory.SelfAttribute("payee.ending")
    state = "sending"
    batch = "20261127-0a0b0c0d"
