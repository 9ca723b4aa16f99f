"""A real Chromium against a live server. Where there is none, these tests say what did not run and how to get it."""

import os
import shutil
import threading
import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.signals import request_finished, request_started
from django.dispatch import Signal
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User

CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140 Safari/537.36"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder, and skip it with a reason where there is no Chromium."""
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))
            if not CHROMIUM:
                reason = "no Chromium: install it (apt-get install chromium) or name it (CHROMIUM=/path make test)"
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # Playwright runs an event loop in this thread, which Django would take for an asynchronous caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


class Visitor:
    """A browser window of some width; it collects what the console complains of."""

    def __init__(self, browser: Browser, server: LiveServer, width: int, **options: object) -> None:
        height = 844 if width < 600 else 900
        self.server = server
        # Only where it is what is tested: a worker of an earlier page must not answer for a later one.
        options.setdefault("service_workers", "block")
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height}, base_url=server.url, user_agent=AGENT, **options
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on(
            "console", lambda message: self.complaints.append(message.text) if message.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, user: User) -> None:
        """As if she had signed in before: her session's cookie is here."""
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        # The password was typed again a moment ago.
        session["account_authentication_methods_user"] = str(user.pk)
        session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
        session.create()
        self.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": self.server.url}]
        )

    def close(self) -> None:
        self.page.close()
        self.context.close()


class Answering:
    """The requests that the live server is answering. What a page sent last may outlive it, and the tables are emptied after it."""

    def __init__(self) -> None:
        self.number = 0
        self.changed = threading.Condition()

    def count(self, signal: Signal, **said: object) -> None:
        """The test's own client answers in the main thread; it is done when it returns."""
        if threading.current_thread() is not threading.main_thread():
            with self.changed:
                self.number += 1 if signal is request_started else -1
                self.changed.notify_all()

    def wait(self) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.number <= 0, timeout=20), "a request is not answered"


@pytest.fixture(scope="session")
def answering() -> Iterator[Answering]:
    counter = Answering()
    for signal in (request_started, request_finished):
        signal.connect(counter.count)
    yield counter
    for signal in (request_started, request_finished):
        signal.disconnect(counter.count)


@pytest.fixture
def visit(chromium: Browser, live_server: LiveServer, answering: Answering) -> Iterator[object]:
    """``visit(390, user, java_script_enabled=False)`` opens a window; all are closed at the end."""
    answering.number = 0
    windows: list[Visitor] = []

    def open_window(width: int = 390, user: User | None = None, **options: object) -> Visitor:
        window = Visitor(chromium, live_server, width, **options)
        windows.append(window)
        if user is not None:
            window.sign_in(user)
        return window

    yield open_window
    for window in windows:
        window.close()
    answering.wait()


def violations(page: Page) -> list[str]:
    """What axe finds on the page: rule, and where."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['target'][0]} {node.get('failureSummary', '')[:160]}"
        for rule in found
        for node in rule["nodes"]
    ]
