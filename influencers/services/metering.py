"""How often each network is asked, and when it is left alone: counted in the database, for all workers together."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from influencers.models import PlatformMeter
from influencers.platforms.base import Platform, PlatformTrouble
from influencers.platforms.clients import client_for
from influencers.politeness import FAILURES_TO_OPEN, LONGEST_WAIT, OPEN_FOR

# The network's own fault: five in a row, and it is left alone for half an hour.
ITS_OWN = ("away", "garbage")
# How long it is left alone when it says "too many" without saying for how long.
UNSAID_WAIT = 900


@contextmanager
def conversation(platform: str) -> Iterator[Platform]:
    """Talk to a network: its questions are counted, its failures too. Raises PlatformTrouble at once while it is left alone."""
    now = timezone.now()
    meter, _ = PlatformMeter.objects.get_or_create(platform=platform)
    if meter.open_until and meter.open_until > now:
        kind = meter.last_trouble or "away"
        raise PlatformTrouble(kind, wait=int((meter.open_until - now).total_seconds()) + 1)
    if meter.day == now.date() and meter.calls >= settings.PLATFORM_DAILY_QUESTIONS[platform]:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        raise PlatformTrouble("limit", wait=int((midnight - now).total_seconds()) + 1)
    client = client_for(platform)
    try:
        yield client
    except PlatformTrouble as trouble:
        _count(platform, client.questions, now)
        _note(platform, trouble, now)
        raise
    else:
        _count(platform, client.questions, now)
        PlatformMeter.objects.filter(platform=platform, failures__gt=0).update(failures=0)


def _count(platform: str, questions: int, now: datetime) -> None:
    rows = PlatformMeter.objects.filter(platform=platform)
    # The first question of a day begins to count anew; of two workers at midnight one does it.
    rows.exclude(day=now.date()).update(day=now.date(), calls=0)
    rows.update(calls=F("calls") + questions)


def _note(platform: str, trouble: PlatformTrouble, now: datetime) -> None:
    rows = PlatformMeter.objects.filter(platform=platform)
    rows.update(last_trouble=trouble.kind, last_trouble_at=now)
    if trouble.kind in ITS_OWN:
        rows.update(failures=F("failures") + 1)
        # After the half hour one failure is enough to leave it alone again.
        rows.filter(failures__gte=FAILURES_TO_OPEN).update(open_until=now + OPEN_FOR)
    elif trouble.kind == "limit":
        wait = timedelta(seconds=UNSAID_WAIT if trouble.wait is None else trouble.wait)
        until = now + min(wait, LONGEST_WAIT)
        rows.filter(Q(open_until__isnull=True) | Q(open_until__lt=until)).update(open_until=until)
