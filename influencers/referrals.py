"""Referrals: who brought a visitor here. Pure: the cookie that carries a touch is read and written by the pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# How long a visit through somebody's page is remembered (docs/rules/attribution.md).
WINDOW_DAYS = 30


@dataclass(frozen=True, slots=True)
class Touch:
    """A visitor came through this influencer's link: where it stood, and when (aware UTC)."""

    influencer_id: int
    source: str
    seen_at: datetime


def is_current(touch: Touch, *, now: datetime, window_days: int = WINDOW_DAYS) -> bool:
    """A touch counts from the moment it was seen until the window has passed; one from the future never does."""
    return timedelta(0) <= now - touch.seen_at <= timedelta(days=window_days)
