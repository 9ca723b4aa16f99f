"""What may be a handle, and which handles look alike. Pure; docs/rules/handles.md says the rule and is run as its test."""

import re
import unicodedata
from enum import StrEnum

SHAPE = re.compile(r"[a-z][a-z0-9._-]{2,29}")
# First words of the site's own addresses (tests compare them with the resolver), and words that would pass for the shop's voice.
RESERVED = frozenset(
    [
        "about",
        "abuse",
        "account",
        "accounts",
        "admin",
        "administrator",
        "api",
        "app",
        "apply",
        "arrive",
        "assets",
        "billing",
        "blog",
        "brand",
        "cart",
        "category",
        "checkout",
        "claims",
        "commissions",
        "contact",
        "creator",
        "creators",
        "css",
        "dashboard",
        "discover",
        "explore",
        "feed",
        "friends",
        "gift",
        "gifts",
        "go",
        "healthz",
        "help",
        "home",
        "hooks",
        "how-commissions-work",
        "img",
        "influencer",
        "influencers",
        "jobs",
        "join",
        "js",
        "language",
        "legal",
        "list",
        "lists",
        "login",
        "logout",
        "mail",
        "manifest.webmanifest",
        "me",
        "media",
        "moderator",
        "news",
        "notifications",
        "null",
        "official",
        "offline",
        "order",
        "orders",
        "pay",
        "payment",
        "payments",
        "payout",
        "parcels",
        "payouts",
        "picks",
        "press",
        "privacy",
        "programme",
        "product",
        "products",
        "profile",
        "readyz",
        "review",
        "reviews",
        "robots.txt",
        "root",
        "rules",
        "s",
        "search",
        "security",
        "seller",
        "sellers",
        "settings",
        "shop",
        "sign-in",
        "sign-out",
        "sign-up",
        "signup",
        "sitemap.xml",
        "sparks",
        "staff",
        "static",
        "status",
        "store",
        "storefront",
        "stream",
        "studio",
        "styleguide",
        "support",
        "sw.js",
        "system",
        "team",
        "terms",
        "theme",
        "topics",
        "trending",
        "undefined",
        "user",
        "users",
        "vitrine",
        "welcome",
        "wishlist",
        "www",
    ]
)
# Letters of other scripts, and signs, that pass for a Latin one.
LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһӏαοερτυνκιβημѵ0135",
    "aeopcyxijsdhlaoeptuvkibnmvoles",
)


class Reason(StrEnum):
    """Why a name cannot be a handle."""

    SHAPE = "shape"
    SEPARATORS = "separators"
    RESERVED = "reserved"


def normalise(name: str) -> str:
    """The name as it is stored: compatibility forms folded, lower case, no @ in front, no space around."""
    return unicodedata.normalize("NFKC", name).casefold().strip().removeprefix("@").strip()


def skeleton(name: str) -> str:
    """What the name looks like: names that a hurried reader takes for each other share it."""
    folded = unicodedata.normalize("NFKD", normalise(name)).translate(LOOKALIKES)
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign) and sign not in "._-")
    return plain.replace("rn", "m").replace("vv", "w").replace("i", "l")


RESERVED_SKELETONS = frozenset(skeleton(word) for word in RESERVED)


def refusal_reason(name: str) -> Reason | None:
    """Why the name cannot be a handle, or None when it can. Whether it is free is not asked here."""
    text = normalise(name)
    if not SHAPE.fullmatch(text):
        return Reason.SHAPE
    if re.search(r"[._-]{2}", text) or text[-1] in "._-" or text.startswith("xn--"):
        return Reason.SEPARATORS
    if text in RESERVED or skeleton(text) in RESERVED_SKELETONS:
        return Reason.RESERVED
    return None


def suggestions(name: str, person: str = "") -> list[str]:
    """Up to three other names close to this one that are well formed; whether they are free is not asked here."""
    text = normalise(name)[:24]
    first = re.sub(r"[^a-z0-9]", "", normalise(person).split(" ")[0])[:10] if person else ""
    tries = [f"{text}.{first}" if first else "", f"the.{text}", f"{text}.shop", f"{text}.picks"]
    return [option for option in tries if option and refusal_reason(option) is None][:3]
