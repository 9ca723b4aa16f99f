"""Lists of public pages for search engines, in sections that stay cheap however many rows there are."""

from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import Max, QuerySet
from django.utils.functional import cached_property


class Numbered(Paginator):  # type: ignore[type-arg]
    """Pages of so many numbers, not of so many rows: the thousandth costs what the first does, and nothing is counted."""

    object_list: QuerySet[Any]

    @cached_property
    def num_pages(self) -> int:
        """How many pages there are up to the highest number given out."""
        highest = self.object_list.model._default_manager.aggregate(highest=Max("pk"))["highest"] or 1
        return -(-int(highest) // self.per_page)

    def page(self, number: int | str) -> "Page[Any]":
        """The rows whose numbers are in this page; none of them may be public."""
        if not str(number).isascii() or not str(number).isdigit() or len(str(number)) > 9:
            raise PageNotAnInteger(f"no page {number!r}")
        place = int(number)
        if not 1 <= place <= self.num_pages:
            raise EmptyPage(f"no page {place}")
        rows = self.object_list.filter(pk__gt=(place - 1) * self.per_page, pk__lte=place * self.per_page)
        return Page(list(rows), place, self)


class NumberedSitemap(Sitemap):  # type: ignore[type-arg]
    """The sitemap of ``items``, a queryset of what every guest may see, at the site's own address."""

    limit = 5000

    @property
    def paginator(self) -> Numbered:
        rows = cast("QuerySet[Any]", self.items())
        return Numbered(rows.order_by("pk"), self.limit)

    def get_latest_lastmod(self) -> None:
        """Not said: it would read every row."""

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme
