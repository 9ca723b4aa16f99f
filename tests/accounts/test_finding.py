"""Finding people: as inexact as they like, as far as those who are sought want it."""

from datetime import date

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.finding import find_people
from accounts.models import Block, NameWord, PersonWord, User
from accounts.services.names import index_people, index_person
from tests.factories.accounts import UserFactory, befriend, with_handle

NAMES = ["Jonathan Tanaka", "Siobhán O'Brien", "Łukasz Nowak", "Robert Stone", "张伟明", "陈大文", "Юлия Смирнова", "محمد علي", "Ωμέγα Παππάς", "x" * 80]  # fmt: skip


def person(name: str, number: int = 0, findable_by: str = "everyone", **extra: object) -> User:
    user = with_handle(
        UserFactory(name=name, findable_by=findable_by, **extra), f"person.{number or User.objects.count()}x"
    )
    index_person(user)
    return user


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("jon tanka", "Jonathan Tanaka"), ("tanaka jonathan", "Jonathan Tanaka"), ("jnoathan", "Jonathan Tanaka"), ("tan", "Jonathan Tanaka"),
        ("siobhan obrien", "Siobhán O'Brien"), ("lukas", "Łukasz Nowak"), ("bob stone", "Robert Stone"), ("伟明", "张伟明"), ("张韦明", "张伟明"),
        ("zhang weiming", "张伟明"), ("weiming", "张伟明"), ("陳大文", "陈大文"), ("文", "陈大文"), ("yuliya", "Юлия Смирнова"), ("محمد", "محمد علي"), ("παππας", "Ωμέγα Παππάς"),
    ],
)  # fmt: skip
def test_a_rough_spelling_is_enough(db: None, typed: str, name: str) -> None:
    for number, one in enumerate(NAMES, 1):
        person(one, number)

    assert find_people(viewer=UserFactory(), text=typed)[0].person.name == name


@pytest.mark.parametrize(
    "typed", ["", " ", "j", "%", "_", "'\"\\", "😀", "%an%", "x" * 300, "\u202e", "a b c d e f g h"]
)
def test_texts_that_mean_nobody(db: None, typed: str) -> None:
    person("Jonathan Tanaka")

    assert find_people(viewer=UserFactory(), text=typed) == []


@pytest.mark.parametrize(
    ("findable_by", "stranger", "friend_of_friend", "by_handle"),
    [
        ("everyone", True, True, True),
        ("friends", False, True, True),
        ("handle", False, False, True),
        ("nobody", False, False, False),
    ],
)
def test_each_chooses_who_finds_her(
    db: None, findable_by: str, stranger: bool, friend_of_friend: bool, by_handle: bool
) -> None:
    sought, between, viewer, other = (
        person("Jonathan Tanaka", 1, findable_by),
        UserFactory(),
        UserFactory(),
        UserFactory(),
    )
    befriend(sought, between)
    befriend(between, viewer)

    assert bool(find_people(viewer=other, text="jonathan")) is stranger
    assert bool(find_people(viewer=viewer, text="jonathan")) is friend_of_friend
    assert bool(find_people(viewer=other, text="@person.1x")) is by_handle


def test_the_young_are_found_by_nobody(db: None) -> None:
    person("Jonathan Tanaka", 1, born_on=date(date.today().year - 15, 1, 1))  # noqa: DTZ011

    assert find_people(viewer=UserFactory(), text="jonathan tanaka") == []
    assert find_people(viewer=UserFactory(), text="person.1x") == []


def test_a_block_hides_both_ways(db: None) -> None:
    one, other = person("Jonathan Tanaka", 1), person("Robert Stone", 2)
    Block.objects.create(blocker=one, blocked=other)

    assert find_people(viewer=one, text="robert") == find_people(viewer=other, text="jonathan") == []
    assert find_people(viewer=other, text="@person.1x") == []


def test_friends_in_common_come_first_and_are_counted(db: None) -> None:
    near, between, viewer = person("Anna Berg", 2), UserFactory(), UserFactory()
    person("Anna Berg", 1)
    befriend(near, between)
    befriend(between, viewer)

    first, second = find_people(viewer=viewer, text="anna berg")

    assert (first.person, first.common, second.common) == (near, 1, 0)


def test_a_new_name_takes_the_place_of_the_old(db: None) -> None:
    user = person("Jonathan Tanaka")
    user.name = "Maria Rossi"
    user.save()
    index_person(user)
    index_person(user)

    assert find_people(viewer=UserFactory(), text="tanaka") == []
    assert find_people(viewer=UserFactory(), text="rossi maria")[0].person == user


def test_a_search_asks_no_more_for_thirty_than_for_three(db: None) -> None:
    viewer, counts = UserFactory(), []
    for many in (3, 30):
        index_people(
            [
                with_handle(UserFactory(name=f"Anna Berg{'x' * n}", findable_by="everyone"), f"a{many}n{n}")
                for n in range(many)
            ]
        )
        with CaptureQueriesContext(
            connection,
        ) as queries:
            find_people(viewer=viewer, text="anna berg")
        counts.append(len(queries))

    assert counts[0] >= counts[1]


def test_the_page_is_for_members_and_has_a_budget(as_guest: Client, as_lina: Client) -> None:
    cache.clear()
    assert as_guest.get("/friends/find?q=anna").status_code == 302
    answers = [as_lina.get("/friends/find?q=nobody", headers={"HX-Request": "true"}) for _ in range(31)]

    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert answers[-1]["Retry-After"]
    cache.clear()


def test_words_count_their_people(db: None) -> None:
    user, _other = person("Anna Berg", 1), person("Anna Stein", 2)
    assert dict(NameWord.objects.values_list("text", "people")) == {"anna": 2, "berg": 1, "stein": 1}

    user.name = "Berta Berg"
    user.save()
    index_person(user)
    index_person(user)

    assert dict(NameWord.objects.values_list("text", "people")) == {"anna": 1, "berg": 1, "berta": 1, "stein": 1}


def test_a_misspelt_word_finds_everybody_with_a_likely_one(db: None) -> None:
    for number, name in enumerate(["Anna Johnson", "Berta Johnson", "Carla Jonssen", "Dora Jonson"], 1):
        person(name, number)

    found = [row.person.name for row in find_people(viewer=UserFactory(), text="jonsson")]

    assert set(found) == {"Anna Johnson", "Berta Johnson", "Carla Jonssen", "Dora Jonson"}


def test_of_many_likely_words_each_is_shown_by_somebody(db: None) -> None:
    index_people(
        [with_handle(UserFactory(name="Anna Johnson", findable_by="everyone"), f"johnson.{n}") for n in range(60)]
    )
    rare = person("Carla Jonssen", 99)

    assert rare in [row.person for row in find_people(viewer=UserFactory(), text="jonsson")]


def test_a_hidden_handle_costs_as_many_queries_as_one_that_nobody_has(db: None) -> None:
    person("Jonathan Tanaka", 1, "nobody")
    viewer, counts = UserFactory(), []
    befriend(viewer, UserFactory())
    for text in ("person.1x", "person.9x"):
        with CaptureQueriesContext(connection) as queries:
            assert find_people(viewer=viewer, text=text) == []
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_all_names_are_indexed_anew(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    user = person("张伟明", 1)
    PersonWord.objects.all().delete()
    NameWord.objects.all().delete()
    assert find_people(viewer=UserFactory(), text="zhangweiming") == []

    call_command("index_names")

    assert find_people(viewer=UserFactory(), text="zhangweiming")[0].person == user
