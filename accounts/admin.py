"""The moderators' view of people."""

from django.contrib import admin

from accounts.models import Handle, User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["name", "email", "handle", "is_active", "is_staff", "date_joined"]
    search_fields = ["name", "email", "handle"]
    list_filter = ["is_staff", "is_active"]
    # The handle is claimed through its own rule, the password through its own pages.
    readonly_fields = ["handle", "password", "last_login", "date_joined"]
    filter_horizontal = ["groups", "user_permissions"]


@admin.register(Handle)
class HandleAdmin(admin.ModelAdmin):
    list_display = ["name", "owner", "claimed_at", "released_at"]
    search_fields = ["name"]
    list_select_related = ["owner"]
    raw_id_fields = ["owner"]
