"""Versions of the policy: drafted with a look at what they would change, published, never changed after."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from core.models import AppendOnlyError
from influencers import scoring
from influencers.errors import BadPolicy, PolicyPublished
from influencers.models import Application, ScorePolicy
from influencers.policy_forms import number_fields, numbers_of, shown
from influencers.services import policies, weighing
from tests.factories.accounts import UserFactory
from tests.factories.influencers import ApplicationFactory

pytestmark = pytest.mark.django_db
ADD = "/admin/influencers/scorepolicy/add/"


@pytest.fixture
def staff() -> User:
    return UserFactory(is_staff=True, is_superuser=True)


@pytest.fixture
def as_staff(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def numbers(**changes: Any) -> dict[str, Any]:
    return scoring.policy_data(replace(scoring.DEFAULT_POLICY, **changes))


def published(staff: User, version: str = "test-1", **changes: Any) -> ScorePolicy:
    draft = policies.draft_policy(by=staff, version=version, note="", numbers=numbers(**changes))
    return policies.publish_policy(draft=draft, by=staff)


def typed(**changes: Any) -> dict[str, Any]:
    values = {name: shown(scoring.DEFAULT_POLICY, name) for name, _field in number_fields()}
    typed = {name: value for name, value in {**values, **changes}.items() if value is not False}
    return {"version": "test-1", "note": "A try.", **typed}


def test_a_score_keeps_its_version_and_the_version_its_numbers(staff: User) -> None:
    application = ApplicationFactory()
    weighing.store_score(application, today=timezone.localdate())
    before = (application.score_points, application.policy_version)

    published(staff, likely_from=80, auto_approve_from=80)

    application.refresh_from_db()
    assert (application.score_points, application.policy_version) == before
    assert ScorePolicy.objects.numbers_of(application.policy_version) == scoring.DEFAULT_POLICY
    assert ScorePolicy.objects.in_force().likely_from == 80
    weighing.store_score(application, today=timezone.localdate())
    assert (application.policy_version, application.score["verdict"]) == ("test-1", "close")


def test_a_draft_scores_nothing_and_may_be_changed_and_removed(staff: User) -> None:
    draft = policies.draft_policy(by=staff, version="test-1", note="", numbers=numbers(likely_from=70))
    policies.draft_policy(by=staff, version="test-1", note="Again.", numbers=numbers(likely_from=71), draft=draft)

    assert ScorePolicy.objects.in_force() == scoring.DEFAULT_POLICY
    assert ScorePolicy.objects.get().policy.likely_from == 71
    draft.delete()
    assert not ScorePolicy.objects.exists()


def test_a_published_version_is_never_changed_published_twice_or_removed(staff: User) -> None:
    row = published(staff)

    with pytest.raises(PolicyPublished):
        policies.draft_policy(by=staff, version="test-1", note="", numbers=numbers(likely_from=70), draft=row)
    with pytest.raises(PolicyPublished):
        policies.publish_policy(draft=row, by=staff)
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(AppendOnlyError):
        row.delete()
    draft = policies.draft_policy(by=staff, version="test-2", note="", numbers=numbers())
    for statement in (
        "UPDATE influencers_scorepolicy SET note = 'x' WHERE version = 'test-1'",
        "UPDATE influencers_scorepolicy SET published_at = NULL WHERE version = 'test-1'",
        "DELETE FROM influencers_scorepolicy WHERE version = 'test-1'",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    draft.delete()
    assert ScorePolicy.objects.in_force().likely_from == 60


def test_numbers_that_cannot_score_are_refused_in_words(staff: User) -> None:
    with pytest.raises(BadPolicy, match="not above “likely”"):
        policies.draft_policy(by=staff, version="test-1", note="", numbers=numbers(likely_from=20))
    assert not ScorePolicy.objects.exists()


def test_the_preview_shows_whose_verdict_would_have_turned_and_changes_nothing() -> None:
    near, far = ApplicationFactory(display_name="Near"), ApplicationFactory(display_name="Far", account=False)
    ApplicationFactory(state=Application.State.DRAFT, submitted_at=None)
    weighing.store_score(near, today=timezone.localdate())

    preview = policies.preview(replace(scoring.DEFAULT_POLICY, likely_from=71, auto_approve_from=75, version="t"))
    assert (preview.looked_at, preview.turned, len(preview.changed)) == (2, 1, 1)

    preview = policies.preview(replace(scoring.DEFAULT_POLICY, points_per_post=1, likely_from=65, version="t"))
    (changed,) = preview.changed
    assert (changed.application, changed.before.points, changed.after.points) == (near, 70.5, 57.2)
    assert (changed.is_turned, changed.after.verdict) == (True, "close")
    assert preview.turns == {("likely", "close"): 1, ("not_yet", "not_yet"): 1}
    near.refresh_from_db()
    assert str(near.score_points) == "70.5"
    assert far.score_points is None


def test_the_preview_costs_the_same_for_3_and_for_30() -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            policies.preview(scoring.DEFAULT_POLICY)
        return len(queries)

    ApplicationFactory.create_batch(3)
    few = cost()
    ApplicationFactory.create_batch(27)
    assert cost() == few


def test_staff_write_look_and_publish_in_the_administration(as_staff: Client, staff: User) -> None:
    weighing.store_score(ApplicationFactory(display_name="Otto Stern"), today=timezone.localdate())
    page = as_staff.get(ADD).content.decode()
    assert 'value="2026-3"' in page
    assert "instagram 1.72 3.38 4.42 7.97" in page

    answer = as_staff.post(ADD, typed(likely_from=72, open_countries="jp de"), follow=True)

    row = ScorePolicy.objects.get(version="test-1")
    assert answer.redirect_chain == [(f"/admin/influencers/scorepolicy/{row.pk}/preview/", 302)]
    assert row.policy == replace(scoring.DEFAULT_POLICY, version="test-1", likely_from=72, open_countries=("DE", "JP"))
    assert "1 verdict turns." in answer.content.decode()
    assert "Otto Stern" in answer.content.decode()
    assert ScorePolicy.objects.in_force().version == "2026-2"

    as_staff.post(f"/admin/influencers/scorepolicy/{row.pk}/preview/")

    assert ScorePolicy.objects.in_force().likely_from == 72
    shown_page = as_staff.get(f"/admin/influencers/scorepolicy/{row.pk}/change/").content.decode()
    assert "DE JP" in shown_page
    assert 'name="likely_from"' not in shown_page
    assert as_staff.post(f"/admin/influencers/scorepolicy/{row.pk}/change/", typed(likely_from=60)).status_code == 403
    assert ScorePolicy.objects.in_force().likely_from == 72


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("weight_engagement", "50", "The weights must add up to 1."),
        ("bands", "x 1 2 3", "Line 1: write the network and four rates"),
        ("bands", "x 0.03 0.09 0.15 0.36", "Every network needs at least one row"),
        ("tiers", "five", "Enter whole numbers"),
        ("band_points", "1 2", "Enter four numbers"),
        ("open_countries", "XX", "No country has the code XX."),
        ("spike_growth", "-1", "greater than or equal to 0"),
        ("spike_growth", "nan", "Enter a number."),
    ],
)
def test_numbers_that_cannot_be_are_told_on_the_form(as_staff: Client, name: str, value: str, words: str) -> None:
    page = as_staff.post(ADD, typed(**{name: value}))

    assert page.status_code == 200
    assert words in page.content.decode()
    assert not ScorePolicy.objects.exists()


def test_only_who_may_change_policies_looks_at_them(as_rhea: Client, as_lina: Client, staff: User) -> None:
    row = policies.draft_policy(by=staff, version="test-1", note="", numbers=numbers())
    path = f"/admin/influencers/scorepolicy/{row.pk}/preview/"

    assert as_rhea.get(path).status_code == 403
    assert as_rhea.post(path).status_code == 403
    assert as_lina.get(path).status_code == 302
    row.refresh_from_db()
    assert row.published_at is None


def test_what_a_form_shows_is_what_it_keeps() -> None:
    values = {name: shown(scoring.DEFAULT_POLICY, name) for name, _field in number_fields()}

    kept = json.loads(json.dumps(numbers_of({"version": "x", **values})))
    assert scoring.policy_from(kept, "2026-2") == scoring.DEFAULT_POLICY
