"""Verbs of the ledger: clear when a return window ends, reverse what was refunded.

Each is safe to run twice, late, in any order and by several workers: a booking is one row for a line, kind, account and
step, held by a unique constraint.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from commissions.models import Account, Decision, Entry
from commissions.services import deciding
from core.money import reversed_share
from notifications.services import notify
from orders.models import Order, OrderLine


def _balance(line: OrderLine, account: Account) -> int:
    """What of this line stands on one of the accounts, in minor units."""
    came = line.entries.filter(credit=account).aggregate(total=Sum("amount_minor"))["total"] or 0
    went = line.entries.filter(debit=account).aggregate(total=Sum("amount_minor"))["total"] or 0
    return came - went


def _credited_lines(order: Order) -> list[OrderLine]:
    """The order's credited lines, locked one after the other so that clearing and reversing do not cross."""
    return list(
        order.lines.select_for_update(of=("self",))
        .filter(decision__outcome=Decision.Outcome.CREDITED, decision__commission_minor__gt=0)
        .select_related("decision", "influencer__user", "product")
        .order_by("pk")
    )


@transaction.atomic
def clear_for(order: Order, *, now: datetime | None = None) -> list[Entry]:
    """Move what is left of each line whose return window has ended from pending to cleared; once for a line."""
    moment = now or timezone.now()
    booked = []
    for line in _credited_lines(order):
        if line.returnable_until is None or line.returnable_until > moment:
            continue
        if line.entries.filter(kind=Entry.Kind.CLEARING).exists():
            continue
        # What was refunded before is taken back first, so that only what is really left clears.
        _reverse_line(line, moment)
        left = _balance(line, Account.PENDING)
        if left > 0:
            booked.append(_book(line, Entry.Kind.CLEARING, Account.PENDING, Account.CLEARED, left, 0, moment))
            _tell(line, "commission_cleared", left)
    return booked


@transaction.atomic
def reverse_for(order: Order, *, now: datetime | None = None) -> list[Entry]:
    """Take back the share of what was refunded of each line; a sum that was dealt with books nothing."""
    moment = now or timezone.now()
    deciding.accrue_for(order, now=moment)
    return [entry for line in _credited_lines(order) for entry in _reverse_line(line, moment)]


def _reverse_line(line: OrderLine, moment: datetime) -> list[Entry]:
    decision = line.decision
    target = reversed_share(decision.commission_minor, line.refunded_minor, decision.base_minor)
    done = line.entries.filter(kind=Entry.Kind.REVERSAL).aggregate(total=Sum("amount_minor"))["total"] or 0
    due = target - done
    if due <= 0:
        return []
    booked = []
    for account in (Account.PENDING, Account.CLEARED):
        part = min(due, _balance(line, account))
        if part > 0:
            booked.append(
                _book(line, Entry.Kind.REVERSAL, account, Account.PROGRAMME, part, line.refunded_minor, moment)
            )
            due -= part
    if booked:
        _tell(line, "commission_reversed", sum(entry.amount_minor for entry in booked))
    return booked


def _book(
    line: OrderLine, kind: Entry.Kind, debit: Account, credit: Account, amount: int, sequence: int, moment: datetime
) -> Entry:
    reasons = {Entry.Kind.CLEARING: "return_window_ended", Entry.Kind.REVERSAL: "refunded"}
    return Entry.objects.create(
        influencer=line.decision.influencer, line=line, kind=kind, sequence=sequence, debit=debit, credit=credit,
        amount_minor=amount, currency=line.decision.currency, reason=reasons[kind], created_at=moment,
    )  # fmt: skip


def _tell(line: OrderLine, kind: str, amount: int) -> None:
    """One notice to the creator; money that moves is worth no mail for each cent."""
    data = {"product": line.name, "amount_minor": amount, "currency": line.decision.currency}
    url = reverse("commissions:receipt", args=[line.pk])
    notify(recipient=line.decision.influencer.user, kind=kind, data=data, url=url, mail=False)
