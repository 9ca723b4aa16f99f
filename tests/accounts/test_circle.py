"""Requests, friends, mutes and blocks."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts import circle as ties
from accounts.models import Block, Follow, Friend, FriendRequest, User
from accounts.services import circle
from notifications.models import Notice
from tests.conftest import client_for
from tests.factories.accounts import UserFactory, befriend, with_handle


def plain(answer: HttpResponse) -> str:
    """The page without the tokens that are new each time."""
    return re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode())


@pytest.fixture
def anna(db: None) -> User:
    return with_handle(UserFactory(name="Anna Berg"), "anna")


@pytest.fixture
def ben(db: None) -> User:
    return with_handle(UserFactory(name="Ben Okafor"), "ben.o")


def test_asked_and_accepted(anna: User, ben: User) -> None:
    client_for(anna).post("/@ben.o/befriend", {"on": "1"})
    assert "Anna Berg" in client_for(ben).get("/friends").content.decode()
    client_for(ben).post("/@anna/answer", {"accept": "1"})

    assert Friend.objects.count() == 2
    assert FriendRequest.objects.count() == 0


def test_a_refusal_is_not_told_and_asking_again_reaches_nobody(anna: User, ben: User) -> None:
    circle.ask_to_be_friends(asker=anna, asked=ben)
    circle.answer_request(asked=ben, asker=anna, accept=False)
    circle.withdraw_request(asker=anna, asked=ben)
    circle.ask_to_be_friends(asker=anna, asked=ben)

    assert "Anna Berg" not in client_for(ben).get("/friends").content.decode()
    assert "Asked" in client_for(anna).get("/@ben.o").content.decode()
    assert not Notice.objects.filter(recipient=anna).exists()


def test_two_who_ask_each_other_are_friends(anna: User, ben: User) -> None:
    assert not circle.ask_to_be_friends(asker=anna, asked=ben)
    assert circle.ask_to_be_friends(asker=ben, asked=anna)


def test_a_block_ends_everything_and_looks_like_nobody(anna: User, ben: User) -> None:
    befriend(anna, ben)
    Follow.objects.create(follower=ben, followed=anna)
    client_for(anna).post("/@ben.o/block")
    as_ben = client_for(ben)

    assert not Friend.objects.exists()
    assert not Follow.objects.exists()
    for client, handle in ((as_ben, "anna"), (client_for(anna), "ben.o")):
        missing, hidden = client.get("/@nobody.here"), client.get(f"/@{handle}")
        assert missing.status_code == hidden.status_code == 404
        assert plain(missing).replace("nobody.here", handle) == plain(hidden)
    for act in ("befriend", "follow", "answer"):
        assert as_ben.post(f"/@anna/{act}", {"on": "1"}).status_code == 404
    client_for(anna).post(f"/friends/blocked/{ben.pk}/unblock")
    assert not Block.objects.exists()


@pytest.mark.parametrize(
    ("findable_by", "seen"), [("everyone", 200), ("friends", 200), ("handle", 200), ("nobody", 404)]
)
def test_who_wants_to_be_found_by_nobody_is_there_for_friends_alone(
    as_guest: Client, anna: User, ben: User, findable_by: str, seen: int
) -> None:
    User.objects.filter(pk=anna.pk).update(findable_by=findable_by)
    assert as_guest.get("/@anna").status_code == client_for(ben).get("/@anna").status_code == seen
    befriend(anna, ben)

    assert client_for(ben).get("/@anna").status_code == 200


@pytest.mark.parametrize(
    ("shows", "friend", "stranger"), [("me", False, False), ("friends", True, False), ("everyone", True, True)]
)
def test_friends_on_the_profile_are_shown_to_whom_she_wants(
    anna: User, ben: User, otto: User, shows: str, friend: bool, stranger: bool
) -> None:
    befriend(anna, ben)
    befriend(anna, UserFactory(name="Carla Known"))
    User.objects.filter(pk=anna.pk).update(shows_friends_to=shows)

    assert ("Carla Known" in client_for(ben).get("/@anna").content.decode()) is friend
    assert ("Carla Known" in client_for(otto).get("/@anna").content.decode()) is stranger
    assert ("Carla Known" in client_for(anna).get("/@anna?as=anyone").content.decode()) is stranger


def test_joining_needs_thirteen_years_and_an_answer(as_guest: Client) -> None:
    form = {
        "name": "Kim",
        "email": "kim@example.com",
        "password1": "a long and quiet sentence",
        "born_on": "1990-01-01",
        "findable_by": "everyone",
    }
    for field, value in (
        ("born_on", "2024-01-01"),
        ("born_on", ""),
        ("born_on", "31.12.1990x"),
        ("findable_by", ""),
        ("findable_by", "all"),
    ):
        assert as_guest.post("/account/signup/", {**form, field: value}).status_code == 422
    as_guest.post("/account/signup/", form)

    kim = User.objects.get(email="kim@example.com")
    assert (kim.findable_by, kim.name_words.count() > 0, kim.handle[:3]) == ("everyone", True, "kim")


def test_taking_back_a_refused_request_looks_like_taking_back_any(db: None) -> None:
    asker, asked = UserFactory(), UserFactory()
    circle.ask_to_be_friends(asker=asker, asked=asked)
    circle.answer_request(asked=asked, asker=asker, accept=False)
    assert ties.tie(asker, asked).is_asked

    circle.withdraw_request(asker=asker, asked=asked)
    assert not ties.tie(asker, asked).is_asked
    assert ties.asked_among(asker, [asked.pk]) == (set(), set())

    circle.ask_to_be_friends(asker=asker, asked=asked)
    assert ties.tie(asker, asked).is_asked
    assert ties.waiting_requests(asked.pk) == 0
