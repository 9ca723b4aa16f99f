"""News between apps: every fact that is announced is listed, and everything listed exists."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from config.celery import app
from config.reactions import REACTIONS
from core.reactions import announce

ROOT = Path(settings.BASE_DIR)


def test_every_announced_fact_is_listed() -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for path in ROOT.glob("*/**/*.py")
        if ".venv" not in path.parts and "tests" not in path.parts
    ]
    announced = {fact for source in sources for fact in re.findall(r'announce\("([\w.]+)"', source)}

    assert announced == set(REACTIONS)


@pytest.mark.parametrize("path", [path for paths in REACTIONS.values() for path in paths])
def test_every_listed_task_exists(path: str) -> None:
    assert import_string(path).name == path


def test_the_architecture_shows_the_same_table() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

    for fact, paths in REACTIONS.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{fact}`"))
        assert re.findall(r"`([\w.]+)`", row)[1:-1] == paths


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()

    assert {row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


def test_an_unknown_fact_is_an_error(db: None) -> None:
    with pytest.raises(KeyError):
        announce("orders.eaten", 1)


def test_a_broker_that_is_away_is_survived(
    db: None,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def away(*args: object) -> None:
        raise OperationalError

    monkeypatch.setattr(import_string("commissions.tasks.accrue_order"), "delay", away)
    monkeypatch.setattr(import_string("orders.tasks.send_receipt"), "delay", away)

    with django_capture_on_commit_callbacks(execute=True):
        announce("orders.paid", 1)

    assert caplog.text.count("the broker is away") == 2
