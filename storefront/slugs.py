"""The last part of a collection's address. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import count
from zlib import crc32

# Leaves room for "-999" within the column's 80 characters.
LENGTH = 60


def base_slug(title: str) -> str:
    """Lower-case ASCII words with dashes; a short code made from the title where nothing of it is ASCII."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LENGTH].strip("-")
    return slug or f"c-{crc32(title.encode(errors='replace')):08x}"


def candidates(title: str) -> Iterator[str]:
    """Slugs to try in turn: ``tea``, ``tea-2``, ``tea-3`` and so on."""
    slug = base_slug(title)
    yield slug
    for number in count(2):
        yield f"{slug}-{number}"
