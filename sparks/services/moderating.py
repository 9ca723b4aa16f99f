"""What the shop's staff decides about reports."""

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from notifications.services import notify
from sparks.models import Report, Spark
from sparks.services.acts import drop_comment
from sparks.services.heating import stir_spark


@transaction.atomic
def hide_spark(*, spark: Spark, by: User) -> None:
    """Nobody sees it any more; its author is told and may answer. Open reports of it are upheld."""
    if Spark.objects.filter(pk=spark.pk, state=Spark.State.POSTED).update(state=Spark.State.HIDDEN):
        stir_spark(spark.pk)
        notify(
            recipient=spark.author,
            kind="spark_hidden",
            data={"words": spark.words[:80]},
            url=reverse("sparks:new"),
            mail=False,
        )
    _decide(Q(spark=spark, comment__isnull=True), Report.State.UPHELD, by)


@transaction.atomic
def show_spark(*, spark: Spark, by: User) -> None:
    """It was hidden by mistake: it stands at its old place again."""
    if Spark.objects.filter(pk=spark.pk, state=Spark.State.HIDDEN).update(state=Spark.State.POSTED):
        stir_spark(spark.pk)
    _decide(Q(spark=spark, comment__isnull=True), Report.State.DISMISSED, by)


@transaction.atomic
def decide_report(*, report: Report, uphold: bool, by: User) -> None:
    """Hide what was reported, or let it stay; every open report of the same thing is decided with it."""
    same = Q(spark=report.spark, comment=report.comment)
    if uphold and report.comment is not None:
        drop_comment(row=report.comment)
    elif uphold:
        hide_spark(spark=report.spark, by=by)
    _decide(same, Report.State.UPHELD if uphold else Report.State.DISMISSED, by)


def _decide(which: Q, state: str, by: User) -> None:
    Report.objects.filter(which, state=Report.State.OPEN).update(state=state, decided_at=timezone.now(), decided_by=by)
