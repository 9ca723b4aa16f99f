"""The house stands on floors. import-linter holds the imports; names in strings and the rooms inside an app are held here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FLOORS = (
    {"core"}, {"accounts", "catalog"}, {"notifications"}, {"influencers"}, {"orders"}, {"lists"}, {"storefront", "sparks", "commissions"},
    {"discovery"}, {"config"},
)  # fmt: skip
FLOOR = {app: level for level, apps in enumerate(FLOORS) for app in apps}
# Names of facts are news, not imports; tables are named in migrations and triggers.
DOTTED = re.compile(r"[a-z_]+(\.[A-Za-z_]\w*)+")
PURE = (
    "scoring",
    "ranking",
    "attribution",
    "rates",
    "handles",
    "feeds",
    "words",
    "money",
    "codes",
    "referrals",
    "trending",
    "labels",
    "tags",
    "evidence",
    "explaining",
    "signs",
)
MODULES = sorted(
    path for app in FLOOR if app != "config" for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)


def reached(source: str) -> Iterator[str]:
    """Every module that the source imports, and every dotted name that it spells out in a string."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and DOTTED.fullmatch(node.value):
            yield node.value


def reaches_up(app: str, source: str) -> list[str]:
    """The apps on this floor or above that the source reaches for."""
    roots = {name.partition(".")[0] for name in reached(source)} - {app}
    return sorted(root for root in roots if FLOOR.get(root, -1) >= FLOOR[app])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_reaches_down(path: Path) -> None:
    assert reaches_up(path.relative_to(ROOT).parts[0], path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.stem in PURE], ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_rule_knows_the_standard_library_alone(path: Path) -> None:
    roots = {name.partition(".")[0] for name in reached(path.read_text(encoding="utf-8"))}

    assert roots.isdisjoint({"django", "celery", "config"})


@pytest.mark.parametrize(
    ("app", "source", "found"),
    [
        ("commissions", "from orders.models import Order", []),
        ("orders", 'announce("orders.paid", order.pk)', []),
        ("orders", "from commissions.services.deciding import accrue_for", ["commissions"]),
        ("orders", "def pay():\n    import commissions.tasks", ["commissions"]),
        ("accounts", 'ForeignKey("orders.Order", on_delete=CASCADE)', ["orders"]),
        ("catalog", "from accounts.models import User", ["accounts"]),
        ("orders", 'import_string("commissions.tasks.sweep")', ["commissions"]),
    ],
)
def test_good_and_bad_examples(app: str, source: str, found: list[str]) -> None:
    assert reaches_up(app, source) == found


def test_no_cellars() -> None:
    names = {"utils.py", "helpers.py", "common.py", "misc.py", "signals.py"}

    assert [path for path in MODULES if path.name in names] == []


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.stem == "views" or path.parent.name == "views"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_views_ask_no_tables(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert ".objects" not in text
    assert ".filter(" not in text
