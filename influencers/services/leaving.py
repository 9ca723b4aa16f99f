"""Verbs of somebody who leaves: networks forget us, and nothing of hers waits for a reviewer any more."""

import logging

from django.utils import timezone

from accounts.models import User
from influencers.errors import NetworkTrouble
from influencers.models import Application, Connection, Influencer
from influencers.services.conduct import settle
from influencers.services.picturing import forget_pictures
from influencers.services.proving import disconnect

logger = logging.getLogger(__name__)


def disconnect_all(user: User) -> None:
    """Take the tokens back from the networks. Outside any transaction: other sites are asked."""
    for connection in Connection.objects.filter(user=user).exclude(tokens="").order_by("pk"):
        try:
            disconnect(connection=connection)
        except NetworkTrouble:
            logger.warning(
                "A network did not take back the tokens of connection %s; they end by themselves", connection.pk
            )


def forget(user: User) -> None:
    """Before her rows lose her: drafts go, what waits is closed, and her links earn nothing from now on."""
    now = timezone.now()
    forget_pictures(user)
    Application.objects.filter(user=user, state=Application.State.DRAFT, events__isnull=True).delete()
    waiting = [Application.State.DRAFT, Application.State.SUBMITTED, Application.State.NEEDS_MORE]
    Application.objects.filter(user=user, state__in=waiting).update(
        state=Application.State.DECLINED, reason=Application.Reason.OTHER, verdict="", decided_at=now, held_by=None,
        held_until=None,
    )  # fmt: skip
    Application.objects.filter(held_by=user).update(held_by=None, held_until=None)
    creator = Influencer.objects.filter(user=user).first()
    if creator:
        # As after a probation without sales: what was earned stays, and the shop is closed.
        Influencer.objects.filter(pk=creator.pk).update(probation=Influencer.Probation.ENDED)
        settle(creator, now=now)
