"""Verbs of the ledger: clear when a return window ends, take back what was refunded, write off old debts.

Each is safe to run twice, late, in any order and by several workers: a booking is one row for a line, creator, kind, account
and step, held by a unique constraint, and lines and balances are locked while they are reckoned.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Sum
from django.urls import reverse
from django.utils import timezone

from commissions.models import Account, Balance, Decision, Entry, Payout
from commissions.services import booking, deciding
from commissions.settling import WRITE_OFF_DAYS, Carrier, Standing, carrier_of, take_back, to_write_off
from influencers.models import Influencer
from notifications.services import notify
from orders.models import Order, OrderLine

TAKEN_BACK = (Entry.Kind.REVERSAL, Entry.Kind.CLAWBACK)
Owner = tuple[int, int]


def standing_of(entries: Iterable[Entry]) -> Standing:
    """Where the commission of one line and creator stands, from its entries."""
    sums: dict[str, int] = defaultdict(int)
    accrued = base = taken_back = 0
    for entry in entries:
        sums[entry.credit] += entry.amount_minor
        sums[entry.debit] -= entry.amount_minor
        if entry.kind == Entry.Kind.ACCRUAL:
            accrued, base = entry.amount_minor, entry.base_minor or 0
        elif entry.kind in TAKEN_BACK:
            taken_back += entry.amount_minor
    return Standing(
        accrued, base, sums[Account.PENDING], sums[Account.HELD], sums[Account.CLEARED], taken_back
    )  # fmt: skip


def carriers(influencer_id: int, currency: str) -> list[Carrier]:
    """A creator's payouts in one currency as the walk of the money sees them."""
    payouts = Payout.objects.filter(influencer_id=influencer_id, currency=currency).order_by("covers_until")
    came_back = dict(
        Entry.objects.filter(payout__in=payouts, kind=Entry.Kind.FAILED)
        .values("payout")
        .annotate(last=Max("pk"))
        .values_list("payout", "last")
    )
    return [
        Carrier(pk, until, came_back.get(pk, 0))
        for pk, until in payouts.order_by("covers_until").values_list("pk", "covers_until")
    ]


def is_out(entries: Sequence[Entry]) -> bool:
    """The cleared commission of a line and creator has left with a payout that did not fail."""
    arrived = [entry.pk for entry in entries if entry.credit == Account.CLEARED]
    if not arrived:
        return False
    first = entries[0]
    return carrier_of(max(arrived), carriers(first.influencer_id, first.currency)) is not None


def locked(lines: Sequence[OrderLine]) -> dict[Owner, list[Entry]]:
    """The entries of these lines by line and creator, with their balances locked. To be called inside a transaction."""
    owners = set(Entry.objects.filter(line__in=lines).values_list("influencer_id", "currency"))
    booking.lock(owners)
    entries: dict[Owner, list[Entry]] = defaultdict(list)
    for entry in Entry.objects.filter(line__in=lines).order_by("pk"):
        entries[entry.line_id or 0, entry.influencer_id].append(entry)
    return entries


def _credited_lines(order: Order) -> list[OrderLine]:
    """The order's credited lines, locked one after the other so that clearing and reversing do not cross."""
    return list(
        order.lines.select_for_update(of=("self",))
        .filter(decision__outcome=Decision.Outcome.CREDITED)
        .select_related("product", "decision")
        .order_by("pk")
    )


@transaction.atomic
def clear_for(order: Order, *, now: datetime | None = None) -> list[Entry]:
    """Move what is left of each line whose return window has ended from pending to cleared; once for a line."""
    moment = now or timezone.now()
    lines = {
        line.pk: line for line in _credited_lines(order) if line.returnable_until and line.returnable_until <= moment
    }
    booked = []
    for (line_id, _), entries in locked(list(lines.values())).items():
        line = lines[line_id]
        # What was refunded before is taken back first, so that only what is really left clears.
        entries += _take_back(line, entries, moment)
        left = standing_of(entries).pending
        if left > 0:
            booked += booking.book(
                [_entry(entries[0], Entry.Kind.CLEARING, Account.PENDING, Account.CLEARED, left, 0, moment)]
            )
            _tell(line, booked[-1].influencer, "commission_cleared", left, booked[-1].currency)
    return booked


@transaction.atomic
def reverse_for(order: Order, *, now: datetime | None = None) -> list[Entry]:
    """Take back the share of what was refunded of each line; a sum that was dealt with books nothing."""
    moment = now or timezone.now()
    deciding.accrue_for(order, now=moment)
    lines = {line.pk: line for line in _credited_lines(order) if line.refunded_minor}
    booked = []
    for (line_id, _), entries in locked(list(lines.values())).items():
        booked += _take_back(lines[line_id], entries, moment)
    return booked


def _take_back(line: OrderLine, entries: list[Entry], moment: datetime) -> list[Entry]:
    if not line.refunded_minor:
        return []
    decision = line.decision
    is_closer = entries[0].influencer_id == decision.influencer_id
    standing = replace(
        standing_of(entries), whole=decision.commission_minor, ahead=decision.introducer_minor if is_closer else 0
    )
    steps = take_back(standing, line.refunded_minor, is_out=is_out(entries))
    booked = booking.book(
        [
            _entry(
                entries[0], Entry.Kind.CLAWBACK if step.account == Account.OWED else Entry.Kind.REVERSAL,
                Account(step.account), Account.PROGRAMME, step.amount, line.refunded_minor, moment,
            )
            for step in steps
        ]
    )  # fmt: skip
    if booked:
        amount = sum(entry.amount_minor for entry in booked)
        _tell(line, booked[0].influencer, "commission_reversed", amount, booked[0].currency)
    return booked


REASONS = {
    Entry.Kind.CLEARING: "return_window_ended",
    Entry.Kind.REVERSAL: "refunded",
    Entry.Kind.CLAWBACK: "refunded_after_payout",
}


def _entry(
    like: Entry, kind: Entry.Kind, debit: Account, credit: Account, amount: int, sequence: int, moment: datetime
) -> Entry:
    return Entry(
        influencer_id=like.influencer_id, line_id=like.line_id, kind=kind, sequence=sequence, debit=debit, credit=credit,
        amount_minor=amount, currency=like.currency, reason=REASONS[kind], created_at=moment,
    )  # fmt: skip


def _tell(line: OrderLine, influencer: Influencer, kind: str, amount: int, currency: str) -> None:
    """One notice to the creator; money that moves is worth no mail for each cent."""
    data = {"product": line.name, "amount_minor": amount, "currency": currency}
    notify(
        recipient=influencer.user, kind=kind, data=data, url=reverse("commissions:receipt", args=[line.pk]), mail=False
    )


@transaction.atomic
def write_off(balance: Balance, *, now: datetime | None = None) -> Entry | None:
    """Forgive what a creator has owed for a year. Its step is what was forgiven in total: that only grows."""
    moment = now or timezone.now()
    booking.lock([(balance.influencer_id, balance.currency)])
    own = Entry.objects.filter(influencer=balance.influencer_id, currency=balance.currency)
    debts = list(own.filter(kind=Entry.Kind.CLAWBACK).order_by("pk").values_list("created_at", "amount_minor"))
    settled = own.filter(credit=Account.OWED).aggregate(total=Sum("amount_minor", default=0))["total"]
    given_back = own.filter(debit=Account.OWED, kind=Entry.Kind.FAILED).aggregate(total=Sum("amount_minor", default=0))
    settled -= given_back["total"]
    amount = to_write_off(debts, settled, moment)
    if amount <= 0:
        return None
    before = own.filter(kind=Entry.Kind.WRITE_OFF).aggregate(total=Sum("amount_minor", default=0))["total"]
    entry = Entry(
        influencer_id=balance.influencer_id, kind=Entry.Kind.WRITE_OFF, sequence=before + amount, debit=Account.PROGRAMME,
        credit=Account.OWED, amount_minor=amount, currency=balance.currency, reason="a_year_old", created_at=moment,
    )  # fmt: skip
    return booking.book([entry])[0]


def write_off_old(*, now: datetime | None = None) -> int:
    """Every debt that is a year old."""
    moment = now or timezone.now()
    old = Entry.objects.filter(kind=Entry.Kind.CLAWBACK, created_at__lte=moment - timedelta(days=WRITE_OFF_DAYS))
    balances = Balance.objects.filter(owed__lt=0, influencer__in=old.values("influencer")).order_by("pk")
    return sum(write_off(balance, now=moment) is not None for balance in balances)
