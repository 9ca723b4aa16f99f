"""The moderators' view of the catalogue."""

from django.contrib import admin

from catalog.models import Category, Product, Seller, Variant


class VariantInline(admin.TabularInline):
    model = Variant
    extra = 0


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["name", "brand", "seller", "category", "is_active", "is_sold_out"]
    list_select_related = ["seller", "category"]
    list_filter = ["is_active", "is_sold_out", "seller"]
    search_fields = ["name", "brand", "external_id"]
    raw_id_fields = ["seller", "category"]
    # Kept true to the variants by services.
    readonly_fields = ["is_sold_out"]
    inlines = [VariantInline]


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["path", "name"]
    search_fields = ["path", "name"]
    raw_id_fields = ["parent"]


@admin.register(Seller)
class SellerAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "return_window_days"]
    prepopulated_fields = {"slug": ["name"]}
