"""Codes of creators, as people type them. Pure."""

import re
import unicodedata

SHORTEST, LONGEST = 3, 20
PATTERN = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")


def normalised(typed: str) -> str:
    """The code that was meant: capital letters, without spaces and NUL characters; full-width letters are letters."""
    return re.sub(r"[\s\0]+", "", unicodedata.normalize("NFKC", typed)).upper()


def is_code(code: str) -> bool:
    """3 to 20 capital letters and digits, with single hyphens between them."""
    return SHORTEST <= len(code) <= LONGEST and PATTERN.fullmatch(code) is not None
