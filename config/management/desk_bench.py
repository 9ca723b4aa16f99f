"""What ``manage.py bench desk`` measures: pages of the reviewers' desk among a hundred thousand applications, and among ten."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from config.management.feed_bench import SEED, SLICE, figures_of, put_people
from influencers.models import Application, CaseWord, SocialAccount
from influencers.queries import desk as queries
from influencers.services.indexing import words_of
from influencers.topics import TOPICS

FEW = 10
COUNTRIES = ["JP", "FR", "US", "BR", "IN", "DE", "CN", "KE", "IS", "PE"]
State = Application.State


@transaction.atomic
def build(first: int, last: int, rng: random.Random) -> None:
    """People with these numbers and an application each: six of ten wait, the others are decided or asked."""
    password, now = make_password(None), datetime.now(UTC)
    states = [State.SUBMITTED] * 6 + [State.APPROVED] * 2 + [State.DECLINED, State.NEEDS_MORE]
    topics, platforms = [slug for slug, _ in TOPICS], SocialAccount.Platform.values
    for start in range(first, last + 1, SLICE):
        numbers = range(start, min(start + SLICE, last + 1))
        put_people(numbers, password)
        Application.objects.bulk_create(
            Application(
                pk=pk, user_id=pk, state=rng.choice(states), display_name=f"Person {pk}", country=rng.choice(COUNTRIES),
                topics=rng.sample(topics, k=2), pitch="Words", score_points=rng.randrange(1000) / 10,
                score={"verdict": "close", "accounts": [], "parts": [], "points": 50.0}, policy_version="bench",
                risk=rng.choice(["", "", "", "some", "high"]), submitted_at=now - timedelta(minutes=(last - pk) / 4),
            )
            for pk in numbers
        )  # fmt: skip
        SocialAccount.objects.bulk_create(
            SocialAccount(
                application_id=pk, platform=rng.choice(platforms), handle=f"creator{pk}", followers=1000 + pk,
                posts_in_60_days=10, evidence_url="https://example.com",
            )
            for pk in numbers
        )  # fmt: skip
        sent = Application.objects.filter(pk__in=numbers).prefetch_related("accounts")
        CaseWord.objects.bulk_create((word for application in sent for word in words_of(application)), batch_size=5_000)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval('accounts_user_id_seq', (SELECT max(id) FROM accounts_user))")
        cursor.execute("ANALYZE")


def pages(reviewer: User, applications: int) -> dict[str, Callable[[], object]]:
    """What a reviewer opens."""

    def queue(**filters: Any) -> Callable[[], object]:
        return lambda: (queries.queue_page(queries.Filters(**filters), reviewer, "/review", ""), queries.queue_stats())

    case = Application.objects.waiting()[min(applications // 2, 5)]
    deep = queries.mark_of(Application.objects.waiting()[applications // 2])
    return {
        "first page": queue(),
        "page half way down": lambda: queries.queue_page(queries.Filters(), reviewer, "/review", deep),
        "newest first": queue(order="newest"),
        "one topic": queue(topic="pets"),
        "a topic that nobody has": queue(topic="none"),
        "one country, declined": queue(country="IS", view="declined"),
        "one network, near the line": queue(platform="x", near=True),
        "with risk, overdue": queue(risky=True, overdue=True),
        "applied again (nobody did)": queue(reapplied=True),
        "search that finds one": queue(q=f"person {applications - 1}"),
        "search that finds everybody": queue(q="p"),
        "search that finds nobody": queue(q="nobody at all"),
        "one case with its neighbours": lambda: queries.review_page(
            queries.application_for_review(case.pk), reviewer, queries.Filters()
        ),
    }


def measure(reviewer: User, applications: int, probes: int) -> dict[str, dict[str, float]]:
    """Milliseconds and number of queries of each page."""
    figures = {}
    for name, page in pages(reviewer, applications).items():
        with CaptureQueriesContext(connection) as asked:
            page()
        figures[name] = {"queries": len(asked), **figures_of(page, probes)}
    return figures


def run(applications: int, probes: int) -> dict[str, Any]:
    """Build and measure in the present database, which must be empty and is filled."""
    rng = random.Random(SEED)  # noqa: S311  (an invented world)
    reviewer = User.objects.create(pk=1, email="reviewer@example.com", name="Reviewer", is_staff=True)
    began = time.perf_counter()
    build(2, 1 + 2 * FEW, rng)
    few = measure(reviewer, FEW, probes)
    build(2 + 2 * FEW, applications, rng)
    return {
        "database": connection.vendor,
        "applications": applications,
        "build_seconds": round(time.perf_counter() - began),
        "few": few,
        "many": measure(reviewer, applications // 2, probes),
    }
