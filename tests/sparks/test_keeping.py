"""A whole Spark on a list: one tap, undone by one, shown to who may see both."""

import pytest
from django.test import Client

from accounts.models import User
from lists.models import List, ListItem
from lists.services import keeping as lists_keeping
from sparks.models import KeptSpark, Spark
from sparks.services import keeping
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, befriend
from tests.factories.catalog import ProductFactory
from tests.factories.lists import ListFactory
from tests.factories.sparks import PhotoFactory, ProductTagFactory, SparkFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def spark(db: None) -> Spark:
    spark = SparkFactory(code="open")
    photo = PhotoFactory(spark=spark)
    for n in range(2):
        ProductTagFactory(photo=photo, product=ProductFactory(name=f"Thing {n}"), x=1000 + 3000 * n)
    return spark


def on_list(row: List) -> set[str]:
    return set(ListItem.objects.present().filter(list=row).values_list("title", flat=True))


def test_one_tap_keeps_it_where_nobody_else_looks_and_one_takes_it_off(
    spark: Spark, as_lina: Client, lina: User
) -> None:
    public = ListFactory(owner=lina, kind="idea", audience="public", name="Wall")
    for on, kept in [("1", 1), ("1", 1), ("0", 0), ("0", 0)]:
        answer = as_lina.post("/s/open/keep", {"on": on}, headers=HTMX)
        assert answer.status_code == 200
        assert KeptSpark.objects.count() == kept
        assert f'aria-pressed="{"true" if kept else "false"}"' in answer.content.decode()
    row = List.objects.get(owner=lina, kind="idea", audience="private")

    assert (on_list(row), on_list(public)) == (set(), set())


def test_it_brings_its_things_and_takes_only_those_along(spark: Spark, lina: User) -> None:
    row = ListFactory(owner=lina, kind="idea")
    first = spark.photos.get().tags.all()[0].product
    lists_keeping.add_product(row=row, product=first, by=lina)
    assert keeping.keep_on(row=row, spark=spark, by=lina) == 1
    assert keeping.keep_on(row=row, spark=spark, by=lina) == 0
    assert on_list(row) == {"Thing 0", "Thing 1"}
    keeping.drop_from(row=row, spark=spark)

    assert on_list(row) == {"Thing 0"}


def test_a_wish_list_takes_the_things_alone(spark: Spark, as_lina: Client, lina: User) -> None:
    row = ListFactory(owner=lina, kind="wish")
    as_lina.post("/s/open/keep", {"on": "1", "list": str(row.pk)})

    assert on_list(row) == {"Thing 0", "Thing 1"}
    assert KeptSpark.objects.count() == 0


def test_nobody_fills_a_list_that_she_may_not_edit(spark: Spark, as_lina: Client, lina: User) -> None:
    foreign = ListFactory(kind="idea", audience="public")
    gift = ListFactory(owner=lina, kind="gift")
    for pk in (str(foreign.pk), str(gift.pk), "0", "x"):
        assert as_lina.post("/s/open/keep", {"on": "1", "list": pk}).status_code == 404
    assert (ListItem.objects.count(), KeptSpark.objects.count()) == (0, 0)


def test_a_guest_is_asked_to_sign_in_and_a_get_writes_nothing(spark: Spark, as_guest: Client, as_lina: Client) -> None:
    answer = as_guest.post("/s/open/keep", {"on": "1"})
    assert answer["Location"] == "/account/login/?next=%2Fs%2Fopen"
    assert as_lina.get("/s/open/keep").status_code == 200
    assert (List.objects.count(), KeptSpark.objects.count()) == (0, 0)


def test_on_a_list_it_is_seen_by_who_may_see_both(spark: Spark, lina: User) -> None:
    friends_only = SparkFactory(code="close", audience="friends")
    friend, stranger = UserFactory(), UserFactory()
    befriend(friends_only.author, friend)
    befriend(friends_only.author, lina)
    row = ListFactory(owner=lina, kind="idea", audience="public", slug="wall")
    for each in (spark, friends_only):
        keeping.keep_on(row=row, spark=each, by=lina)

    def codes(user: User | None, tail: str = "") -> set[str] | int:
        answer = client_for(user).get(f"/sparks/on-list/wall{tail}", headers=HTMX)
        text = answer.content.decode()
        return {c for c in ("open", "close") if f"/s/{c}" in text} if answer.status_code == 200 else answer.status_code

    assert [codes(user) for user in (lina, friend, stranger, None)] == [
        {"open", "close"}, {"open", "close"}, {"open"}, {"open"}
    ]  # fmt: skip
    List.objects.filter(pk=row.pk).update(audience="private")
    assert [codes(user) for user in (lina, stranger, None)] == [{"open", "close"}, 404, 404]
    List.objects.filter(pk=row.pk).update(audience="link")
    assert [codes(None), codes(None, f"?token={row.token}"), codes(None, "?token=x")] == [404, {"open"}, 404]


def test_who_may_no_longer_edit_the_list_takes_nothing_off(spark: Spark, as_lina: Client, lina: User) -> None:
    row = ListFactory(kind="idea", audience="named")
    row.members.create(user=lina, role="edit")
    as_lina.post("/s/open/keep", {"on": "1", "list": str(row.pk)})
    assert KeptSpark.objects.count() == 1
    row.members.all().delete()
    as_lina.post("/s/open/keep", {"on": "0"})

    assert (KeptSpark.objects.count(), on_list(row)) == (1, {"Thing 0", "Thing 1"})


def test_a_list_page_loads_its_sparks_by_a_plain_link(spark: Spark, as_lina: Client, lina: User) -> None:
    row = ListFactory(owner=lina, kind="idea", slug="wall")
    page = as_lina.get("/lists/wall").content.decode()

    assert 'hx-get="/sparks/on-list/wall"' in page
    assert '<a class="link" href="/sparks/on-list/wall">' in page
    assert "No Sparks on this list." in as_lina.get("/sparks/on-list/wall").content.decode()
    assert row.kind == "idea"
