"""Every page that shows Sparks, read by everyone: what may not be seen is nowhere; the blocked and the muted are gone."""

import re
from datetime import date

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone

from accounts.models import Block, Mute, User
from accounts.services import circle
from catalog.models import Product
from notifications.models import Notice
from sparks.models import Comment, Less, Spark, TopicFollow
from sparks.services import acts
from sparks.services.polls import set_poll
from sparks.services.shelving import place
from tests.cast import Mei
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, befriend, with_handle
from tests.factories.catalog import ProductFactory
from tests.factories.sparks import PhotoFactory, ProductTagFactory, SparkFactory, TopicFactory

SECRET = "Unmistakable"


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def product(db: None) -> Product:
    return ProductFactory(slug="teal-mug")


def spark_of(author: User, product: Product, **facts: object) -> Spark:
    """A Spark with everything: words, a described photo with a tag, a poll."""
    spark = SparkFactory(
        author=author, code="secret", topic=TopicFactory(slug="home"), words=f"{SECRET} words", **facts
    )  # fmt: skip
    ProductTagFactory(photo=PhotoFactory(spark=spark, alt=f"{SECRET} photo"), product=product)
    set_poll(spark=spark, question=f"{SECRET} question", options=[("This", product), ("That", None)], days=3)
    place([spark.pk])
    return spark


def addresses(author: User, product: Product) -> list[str]:
    """Every address of the site that takes no argument or names this author, topic, product or Spark."""
    known = {
        "code": ["secret", "open"], "handle": [author.handle], "slug": ["home", product.slug],
    }  # fmt: skip
    found = []
    for prefix, names in (("sparks", None), ("storefront", {"page"}), ("discovery", None), ("lists", None)):
        resolver = get_resolver().namespace_dict.get(prefix)
        if resolver is None:
            continue
        for name in {key for key in resolver[1].reverse_dict if isinstance(key, str)}:
            if names is not None and name not in names:
                continue
            for args in ({}, *({key: value} for key, values in known.items() for value in values)):
                try:
                    found.append(reverse(f"{prefix}:{name}", kwargs=args))
                except NoReverseMatch:
                    continue
    return sorted({*found, "/notifications", "/friends", "/search?q=unmistakable", "/me"})


def read(client: Client, paths: list[str]) -> dict[str, str]:
    """What each address says, where it says anything (a part is rendered from the same context as its page)."""
    said = {}
    for path in paths:
        answer = client.get(path)
        if answer.status_code == 200 and not answer.streaming:
            said[path] = answer.content.decode()
    return said


STATES = {
    "for friends": ({"audience": "friends"}, {}),
    "hidden": ({"state": "hidden"}, {}),
    "held": ({"state": "held"}, {}),
    "a draft": ({"state": "draft", "posted_at": None}, {}),
    "planned": ({"state": "scheduled", "scheduled_for": "2030-01-01T00:00Z"}, {}),
    "removed": ({"removed_at": "2026-01-01T00:00Z"}, {}),
    "of the young": ({}, {"born_on": date(2015, 1, 1)}),
    "of who hides": ({}, {"findable_by": "nobody"}),
    "of the inactive": ({}, {"is_active": False}),
}


def readers(author: User) -> dict[str, User | None]:
    fan = UserFactory()
    circle.follow(follower=fan, followed=author)
    TopicFollow.objects.create(user=fan, topic=TopicFactory(slug="home"))
    return {"guest": None, "follower": fan}


@pytest.mark.parametrize("state", STATES)
def test_what_may_not_be_seen_is_on_no_page(product: Product, state: str) -> None:
    author = with_handle(UserFactory(name="Mei"), "mei")
    facts, changes = STATES[state]
    who = readers(author)
    spark = spark_of(author, product, **facts)
    SparkFactory(author=author, code="open", words="Open")
    User.objects.filter(pk=author.pk).update(**changes)
    paths = addresses(author, product)
    assert len(paths) > 20
    for name, reader in who.items():
        for where, said in read(client_for(reader), paths).items():
            assert SECRET not in said, f"{name}: {where}"
    Spark.objects.filter(pk=spark.pk).update(
        state="posted", audience="public", removed_at=None, posted_at=timezone.now()
    )
    User.objects.filter(pk=author.pk).update(born_on=None, findable_by="everyone", is_active=True)
    place([spark.pk])

    # The same pages do show it once it may be seen: the walk is no walk past it.
    shown = {path for path, said in read(client_for(None), paths).items() if SECRET in said}
    assert {"/s/secret", "/sparks", "/sparks/t/home", "/sparks/of/mei", "/p/teal-mug"} <= shown


@pytest.mark.parametrize("side", ["blocker", "blocked"])
def test_of_a_blocked_person_nothing_is_anywhere(product: Product, side: str) -> None:
    author, reader = with_handle(UserFactory(name=f"{SECRET} Mei"), "mei"), with_handle(UserFactory(), "lina")
    other = UserFactory()
    befriend(author, reader)
    spark_of(author, product)
    open_spark = SparkFactory(author=other, code="open", topic=TopicFactory(slug="home"), words="Open")
    acts.comment(spark=open_spark, author=author, words=f"{SECRET} comment, @lina")
    third = acts.comment(spark=open_spark, author=UserFactory(), words="Stays")
    acts.comment(spark=open_spark, author=author, words=f"{SECRET} reply", parent=third)
    mine = SparkFactory(author=reader, code="mine", topic=TopicFactory(slug="home"), words="Mine")
    acts.comment(spark=mine, author=author, words=f"{SECRET} under hers")
    assert Notice.objects.filter(recipient=reader).count() == 2
    paths = [*addresses(author, product), "/s/mine"]
    before = read(client_for(reader), paths)
    assert {path for path, said in before.items() if SECRET in said} >= {
        "/sparks", "/s/secret", "/s/open", "/s/mine", "/notifications", "/p/teal-mug",
    }  # fmt: skip
    pair = (reader, author) if side == "blocker" else (author, reader)
    circle.block(blocker=pair[0], blocked=pair[1])

    for where, said in read(client_for(reader), paths).items():
        if (side == "blocker" and where.startswith("/friends")) or where.endswith("/atom"):
            # Where she takes it back; and what feed readers fetch without anybody's session, the same for everyone.
            continue
        assert SECRET not in said, where
    page = client_for(reader).get("/s/open").content.decode()
    assert "1 comment<" in page
    assert acts.comment(spark=open_spark, author=author, words="@lina again").pk
    assert Notice.objects.filter(recipient=reader).count() == 2


def test_of_a_muted_person_nothing_comes_by_itself_and_she_cannot_notice(product: Product) -> None:
    author, reader = with_handle(UserFactory(name="Mei"), "mei"), with_handle(UserFactory(), "lina")
    TopicFollow.objects.create(user=reader, topic=TopicFactory(slug="home"))
    circle.follow(follower=reader, followed=author)
    spark_of(author, product)
    open_spark = SparkFactory(code="open", topic=TopicFactory(slug="home"), words="Open")
    acts.comment(spark=open_spark, author=author, words=f"{SECRET} comment")
    paths = ["/sparks", "/sparks/following", "/sparks/t/home", "/s/open", "/p/teal-mug", "/welcome/topics"]
    hers = read(client_for(author), [*paths, "/s/secret", "/notifications", "/friends"])
    client_for(reader).post("/s/secret/mute")

    assert Mute.objects.get().muted == author
    for where, said in read(client_for(reader), paths).items():
        assert SECRET not in said, where
        assert "@mei" not in said, where
    assert "0 comments<" in client_for(reader).get("/s/open").content.decode()
    acts.comment(spark=open_spark, author=author, words="@lina look")
    assert not Notice.objects.filter(recipient=reader).exists()
    # She asked for this page herself; and for the muted nothing has changed.
    assert SECRET in client_for(reader).get("/s/secret").content.decode()
    Comment.objects.filter(words="@lina look").delete()
    acts.recount(spark_id=open_spark.pk)

    def calm(pages: dict[str, str]) -> dict[str, str]:
        return {path: re.sub(r"[A-Za-z0-9]{64}|\d+ min|now|As of [^<]*", "", said) for path, said in pages.items()}

    after = read(client_for(author), [*paths, "/s/secret", "/notifications", "/friends"])
    assert calm(after) == calm(hers)

    client_for(reader).post(f"/friends/muted/{author.pk}/unmute")
    assert SECRET in client_for(reader).get("/s/open").content.decode()


def test_anybody_can_be_muted_from_a_comment_even_without_a_handle(lina: User, otto: User) -> None:
    spark = SparkFactory(code="open")
    row = acts.comment(spark=spark, author=otto, words="Noise")
    client = client_for(lina)
    client.post("/s/open/mute", {"comment": row.pk})
    assert "Noise" not in client.get("/s/open").content.decode()
    assert "Otto Stern" in client.get("/friends").content.decode()
    client.post("/s/open/block", {"comment": row.pk})

    assert Block.objects.get().blocked == otto
    assert client.post("/s/open/mute", {"comment": row.pk}).status_code == 404


def test_nobody_mutes_or_blocks_herself(lina: User) -> None:
    SparkFactory(code="mine", author=lina)
    client_for(lina).post("/s/mine/mute")
    client_for(lina).post("/s/mine/block")

    assert (Mute.objects.count(), Block.objects.count()) == (0, 0)


def test_less_of_somebody_is_not_a_mute(lina: User, mei: Mei) -> None:
    SparkFactory(code="open", author=mei.user, words=SECRET, topic=TopicFactory(slug="home"))
    client_for(lina).post("/s/open/less", {"on": "1"})

    assert Less.objects.count() == 1
    assert SECRET in client_for(lina).get("/sparks/t/home").content.decode()
