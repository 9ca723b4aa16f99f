"""The desk's view of closed accounts: what they wait for, and that they were erased. Nothing can be changed here."""

from django.contrib import admin
from django.http import HttpRequest

from privacy.models import Closing


@admin.register(Closing)
class ClosingAdmin(admin.ModelAdmin):
    list_display = ["pk", "user_id", "asked_at", "due_at", "waits_for", "returned_at", "erased_at"]
    list_filter = ["waits_for"]
    date_hierarchy = "due_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Closing | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Closing | None = None) -> bool:
        return False
