"""How much, how fast, and with how many links somebody may write."""

import re
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from core.budget import seconds_to_wait
from sparks.errors import TooFast, TooManyLinks

NEW_DAYS = 7
MOST_LINKS = 2
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
MENTION = re.compile(r"(?<![\w@])@([a-z0-9][a-z0-9._]{1,29})", re.IGNORECASE)
# What in an hour, for a member and for somebody new.
HOURLY = {"comment": (60, 10), "post": (20, 4), "report": (30, 10)}


def is_new(user: User) -> bool:
    """Joined less than a week ago."""
    return user.date_joined > timezone.now() - timedelta(days=NEW_DAYS)


def check_text(words: str, *, by: User) -> None:
    """Raise TooManyLinks for what looks like spam."""
    links, mentions = len(LINK.findall(words)), len(MENTION.findall(words))
    if links > (0 if is_new(by) else MOST_LINKS) or mentions > MOST_LINKS:
        raise TooManyLinks


def check_pace(act: str, *, by: User) -> None:
    """Count one act; raise TooFast above what an hour allows."""
    wait = seconds_to_wait(f"sparks:{act}:{by.pk}", limit=HOURLY[act][is_new(by)], seconds=3600)
    if wait:
        raise TooFast(wait)
