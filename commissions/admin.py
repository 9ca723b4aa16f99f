"""The moderators' view: the rate card is theirs to write, the ledger is for reading."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

from commissions.models import Decision, Entry, Rate


class RateForm(ModelForm):
    """A row of the rate card that overlaps no other of its category."""

    class Meta:
        model = Rate
        fields = ["category", "rate_bps", "starts_on", "ends_on"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        start, end = data.get("starts_on"), data.get("ends_on")
        if start is None:
            return data
        others = Rate.objects.filter(category=data.get("category")).exclude(pk=self.instance.pk)
        others = others.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=start))
        if end:
            others = others.filter(starts_on__lt=end)
        if clash := others.first():
            text = _("This overlaps the row from %(day)s. End that row first.") % {"day": clash.starts_on}
            raise ValidationError({"starts_on": text})
        return data


@admin.register(Rate)
class RateAdmin(admin.ModelAdmin):
    form = RateForm
    list_display = ["category", "rate_bps", "starts_on", "ends_on"]
    list_select_related = ["category"]


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows are looked at, never written here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The services write."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody changes a row."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody removes a row."""
        return False


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "influencer", "debit", "credit", "amount_minor", "currency"]
    list_select_related = ["influencer__user"]
    list_filter = ["kind", "currency"]


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ["decided_at", "outcome", "reason", "influencer", "rate_bps", "commission_minor", "currency"]
    list_select_related = ["influencer__user"]
    list_filter = ["outcome", "reason"]
