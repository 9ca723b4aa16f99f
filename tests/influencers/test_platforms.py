"""The clients of the five networks, over real HTTP against a local server that speaks the documented shapes."""

import time
from typing import Any

import pytest
from django.test import override_settings

from influencers.platforms.base import PlatformTrouble, Tokens
from influencers.platforms.clients import CLIENTS, client_for
from tests.platform_server import ACCESS, Handler, World

NAMES = sorted(CLIENTS)
PUBLIC = ["facebook", "instagram", "x", "youtube"]
TOKENS = Tokens(ACCESS, "refresh-token-canary-1")


def trouble_of(act: Any) -> PlatformTrouble:
    with pytest.raises(PlatformTrouble) as trouble:
        act()
    return trouble.value


@pytest.mark.parametrize("name", NAMES)
def test_her_own_figures_are_read_as_documented(name: str, world: World) -> None:
    figures = client_for(name).figures(TOKENS, wanted="otto.makes")

    assert (figures.identity.platform_id, figures.identity.handle) == ("778899", "otto.makes")
    assert figures.followers == 31_204
    assert [post.likes for post in figures.posts] == [100, 200, 900]
    assert [post.comments for post in figures.posts] == [10, 20, 90]
    has_views = name in {"youtube", "x", "tiktok"}
    assert [post.views for post in figures.posts] == ([3_000, 4_000, 9_000] if has_views else [None, None, None])
    assert all(post.at.tzinfo and post.url.startswith("https://") for post in figures.posts)


@pytest.mark.parametrize("name", PUBLIC)
def test_public_profiles_and_figures_are_read_with_the_sites_key(name: str, world: World) -> None:
    world.bio = "Lamps. VT-ABCDEFGH23"

    assert client_for(name).profile("otto.makes").bio == "Lamps. VT-ABCDEFGH23"
    assert client_for(name).public_figures("otto.makes").followers == 31_204


@pytest.mark.parametrize("name", NAMES)
def test_tokens_travel_in_headers_and_never_in_an_address(name: str, world: World) -> None:
    client_for(name).figures(TOKENS, wanted="otto.makes")
    if name in PUBLIC:
        client_for(name).public_figures("otto.makes")

    assert world.asked
    for asked in world.asked:
        assert not {ACCESS, "site-key", "site-bearer", "site-page", "site-discovery"} & set(asked.query.values())


@pytest.mark.parametrize("name", NAMES)
def test_questions_are_counted(name: str, world: World) -> None:
    client = client_for(name)
    client.figures(TOKENS, wanted="otto.makes")

    assert client.questions == len(world.asked) == {"youtube": 3, "facebook": 3}.get(name, 2)


@pytest.mark.parametrize("name", NAMES)
def test_a_token_at_its_end_is_named_so(name: str, world: World) -> None:
    world.good_access.clear()

    assert trouble_of(lambda: client_for(name).figures(TOKENS, wanted="otto.makes")).kind == "expired"


@pytest.mark.parametrize("name", NAMES)
def test_a_token_is_renewed(name: str, world: World) -> None:
    renewed = client_for(name).renew(TOKENS)

    assert renewed.access == "access-token-canary-2"
    assert renewed.expires_in in {3600, 5_183_944}
    assert "canary" not in repr(renewed)


@pytest.mark.parametrize("name", ["youtube", "instagram", "facebook"])
def test_hidden_counts_are_unknown_not_zero(name: str, world: World) -> None:
    world.is_hidden = True
    figures = client_for(name).figures(TOKENS, wanted="otto.makes")

    if name == "youtube":
        assert (figures.followers, figures.posts[0].likes, figures.posts[0].comments) == (None, None, None)
        assert figures.posts[0].views == 3_000
    elif name == "instagram":
        assert (figures.posts[0].likes, figures.posts[0].comments) == (None, 10)
    else:
        # An old page that tells its likes alone.
        assert figures.followers == 29_000


@pytest.mark.parametrize(("name", "kind"), [("x", "private"), ("instagram", "missing")])
def test_a_private_account_is_not_read(name: str, kind: str, world: World) -> None:
    world.is_private = True

    assert trouble_of(lambda: client_for(name).public_figures("otto.makes")).kind == kind


@pytest.mark.parametrize("name", ["youtube", "x", "instagram"])
def test_an_account_that_is_not_there_is_missing(name: str, world: World) -> None:
    assert trouble_of(lambda: client_for(name).profile("somebody")).kind == "missing"


def test_a_page_that_she_does_not_look_after_is_missing(world: World) -> None:
    assert trouble_of(lambda: client_for("facebook").who(TOKENS, wanted="somebody")).kind == "missing"


def test_a_channel_without_a_video_has_no_posts(world: World) -> None:
    world.instead["/youtube/v3/playlistItems"] = lambda handler: handler.say({"error": {"code": 404}}, 404)

    assert client_for("youtube").figures(TOKENS, wanted="otto.makes").posts == ()


def say(body: Any, status: int = 200, **headers: str) -> Any:
    return lambda handler: handler.say(body, status, **headers)


AT = "2026-05-04T10:00:00+0000"
IG, YT = "/instagram/graph/v25.0/me/media", "/youtube/v3/videos"
FB, X, TT = "/facebook/graph/778899/published_posts", "/x/2/users/778899/tweets", "/tiktok/v2/video/list/"


def tweet(*keys: str) -> dict[str, Any]:
    """A post with media, one a photo and one a film, as X lists them beside the posts."""
    media = [{"media_key": "photo", "url": "p.jpg"}, {"media_key": "film", "preview_image_url": "still.jpg"}]
    row = {"id": "1", "created_at": AT, "attachments": {"media_keys": list(keys)}}
    return {"data": [row], "includes": {"media": media}}


@pytest.mark.parametrize(
    ("name", "path", "body", "picture"),
    [
        ("instagram", IG, {"data": [{"timestamp": AT, "media_type": "IMAGE", "media_url": "a.jpg"}]}, "a.jpg"),
        ("instagram", IG, {"data": [{"timestamp": AT, "media_type": "CAROUSEL_ALBUM", "media_url": "a.jpg"}]}, "a.jpg"),
        (
            "instagram",
            IG,
            {"data": [{"timestamp": AT, "media_type": "VIDEO", "media_url": "a.mp4", "thumbnail_url": "still.jpg"}]},
            "still.jpg",
        ),
        ("instagram", IG, {"data": [{"timestamp": AT, "media_type": "VIDEO", "media_url": "a.mp4"}]}, ""),
        ("facebook", FB, {"data": [{"created_time": AT, "full_picture": "a.jpg"}]}, "a.jpg"),
        ("facebook", FB, {"data": [{"created_time": AT}]}, ""),
        ("x", X, tweet("photo", "film"), "p.jpg"),
        ("x", X, tweet("film"), "still.jpg"),
        ("x", X, tweet("elsewhere", "photo"), "p.jpg"),
        ("x", X, tweet(), ""),
        ("x", X, {"data": [{"id": "1", "created_at": AT}]}, ""),
        ("tiktok", TT, {"data": {"videos": [{"create_time": 1, "cover_image_url": "a.jpg"}]}}, "a.jpg"),
        ("tiktok", TT, {"data": {"videos": [{"create_time": 1}]}}, ""),
        ("youtube", YT, {"items": [{"id": "1", "snippet": {"publishedAt": AT, "thumbnails": {}}}]}, ""),
    ],
)
def test_the_picture_of_a_post_is_read_where_each_network_tells_it(
    name: str, path: str, body: Any, picture: str, world: World
) -> None:
    world.instead[path] = say(body)

    assert [post.picture for post in client_for(name).figures(TOKENS, wanted="otto.makes").posts] == [picture]


DEEP = b"[" * 100_000


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("other", "kind", "wait"),
    [
        (say({}, 500), "away", None),
        (say(b"<html>", 503), "away", None),
        (say({}, 302, Location="http://169.254.169.254/latest/meta-data"), "away", None),
        (say(b"<html>", 200), "garbage", None),
        (say(b"", 200), "garbage", None),
        (say(DEEP, 200), "garbage", None),
        (say([1, 2], 200), "garbage", None),
        (say(b"x" * 3_000_000, 200), "garbage", None),
        (say({}, 429, Retry_After="120"), "limit", 120),
        (say({}, 429, Retry_After="soon"), "limit", None),
        (say({}, 418), "refused", None),
    ],
    ids=["500", "503", "redirect inside", "html", "empty", "deep", "other shape", "huge", "429", "429 odd", "418"],
)
def test_each_trouble_has_its_name(name: str, other: Any, kind: str, wait: int | None, world: World) -> None:
    world.instead["/"] = other

    trouble = trouble_of(lambda: client_for(name).figures(TOKENS, wanted="otto.makes"))

    assert (trouble.kind, trouble.wait) == (kind, wait)
    # Neither a second try nor a way to where the redirect led.
    assert len(world.asked) == 1


@pytest.mark.parametrize(
    ("name", "body", "status", "kind"),
    [
        ("youtube", {"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}]}}, 403, "limit"),
        ("youtube", {"error": {"code": 400, "errors": [{"reason": "keyInvalid"}]}}, 400, "refused"),
        ("instagram", {"error": {"code": 4}}, 400, "limit"),
        ("facebook", {"error": {"code": 32}}, 403, "limit"),
        ("facebook", {"error": {"code": 10}}, 403, "private"),
        ("tiktok", {"data": {}, "error": {"code": "rate_limit_exceeded"}}, 429, "limit"),
        ("tiktok", {"data": {}, "error": {"code": "scope_not_authorized"}}, 401, "refused"),
        ("tiktok", {"data": {}, "error": {"code": "internal_error"}}, 200, "refused"),
    ],
)
def test_the_networks_own_words_for_trouble_are_understood(
    name: str, body: Any, status: int, kind: str, world: World
) -> None:
    world.instead["/"] = say(body, status)

    assert trouble_of(lambda: client_for(name).figures(TOKENS, wanted="otto.makes")).kind == kind


def test_x_says_when_it_may_be_asked_again(world: World) -> None:
    world.instead["/"] = say({}, 429, x_rate_limit_reset=str(int(time.time()) + 600))

    trouble = trouble_of(lambda: client_for("x").figures(TOKENS, wanted="otto.makes"))

    assert trouble.wait is not None
    assert 595 <= trouble.wait <= 600


@pytest.mark.parametrize("count", [-1, "many", 1.5, True, 10**30, "9" * 400, [], {}])
def test_counts_that_are_none_are_garbage(count: Any, world: World) -> None:
    world.followers = count

    assert trouble_of(lambda: client_for("x").figures(TOKENS, wanted="otto.makes")).kind == "garbage"


def test_nobody_at_the_other_end_is_away() -> None:
    with override_settings(PLATFORM_URLS={"x.api": "http://127.0.0.1:9/2"}):
        assert trouble_of(lambda: client_for("x").figures(TOKENS, wanted="otto.makes")).kind == "away"


def silence(handler: Handler) -> None:
    handler.rfile.read(1)


def trickle(beginning: bytes) -> Any:
    """Bytes without end, each well within any timeout between two of them."""

    def drip(handler: Handler) -> None:
        handler.wfile.write(beginning)
        try:
            while True:
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(0.02)
        except OSError:
            return

    return drip


@pytest.mark.parametrize(
    "other",
    [silence, trickle(b"HTTP/1.1 200 OK\r\nX-Slow: "), trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")],
    ids=["silence", "headers drip", "body drips"],
)
def test_a_slow_network_is_hung_up_on(other: Any, world: World, settings: Any) -> None:
    """Without the end after ``PLATFORM_SECONDS`` the trickles would never come to one."""
    settings.PLATFORM_SECONDS = 0.3
    world.instead["/"] = other

    assert trouble_of(lambda: client_for("x").figures(TOKENS, wanted="otto.makes")).kind == "away"
