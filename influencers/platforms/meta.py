"""Instagram and Facebook: two doors of one house, with the same kinds of refusal."""

from typing import Any

from influencers.platforms.base import (
    Figures,
    Identity,
    Platform,
    PlatformTrouble,
    Post,
    Tokens,
    bearer,
    count,
    items,
    maybe,
    moment,
    part,
    text,
)
from influencers.platforms.wire import Answer

VERSION = "v25.0"
PICTURE_HOSTS = ("cdninstagram.com", "fbcdn.net")
# Meta's numbers in error.code: the token is at its end; too many questions; not allowed; no such thing.
KINDS = {
    190: "expired",
    102: "expired",
    4: "limit",
    17: "limit",
    32: "limit",
    613: "limit",
    10: "private",
    803: "missing",
}


class Meta(Platform):
    """What both have in common."""

    def trouble_in(self, answer: Answer) -> str:
        """Meta answers 400 to nearly everything: the kind stands in error.code."""
        if answer.status < 400:
            return ""
        code = maybe(answer.body, "error", "code")
        if code in KINDS:
            return KINDS[code]
        return super().trouble_in(answer)


class Instagram(Meta):
    """Professional accounts, by Instagram's own sign-in; others' public profiles by business discovery."""

    name = "instagram"
    scopes = ("instagram_business_basic",)
    scope_separator = ","
    # Instagram's sign-in documents no PKCE: state and secret bind it.
    has_pkce = False
    urls = {
        "authorize": "https://www.instagram.com/oauth/authorize",
        "token": "https://api.instagram.com/oauth/access_token",
        "graph": "https://graph.instagram.com",
        "discovery": f"https://graph.facebook.com/{VERSION}",
    }
    public_keys = ("discovery_user_id", "discovery_token")
    picture_hosts = PICTURE_HOSTS
    # A long-lived token lasts 60 days and can only be renewed while it lives.
    renew_ahead = 10 * 86_400

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """The short token for the code (good for an hour), and at once the long one for it."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, **self.credentials()}
        body = self.question("POST", self.url("token"), form=form)
        short = text(part(body, "data", 0) if isinstance(maybe(body, "data"), list) else body, "access_token")
        query = {"grant_type": "ig_exchange_token", "client_secret": self.key("client_secret"), "access_token": short}
        return self._long(self.question("GET", f"{self.url('graph')}/access_token", query=query))

    def renew(self, tokens: Tokens) -> Tokens:
        """Another 60 days."""
        query = {"grant_type": "ig_refresh_token", "access_token": tokens.access}
        return self._long(self.question("GET", f"{self.url('graph')}/refresh_access_token", query=query))

    def _long(self, body: Any) -> Tokens:
        return Tokens(access=text(body, "access_token"), expires_in=count(body, "expires_in"))

    def revoke(self, tokens: Tokens) -> None:
        """Take back what she allowed."""
        self.question("DELETE", f"{self.url('graph')}/{VERSION}/me/permissions", headers=bearer(tokens.access))

    def who(self, tokens: Tokens, *, wanted: str) -> Identity:
        """Her own account."""
        return self._identity(self._me(tokens), "user_id")

    def figures(self, tokens: Tokens, *, wanted: str) -> Figures:
        """Her own figures and posts."""
        me = self._me(tokens)
        identity = self._identity(me, "user_id")
        query = {
            "fields": "id,like_count,comments_count,timestamp,media_type,permalink,media_url,thumbnail_url",
            "limit": "50",
        }
        address = f"{self.url('graph')}/{VERSION}/me/media"
        media = self.question("GET", address, query=query, headers=bearer(tokens.access))
        return Figures(
            identity=identity,
            followers=count(me, "followers_count"),
            following=count(me, "follows_count"),
            posts=self._posts(items(media, "data")),
        )

    def _me(self, tokens: Tokens) -> Any:
        query = {"fields": "user_id,username,account_type,followers_count,follows_count,media_count"}
        return self.question("GET", f"{self.url('graph')}/{VERSION}/me", query=query, headers=bearer(tokens.access))

    def profile(self, handle: str) -> Identity:
        """A professional account's public words."""
        return self._identity(self._discover(handle, "id,username,biography"), "id")

    def public_figures(self, handle: str) -> Figures:
        """A professional account's public figures."""
        media = "media.limit(50){like_count,comments_count,timestamp,permalink,media_type,media_url,thumbnail_url}"
        found = self._discover(handle, f"id,username,biography,followers_count,follows_count,media_count,{media}")
        return Figures(
            identity=self._identity(found, "id"),
            followers=count(found, "followers_count"),
            following=count(found, "follows_count"),
            posts=self._posts(items(found, "media", "data")),
        )

    def _discover(self, handle: str, fields: str) -> Any:
        query = {"fields": f"business_discovery.username({handle}){{{fields}}}"}
        address = f"{self.url('discovery')}/{self.key('discovery_user_id')}"
        body = self.question("GET", address, query=query, headers=bearer(self.key("discovery_token")))
        return part(body, "business_discovery")

    def _identity(self, found: Any, number: str) -> Identity:
        return Identity(text(found, number), text(found, "username").lower(), text(found, "biography", missing=""))

    def _posts(self, rows: list[Any]) -> tuple[Post, ...]:
        return tuple(
            Post(
                at=moment(maybe(row, "timestamp")),
                likes=count(row, "like_count"),
                comments=count(row, "comments_count"),
                url=text(row, "permalink", missing=""),
                # Of a film the network has a still.
                picture=text(row, "thumbnail_url", missing="")
                or ("" if maybe(row, "media_type") == "VIDEO" else text(row, "media_url", missing="")),
            )
            for row in rows
        )

    def trouble_in(self, answer: Answer) -> str:
        """Business discovery says "Invalid user id" (110) for what it does not find: private, personal or none."""
        if answer.status >= 400 and maybe(answer.body, "error", "code") == 110:
            return "missing"
        return super().trouble_in(answer)


class Facebook(Meta):
    """Pages. Personal profiles give nothing."""

    name = "facebook"
    scopes = ("pages_show_list", "pages_read_engagement")
    scope_separator = ","
    urls = {
        "authorize": f"https://www.facebook.com/{VERSION}/dialog/oauth",
        "graph": f"https://graph.facebook.com/{VERSION}",
    }
    # A page that is not ours wants Meta's "Page Public Metadata Access": asked for apart from signing in.
    public_keys = ("page_token",)
    picture_hosts = PICTURE_HOSTS
    renew_ahead = 10 * 86_400

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """The short token for the code, and at once the long one (60 days) for it."""
        query = {"code": code, "redirect_uri": redirect_uri, "code_verifier": verifier, **self.credentials()}
        body = self.question("GET", f"{self.url('graph')}/oauth/access_token", query=query)
        return self.renew(Tokens(access=text(body, "access_token")))

    def renew(self, tokens: Tokens) -> Tokens:
        """A token for another 60 days."""
        query = {"grant_type": "fb_exchange_token", "fb_exchange_token": tokens.access, **self.credentials()}
        body = self.question("GET", f"{self.url('graph')}/oauth/access_token", query=query)
        return Tokens(access=text(body, "access_token"), expires_in=count(body, "expires_in"))

    def revoke(self, tokens: Tokens) -> None:
        """Take back what she allowed."""
        self.question("DELETE", f"{self.url('graph')}/me/permissions", headers=bearer(tokens.access))

    def who(self, tokens: Tokens, *, wanted: str) -> Identity:
        """Of the pages that she looks after, the one that she named."""
        page = self._page(tokens, wanted)
        return Identity(text(page, "id"), text(page, "username", missing=text(page, "id")).lower())

    def figures(self, tokens: Tokens, *, wanted: str) -> Figures:
        """The page's figures, read with the page's own token."""
        page = self._page(tokens, wanted)
        return self._read(text(page, "id"), text(page, "access_token"), edge="published_posts")

    def _page(self, tokens: Tokens, wanted: str) -> Any:
        query = {"fields": "id,name,username,access_token", "limit": "100"}
        body = self.question("GET", f"{self.url('graph')}/me/accounts", query=query, headers=bearer(tokens.access))
        flat = wanted.replace(".", "").lower()
        for page in items(part(body, "data")):
            names = {text(page, "id"), text(page, "username", missing="").replace(".", "").lower()}
            if flat in names:
                return page
        raise PlatformTrouble("missing")

    def profile(self, handle: str) -> Identity:
        """A page's public words."""
        query = {"fields": "id,username,about"}
        page = self.question(
            "GET", f"{self.url('graph')}/{handle}", query=query, headers=bearer(self.key("page_token"))
        )
        return Identity(
            text(page, "id"), text(page, "username", missing=handle).lower(), text(page, "about", missing="")
        )

    def public_figures(self, handle: str) -> Figures:
        """A page's public figures."""
        return self._read(handle, self.key("page_token"), edge="posts")

    def _read(self, page_id: str, token: str, *, edge: str) -> Figures:
        query = {"fields": "id,username,followers_count,fan_count,verification_status"}
        page = self.question("GET", f"{self.url('graph')}/{page_id}", query=query, headers=bearer(token))
        summary = "likes.summary(true).limit(0),comments.summary(true).limit(0)"
        query = {"fields": f"created_time,permalink_url,full_picture,{summary}", "limit": "50"}
        posts = self.question("GET", f"{self.url('graph')}/{page_id}/{edge}", query=query, headers=bearer(token))
        # Followers and likes of a page disagree on old ones: followers are what the site counts.
        followers = count(page, "followers_count")
        return Figures(
            identity=Identity(text(page, "id"), text(page, "username", missing=text(page, "id")).lower()),
            followers=followers if followers is not None else count(page, "fan_count"),
            posts=tuple(
                Post(
                    at=moment(maybe(row, "created_time")),
                    likes=count(row, "likes", "summary", "total_count"),
                    comments=count(row, "comments", "summary", "total_count"),
                    url=text(row, "permalink_url", missing=""),
                    picture=text(row, "full_picture", missing=""),
                )
                for row in items(posts, "data")
            ),
        )
