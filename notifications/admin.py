"""The moderators' view of what was told."""

from django.contrib import admin

from notifications.models import Mail


@admin.register(Mail)
class MailAdmin(admin.ModelAdmin):
    list_display = ["kind", "to", "created_at", "sent_at", "attempts"]
    list_filter = ["kind"]
    readonly_fields = ["kind", "to", "language", "data", "key", "created_at", "sent_at", "attempts", "due_at"]

    def has_add_permission(self, request: object) -> bool:
        """Mails are owed by what happens, not by hand."""
        return False
