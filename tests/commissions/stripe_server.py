"""A local server that speaks the part of Stripe's API that payouts use, over real HTTP, with idempotency keys, paging and failures.

What is stored under a key follows docs.stripe.com/api/idempotent_requests: the first answer of a request that began to run, a
failure too; the same key with other parameters is an error.
"""

import itertools
import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class Refusal(Exception):
    """An error of the API: status, type, code."""

    def __init__(self, status: int, kind: str, code: str = "") -> None:
        super().__init__(code or kind)
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "message": f"{kind} {code}"}}


@dataclass
class State:
    """What the server knows. ``trouble`` is what goes wrong with the next transfers, one after the other: "500" (before anything
    is done), "500 after", "silence after" (done, and the line goes dead), "429", "409", or "" for none."""

    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    transfers: dict[str, dict[str, Any]] = field(default_factory=dict)
    stored: dict[str, tuple[dict[str, str], int, dict[str, Any]]] = field(default_factory=dict)
    trouble: deque[str] = field(default_factory=deque)
    balance: int = 10**15
    asked: int = 0
    lock: Any = field(default_factory=threading.RLock)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    url: str = ""

    def sent(self) -> int:
        """What has left, reversed transfers not counted."""
        return sum(row["amount"] for row in self.transfers.values() if not row["reversed"])


def account(state: State, given: dict[str, str]) -> dict[str, Any]:
    if given.get("country") == "KP":
        raise Refusal(400, "invalid_request_error", "country_unsupported")
    key = f"acct_{next(state.numbers)}"
    state.accounts[key] = {
        "id": key, "object": "account", "country": given.get("country"), "payouts_enabled": False,
        "capabilities": {"transfers": "inactive"}, "closed": False,
    }  # fmt: skip
    return state.accounts[key]


def transfer(state: State, given: dict[str, str]) -> dict[str, Any]:
    found = state.accounts.get(given["destination"])
    if found is None or found["closed"]:
        raise Refusal(400, "invalid_request_error", "account_invalid")
    if found["capabilities"]["transfers"] != "active":
        raise Refusal(400, "invalid_request_error", "insufficient_capabilities_for_transfer")
    if int(given["amount"]) > state.balance:
        raise Refusal(400, "invalid_request_error", "balance_insufficient")
    key = f"tr_{next(state.numbers):08d}"
    state.balance -= int(given["amount"])
    state.transfers[key] = {
        "id": key, "object": "transfer", "amount": int(given["amount"]), "currency": given["currency"],
        "destination": given["destination"], "transfer_group": given.get("transfer_group"), "reversed": False,
        "amount_reversed": 0, "created": int(time.time()), "metadata": {"payout": given.get("metadata[payout]", "")},
    }  # fmt: skip
    return state.transfers[key]


def link(state: State, given: dict[str, str]) -> dict[str, Any]:
    if given["account"] not in state.accounts:
        raise Refusal(400, "invalid_request_error", "account_invalid")
    return {
        "object": "account_link",
        "url": f"https://connect.example/setup/{given['account']}",
        "created": 1,
        "expires_at": 2,
    }


def listed(state: State, given: dict[str, str]) -> dict[str, Any]:
    rows = sorted(state.transfers.values(), key=lambda row: row["id"], reverse=True)
    if group := given.get("transfer_group"):
        rows = [row for row in rows if row["transfer_group"] == group]
    rows = [row for row in rows if row["created"] >= int(given.get("created[gte]", 0))]
    if after := given.get("starting_after"):
        rows = [row for row in rows if row["id"] < after]
    limit = int(given.get("limit", 10))
    return {"object": "list", "url": "/v1/transfers", "has_more": len(rows) > limit, "data": rows[:limit]}


POSTS = {"/v1/accounts": account, "/v1/account_links": link, "/v1/transfers": transfer}


class Handler(BaseHTTPRequestHandler):
    state: State

    def log_message(self, *args: Any) -> None:
        """Quiet."""

    def answer(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        with self.state.lock:
            if parts.path == "/v1/transfers":
                return self.answer(200, listed(self.state, dict(parse_qsl(parts.query))))
            found = self.state.accounts.get(parts.path.removeprefix("/v1/accounts/"))
        if found is None or found["closed"]:
            return self.answer(403, Refusal(403, "invalid_request_error", "account_invalid").body)
        return self.answer(200, found)

    def do_POST(self) -> None:
        given = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        key = self.headers.get("Idempotency-Key", "")
        with self.state.lock:
            self.state.asked += 1
            trouble = self.state.trouble.popleft() if self.path == "/v1/transfers" and self.state.trouble else ""
            if trouble in {"500", "429", "409"}:
                return self.answer(int(trouble), Refusal(int(trouble), "api_error").body)
            status, body = self.run(given, key)
        if trouble == "silence after":
            self.close_connection = True
            return self.connection.close()
        if trouble == "500 after":
            return self.answer(500, Refusal(500, "api_error").body)
        return self.answer(status, body)

    def run(self, given: dict[str, str], key: str) -> tuple[int, dict[str, Any]]:
        if key in self.state.stored:
            before, status, body = self.state.stored[key]
            if before != given:
                return 400, Refusal(400, "idempotency_error").body
            return status, body
        try:
            status, body = 200, POSTS[self.path](self.state, given)
        except Refusal as refusal:
            status, body = refusal.status, refusal.body
        if key:
            self.state.stored[key] = (given, status, dict(body))
        return status, body


@contextmanager
def running() -> Iterator[State]:
    """The server on a free port of this machine."""
    state = State()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"state": state}))
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
