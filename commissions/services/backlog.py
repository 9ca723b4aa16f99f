"""The batch roads: the same rules as one order at a time, a few thousand lines in a transaction.

What a broker that was away for a day left is decided, accrued and cleared at thousands of lines a second. Rules are the pure
ones; only reading and writing are set-based.
"""

import io
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django.urls import reverse

from commissions.models import Account, Decision, Entry
from commissions.services import booking, deciding
from influencers.models import Influencer
from notifications.services import notify
from orders.models import Order, OrderLine

BATCH = 5_000
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


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
        model._default_manager.bulk_create(rows, batch_size=BATCH)
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


def accrue(*, now: datetime, limit: int) -> int:
    """Decide paid lines that nobody decided yet, at most so many; returns how many entries were booked."""
    booked = last = done = 0
    while done < limit:
        lines = deciding.undecided(OrderLine.objects.filter(pk__gt=last)).order_by("pk")
        rows = list(lines.values_list(*deciding.FIELDS)[: min(BATCH, limit - done)])
        if not rows:
            break
        booked += _accrue_rows(rows, now)
        last, done = rows[-1][0], done + len(rows)
    return booked


def _accrue_rows(rows: Sequence[tuple], now: datetime) -> int:
    judged = list(deciding.judge(rows, moment=now))
    entries = [entry for one in judged for entry in booking.accruals(one.decision, one.shares)]
    try:
        with transaction.atomic():
            insert(Decision, [one.decision for one in judged])
            insert(Entry, entries)
        return len(entries)
    except IntegrityError:
        # Another worker decided one of them at the same moment: order by order then, each by its own constraint.
        orders = Order.objects.filter(lines__in=[row[0] for row in rows]).distinct().order_by("pk")
        return sum(len(deciding.accrue_for(order, now=now)) for order in orders)


def ended(lines: models.QuerySet[OrderLine], *, now: datetime) -> models.QuerySet[OrderLine]:
    """Credited lines whose return window has ended and that did not clear yet."""
    return lines.filter(decision__commission_minor__gt=0, returnable_until__lte=now).exclude(
        Exists(Entry.objects.filter(line=OuterRef("pk"), kind=Entry.Kind.CLEARING))
    )


def clear(*, now: datetime, limit: int) -> int:
    """Clear ended lines of which nothing was refunded; the others go order by order (``ledger.clear_for``)."""
    booked = last = done = 0
    while done < limit:
        lines = ended(OrderLine.objects.filter(pk__gt=last, refunded_minor=0), now=now).order_by("pk")
        found = list(lines.values_list("pk", flat=True)[: min(BATCH, limit - done)])
        if not found:
            break
        booked += _clear_lines(found, now)
        last, done = found[-1], done + len(found)
    return booked


@transaction.atomic
def _clear_lines(pks: Sequence[int], now: datetime) -> int:
    """Locked as one order at a time locks them; a line that was refunded or cleared meanwhile is left out."""
    lines = OrderLine.objects.select_for_update().filter(pk__in=pks, refunded_minor=0).order_by("pk")
    kept = list(lines.values_list("pk", flat=True))
    own = Entry.objects.filter(line__in=kept)
    booking.lock(own.values_list("influencer_id", "currency").distinct())
    came = Sum("amount_minor", filter=Q(credit=Account.PENDING), default=0)
    went = Sum("amount_minor", filter=Q(debit=Account.PENDING), default=0)
    standing = own.values("line", "influencer", "currency").annotate(left=came - went).filter(left__gt=0)
    rows = [
        Entry(
            influencer_id=row["influencer"], line_id=row["line"], kind=Entry.Kind.CLEARING, debit=Account.PENDING,
            credit=Account.CLEARED, amount_minor=row["left"], currency=row["currency"], reason="return_window_ended",
            created_at=now,
        )
        for row in standing.order_by("line", "influencer")
    ]  # fmt: skip
    insert(Entry, rows)
    _tell(rows)
    return len(rows)


def _tell(rows: Iterable[Entry]) -> None:
    """One notice a creator and currency for the whole batch."""
    sums: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row in rows:
        sums[row.influencer_id, row.currency].append(row.amount_minor)
    people = Influencer.objects.select_related("user").in_bulk({influencer for influencer, _ in sums})
    for (influencer, currency), amounts in sums.items():
        data = {"lines": len(amounts), "amount_minor": sum(amounts), "currency": currency}
        url = reverse("commissions:earnings")
        notify(recipient=people[influencer].user, kind="commissions_cleared", data=data, url=url, mail=False)
