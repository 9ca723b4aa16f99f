"""Live news of feeds: who is told, what is said, and what happens when Redis, the reader or the process is away."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Block, User
from sparks import live, stream
from sparks.models import Spark
from sparks.services.posting import post_spark
from tests.cast import Mei
from tests.factories.accounts import UserFactory, befriend
from tests.factories.sparks import SparkFactory, TopicFactory

SHOP = "https://shop.example"


class Telegraph:
    """Stands for Redis: keeps what was published."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def publish(self, channel: str, text: str) -> None:
        self.sent.append((channel, json.loads(text)))


@pytest.fixture
def telegraph(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Telegraph:
    settings.STREAM_URL = "https://shop.example/stream"
    settings.SITE_URL = SHOP
    made = Telegraph()
    monkeypatch.setattr(live, "_redis", lambda url: made)
    return made


def draft(author: User, **values: object) -> Spark:
    return SparkFactory(
        author=author, topic=TopicFactory(slug="home"), kind="story", words="Once", state="draft", **values
    )


def test_a_public_post_is_told_of_after_commit_and_once(
    mei: Mei, telegraph: Telegraph, django_capture_on_commit_callbacks: Any
) -> None:
    spark = draft(mei.user)
    with django_capture_on_commit_callbacks(execute=True):
        post_spark(spark=spark)
        assert telegraph.sent == []
    with django_capture_on_commit_callbacks(execute=True):
        post_spark(spark=spark)

    assert telegraph.sent == [("sparks@https://shop.example", {"topic": "home", "person": "slowhome"})]


@pytest.mark.parametrize("audience", ["friends", "public"], ids=["for friends", "of one whom nobody finds"])
def test_what_a_guest_may_not_see_is_told_to_friends_by_their_keys(
    mei: Mei, lina: User, telegraph: Telegraph, audience: str, django_capture_on_commit_callbacks: Any
) -> None:
    blocked = UserFactory()
    for friend in (lina, blocked):
        befriend(mei.user, friend)
    Block.objects.create(blocker=blocked, blocked=mei.user)
    if audience == "public":
        User.objects.filter(pk=mei.user.pk).update(findable_by="nobody")
    with django_capture_on_commit_callbacks(execute=True):
        post_spark(spark=draft(mei.user, audience=audience))

    assert [news["to"] for _channel, news in telegraph.sent] == [[live.key_of(lina.pk)]]
    assert live.key_of(lina.pk) != live.key_of(blocked.pk)


def test_where_no_stream_runs_nothing_is_told(
    mei: Mei, telegraph: Telegraph, settings: Settings, django_capture_on_commit_callbacks: Any
) -> None:
    settings.STREAM_URL = ""
    with django_capture_on_commit_callbacks(execute=True):
        post_spark(spark=draft(mei.user))

    assert Spark.objects.get().state == "posted"
    assert telegraph.sent == []


def test_redis_away_does_not_keep_a_post_back(
    mei: Mei, settings: Settings, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any
) -> None:
    settings.STREAM_URL, settings.REDIS_URL = "https://shop.example/stream", "redis://127.0.0.1:1/0"
    live._redis.cache_clear()
    with django_capture_on_commit_callbacks(execute=True):
        post_spark(spark=draft(mei.user))

    assert Spark.objects.get().state == "posted"
    assert "Redis is away" in caplog.text


def test_pages_name_the_stream_and_what_they_wait_for(as_guest: Client, mei: Mei, settings: Settings) -> None:
    SparkFactory(author=mei.user, topic=TopicFactory(slug="home"))
    pages = {"/sparks": "", "/sparks/t/home": "?topic=home", "/sparks/of/slowhome": "?person=slowhome"}
    for page in pages:
        assert "data-stream" not in as_guest.get(page).content.decode()
    settings.STREAM_URL = "https://live.shop.example/stream"
    for page, asked in pages.items():
        assert f'data-stream="https://live.shop.example/stream{asked}"' in as_guest.get(page).content.decode()


# --- The process


class Page:
    """An open page at the other end of a stream."""

    def __init__(self, app: stream.Stream, query: str = "", *, method: str = "GET", **headers: str) -> None:
        self.said: list[Any] = []
        self.left = asyncio.Event()
        self.took = asyncio.Event()
        self.took.set()
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        self.scope = {"type": "http", "method": method, "path": "/", "query_string": query.encode(), "headers": pairs}
        self.task = asyncio.create_task(app(self.scope, self.receive, self.send))

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.said.append(message)
        await self.took.wait()

    @property
    def status(self) -> int:
        return int(self.said[0]["status"])

    @property
    def news(self) -> int:
        return sum(message.get("body") == stream.NEWS for message in self.said)


@pytest.fixture
def app() -> stream.Stream:
    made = stream.Stream(redis_url="redis://127.0.0.1:1/0", site_url=SHOP)
    made.hears = True
    return made


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HOLD_SECONDS", 0.05)
    monkeypatch.setattr(stream, "SLOW_SECONDS", 0.05)


def told(topic: str = "home", person: str = "slowhome", **more: object) -> bytes:
    return json.dumps({"topic": topic, "person": person, **more}).encode()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.005)


def run(script: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await script()

    # In a thread of its own: where a browser was driven before, this one has a loop that runs.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, whole()).result()


def test_each_page_hears_of_its_own_feed_and_of_nothing_but_that_something_came(app: stream.Stream) -> None:
    async def script() -> None:
        every, home, away, mei, kai = (
            Page(app, query) for query in ("", "topic=home", "topic=away", "person=slowhome", "person=kai")
        )
        await until(lambda: len(app.readers) == 5)
        app.note(told())
        await until(lambda: bool(every.news and home.news and mei.news))
        assert (away.news, kai.news) == (0, 0)
        assert {message.get("body") for message in every.said[1:]} == {stream.HELLO, stream.NEWS}
        app.note(told(topic="away", person="kai"))
        await until(lambda: bool(away.news and kai.news))
        assert (every.news, home.news, mei.news) == (2, 1, 1)

    run(script)


def test_what_is_for_friends_is_heard_by_their_pages_alone(app: stream.Stream) -> None:
    async def script() -> None:
        friend, other, guest = (Page(app, query) for query in ("me=key-a", "me=key-b", ""))
        away = Page(app, "topic=away&me=key-a")
        await until(lambda: len(app.readers) == 4)
        app.note(told(to=["key-a"]))
        await until(lambda: bool(friend.news))
        app.note(told(to=[]))
        app.note(told())
        await until(lambda: bool(guest.news))
        assert (friend.news, other.news, guest.news, away.news) == (2, 1, 1, 0)

    run(script)


def test_a_thousand_posts_in_a_moment_are_few_words(app: stream.Stream) -> None:
    async def script() -> None:
        page = Page(app)
        await until(lambda: len(app.readers) == 1)
        for _ in range(1000):
            app.note(told())
        await until(lambda: page.news == 1)
        app.note(told())
        await until(lambda: page.news == 2)

    run(script)


def test_who_leaves_is_forgotten(app: stream.Stream) -> None:
    async def script() -> None:
        page = Page(app)
        await until(lambda: len(app.readers) == 1)
        page.left.set()
        await until(page.task.done)
        assert app.readers == set()

    run(script)


def test_who_does_not_take_what_is_said_is_let_go(app: stream.Stream) -> None:
    async def script() -> None:
        slow, quick = Page(app), Page(app)
        await until(lambda: len(app.readers) == 2)
        slow.took.clear()
        app.note(told())
        await until(slow.task.done)
        assert (app.readers != set(), quick.news, slow.task.exception()) == (True, 1, None)

    run(script)


def test_a_quiet_stream_shows_that_it_lives_and_ends_after_a_while(
    app: stream.Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(stream, "LIFE_SECONDS", 0.1)

    async def script() -> None:
        page = Page(app)
        await until(page.task.done)
        assert page.said[2]["body"] == stream.ALIVE
        assert page.said[-1] == {"type": "http.response.body", "body": b""}

    run(script)


def test_without_redis_streams_end_and_new_ones_are_refused_so_that_pages_ask(app: stream.Stream) -> None:
    async def script() -> None:
        page = Page(app)
        await until(lambda: len(app.readers) == 1)
        listener = asyncio.create_task(app._listen())
        await until(page.task.done)
        late = Page(app)
        await until(late.task.done)
        listener.cancel()
        assert (page.status, late.status, app.readers) == (200, 503, set())

    run(script)


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {"origin": "https://evil.example"}, 403),
        ("GET", {"origin": "null"}, 403),
        ("POST", {}, 405),
        ("GET", {"origin": SHOP}, 200),
        ("GET", {}, 200),
    ],
)
def test_only_pages_of_the_shop_may_read_it(
    app: stream.Stream, method: str, headers: dict[str, str], status: int
) -> None:
    async def script() -> None:
        page = Page(app, method=method, **headers)
        await until(lambda: bool(page.said))
        assert page.status == status
        if status == 200:
            assert (b"access-control-allow-origin", SHOP.encode()) in page.said[0]["headers"]

    run(script)


def test_a_full_house_refuses_the_next(app: stream.Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_READERS", 1)

    async def script() -> None:
        Page(app)
        await until(lambda: len(app.readers) == 1)
        late = Page(app)
        await until(late.task.done)
        assert late.status == 503

    run(script)


@pytest.mark.parametrize("url", ["", "http://127.0.0.1"])
def test_a_stream_that_could_never_hear_does_not_start(url: str) -> None:
    with pytest.raises(ValueError, match="Redis URL must specify"):
        stream.Stream(redis_url=url, site_url=SHOP)


@pytest.mark.parametrize("noise", [b"", b"[]", b"7", b'{"topic": "home"}', b"\xff"])
def test_noise_from_redis_ends_nothing(app: stream.Stream, noise: bytes) -> None:
    async def script() -> None:
        page = Page(app)
        await until(lambda: len(app.readers) == 1)
        app.note(noise)
        app.note(told())
        await until(lambda: page.news == 1)

    run(script)
