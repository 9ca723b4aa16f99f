"""Tells open feeds that new Sparks came, over server-sent events: an ASGI application for a process of its own.

It knows neither database nor account nor cookie. What it hears of is where and by whom somebody posted and, where not every guest may
see it, to which keys it may be said (``sparks.live``). What it says is only that something came: the page asks for the count itself. A stream that is open is one that hears: while
Redis is away streams are closed and new ones refused, and pages ask every half minute.
"""

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# A sign of life, so that proxies keep a quiet stream and a dead one is found.
BEAT_SECONDS = 25
# However many Sparks come, a reader is told so often at most.
HOLD_SECONDS = 2
# Who does not take a line for so long is let go.
SLOW_SECONDS = 10
# Then the browser comes back by itself: nothing lives for ever. Half as much again at random, so that not all come at once.
LIFE_SECONDS = 900
REDIS_QUIET_SECONDS = 15
REDIS_AGAIN_SECONDS = 2
MOST_READERS = 5000
HELLO = b"retry: 3000\n: hello\n\n"
NEWS = b"event: new\ndata: 1\n\n"
ALIVE = b": alive\n\n"


def channel(site_url: str) -> str:
    """Where the pages and the stream of one shop meet in Redis."""
    return f"sparks@{site_url}"


class News(NamedTuple):
    """A Spark was posted. ``to``: the keys of those who may hear of it, None for everybody."""

    topic: str
    person: str
    to: frozenset[str] | None = None


class Reader:
    """One open page: what it waits for (empty: everything), by whose key, and whether something came."""

    __slots__ = ("is_over", "key", "person", "stir", "topic")

    def __init__(self, topic: str, person: str, key: str = "") -> None:
        self.topic, self.person, self.key = topic, person, key
        self.stir = asyncio.Event()
        self.is_over = False

    def waits_for(self, news: News) -> bool:
        """This is news here."""
        return (
            self.topic in {"", news.topic}
            and self.person in {"", news.person}
            and (news.to is None or self.key in news.to)
        )

    def end(self) -> None:
        """The page went, or there is nothing to hear."""
        self.is_over = True
        self.stir.set()


class Stream:
    """The application. ``site_url`` names the shop whose pages may read it in a browser.

    Raises ValueError for what is no address of a Redis: a process that could never hear must not start.
    """

    def __init__(self, *, redis_url: str, site_url: str) -> None:
        # No silent second try: what is lost meanwhile, the pages must ask for.
        self.redis = Redis.from_url(redis_url, socket_connect_timeout=5, retry=Retry(NoBackoff(), 0))
        self.channel = channel(site_url)
        parts = urlsplit(site_url)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.readers: set[Reader] = set()
        self.hears = False
        self.fresh: set[News] = set()
        self.told_at = float("-inf")
        self.listener: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self.listener = asyncio.create_task(self._listen())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.listener.cancel()
        self._let_go()
        await send({"type": "lifespan.shutdown.complete"})

    # --- Redis

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except (RedisError, OSError):
                logger.warning("The stream is deaf: Redis is away")
            self._let_go()
            await asyncio.sleep(REDIS_AGAIN_SECONDS)

    async def _hear(self) -> None:
        """Hand on what Redis says until it fails."""
        async with self.redis.pubsub() as hearing:
            await hearing.subscribe(self.channel)
            was_asked = False
            while True:
                message = await hearing.get_message(timeout=REDIS_QUIET_SECONDS)
                if message is None and was_asked:
                    raise ConnectionError("Redis does not answer")
                if message is None:
                    await hearing.ping()
                was_asked = message is None
                if message and message["type"] == "subscribe":
                    self.hears = True
                if message and message["type"] == "message":
                    self.note(message["data"])

    def _let_go(self) -> None:
        self.hears = False
        for reader in self.readers:
            reader.end()

    def note(self, data: bytes) -> None:
        """A Spark was posted: tell at once, or with the others of these seconds."""
        try:
            told = json.loads(data)
            to = None if told.get("to") is None else frozenset(map(str, told["to"]))
            news = News(str(told["topic"]), str(told["person"]), to)
        except (ValueError, KeyError, TypeError, AttributeError):
            logger.warning("The stream heard something that is no Spark")
            return
        if not self.fresh:
            loop = asyncio.get_running_loop()
            loop.call_at(max(loop.time(), self.told_at + HOLD_SECONDS), self._tell)
        self.fresh.add(news)

    def _tell(self) -> None:
        for reader in self.readers:
            if any(reader.waits_for(news) for news in self.fresh):
                reader.stir.set()
        self.fresh.clear()
        self.told_at = asyncio.get_running_loop().time()

    # --- Pages

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        if scope["method"] not in {"GET", "HEAD"}:
            await _say(send, 405, "Only GET.")
        elif scope["path"].endswith("/healthz"):
            await _say(send, 200, "ok" if self.hears else "ok, but Redis is away")
        elif origin not in {"", self.origin}:
            await _say(send, 403, "This stream is for the pages of its shop.")
        elif not self.hears or len(self.readers) >= MOST_READERS:
            await _say(send, 503, "Ask the page itself for now.")
        else:
            asked = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=4)
            await self._stream(
                Reader(_first(asked, "topic"), _first(asked, "person"), _first(asked, "me")), receive, send
            )

    async def _stream(self, reader: Reader, receive: Receive, send: Send) -> None:
        leaving = asyncio.create_task(_leaves(reader, receive))
        self.readers.add(reader)
        try:
            start = {"type": "http.response.start", "status": 200, "headers": self._headers()}
            await send(start)
            await _send_in_time(send, HELLO)
            await self._tell_until_over(reader, send)
            await send({"type": "http.response.body", "body": b""})
        except (TimeoutError, OSError):
            # Too slow, or gone: nothing is owed to either.
            pass
        finally:
            self.readers.discard(reader)
            leaving.cancel()

    async def _tell_until_over(self, reader: Reader, send: Send) -> None:
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + LIFE_SECONDS * (1 + random.random() / 2)  # noqa: S311  (spreads load, keeps no secret)
        while loop.time() < ends_at:
            line = NEWS
            try:
                async with asyncio.timeout(BEAT_SECONDS):
                    await reader.stir.wait()
            except TimeoutError:
                line = ALIVE
            if reader.is_over:
                return
            reader.stir.clear()
            await _send_in_time(send, line)

    def _headers(self) -> list[tuple[bytes, bytes]]:
        return [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-cache, no-transform"),
            (b"x-accel-buffering", b"no"),
            (b"x-content-type-options", b"nosniff"),
            (b"access-control-allow-origin", self.origin.encode()),
            (b"vary", b"Origin"),
        ]


def _first(asked: dict[str, list[str]], name: str) -> str:
    return asked.get(name, [""])[0][:64]


async def _leaves(reader: Reader, receive: Receive) -> None:
    with suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass
        reader.end()


async def _send_in_time(send: Send, line: bytes) -> None:
    async with asyncio.timeout(SLOW_SECONDS):
        await send({"type": "http.response.body", "body": line, "more_body": True})


async def _say(send: Send, status: int, text: str) -> None:
    body = f"{text}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
