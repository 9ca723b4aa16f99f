"""The name of an account on a network, however it was pasted. Pure; docs/rules/social-handles.md says the rule and is run as its test."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit


class Trouble(StrEnum):
    """Why the text names no account."""

    EMPTY = "empty"
    SPACES = "spaces"
    OTHER_NETWORK = "other_network"
    NOT_A_PROFILE = "not_a_profile"
    LOOKALIKE = "lookalike"
    SHAPE = "shape"


class UnreadableHandle(ValueError):
    """The text names no account; ``trouble`` says why, ``sign`` is the letter that is to blame, if one is."""

    def __init__(self, trouble: Trouble, sign: str = "") -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.sign = sign


@dataclass(frozen=True, slots=True)
class Network:
    """How one network names accounts: its hosts, the shape of a name, and the paths of its pages that are no profile."""

    hosts: tuple[str, ...]
    shape: re.Pattern[str]
    # Path words that stand before the name.
    before: frozenset[str] = frozenset()
    # First path words of pages that are no profile.
    others: frozenset[str] = frozenset()
    # Links to a profile have an @ before the name.
    has_at: bool = False


NETWORKS = {
    "facebook": Network(
        ("facebook.com", "fb.com", "fb.me"),
        re.compile(r"[a-z0-9](?:[a-z0-9.]{3,48})[a-z0-9]"),
        before=frozenset({"pages", "people", "p"}),
        others=frozenset({"groups", "watch", "events", "sharer", "share", "photo", "reel", "login", "marketplace"}),
    ),
    "instagram": Network(
        ("instagram.com", "instagr.am"),
        re.compile(r"(?!\.)(?!.*\.\.)[a-z0-9._]{1,30}(?<!\.)"),
        before=frozenset({"stories"}),
        others=frozenset({"p", "reel", "reels", "explore", "tv", "accounts", "direct"}),
    ),
    "youtube": Network(
        ("youtube.com", "youtu.be"),
        re.compile(r"UC[A-Za-z0-9_-]{22}|(?![._-])[^\W_](?:[\w.\-·]{1,28})[^\W_]"),
        before=frozenset({"channel", "c", "user"}),
        others=frozenset({"watch", "shorts", "playlist", "results", "feed", "live", "embed", "hashtag"}),
    ),
    "x": Network(
        ("x.com", "twitter.com"),
        re.compile(r"[a-z0-9_]{1,15}"),
        others=frozenset({"home", "i", "intent", "search", "hashtag", "share", "explore", "settings", "login"}),
    ),
    "tiktok": Network(
        ("tiktok.com",),
        re.compile(r"[a-z0-9._]{2,24}(?<!\.)"),
        others=frozenset({"t", "tag", "music", "discover", "explore", "login", "search"}),
        has_at=True,
    ),
}
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202c\u2066\u2069\u00ad"))
CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")


def read_handle(text: str, platform: str) -> str:
    """The bare name of the account as the network writes it. Raises UnreadableHandle."""
    network = NETWORKS[platform]
    name = unicodedata.normalize("NFKC", text.translate(INVISIBLE)).strip().strip("<>\"'“”‘’«»")
    name = re.sub(r"^@\s+", "@", name)
    if not name:
        raise UnreadableHandle(Trouble.EMPTY)
    if re.search(r"\s", name):
        raise UnreadableHandle(Trouble.SPACES)
    if "/" in name or ":" in name or name.lower().removeprefix("www.") in network.hosts:
        name = _from_link(name, network)
    name = name.removeprefix("@").rstrip(",;")
    if platform != "youtube" or not CHANNEL.fullmatch(name):
        name = name.lower()
    if network.shape.fullmatch(name):
        return name
    foreign = next((sign for sign in name if not sign.isascii() and sign.isalpha()), "")
    if foreign and platform != "youtube":
        raise UnreadableHandle(Trouble.LOOKALIKE, foreign)
    raise UnreadableHandle(Trouble.SHAPE)


def _from_link(link: str, network: Network) -> str:
    """The name in a link to a profile."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link.lstrip('/')}")
        host = (parts.hostname or "").lower()
    except ValueError:
        raise UnreadableHandle(Trouble.OTHER_NETWORK) from None
    known = any(host == name or host.endswith(f".{name}") for name in network.hosts)
    if parts.scheme not in {"http", "https"} or not known or parts.username is not None:
        raise UnreadableHandle(Trouble.OTHER_NETWORK)
    words = [unquote(word) for word in parts.path.split("/") if word]
    if words[:1] == ["profile.php"]:
        words = parse_qs(parts.query).get("id", [])
    elif words and words[0].lower() in network.before:
        # Facebook writes /pages/Name/1234 and /people/Name/1234: the number is the account.
        words = [words[-1]] if words[0].lower() in {"pages", "people"} else words[1:]
    elif network.has_at and words and not words[0].startswith("@"):
        words = []
    if not words or words[0].lower() in network.others or host == "youtu.be" or host.startswith(("vm.", "vt.")):
        raise UnreadableHandle(Trouble.NOT_A_PROFILE)
    return words[0]


def same_key(handle: str, platform: str) -> str:
    """What two spellings of one account share: Facebook reads past dots, every network past capitals (channel numbers aside)."""
    if platform == "youtube" and CHANNEL.fullmatch(handle):
        return handle
    folded = handle.casefold()
    return folded.replace(".", "") if platform == "facebook" else folded


def profile_url(handle: str, platform: str) -> str:
    """The public page of the account."""
    if platform == "youtube":
        return f"https://www.youtube.com/{'channel/' if CHANNEL.fullmatch(handle) else '@'}{handle}"
    base = {
        "facebook": "https://www.facebook.com/",
        "instagram": "https://www.instagram.com/",
        "x": "https://x.com/",
        "tiktok": "https://www.tiktok.com/@",
    }
    return base[platform] + handle
