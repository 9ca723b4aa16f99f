"""What the site asks of every network, and what it gets."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from influencers.platforms.wire import Answer, Unanswered, ask


class PlatformTrouble(Exception):
    """The network did not give what was asked for. ``kind`` is one of Connection.Trouble; ``wait`` in seconds where it asked for one."""

    def __init__(self, kind: str, *, wait: int | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the network lets us read with. ``repr`` shows none of it."""

    access: str
    refresh: str = ""
    expires_in: int | None = None

    def __repr__(self) -> str:
        return "Tokens(…)"


@dataclass(frozen=True, slots=True)
class Identity:
    """An account as the network knows it."""

    platform_id: str
    handle: str
    # The words of its profile, where a code can stand.
    bio: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """One recent post. None: hidden."""

    at: datetime
    likes: int | None = None
    comments: int | None = None
    views: int | None = None
    url: str = ""
    # Where the network keeps its picture; such addresses end after a while.
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """What an account looks like now. None: hidden, or not told by this network."""

    identity: Identity
    followers: int | None
    following: int | None = None
    opened_on: date | None = None
    posts: tuple[Post, ...] = ()


class Platform:
    """One network, for one conversation. Each call is one or more questions and may raise PlatformTrouble."""

    name: ClassVar[str]
    scopes: ClassVar[tuple[str, ...]]
    scope_separator: ClassVar[str] = " "
    has_pkce: ClassVar[bool] = True
    # Bases that settings.PLATFORM_URLS may replace, by name.
    urls: ClassVar[dict[str, str]]
    # The settings (settings.PLATFORMS[name]) without which members cannot sign in, and without which profiles cannot be read.
    sign_in_keys: ClassVar[tuple[str, ...]] = ("client_id", "client_secret")
    public_keys: ClassVar[tuple[str, ...]] = ()
    # The hosts (they and those under them) on which the network keeps pictures.
    picture_hosts: ClassVar[tuple[str, ...]] = ()
    # Tokens are renewed when they end within this many seconds.
    renew_ahead: ClassVar[int] = 300

    def __init__(self) -> None:
        # How often the network was asked in this conversation.
        self.questions = 0

    # --- Which roads are open

    def key(self, name: str) -> str:
        """One of the site's own keys to this network; empty where it has none."""
        return str(settings.PLATFORMS[self.name].get(name, ""))

    def url(self, name: str) -> str:
        """The base address ``name``."""
        return str(settings.PLATFORM_URLS.get(f"{self.name}.{name}", self.urls[name]))

    def is_picture(self, address: str) -> bool:
        """The address is one of the network's own pictures: nothing else is fetched for whoever named it."""
        base = settings.PLATFORM_URLS.get(f"{self.name}.pictures")
        if base and address.startswith(f"{base}/"):
            return True
        try:
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        is_theirs = any(host == one or host.endswith(f".{one}") for one in self.picture_hosts)
        return parts.scheme == "https" and port is None and "@" not in parts.netloc and is_theirs

    def can_sign_in(self) -> bool:
        """Members can prove an account by signing in there."""
        return all(self.key(name) for name in self.sign_in_keys)

    def can_read_profiles(self) -> bool:
        """A public profile can be read with the site's own key."""
        return bool(self.public_keys) and all(self.key(name) for name in self.public_keys)

    # --- Signing in

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """Where the member signs in."""
        query = {
            "client_id": self.key("client_id"),
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": self.scope_separator.join(self.scopes),
            "state": state,
            **self.more_in_authorize(),
        }
        if self.has_pkce:
            query |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        return f"{self.url('authorize')}?{urlencode(query)}"

    def more_in_authorize(self) -> dict[str, str]:
        """What this network wants beside the usual."""
        return {}

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """The tokens for a code that came back."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, **self.credentials()}
        if self.has_pkce:
            form["code_verifier"] = verifier
        return self.tokens_in(self.question("POST", self.url("token"), form=form, headers=self.token_headers()))

    def renew(self, tokens: Tokens) -> Tokens:
        """New tokens for old; ``expired`` when the network takes them no more."""
        if not tokens.refresh:
            raise PlatformTrouble("expired")
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh, **self.credentials()}
        try:
            got = self.tokens_in(self.question("POST", self.url("token"), form=form, headers=self.token_headers()))
        except PlatformTrouble as trouble:
            # invalid_grant comes with 400: the refresh token is at its end.
            if trouble.kind == "refused":
                raise PlatformTrouble("expired") from None
            raise
        return Tokens(got.access, got.refresh or tokens.refresh, got.expires_in)

    def revoke(self, tokens: Tokens) -> None:
        """Tell the network that we shall not come again."""
        raise NotImplementedError

    def credentials(self) -> dict[str, str]:
        """The site's own name and secret, as the token address wants them."""
        return {"client_id": self.key("client_id"), "client_secret": self.key("client_secret")}

    def token_headers(self) -> dict[str, str]:
        """Where the credentials travel in a header."""
        return {}

    def tokens_in(self, body: Any) -> Tokens:
        """The tokens of an answer."""
        return Tokens(
            access=text(body, "access_token"),
            refresh=text(body, "refresh_token", missing=""),
            expires_in=count(body, "expires_in"),
        )

    # --- Reading

    def who(self, tokens: Tokens, *, wanted: str) -> Identity:
        """The account to which the tokens belong; ``wanted`` is the handle that she named."""
        raise NotImplementedError

    def figures(self, tokens: Tokens, *, wanted: str) -> Figures:
        """The account's figures, read with its owner's tokens."""
        raise NotImplementedError

    def profile(self, handle: str) -> Identity:
        """A public profile, read with the site's key."""
        raise NotImplementedError

    def public_figures(self, handle: str) -> Figures:
        """A public account's figures, read with the site's key."""
        raise NotImplementedError

    # --- The wire

    def question(self, method: str, url: str, **sent: Any) -> Any:
        """One question; the JSON of a good answer, PlatformTrouble for every other."""
        self.questions += 1
        try:
            answer = ask(method, url, **sent)
        except Unanswered as silence:
            raise PlatformTrouble(silence.kind) from None
        kind = self.trouble_in(answer)
        if kind:
            raise PlatformTrouble(kind, wait=answer.wait_seconds)
        return answer.body

    def trouble_in(self, answer: Answer) -> str:
        """What kind of trouble an answer is; empty for a good one."""
        kinds = {401: "expired", 403: "private", 404: "missing", 429: "limit"}
        if answer.status < 400:
            return ""
        return kinds.get(answer.status, "refused")


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def part(body: Any, *names: str | int) -> Any:
    """What lies at a path of the answer; PlatformTrouble where it does not look as documented."""
    for name in names:
        try:
            body = body[name]
        except (KeyError, IndexError, TypeError):
            raise PlatformTrouble("garbage") from None
    return body


def maybe(body: Any, *names: str) -> Any:
    """What lies at a path, or None."""
    for name in names:
        if not isinstance(body, dict):
            return None
        body = body.get(name)
    return body


def items(body: Any, *names: str) -> list[Any]:
    """A list of objects at a path; none where the network left it out."""
    found = maybe(body, *names) if names else body
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise PlatformTrouble("garbage")
    return found


def text(body: Any, *names: str, missing: str | None = None) -> str:
    """A text (or number) at a path. Without ``missing`` it must be there."""
    found = maybe(body, *names)
    if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
        if missing is None:
            raise PlatformTrouble("garbage")
        return missing
    return str(found)[:4000]


def count(body: Any, *names: str) -> int | None:
    """A whole number of zero or more at a path, or None where it is hidden; some networks send numbers as text."""
    found = maybe(body, *names)
    if found is None:
        return None
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 19:
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 10**18:
        raise PlatformTrouble("garbage")
    return found


def moment(found: Any) -> datetime:
    """A moment in ISO 8601 (Meta writes +0000) or seconds since 1970, with its zone."""
    try:
        if isinstance(found, int) and not isinstance(found, bool):
            return datetime.fromtimestamp(found, UTC)
        at = datetime.fromisoformat(found)
    except (ValueError, TypeError, OverflowError, OSError):
        raise PlatformTrouble("garbage") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
