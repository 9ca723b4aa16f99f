"""One question to a network over HTTP: short, small, and never led elsewhere.

A question ends after ``PLATFORM_SECONDS`` whatever the other side does, reads at
most ``PLATFORM_BYTES``, and follows no redirect. What was sent is in no message
and no log: addresses and headers carry tokens.
"""

import json
import ssl
import threading
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.utils import timezone
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError


class Unanswered(Exception):
    """The network gave no answer that can be used; ``kind`` is ``away`` or ``garbage``."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers in lower case, and the JSON that came."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def wait_seconds(self) -> int | None:
        """How long the network asks to be left alone, if it says so (``Retry-After``, or X's ``x-rate-limit-reset``)."""
        text = self.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit():
            return int(text[:9])
        if text:
            try:
                return max(0, int((parsedate_to_datetime(text) - timezone.now()).total_seconds()))
            except (ValueError, TypeError):
                return None
        reset = self.headers.get("x-rate-limit-reset", "")
        return max(0, int(reset[:12]) - int(time.time())) if reset.isascii() and reset.isdigit() else None


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def ask(
    method: str,
    url: str,
    *,
    query: dict[str, str] | None = None,
    form: dict[str, str] | None = None,
    document: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Ask, and read the JSON of the answer. Raises Unanswered: no answer in time, a redirect, too much, or no JSON."""
    status, answer_headers, content = _converse(method, url, query, form, document, headers)
    try:
        return Answer(status, json.loads(content) if content.strip() else {}, answer_headers)
    except (ValueError, RecursionError):
        if status >= 400:
            return Answer(status, {}, answer_headers)
        raise Unanswered("garbage") from None


def picture(url: str) -> bytes:
    """What lies at the address of a picture, whatever it is. Raises Unanswered."""
    status, _headers, content = _converse("GET", url, headers={"Accept": "image/*"})
    if status != 200:
        raise Unanswered("garbage")
    return content


def _converse(
    method: str,
    url: str,
    query: dict[str, str] | None = None,
    form: dict[str, str] | None = None,
    document: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers in lower case and content. Raises Unanswered."""
    parts = urlsplit(url)
    asked = "&".join(part for part in (parts.query, urlencode(query or {})) if part)
    target = (parts.path or "/") + (f"?{asked}" if asked else "")
    sent = {"Accept": "application/json", "User-Agent": f"{settings.SITE_NAME} (+{settings.SITE_URL})"}
    body = None
    if form is not None:
        body, sent["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
    elif document is not None:
        body, sent["Content-Type"] = json.dumps(document), "application/json"
    ends_at = time.monotonic() + settings.PLATFORM_SECONDS
    line: HTTPConnection
    if parts.scheme == "https":
        line = HTTPSConnection(
            parts.hostname or "", parts.port, timeout=settings.PLATFORM_SECONDS, ssl_context=_trust()
        )
    else:
        line = HTTPConnection(parts.hostname or "", parts.port, timeout=settings.PLATFORM_SECONDS)
    # A socket's own timeout begins anew with every byte: the alarm ends a trickle, too.
    alarm = threading.Timer(settings.PLATFORM_SECONDS, _hang_up, [line])
    alarm.daemon = True
    alarm.start()
    response = None
    try:
        line.request(method, target, body=body, headers=sent | (headers or {}), preload_content=False)
        response = line.getresponse()
        content = b""
        while chunk := response.read1(65_536):
            content += chunk
            if len(content) > settings.PLATFORM_BYTES:
                raise Unanswered("garbage")
            if time.monotonic() > ends_at:
                raise Unanswered("away")
        answer_headers = {name.lower(): value for name, value in response.headers.items()}
        status = response.status
    except (OSError, HTTPError, ValueError):
        raise Unanswered("away") from None
    finally:
        alarm.cancel()
        if response is not None:
            response.close()
        line.close()
    if time.monotonic() > ends_at or status >= 500 or 300 <= status < 400:
        raise Unanswered("away")
    return status, answer_headers, content


def _hang_up(line: HTTPConnection) -> None:
    """End a conversation that lasts too long, from outside of it."""
    if line.sock is not None:
        try:
            line.sock.shutdown(2)
        except OSError:
            # It ended by itself meanwhile.
            return
