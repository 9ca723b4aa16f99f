"""TikTok: accounts, by its sign-in. There is no key with which a shop may read others' profiles."""

from typing import Any

from influencers.platforms.base import (
    Figures,
    Identity,
    Platform,
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

KINDS = {
    "access_token_invalid": "expired",
    "rate_limit_exceeded": "limit",
    "scope_not_authorized": "refused",
    "scope_permission_missed": "refused",
}


class TikTok(Platform):
    """TikTok names the client's id its own way and answers 200 with an error inside now and then."""

    name = "tiktok"
    picture_hosts = ("tiktokcdn.com", "tiktokcdn-us.com", "tiktokcdn-eu.com")
    scopes = ("user.info.basic", "user.info.profile", "user.info.stats", "video.list")
    scope_separator = ","
    # Documented for phones and desktops only: on the web, state and secret bind the sign-in.
    has_pkce = False
    urls = {"authorize": "https://www.tiktok.com/v2/auth/authorize/", "api": "https://open.tiktokapis.com/v2"}
    sign_in_keys = ("client_key", "client_secret")

    def url(self, name: str) -> str:
        """The token address lies under the API's."""
        if name == "token":
            return f"{super().url('api')}/oauth/token/"
        return super().url(name)

    def more_in_authorize(self) -> dict[str, str]:
        """TikTok's name for the client's id."""
        return {"client_key": self.key("client_key")}

    def credentials(self) -> dict[str, str]:
        """The site's own name and secret."""
        return {"client_key": self.key("client_key"), "client_secret": self.key("client_secret")}

    def revoke(self, tokens: Tokens) -> None:
        """Take back the token."""
        form = {"token": tokens.access, **self.credentials()}
        self.question("POST", f"{self.url('api')}/oauth/revoke/", form=form)

    def who(self, tokens: Tokens, *, wanted: str) -> Identity:
        """Her account."""
        return self._identity(self._user(tokens))

    def figures(self, tokens: Tokens, *, wanted: str) -> Figures:
        """Her own figures and videos."""
        user = self._user(tokens)
        address = f"{self.url('api')}/video/list/"
        query = {"fields": "id,create_time,share_url,cover_image_url,view_count,like_count,comment_count"}
        videos = self.question("POST", address, query=query, document={"max_count": 20}, headers=bearer(tokens.access))
        return Figures(
            identity=self._identity(user),
            followers=count(user, "follower_count"),
            following=count(user, "following_count"),
            posts=tuple(
                Post(
                    at=moment(maybe(row, "create_time")),
                    likes=count(row, "like_count"),
                    comments=count(row, "comment_count"),
                    views=count(row, "view_count"),
                    url=text(row, "share_url", missing=""),
                    picture=text(row, "cover_image_url", missing=""),
                )
                for row in items(videos, "data", "videos")
            ),
        )

    def _user(self, tokens: Tokens) -> Any:
        fields = "open_id,username,bio_description,is_verified,follower_count,following_count,likes_count,video_count"
        address = f"{self.url('api')}/user/info/"
        body = self.question("GET", address, query={"fields": fields}, headers=bearer(tokens.access))
        return part(body, "data", "user")

    def _identity(self, user: Any) -> Identity:
        return Identity(
            text(user, "open_id"), text(user, "username").lower(), text(user, "bio_description", missing="")
        )

    def trouble_in(self, answer: Answer) -> str:
        """The code stands in error.code; "ok" is none. Token answers carry a bare word in error."""
        code = maybe(answer.body, "error", "code")
        if isinstance(code, str) and code != "ok":
            return KINDS.get(code) or super().trouble_in(answer) or "refused"
        if answer.status < 400 and isinstance(maybe(answer.body, "error"), str):
            return "refused"
        return super().trouble_in(answer)
