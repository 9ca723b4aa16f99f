"""The moderators' desk."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from accounts.models import User
from sparks.models import (
    Appeal,
    Comment,
    Report,
    Spark,
)


@dataclass(frozen=True, slots=True)
class Case:
    """What waits for the shop's staff: something held, reported, or an appeal. ``is_own``: somebody else decides."""

    spark: Spark
    at: datetime
    comment: Comment | None = None
    reports: list[Report] = field(default_factory=list)
    appeal: Appeal | None = None
    is_own: bool = False

    @property
    def author(self) -> User:
        """Who wrote it."""
        return self.spark.author if self.comment is None else self.comment.author

    @property
    def words(self) -> str:
        """What it says."""
        return self.spark.words if self.comment is None else self.comment.words


def desk(user: User) -> list[Case]:
    """What waits for a decision, oldest first: reports of the same thing together, what is held, appeals."""
    about = ("spark__author", "spark__topic", "spark__poll", "comment__author")
    pictures = ("spark__photos", "spark__poll__options")
    reported: dict[tuple[int, int | None], Case] = {}
    reports = Report.objects.filter(state=Report.State.OPEN).select_related(*about, "reporter")
    for report in reports.prefetch_related(*pictures).order_by("at", "pk")[:100]:
        case = Case(report.spark, report.at, report.comment)
        reported.setdefault((report.spark_id, report.comment_id), case).reports.append(report)
    sparks = Spark.objects.present().filter(state=Spark.State.HELD).select_related("author", "topic", "poll")
    held = [
        Case(row, row.created_at)
        for row in sparks.prefetch_related("photos", "poll__options").order_by("created_at", "pk")[:100]
    ]
    comments = Comment.objects.filter(state=Comment.State.HELD, removed_at__isnull=True, spark__removed_at__isnull=True)
    held += [
        Case(row.spark, row.at, row)
        for row in comments.select_related("author", "spark__author", "spark__topic").order_by("at", "pk")[:100]
    ]
    appeals = Appeal.objects.filter(state=Appeal.State.OPEN)
    asked = [
        Case(row.ruling.spark, row.at, row.ruling.comment, appeal=row)
        for row in appeals.select_related(*(f"ruling__{name}" for name in about))
        .prefetch_related(*(f"ruling__{name}" for name in pictures)).order_by("at", "pk")[:100]
    ]  # fmt: skip
    cases = sorted([*reported.values(), *held, *asked], key=lambda case: case.at)
    return [
        replace(case, is_own=user.pk in {case.author.pk, case.appeal.hidden_by_id if case.appeal else None})
        for case in cases
    ]
