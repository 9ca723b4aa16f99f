"""What is done once a day, whoever calls and however often: sweep everything, write off, watch for fraud, prove, compare."""

from datetime import datetime

from django.utils import timezone

from commissions.errors import ProviderAway
from commissions.models import Claim
from commissions.services import closing, ledger, reconciling, sweeping, watching

JOB = "checks"


def run(*, now: datetime | None = None) -> bool:
    """The day's checks, from 03:00 by the site's clock; True when they were made now. What fails is tried again in an hour."""
    moment = now or timezone.now()
    local = timezone.localtime(moment)
    claim, _ = Claim.objects.get_or_create(job=JOB, slot=local.date().isoformat(), defaults={"started_at": moment})
    if claim.finished_at or local.hour < 3:
        return False
    sweeping.sweep(now=moment, looks_at_everything=True)
    ledger.write_off_old(now=moment)
    watching.watch(now=moment)
    closing.close_days(now=moment)
    reconciling.check_ledger(now=moment)
    try:
        reconciling.check_provider(now=moment)
    except ProviderAway:
        return False
    return bool(Claim.objects.filter(pk=claim.pk, finished_at__isnull=True).update(finished_at=moment))
