"""Live news for open feeds, for an ASGI server: a second process beside the pages (docs/decisions/0006, 0015)."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

from sparks.stream import Stream

application = Stream(redis_url=settings.REDIS_URL, site_url=settings.SITE_URL)
