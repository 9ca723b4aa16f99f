"""Prove the ledger: what must hold of every line and of the whole."""

from collections.abc import Iterator

from django.db.models import Count, F, Q, Sum

from commissions.models import Account, Decision, Entry

ROUTES = {
    Entry.Kind.ACCRUAL: {(Account.PROGRAMME, Account.PENDING)},
    Entry.Kind.CLEARING: {(Account.PENDING, Account.CLEARED)},
    Entry.Kind.REVERSAL: {(Account.PENDING, Account.PROGRAMME), (Account.CLEARED, Account.PROGRAMME)},
}


def breaks() -> Iterator[str]:
    """Each thing that does not hold, in words; nothing when the ledger is sound."""
    for kind, routes in ROUTES.items():
        allowed = Q()
        for debit, credit in routes:
            allowed |= Q(debit=debit, credit=credit)
        for entry in Entry.objects.filter(kind=kind).exclude(allowed)[:10]:
            yield f"entry {entry.pk}: {kind} moves from {entry.debit} to {entry.credit}"
    for entry in Entry.objects.filter(amount_minor__lte=0)[:10]:
        yield f"entry {entry.pk}: the amount {entry.amount_minor} is not above zero"
    yield from _lines()
    yield from _decisions()


def _lines() -> Iterator[str]:
    def total(**which: object) -> Sum:
        return Sum("amount_minor", filter=Q(**which), default=0)

    rows = Entry.objects.values("line", "currency").annotate(
        accruals=Count("pk", filter=Q(kind=Entry.Kind.ACCRUAL)),
        accrued=total(kind=Entry.Kind.ACCRUAL),
        reversed=total(kind=Entry.Kind.REVERSAL),
        pending=total(credit=Account.PENDING) - total(debit=Account.PENDING),
        cleared=total(credit=Account.CLEARED) - total(debit=Account.CLEARED),
    )
    for row in rows.order_by("line").iterator():
        line = f"line {row['line']}"
        if row["accruals"] != 1:
            yield f"{line}: {row['accruals']} accruals"
        if row["reversed"] > row["accrued"]:
            yield f"{line}: {row['reversed']} reversed of {row['accrued']} accrued"
        if row["pending"] < 0 or row["cleared"] < 0:
            yield f"{line}: a balance is below zero (pending {row['pending']}, cleared {row['cleared']})"
        if row["pending"] + row["cleared"] + row["reversed"] != row["accrued"]:
            yield f"{line}: {row['accrued']} accrued is not {row['pending']} pending + {row['cleared']} cleared + {row['reversed']} reversed"


def _decisions() -> Iterator[str]:
    credited = Decision.objects.filter(commission_minor__gt=0).annotate(
        accrued=Sum("line__entries__amount_minor", filter=Q(line__entries__kind=Entry.Kind.ACCRUAL), default=0)
    )
    for decision in credited.exclude(accrued=F("commission_minor"))[:10]:
        yield f"line {decision.line_id}: decided {decision.commission_minor}, accrued {decision.accrued}"  # type: ignore[attr-defined]
    orphans = Entry.objects.filter(
        Q(line__decision__isnull=True) | ~Q(line__decision__outcome=Decision.Outcome.CREDITED)
    )
    for entry in orphans[:10]:
        yield f"entry {entry.pk}: its line was not credited"
