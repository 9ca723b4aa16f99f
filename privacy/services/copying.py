"""Verbs of copies: ask, make, let go after a week."""

import json
import logging
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import BinaryField, F, ForeignKey, Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from core.personal import Word
from core.reactions import start_after_commit
from notifications.services import notify
from orders.services.leaving import adopt_guest_orders
from privacy import registry
from privacy.models import Copy, Download
from privacy.services import archives

logger = logging.getLogger(__name__)

KEPT_DAYS = 7
MOST_TRIES = 3
# An attempt that has not come back by then has died; longer than a task may take (CELERY_TASK_TIME_LIMIT).
TRY_MINUTES = 10
MAKE_TASK = "privacy.tasks.make_copy"


def ask(*, user: User) -> Copy:
    """Ask for a copy; asking again while one is being made gives that one."""
    try:
        with transaction.atomic():
            row = Copy.objects.create(user=user, total=len(registry.in_copy()))
            start_after_commit(MAKE_TASK, row.pk)
            return row
    except IntegrityError:
        return Copy.objects.waiting().get(user=user)


def make(*, pk: int, now: datetime | None = None) -> bool:
    """Make a copy that is due and tell her; True when it is there. Only one of several workers gets it."""
    moment = now or timezone.now()
    row = Copy.objects.waiting().select_related("user").filter(pk=pk, due_at__lte=moment).first()
    if row is None:
        return False
    mine = Copy.objects.waiting().filter(pk=pk, attempts=row.attempts)
    if row.attempts >= MOST_TRIES:
        # It died in silence each time: she may ask for another one.
        mine.update(failed_at=moment)
        return False
    if not mine.update(attempts=F("attempts") + 1, done=0, due_at=moment + timedelta(minutes=TRY_MINUTES)):
        return False
    adopt_guest_orders(row.user)
    with TemporaryFile() as content:
        write(user=row.user, into=content, tell=lambda done: Copy.objects.filter(pk=pk).update(done=done))
        size, name = content.tell(), archives.keep(content)
    with transaction.atomic():
        ready = Copy.objects.waiting().filter(pk=pk)
        if not ready.update(
            file=name, size=size, ready_at=timezone.now(), expires_at=moment + timedelta(days=KEPT_DAYS)
        ):
            # Her account was erased meanwhile, or another worker was faster.
            default_storage.delete(name)
            return False
        notify(recipient=row.user, kind="copy_ready", data={"days": KEPT_DAYS}, url=reverse("privacy:data"))
    return True


def write(*, user: User, into: IO[bytes], tell: Any = None) -> None:
    """The archive: what lies where in words, one JSON file a table, and her pictures as they are stored."""
    words = registry.in_copy()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        with override(user.language):
            page = render_to_string("privacy/copy.txt", {"person": user, "at": timezone.now()})
        archive.writestr("README.txt", page)
        for done, word in enumerate(words, start=1):
            _write_table(archive, word, user)
            if tell:
                tell(done)


def _write_table(archive: zipfile.ZipFile, word: Word, user: User) -> None:
    """A table as a list of its rows, written row by row: some are long."""
    name = word.model.lower().replace(".", "/")
    files: list[tuple[str, bytes | str]] = []
    with archive.open(f"{name}.json", "w", force_zip64=True) as out:
        out.write(b"[")
        rows = registry.rows(word, user, mine_only=True).order_by("pk")
        if word.people:
            rows = rows.select_related(*word.people)
        for count, row in enumerate(rows.iterator(chunk_size=500)):
            plain, more = _plain(word, row, user)
            files += more
            text = json.dumps(plain, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
            out.write((",\n" if count else "\n").encode() + text.encode(errors="replace"))
        out.write(b"\n]\n")
    # An archive takes one file at a time.
    for path, content in files:
        if isinstance(content, bytes):
            archive.writestr(f"files/{path}", content)
        else:
            _add_file(archive, content)


def _add_file(archive: zipfile.ZipFile, path: str) -> None:
    name = f"files/{path}"
    if name in archive.NameToInfo:
        return
    try:
        with default_storage.open(path) as source, archive.open(name, "w", force_zip64=True) as out:
            for piece in source.chunks():
                out.write(piece)
    except (FileNotFoundError, OSError):
        logger.warning("A picture that a row names is not in the storage: %s", path)


def _plain(word: Word, row: Model, user: User) -> tuple[dict[str, Any], list[tuple[str, bytes | str]]]:
    """A row as she may read it, and the files that belong to it."""
    found: dict[str, Any] = {}
    files: list[tuple[str, bytes | str]] = []
    for column in row._meta.concrete_fields:
        name = column.name
        if name in word.secret:
            continue
        if name in word.opens:
            value = word.opens[name](row, user.pk)
            if isinstance(value, bytes):
                path = f"{word.model.lower().replace('.', '/')}-{row.pk}.webp"
                files.append((path, value))
                value = f"files/{path}"
            found[name] = value
        elif isinstance(column, ForeignKey):
            found |= _named(word, row, column, user)
        elif name in word.files:
            path = str(getattr(row, name) or "")
            found[name] = f"files/{path}" if path else ""
            if path:
                files.append((path, path))
        elif not isinstance(column, BinaryField):
            found[name] = column.value_from_object(row)
    return found, files


def _named(word: Word, row: Model, column: ForeignKey, user: User) -> dict[str, Any]:
    """What a row points at by its number; people by what they are to her, or not at all."""
    number = getattr(row, column.attname)
    if column.related_model is not User:
        return {column.name: number}
    if number == user.pk:
        return {column.name: "you"}
    if column.name not in word.people:
        return {}
    other = getattr(row, column.name)
    return {column.name: f"@{other.handle}" if other and other.handle else None}


def download(*, row: Copy) -> Iterator[bytes]:
    """Her copy, piece by piece; that she took it is written down."""
    Download.objects.create(copy=row)
    return archives.read(row.file)


def let_go(now: datetime | None = None) -> int:
    """Delete the files of copies whose week is over; returns how many."""
    rows = Copy.objects.filter(expires_at__lte=now or timezone.now()).exclude(file="")
    count = 0
    for row in rows.order_by("pk")[:200]:
        default_storage.delete(row.file)
        count += Copy.objects.filter(pk=row.pk).exclude(file="").update(file="")
    return count


def make_owed(now: datetime | None = None) -> int:
    """Make what a lost message or a dead worker left; returns how many were made."""
    owed = Copy.objects.waiting().filter(due_at__lte=(now or timezone.now()) - timedelta(minutes=1))
    return sum(make(pk=pk, now=now) for pk in owed.order_by("pk").values_list("pk", flat=True)[:5])
