"""The tables on SQLite, as the migrations make them: kept as a file until a migration changes, for they take a quarter of a minute.

``pytest --create-db`` runs the migrations whatever is kept.
"""

import hashlib
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR)
IMPORTED = re.compile(r"^from ([a-z_.]+) import (\w+)", re.MULTILINE)


def _sources() -> Iterator[Path]:
    """Every migration of ours, and the modules of ours that migrations call."""
    for migration in sorted(ROOT.glob("*/migrations/*.py")):
        yield migration
        for module, name in IMPORTED.findall(migration.read_text()):
            here = ROOT.joinpath(*module.split("."))
            yield from (path for path in (here.with_suffix(".py"), here / f"{name}.py") if path.exists())


def _file_in(folder: Path) -> Path:
    """Where the tables are kept that belong to the migrations as they are now."""
    seen = hashlib.sha256(django.__version__.encode() + sqlite3.sqlite_version.encode())
    for path in _sources():
        seen.update(path.read_bytes())
    return folder / f"{seen.hexdigest()[:24]}.sqlite3"


def lay(folder: Path) -> bool:
    """Put what is kept where the tests' database will be; False where nothing is, or on another database."""
    if connection.vendor != "sqlite" or not (kept := _file_in(folder)).exists():
        return False
    shutil.copyfile(kept, connection.settings_dict["TEST"]["NAME"])
    return True


def keep(folder: Path) -> None:
    """Keep the tables for the next time, and only these."""
    kept = _file_in(folder)
    if connection.vendor != "sqlite" or kept.exists():
        return
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as half, sqlite3.connect(half.name) as target:
        connection.ensure_connection()
        connection.connection.backup(target)
    target.close()
    for old in folder.glob("*.sqlite3"):
        old.unlink(missing_ok=True)
    Path(half.name).replace(kept)
