"""The moderators' desk for topics and Sparks. Reports have a page of their own, /sparks/reports."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from sparks.models import Report, Spark, Topic
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
        for spark in sparks.select_related("author"):
            moderating.hide_spark(spark=spark, by=request.user)
        messages.success(request, _("Hidden."))

    @admin.action(description=gettext_lazy("Show again"))
    def show(self, request: HttpRequest, sparks: QuerySet[Spark]) -> None:
        """They stand at their old place again."""
        assert isinstance(request.user, User)  # noqa: S101  (the admin asks for staff)
        for spark in sparks:
            moderating.show_spark(spark=spark, by=request.user)
        messages.success(request, _("It stands again."))


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):
    list_display = ["spark", "comment", "reason", "state", "reporter", "at", "decided_by"]
    list_filter = ["state", "reason"]
    raw_id_fields = ["spark", "comment", "reporter", "decided_by"]
