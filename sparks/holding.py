"""What waits for a moderator before anybody sees it. Pure; docs/rules/spark-holding.md says the rule and is run as its test."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

MENTION = re.compile(r"(?<![\w@])@([a-z0-9][a-z0-9._]{1,29})", re.IGNORECASE)
# An address with its scheme, or a name that browsers and readers complete to one.
LINK = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|(?<![\w@.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|biz|shop|store|online|site|top|xyz|ru|cn|me|ly|io|co|cc|gg)\b\S*"
    r"|(?<![\w@.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}/\S+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of the rule. A change of any of them is a new version."""

    version: str = "2026-1"
    # From this age on an account is trusted with a few links.
    account_days: int = 7
    free_links: int = 2
    free_mentions: int = 2
    # Above this nobody has to look.
    most: int = 5


DEFAULT_POLICY = Policy()


class Verdict(StrEnum):
    """What happens to a text."""

    PASS = "pass"  # noqa: S105  (not a password)
    HOLD = "hold"
    REFUSE = "refuse"


def mentions(text: str) -> list[str]:
    """The handles that a text names, each once, in lower case."""
    found = (name.lower().rstrip(".") for name in MENTION.findall(unicodedata.normalize("NFKC", text)))
    return list(dict.fromkeys(found))


def outside_links(text: str, own_host: str) -> int:
    """How many links lead out of the shop. Full-width letters count as what they look like."""
    found = LINK.findall(unicodedata.normalize("NFKC", text))
    return sum(not _is_own(link, own_host.lower()) for link in found)


def _is_own(link: str, own_host: str) -> bool:
    address = link if "://" in link else f"https://{link}"
    try:
        host = urlsplit(address.replace("\\", "/")).hostname or ""
    except ValueError:
        return False
    return host == own_host or host.endswith(f".{own_host}")


def verdict(*, links: int, mentioned: int, account_days: int, policy: Policy = DEFAULT_POLICY) -> Verdict:
    """Whether a text with so many links outside and mentions stands at once, waits for a look, or is not taken."""
    if links > policy.most or mentioned > policy.most:
        return Verdict.REFUSE
    free_links = policy.free_links if account_days >= policy.account_days else 0
    if links > free_links or mentioned > policy.free_mentions:
        return Verdict.HOLD
    return Verdict.PASS
