"""How often somebody may do a thing: counted in the cache, for a minute or so at a time."""

import time

from django.core.cache import cache


def seconds_to_wait(key: str, *, limit: int, seconds: int = 60) -> int:
    """Count one act under ``key``; 0 while at most ``limit`` were done in this window, else the seconds until the next.

    A cache that is away counts nothing and lets everybody pass: the page must not hang on it.
    """
    now = int(time.time())
    window = f"budget:{key}:{now // seconds}"
    cache.add(window, 0, seconds)
    try:
        spent = cache.incr(window)
    except ValueError:
        return 0
    return seconds - now % seconds if spent is not None and spent > limit else 0
