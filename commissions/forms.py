"""Forms about payouts."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from commissions.models import Payee
from commissions.providers import is_stripe_on
from influencers.countries import country_choices
from influencers.models import Influencer

FAILURES = [
    ("no_such_account", _("There is no such account")),
    ("account_closed", _("The account is closed")),
    ("name_does_not_match", _("The name does not match the account")),
    ("refused_by_bank", _("The bank refused it")),
    ("sent_back", _("It was sent back")),
]


class PayeeForm(forms.Form):
    """Where a creator's money goes."""

    method = forms.ChoiceField(label=_("How do you want to be paid?"), choices=(), widget=forms.RadioSelect, error_messages={"required": _("Choose how you want to be paid")})  # fmt: skip
    country = forms.ChoiceField(
        label=_("Country of the account"), widget=forms.Select(attrs={"autocomplete": "country"}),
        error_messages={"required": _("Choose a country")},
    )  # fmt: skip
    name = forms.CharField(
        label=_("Name of the account's holder"), max_length=80, help_text=_("As the bank writes it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}), error_messages={"required": _("Enter the name")},
    )  # fmt: skip
    account = forms.CharField(
        label=_("Account number or IBAN"), max_length=50, required=False, help_text=_("For a bank transfer. Kept encrypted."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    bank_code = forms.CharField(
        label=_("Bank code"), max_length=20, required=False, help_text=_("BIC, routing or sort code. Not needed with an IBAN."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    born_on = forms.DateField(
        label=_("Date of birth"), required=False, help_text=_("Only people of 18 and over can be paid. Nobody sees it."),
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}),
        error_messages={"invalid": _("Enter a date such as 1990-05-31")},
    )  # fmt: skip

    def __init__(self, *args: Any, influencer: Influencer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        methods = [choice for choice in Payee.Method.choices if choice[0] != Payee.Method.STRIPE or is_stripe_on()]
        self.fields["method"].choices = methods  # type: ignore[attr-defined]
        countries = [("", _("Choose a country")), *country_choices(get_language() or "en")]
        self.fields["country"].choices = countries  # type: ignore[attr-defined]
        if influencer.user.born_on:
            del self.fields["born_on"]


class FailureForm(forms.Form):
    """Why a bank transfer did not arrive."""

    failure = forms.ChoiceField(label=_("Why?"), choices=FAILURES)


class NoteForm(forms.Form):
    """Words that are kept with what was done."""

    note = forms.CharField(
        label=_("Note"), max_length=300, error_messages={"required": _("Write what you found and did.")}
    )
