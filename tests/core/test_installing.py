"""The manifest, the service worker and the page for when the network is away."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from tests.cast import Mei

TOKENS = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text(encoding="utf-8")


def test_the_manifest_has_the_shops_name_and_icons_of_the_size_it_says(as_guest: Client, settings: Settings) -> None:
    settings.SITE_NAME = "Corner shop of the north"
    answer = as_guest.get("/manifest.webmanifest")
    manifest = answer.json()

    assert answer["Content-Type"] == "application/manifest+json"
    assert (manifest["name"], manifest["short_name"]) == ("Corner shop of the north", "Corner shop ")
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        with Image.open(str(finders.find(icon["src"].removeprefix("/static/")))) as picture:
            assert "{}x{}".format(*picture.size) == icon["sizes"]


def test_the_theme_colours_are_those_of_the_tokens(as_guest: Client) -> None:
    light, dark = re.findall(r"--bg: (#\w{6});", TOKENS)[:2]

    assert as_guest.get("/manifest.webmanifest").json()["theme_color"] == light
    assert re.findall(r'"theme-color" content="(#\w+)"', as_guest.get("/").content.decode()) == [light, dark]
    as_guest.post("/theme", {"theme": "dark"})
    assert re.findall(r'"theme-color" content="(#\w+)"', as_guest.get("/").content.decode()) == [dark]


def test_the_worker_keeps_the_offline_page_and_static_files_alone(as_guest: Client) -> None:
    answer = as_guest.get("/sw.js")
    script = answer.content.decode()
    kept = re.search(r"const KEPT = (\[.*\]);", script)

    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/javascript", "no-cache")
    assert kept is not None
    assert all(path.startswith("/static/") for path in re.findall(r'"([^"]+)"', kept[1]))
    assert 'const PAGE = "/offline";' in script
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    assert "manifest-src 'self'" in answer["Content-Security-Policy"]


def test_the_offline_page_is_the_same_for_everyone(as_guest: Client, as_mei: Client, mei: Mei) -> None:
    page = as_mei.get("/offline")

    assert page.content == as_guest.get("/offline").content
    assert mei.user.name not in page.content.decode()
    assert page.cookies == {}


def test_the_offline_page_and_the_worker_follow_the_language(as_guest: Client) -> None:
    before = as_guest.get("/sw.js").content
    assert "No connection" in as_guest.get("/offline").content.decode()
    as_guest.post("/language", {"language": "zh-hans", "next": "/"})

    assert "没有网络连接" in as_guest.get("/offline").content.decode()
    assert as_guest.get("/sw.js").content != before


@pytest.mark.parametrize("path", ["/manifest.webmanifest", "/sw.js", "/offline", "/robots.txt"])
def test_a_phone_asks_without_a_session_or_a_query(
    as_guest: Client, path: str, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):
        answer = as_guest.get(path)

    assert answer.cookies == {}


def test_robots_are_told_where_the_public_pages_stand(as_guest: Client) -> None:
    assert "Sitemap: http://testserver/sitemap.xml" in as_guest.get("/robots.txt").content.decode()
