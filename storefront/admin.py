"""The moderators' desk for shops."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront import services
from storefront.models import Collection, Pick, Storefront


@admin.register(Storefront)
class StorefrontAdmin(admin.ModelAdmin):
    list_display = ["influencer", "theme", "published_at", "updated_at"]
    list_filter = ["theme"]
    list_select_related = ["influencer__user"]
    search_fields = ["influencer__user__handle", "influencer__user__name", "tagline"]
    raw_id_fields = ["influencer"]
    readonly_fields = ["published_at", "updated_at"]
    actions = ["close"]

    @admin.action(description=gettext_lazy("Close the shops"))
    def close(self, request: HttpRequest, shops: QuerySet[Storefront]) -> None:
        """Back to drafts: only their owners see them."""
        for shop in shops:
            services.unpublish(storefront=shop)
        messages.success(request, _("Closed."))


@admin.register(Collection)
class CollectionAdmin(admin.ModelAdmin):
    list_display = ["title", "storefront", "slug", "position"]
    list_select_related = ["storefront__influencer__user"]
    search_fields = ["title", "slug"]
    raw_id_fields = ["storefront"]


@admin.register(Pick)
class PickAdmin(admin.ModelAdmin):
    list_display = ["product", "collection", "note", "added_at"]
    list_select_related = ["product", "collection"]
    search_fields = ["product__name", "note"]
    raw_id_fields = ["collection", "product"]
