"""What staff type to try or announce another rate card, and sellers to announce a campaign."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, Product, Seller
from commissions.card_queries import CardLine
from influencers.models import Influencer


class CardForm(forms.Form):
    """A rate in percent for each category; an empty field leaves it as it is."""

    def __init__(self, *args: Any, card: Sequence[CardLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.card = card
        self.categories: dict[str, Category | None] = {}
        for line in card:
            name = f"rate-{line.category.pk if line.category else 0}"
            self.categories[name] = line.category
            self.fields[name] = forms.DecimalField(
                label=line.category.label if line.category else _("Everything else"), required=False, min_value=Decimal(0),
                max_value=Decimal(100), decimal_places=2,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
                error_messages={
                    "max_value": _("A rate is 0 to 100 percent."), "min_value": _("A rate is 0 to 100 percent."),
                    "invalid": _("Enter a percentage such as 6.5."), "max_decimal_places": _("A rate has at most two decimals."),
                },
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.changes:
            raise forms.ValidationError(_("Enter at least one rate."))
        return data

    @property
    def changes(self) -> list[tuple[Category | None, int]]:
        """The categories that got a rate, with it in basis points."""
        typed = ((category, self.cleaned_data.get(name)) for name, category in self.categories.items())
        return [(category, int(rate * 100)) for category, rate in typed if rate is not None]

    @property
    def proposed(self) -> dict[str, int]:
        """The same by the category's path, "" for the rest."""
        return {category.path if category else "": bps for category, bps in self.changes}

    @property
    def rates(self) -> list[tuple[forms.BoundField, CardLine]]:
        """The fields of the card, each with its line."""
        return list(zip((self[name] for name in self.categories), self.card, strict=True))


class AnnounceForm(forms.Form):
    """From when the typed rates hold, and why."""

    starts_on = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Choose the first day."), "invalid": _("Enter a day such as 2026-12-01.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Everyone reads it beside the change."),
        error_messages={"required": _("Say why: creators read it.")},
    )  # fmt: skip


class CampaignForm(forms.Form):
    """A seller's bonus: how much, when, for which of her products, to whom."""

    name = forms.CharField(
        label=_("Name of the campaign"), max_length=80, help_text=_("Creators read it beside their rates."),
        error_messages={"required": _("Give it a name.")},
    )  # fmt: skip
    bonus = forms.DecimalField(
        label=_("Bonus in percent, on top of the rate"), min_value=Decimal("0.01"), max_value=Decimal(100), decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={
            "required": _("Enter a percentage such as 6.5."), "invalid": _("Enter a percentage such as 6.5."),
            "min_value": _("A bonus is more than 0 and at most 100 percent."),
            "max_value": _("A bonus is more than 0 and at most 100 percent."),
            "max_decimal_places": _("A rate has at most two decimals."),
        },
    )  # fmt: skip
    starts_on = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Choose the first day."), "invalid": _("Enter a day such as 2026-12-01.")},
    )  # fmt: skip
    ends_on = forms.DateField(
        label=_("First day without it"), widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("A campaign is never shortened once it is announced."),
        error_messages={"required": _("Choose the first day without it."), "invalid": _("Enter a day such as 2026-12-01.")},
    )  # fmt: skip
    category = forms.ModelChoiceField(label=_("Category"), queryset=Category.objects.none(), required=False)
    products = forms.CharField(
        label=_("Products"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Links to your products, one a line. Leave it empty for everything that you sell, in the category if you chose one."),
    )  # fmt: skip
    creators = forms.CharField(
        label=_("Invited creators"), required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Their addresses, such as @slowhome, with spaces or commas between. Leave it empty for every creator."),
    )  # fmt: skip

    def __init__(self, *args: Any, seller: Seller, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seller = seller
        self.fields["category"].queryset = Category.objects.filter(products__seller=seller).distinct().order_by("path")  # type: ignore[attr-defined]
        self.fields["category"].empty_label = _("Every category")  # type: ignore[attr-defined]

    def clean_products(self) -> list[Product]:
        """Those of her products to which the links lead."""
        typed = {word: word.rstrip("/").rpartition("/")[2] for word in self.cleaned_data["products"].split()}
        found = list(Product.objects.filter(seller=self.seller, slug__in=typed.values()).order_by("pk"))
        known = {product.slug for product in found}
        unknown = [word for word, slug in typed.items() if slug not in known]
        if unknown:
            raise forms.ValidationError(
                _("This leads to none of your products: %(links)s") % {"links": ", ".join(unknown)}
            )
        return found

    def clean_creators(self) -> list[Influencer]:
        """The creators at these addresses, whose shops are open."""
        typed = [
            word.lstrip("@").lower() for word in re.split(r"[\s,;]+", self.cleaned_data["creators"]) if word.lstrip("@")
        ]
        people = Influencer.objects.active().select_related("user").filter(user__handle__in=typed).order_by("pk")
        found = {str(person.user.handle): person for person in people}
        unknown = [handle for handle in typed if handle not in found]
        if unknown:
            raise forms.ValidationError(
                _("No open shop has this address: %(handles)s") % {"handles": ", ".join(f"@{one}" for one in unknown)}
            )
        return list(found.values())

    @property
    def campaign(self) -> dict[str, Any]:
        """What was typed, as ``announcing.announce_campaign`` takes it."""
        data = dict(self.cleaned_data)
        bonus = data.pop("bonus")
        return {**data, "bonus_bps": int(bonus * 100)}
