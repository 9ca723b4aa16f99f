"""Verbs of payees: where a creator's money goes, and whether it can go there."""

import json
import re
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.profile import tell_birth
from commissions.errors import BadDetails, NotAllowed
from commissions.models import Act, Payee
from commissions.providers import NOT_AT_STRIPE, Stripe, is_stripe_on
from core.sealing import seal, unseal
from influencers.models import Influencer
from notifications.services import notify

IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
ACCOUNT = re.compile(r"[A-Z0-9]{4,34}")
OLDEST = date(1900, 1, 1)
BANK_CODE = re.compile(r"[A-Z0-9]{3,14}")


def is_iban(text: str) -> bool:
    """Its check digits are right (ISO 13616, remainder 1 by 97)."""
    if not IBAN.fullmatch(text):
        return False
    digits = "".join(str(int(letter, 36)) for letter in text[4:] + text[:4])
    return int(digits) % 97 == 1


def sealed_details(account: str, bank_code: str) -> str:
    """Bank details as they may be stored. Raises BadDetails."""
    account, bank_code = (re.sub(r"[\s-]", "", text).upper() for text in (account, bank_code))
    if not ACCOUNT.fullmatch(account):
        raise BadDetails("account", _("Enter the account number or IBAN: 4 to 34 letters and digits."))
    if IBAN.match(account) and not is_iban(account):
        raise BadDetails("account", _("This IBAN is not right: a digit is wrong or two have changed places."))
    if bank_code and not BANK_CODE.fullmatch(bank_code):
        raise BadDetails(
            "bank_code", _("Enter the bank's code (BIC, routing or sort code): 3 to 14 letters and digits.")
        )
    if not bank_code and not IBAN.match(account):
        raise BadDetails("bank_code", _("Enter the bank's code: this account number is no IBAN."))
    return seal(json.dumps({"account": account, "bank_code": bank_code}))


def opened(sealed: str) -> dict[str, str]:
    """Bank details to be read by the one who sends money; the caller writes down that they were read."""
    details: dict[str, str] = json.loads(unseal(sealed))
    return details


def _check_age(user: User, born_on: date | None) -> None:
    """Nobody under 18 is paid out, nor anybody of whom we do not know. What she says of it first is kept: saying another day
    after a refusal makes nobody older."""
    if user.born_on is None and born_on and OLDEST <= born_on < timezone.localdate():
        tell_birth(user=user, born_on=born_on)
    if user.born_on is None:
        raise BadDetails("born_on", _("Enter your date of birth: only people of 18 and over can be paid."))
    if user.is_young(timezone.localdate()):
        raise NotAllowed(_("You can be paid from your 18th birthday. Until then your balance is kept for you."))


def set_up(
    *, influencer: Influencer, currency: str, method: str, country: str, name: str, account: str = "",
    bank_code: str = "", born_on: date | None = None, now: datetime | None = None,
) -> Payee:  # fmt: skip
    """Say where money in one currency goes. Payouts that were made before keep their own destination. Raises BadDetails, NotAllowed."""
    moment = now or timezone.now()
    _check_age(influencer.user, born_on)
    with transaction.atomic():
        return _set_up(influencer, currency, method, country, name, account, bank_code, moment)


def _set_up(
    influencer: Influencer, currency: str, method: str, country: str, name: str, account: str, bank_code: str, moment: datetime
) -> Payee:  # fmt: skip
    user = influencer.user
    if method == Payee.Method.STRIPE and (currency in NOT_AT_STRIPE or not is_stripe_on()):
        raise BadDetails(
            "method", _("Stripe does not pay %(currency)s here. Choose a bank transfer.") % {"currency": currency}
        )
    before = Payee.objects.select_for_update().filter(influencer=influencer, currency=currency).first()
    fields = {"method": method, "country": country, "name": name, "changed_at": moment}
    if method == Payee.Method.BANK:
        sealed = sealed_details(account, bank_code)
        ending = re.sub(r"[\s-]", "", account).upper()[-4:]
        fields |= {"sealed": sealed, "ending": ending, "reference": "", "state": Payee.State.READY}
    else:
        # An account that she has at Stripe for another currency serves for this one, too.
        other = Payee.objects.filter(influencer=influencer, country=country).exclude(reference="").first()
        state = other.state if other else Payee.State.SETTING_UP
        fields |= {"sealed": "", "ending": "", "reference": other.reference if other else "", "state": state}
    payee, _made = Payee.objects.update_or_create(influencer=influencer, currency=currency, defaults=fields)
    Act.objects.create(
        kind=Act.Kind.PAYEE_CHANGED, actor=user, influencer=influencer, at=moment, note=currency,
        before=before.method if before else "", after=method,
    )  # fmt: skip
    # Told by mail, too: somebody else with her password would change this first.
    data = {"currency": currency, "ending": payee.ending, "method": payee.get_method_display()}
    notify(recipient=user, kind="payee_changed", data=data, url=reverse("commissions:payouts"))
    return payee


def stripe_link(payee: Payee) -> str:
    """Where she goes on at Stripe, which is asked outside any transaction. Raises ProviderAway."""
    provider = Stripe()
    if not payee.reference:
        key = f"payee-{payee.influencer_id}-{payee.country}"
        account = provider.open_account(key=key, country=payee.country, email=payee.influencer.user.email)
        Payee.objects.filter(pk=payee.pk, reference="").update(reference=account)
        payee.refresh_from_db()
    return provider.setup_link(account=payee.reference, back=settings.SITE_URL + reverse("commissions:payouts"))


def refresh(reference: str) -> None:
    """Ask Stripe how an account stands; news may come twice or in any order, its answer is what counts. Raises ProviderAway."""
    rows = Payee.objects.filter(method=Payee.Method.STRIPE, reference=reference).exclude(reference="")
    if not rows.exists():
        return
    ready = Stripe().is_ready(reference)
    if ready:
        rows.exclude(state=Payee.State.READY).update(state=Payee.State.READY)
    else:
        rows.filter(state=Payee.State.READY).update(state=Payee.State.NEEDS_CHANGE)


def set_closing(*, influencer: Influencer, is_closing: bool) -> None:
    """Pay everything out with the next run whatever the minimum, or no longer."""
    Payee.objects.filter(influencer=influencer).update(is_closing=is_closing)
