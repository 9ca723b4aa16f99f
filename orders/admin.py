"""The moderators' view of orders: read, not write. Money moves through services."""

from django.contrib import admin
from django.http import HttpRequest

from orders.models import Order, OrderLine, PickupPoint, SellerMember


class OrderLineInline(admin.TabularInline):
    model = OrderLine
    extra = 0
    can_delete = False
    fields = ["name", "quantity", "total_minor", "refunded_minor", "shipped_at", "source"]
    readonly_fields = ["name", "quantity", "total_minor", "refunded_minor", "shipped_at", "source"]

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Lines come from checkouts."""
        return False


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    # Without the address: it is for the parcel, not for lists.
    list_display = ["number", "state", "currency", "total_minor", "placed_at"]
    list_filter = ["state"]
    search_fields = ["number"]
    fields = ["number", "state", "currency", "total_minor", "placed_at", "paid_at", "cancelled_at"]
    readonly_fields = ["number", "state", "currency", "total_minor", "placed_at", "paid_at", "cancelled_at"]
    inlines = [OrderLineInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Orders come from checkouts."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Books keep."""
        return False


@admin.register(SellerMember)
class SellerMemberAdmin(admin.ModelAdmin):
    list_display = ["user", "seller"]
    list_select_related = ["user", "seller"]
    raw_id_fields = ["user", "seller"]


@admin.register(PickupPoint)
class PickupPointAdmin(admin.ModelAdmin):
    """Where parcels may be fetched."""

    list_display = ["name", "city", "country", "is_active"]
