"""Figures that cannot be, whoever says so. Pure; docs/rules/impossible-figures.md says the rule and is run as its test."""

from datetime import date
from enum import StrEnum

# The day on which each network opened to the public.
OPENED = {
    "facebook": date(2004, 2, 4),
    "instagram": date(2010, 10, 6),
    "youtube": date(2005, 2, 14),
    "x": date(2006, 3, 21),
    "tiktok": date(2016, 9, 20),
}


class Impossible(StrEnum):
    """What about the figures cannot be; the value is the field to look at."""

    REACTIONS_ABOVE_VIEWS = "average_views"
    OPENED_BEFORE_THE_NETWORK = "opened_on"


def impossible(
    *,
    platform: str,
    likes: int | None,
    comments: int | None,
    views: int | None,
    opened_on: date | None,
) -> list[Impossible]:
    """What cannot be about an account's figures, in the order of the fields; empty when they can."""
    found = []
    if views is not None and (likes or 0) + (comments or 0) > views:
        found.append(Impossible.REACTIONS_ABOVE_VIEWS)
    if opened_on is not None and opened_on < OPENED[platform]:
        found.append(Impossible.OPENED_BEFORE_THE_NETWORK)
    return found
