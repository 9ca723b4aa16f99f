"""One's own settings, and following."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Follow, User
from tests.cast import Mei
from tests.core.test_images import picture

FORM = {"name": "Lina M.", "bio": "Plants", "handle": "lina.shops", "language": "zh-hans",
        "findable_by": "everyone", "shows_lists_to": "everyone", "shows_friends_to": "friends",
        "shows_sparks_to": "friends", "shows_votes_to": "everyone"}  # fmt: skip


def test_settings_are_kept(as_lina: Client, lina: User) -> None:
    answer = as_lina.post("/me/settings", {**FORM, "picture": SimpleUploadedFile("me.jpg", picture())})

    lina.refresh_from_db()
    assert answer.status_code == 302
    assert (lina.name, lina.bio, lina.handle, lina.language) == ("Lina M.", "Plants", "lina.shops", "zh-hans")
    assert (lina.shows_sparks_to, lina.shows_votes_to) == ("friends", "everyone")
    assert lina.avatar_url.endswith(".webp")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("handle", "admin", "kept for the shop itself"), ("handle", "a b", "3 to 30 letters"), ("name", "", "Enter your name"),
        ("bio", "x" * 161, "at most 160 characters"), ("language", "xx", "Select a valid choice"), ("name", "a\x00", "Null characters"),
        ("handle", "slowhome", "is taken"),
    ],
)  # fmt: skip
def test_a_wrong_field_says_which_and_changes_nothing(
    as_lina: Client, lina: User, mei: Mei, field: str, value: str, words: str
) -> None:
    answer = as_lina.post("/me/settings", {**FORM, field: value})

    lina.refresh_from_db()
    body = answer.content.decode()
    assert answer.status_code == 422
    assert words in body
    assert "There is a problem" in body
    assert (lina.name, lina.handle) == ("Lina Moreau", None)


def test_a_wrong_picture_is_refused_in_words(as_lina: Client, lina: User) -> None:
    answer = as_lina.post("/me/settings", {**FORM, "picture": SimpleUploadedFile("me.png", b"<svg/>")})

    lina.refresh_from_db()
    assert answer.status_code == 422
    assert lina.handle is None
    assert "Choose a JPEG, PNG or WebP photo." in answer.content.decode()
    assert (lina.avatar_url, lina.name) == ("", "Lina Moreau")


def test_extra_fields_are_ignored(as_lina: Client, lina: User) -> None:
    as_lina.post("/me/settings", {**FORM, "is_staff": "1", "is_superuser": "1", "email": "x@example.com"})

    lina.refresh_from_db()
    assert (lina.is_staff, lina.is_superuser, lina.email) == (False, False, "lina@example.com")


@pytest.mark.parametrize(
    ("name", "words"), [("admin", "kept for the shop"), ("slowhome", "is taken"), ("free.name", "can be yours")]
)
def test_a_handle_is_checked_as_it_is_typed(as_lina: Client, mei: Mei, name: str, words: str) -> None:
    assert words in as_lina.get("/me/settings/handle", {"handle": name}).content.decode()


def test_following_and_stopping_are_safe_twice(as_lina: Client, mei: Mei) -> None:
    for on, count in (("1", 1), ("1", 1), ("0", 0), ("0", 0)):
        assert as_lina.post("/@slowhome/follow", {"on": on}).status_code == 302
        assert Follow.objects.count() == count


def test_htmx_gets_the_button_back(as_lina: Client, mei: Mei) -> None:
    answer = as_lina.post("/@slowhome/follow", {"on": "1"}, headers={"HX-Request": "true"})

    assert "Following" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_nobody_follows_herself(as_mei: Client, mei: Mei) -> None:
    as_mei.post("/@slowhome/follow", {"on": "1"})

    assert Follow.objects.count() == 0


def test_a_guest_signs_in_first_and_comes_back(as_guest: Client, mei: Mei) -> None:
    answer = as_guest.post("/@slowhome/follow", {"on": "1", "next": "/@slowhome?q=a&sort=price"})
    part = as_guest.post("/@slowhome/follow", {"on": "1", "next": "/"}, headers={"HX-Request": "true"})

    assert answer.url == "/account/login/?next=%2F%40slowhome%3Fq%3Da%26sort%3Dprice"
    assert part["HX-Redirect"] == "/account/login/?next=%2F"
    assert Follow.objects.count() == 0


def test_an_unknown_handle_is_not_found(as_lina: Client) -> None:
    assert as_lina.post("/@nobody/follow", {"on": "1"}).status_code == 404


def test_the_own_page_leads_where_the_role_allows(as_lina: Client, as_mei: Client) -> None:
    assert "/studio" not in as_lina.get("/me").content.decode()
    assert "/studio" in as_mei.get("/me").content.decode()


def test_what_the_page_shows_can_be_sent_as_it_is(as_lina: Client, lina: User) -> None:
    body = as_lina.get("/me/settings").content.decode()
    shown = {name for name in FORM if f'name="{name}"' in body}

    assert shown == set(FORM)
    assert as_lina.post("/me/settings", {name: FORM[name] for name in shown}).status_code == 302
