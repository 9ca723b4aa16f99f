"""Somebody with a full history, her files in a folder of their own."""

from pathlib import Path

import pytest
from django.core.cache import cache

from tests import cast
from tests.privacy.history import History, live


@pytest.fixture
def history(db: None, settings: object, tmp_path: Path) -> History:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    settings.DEBUG = False  # type: ignore[attr-defined]
    cache.clear()
    return live(cast)
