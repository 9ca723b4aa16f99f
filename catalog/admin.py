"""The moderators' view of the catalogue."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from catalog import services
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

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "category" in form.changed_data:
            services.stir([obj.pk], have_moved=True)


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["path", "name"]
    search_fields = ["path", "name"]
    raw_id_fields = ["parent"]

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "path" in form.changed_data:
            services.stir(Product.objects.filter(category=obj).values_list("pk", flat=True), have_moved=True)


@admin.register(Seller)
class SellerAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "return_window_days"]
    prepopulated_fields = {"slug": ["name"]}
