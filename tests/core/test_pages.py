"""Health, theme, language, errors, headers."""

import pytest
from django.core.cache import caches
from django.test import Client
from django.test.utils import override_settings

from core.cache import GuardedRedisCache
from core.views import too_many

DEAD = "redis://127.0.0.1:1/0"
ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "http://shop@evil.example",
    "\x00//evil.example",
    "javascript:alert(1)",
]


def test_the_process_answers(as_guest: Client) -> None:
    assert as_guest.get("/healthz").content == b"ok\n"


def test_ready_names_each_part(as_guest: Client, settings: object) -> None:
    settings.CELERY_BROKER_URL = "memory://"
    answer = as_guest.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"database": True, "cache": True, "broker": True})


def test_not_ready_while_the_broker_is_away(as_guest: Client, settings: object) -> None:
    settings.CELERY_BROKER_URL = DEAD

    answer = as_guest.get("/readyz")

    assert (answer.status_code, answer.json()["broker"]) == (503, False)


def test_not_ready_while_the_cache_is_away_but_pages_still_answer(as_guest: Client) -> None:
    dead = {"default": {"BACKEND": "core.cache.GuardedRedisCache", "LOCATION": DEAD}}
    with override_settings(CACHES=dead, CELERY_BROKER_URL="memory://"):
        answer = as_guest.get("/readyz")
        page = as_guest.get("/account/login/")

    assert (answer.status_code, answer.json()["cache"]) == (503, False)
    assert page.status_code == 200


def test_a_cache_that_is_away_answers_as_an_empty_one() -> None:
    cache = GuardedRedisCache(DEAD, {})

    assert cache.get("x", "default") == "default"
    assert cache.get_many(["x"]) == {}
    cache.set("x", 1)
    assert cache.set_many({"x": 1}) == ["x"]
    assert cache.add("x", 1) is True
    assert cache.incr("x") == 1
    assert (cache.touch("x"), cache.delete("x")) == (False, False)
    assert caches["default"] is not cache


@pytest.mark.parametrize(("asked", "shown"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"')])
def test_the_chosen_theme_is_printed(as_guest: Client, asked: str, shown: str) -> None:
    as_guest.post("/theme", {"theme": asked})

    assert shown in as_guest.get("/").content.decode()


@pytest.mark.parametrize("asked", ["auto", "neon", "<script>"])
def test_any_other_theme_follows_the_system(as_guest: Client, asked: str) -> None:
    as_guest.post("/theme", {"theme": "dark"})
    as_guest.post("/theme", {"theme": asked})

    assert "data-theme=" not in as_guest.get("/").content.decode()


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_to_another_site(as_guest: Client, target: str) -> None:
    assert as_guest.post("/theme", {"theme": "dark", "next": target}).url == "/"


def test_the_language_switch_turns_the_page(as_guest: Client) -> None:
    as_guest.post("/language", {"language": "zh-hans", "next": "/"})

    page = as_guest.get("/").content.decode()
    assert '<html lang="zh-Hans"' in page


def test_get_does_not_change_the_theme(as_guest: Client) -> None:
    assert as_guest.get("/theme").status_code == 405


def test_an_unknown_address_is_404_in_the_sites_look(as_guest: Client) -> None:
    answer = as_guest.get("/nowhere")

    assert answer.status_code == 404
    assert "This page is not here" in answer.content.decode()
    assert "css/tokens.css" in answer.content.decode()


def test_what_is_not_ones_own_is_403_in_the_sites_look(as_otto: Client) -> None:
    answer = as_otto.get("/review")

    assert answer.status_code == 403
    assert "You cannot see this" in answer.content.decode()


def test_a_form_without_its_token_is_told_so(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/theme", {"theme": "dark"})

    assert answer.status_code == 403
    assert "This form was open too long" in answer.content.decode()


def test_a_crash_shows_the_bare_page(as_guest: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.views.cache.set", lambda *args: 1 / 0)
    client = Client(raise_request_exception=False)

    answer = client.get("/readyz")

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()


def test_too_many_says_when_to_come_back(db: None, as_guest: Client) -> None:
    request = as_guest.get("/").wsgi_request

    answer = too_many(request, 24)

    assert (answer.status_code, answer["Retry-After"]) == (429, "24")
    assert "24 seconds" in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/nowhere", "/account/login/", "/healthz", "/review"])
def test_every_answer_carries_the_strict_policy(as_guest: Client, path: str) -> None:
    answer = as_guest.get(path)
    policy = answer["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=abc", "page=9999", "page=201", "page=1e9", "page=2"])
def test_a_page_that_does_not_exist_is_not_found(as_guest: Client, query: str) -> None:
    assert as_guest.get(f"/?{query}").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"), [("/@a%00b", 404), ("/p/%00", 404), ("/search?q=a%00b", 400), ("/orders/%00", 404)]
)
def test_a_nul_character_is_refused_before_any_page(as_guest: Client, path: str, status: int) -> None:
    assert as_guest.get(path).status_code == status
