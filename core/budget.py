"""How often somebody may do a thing: counted in the cache, for a minute or so at a time."""

import time

from django.core.cache import cache


def seconds_to_wait(key: str, *, limit: int, seconds: int = 60) -> int:
    """Count one act under ``key``; 0 while at most ``limit`` were done in this window, else the seconds until the next.

    A window begins with its first act, so that nobody gets two of them by waiting for the clock to strike.
    A cache that is away counts nothing and lets everybody pass: the page must not hang on it.
    """
    now = int(time.time())
    begun = cache.get(f"budget:{key}")
    if begun is None or not begun <= now < begun + seconds:
        begun = now
        cache.set(f"budget:{key}", begun, seconds)
    window = f"budget:{key}:{begun}"
    cache.add(window, 0, seconds)
    try:
        spent = cache.incr(window)
    except ValueError:
        return 0
    return begun + seconds - now if spent is not None and spent > limit else 0
