"""How much and how fast somebody may write, and what waits for a look."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from core.budget import seconds_to_wait
from sparks.errors import TooFast, TooManyLinks
from sparks.holding import DEFAULT_POLICY, Verdict, mentions, outside_links, verdict

# What in an hour, for a member and for somebody new.
HOURLY = {
    "comment": (60, 10),
    "post": (20, 4),
    "report": (30, 10),
    "like": (300, 100),
    "vote": (120, 40),
    "want": (120, 40),
    "helpful": (120, 40),
    "mention": (40, 8),
}


def is_new(user: User) -> bool:
    """Joined less than a week ago."""
    return user.date_joined > timezone.now() - timedelta(days=DEFAULT_POLICY.account_days)


def must_wait(words: str, *, by: User) -> bool:
    """Whether a moderator looks at it first (docs/rules/spark-holding.md). Raises TooManyLinks for plain spam."""
    answer = verdict(
        links=outside_links(words, urlsplit(settings.SITE_URL).hostname or ""),
        mentioned=len(mentions(words)),
        account_days=(timezone.now() - by.date_joined).days,
    )
    if answer == Verdict.REFUSE:
        raise TooManyLinks(DEFAULT_POLICY.most)
    return answer == Verdict.HOLD


def check_pace(act: str, *, by: User, times: int = 1) -> None:
    """Count acts; raise TooFast above what an hour allows."""
    for _time in range(times):
        wait = seconds_to_wait(f"sparks:{act}:{by.pk}", limit=HOURLY[act][is_new(by)], seconds=3600)
        if wait:
            raise TooFast(wait)
