"""The period that a page of figures shows."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commissions.performance import LONGEST_DAYS, Period

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
QUICK = {"today": 1, "28": 28}


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a day, for example 2026-11-24.")},
    )  # fmt: skip


class PeriodForm(forms.Form):
    """Two days, both included. ``period`` is the last 28 days where they cannot be used."""

    first = day_field(_("From"))
    last = day_field(_("To"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last:
            if first.year < EARLIEST_YEAR or last.year > LATEST_YEAR:
                self.add_error("first", _("Choose days between 2000 and 2100."))
            elif last < first:
                self.add_error("last", _("The last day is before the first one."))
            elif (last - first).days >= LONGEST_DAYS:
                self.add_error("first", _("Choose at most ten years."))
        elif not self.errors and (first or last):
            self.add_error("last" if first else "first", _("Enter both days."))
        return data

    @property
    def quick(self) -> str:
        """Which of the ready periods is shown; empty for two days of her own."""
        given = self.data.get("period", "")
        if self.is_valid() and self.cleaned_data.get("first"):
            return ""
        return given if given in QUICK else "28"

    @property
    def period(self) -> Period:
        """The days to show."""
        if self.is_valid() and (first := self.cleaned_data.get("first")):
            return Period(first, self.cleaned_data["last"])
        today = timezone.localdate()
        return Period(today - timedelta(days=QUICK[self.quick] - 1), today)
