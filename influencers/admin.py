"""The moderators' desk: applications are read here and decided at /review; influencers can be suspended."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from influencers.models import Application, ApplicationEvent, Click, Influencer, SocialAccount


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
