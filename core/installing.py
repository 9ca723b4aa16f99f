"""What makes the site installable on a phone: its manifest, and what its service worker keeps. Nothing of anybody is kept."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _

# --bg of static/css/tokens.css, light; base.html names both.
BACKGROUND = "#FFFFFF"
KEPT = ("css/tokens.css", "css/base.css", "css/layout.css", "css/components.css", "img/icon-192.png", "img/mark.svg")
ICONS = (
    ("img/icon-192.png", "192x192", "any"),
    ("img/icon-512.png", "512x512", "any"),
    ("img/icon-maskable-512.png", "512x512", "maskable"),
)


def manifest() -> dict[str, Any]:
    """The web manifest in the language of the page."""
    return {
        "id": "/",
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME[:12],
        "description": _("Shops of people you follow, lists for those you love, and Sparks of things in real homes."),
        "lang": get_language(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": BACKGROUND,
        "theme_color": BACKGROUND,
        "icons": [
            {"src": static(path), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for path, sizes, purpose in ICONS
        ],
    }


def service_worker(request: HttpRequest, page: str) -> str:
    """The script; it changes, and is taken anew, with the offline page at ``page`` and with the files."""
    kept = [static(path) for path in KEPT]
    drawn = render_to_string("offline.html", request=request)
    version = hashlib.sha256("|".join([drawn, *kept]).encode()).hexdigest()[:12]
    # Read as a script, not as a page: nothing in it comes from a visitor.
    return render_to_string("sw.js", {"version": version, "page": page, "kept": json.dumps(kept)})
