"""Long lists in pages: one row more is fetched than shown, nothing is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

LAST_PAGE = 250


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page; ``next_url`` is empty on the last. ``shown`` counts the rows up to here; ``total`` is known only where the caller knew it."""

    items: Sequence[Any]
    number: int
    has_next: bool
    next_url: str
    total: int | None = None
    shown: int = 0


def page_of(
    rows: QuerySet[Any] | Sequence[Any], request: HttpRequest, size: int = 24, total: int | None = None
) -> Page:
    """The page that ``?page=`` asks for (1 to 250; anything else is 404)."""
    raw = request.GET.get("page", "1")
    if not (raw.isascii() and raw.isdigit() and 1 <= int(raw[:6]) <= LAST_PAGE and len(raw) <= 3):
        raise Http404
    number = int(raw)
    start = (number - 1) * size
    found = list(rows[start : start + size + 1])
    if not found and number > 1:
        raise Http404
    has_next = len(found) > size and number < LAST_PAGE
    query = request.GET.copy()
    query["page"] = str(number + 1)
    next_url = f"{request.path}?{query.urlencode()}" if has_next else ""
    return Page(
        items=found[:size],
        number=number,
        has_next=has_next,
        next_url=next_url,
        total=total,
        shown=start + len(found[:size]),
    )
