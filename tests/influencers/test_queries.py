"""A page costs the same number of queries however much stands on it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from influencers.models import SocialAccount
from tests.factories.influencers import ApplicationFactory, SocialAccountFactory

pytestmark = pytest.mark.django_db


def cost(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    "show", ["", "near=on", "reapplied=on", "view=asked", "q=creator", "platform=instagram&topic=home&order=newest"]
)
def test_the_queue_costs_the_same_for_3_and_for_30(as_rhea: Client, show: str) -> None:
    state = "needs_more" if show == "view=asked" else "submitted"

    def add(count: int) -> None:
        for _ in range(count):
            application = ApplicationFactory(score_points="60.0", state=state)
            ApplicationFactory(user=application.user, state="declined")

    add(3)
    few = cost(as_rhea, f"/review?{show}")
    add(27)

    assert cost(as_rhea, f"/review?{show}") == few


def test_a_case_costs_the_same_for_one_account_and_for_five(as_rhea: Client, otto: User) -> None:
    application = ApplicationFactory(user=otto)
    few = cost(as_rhea, f"/review/applications/{application.pk}")
    for platform in SocialAccount.Platform.values:
        SocialAccountFactory(application=application, platform=platform)

    assert cost(as_rhea, f"/review/applications/{application.pk}") == few
