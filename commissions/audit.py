"""The invariants I1 to I17 of the money, as code: the tests, the nightly check, ``manage.py check_ledger`` and the desk use these.

docs/rules/ledger.md says each in words, and what else holds it (a constraint, a trigger, a test).
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from commissions import days, triggers
from commissions.models import (
    Account,
    Act,
    Balance,
    Check,
    ClosedDay,
    DaySum,
    Decision,
    Entry,
    Hold,
    Payee,
    Payout,
    ProviderEvent,
)
from commissions.services import deciding
from commissions.services.ledger import TAKEN_BACK
from commissions.settling import Standing
from orders.models import OrderLine, Refund

A, K = Account, Entry.Kind
ROUTES = {
    K.ACCRUAL: {(A.PROGRAMME, A.PENDING)},
    K.CLEARING: {(A.PENDING, A.CLEARED)},
    K.HOLD: {(A.PENDING, A.HELD), (A.CLEARED, A.HELD)},
    K.RELEASE: {(A.HELD, A.PENDING), (A.HELD, A.CLEARED)},
    K.REVERSAL: {(A.PENDING, A.PROGRAMME), (A.HELD, A.PROGRAMME), (A.CLEARED, A.PROGRAMME)},
    K.CLAWBACK: {(A.OWED, A.PROGRAMME)},
    K.NETTING: {(A.CLEARED, A.OWED)},
    K.PAYOUT: {(A.CLEARED, A.IN_PAYOUT)},
    K.PAID: {(A.IN_PAYOUT, A.PAID)},
    K.FAILED: {(A.IN_PAYOUT, A.CLEARED), (A.PAID, A.CLEARED), (A.OWED, A.CLEARED)},
    K.WRITE_OFF: {(A.PROGRAMME, A.OWED)},
}
OF_A_LINE = {K.ACCRUAL, K.CLEARING, K.HOLD, K.RELEASE, K.REVERSAL, K.CLAWBACK}
OF_A_PAYOUT = {K.NETTING, K.PAYOUT, K.PAID, K.FAILED}
ACCOUNTS = tuple(account for account in Account if account != Account.PROGRAMME)
FEW = 10
WEEK = 7
MONEY = (Entry, Payout, Balance, Decision)


def _total(**which: Any) -> Sum:
    return Sum("amount_minor", filter=Q(**which), default=0)


def _on(account: Account) -> Any:
    return _total(credit=account) - _total(debit=account)


def balanced() -> Iterator[str]:
    """I1: an entry moves an amount above zero between two accounts on a route of its kind, and balances are the sums of entries."""
    for kind in Entry.Kind:
        allowed = Q()
        for debit, credit in ROUTES[kind]:
            allowed |= Q(debit=debit, credit=credit)
        for entry in Entry.objects.filter(kind=kind).exclude(allowed)[:FEW]:
            yield f"entry {entry.pk}: {kind} moves from {entry.debit} to {entry.credit}"
    for entry in Entry.objects.filter(amount_minor__lte=0)[:FEW]:
        yield f"entry {entry.pk}: the amount {entry.amount_minor} is not above zero"
    owner = Q(kind__in=OF_A_LINE, line__isnull=True) | Q(kind__in=OF_A_PAYOUT, payout__isnull=True)
    for entry in Entry.objects.filter(owner)[:FEW]:
        yield f"entry {entry.pk}: {entry.kind} belongs to nothing"
    sums: dict[tuple[int, str], dict[str, int]] = {}
    rows: Any = Entry.objects.values("influencer", "currency").annotate(
        taken_back=_total(kind__in=TAKEN_BACK), **{f"{account}_sum": _on(account) for account in ACCOUNTS}
    )
    for row in rows.order_by("influencer", "currency").iterator():
        found = {str(account): row[f"{account}_sum"] for account in ACCOUNTS}
        sums[row["influencer"], row["currency"]] = {**found, "reversed": row["taken_back"]}
    for balance in Balance.objects.order_by("pk").iterator():
        wanted = sums.pop((balance.influencer_id, balance.currency), {})
        for name in (*map(str, ACCOUNTS), "reversed"):
            if getattr(balance, name) != wanted.get(name, 0):
                yield (
                    f"creator {balance.influencer_id}, {balance.currency}: {name} is kept as {getattr(balance, name)}, "
                    f"the entries say {wanted.get(name, 0)}"
                )
    for influencer, currency in list(sums)[:FEW]:
        yield f"creator {influencer}, {currency}: there are entries and no balance"


def written_once() -> Iterator[str]:
    """I2: the triggers that refuse changes stand."""
    table = "pg_trigger" if connection.vendor == "postgresql" else "sqlite_master"
    column, only = ("tgname", "") if connection.vendor == "postgresql" else ("name", "WHERE type = 'trigger'")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} {only}")  # noqa: S608  (names of our own)
        standing = {row[0] for row in cursor.fetchall()}
    for names in triggers.NAMES.values():
        for name in names:
            if not any(found in standing for found in (name, f"{name}_update")):
                yield f"the trigger {name} is missing"
    if connection.vendor == "postgresql":
        yield from (f"the trigger {name} is missing" for name in triggers.NOT_EMPTIED.values() if name not in standing)


def accrued_once() -> Iterator[str]:
    """I3: one accrual for a line and creator."""
    twice = Entry.objects.filter(kind=K.ACCRUAL).values("line", "influencer").annotate(n=Count("pk")).filter(n__gt=1)
    for row in twice.order_by("line")[:FEW]:
        yield f"line {row['line']}: {row['n']} accruals"


def copied() -> Iterator[str]:
    """I4: an accrual has the base, rate and currency of its decision, and a credited line its accrual."""
    accruals = Entry.objects.filter(kind=K.ACCRUAL)
    other = (
        Q(line__decision__isnull=True)
        | ~Q(base_minor=F("line__decision__base_minor"))
        | ~Q(currency=F("line__decision__currency"))
        | ~Q(line__decision__outcome=Decision.Outcome.CREDITED)
    )
    for entry in accruals.filter(other)[:FEW]:
        yield f"entry {entry.pk}: it is not what line {entry.line_id} was decided to earn"
    missing = Decision.objects.filter(commission_minor__gt=0).exclude(Exists(accruals.filter(line=OuterRef("line"))))
    for decision in missing[:FEW]:
        yield f"line {decision.line_id}: decided {decision.commission_minor}, nothing accrued"


def _lines() -> QuerySet[Any, Any]:
    return (
        Entry.objects.filter(line__isnull=False)
        .values(
            "line",
            "influencer",
            "line__refunded_minor",
            "line__decision__influencer",
            "line__decision__commission_minor",
            "line__decision__introducer_minor",
        )
        .annotate(
            accrued=_total(kind=K.ACCRUAL),
            base=Max("base_minor"),
            taken_back=_total(kind__in=TAKEN_BACK),
            # Taken away after a hold, not for a refund: its step is the hold's number below zero.
            removed=_total(kind=K.REVERSAL, sequence__lt=0),
            clawed=_total(kind=K.CLAWBACK),
            pending=_on(A.PENDING),
            held=_on(A.HELD),
            cleared=_on(A.CLEARED),
        )
        .order_by("line", "influencer")
    )


def refunds_in_proportion() -> Iterator[str]:
    """I5 and I6: of a line at most the refund's share is taken back, all of it at a full refund, nothing without an accrual; I7: no
    account of a line falls below zero, and what is left is what was earned less what was taken back."""
    for entry in Entry.objects.filter(line__isnull=False, line__decision__isnull=True)[:FEW]:
        yield f"entry {entry.pk}: its line was not decided"
    for row in _lines().filter(line__decision__isnull=False).iterator():
        line = f"line {row['line']}, creator {row['influencer']}"
        if not row["accrued"]:
            yield f"{line}: entries without an accrual"
            continue
        is_closer = row["influencer"] == row["line__decision__influencer"]
        standing = Standing(
            row["accrued"], row["base"] or 0, whole=row["line__decision__commission_minor"] or 0,
            ahead=row["line__decision__introducer_minor"] if is_closer else 0,
        )  # fmt: skip
        most = standing.taken_by(row["line__refunded_minor"])
        if row["taken_back"] > most + row["removed"]:
            yield f"{line}: {row['taken_back']} taken back, at most {most + row['removed']} may be"
        if min(row["pending"], row["held"], row["cleared"], row["cleared"] - row["clawed"]) < 0:
            yield f"{line}: a balance is below zero"
        stands = row["pending"] + row["held"] + row["cleared"] - row["clawed"]
        if stands != row["accrued"] - row["taken_back"]:
            yield f"{line}: {stands} stands, {row['accrued']} earned less {row['taken_back']} taken back should"


def payable() -> Iterator[str]:
    """I7: what a payout covers is what had cleared by then; nobody's balance is below zero and no debt above it."""
    negative = Q(pending__lt=0) | Q(held__lt=0) | Q(cleared__lt=0) | Q(in_payout__lt=0) | Q(paid__lt=0) | Q(owed__gt=0)
    for balance in Balance.objects.filter(negative)[:FEW]:
        yield f"creator {balance.influencer_id}, {balance.currency}: a balance is on the wrong side of zero"
    before: dict[tuple[int, str], int] = {}
    for payout in Payout.objects.order_by("influencer", "currency", "covers_until").iterator():
        owner = (payout.influencer_id, payout.currency)
        covered = Entry.objects.filter(
            influencer=payout.influencer_id, currency=payout.currency, pk__gt=before.get(owner, 0), pk__lte=payout.covers_until
        ).exclude(kind__in=[K.PAYOUT, K.NETTING])  # fmt: skip
        came = covered.aggregate(total=_total(credit=A.CLEARED) - _total(debit=A.CLEARED))["total"]
        if came != payout.amount_minor + payout.netted_minor:
            yield f"{payout.number}: it pays {payout.amount_minor + payout.netted_minor}, its entries say {came}"
        before[owner] = payout.covers_until


PAYOUT_ENTRIES = {
    # What the entries of a payout must sum to, in parts of its amount and of what it kept back.
    Payout.State.AWAITING: (0, 0),
    Payout.State.READY: (0, 0),
    Payout.State.SENDING: (0, 0),
    Payout.State.PAID: (1, 0),
    Payout.State.FAILED: (None, 1),
}


def payouts_frozen() -> Iterator[str]:
    """I8: a payout's entries say what its row says."""
    rows = Payout.objects.annotate(
        went=Coalesce(Sum("entries__amount_minor", filter=Q(entries__kind=K.PAYOUT)), 0),
        kept=Coalesce(Sum("entries__amount_minor", filter=Q(entries__kind=K.NETTING)), 0),
        settled=Coalesce(Sum("entries__amount_minor", filter=Q(entries__kind=K.PAID)), 0),
        returned=Coalesce(Sum("entries__amount_minor", filter=Q(entries__kind=K.FAILED)), 0),
    )
    for payout in rows.order_by("pk").iterator():
        amount, netted = payout.amount_minor, payout.netted_minor
        if (payout.went, payout.kept) != (amount, netted):
            yield f"{payout.number}: {payout.went} and {payout.kept} booked, {amount} and {netted} frozen"
        paid, failed = PAYOUT_ENTRIES[Payout.State(payout.state)]
        if paid is not None and payout.settled != paid * amount:
            yield f"{payout.number}: it is {payout.state}, and {payout.settled} was booked as paid"
        if payout.returned != failed * (amount + netted):
            yield f"{payout.number}: it is {payout.state}, and {payout.returned} was booked as returned"


def provider_agrees() -> Iterator[str]:
    """I9: no difference to the provider is open."""
    for check in Check.objects.filter(kind=Check.Kind.PROVIDER, settled_at__isnull=True).exclude(differences=[])[:FEW]:
        yield from (f"provider check {check.pk}: {text}" for text in check.differences)


def currencies_apart() -> Iterator[str]:
    """I10: an entry has the currency of its line and of its payout, and every amount is an integer column."""
    other = Q(line__isnull=False) & ~Q(currency=F("line__order__currency"))
    other |= Q(payout__isnull=False) & ~Q(currency=F("payout__currency"))
    for entry in Entry.objects.filter(other)[:FEW]:
        yield f"entry {entry.pk}: {entry.currency} is not the currency of what it belongs to"
    for model in MONEY:
        for field in model._meta.concrete_fields:
            if field.name.endswith("_minor") and field.get_internal_type() != "BigIntegerField":
                yield f"{model.__name__}.{field.name} is no integer"


def events_answered() -> Iterator[str]:
    """I11: what the provider told us was dealt with within a day."""
    late = ProviderEvent.objects.filter(processed_at__isnull=True, received_at__lt=timezone.now() - timedelta(days=1))
    for event in late[:FEW]:
        yield f"event {event.event_id} waits since {event.received_at:%Y-%m-%d}"


def nothing_lost() -> Iterator[str]:
    """I12: every referred line was decided within a day of its payment, whatever became of the messages."""
    day = timezone.now() - timedelta(days=1)
    for line in deciding.undecided(OrderLine.objects.filter(order__paid_at__lt=day)).order_by("pk")[:FEW]:
        yield f"line {line.pk}: paid and not decided"


def refunds_add_up() -> Iterator[str]:
    """I13: a line's refunded sum is that of its refunds: two at once lost none."""
    last = Refund.objects.filter(line=OuterRef("pk")).order_by("-cumulative_minor").values("cumulative_minor")[:1]
    wrong = OrderLine.objects.filter(Exists(Refund.objects.filter(line=OuterRef("pk")))).annotate(last=last)
    for line in wrong.exclude(last=F("refunded_minor"))[:FEW]:
        yield f"line {line.pk}: {line.refunded_minor} refunded, its refunds say {line.last}"  # type: ignore[attr-defined]


def acts_written() -> Iterator[str]:
    """I14: a person's decision about money stands in the acts: who held, let go, approved."""
    for kind in (Act.Kind.HELD, Act.Kind.RELEASED):
        rows = Hold.objects.filter(**({} if kind == Act.Kind.HELD else {"released_at__isnull": False}))
        ways = [kind] if kind == Act.Kind.HELD else [kind, Act.Kind.REMOVED]
        for hold in rows.exclude(Exists(Act.objects.filter(hold=OuterRef("pk"), kind__in=ways)))[:FEW]:
            yield f"hold {hold.pk}: nothing says who {kind} it"
    removals = Entry.objects.filter(kind=K.REVERSAL, sequence__lt=0)
    for entry in removals.exclude(line__holds__acts__kind=Act.Kind.REMOVED)[:FEW]:
        yield f"entry {entry.pk}: nothing says who took it away"


def details_sealed() -> Iterator[str]:
    """I15: no bank details lie open."""
    for payee in (
        Payee.objects.filter(method=Payee.Method.BANK).exclude(sealed="").exclude(sealed__startswith="gAAAA")[:FEW]
    ):
        yield f"payee {payee.pk}: its bank details are not sealed"
    banked = Payout.objects.filter(method=Payee.Method.BANK).exclude(destination="")
    for payout in banked.exclude(destination__startswith="gAAAA")[:FEW]:
        yield f"{payout.number}: its bank details are not sealed"


def dated() -> Iterator[str]:
    """I16: every entry lies in exactly one month of statements: it has one moment, and that moment has come."""
    for entry in Entry.objects.filter(created_at__gt=timezone.now() + timedelta(minutes=5))[:FEW]:
        yield f"entry {entry.pk}: it is dated {entry.created_at:%Y-%m-%d %H:%M}, which is still to come"


def days_summed() -> Iterator[str]:
    """I17: the stored sums of a closed day are what its entries say. (Visits may be forgotten; their numbers stay.)"""
    closed = list(ClosedDay.objects.order_by("on").values_list("on", flat=True))
    names = ("orders", "earned", "returned", "base", "paid")
    for start in range(0, len(closed), WEEK):
        week = closed[start : start + WEEK]
        for split in DaySum.Split:
            wanted = {
                (cell.on, cell.influencer, cell.key, cell.currency): tuple(getattr(cell.tally, name) for name in names)
                for cell in days.reckon(days.runs(week), split)
                if cell.currency
            }
            stored = DaySum.objects.filter(split=split, on__in=week).exclude(currency="")
            for row in stored.values_list("on", "influencer", "key", "currency", *names).iterator():
                if wanted.pop(row[:4], None) != row[4:]:
                    yield f"{row[0]}, creator {row[1]}, {split} {row[2]}: the stored sums are not what the entries say"
            for on, influencer, key, _currency in list(wanted)[:FEW]:
                yield f"{on}, creator {influencer}, {split} {key}: entries are not in the stored sums"


INVARIANTS: dict[str, Callable[[], Iterator[str]]] = {
    "I1": balanced,
    "I2": written_once,
    "I3": accrued_once,
    "I4": copied,
    "I5-I7": refunds_in_proportion,
    "I7": payable,
    "I8": payouts_frozen,
    "I9": provider_agrees,
    "I10": currencies_apart,
    "I11": events_answered,
    "I12": nothing_lost,
    "I13": refunds_add_up,
    "I14": acts_written,
    "I15": details_sealed,
    "I16": dated,
    "I17": days_summed,
}


def breaks() -> Iterator[str]:
    """Each thing that does not hold, in words, with its invariant in front; nothing when the money is sound."""
    for name, check in INVARIANTS.items():
        for text in check():
            yield f"{name} {text}"
