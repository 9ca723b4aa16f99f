"""Verbs of closing: what stands in the way, close, come back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.leaving import hide, show
from commissions.models import Balance
from commissions.services.leaving import money_left, pay_everything, without_a_way
from notifications.services import send_mail
from orders.services.leaving import parcels_under_way, shops_left_alone
from privacy.errors import MustStay, NowhereToPay, ShopLeftAlone
from privacy.models import Closing

GRACE_DAYS = 14
PARCELS, MONEY = "parcels", "money"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is still between her and the shop."""

    # What she must do first.
    refusals: list[MustStay]
    # What is waited for before anything is erased.
    parcels: int
    money: list[Balance]

    @property
    def waits_for(self) -> str:
        """What erasure waits for; empty when nothing."""
        return PARCELS if self.parcels else MONEY if self.money else ""


def standing(user: User) -> Standing:
    """What stands in the way of closing, and of erasing afterwards."""
    money = money_left(user)
    refusals: list[MustStay] = []
    if currencies := without_a_way(user, money):
        refusals.append(NowhereToPay(currencies))
    if sellers := shops_left_alone(user):
        refusals.append(ShopLeftAlone(sellers))
    return Standing(refusals=refusals, parcels=parcels_under_way(user), money=money)


def close(*, user: User, now: datetime | None = None) -> Closing:
    """Hide her from everybody at once, and erase her after two weeks in which she may come back. Raises MustStay."""
    moment = now or timezone.now()
    for refusal in standing(user).refusals:
        raise refusal
    try:
        with transaction.atomic():
            row = Closing.objects.create(user=user, asked_at=moment, due_at=moment + timedelta(days=GRACE_DAYS))
            hide(user)
            pay_everything(user, on=True)
            send_mail(
                kind="account_closed", to=user.email, language=user.language, key=f"closing-{row.pk}",
                data={"day": row.due_at.date().isoformat(), "days": GRACE_DAYS, "url": "/account/login/"},
            )  # fmt: skip
            end_sessions(user)
            return row
    except IntegrityError:
        return Closing.objects.open().get(user=user)


@transaction.atomic
def come_back(*, user: User, now: datetime | None = None) -> bool:
    """Everything is as it was. False when nothing was closed, or it is too late."""
    if not Closing.objects.open().filter(user=user).update(returned_at=now or timezone.now(), waits_for=""):
        return False
    show(user)
    pay_everything(user, on=False)
    return True


def end_sessions(user: User) -> int:
    """End every session of hers; returns how many. What is stored says only inside whose it is, so each is opened."""
    ended = [
        row.session_key
        for row in Session.objects.iterator(chunk_size=1000)
        if row.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    Session.objects.filter(session_key__in=ended).delete()
    return len(ended)
