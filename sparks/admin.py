"""The moderators' desk for topics and Sparks. Reports have a page of their own, /sparks/reports."""

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from sparks.errors import SparkError
from sparks.models import Appeal, Report, Ruling, Spark, Topic
from sparks.services import moderating


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "position"]
    search_fields = ["name", "slug"]


@admin.register(Spark)
class SparkAdmin(admin.ModelAdmin):
    list_display = ["code", "author", "kind", "topic", "state", "audience", "posted_at", "likes", "comments", "views"]
    list_filter = ["state", "kind", "topic", "is_sponsored"]
    list_select_related = ["author", "topic"]
    search_fields = ["code", "words", "author__name", "author__handle"]
    raw_id_fields = ["author"]
    readonly_fields = ["code", "state", "posted_at", "edited_at", "removed_at", "likes", "comments", "views"]
    actions = ["hide", "show"]

    @admin.action(description=gettext_lazy("Hide for everyone"))
    def hide(self, request: HttpRequest, sparks: QuerySet[Spark]) -> None:
        """Nobody sees them any more; their authors are told."""
        assert isinstance(request.user, User)  # noqa: S101  (the admin asks for staff)
        try:
            for spark in sparks.select_related("author"):
                moderating.hide(spark=spark, by=request.user)
        except SparkError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Hidden. Its author is told why."))

    @admin.action(description=gettext_lazy("Show again"))
    def show(self, request: HttpRequest, sparks: QuerySet[Spark]) -> None:
        """They stand at their old place again."""
        assert isinstance(request.user, User)  # noqa: S101  (the admin asks for staff)
        try:
            for spark in sparks:
                moderating.show(spark=spark, by=request.user)
        except SparkError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("It stands again."))


class LogAdmin(admin.ModelAdmin):
    """To read: what is decided is decided on the desk, where it is written down."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Ruling)
class RulingAdmin(LogAdmin):
    list_display = ["at", "kind", "spark", "comment", "reason", "note", "by"]
    list_filter = ["kind", "reason"]
    list_select_related = ["spark", "comment", "by"]


@admin.register(Appeal)
class AppealAdmin(LogAdmin):
    list_display = ["at", "state", "author", "words", "hidden_by", "decided_by", "decided_at"]
    list_filter = ["state"]
    list_select_related = ["author", "hidden_by", "decided_by"]


@admin.register(Report)
class ReportAdmin(LogAdmin):
    list_display = ["spark", "comment", "reason", "state", "reporter", "at", "decided_by"]
    list_filter = ["state", "reason"]
    list_select_related = ["spark", "comment", "reporter", "decided_by"]
