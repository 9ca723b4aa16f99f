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


class MemberRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: Any


def is_part_request(request: HttpRequest) -> bool:
    """htmx asks for a part of the page, not for the page."""
    htmx = cast("HtmxRequest", request).htmx
    return bool(htmx and not htmx.boosted and not htmx.history_restore_request)


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """Render the page, or only its fragment when htmx asks for a part of it. One view, one context, ``Vary: HX-Request``."""
    part = bool(fragment) and is_part_request(request)
    response = render(request, fragment if part else template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def say(response: HttpResponse, text: str, *, undo_url: str = "", undo_label: str = "") -> HttpResponse:
    """Ask the page to announce ``text`` (live region and toast), with an undo act where ``undo_url`` takes a POST."""
    news = {"say": {"text": str(text), "undo": undo_url, "undoLabel": str(undo_label)}}
    response["HX-Trigger"] = json.dumps(news)
    return response
