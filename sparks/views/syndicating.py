"""Atom feeds of topics and people, for feed readers: what a guest sees, without adverts."""

import re
from collections.abc import Sequence
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from sparks import queries
from sparks.queries import Card

# Signs that XML has no place for.
UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@login_not_required
@require_safe
@conditional_page
@cache_control(public=True, max_age=300)
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest of one topic."""
    found = queries.topic_at(slug)
    cards = queries.newest(queries.of_topic(found, None))
    return _feed(request, found.label, found.get_absolute_url(), cards)


@login_not_required
@require_safe
@conditional_page
@cache_control(public=True, max_age=300)
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """The newest of one person; 404 for whom guests may not know of."""
    found, rows = queries.of_person(handle, None)
    return _feed(request, found.name, request.path.removesuffix("/atom"), queries.newest(rows))


def _feed(request: HttpRequest, title: str, path: str, cards: Sequence[Card]) -> HttpResponse:
    feed = Atom1Feed(
        title=_plain(f"{title} · {_('Sparks')} · {settings.SITE_NAME}"),
        link=urljoin(settings.SITE_URL, path),
        feed_url=urljoin(settings.SITE_URL, request.path),
        description="",
        language=get_language() or "en",
    )
    for card in cards:
        spark = card.spark
        words = f"{spark.author.name}: {spark.words[:80]}" if spark.words else spark.author.name
        context = {"card": card, "spark": spark, "SITE_URL": settings.SITE_URL}
        feed.add_item(
            title=_plain(words),
            link=urljoin(settings.SITE_URL, spark.get_absolute_url()),
            description=_plain(render_to_string("sparks/_syndicated.html", context)),
            author_name=_plain(spark.author.name),
            pubdate=spark.posted_at,
            updateddate=spark.edited_at or spark.posted_at,
            categories=[spark.topic.label] if spark.topic else [],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _plain(text: str) -> str:
    return UNSPEAKABLE.sub(" ", text)
