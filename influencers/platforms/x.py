"""X: accounts, by OAuth 2 with PKCE or by the site's bearer token. Every question may cost money: see docs/running.md."""

import base64
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

FIELDS = "id,username,description,public_metrics,created_at,verified,protected"


class X(Platform):
    """A refresh token of X is good once: the new one must be kept."""

    name = "x"
    scopes = ("users.read", "tweet.read", "offline.access")
    urls = {"authorize": "https://x.com/i/oauth2/authorize", "api": "https://api.x.com/2"}
    public_keys = ("bearer_token",)
    picture_hosts = ("twimg.com",)

    def url(self, name: str) -> str:
        """The token address lies under the API's."""
        if name == "token":
            return f"{super().url('api')}/oauth2/token"
        return super().url(name)

    def credentials(self) -> dict[str, str]:
        """The secret travels in the header."""
        return {"client_id": self.key("client_id")}

    def token_headers(self) -> dict[str, str]:
        """HTTP Basic, as for every confidential client."""
        pair = f"{self.key('client_id')}:{self.key('client_secret')}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def revoke(self, tokens: Tokens) -> None:
        """Take back the refresh token."""
        form = {"token": tokens.refresh or tokens.access, "token_type_hint": "refresh_token", **self.credentials()}
        self.question("POST", f"{self.url('api')}/oauth2/revoke", form=form, headers=self.token_headers())

    def who(self, tokens: Tokens, *, wanted: str) -> Identity:
        """Her account."""
        return self._identity(self._user("users/me", bearer(tokens.access)))

    def figures(self, tokens: Tokens, *, wanted: str) -> Figures:
        """Her own figures and posts."""
        return self._figures("users/me", bearer(tokens.access))

    def profile(self, handle: str) -> Identity:
        """An account's public words."""
        return self._identity(self._user(f"users/by/username/{handle}", bearer(self.key("bearer_token"))))

    def public_figures(self, handle: str) -> Figures:
        """A public account's figures."""
        return self._figures(f"users/by/username/{handle}", bearer(self.key("bearer_token")))

    def _user(self, path: str, headers: dict[str, str]) -> Any:
        query = {"user.fields": FIELDS}
        body = self.question("GET", f"{self.url('api')}/{path}", query=query, headers=headers)
        # Somebody unknown or suspended comes as 200 with errors and no data.
        if maybe(body, "data") is None and items(body, "errors"):
            raise PlatformTrouble("missing")
        return part(body, "data")

    def _identity(self, user: Any) -> Identity:
        return Identity(text(user, "id"), text(user, "username").lower(), text(user, "description", missing=""))

    def _figures(self, path: str, headers: dict[str, str]) -> Figures:
        user = self._user(path, headers)
        if maybe(user, "protected") is True:
            raise PlatformTrouble("private")
        query = {
            "max_results": "50",
            "exclude": "retweets,replies",
            "tweet.fields": "created_at,public_metrics",
            "expansions": "attachments.media_keys",
            "media.fields": "url,preview_image_url",
        }
        identity = self._identity(user)
        address = f"{self.url('api')}/users/{identity.platform_id}/tweets"
        posts = self.question("GET", address, query=query, headers=headers)
        opened = maybe(user, "created_at")
        pictures = {
            text(row, "media_key", missing=""): text(row, "preview_image_url", missing="")
            or text(row, "url", missing="")
            for row in items(posts, "includes", "media")
        }
        return Figures(
            identity=identity,
            followers=count(user, "public_metrics", "followers_count"),
            following=count(user, "public_metrics", "following_count"),
            opened_on=moment(opened).date() if opened else None,
            posts=tuple(
                Post(
                    at=moment(maybe(row, "created_at")),
                    likes=count(row, "public_metrics", "like_count"),
                    comments=count(row, "public_metrics", "reply_count"),
                    views=count(row, "public_metrics", "impression_count"),
                    url=f"https://x.com/{identity.handle}/status/{text(row, 'id')}",
                    picture=_picture_of(row, pictures),
                )
                for row in items(posts, "data")
            ),
        )


def _picture_of(row: Any, pictures: dict[str, str]) -> str:
    """The first picture that hangs at a post."""
    keys = maybe(row, "attachments", "media_keys")
    return (
        next((pictures[key] for key in keys if isinstance(key, str) and key in pictures), "")
        if isinstance(keys, list)
        else ""
    )
