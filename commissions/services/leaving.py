"""Verbs of a creator who leaves: her money first, then what tells where it went."""

from collections.abc import Sequence

from django.db.models import Q

from accounts.models import User
from commissions.models import Balance, Payee, Payout, ProviderEvent
from commissions.services.payees import set_closing
from influencers.models import Influencer


def money_left(user: User) -> list[Balance]:
    """Balances with money that has not reached her."""
    some = Q(pending__gt=0) | Q(held__gt=0) | Q(cleared__gt=0) | Q(in_payout__gt=0)
    return list(Balance.objects.filter(some, influencer__user=user).order_by("currency"))


def without_a_way(user: User, balances: Sequence[Balance]) -> list[str]:
    """Currencies in which she has money and nowhere to send it."""
    ready = Payee.objects.filter(influencer__user=user, state=Payee.State.READY).values_list("currency", flat=True)
    return [row.currency for row in balances if row.currency not in set(ready)]


def pay_everything(user: User, *, on: bool) -> None:
    """Send all she has with the next runs whatever the minimum, or no longer."""
    creator = Influencer.objects.filter(user=user).first()
    if creator:
        set_closing(influencer=creator, is_closing=on)


def forget(user: User) -> None:
    """Before her rows lose her: bank details of payouts that have ended, and what the provider told of her account."""
    payouts = Payout.objects.filter(influencer__user=user)
    # The provider's own number of her account stays with the payout: the daily comparison with the provider asks for it.
    ended = payouts.filter(state__in=[Payout.State.PAID, Payout.State.FAILED], method=Payee.Method.BANK)
    ended.update(destination="")
    accounts = set(
        Payee.objects.filter(influencer__user=user).exclude(reference="").values_list("reference", flat=True)
    )
    ProviderEvent.objects.filter(subject__in=accounts).update(body="", subject="")
    transfers = set(payouts.exclude(reference="").values_list("reference", flat=True))
    ProviderEvent.objects.filter(subject__in=transfers).update(body="")
