"""From an application's accounts to the score that it keeps."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from influencers import growth, scoring
from influencers.models import Application, ScorePolicy, Snapshot, SocialAccount

# How far back the snapshots go that a score looks at.
HISTORY_DAYS = 180


def accounts_in_full() -> QuerySet[SocialAccount]:
    """Accounts in the order in which they were entered, with how they were proved and what their networks told."""
    since = timezone.now() - timedelta(days=HISTORY_DAYS)
    snapshots = Snapshot.objects.filter(taken_at__gte=since).order_by("taken_at", "pk").defer("recent")
    return (
        SocialAccount.objects.select_related("connection__proved_by")
        .prefetch_related(Prefetch("connection__snapshots", queryset=snapshots, to_attr="told"))
        .order_by("pk")
    )


def accounts_of(application: Application) -> list[SocialAccount]:
    """The accounts of an application, in full."""
    return list(accounts_in_full().filter(application=application))


def told_of(account: SocialAccount) -> Sequence[Snapshot]:
    """What the network told of a proved account, oldest first; nothing of one that is not proved."""
    connection = account.connection
    if connection is None or not connection.is_proved:
        return []
    told: list[Snapshot] = connection.told  # type: ignore[attr-defined]
    return [snapshot for snapshot in told if snapshot.source == Snapshot.Source.PLATFORM]


def reach_of(account: SocialAccount) -> scoring.Reach:
    """The numbers of one account (read in full) as the rule takes them: what its network told, else what was stated.

    A number that the network hides is the stated one.
    """
    told = told_of(account)
    newest = told[-1] if told else None
    stated = {
        "followers": account.followers,
        "posts_in_60_days": account.posts_in_60_days,
        "likes": account.average_likes,
        "comments": account.average_comments,
        "views": account.average_views,
        "following": account.following,
        "opened_on": account.opened_on,
    }
    fetched = figures_of_snapshot(newest) if newest else {}
    numbers = {name: stated[name] if fetched.get(name) is None else fetched[name] for name in stated}
    return scoring.Reach(
        platform=account.platform,
        handle=account.handle,
        **numbers,  # type: ignore[arg-type]
        relevance=account.relevance,
        is_proved=account.connection is not None and account.connection.is_proved,
        refreshed_on=newest.taken_at.date() if newest else None,
        history=tuple(
            scoring.Reading(
                taken_on=snapshot.taken_at.date(),
                followers=snapshot.followers,
                likes=snapshot.average_likes,
                comments=snapshot.average_comments,
                views=snapshot.average_views,
            )
            for snapshot in told
            if snapshot.followers is not None
        ),
    )


def figures_of_snapshot(snapshot: Snapshot) -> dict[str, int | date | None]:
    """A snapshot's numbers under the rule's names."""
    return {
        "followers": snapshot.followers,
        "posts_in_60_days": snapshot.posts_in_60_days,
        "likes": snapshot.average_likes,
        "comments": snapshot.average_comments,
        "views": snapshot.average_views,
        "following": snapshot.following,
        "opened_on": snapshot.opened_on,
    }


def reaches_of(application: Application) -> list[scoring.Reach]:
    """The numbers of all accounts of an application."""
    return [reach_of(account) for account in accounts_of(application)]


def keep_policy(policy: scoring.Policy) -> None:
    """Write a policy down with its first use, so that what it decided can be read for good."""
    kept = {"numbers": scoring.policy_data(policy), "published_at": timezone.now(), "note": "As delivered."}
    ScorePolicy.objects.get_or_create(version=policy.version, defaults=kept)


def score_application(application: Application, *, today: date) -> scoring.Score:
    """The score of the accounts as they stand now; writes nothing."""
    return scoring.score(reaches_of(application), ScorePolicy.objects.in_force(), today=today)


def weighed(reaches: list[scoring.Reach], policy: scoring.Policy, *, today: date) -> dict[str, Any]:
    """Score, growth plan and the numbers that they were reckoned from, as JSON keeps them with an application."""
    return {
        **asdict(scoring.score(reaches, policy, today=today)),
        "plan": asdict(growth.plan(reaches, policy, today=today)),
        "reaches": [scoring.reach_data(reach) for reach in reaches],
    }


def store_score(application: Application, *, today: date) -> scoring.Score:
    """Score the application's accounts by the policy in force and keep points, parts and the policy's version on it."""
    policy, reaches = ScorePolicy.objects.in_force(), reaches_of(application)
    keep_policy(policy)
    result = scoring.score(reaches, policy, today=today)
    application.score_points = Decimal(str(result.points))
    application.score = weighed(reaches, policy, today=today)
    application.policy_version = policy.version
    application.save(update_fields=["score_points", "score", "policy_version"])
    return result
