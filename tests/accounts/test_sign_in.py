"""Joining, signing in and out, and a lost password."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.cast import PASSWORD

NEW = {"name": "Nora Lind", "email": "Nora@Example.com", "password1": "a long and quiet sentence",
       "born_on": "1990-05-31", "findable_by": "handle"}  # fmt: skip


def link_in(message: object) -> str:
    found = re.search(r"http://testserver(/\S+)", message.body)
    assert found
    return found[1]


def test_joining_asks_to_confirm_and_then_signs_in(as_guest: Client) -> None:
    answer = as_guest.post("/account/signup/", NEW)
    assert answer.url == "/account/confirm-email/"
    user = User.objects.get(email="nora@example.com")
    assert (user.name, user.language) == ("Nora Lind", "en")

    link = link_in(mail.outbox[0])
    assert as_guest.get(link).status_code == 200
    as_guest.post(link)

    assert user.emailaddress_set.get().verified
    assert as_guest.get("/me").status_code == 200


def test_the_language_of_the_page_is_kept(as_guest: Client) -> None:
    as_guest.post("/language", {"language": "zh-hans"})
    as_guest.post("/account/signup/", NEW)

    assert User.objects.get().language == "zh-hans"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Enter your name"), ("password1", "short", "12 characters"), ("password1", "password1234", "too common"),
        ("email", "nope", "valid email"), ("name", "x" * 81, "at most 80"),
    ],
)  # fmt: skip
def test_a_wrong_field_says_which_and_makes_nobody(as_guest: Client, field: str, value: str, words: str) -> None:
    answer = as_guest.post("/account/signup/", {**NEW, field: value})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert User.objects.count() == 0


def test_an_address_that_is_known_looks_the_same_as_a_new_one(as_guest: Client, lina: User) -> None:
    known = as_guest.post("/account/signup/", {**NEW, "email": lina.email})
    new = Client().post("/account/signup/", NEW)

    assert (known.status_code, known.url) == (new.status_code, new.url)
    assert User.objects.filter(email=lina.email).count() == 1


def test_signing_in_returns_to_the_page(as_guest: Client, lina: User) -> None:
    answer = as_guest.post("/account/login/?next=/cart", {"login": lina.email, "password": PASSWORD})

    assert answer.url == "/cart"


def test_signing_in_sends_nobody_elsewhere(as_guest: Client, lina: User) -> None:
    answer = as_guest.post("/account/login/?next=//evil.example", {"login": lina.email, "password": PASSWORD})

    assert answer.url == "/"


def test_a_wrong_password_says_as_much_as_an_unknown_address(as_guest: Client, lina: User) -> None:
    def errors(login: str) -> list[str]:
        page = as_guest.post("/account/login/", {"login": login, "password": "wrong wrong wrong"}).content.decode()
        return re.findall(r"<li>(.*?)</li>", page)

    assert errors(lina.email) == errors("nobody@example.com") != []


def test_a_lost_password_is_replaced_by_mail(as_guest: Client, lina: User) -> None:
    as_guest.post("/account/password/reset/", {"email": lina.email})
    form = as_guest.get(link_in(mail.outbox[0]), follow=True)
    path = form.redirect_chain[-1][0]
    as_guest.post(path, {"password1": "another quiet sentence", "password2": "another quiet sentence"})

    assert Client().login(email=lina.email, password="another quiet sentence")


def test_a_reset_for_an_unknown_address_looks_the_same(as_guest: Client, lina: User) -> None:
    known = as_guest.post("/account/password/reset/", {"email": lina.email})
    unknown = as_guest.post("/account/password/reset/", {"email": "nobody@example.com"})

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


def test_signing_out_takes_a_post(as_lina: Client) -> None:
    as_lina.get("/account/logout/")
    assert as_lina.get("/me").status_code == 200

    as_lina.post("/account/logout/")
    assert as_lina.get("/me").status_code == 302


def test_the_admin_has_no_door_of_its_own(as_guest: Client) -> None:
    answer = as_guest.get("/admin/login/?next=/admin/")

    assert answer.status_code == 302
    assert answer.url.startswith("/account/login/")


@pytest.mark.parametrize(
    "path",
    [
        "login/",
        "signup/",
        "password/reset/",
        "password/reset/done/",
        "confirm-email/",
        "inactive/",
        "password/reset/key/done/",
    ],
)
def test_guests_pages_have_the_sites_look(as_guest: Client, path: str) -> None:
    page = as_guest.get(f"/account/{path}").content.decode()

    assert "css/components.css" in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize("path", ["email/", "password/change/", "logout/"])
def test_members_pages_have_the_sites_look(as_lina: Client, path: str) -> None:
    page = as_lina.get(f"/account/{path}").content.decode()

    assert "css/components.css" in page
    assert page.count("<h1") == 1


def test_a_robot_that_fills_every_field_makes_nobody(as_guest: Client) -> None:
    as_guest.post("/account/signup/", {**NEW, "phone_number": "123"})

    assert User.objects.count() == 0
    assert mail.outbox == []
