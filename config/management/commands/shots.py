"""``manage.py shots``: pictures of the main pages of a running demo, to look at side by side."""

import os
import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError

from config.demo import PASSWORD

PHONE, DESK = (390, 844), (1280, 900)


class Shot(NamedTuple):
    """A page as somebody sees it: ``who`` is the demo person, or nobody for a guest."""

    name: str
    path: str
    who: str
    size: tuple[int, int]


SHOTS = [
    Shot("discover", "/", "", PHONE),
    Shot("storefront", "/@slowhome", "", PHONE),
    Shot("sparks", "/sparks", "lina", PHONE),
    Shot("hottest", "/trending", "lina", PHONE),
    Shot("lists", "/lists", "lina", PHONE),
    Shot("friends", "/friends", "lina", PHONE),
    Shot("growth", "/apply/status", "jun", DESK),
    Shot("studio", "/studio", "mei", DESK),
    Shot("earnings", "/studio/earnings", "mei", DESK),
    Shot("payouts", "/studio/payouts", "mei", DESK),
    Shot("desk", "/review", "omar", DESK),
    Shot("reports", "/sparks/reports", "staff", DESK),
    Shot("orders", "/seller", "ada", DESK),
    Shot("programme", "/programme", "staff", DESK),
]


class Command(BaseCommand):
    help = "Take pictures of the main pages of a running demo (make demo), light and dark, in English and Chinese."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000")
        parser.add_argument("--into", type=Path, default=Path("shots"))

    def handle(self, *args: Any, url: str, into: Path, **options: Any) -> None:
        try:
            from playwright.sync_api import Browser, Error, sync_playwright
        except ImportError as missing:
            raise CommandError("Pictures need what tests need: make setup-dev.") from missing
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        if not chromium:
            raise CommandError(
                "Pictures need Chromium: install it (apt-get install chromium) or name it (CHROMIUM=/path)."
            )

        def take(browser: Browser, who: str, theme: Any, language: str) -> None:
            context = browser.new_context(base_url=url, color_scheme=theme, locale=language)
            page = context.new_page()
            if who:
                page.goto("/account/login/")
                page.fill("[name=login]", f"{who}@demo.example")
                page.fill("[name=password]", PASSWORD)
                page.press("[name=password]", "Enter")
                page.wait_for_url(lambda here: "login" not in here)
            for shot in SHOTS:
                if shot.who != who:
                    continue
                page.set_viewport_size({"width": shot.size[0], "height": shot.size[1]})
                answer = page.goto(shot.path, wait_until="networkidle")
                if answer is None or not answer.ok:
                    raise CommandError(f"{shot.path} answered {answer and answer.status}.")
                page.screenshot(path=into / f"{shot.name}-{theme}-{language}.png")
            context.close()

        into.mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            try:
                for who in dict.fromkeys(shot.who for shot in SHOTS):
                    for theme, language in [("light", "en"), ("dark", "en"), ("light", "zh-Hans")]:
                        take(browser, who, theme, language)
                    self.stdout.write(f"  {who or 'a guest'}")
            except Error as failed:
                raise CommandError(f"{url}: {failed.message.splitlines()[0]} (is make demo running there?)") from failed
        self.stdout.write(f"{len(SHOTS) * 3} pictures in {into}")
