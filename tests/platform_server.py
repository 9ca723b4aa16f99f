"""The five networks on one local server, in the shapes that they document: real HTTP for tests, in a thread."""

import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from PIL import Image

ACCESS, REFRESH = "access-token-canary-1", "refresh-token-canary-1"


@dataclass
class Asked:
    """One question that came."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class World:
    """What the networks know, and how they behave; tests change it."""

    base: str = ""
    handle: str = "otto.makes"
    number: str = "778899"
    bio: str = "Lamps."
    followers: int | None = 31_204
    good_access: set[str] = field(default_factory=lambda: {ACCESS})
    renewals: int = 0
    revoked: list[str] = field(default_factory=list)
    is_private: bool = False
    is_hidden: bool = False
    codes: dict[str, str] = field(default_factory=lambda: {"good-code": ""})
    asked: list[Asked] = field(default_factory=list)
    # Answers instead of the documented one, by the beginning of a path: a function of the handler.
    instead: dict[str, Callable[["Handler"], None]] = field(default_factory=dict)
    posts: list[dict[str, Any]] = field(default_factory=list)

    def urls(self) -> dict[str, str]:
        """settings.PLATFORM_URLS that lead here."""
        base = self.base
        return {
            "youtube.authorize": f"{base}/youtube/authorize", "youtube.token": f"{base}/youtube/token",
            "youtube.revoke": f"{base}/youtube/revoke", "youtube.api": f"{base}/youtube/v3", "youtube.pictures": f"{base}/pictures",
            "instagram.authorize": f"{base}/instagram/authorize", "instagram.token": f"{base}/instagram/token",
            "instagram.graph": f"{base}/instagram/graph", "instagram.discovery": f"{base}/instagram/discovery",
            "facebook.authorize": f"{base}/facebook/authorize", "facebook.graph": f"{base}/facebook/graph",
            "x.authorize": f"{base}/x/authorize", "x.api": f"{base}/x/2",
            "tiktok.authorize": f"{base}/tiktok/authorize", "tiktok.api": f"{base}/tiktok/v2",
        }  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    world: World

    def log_message(self, *args: Any) -> None:
        """Quiet."""

    def say(self, body: Any, status: int = 200, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def do_DELETE(self) -> None:
        self.answer()

    def answer(self) -> None:
        parts = urlsplit(self.path)
        size = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(size).decode() if size else ""
        form = dict(parse_qsl(sent)) if "form" in (self.headers.get("Content-Type") or "") else {}
        self.asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), form, dict(self.headers))
        self.world.asked.append(self.asked)
        for beginning, other in self.world.instead.items():
            if parts.path.startswith(beginning):
                other(self)
                return
        network, _, rest = parts.path.lstrip("/").partition("/")
        getattr(self, network)(rest)

    # --- What all share

    def may_read(self) -> bool:
        """The bearer token is one that is good now, or the site's own."""
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return token in self.world.good_access or token in {"site-bearer", "site-discovery", "site-page"}

    def new_tokens(self, *, refreshes: bool = True) -> dict[str, Any]:
        if (
            self.asked.form.get("grant_type") == "authorization_code"
            and self.asked.form.get("code") not in self.world.codes
        ):
            return {}
        self.world.renewals += 1
        access = f"access-token-canary-{self.world.renewals + 1}"
        self.world.good_access.add(access)
        tokens: dict[str, Any] = {"access_token": access, "expires_in": 3600, "token_type": "bearer"}
        return tokens | ({"refresh_token": f"refresh-token-canary-{self.world.renewals + 1}"} if refreshes else {})

    def posts(self) -> list[dict[str, Any]]:
        return self.world.posts

    def pictures(self, rest: str) -> None:
        """A small red picture for every post."""
        out = io.BytesIO()
        Image.new("RGB", (320, 180), "red").save(out, "PNG")
        self.say(out.getvalue())

    # --- YouTube

    def youtube(self, rest: str) -> None:
        world = self.world
        if rest == "token":
            tokens = self.new_tokens()
            return self.say(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)
        if rest == "revoke":
            world.revoked.append(self.asked.form["token"])
            return self.say({})
        if not self.may_read() and self.headers.get("X-Goog-Api-Key") != "site-key":
            return self.say({"error": {"code": 401, "status": "UNAUTHENTICATED"}}, 401)
        if rest == "v3/channels":
            if self.asked.query.get("forHandle", f"@{world.handle}").lower() != f"@{world.handle}":
                return self.say({"kind": "youtube#channelListResponse", "pageInfo": {"totalResults": 0}})
            statistics = {"viewCount": "900", "videoCount": "3", "hiddenSubscriberCount": world.is_hidden}
            if not world.is_hidden:
                statistics["subscriberCount"] = str(world.followers)
            return self.say({"items": [{
                "id": world.number,
                "snippet": {"title": "Otto", "description": world.bio, "customUrl": f"@{world.handle}", "publishedAt": "2019-05-04T10:00:00Z"},
                "statistics": statistics, "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": "UU1"}},
            }]})  # fmt: skip
        if rest == "v3/playlistItems":
            return self.say({"items": [{"contentDetails": {"videoId": f"v{n}"}} for n, _ in enumerate(self.posts())]})
        return self.say({"items": [
            {"id": f"v{n}", "snippet": {"publishedAt": post["at"], "thumbnails": {"medium": {"url": f"{self.world.base}/pictures/v{n}.png"}}},
             "statistics": {"viewCount": str(post["views"])} | ({} if world.is_hidden else {"likeCount": str(post["likes"]), "commentCount": str(post["comments"])})}
            for n, post in enumerate(self.posts())
        ]})  # fmt: skip

    # --- Meta

    def meta_refusal(self, code: int, status: int = 400) -> None:
        self.say({"error": {"message": "…", "type": "OAuthException", "code": code, "fbtrace_id": "A"}}, status)

    def media(self) -> dict[str, Any]:
        return {"data": [
            {"id": str(n), "timestamp": post["at"].replace("Z", "+0000"), "media_type": "IMAGE", "permalink": f"https://www.instagram.com/p/{n}/",
             "comments_count": post["comments"]} | ({} if self.world.is_hidden else {"like_count": post["likes"]})
            for n, post in enumerate(self.posts())
        ]}  # fmt: skip

    def instagram(self, rest: str) -> None:
        world = self.world
        me = {
            "user_id": world.number,
            "username": world.handle,
            "account_type": "MEDIA_CREATOR",
            "followers_count": world.followers,
            "follows_count": 310,
            "media_count": 3,
        }
        if rest == "token":
            tokens = self.new_tokens(refreshes=False)
            if not tokens:
                return self.say({"error_type": "OAuthException", "code": 400, "error_message": "Invalid code"}, 400)
            return self.say(
                {
                    "data": [
                        {
                            "access_token": tokens["access_token"],
                            "user_id": world.number,
                            "permissions": "instagram_business_basic",
                        }
                    ]
                }
            )
        if rest in {"graph/access_token", "graph/refresh_access_token"}:
            if self.asked.query["access_token"] not in world.good_access:
                return self.meta_refusal(190)
            return self.say({**self.new_tokens(refreshes=False), "expires_in": 5_183_944})
        if rest.startswith("discovery/"):
            if not self.may_read():
                return self.meta_refusal(190)
            if f"({world.handle})" not in self.asked.query["fields"] or world.is_private:
                return self.meta_refusal(110)
            return self.say(
                {
                    "business_discovery": {**me, "id": world.number, "biography": world.bio, "media": self.media()},
                    "id": "1",
                }
            )
        if not self.may_read():
            return self.meta_refusal(190)
        if rest.endswith("/me/permissions"):
            world.revoked.append("instagram")
            return self.say({"success": True})
        return self.say(self.media() if rest.endswith("/media") else me)

    def facebook(self, rest: str) -> None:
        world = self.world
        page = {
            "id": world.number,
            "username": world.handle,
            "followers_count": None if world.is_hidden else world.followers,
            "fan_count": 29_000,
            "about": world.bio,
        }
        if rest == "graph/oauth/access_token":
            if "code" in self.asked.query and self.asked.query["code"] not in world.codes:
                return self.meta_refusal(100)
            if "code" not in self.asked.query and self.asked.query["fb_exchange_token"] not in world.good_access:
                return self.meta_refusal(190)
            return self.say({**self.new_tokens(refreshes=False), "expires_in": 5_183_944})
        if not self.may_read():
            return self.meta_refusal(190)
        if rest == "graph/me/accounts":
            other = {"id": "1", "name": "Another", "access_token": "site-page"}
            return self.say(
                {
                    "data": [
                        other,
                        {"id": world.number, "name": "Otto", "username": world.handle, "access_token": "site-page"},
                    ]
                }
            )
        if rest == "graph/me/permissions":
            world.revoked.append("facebook")
            return self.say({"success": True})
        if rest.endswith("posts"):
            return self.say({"data": [
                {"id": str(n), "created_time": post["at"].replace("Z", "+0000"), "permalink_url": f"https://www.facebook.com/{n}",
                 "likes": {"data": [], "summary": {"total_count": post["likes"]}}, "comments": {"data": [], "summary": {"total_count": post["comments"]}}}
                for n, post in enumerate(self.posts())
            ]})  # fmt: skip
        return self.say(page)

    # --- X

    def x(self, rest: str) -> None:
        world = self.world
        if rest == "2/oauth2/token":
            tokens = self.new_tokens()
            return self.say(tokens or {"error": "invalid_request"}, 200 if tokens else 400)
        if rest == "2/oauth2/revoke":
            world.revoked.append(self.asked.form["token"])
            return self.say({"revoked": True})
        if not self.may_read():
            return self.say(
                {"title": "Unauthorized", "status": 401, "type": "about:blank", "detail": "Unauthorized"}, 401
            )
        if rest.endswith("/tweets"):
            return self.say({"data": [
                {"id": str(n), "text": "…", "created_at": post["at"],
                 "public_metrics": {"retweet_count": 0, "reply_count": post["comments"], "like_count": post["likes"], "quote_count": 0, "impression_count": post["views"]}}
                for n, post in enumerate(self.posts())
            ], "meta": {"result_count": len(self.posts())}})  # fmt: skip
        if rest.startswith("2/users/by/username/") and not rest.endswith(f"/{world.handle}"):
            return self.say(
                {
                    "errors": [
                        {"title": "Not Found Error", "type": "https://api.twitter.com/2/problems/resource-not-found"}
                    ]
                }
            )
        return self.say({"data": {
            "id": world.number, "name": "Otto", "username": world.handle, "description": world.bio, "protected": world.is_private, "verified": False,
            "created_at": "2015-02-01T00:00:00.000Z",
            "public_metrics": {"followers_count": world.followers, "following_count": 310, "tweet_count": 99, "listed_count": 3},
        }})  # fmt: skip

    # --- TikTok

    def tiktok(self, rest: str) -> None:
        world = self.world
        if rest == "v2/oauth/token/":
            tokens = self.new_tokens()
            return self.say(
                {**tokens, "open_id": world.number} if tokens else {"error": "invalid_grant", "error_description": "…"}
            )
        if rest == "v2/oauth/revoke/":
            world.revoked.append(self.asked.form["token"])
            return self.say({})
        fine = {"code": "ok", "message": "", "log_id": "1"}
        if not self.may_read():
            return self.say({"data": {}, "error": {"code": "access_token_invalid", "message": "…", "log_id": "1"}}, 401)
        if rest == "v2/video/list/":
            return self.say({"data": {"videos": [
                {"id": str(n), "create_time": int(datetime.fromisoformat(post["at"]).timestamp()), "share_url": f"https://www.tiktok.com/v/{n}",
                 "view_count": post["views"], "like_count": post["likes"], "comment_count": post["comments"]}
                for n, post in enumerate(self.posts())
            ], "cursor": 0, "has_more": False}, "error": fine})  # fmt: skip
        return self.say({"data": {"user": {
            "open_id": world.number, "username": world.handle, "bio_description": world.bio, "is_verified": False,
            "follower_count": world.followers, "following_count": 310, "likes_count": 5_000, "video_count": 3,
        }}, "error": fine})  # fmt: skip


def recent_posts() -> list[dict[str, Any]]:
    """Three posts of the last days: the middle one has 200 likes, 20 comments and 4,000 views."""
    now = datetime.now(UTC).replace(microsecond=0)
    return [
        {
            "at": (now - timedelta(days=day)).isoformat().replace("+00:00", "Z"),
            "likes": likes,
            "comments": comments,
            "views": views,
        }
        for day, likes, comments, views in ((1, 100, 10, 3_000), (3, 200, 20, 4_000), (90, 900, 90, 9_000))
    ]


@contextmanager
def networks() -> Iterator[World]:
    """The networks, for as long as they are needed."""
    world = World(posts=recent_posts())
    handler = type("Here", (Handler,), {"world": world})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    # Threads that still trickle are not waited for.
    server.block_on_close = False
    world.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
