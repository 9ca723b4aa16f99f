"""Pages that belong to no business: health, theme, the style guide, and what is shown when something went wrong."""

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from kombu import Connection
from kombu.exceptions import OperationalError

from core import installing
from core import styleguide as guide

logger = logging.getLogger(__name__)


def safe_next(request: HttpRequest, fallback: str = "/") -> str:
    """Where ``next`` points, when that is a page of this site; else the fallback."""
    target = request.POST.get("next") or request.GET.get("next") or fallback
    local = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if local and "\x00" not in target else fallback


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, cache and broker, each by name; 503 while one of them is away."""
    state = {"database": _database_answers(), "cache": _cache_answers(), "broker": _broker_answers()}
    return JsonResponse(state, status=200 if all(state.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.warning("The database is away")
        return False
    return True


def _cache_answers() -> bool:
    cache.set("readyz", "1", 5)
    return cache.get("readyz") == "1"


def _broker_answers() -> bool:
    url = settings.CELERY_BROKER_URL
    if url.startswith("memory"):
        return True
    try:
        with Connection(url, connect_timeout=1) as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
    except (OperationalError, OSError):
        logger.warning("The broker is away")
        return False
    return True


@login_not_required
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember ``light`` or ``dark``; anything else follows the system again."""
    response = redirect(safe_next(request))
    theme = request.POST.get("theme", "")
    if theme in {"light", "dark"}:
        response.set_cookie("theme", theme, max_age=timedelta(days=365), samesite="Lax", httponly=True)
    else:
        response.delete_cookie("theme")
    return response


@login_not_required
@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state: for developers and staff, 404 for others."""
    if not (settings.SHOW_STYLEGUIDE or (request.user.is_authenticated and getattr(request.user, "is_staff", False))):
        raise Http404
    return render(request, "core/styleguide.html", guide.context())


@login_not_required
@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to install the site."""
    response = JsonResponse(installing.manifest(), content_type="application/manifest+json")
    patch_vary_headers(response, ["Cookie"])
    return response


@login_not_required
@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows the offline page; from the root, so that it serves the whole site."""
    script = installing.service_worker(request, reverse("core:offline"))
    return HttpResponse(script, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@login_not_required
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What stands in for a page while the network is away: the same for everyone who reads this language and theme."""
    return render(request, "offline.html")


@login_not_required
@require_GET
def robots(request: HttpRequest) -> HttpResponse:
    """Everything may be read; where the list of public pages is."""
    return HttpResponse(
        f"User-agent: *\nAllow: /\n\nSitemap: {settings.SITE_URL}/sitemap.xml\n", content_type="text/plain"
    )


def _page_of_error(request: HttpRequest, template: str, status: int) -> HttpResponse:
    try:
        return render(request, template, status=status)
    except DatabaseError:
        # The frame asks for roles and counts; without a database the bare page must do.
        return HttpResponse(render_to_string("500.html"), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page_of_error(request, "400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page_of_error(request, "403.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page_of_error(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without database, session or context: it must come up when nothing else does."""
    return HttpResponse(render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: most often one that was open too long."""
    return render(request, "403_csrf.html", status=403)


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """429 in the site's look, saying when to come back."""
    wait = _("You can try again in %(seconds)s seconds.") % {"seconds": seconds}
    response = render(request, "429.html", {"wait": wait}, status=429)
    response["Retry-After"] = str(seconds)
    return response
