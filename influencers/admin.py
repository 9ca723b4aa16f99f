"""The moderators' desk: applications are read here and decided at /review; creators' standing is decided at /review/creators."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from influencers.errors import ProgrammeError
from influencers.models import (
    Application,
    ApplicationEvent,
    AttributionPolicy,
    Click,
    Connection,
    CreatorCode,
    Influencer,
    Link,
    ReplyTemplate,
    ScorePolicy,
    Snapshot,
    SocialAccount,
)
from influencers.policy_forms import GROUPS, PolicyForm, numbers_in_words
from influencers.referrals import DEFAULT_POLICY, SESSION_POLICY
from influencers.services import policies
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


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(admin.ModelAdmin):
    list_display = ("act", "reason", "language", "text")
    list_filter = ("act", "language")


@admin.register(Influencer)
class InfluencerAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("user", "state", "approved_at")
    list_filter = ("state",)
    list_select_related = ("user",)
    search_fields = ("user__name", "user__handle", "user__email")


@admin.register(ScorePolicy)
class ScorePolicyAdmin(admin.ModelAdmin):
    """Versions of the rule: a draft is written, looked at (what would it have changed?), and then published for good."""

    form = PolicyForm
    list_display = ("version", "published_at", "published_by", "note")
    list_select_related = ("published_by",)
    change_form_template = "admin/influencers/scorepolicy/change_form.html"

    def get_fieldsets(self, request: HttpRequest, obj: ScorePolicy | None = None) -> Any:
        first = (None, {"fields": ("version", "note")})
        if obj and not self.has_change_permission(request, obj):
            return (first, (None, {"fields": ("published_at", "published_by")}))
        return (first, *((title, {"fields": names}) for title, names in GROUPS))

    def get_form(
        self, request: HttpRequest, obj: ScorePolicy | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        # The numbers are fields that the form makes itself: the factory need not know them.
        return super().get_form(request, obj, change, **{**kwargs, "fields": ("version", "note")})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        taken = list(ScorePolicy.objects.values_list("version", flat=True))
        return {"version": policies.next_version(ScorePolicy.objects.in_force(), taken)}

    def has_change_permission(self, request: HttpRequest, obj: ScorePolicy | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.published_at)

    def has_delete_permission(self, request: HttpRequest, obj: ScorePolicy | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.published_at)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def save_model(self, request: HttpRequest, obj: ScorePolicy, form: Any, change: bool) -> None:
        policies.draft_policy(
            by=_staff(request.user), version=obj.version, note=obj.note, numbers=form.numbers, draft=obj
        )

    def response_add(
        self, request: HttpRequest, obj: ScorePolicy, post_url_continue: str | None = None
    ) -> HttpResponse:
        return redirect("admin:influencers_scorepolicy_preview", obj.pk)

    def response_change(self, request: HttpRequest, obj: ScorePolicy) -> HttpResponse:
        return redirect("admin:influencers_scorepolicy_preview", obj.pk)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        if obj and obj.published_at:
            context["numbers"] = numbers_in_words(obj.policy)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.preview))
        return [path("<int:pk>/preview/", view, name="influencers_scorepolicy_preview"), *super().get_urls()]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What a version would have changed for the last applications; POST publishes it."""
        row = ScorePolicy.objects.filter(pk=pk).first()
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        if request.method == "POST":
            if not super().has_change_permission(request, row):
                raise PermissionDenied
            try:
                policies.publish_policy(draft=row, by=_staff(request.user))
            except ProgrammeError as error:
                messages.error(request, error.message)
            else:
                self.log_change(request, row, "published")
                messages.success(request, gettext("Version %(version)s is in force.") % {"version": row.version})
            return redirect("admin:influencers_scorepolicy_changelist")
        asked = request.GET.get("last", "")
        last = (
            min(int(asked[:6]), policies.MOST_PREVIEWED) if asked.isascii() and asked.isdigit() else policies.PREVIEWED
        )
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("What version %(version)s would have changed") % {"version": row.version},
            "opts": self.opts,
            "row": row,
            "in_force": ScorePolicy.objects.in_force().version,
            "preview": policies.preview(row.policy, last=last),
            "last": last,
            "edit_url": reverse("admin:influencers_scorepolicy_change", args=[row.pk]),
            "may_publish": not row.published_at and super().has_change_permission(request, row),
        }
        return TemplateResponse(request, "admin/influencers/scorepolicy/preview.html", context)


def _staff(user: Any) -> User:
    """The member of staff who acts."""
    return cast("User", user)


class SnapshotInline(ReadOnly, admin.TabularInline):
    model = Snapshot
    extra = 0
    fields = (
        "taken_at",
        "source",
        "followers",
        "average_likes",
        "average_comments",
        "average_views",
        "posts_in_60_days",
    )
    ordering = ("-taken_at",)


@admin.register(Connection)
class ConnectionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("user", "platform", "handle", "proof", "proved_at", "expires_at", "trouble")
    list_filter = ("platform", "proof", "trouble")
    list_select_related = ("user",)
    search_fields = ("handle", "user__email")
    # Tokens and codes are not among them.
    fields = (
        "user", "platform", "handle", "platform_id", "proof", "proved_at", "proved_by", "expires_at", "asked", "asked_at",
        "refusal", "due_at", "failures", "trouble",
    )  # fmt: skip
    inlines = (SnapshotInline,)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("influencers.change_application"))


@admin.register(Click)
class ClickAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("influencer", "source", "product_id", "at")
    list_select_related = ("influencer__user",)
    show_full_result_count = False


class AttributionPolicyForm(ModelForm):
    """Another policy of attribution, from a moment to come."""

    class Meta:
        model = AttributionPolicy
        fields = (
            "version", "starts_at", "window_hours", "cart_lock_days", "late_minutes", "ends_with_order", "assist_bps",
            "refuses_household", "paid_ads", "note",
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

    form = AttributionPolicyForm
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
