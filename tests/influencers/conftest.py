"""The networks of the tests, and the site's keys to them."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from tests.platform_server import World, networks

KEYS = {
    "facebook": {"client_id": "fb-id", "client_secret": "fb-secret", "page_token": "site-page"},
    "instagram": {"client_id": "ig-id", "client_secret": "ig-secret", "discovery_user_id": "1", "discovery_token": "site-discovery"},
    "youtube": {"client_id": "yt-id", "client_secret": "yt-secret", "api_key": "site-key"},
    "x": {"client_id": "x-id", "client_secret": "x-secret", "bearer_token": "site-bearer"},
    "tiktok": {"client_key": "tt-key", "client_secret": "tt-secret"},
}  # fmt: skip


@pytest.fixture
def world(settings: LazySettings) -> Iterator[World]:
    """All five networks, with every road open."""
    with networks() as world:
        settings.PLATFORM_URLS = world.urls()
        settings.PLATFORMS = KEYS
        settings.PLATFORM_SECONDS = 1.0
        yield world
