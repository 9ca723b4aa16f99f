"""The only door to the ledger: every entry is written here, under its creators' locks."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, models

from commissions.models import Balance, Entry

SLICE = 5_000


def lock(pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Balance]:
    """The balances of these influencers and currencies, locked in one order; to be called inside a transaction.

    Whoever moves cleared money takes the lock before the entry gets its number: a payout then covers every number up to its own.
    """
    wanted = sorted(set(pairs))
    Balance.objects.bulk_create(
        (Balance(influencer_id=influencer, currency=currency) for influencer, currency in wanted), ignore_conflicts=True
    )
    rows = (
        Balance.objects.select_for_update()
        .filter(influencer_id__in={influencer for influencer, _ in wanted}, currency__in={c for _, c in wanted})
        .order_by("influencer_id", "currency")
    )
    return {(row.influencer_id, row.currency): row for row in rows}


def book(entries: Sequence[Entry]) -> list[Entry]:
    """Write the entries; the database keeps the balances beside them and refuses one that would fall below zero."""
    for entry in entries:
        entry.save(force_insert=True)
    return list(entries)


def book_many(entries: Sequence[Entry]) -> None:
    """Write thousands of entries at once; they do not learn their numbers. Raises IntegrityError when one is there already."""
    columns = [field.attname for field in Entry._meta.concrete_fields if not field.primary_key]
    insert(Entry, columns, (tuple(entry.__dict__[name] for name in columns) for entry in entries))


def _cell(value: Any) -> str:
    """A value as PostgreSQL's COPY reads it."""
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    if value is None:
        return "\\N"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


class _Lines:
    """Rows as a file that COPY reads: each is made when the database asks, which stores those before it meanwhile."""

    def __init__(self, rows: Iterable[tuple]) -> None:
        self.rows = iter(rows)

    def read(self, _size: int) -> str:
        """The next few hundred lines; empty at the end."""
        return "".join(["\t".join(map(_cell, row)) + "\n" for row in islice(self.rows, 256)])


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple]) -> None:
    """Write new rows, JSON as its text, as fast as the database takes them. Nothing may be asked of the database while ``rows``
    are made. Raises IntegrityError when one of them is there already."""
    if connection.vendor != "postgresql":
        json_columns = {field.attname for field in model._meta.concrete_fields if isinstance(field, models.JSONField)}
        made = (dict(zip(columns, row, strict=True)) for row in rows)
        model._default_manager.bulk_create(
            [
                model(**{name: json.loads(value) if name in json_columns else value for name, value in row.items()})
                for row in made
            ],
            batch_size=SLICE,
        )
        return
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN', _Lines(rows))
