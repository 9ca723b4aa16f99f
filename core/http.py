"""Requests and answers, as every app uses them."""

import json
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """A request after the htmx middleware."""

    htmx: HtmxDetails


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """Render the page, or only its fragment when htmx asks for a part of it. One view, one context, ``Vary: HX-Request``."""
    htmx = cast(HtmxRequest, request).htmx
    part = bool(fragment and htmx and not htmx.boosted and not htmx.history_restore_request)
    response = render(request, fragment if part else template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def say(response: HttpResponse, text: str, *, undo_url: str = "", undo_label: str = "") -> HttpResponse:
    """Ask the page to announce ``text`` (live region and toast), with an undo act where ``undo_url`` takes a POST."""
    news = {"say": {"text": str(text), "undo": undo_url, "undoLabel": str(undo_label)}}
    response["HX-Trigger"] = json.dumps(news)
    return response
