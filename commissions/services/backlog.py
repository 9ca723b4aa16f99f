"""The batch roads: the same rules as one order at a time, a few thousand lines in a transaction.

What a broker that was away for a day left is decided, accrued and cleared at thousands of lines a second. Rules are the pure
ones; only reading and writing are set-based.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, models, transaction
from django.db.models import OuterRef, Q, Subquery, Sum
from django.urls import reverse

from commissions.models import Account, Decision, Entry
from commissions.services import booking, deciding, withholding
from influencers.models import Influencer
from notifications.services import notify
from orders.models import Order, OrderLine

BATCH = 10_000
CAME = Sum("amount_minor", filter=Q(credit=Account.PENDING), default=0)
WENT = Sum("amount_minor", filter=Q(debit=Account.PENDING), default=0)


def accrue(*, now: datetime, limit: int, since: datetime | None = None) -> int:
    """Decide lines paid since then (None: ever) that nobody decided yet, at most so many; how many entries were booked."""
    paid = OrderLine.objects.filter(order__paid_at__gte=since) if since else OrderLine.objects.all()
    # Which ones is asked once: asked again for each batch, all the rest would be sorted each time.
    waiting = list(deciding.undecided(paid).order_by("pk").values_list("pk", flat=True)[:limit])
    booked = 0
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        wanted = set(batch)
        rows = _between(batch).order_by("pk").values_list(*deciding.FIELDS)
        booked += _accrue_rows([row for row in rows if row[0] in wanted], now)
    return booked


def _between(pks: Sequence[int]) -> models.QuerySet[OrderLine]:
    """The lines of these numbers, which ascend: where they lie close together everything from the first to the last, which costs
    less to ask for than thousands of numbers."""
    is_dense = pks[-1] - pks[0] < 4 * len(pks)
    return OrderLine.objects.filter(**{"pk__range": (pks[0], pks[-1])} if is_dense else {"pk__in": pks})


def _accrue_rows(rows: Sequence[tuple], now: datetime) -> int:
    judged = deciding.judge(rows, moment=now)
    entries: list[tuple] = []
    held: set[int] = set()

    def decisions() -> Iterator[tuple]:
        for one in judged:
            entries.extend(one.accruals)
            held.update(one.held)
            yield one[: len(deciding.COLUMNS)]

    try:
        with transaction.atomic():
            booking.insert(Decision, deciding.COLUMNS, decisions())
            booking.insert(Entry, deciding.ACCRUAL_COLUMNS, entries)
            accruals = [deciding.accrual_of(row) for row in entries if row[0] in held]
            withholding.hold_accrued(accruals, owners=held, now=now)
        return len(entries)
    except IntegrityError:
        # Another worker decided one of them at the same moment: order by order then, each by its own constraint.
        orders = Order.objects.filter(lines__in=[row[0] for row in rows]).distinct().order_by("pk")
        return sum(len(deciding.accrue_for(order, now=now)) for order in orders)


def ended(lines: models.QuerySet[OrderLine], *, now: datetime) -> models.QuerySet[OrderLine]:
    """Credited lines whose return window has ended and of which somebody's part is still pending: of two who share a line, one
    may have cleared long before the other."""
    # Looked up line by line in the index: as a join, PostgreSQL may pair every line with every entry when its statistics
    # are older than the backlog.
    own = Entry.objects.filter(line=OuterRef("pk")).order_by().values("line")
    pending = own.annotate(left=CAME - WENT).values("left")
    credited = lines.filter(decision__commission_minor__gt=0, returnable_until__lte=now)
    return credited.annotate(pending=Subquery(pending)).filter(pending__gt=0)


def clear(*, now: datetime, limit: int, since: datetime | None = None) -> int:
    """Clear lines whose window ended since then (None: ever) and of which nothing was refunded; how many entries were booked.
    The others go order by order (``ledger.clear_for``)."""
    booked = 0
    whole = OrderLine.objects.filter(refunded_minor=0)
    if since:
        whole = whole.filter(returnable_until__gte=since)
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    waiting = list(ended(whole, now=now).order_by("pk").values_list("pk", flat=True)[:limit])
    for start in range(0, len(waiting), BATCH):
        for row in _clear_lines(waiting[start : start + BATCH], now):
            booked += 1
            together = sums[row.influencer_id, row.currency]
            together[0], together[1] = together[0] + 1, together[1] + row.amount_minor
    _tell(sums)
    return booked


@transaction.atomic
def _clear_lines(pks: Sequence[int], now: datetime) -> list[Entry]:
    """Locked as one order at a time locks them; a line that was refunded or cleared meanwhile is left out."""
    lines = OrderLine.objects.select_for_update().filter(pk__in=pks, refunded_minor=0).order_by("pk")
    kept = list(lines.values_list("pk", flat=True))
    own = Entry.objects.filter(line__in=kept)
    booking.lock(own.values_list("influencer_id", "currency").distinct())
    standing = own.values("line", "influencer", "currency").annotate(left=CAME - WENT).filter(left__gt=0)
    rows = [
        Entry(
            influencer_id=row["influencer"], line_id=row["line"], kind=Entry.Kind.CLEARING, debit=Account.PENDING,
            credit=Account.CLEARED, amount_minor=row["left"], currency=row["currency"], reason="return_window_ended",
            created_at=now,
        )
        for row in standing.order_by("line", "influencer")
    ]  # fmt: skip
    booking.book_many(rows)
    return rows


def _tell(sums: Mapping[tuple[int, str], Sequence[int]]) -> None:
    """One notice a creator and currency for all that cleared."""
    people = Influencer.objects.select_related("user").in_bulk({influencer for influencer, _ in sums})
    for (influencer, currency), (lines, amount) in sums.items():
        data = {"count": lines, "amount_minor": amount, "currency": currency}
        url = reverse("commissions:earnings")
        notify(recipient=people[influencer].user, kind="commissions_cleared", data=data, url=url, mail=False)
