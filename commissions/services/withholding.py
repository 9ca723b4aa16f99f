"""What a suspended creator earns is held from the moment it accrues; ``holding.release_lifted`` lets it go when she is back.

Also the two things that every hold is made of: its entry in the ledger and its notice.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.urls import reverse

from commissions.models import Account, Act, Entry, Hold
from commissions.services import booking
from commissions.settling import HOLD_DAYS
from influencers.models import Sanction
from notifications.services import notify


def hold_accrued(accruals: Sequence[Entry], *, owners: Collection[int], now: datetime) -> None:
    """Hold what was just booked for these suspended creators. To be called in the transaction of the accruals."""
    fresh = [entry for entry in accruals if entry.influencer_id in owners]
    if not fresh:
        return
    evidence = {
        sanction.influencer_id: f"The shop is suspended since {sanction.at:%Y-%m-%d}: {sanction.reason}."
        for sanction in Sanction.objects.hiding().filter(influencer__in=owners).order_by("pk")
    }
    rows = Hold.objects.bulk_create(
        Hold(
            line_id=entry.line_id or 0, influencer_id=entry.influencer_id, reason=Hold.Reason.SUSPENDED,
            evidence=evidence.get(entry.influencer_id, ""), held_from=Account.PENDING, opened_at=now,
            deadline_at=now + timedelta(days=HOLD_DAYS),
        )
        for entry in fresh
    )  # fmt: skip
    pairs = list(zip(rows, fresh, strict=True))
    booking.book_many([
        entry_of(row, Entry.Kind.HOLD, Account.PENDING, Account.HELD, entry.amount_minor, entry.currency, now)
        for row, entry in pairs
    ])  # fmt: skip
    Act.objects.bulk_create(
        Act(kind=Act.Kind.HELD, influencer_id=row.influencer_id, hold=row, note=row.evidence, at=now) for row in rows
    )
    told = Hold.objects.filter(pk__in=[row.pk for row in rows]).select_related("line", "influencer__user")
    known = {row.pk: row for row in told}
    tell_together("commission_held", [(known[row.pk], entry.amount_minor, entry.currency) for row, entry in pairs])


def entry_of(
    row: Hold, kind: Entry.Kind, debit: Account, credit: Account, amount: int, currency: str, moment: datetime
) -> Entry:
    """The entry by which a hold's money moves."""
    return Entry(
        influencer_id=row.influencer_id, line_id=row.line_id, kind=kind, sequence=row.pk, debit=debit, credit=credit,
        amount_minor=amount, currency=currency, reason=row.reason, created_at=moment,
    )  # fmt: skip


def tell(row: Hold, kind: str, amount: int, currency: str) -> None:
    """The creator reads of it; of a suspension she had a mail that says what is held, and needs none for each line."""
    data = {
        "product": row.line.name, "amount_minor": amount, "currency": currency, "reason": row.reason,
        "until": row.deadline_at.date().isoformat(),
    }  # fmt: skip
    notify(
        recipient=row.influencer.user, kind=kind, data=data, url=reverse("commissions:receipt", args=[row.line_id]),
        mail=row.reason != Hold.Reason.SUSPENDED,
    )  # fmt: skip


def tell_together(kind: str, moved: Iterable[tuple[Hold, int, str]]) -> None:
    """Of lines that are held for a suspension and move at once she reads one notice a currency; of every other line its own."""
    sums: dict[tuple[int, str], list[tuple[Hold, int]]] = defaultdict(list)
    for row, amount, currency in moved:
        if row.reason == Hold.Reason.SUSPENDED:
            sums[row.influencer_id, currency].append((row, amount))
        else:
            tell(row, kind, amount, currency)
    for (_influencer, currency), rows in sums.items():
        first, amount = rows[0]
        if len(rows) == 1:
            tell(first, kind, amount, currency)
            continue
        data = {
            "count": len(rows), "amount_minor": sum(amount for _row, amount in rows), "currency": currency,
            "reason": first.reason, "until": max(row.deadline_at for row, _amount in rows).date().isoformat(),
        }  # fmt: skip
        notify(recipient=first.influencer.user, kind=kind, data=data, url=reverse("commissions:earnings"), mail=False)
