"""How long ago, in the width of a card; reasons in words; mentions as links."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from sparks.holding import MENTION
from sparks.models import Report

register = template.Library()


@register.filter
def age(moment: datetime | None) -> str:
    """``now``, ``5 min``, ``2 h``, ``3 d``, and the date after a week."""
    if moment is None:
        return ""
    passed = timezone.now() - moment
    if passed < timedelta(minutes=1):
        return _("now")
    if passed < timedelta(hours=1):
        return _("%(n)s min") % {"n": passed // timedelta(minutes=1)}
    if passed < timedelta(days=1):
        return _("%(n)s h") % {"n": passed // timedelta(hours=1)}
    if passed < timedelta(days=7):
        return _("%(n)s d") % {"n": passed.days}
    return formats.date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT")


@register.filter
def reason_words(code: str) -> str:
    """Why something was hidden, in the words of reports."""
    known = dict(Report.Reason.choices)
    return str(known.get(code, known[Report.Reason.OTHER]))


@register.filter
def minus_sign_off(number: int) -> int:
    """How far, whichever way."""
    return abs(number)


@register.filter
def of(rows: Mapping[int, Any] | str, key: int) -> Any:
    """What a mapping holds under this number, or None; None, too, on pages that give no mapping."""
    return rows.get(key) if isinstance(rows, Mapping) else None


@register.filter
def is_in(number: int, numbers: Collection[int]) -> bool:
    """Whether it is among them."""
    return number in numbers


@register.filter
def with_mentions(words: str, handles: Collection[str]) -> SafeString:
    """The words, each mention of one of these people a link to her page."""

    def link(found: re.Match[str]) -> str:
        handle = found[1].lower().rstrip(".")
        if handle not in handles:
            return found[0]
        end = len(handle) + 1
        return (
            f'<a class="link" href="{reverse("storefront:page", args=[handle])}">{found[0][:end]}</a>{found[0][end:]}'
        )

    return mark_safe(MENTION.sub(link, escape(words)))  # noqa: S308  (escaped, and handles hold nothing to escape)
