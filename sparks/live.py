"""News of new Sparks for the stream process: only where and by whom; what is for friends, only to the keys of these friends."""

import json
import logging
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.crypto import salted_hmac
from redis import Redis
from redis.exceptions import RedisError

from accounts.circle import blocks_between
from accounts.models import Friend, User
from sparks.models import Spark
from sparks.stream import channel

logger = logging.getLogger(__name__)


def address(*, topic: str = "", person: str = "", user: User | None = None) -> str:
    """Where a feed's page hears of new Sparks; an empty string where no stream process runs, and the page asks by itself."""
    wanted = (("topic", topic), ("person", person), ("me", key_of(user.pk) if user else ""))
    asked = urlencode({name: value for name, value in wanted if value})
    return f"{settings.STREAM_URL}?{asked}" if settings.STREAM_URL and asked else settings.STREAM_URL


def key_of(pk: int) -> str:
    """How the stream knows a member's pages: nobody reads from it who she is, nor guesses another's."""
    return salted_hmac("sparks.live", str(pk), algorithm="sha256").hexdigest()[:32]


def tell(pk: int) -> None:
    """Say that this Spark was posted: to everybody, or to the friends who see it where guests do not.

    Redis away costs the quickness alone, so it is logged and not raised.
    """
    if not settings.STREAM_URL:
        return
    spark = Spark.objects.select_related("author", "topic").filter(pk=pk, topic__isnull=False).first()
    if spark is None or spark.topic is None:
        return
    news: dict[str, Any] = {"topic": spark.topic.slug, "person": spark.author.handle or ""}
    if not Spark.objects.visible_to(None).filter(pk=pk).exists():
        friends = Friend.objects.filter(friend=spark.author, user__is_active=True)
        friends = friends.exclude(blocks_between(spark.author_id, "user"))
        news["to"] = [key_of(friend) for friend in friends.values_list("user", flat=True)]
    try:
        _redis(settings.REDIS_URL).publish(channel(settings.SITE_URL), json.dumps(news))
    except RedisError:
        logger.warning("The stream was not told of a Spark: Redis is away")


@lru_cache(maxsize=1)
def _redis(url: str) -> Redis:
    # Half a second: whoever posts must not wait for those who read.
    return Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
