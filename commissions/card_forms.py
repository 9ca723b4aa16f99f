"""What staff type to try or announce another rate card."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Category
from commissions.card_queries import CardLine


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
