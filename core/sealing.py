"""Text that must not be read in a dump of the database: sealed with the site's keys, opened with them."""

import base64
import hashlib
import hmac
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class BrokenSeal(ValueError):
    """The text was sealed with another key, or is none."""


@cache
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"seal:{key}".encode()).digest())) for key in keys]
    )


def _keys() -> tuple[str, ...]:
    return tuple(settings.SEAL_KEYS) or (settings.SECRET_KEY,)


def keyed_hash(purpose: str, text: str) -> str:
    """What two equal texts have in common and nobody can read back: HMAC-SHA256 with the oldest key, so that a new key changes none."""
    key = hashlib.sha256(f"hash:{_keys()[-1]}".encode()).digest()
    return hmac.new(key, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


def seal(text: str) -> str:
    """The text, encrypted and signed with the first key (Fernet: AES-128 in CBC mode, HMAC-SHA256)."""
    return seal_bytes(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text again, whichever of the keys sealed it. Raises BrokenSeal."""
    return unseal_bytes(sealed.encode()).decode()


def seal_bytes(content: bytes) -> bytes:
    """As ``seal``, for a picture."""
    return _box(_keys()).encrypt(content)


def unseal_bytes(sealed: bytes) -> bytes:
    """As ``unseal``, for a picture. Raises BrokenSeal."""
    try:
        return _box(_keys()).decrypt(sealed)
    except InvalidToken:
        raise BrokenSeal from None
