"""Products on sale for search engines."""

from django.db.models import QuerySet

from catalog.models import Product
from core.sitemaps import NumberedSitemap


class ProductSitemap(NumberedSitemap):
    """Every product on sale."""

    def items(self) -> QuerySet[Product]:
        return Product.objects.on_sale().only("slug")
