"""Figures for staff: exact counts, any stretch of days, the same number of queries for few and many."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from influencers.models import Application
from influencers.queries import figures
from tests.factories.influencers import ApplicationFactory

pytestmark = pytest.mark.django_db
State = Application.State


def day(number: int, hour: int = 12) -> datetime:
    return timezone.make_aware(datetime(2026, 3, number, hour))  # noqa: DTZ001  (made aware here)


def made(
    reviewer: User | None, verdict: str, points: str, state: str, sent: datetime, decided: datetime | None = None
) -> Application:
    return ApplicationFactory(
        account=False, state=state, created_at=sent - timedelta(hours=1), submitted_at=sent, decided_at=decided,
        decided_by=reviewer, score_points=points, score={"verdict": verdict},
    )  # fmt: skip


@pytest.fixture
def march(rhea: User) -> figures.Period:
    made(rhea, "likely", "72.0", State.APPROVED, day(2), day(2, 12) + timedelta(minutes=30))
    made(rhea, "likely", "100.0", State.DECLINED, day(3), day(5))
    made(rhea, "not_yet", "12.0", State.DECLINED, day(3), day(4))
    made(rhea, "close", "49.9", State.APPROVED, day(4), day(10))
    made(None, "not_yet", "9.9", State.DECLINED, day(5), day(5))
    made(None, "likely", "60.0", State.SUBMITTED, day(31, 23))
    made(rhea, "likely", "90.0", State.APPROVED, timezone.make_aware(datetime(2026, 4, 1)))  # noqa: DTZ001
    ApplicationFactory(account=False, state=State.DRAFT, submitted_at=None, created_at=day(6))
    return figures.Period(day(1).date(), day(31).date())


def test_the_figures_of_a_month_are_exact(march: figures.Period) -> None:
    page = figures.figures(march)

    assert [(bar.label, bar.count, bar.share) for bar in page.funnel] == [
        ("Started", 8, "100 %"),
        ("Sent", 7, "88 %"),
        ("Decided", 6, "75 %"),
        ("Approved", 3, "38 %"),
    ]
    assert [bar.count for bar in page.waits] == [2, 0, 2, 0, 1]
    assert (page.median, page.median_words) == (timedelta(days=1), "1\xa0day")
    assert [bar.count for bar in page.spread] == [1, 1, 0, 0, 1, 0, 1, 1, 0, 1]
    assert page.agreement.rows == [("Likely to qualify", 1, 1), ("Close", 1, 0), ("Not yet", 0, 1)]
    assert (page.agreement.agreed, page.agreement.compared, page.agreement.percent) == (2, 3, 67)
    assert page.agreement.by_policy == 1


def test_a_period_without_anything_says_so(as_rhea: Client) -> None:
    page = as_rhea.get("/review/figures", {"first": "2001-01-01", "last": "2001-01-01"}).content.decode()

    assert "Nothing was decided in this period." in page
    assert "Nothing was decided that can be compared." in page


def test_staff_see_charts_with_a_table_behind_each(as_rhea: Client, march: figures.Period) -> None:
    page = as_rhea.get("/review/figures", {"first": "2026-03-01", "last": "2026-03-31"}).content.decode()

    assert page.count('<figure class="chart chart-bars">') == page.count("View as table") == 4
    assert "<strong>67 %</strong>: people decided 2 of 3 as the score said." in page
    assert "1 more was decided by the policy" in page


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-03-02", "2026-03-01", "The last day must not be before the first."),
        ("yesterday", "2026-03-01", "Enter a date"),
        ("", "2026-03-01", "Choose the first day."),
        ("0001-01-01", "9999-12-31", "Choose days between 2000 and 2200."),
    ],
)
def test_days_that_cannot_be_are_told_and_the_usual_ones_shown(
    as_rhea: Client, first: str, last: str, words: str
) -> None:
    page = as_rhea.get("/review/figures", {"first": first, "last": last})

    assert page.status_code == 422
    assert words in page.content.decode()
    assert page.content.decode().count('<figure class="chart chart-bars">') == 4


def test_the_figures_cost_the_same_for_3_and_for_30(as_rhea: Client, rhea: User) -> None:
    def cost() -> int:
        as_rhea.get("/review/figures")
        with CaptureQueriesContext(connection) as queries:
            assert as_rhea.get("/review/figures").status_code == 200
        return len(queries)

    now = timezone.now()
    for _ in range(3):
        made(rhea, "likely", "70.0", State.APPROVED, now, now)
    few = cost()
    for _ in range(27):
        made(rhea, "close", "50.0", State.DECLINED, now, now)
    assert cost() == few
