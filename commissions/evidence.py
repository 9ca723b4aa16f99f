"""What a creator may read of the evidence: the facts, without addresses, numbers and names of other people. Pure."""

import re

MAIL = re.compile(r"[^\s@,;<>()]+@[^\s@,;<>()]+")
PLACE = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}\b")
NUMBER = re.compile(r"\+?\d(?:[\d -]{5,}\d)")
HIDDEN = "•••"


def redacted(text: str) -> str:
    """The text without mail addresses, network addresses, and numbers of seven digits or more (phones, cards, orders)."""
    for pattern in (MAIL, PLACE, NUMBER):
        text = pattern.sub(HIDDEN, text)
    return text
