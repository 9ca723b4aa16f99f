"""Forms of lists."""

from datetime import date
from typing import Any, cast

from django import forms
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.money import Money, typed_minor
from lists.models import List, ListItem, ListMember
from orders.forms import CheckoutForm

CURRENCIES = ("USD", "EUR", "GBP", "CNY", "JPY", "AUD", "CAD", "CHF")


class MoneyMixin(forms.Form):
    """An optional amount as typed; cleaned to minor units of the form's currency."""

    def amount(self, name: str, currency: str) -> int | None:
        """Minor units, or None for an empty field."""
        text = (self.cleaned_data.get(name) or "").strip()
        if not text:
            return None
        try:
            minor = typed_minor(text, currency)
        except ValueError:
            minor = -1
        if minor < 0:
            raise forms.ValidationError(_("Enter an amount such as 24.00"))
        return minor


class ListForm(MoneyMixin, forms.ModelForm):
    """A list: what it is called and what it is for."""

    for_handle = forms.CharField(
        label=_("For"), required=False, max_length=80,
        help_text=_("A friend's handle such as @tomas, who then never sees this list, or just a name."),
    )  # fmt: skip
    budget = forms.CharField(
        label=_("Budget"), required=False, max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    cover = forms.FileField(
        label=_("Cover"), required=False, help_text=_("A JPEG, PNG or WebP photo of at most 12 MB."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )  # fmt: skip

    class Meta:
        model = List
        fields = ["kind", "name", "words", "occasion", "happens_on"]
        widgets = {
            "kind": forms.RadioSelect,
            "happens_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "words": forms.TextInput,
        }
        labels = {"kind": _("Kind"), "name": pgettext_lazy("of a list", "Name")}
        error_messages = {"name": {"required": _("Give the list a name")}}

    field_order = ["kind", "name", "for_handle", "occasion", "happens_on", "budget", "words", "cover"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101  (says so to the type checker)
        kind.choices = list(List.Kind.choices)
        if self.instance.pk:
            del self.fields["kind"], self.fields["for_handle"]
            if self.instance.kind != List.Kind.GIFT:
                del self.fields["budget"]

    def clean_happens_on(self) -> date | None:
        day = self.cleaned_data["happens_on"]
        if day and day != self.instance.happens_on and day < timezone.localdate():
            raise forms.ValidationError(_("Choose a day from today on"))
        return cast("date | None", day)

    def clean_budget(self) -> int | None:
        return self.amount("budget", self.instance.budget_currency or "USD")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == List.Kind.GIFT and not data.get("for_handle"):
            self.add_error("for_handle", _("Say for whom the list is"))
        return data


class LineForm(MoneyMixin, forms.Form):
    """A free line, or a thing of another shop by hand. Its link is stored and never fetched."""

    title = forms.CharField(
        label=_("What"), max_length=300, error_messages={"required": _("Say what it is, such as “something blue for the hall”")}
    )  # fmt: skip
    link = forms.URLField(
        label=_("Link"), required=False, max_length=1000, assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])], widget=forms.URLInput(attrs={"inputmode": "url"}),
        error_messages={"invalid": _("Enter a link such as https://shop.example/thing")},
    )  # fmt: skip
    price = forms.CharField(
        label=_("Price"), required=False, max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES], required=False)
    picture = forms.FileField(
        label=_("Picture"), required=False, help_text=_("A JPEG, PNG or WebP photo of at most 12 MB."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), required=False, max_length=280)

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"] or CURRENCIES[0]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            data["price_minor"] = self.amount("price", data.get("currency") or CURRENCIES[0])
        except forms.ValidationError as trouble:
            self.add_error("price", trouble)
        return data


class ItemForm(MoneyMixin, forms.ModelForm):
    """What is wanted of a thing: how many, how much, which one."""

    price = forms.CharField(
        label=_("Price"), required=False, max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )

    link = forms.URLField(
        label=_("Link"), required=False, max_length=1000, assume_scheme="https", validators=[URLValidator(schemes=["http", "https"])]
    )  # fmt: skip

    class Meta:
        model = ListItem
        fields = ["title", "link", "note", "priority", "wanted", "variant", "is_any_variant"]
        labels = {"priority": _("How much it is wished for")}
        widgets = {"wanted": forms.NumberInput(attrs={"min": 1, "max": 99})}

    field_order = ["title", "link", "price", "wanted", "priority", "variant", "is_any_variant", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wanted"].min_value, self.fields["wanted"].max_value = 1, 99  # type: ignore[attr-defined]
        product = self.instance.product
        if product is None:
            del self.fields["variant"], self.fields["is_any_variant"]
            if self.instance.price_minor is not None:
                self.fields["price"].initial = str(Money(self.instance.price_minor, self.instance.currency).major)
            return
        del self.fields["title"], self.fields["link"], self.fields["price"]
        variant = cast("forms.ModelChoiceField[Any]", self.fields["variant"])
        variant.queryset = product.variants.filter(is_active=True)
        variant.empty_label, variant.required = str(_("Any")), False
        variant.label_from_instance = lambda row: row.label or product.label  # type: ignore[method-assign,assignment]
        variant.label = _("Which one")
        if product.variants.filter(is_active=True).count() < 2:
            del self.fields["variant"], self.fields["is_any_variant"]

    def clean_wanted(self) -> int:
        wanted = self.cleaned_data["wanted"]
        if not 1 <= wanted <= 99:
            raise forms.ValidationError(_("Choose a quantity from 1 to 99."))
        return cast("int", wanted)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "price" in self.fields:
            try:
                data["price_minor"] = self.amount("price", self.instance.currency or CURRENCIES[0])
            except forms.ValidationError as trouble:
                self.add_error("price", trouble)
        return data


class PersonForm(forms.Form):
    """Somebody to name, and what she may do."""

    handle = forms.CharField(
        label=_("Handle"), max_length=40, help_text=_("Such as @tomas. You find it under Friends.")
    )
    role = forms.ChoiceField(label=_("May do"), choices=ListMember.Role.choices, initial=ListMember.Role.BUY)


class ClaimForm(forms.Form):
    """How many, and for a guest who she is."""

    quantity = forms.IntegerField(min_value=1, max_value=99, initial=1, label=_("How many"))
    shows_name = forms.BooleanField(required=False, label=_("Other givers may see my name"))
    name = forms.CharField(label=_("Your name"), max_length=80)
    email = forms.EmailField(
        label=_("Email"), max_length=254, help_text=_("You get a link to confirm, and to let it go again."),
        error_messages={"required": _("Enter an email like name@example.com"), "invalid": _("Enter an email like name@example.com")},
    )  # fmt: skip

    def __init__(self, *args: Any, is_member: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_member:
            del self.fields["name"], self.fields["email"]


class GiftCheckoutForm(CheckoutForm):
    """Paying for a gift: to the buyer's own address, or to the friend, who says where."""

    where = forms.ChoiceField(label=_("Where does it go?"), widget=forms.RadioSelect)
    message = forms.CharField(
        label=_("Message"), required=False, max_length=280, widget=forms.Textarea(attrs={"rows": 3})
    )
    field_order = ["email", "name", "where", "message"]

    def __init__(
        self, *args: Any, recipient: str, is_revealed: bool = False, goes_to_her: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        where = self.fields["where"]
        assert isinstance(where, forms.ChoiceField)  # noqa: S101  (says so to the type checker)
        where.choices = [
            ("me", _("To me: I bring it myself, and nobody learns of it")),
            ("her", _("To %(name)s, who is asked for an address, and sees neither what it is nor from whom") % {"name": recipient}),
        ]  # fmt: skip
        if is_revealed:
            where.choices = [
                ("me", _("To me: I bring it myself")),
                ("her", _("To %(name)s, who is asked for an address") % {"name": recipient}),
            ]
        if not goes_to_her:
            # Somebody without an account cannot be asked for an address.
            where.choices = [("me", _("To me: I bring it myself"))]
        self.fields["where"].initial = "me"
        if self.data.get("where") == "her":
            for name in ("address", "postcode", "city", "country"):
                self.fields[name].required = False
