"""Versions of the policy: drafted, looked at, published."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from accounts.models import User
from influencers import scoring
from influencers.errors import BadPolicy, PolicyPublished
from influencers.models import Application, ScorePolicy
from influencers.services.weighing import accounts_in_full, keep_policy, reach_of
from influencers.wording import verdict_label

PREVIEWED = 200
MOST_PREVIEWED = 5_000


@dataclass(frozen=True, slots=True)
class Changed:
    """One application under the policy in force and under the new one."""

    application: Application
    before: scoring.Score
    after: scoring.Score

    @property
    def is_turned(self) -> bool:
        """The verdict is another."""
        return self.before.verdict != self.after.verdict

    @property
    def before_label(self) -> str:
        """The verdict by the policy in force, in words."""
        return verdict_label(self.before.verdict)

    @property
    def after_label(self) -> str:
        """The verdict by the new one, in words."""
        return verdict_label(self.after.verdict)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a policy would have changed for the last applications: those that move, and how many verdicts turn."""

    looked_at: int
    changed: Sequence[Changed]
    turns: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def moved(self) -> int:
        """How many scores are another."""
        return sum(one.before.points != one.after.points for one in self.changed)

    @property
    def turned(self) -> int:
        """How many verdicts are another."""
        return sum(count for (before, after), count in self.turns.items() if before != after)


@transaction.atomic
def draft_policy(
    *, by: User, version: str, note: str, numbers: dict[str, Any], draft: ScorePolicy | None = None
) -> ScorePolicy:
    """Keep a draft of a version, new or once more. Raises BadPolicy, PolicyPublished."""
    policy = scoring.policy_from(numbers, version)
    faults = scoring.policy_faults(policy)
    if faults:
        raise BadPolicy(faults)
    row = draft or ScorePolicy(created_by=by)
    if row.published_at:
        raise PolicyPublished
    row.version, row.note, row.numbers = version, note, scoring.policy_data(policy)
    row.save()
    return row


@transaction.atomic
def publish_policy(*, draft: ScorePolicy, by: User) -> ScorePolicy:
    """Put a draft in force from now on; decisions that were made keep theirs. Raises PolicyPublished."""
    keep_policy(ScorePolicy.objects.in_force())
    published = ScorePolicy.objects.filter(pk=draft.pk, published_at__isnull=True).update(
        published_at=timezone.now(), published_by=by
    )
    if not published:
        raise PolicyPublished
    draft.refresh_from_db()
    return draft


def preview(policy: scoring.Policy, *, last: int = PREVIEWED) -> Preview:
    """Score the last applications that were sent by this policy and by the one in force, from the same figures."""
    present = ScorePolicy.objects.in_force()
    applications = list(
        Application.objects.sent()
        .filter(submitted_at__isnull=False)
        .select_related("user")
        .prefetch_related(Prefetch("accounts", queryset=accounts_in_full()))
        .order_by("-submitted_at", "-pk")[:last]
    )
    moved, turns = [], Counter[tuple[str, str]]()
    for application in applications:
        reaches = [reach_of(account) for account in application.accounts.all()]
        day = timezone.localdate(application.submitted_at)
        before, after = (scoring.score(reaches, numbers, today=day) for numbers in (present, policy))
        if (before.points, before.verdict) != (after.points, after.verdict):
            moved.append(Changed(application, before, after))
        turns[(before.verdict, after.verdict)] += 1
    moved.sort(key=lambda one: (not one.is_turned, -abs(one.after.points - one.before.points)))
    return Preview(looked_at=len(applications), changed=moved, turns=turns)


def next_version(policy: scoring.Policy, taken: Sequence[str]) -> str:
    """A free name for what follows: the last number of the version, one higher."""
    stem, _, number = policy.version.rpartition("-")
    count = int(number) if number.isdigit() else 1
    names = (f"{stem or policy.version}-{count + more}" for more in range(1, 1000))
    return next(name for name in names if name not in taken)
