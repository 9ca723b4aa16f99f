"""How often: a window begins with its first act."""

import pytest
import redis
import time_machine
from django.conf import settings
from django.core.cache import cache

from core.budget import seconds_to_wait


def spend(limit: int = 2) -> int:
    return seconds_to_wait("test:act", limit=limit, seconds=3600)


def test_a_window_begins_with_its_first_act_and_not_with_the_hour() -> None:
    cache.clear()
    with time_machine.travel("2026-03-01T09:59:50Z", tick=False):
        assert [spend(), spend()] == [0, 0]
    with time_machine.travel("2026-03-01T10:00:10Z", tick=False):
        assert spend() == 3580


def test_after_the_window_it_begins_anew() -> None:
    cache.clear()
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False):
        assert [spend(1), spend(1)] == [0, 3600]
    with time_machine.travel("2026-03-01T11:00:00Z", tick=False):
        assert [spend(1), spend(1)] == [0, 3600]


def test_a_cache_that_is_away_lets_everybody_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object) -> int:
        raise ValueError

    monkeypatch.setattr(cache, "incr", away)
    assert [spend(0) for _ in range(3)] == [0, 0, 0]


@pytest.mark.skipif(not settings.REDIS_URL, reason="needs Redis")
def test_clearing_the_cache_leaves_the_other_keys_of_its_redis() -> None:
    other = redis.Redis.from_url(settings.REDIS_URL)
    other.set("a-queue-of-messages", "1", ex=60)
    cache.set("a-page", "1", 60)

    cache.clear()

    assert cache.get("a-page") is None
    assert other.get("a-queue-of-messages") == b"1"
