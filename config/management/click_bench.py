"""``manage.py bench clicks``: what recording a click adds to the redirect of a channel, in processor time beside a constant view."""

import http.client
from collections.abc import Callable
from typing import Any

# Makes a creator with one channel and prints its address.
CREATOR = """
from django.utils import timezone
from accounts.models import User
from influencers.models import Application, Influencer
from influencers.services.referring import add_link
user = User.objects.create(email="bench@example.com", name="Bench", handle="bench")
application = Application.objects.create(user=user, state="approved", display_name="Bench", country="FR", pitch="Bench")
influencer = Influencer.objects.create(user=user, application=application)
print(add_link(influencer=influencer, name="Bench", path="").get_absolute_url())
"""
COUNT = "from influencers.models import Click; print(Click.objects.count())"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"


def ask(port: int, path: str, headers: dict[str, str]) -> int:
    """One GET whose redirect is not followed; its status."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        link.request("GET", path, headers=headers)
        answer = link.getresponse()
        answer.read()
        return answer.status
    finally:
        link.close()


def visits(path: str) -> dict[str, Callable[[int], tuple[str, dict[str, str]]]]:
    """What is asked in each row, by the number of the request: every recorded click is another visitor's."""
    return {
        "constant view": lambda n: ("/healthz", {"User-Agent": f"{BROWSER} {n}"}),
        "redirect, nothing recorded": lambda n: (path, {"User-Agent": f"{BROWSER} {n}", "Sec-Purpose": "prefetch"}),
        "redirect, touch in the cookie": lambda n: (path, {"User-Agent": f"{BROWSER} bot {n}"}),
        "redirect, touch and click": lambda n: (path, {"User-Agent": f"{BROWSER} {n}"}),
        "redirect, the same visitor again": lambda n: (path, {"User-Agent": BROWSER}),
    }


def measure(port: int, seconds: Callable[[], float], path: str, requests: int) -> dict[str, Any]:
    """Milliseconds of the worker's processor for a request of each row, and how many times the bare redirect that is."""
    spent: dict[str, float] = {}
    for name, visit in visits(path).items():
        for number in range(20):
            ask(port, *visit(10**6 + number))
        before = seconds()
        for number in range(requests):
            ask(port, *visit(number))
        spent[name] = (seconds() - before) * 1000 / requests
    bare = spent["redirect, nothing recorded"]
    return {name: {"ms": round(ms, 3), "times": round(ms / bare, 2) if bare else None} for name, ms in spent.items()}
