"""Replies that reviewers keep ready: words with placeholders. Pure; docs/rules/review-desk.md."""

import re
from collections.abc import Mapping

# What may stand in braces, and what takes its place.
PLACEHOLDERS = ("name", "points", "needed", "shop")
IN_BRACES = re.compile(r"\{([^{}\n]{0,40})\}")


def unknown_placeholders(text: str) -> list[str]:
    """Names in braces that nothing can take the place of, in their order, each once."""
    return list(dict.fromkeys(name for name in IN_BRACES.findall(text) if name not in PLACEHOLDERS))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled; other braces stay as they are."""
    return IN_BRACES.sub(lambda match: values.get(match[1], match[0]), text)
