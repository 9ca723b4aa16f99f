"""Public Sparks and topics for search engines."""

from datetime import datetime

from django.db.models import QuerySet

from core.sitemaps import NumberedSitemap
from sparks.models import Spark, Topic


class SparkSitemap(NumberedSitemap):
    """Every Spark that a guest sees."""

    def items(self) -> QuerySet[Spark]:
        return Spark.objects.visible_to(None).only("code", "posted_at", "edited_at")

    def lastmod(self, item: Spark) -> datetime | None:
        return item.edited_at or item.posted_at


class TopicSitemap(NumberedSitemap):
    """The topics' pages."""

    def items(self) -> QuerySet[Topic]:
        return Topic.objects.all()
