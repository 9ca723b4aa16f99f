"""What is held, hidden, appealed and decided, by whom, and who is told what."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from core.models import AppendOnlyError
from notifications.models import Notice
from sparks import queries
from sparks.errors import NoAppeal, OnAppeal, OwnCase, SameModerator
from sparks.models import Appeal, Comment, Report, Ruling, Spark
from sparks.services import acts, moderating, polls, posting
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, with_handle
from tests.factories.sparks import SparkFactory, TopicFactory


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def second(db: None) -> User:
    return UserFactory(name="Sana Iqbal", is_staff=True)


@pytest.fixture
def spark(lina: User) -> Spark:
    return SparkFactory(author=lina, code="open", words="A shelf")


def hidden(spark: Spark, by: User, comment: Comment | None = None) -> Ruling:
    ruling = moderating.hide(spark=spark, comment=comment, by=by, reason="spam")
    assert ruling is not None
    return ruling


def log() -> list[tuple[str, str | None]]:
    return [(row.kind, row.by.name if row.by else None) for row in Ruling.objects.order_by("pk")]


# --- Held


def test_a_link_in_the_first_week_waits_and_is_counted_nowhere(spark: Spark, rhea: User) -> None:
    new = with_handle(UserFactory(name="Newton"), "newton")
    answer = client_for(new).post(
        "/s/open/comment", {"words": "See https://evil.example"}, headers={"HX-Request": "true"}
    )
    spark.refresh_from_db()
    assert answer.status_code == 200
    assert "Waits for a look" in answer.content.decode()
    assert "looks at it first" in answer["HX-Trigger"]
    assert (spark.comments, Comment.objects.get().state, Notice.objects.count()) == (0, "held", 0)
    for person in (None, spark.author, rhea):
        assert "evil.example" not in client_for(person).get("/s/open").content.decode()
    assert "evil.example" in client_for(rhea).get("/sparks/reports").content.decode()

    client_for(rhea).post("/s/open/release", {"comment": Comment.objects.get().pk})
    spark.refresh_from_db()
    assert (spark.comments, Comment.objects.get().state) == (1, "posted")
    assert "evil.example" in client_for(None).get("/s/open").content.decode()
    assert [(row.recipient, row.kind) for row in Notice.objects.order_by("pk")] == [
        (new, "spark_released"),
        (spark.author, "spark_comment"),
    ]
    assert log() == [("hold", None), ("release", "Rhea Patel")]


def test_nobody_replies_to_thanks_for_or_reports_what_is_held(spark: Spark, otto: User) -> None:
    row = acts.comment(spark=spark, author=UserFactory(), words="www.evil.example")
    for person in (otto, row.author):
        client = client_for(person)
        assert client.post("/s/open/comment", {"words": "Yes", "parent": row.pk}).status_code == 404
        assert client.post(f"/s/open/comments/{row.pk}/helpful", {"on": "1"}).status_code == 404
        assert client.post(f"/s/open/report?comment={row.pk}", {"reason": "spam"}).status_code == 404

    assert (Comment.objects.count(), Report.objects.count()) == (1, 0)


def test_a_held_spark_stands_nowhere_until_it_is_let_through(rhea: User) -> None:
    new = with_handle(UserFactory(name="Newton"), "newton")
    topic = TopicFactory(slug="home")
    draft = SparkFactory(author=new, code="held", state="draft", posted_at=None, topic=topic, words="www.evil.example")
    form = {"words": draft.words, "topic": topic.pk, "audience": "public", "act": "post"}
    answer = client_for(new).post("/s/held/words", form, follow=True)
    draft.refresh_from_db()
    assert (draft.state, draft.posted_at) == ("held", None)
    assert "Waits for a look" in answer.content.decode()
    for person in (None, new, rhea):
        client = client_for(person)
        assert client.get("/s/held").status_code == 404
        for page in ("/sparks", "/sparks/t/home", "/sparks/of/newton"):
            assert "evil.example" not in client.get(page).content.decode()

    moderating.release(spark=draft, by=rhea)
    draft.refresh_from_db()
    assert draft.state == "posted"
    assert timezone.now() - draft.posted_at < timedelta(minutes=1)
    assert client_for(None).get("/s/held").status_code == 200


def test_a_link_added_later_takes_it_back_and_its_old_place_is_kept(rhea: User) -> None:
    new = UserFactory()
    spark = SparkFactory(author=new, code="sly", words="Lovely")
    posted_at = spark.posted_at
    form = {"words": "Lovely https://evil.example", "topic": spark.topic_id, "audience": "public"}
    client_for(new).post("/s/sly/words", form)
    spark.refresh_from_db()
    assert (spark.state, spark.edits.get().words) == ("held", "Lovely")
    moderating.release(spark=spark, by=rhea)
    spark.refresh_from_db()

    assert (spark.state, spark.posted_at) == ("posted", posted_at)


def test_a_link_in_a_polls_options_is_seen(lina: User) -> None:
    spark = SparkFactory(author=lina, state="draft", posted_at=None, kind="poll", words="")
    polls.set_poll(spark=spark, question="Which?", options=[("www.evil.example", None), ("That", None)], days=3)

    assert posting.post_spark(spark=spark).state == "held"


def test_a_scheduled_link_waits_at_its_hour(lina: User) -> None:
    spark = SparkFactory(author=lina, state="draft", posted_at=None, words="www.evil.example")
    at = timezone.now() + timedelta(hours=1)
    posting.schedule_spark(spark=spark, at=at)

    assert posting.publish_due(at) == 0
    assert posting.publish_due(at) == 0
    assert (Spark.objects.get().state, log()) == ("held", [("hold", None)])


def test_too_many_links_are_refused_and_the_text_stays_in_the_form(spark: Spark, as_otto: Client) -> None:
    words = " ".join(f"www.{letter}.example" for letter in "abcdef")
    answer = as_otto.post("/s/open/comment", {"words": words})

    assert answer.status_code == 422
    assert "at most 5 of each" in answer.content.decode()
    assert f">{words}</textarea>" in answer.content.decode()
    assert Comment.objects.count() == 0


# --- Hidden


def test_the_author_is_told_the_reason_and_never_who_reported(spark: Spark, rhea: User, otto: User, lina: User) -> None:
    acts.report(spark=spark, reporter=otto, reason="advert", note="Otto says so")
    client_for(rhea).post(f"/sparks/reports/{Report.objects.get().pk}", {"uphold": "1"})
    spark.refresh_from_db()
    ruling = Ruling.objects.get()
    notice = Notice.objects.get()
    client = client_for(lina)
    pages = client.get("/notifications").content.decode() + client.get(notice.url).content.decode()

    assert (spark.state, ruling.kind, ruling.reason, ruling.by) == ("hidden", "hide", "advert", rhea)
    assert (notice.recipient, notice.url) == (lina, f"/sparks/rulings/{ruling.pk}")
    assert "An advert without a label" in pages
    for secret in ("Otto", "Rhea"):
        assert secret not in pages
    assert notice.data == {"reason": "advert", "words": "A shelf", "is_comment": False}


def test_a_comment_that_staff_hid_does_not_come_back_by_undo(spark: Spark, rhea: User, otto: User) -> None:
    row = acts.comment(spark=spark, author=otto, words="Mine")
    reply = acts.comment(spark=spark, author=spark.author, words="No", parent=row)
    client_for(rhea).post("/s/open/hide", {"comment": row.pk, "reason": "hate"})
    spark.refresh_from_db()
    assert spark.comments == 0
    assert client_for(otto).post(f"/s/open/comments/{row.pk}/drop", {"undo": "1"}).status_code == 404
    assert "Mine" not in client_for(otto).get("/s/open").content.decode()

    client_for(rhea).post("/s/open/hide", {"comment": row.pk, "on": "0"})
    spark.refresh_from_db()
    assert spark.comments == 2
    assert reply.words in client_for(None).get("/s/open").content.decode()
    assert log() == [("hide", "Rhea Patel"), ("show", "Rhea Patel")]


def test_what_was_hidden_last_has_an_undo_once(spark: Spark, rhea: User) -> None:
    client = client_for(rhea)
    page = client.post("/s/open/hide", follow=True).content.decode()
    assert "Hidden a moment ago." in page
    assert "Hidden a moment ago." not in client.get("/sparks/reports").content.decode()
    client.post("/s/open/hide", {"on": "0"})

    assert client_for(None).get("/s/open").status_code == 200


def test_reports_of_one_thing_are_one_case_and_decided_together(spark: Spark, rhea: User) -> None:
    for person in (UserFactory(), UserFactory()):
        acts.report(spark=spark, reporter=person, reason="spam")
    case = queries.desk(rhea)[0]
    assert (len(queries.desk(rhea)), len(case.reports)) == (1, 2)
    moderating.decide_report(report=case.reports[1], uphold=False, by=rhea)

    assert queries.desk(rhea) == []
    assert set(Report.objects.values_list("state", "decided_by")) == {("dismissed", rhea.pk)}
    assert log() == [("dismiss", "Rhea Patel")]


def test_nobody_of_the_shop_decides_about_her_own(rhea: User, otto: User) -> None:
    spark = SparkFactory(author=rhea, code="own")
    acts.report(spark=spark, reporter=otto, reason="spam")
    report = Report.objects.get()
    for uphold in (True, False):
        with pytest.raises(OwnCase):
            moderating.decide_report(report=report, uphold=uphold, by=rhea)
    report.refresh_from_db()

    assert (report.state, Spark.objects.get().state, log()) == ("open", "posted", [])
    assert queries.desk(rhea)[0].is_own


@pytest.mark.parametrize("address", ["/s/open/hide", "/s/open/release", "/sparks/appeals/1", "/sparks/reports/1"])
def test_only_staff_decides(spark: Spark, as_otto: Client, address: str) -> None:
    assert as_otto.post(address).status_code == 403
    assert (Spark.objects.get().state, Ruling.objects.count()) == ("posted", 0)


def test_the_log_is_written_once(spark: Spark, rhea: User) -> None:
    ruling = hidden(spark, rhea)
    ruling.note = "Changed"
    for change in (ruling.save, ruling.delete, Ruling.objects.all().delete, lambda: Ruling.objects.update(note="")):
        with pytest.raises(AppendOnlyError):
            change()

    assert Ruling.objects.get().note == ""


# --- Appeals


def test_an_appeal_from_the_notice_to_the_outcome(spark: Spark, rhea: User, second: User, lina: User) -> None:
    ruling = hidden(spark, rhea)
    author = client_for(lina)
    author.post(f"/sparks/rulings/{ruling.pk}", {"words": "It is my own shelf."})
    row = Appeal.objects.get()
    assert (row.words, row.state, row.hidden_by) == ("It is my own shelf.", "open", rhea)
    assert "waits for somebody else" in author.get(f"/sparks/rulings/{ruling.pk}").content.decode()

    # Who hid it sees the case and cannot decide it.
    desk = client_for(rhea)
    assert "Show it again" not in desk.get("/sparks/reports").content.decode()
    page = desk.post(f"/sparks/appeals/{row.pk}", {"grant": "1"}, follow=True).content.decode()
    assert "somebody else of the shop decides about the appeal" in page
    row.refresh_from_db()
    assert (row.state, Spark.objects.get().state) == ("open", "hidden")

    assert "It is my own shelf." in client_for(second).get("/sparks/reports").content.decode()
    client_for(second).post(f"/sparks/appeals/{row.pk}", {"grant": "1"})
    row.refresh_from_db()
    assert (row.state, row.decided_by, Spark.objects.get().state) == ("granted", second, "posted")
    page = author.get("/notifications").content.decode()
    assert "Your appeal was granted" in page
    assert "Sana" not in page
    assert log() == [("hide", "Rhea Patel"), ("grant", "Sana Iqbal")]


def test_a_refused_appeal_stays_refused(spark: Spark, rhea: User, second: User, lina: User) -> None:
    row = moderating.appeal(ruling=hidden(spark, rhea), author=lina, words="Please")
    moderating.decide_appeal(row=row, grant=False, by=second)
    row.refresh_from_db()
    moderating.decide_appeal(row=row, grant=True, by=UserFactory(is_staff=True))
    row.refresh_from_db()

    assert (row.state, Spark.objects.get().state) == ("refused", "hidden")
    assert "stays hidden" in client_for(lina).get(f"/sparks/rulings/{row.ruling_id}").content.decode()


def test_the_database_keeps_the_two_moderators_apart(spark: Spark, rhea: User, lina: User) -> None:
    row = moderating.appeal(ruling=hidden(spark, rhea), author=lina, words="Please")
    with pytest.raises(SameModerator):
        moderating.decide_appeal(row=row, grant=True, by=rhea)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.update(decided_by=rhea)


def test_while_an_appeal_waits_it_is_the_only_way_back(spark: Spark, rhea: User, lina: User) -> None:
    moderating.appeal(ruling=hidden(spark, rhea), author=lina, words="Please")
    with pytest.raises(OnAppeal):
        moderating.show(spark=spark, by=rhea)

    assert Spark.objects.get().state == "hidden"


def test_an_appeal_of_a_comment(spark: Spark, rhea: User, second: User, otto: User) -> None:
    comment = acts.comment(spark=spark, author=otto, words="Mine")
    row = moderating.appeal(ruling=hidden(spark, rhea, comment), author=otto, words="Why?")
    moderating.decide_appeal(row=row, grant=True, by=second)
    spark.refresh_from_db()

    assert (spark.comments, Comment.objects.get().state) == (1, "posted")


@pytest.mark.parametrize(
    ("words", "days", "said"),
    [
        ("", 0, "Write in a few words"),
        (" \x00 ", 0, "Write in a few words"),
        ("x" * 601, 0, "at most. Shorten it"),
        ("x" * 50_000, 0, "at most. Shorten it"),
        ("Please", 31, "within 30 days"),
    ],
)
def test_an_appeal_that_cannot_be_made_changes_nothing(
    spark: Spark, rhea: User, lina: User, words: str, days: int, said: str
) -> None:
    ruling = hidden(spark, rhea)
    with pytest.raises(NoAppeal, match=said):
        moderating.appeal(ruling=ruling, author=lina, words=words, now=timezone.now() + timedelta(days=days))
    answer = client_for(lina).post(f"/sparks/rulings/{ruling.pk}", {"words": words}) if not days else None

    assert answer is None or answer.status_code == 422
    assert Appeal.objects.count() == 0


def test_one_appeal_for_each_decision(spark: Spark, rhea: User, second: User, lina: User) -> None:
    first = hidden(spark, rhea)
    row = moderating.appeal(ruling=first, author=lina, words="Please")
    with pytest.raises(NoAppeal, match="already"):
        moderating.appeal(ruling=first, author=lina, words="Pretty please")
    moderating.decide_appeal(row=row, grant=True, by=second)
    again = hidden(spark, second)
    assert not moderating.can_appeal(first)
    moderating.appeal(ruling=again, author=lina, words="Once more")

    assert list(Appeal.objects.order_by("pk").values_list("words", flat=True)) == ["Please", "Once more"]


def test_what_stands_again_cannot_be_appealed(spark: Spark, rhea: User, lina: User) -> None:
    ruling = hidden(spark, rhea)
    moderating.show(spark=spark, by=rhea)
    with pytest.raises(NoAppeal, match="not hidden any more"):
        moderating.appeal(ruling=ruling, author=lina, words="Please")

    assert Appeal.objects.count() == 0


def test_a_decision_is_its_authors_alone(spark: Spark, rhea: User, otto: User) -> None:
    ruling = hidden(spark, rhea)
    for person in (otto, rhea):
        assert client_for(person).get(f"/sparks/rulings/{ruling.pk}").status_code == 404
        assert client_for(person).post(f"/sparks/rulings/{ruling.pk}", {"words": "Please"}).status_code == 404

    assert Appeal.objects.count() == 0


def test_the_desk_costs_the_same_for_three_and_for_thirty(rhea: User) -> None:
    def fill(count: int) -> None:
        for _ in range(count):
            spark = SparkFactory()
            acts.report(spark=SparkFactory(), reporter=UserFactory(), reason="spam")
            acts.comment(spark=spark, author=UserFactory(), words="www.evil.example")
            SparkFactory(state="held", posted_at=None)
            moderating.appeal(ruling=hidden(spark, rhea), author=spark.author, words="Please")

    fill(3)
    with CaptureQueriesContext(connection) as few:
        queries.desk(rhea)
    fill(10)
    with CaptureQueriesContext(connection) as many:
        assert len(queries.desk(rhea)) == 52
    assert len(many) == len(few)
