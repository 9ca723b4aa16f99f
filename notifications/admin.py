"""The moderators' view of what was told."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from notifications.models import Mail

# Mails about gifts and lists: a moderator may be the one whom the surprise is for.
PRIVATE_KINDS = ("claim_", "gift_", "list_")


@admin.register(Mail)
class MailAdmin(admin.ModelAdmin):
    list_display = ["kind", "to", "created_at", "sent_at", "attempts"]
    list_filter = ["kind"]
    # What a mail says is for its reader: an order may be a gift for the moderator who looks.
    exclude = ["data"]
    readonly_fields = ["kind", "to", "language", "key", "created_at", "sent_at", "attempts", "due_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mail]:
        """Mails that a moderator may read: nothing that tells of claims, gifts or shared lists."""
        rows = super().get_queryset(request)
        for kind in PRIVATE_KINDS:
            rows = rows.exclude(kind__startswith=kind)
        return rows

    def has_add_permission(self, request: object) -> bool:
        """Mails are owed by what happens, not by hand."""
        return False
