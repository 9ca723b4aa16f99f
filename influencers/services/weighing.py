"""From an application's accounts to the score that it keeps."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from influencers import growth, scoring
from influencers.models import Application, ScorePolicy, SocialAccount


def reach_of(account: SocialAccount) -> scoring.Reach:
    """The numbers of one account as the rule takes them."""
    return scoring.Reach(
        platform=account.platform,
        handle=account.handle,
        followers=account.followers,
        posts_in_60_days=account.posts_in_60_days,
        likes=account.average_likes,
        comments=account.average_comments,
        views=account.average_views,
        following=account.following,
        opened_on=account.opened_on,
        relevance=account.relevance,
    )


def reaches_of(application: Application) -> list[scoring.Reach]:
    """The numbers of all accounts of an application."""
    return [reach_of(account) for account in application.accounts.order_by("pk")]


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
