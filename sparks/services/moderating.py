"""What the shop's staff decides about Sparks and comments, and how an author appeals. Every act is a Ruling."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from notifications.services import notify
from sparks.errors import NoAppeal, OnAppeal, OwnCase, SameModerator
from sparks.models import Appeal, Comment, Report, Ruling, Spark
from sparks.services.acts import recount, tell_of_comment
from sparks.services.heating import stir_spark
from sparks.services.posting import stand

APPEAL_DAYS = 30
LONGEST_APPEAL = 600


@transaction.atomic
def hide(
    *, spark: Spark, by: User, comment: Comment | None = None, reason: str = Report.Reason.OTHER, note: str = ""
) -> Ruling | None:
    """Nobody sees it any more, whether it stood or waited for a look; its author is told why and how to appeal.

    Open reports of it are upheld. None when it was hidden already. Raises OwnCase.
    """
    _check_not_own(spark, comment, by)
    rows = Spark.objects.filter(pk=spark.pk) if comment is None else Comment.objects.filter(pk=comment.pk)
    done = rows.filter(state__in=[Spark.State.POSTED, Spark.State.HELD]).update(state=Spark.State.HIDDEN)
    ruling = None
    if done:
        ruling = _log(spark, comment, Ruling.Kind.HIDE, by, reason=reason, note=note)
        if comment is None:
            stir_spark(spark.pk)
        else:
            recount(spark_id=spark.pk)
        _tell(ruling, "spark_hidden", {"reason": reason})
    _decide_reports(spark, comment, Report.State.UPHELD, by)
    return ruling


@transaction.atomic
def show(*, spark: Spark, by: User, comment: Comment | None = None) -> None:
    """It was hidden by mistake: it stands at its old place again. Raises OwnCase, or OnAppeal where one waits."""
    _check_not_own(spark, comment, by)
    if Appeal.objects.filter(ruling__spark=spark, ruling__comment=comment, state=Appeal.State.OPEN).exists():
        raise OnAppeal
    if _stand_again(spark, comment, Spark.State.HIDDEN):
        _log(spark, comment, Ruling.Kind.SHOW, by)
    _decide_reports(spark, comment, Report.State.DISMISSED, by)


@transaction.atomic
def release(*, spark: Spark, by: User, comment: Comment | None = None) -> None:
    """What waited for a look stands; now its author and whom it concerns are told. Raises OwnCase."""
    _check_not_own(spark, comment, by)
    if _stand_again(spark, comment, Spark.State.HELD):
        _tell(_log(spark, comment, Ruling.Kind.RELEASE, by), "spark_released", {})
        if comment is not None:
            tell_of_comment(row=comment)


@transaction.atomic
def decide_report(*, report: Report, uphold: bool, by: User, reason: str = "") -> None:
    """Hide what was reported, or let it stay; every open report of the same thing is decided with it. Raises OwnCase."""
    if uphold:
        hide(spark=report.spark, comment=report.comment, by=by, reason=reason or report.reason)
        return
    _check_not_own(report.spark, report.comment, by)
    if _decide_reports(report.spark, report.comment, Report.State.DISMISSED, by):
        _log(report.spark, report.comment, Ruling.Kind.DISMISS, by, reason=report.reason)


@transaction.atomic
def appeal(*, ruling: Ruling, author: User, words: str, now: datetime | None = None) -> Appeal:
    """Its author says, once and within thirty days, why it should be shown. Raises NoAppeal."""
    words = words.replace("\x00", "").strip()
    if (trouble := _why_no_appeal(ruling, now or timezone.now())) is not None:
        raise trouble
    assert ruling.by is not None  # noqa: S101  (said by _why_no_appeal)
    if not words:
        raise NoAppeal.empty()
    if len(words) > LONGEST_APPEAL:
        raise NoAppeal.long(LONGEST_APPEAL)
    # Sent twice at once: the second finds the first.
    fields = {"author": author, "words": words, "hidden_by": ruling.by}
    row, _new = Appeal.objects.get_or_create(ruling=ruling, defaults=fields)
    return row


def can_appeal(ruling: Ruling) -> bool:
    """Its author may appeal now."""
    return _why_no_appeal(ruling, timezone.now()) is None


def _why_no_appeal(ruling: Ruling, now: datetime) -> NoAppeal | None:
    if Appeal.objects.filter(ruling=ruling).exists():
        return NoAppeal.twice()
    if ruling.by is None or not _is_hidden(ruling):
        return NoAppeal.over()
    return NoAppeal.late(APPEAL_DAYS) if now > ruling.at + timedelta(days=APPEAL_DAYS) else None


@transaction.atomic
def decide_appeal(*, row: Appeal, grant: bool, by: User, note: str = "") -> None:
    """Another one than who hid it shows it again or lets it stay hidden; its author is told.

    Deciding twice leaves the first decision. Raises SameModerator or OwnCase.
    """
    if by.pk == row.hidden_by_id:
        raise SameModerator
    if by.pk == row.author_id:
        raise OwnCase
    state = Appeal.State.GRANTED if grant else Appeal.State.REFUSED
    done = Appeal.objects.filter(pk=row.pk, state=Appeal.State.OPEN).update(
        state=state, decided_by=by, decided_at=timezone.now()
    )
    if not done:
        return
    spark, comment = row.ruling.spark, row.ruling.comment
    if grant:
        _stand_again(spark, comment, Spark.State.HIDDEN)
    kind = Ruling.Kind.GRANT if grant else Ruling.Kind.REFUSE
    _log(spark, comment, kind, by, reason=row.ruling.reason, note=note)
    _tell(row.ruling, "spark_appeal", {"granted": grant})


def _check_not_own(spark: Spark, comment: Comment | None, by: User) -> None:
    if by.pk == (spark.author_id if comment is None else comment.author_id):
        raise OwnCase


def _stand_again(spark: Spark, comment: Comment | None, state: str) -> bool:
    """From this state it stands; False when it was in another."""
    if comment is not None:
        done = Comment.objects.filter(pk=comment.pk, state=state).update(state=Comment.State.POSTED) > 0
        if done:
            recount(spark_id=spark.pk)
        return done
    row = Spark.objects.select_for_update().filter(pk=spark.pk, state=state).first()
    if row is not None:
        stand(row=row)
    return row is not None


def _is_hidden(ruling: Ruling) -> bool:
    """What the ruling hid is still hidden, and by it: not by a later one."""
    if ruling.comment_id is None:
        is_hidden = Spark.objects.present().filter(pk=ruling.spark_id, state=Spark.State.HIDDEN).exists()
    else:
        rows = Comment.objects.filter(pk=ruling.comment_id, removed_at__isnull=True)
        is_hidden = rows.filter(state=Comment.State.HIDDEN).exists()
    later = Ruling.objects.filter(spark=ruling.spark_id, comment=ruling.comment_id, kind=Ruling.Kind.HIDE)
    return ruling.kind == Ruling.Kind.HIDE and is_hidden and not later.filter(pk__gt=ruling.pk).exists()


def _log(spark: Spark, comment: Comment | None, kind: str, by: User, *, reason: str = "", note: str = "") -> Ruling:
    return Ruling.objects.create(
        spark=spark, comment=comment, kind=kind, by=by, reason=reason, note=note.replace("\x00", "").strip()[:280]
    )


def _tell(ruling: Ruling, kind: str, facts: dict[str, str | bool]) -> None:
    """Tell its author. Who reported it, and who decided, is never said."""
    row = ruling.spark if ruling.comment is None else ruling.comment
    stands = kind == "spark_released" or facts.get("granted")
    notify(
        recipient=row.author,
        kind=kind,
        data={**facts, "words": row.words[:80], "is_comment": ruling.comment is not None},
        url=ruling.spark.get_absolute_url() if stands else reverse("sparks:ruling", args=[ruling.pk]),
        mail=False,
    )


def _decide_reports(spark: Spark, comment: Comment | None, state: str, by: User) -> int:
    return Report.objects.filter(spark=spark, comment=comment, state=Report.State.OPEN).update(
        state=state, decided_at=timezone.now(), decided_by=by
    )
