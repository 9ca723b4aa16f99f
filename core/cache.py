"""A Redis cache that may be away."""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class GuardedRedisCache(RedisCache):
    """Django's Redis cache that answers as an empty one while Redis is away.

    Reads miss, writes do nothing, counters count from their first value: a page
    never fails for want of its cache. Each failure is logged.
    """

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError:
            logger.warning("The cache is away: get")
            return default

    def get_many(self, keys: Any, version: int | None = None) -> dict[str, Any]:
        try:
            return super().get_many(keys, version)
        except RedisError:
            logger.warning("The cache is away: get_many")
            return {}

    def set(self, key: str, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        try:
            super().set(key, value, timeout, version)
        except RedisError:
            logger.warning("The cache is away: set")

    def set_many(self, data: Any, timeout: Any = 300, version: int | None = None) -> list[str]:
        try:
            return super().set_many(data, timeout, version)
        except RedisError:
            logger.warning("The cache is away: set_many")
            return list(data)

    def add(self, key: str, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        try:
            return super().add(key, value, timeout, version)
        except RedisError:
            logger.warning("The cache is away: add")
            return True

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        try:
            return super().incr(key, delta, version)
        except RedisError:
            logger.warning("The cache is away: incr")
            return delta

    def touch(self, key: str, timeout: Any = 300, version: int | None = None) -> bool:
        try:
            return super().touch(key, timeout, version)
        except RedisError:
            logger.warning("The cache is away: touch")
            return False

    def delete(self, key: str, version: int | None = None) -> bool:
        try:
            return super().delete(key, version)
        except RedisError:
            logger.warning("The cache is away: delete")
            return False

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        try:
            super().delete_many(keys, version)
        except RedisError:
            logger.warning("The cache is away: delete_many")

    def clear(self) -> None:
        """Forget what this cache keeps, and leave what others keep in the same Redis: the broker's messages lie there, too."""
        try:
            client = self._cache.get_client(None, write=True)
            for key in client.scan_iter(match=self.make_key("*"), count=1000):
                client.delete(key)
        except RedisError:
            logger.warning("The cache is away: clear")
