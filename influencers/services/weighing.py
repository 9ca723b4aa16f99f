"""From an application's accounts to the score that it keeps."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal

from influencers import scoring
from influencers.models import Application, SocialAccount

POLICY = scoring.DEFAULT_POLICY


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


def score_application(application: Application, *, today: date) -> scoring.Score:
    """The score of the accounts as they stand now; writes nothing."""
    accounts = application.accounts.order_by("pk")
    return scoring.score([reach_of(account) for account in accounts], POLICY, today=today)


def store_score(application: Application, *, today: date) -> scoring.Score:
    """Score the application's accounts and keep points, parts and the policy's version on it."""
    result = score_application(application, today=today)
    application.score_points = Decimal(str(result.points))
    application.score = asdict(result)
    application.policy_version = POLICY.version
    application.save(update_fields=["score_points", "score", "policy_version"])
    return result
