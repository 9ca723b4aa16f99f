"""Forms of buying."""

import re
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.money import typed_minor
from influencers.countries import country_choices


class CheckoutForm(forms.Form):
    """Who buys, where it goes, and the card. The card is passed on and never kept."""

    email = forms.EmailField(
        label=_("Email"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Enter an email like name@example.com"), "invalid": _("Enter an email like name@example.com")},
    )  # fmt: skip
    name = forms.CharField(
        label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name")},
    )  # fmt: skip
    address = forms.CharField(
        label=_("Address"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
        error_messages={"required": _("Enter the street and number")},
    )  # fmt: skip
    address_2 = forms.CharField(
        label=_("Address, line 2"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-line2"}),
    )
    postcode = forms.CharField(
        label=_("Postcode"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
        error_messages={"required": _("Enter the postcode")},
    )  # fmt: skip
    city = forms.CharField(
        label=_("City"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
        error_messages={"required": _("Enter the city")},
    )  # fmt: skip
    country = forms.ChoiceField(
        label=_("Country"), widget=forms.Select(attrs={"autocomplete": "country"}),
        error_messages={"required": _("Choose a country")},
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Phone"), max_length=30, required=False, help_text=_("Only for the parcel service, if it cannot find you."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip
    card = forms.CharField(
        label=_("Card number"), max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "cc-number", "inputmode": "numeric"}),
        error_messages={"required": _("Enter a card number")},
    )  # fmt: skip
    checkout_token = forms.CharField(max_length=32, widget=forms.HiddenInput)
    total_minor = forms.IntegerField(min_value=0, max_value=10**15, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)  # noqa: S101  (says so to the type checker)
        country.choices = [("", _("Choose a country")), *country_choices(get_language() or "en")]

    CONTACT = ("email",)
    DELIVERY = ("name", "address", "address_2", "postcode", "city", "country", "phone")

    def clean_card(self) -> str:
        digits = re.sub(r"[\s-]", "", self.cleaned_data["card"])
        if not re.fullmatch(r"[0-9]{12,19}", digits):
            raise forms.ValidationError(_("A card number has 12 to 19 digits."))
        return digits

    @property
    def contact_fields(self) -> list[forms.BoundField]:
        """Section 1 of the page."""
        return [self[name] for name in self.CONTACT]

    @property
    def delivery_fields(self) -> list[forms.BoundField]:
        """Section 2 of the page."""
        return [self[name] for name in self.DELIVERY]


class RefundForm(forms.Form):
    """How much of a line is given back, and why."""

    amount = forms.CharField(label=_("Amount"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    reason = forms.CharField(
        label=_("Reason"), max_length=200, error_messages={"required": _("Say why: the buyer reads it.")}
    )
    restock = forms.BooleanField(label=_("Put it back into stock"), required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self) -> int:
        """Minor units."""
        try:
            return typed_minor(self.cleaned_data["amount"], self.currency)
        except ValueError:
            raise forms.ValidationError(_("Enter an amount such as 24.00")) from None


class PlaceForm(forms.Form):
    """Where a parcel may go, and whether the address is kept for the next one."""

    keep = forms.BooleanField(label=_("Keep this address for the next parcel, encrypted"), required=False)
    field_order = [*CheckoutForm.DELIVERY, "keep"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        base = CheckoutForm()
        for name in CheckoutForm.DELIVERY:
            self.fields[name] = base.fields[name]
        self.order_fields(self.field_order)
