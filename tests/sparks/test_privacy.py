"""Who sees a Spark: the worked table, and every page held to it."""

import re
from datetime import date

import pytest

from accounts.models import Block, User
from sparks import queries
from sparks.models import Comment, KeptSpark, Spark, SparkHeat
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, befriend, with_handle
from tests.factories.catalog import CategoryFactory, ProductFactory
from tests.factories.lists import ListFactory
from tests.factories.sparks import PhotoFactory, ProductTagFactory, SparkFactory
from tests.rules.documents import table

AUTHORS = {
    "plain": {},
    "young": {"born_on": date(2015, 1, 1)},
    "unfindable": {"findable_by": "nobody"},
    "inactive": {"is_active": False},
}


def viewer_of(words: str, author: User) -> User | None:
    """The person whom the table names, with what is between her and the author."""
    if words == "guest":
        return None
    if words == "author":
        return author
    person = UserFactory(is_staff=words == "staff", is_superuser=words == "staff")
    if "friend" in words:
        befriend(author, person)
    if "blocked" in words:
        Block.objects.create(blocker=author, blocked=person)
    if "blocker" in words:
        Block.objects.create(blocker=person, blocked=author)
    return person


@pytest.mark.parametrize("row", table("spark-visibility"), ids=lambda row: " ".join(row.values()))
def test_pages_feeds_counts_and_rankings_ask_one_rule(db: None, row: dict[str, str]) -> None:
    author = with_handle(UserFactory(findable_by="everyone"), "mei")
    User.objects.filter(pk=author.pk).update(**AUTHORS[row["author"]])
    spark = SparkFactory(
        author=author, audience=row["circle"], code="secret", words="Nobody knows",
        state="posted" if row["state"] == "removed" else row["state"],
        scheduled_for="2030-01-01T00:00Z" if row["state"] == "scheduled" else None,
        removed_at="2026-01-01T00:00Z" if row["state"] == "removed" else None,
    )  # fmt: skip
    product = ProductFactory(category=CategoryFactory(path="home"))
    ProductTagFactory(photo=PhotoFactory(spark=spark), product=product)
    SparkHeat.objects.create(spark=spark, level=1, due_at="2030-01-01T00:00Z")
    wall = ListFactory(kind="idea", audience="public", slug="wall")
    KeptSpark.objects.create(spark=spark, list=wall, by=wall.owner)
    viewer = viewer_of(row["viewer"], author)
    sees = row["sees"] == "yes"
    client = client_for(viewer) if viewer is None or viewer.is_active else client_for(None)

    assert client.get("/s/secret").status_code == (200 if sees else 404)
    assert ("Nobody knows" in client.get(f"/sparks/t/{spark.topic.slug}").content.decode()) == sees
    seller = f"/sparks/sold-by/{product.seller.slug}"
    for path in ("/sparks/c", "/sparks/c/home", seller, "/sparks/lively", "/topics/home", "/sparks/on-list/wall"):
        assert ("/s/secret" in client.get(path).content.decode()) == sees, path
    assert [card.spark for card in queries.sparks_with(product, viewer)] == ([spark] if sees else [])
    assert queries.seen_sparks(["secret"], viewer) == ([spark] if sees and viewer != author else [])
    if sees and viewer != author:
        assert "Nobody knows" in client.get("/sparks").content.decode()
    elif not sees:
        assert "Nobody knows" not in client.get("/sparks").content.decode()


def test_missing_and_forbidden_look_the_same(db: None) -> None:
    SparkFactory(code="friends", audience="friends")
    client = client_for(None)
    missing, forbidden = client.get("/s/missing"), client.get("/s/friends")

    assert (missing.status_code, forbidden.status_code) == (404, 404)
    # Tokens against forgery differ with every page.
    pages = [
        re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode().replace(path, ""))
        for answer, path in [(missing, "/s/missing"), (forbidden, "/s/friends")]
    ]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("act", ["like", "comment", "vote", "cart", "report", "less"])
def test_nobody_acts_on_what_she_may_not_see(otto: User, act: str) -> None:
    spark = SparkFactory(code="friends", audience="friends")
    form = {"on": "1", "words": "Hello", "reason": "spam"}

    assert client_for(otto).post(f"/s/friends/{act}", form).status_code == 404
    spark.refresh_from_db()
    assert (spark.likes, spark.comments, Comment.objects.count()) == (0, 0, 0)


def test_comments_across_a_block_are_not_shown(otto: User, lina: User) -> None:
    spark = SparkFactory(code="open")
    Comment.objects.create(spark=spark, author=lina, words="Mine alone")
    Block.objects.create(blocker=lina, blocked=otto)

    assert "Mine alone" not in client_for(otto).get("/s/open").content.decode()
    assert "Mine alone" in client_for(None).get("/s/open").content.decode()


@pytest.mark.parametrize("page", ["tags", "words"])
def test_a_draft_is_its_authors_alone(lina: User, otto: User, page: str) -> None:
    draft = SparkFactory(author=lina, state="draft", posted_at=None, code="draft")

    assert client_for(lina).get(f"/s/draft/{page}").status_code == 200
    assert client_for(otto).get(f"/s/draft/{page}").status_code == 404
    assert client_for(otto).post("/s/draft/remove").status_code == 404
    draft.refresh_from_db()
    assert draft.removed_at is None


def test_a_removed_spark_comes_back_with_undo(lina: User) -> None:
    SparkFactory(author=lina, code="mine")
    client = client_for(lina)
    assert client.post("/s/mine/remove")["Location"] == "/sparks/new?removed=mine"
    assert client.get("/s/mine").status_code == 404
    client.post("/s/mine/restore")

    assert client.get("/s/mine").status_code == 200


def test_staff_hides_at_once_and_the_author_is_told(rhea: User, lina: User) -> None:
    spark = SparkFactory(author=lina, code="bad")
    client_for(rhea).post("/s/bad/hide")
    spark.refresh_from_db()

    assert spark.state == Spark.State.HIDDEN
    assert client_for(None).get("/s/bad").status_code == 404
    assert "was hidden" in client_for(lina).get("/notifications").content.decode()
