"""News of new Sparks for the stream process: only of what every guest may see, and only where and by whom."""

import json
import logging
from functools import lru_cache
from urllib.parse import urlencode

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from sparks.models import Spark
from sparks.stream import channel

logger = logging.getLogger(__name__)


def address(*, topic: str = "", person: str = "") -> str:
    """Where a feed's page hears of new Sparks; an empty string where no stream process runs, and the page asks by itself."""
    asked = urlencode({name: value for name, value in (("topic", topic), ("person", person)) if value})
    return f"{settings.STREAM_URL}?{asked}" if settings.STREAM_URL and asked else settings.STREAM_URL


def tell(pk: int) -> None:
    """Say that this Spark was posted. What is for friends is not told of: their pages find it when they ask.

    Redis away costs the quickness alone, so it is logged and not raised.
    """
    if not settings.STREAM_URL:
        return
    spark = Spark.objects.visible_to(None).select_related("author", "topic").filter(pk=pk).first()
    if spark is None or spark.topic is None:
        return
    news = json.dumps({"topic": spark.topic.slug, "person": spark.author.handle or ""})
    try:
        _redis(settings.REDIS_URL).publish(channel(settings.SITE_URL), news)
    except RedisError:
        logger.warning("The stream was not told of a Spark: Redis is away")


@lru_cache(maxsize=1)
def _redis(url: str) -> Redis:
    # Half a second: whoever posts must not wait for those who read.
    return Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
