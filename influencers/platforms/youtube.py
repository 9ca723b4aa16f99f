"""YouTube: channels, by Google's sign-in or by the site's API key."""

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

PARTS = "snippet,statistics,contentDetails"
SPENT = {"quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded"}


class YouTube(Platform):
    """One question costs one unit of the day's quota, whatever it reads."""

    name = "youtube"
    scopes = ("https://www.googleapis.com/auth/youtube.readonly",)
    urls = {
        "authorize": "https://accounts.google.com/o/oauth2/v2/auth",
        "token": "https://oauth2.googleapis.com/token",
        "revoke": "https://oauth2.googleapis.com/revoke",
        "api": "https://www.googleapis.com/youtube/v3",
    }
    public_keys = ("api_key",)
    picture_hosts = ("ytimg.com", "ggpht.com")

    def more_in_authorize(self) -> dict[str, str]:
        """Without these two there is no refresh token."""
        return {"access_type": "offline", "prompt": "consent"}

    def revoke(self, tokens: Tokens) -> None:
        """Taking back the refresh token takes back all."""
        self.question("POST", self.url("revoke"), form={"token": tokens.refresh or tokens.access})

    def who(self, tokens: Tokens, *, wanted: str) -> Identity:
        """Her channel."""
        return self._identity(self._channel({"mine": "true"}, bearer(tokens.access)), wanted)

    def figures(self, tokens: Tokens, *, wanted: str) -> Figures:
        """Her channel's figures."""
        return self._figures({"mine": "true"}, bearer(tokens.access), wanted)

    def profile(self, handle: str) -> Identity:
        """A channel's public words."""
        return self._identity(self._channel(self._by(handle), self._site()), handle)

    def public_figures(self, handle: str) -> Figures:
        """A channel's public figures."""
        return self._figures(self._by(handle), self._site(), handle)

    def _by(self, handle: str) -> dict[str, str]:
        return {"id": handle} if handle.startswith("UC") and len(handle) == 24 else {"forHandle": f"@{handle}"}

    def _site(self) -> dict[str, str]:
        # A header, not ?key=: addresses are written into logs.
        return {"X-Goog-Api-Key": self.key("api_key")}

    def _channel(self, which: dict[str, str], headers: dict[str, str]) -> Any:
        body = self.question("GET", f"{self.url('api')}/channels", query={"part": PARTS, **which}, headers=headers)
        found = items(body, "items")
        if not found:
            part(body, "pageInfo")
            raise PlatformTrouble("missing")
        return found[0]

    def _identity(self, channel: Any, wanted: str) -> Identity:
        number = text(channel, "id")
        handle = text(channel, "snippet", "customUrl", missing=number).removeprefix("@")
        # Who named her channel by its number goes on under that name.
        return Identity(
            number, number if wanted == number else handle.lower(), text(channel, "snippet", "description", missing="")
        )

    def _figures(self, which: dict[str, str], headers: dict[str, str], wanted: str) -> Figures:
        channel = self._channel(which, headers)
        statistics = part(channel, "statistics")
        is_hidden = maybe(statistics, "hiddenSubscriberCount") is True
        opened = maybe(channel, "snippet", "publishedAt")
        return Figures(
            identity=self._identity(channel, wanted),
            followers=None if is_hidden else count(statistics, "subscriberCount"),
            opened_on=moment(opened).date() if opened else None,
            posts=self._posts(text(channel, "contentDetails", "relatedPlaylists", "uploads", missing=""), headers),
        )

    def _posts(self, uploads: str, headers: dict[str, str]) -> tuple[Post, ...]:
        if not uploads:
            return ()
        query = {"part": "contentDetails", "playlistId": uploads, "maxResults": "50"}
        try:
            listed = self.question("GET", f"{self.url('api')}/playlistItems", query=query, headers=headers)
        except PlatformTrouble as trouble:
            # A channel without a video has a list that cannot be found.
            if trouble.kind == "missing":
                return ()
            raise
        numbers = [text(row, "contentDetails", "videoId") for row in items(listed, "items")]
        if not numbers:
            return ()
        query = {"part": "snippet,statistics", "id": ",".join(numbers), "maxResults": "50"}
        videos = self.question("GET", f"{self.url('api')}/videos", query=query, headers=headers)
        return tuple(
            Post(
                at=moment(maybe(row, "snippet", "publishedAt")),
                likes=count(row, "statistics", "likeCount"),
                comments=count(row, "statistics", "commentCount"),
                views=count(row, "statistics", "viewCount"),
                url=f"https://www.youtube.com/watch?v={text(row, 'id')}",
                picture=text(row, "snippet", "thumbnails", "medium", "url", missing=""),
            )
            for row in items(videos, "items")
        )

    def trouble_in(self, answer: Answer) -> str:
        """403 is a spent quota as often as a refusal: the reason says which."""
        if answer.status in {400, 403}:
            reasons = {maybe(row, "reason") for row in items(answer.body, "error", "errors")}
            if reasons & SPENT:
                return "limit"
            if "keyInvalid" in reasons or "accessNotConfigured" in reasons or "insufficientPermissions" in reasons:
                return "refused"
        return super().trouble_in(answer)
