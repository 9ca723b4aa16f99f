"""The moderators' desk: applications are read here and decided at /review; influencers can be suspended."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from influencers.models import (
    Application,
    ApplicationEvent,
    AttributionPolicy,
    Click,
    CreatorCode,
    Influencer,
    Link,
    SocialAccount,
)
from influencers.referrals import DEFAULT_POLICY, SESSION_POLICY
from influencers.services.referring import policy_at


class ReadOnly:
    """Facts are shown, never edited: each of them was written by a verb that left a trace."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SocialAccountInline(ReadOnly, admin.TabularInline):
    model = SocialAccount
    extra = 0


class EventInline(ReadOnly, admin.TabularInline):
    model = ApplicationEvent
    extra = 0
    fields = ("at", "kind", "actor", "before", "after", "reason", "note")


@admin.register(Application)
class ApplicationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("display_name", "state", "score_points", "submitted_at", "decided_by")
    list_filter = ("state", "reason")
    list_select_related = ("decided_by",)
    search_fields = ("display_name", "user__email", "accounts__handle")
    inlines = (SocialAccountInline, EventInline)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("influencers.change_application"))


@admin.register(Influencer)
class InfluencerAdmin(admin.ModelAdmin):
    list_display = ("user", "state", "approved_at")
    list_filter = ("state",)
    list_select_related = ("user",)
    search_fields = ("user__name", "user__handle", "user__email")
    readonly_fields = ("user", "application", "approved_at", "state")
    actions = ("suspend", "restore")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("Suspend: links earn nothing more"))
    def suspend(self, request: HttpRequest, queryset: QuerySet[Influencer]) -> None:
        queryset.update(state=Influencer.State.SUSPENDED)

    @admin.action(description=_("Make active again"))
    def restore(self, request: HttpRequest, queryset: QuerySet[Influencer]) -> None:
        queryset.update(state=Influencer.State.ACTIVE)


@admin.register(Click)
class ClickAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("influencer", "source", "product_id", "at")
    list_select_related = ("influencer__user",)
    show_full_result_count = False


class PolicyForm(ModelForm):
    """Another policy of attribution, from a moment to come."""

    class Meta:
        model = AttributionPolicy
        fields = (
            "version", "starts_at", "window_hours", "cart_lock_days", "late_minutes", "ends_with_order", "assist_bps",
            "refuses_household", "note",
        )  # fmt: skip

    def clean_starts_at(self) -> datetime:
        starts_at: datetime = self.cleaned_data["starts_at"]
        if starts_at < timezone.now():
            raise ValidationError(_("A policy starts from now on: orders that were placed keep theirs."))
        return starts_at

    def clean_version(self) -> str:
        version: str = self.cleaned_data["version"]
        if version in {DEFAULT_POLICY.version, SESSION_POLICY.version}:
            raise ValidationError(_("This is the name of a built-in policy. Choose another one."))
        return version


@admin.register(AttributionPolicy)
class AttributionPolicyAdmin(admin.ModelAdmin):
    """Added here, with the numbers in force (or, by ``?preset=session``, those of a session of 24 hours); never changed."""

    form = PolicyForm
    list_display = ("version", "starts_at", "window_hours", "cart_lock_days", "late_minutes", "assist_bps", "note")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        base = SESSION_POLICY if request.GET.get("preset") == "session" else policy_at(timezone.now())
        return {name: value for name, value in asdict(base).items() if name != "version"}

    def save_model(self, request: HttpRequest, obj: AttributionPolicy, form: Any, change: bool) -> None:
        obj.created_by = cast("User", request.user)
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(CreatorCode)
class CreatorCodeAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("code", "influencer", "created_at")
    list_select_related = ("influencer__user",)
    search_fields = ("code",)


@admin.register(Link)
class LinkAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("code", "influencer", "name", "path", "product")
    list_select_related = ("influencer__user", "product")
    search_fields = ("code", "name")
