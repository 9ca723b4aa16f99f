"""The moderators' view: the rate card is theirs to write, the ledger is for reading."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.widgets import ManyToManyRawIdWidget
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import ModelForm, ModelMultipleChoiceField
from django.http import HttpRequest

from accounts.models import User
from commissions.errors import RateRefused
from commissions.models import Campaign, Decision, Entry, Rate
from commissions.services import announcing
from influencers.models import Influencer


class Announced(admin.ModelAdmin):
    """Rows that are announced once: added here, then only looked at."""

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What was announced is not changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nor taken back."""
        return False


class RateForm(ModelForm):
    """A change of the rate card, refused in words where the rule refuses it."""

    class Meta:
        model = Rate
        fields = ["category", "rate_bps", "starts_on", "reason"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        try:
            with transaction.atomic():
                announcing.announce_rate(
                    category=data["category"], rate_bps=data["rate_bps"], starts_on=data["starts_on"],
                    reason=data["reason"], by=None,
                )  # fmt: skip
                # Only asked for: saving announces it.
                transaction.set_rollback(True)
        except RateRefused as refusal:
            raise ValidationError(str(refusal)) from None
        return data

    def _post_clean(self) -> None:
        """The service checks what the model would."""


@admin.register(Rate)
class RateAdmin(Announced):
    form = RateForm
    list_display = ["category", "old_bps", "rate_bps", "starts_on", "ends_on", "announced_at"]
    list_select_related = ["category"]

    def save_model(self, request: HttpRequest, obj: Rate, form: ModelForm, change: bool) -> None:
        """Announce it."""
        data = form.cleaned_data
        made = announcing.announce_rate(
            category=data["category"], rate_bps=data["rate_bps"], starts_on=data["starts_on"], reason=data["reason"],
            by=cast("User", request.user),
        )  # fmt: skip
        obj.pk = made.pk


class CampaignForm(ModelForm):
    """A campaign, refused in words where the rule refuses it."""

    class Meta:
        model = Campaign
        fields = ["name", "seller", "category", "products", "bonus_bps", "starts_on", "ends_on"]

    creators = ModelMultipleChoiceField(
        Influencer.objects.active().select_related("user"), required=False,
        widget=ManyToManyRawIdWidget(Campaign.creators.rel, admin.site),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        try:
            with transaction.atomic():
                announcing.announce_campaign(**data, by=None)
                transaction.set_rollback(True)
        except RateRefused as refusal:
            raise ValidationError(str(refusal)) from None
        return data

    def _post_clean(self) -> None:
        """The service checks what the model would."""


@admin.register(Campaign)
class CampaignAdmin(Announced):
    form = CampaignForm
    list_display = ["name", "seller", "category", "bonus_bps", "starts_on", "ends_on"]
    list_select_related = ["seller", "category"]
    raw_id_fields = ["products"]

    def save_model(self, request: HttpRequest, obj: Campaign, form: ModelForm, change: bool) -> None:
        """Announce it, and invite whom it names."""
        made = announcing.announce_campaign(**form.cleaned_data, by=cast("User", request.user))
        obj.pk = made.pk

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        """The service wrote them."""


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
