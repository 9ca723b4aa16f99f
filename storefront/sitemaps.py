"""Published storefronts for search engines."""

from datetime import datetime

from django.db.models import QuerySet

from core.sitemaps import NumberedSitemap
from storefront.models import Storefront


class StorefrontSitemap(NumberedSitemap):
    """Every storefront that is open."""

    def items(self) -> QuerySet[Storefront]:
        return (
            Storefront.objects.published()
            .filter(influencer__user__handle__isnull=False)
            .select_related("influencer__user")
        )

    def lastmod(self, item: Storefront) -> datetime:
        return item.updated_at
