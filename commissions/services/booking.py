"""The only door to the ledger: every entry is written here, under its creators' locks."""

import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

from commissions.models import Account, Balance, Decision, Entry

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
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
    insert(Entry, entries)


def _cell(value: Any) -> str:
    """A value as PostgreSQL's COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(ESCAPES)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value).translate(ESCAPES)
    return str(value)


def insert(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Write new rows as fast as the database takes them. Raises IntegrityError when one of them is there already."""
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows, batch_size=SLICE)
        return
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    names = [field.attname for field in fields]
    text = io.StringIO()
    for row in rows:
        values = row.__dict__
        text.write("\t".join([_cell(values[name]) for name in names]))
        text.write("\n")
    text.seek(0)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN', text)


def accruals(decision: Decision, shares: Iterable[tuple[int, int]]) -> list[Entry]:
    """What a decision earns each beneficiary, with its base and rate copied."""
    return [
        Entry(
            influencer_id=influencer_id, line_id=decision.line_id, kind=Entry.Kind.ACCRUAL, debit=Account.PROGRAMME,
            credit=Account.PENDING, amount_minor=amount, currency=decision.currency, base_minor=decision.base_minor,
            rate_bps=decision.rate_bps, reason="paid", created_at=decision.decided_at,
        )
        for influencer_id, amount in shares
    ]  # fmt: skip
