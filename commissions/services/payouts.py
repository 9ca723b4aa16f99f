"""Verbs of payouts: prepare, approve, send, settle.

A payout's row is frozen and committed, with its money moved out of the cleared balance, before any provider is called. Its id
is the idempotency key. Whatever dies between the provider's answer and our commit, asking again with that key is one transfer.
States move by conditional UPDATE; only one of several workers gets each step.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.errors import AlreadyDone, NotAllowed, PayoutsStopped, ProviderAway
from commissions.models import Account, Act, Balance, Check, Claim, Entry, Payee, Payout
from commissions.providers import ACCOUNT_FAILURES, Answer, Order, provider
from commissions.services import booking, payees
from commissions.settling import Due, NoPayout, due, slot_of
from core.money import parse_minor
from notifications.services import notify

# A provider that did not say is asked again after so long.
RETRY = timedelta(minutes=1)
# Stripe forgets a key after a day: from then on the transfer is looked for before it is asked for again.
KEY_LIFE = timedelta(hours=23)
# Clocks of several machines may differ by so much; one that stands further behind the ledger was set back.
CLOCK_SLACK = timedelta(minutes=5)
JOB = "payouts"
# Creators whose payouts are frozen in one transaction.
BATCH = 500


def minimum_minor(currency: str) -> int:
    """The least that is sent in a currency: ``PAYOUT_MINIMUMS`` by currency, else ``PAYOUT_MINIMUM``."""
    return parse_minor(settings.PAYOUT_MINIMUMS.get(currency, settings.PAYOUT_MINIMUM), currency)


def needs_approval(amount_minor: int, currency: str) -> bool:
    """A second person must look: the amount is at least ``PAYOUT_APPROVAL_TIMES`` minimums."""
    return amount_minor >= minimum_minor(currency) * settings.PAYOUT_APPROVAL_TIMES


def open_checks() -> list[Check]:
    """Checks that found a difference which nobody has settled."""
    return list(Check.objects.filter(settled_at__isnull=True).exclude(differences=[]).order_by("pk"))


def assert_running(now: datetime) -> None:
    """Raises PayoutsStopped while a difference is open, or while the clock stands before what was booked.

    By a clock that was set back, a key that the provider has forgotten looks young: asked again, it would pay twice.
    """
    newest = Entry.objects.aggregate(newest=Max("created_at"))["newest"]
    if open_checks() or (newest and newest > now + CLOCK_SLACK):
        raise PayoutsStopped


@dataclass(frozen=True, slots=True)
class Run:
    """What a run made: payouts, how many of them wait for approval, and balances left for the next time."""

    slot: str
    made: int = 0
    awaiting: int = 0
    left: int = 0


def run_due(*, now: datetime | None = None) -> Run | None:
    """The weekly run that is due, once for its slot whoever asks; one that died is taken up again. None: done, or stopped."""
    moment = now or timezone.now()
    slot = slot_of(moment, timezone.get_current_timezone())
    claim, _made = Claim.objects.get_or_create(job=JOB, slot=slot, defaults={"started_at": moment})
    if claim.finished_at:
        return None
    try:
        done = run(slot=slot, now=moment)
    except PayoutsStopped:
        return None
    Claim.objects.filter(pk=claim.pk, finished_at__isnull=True).update(finished_at=moment)
    return done


def run(*, slot: str, by: User | None = None, now: datetime | None = None) -> Run:
    """Prepare a payout for every cleared balance that reaches the minimum; one a creator, currency and slot. Raises PayoutsStopped."""
    moment = now or timezone.now()
    assert_running(moment)
    if by:
        Act.objects.create(kind=Act.Kind.RUN_STARTED, actor=by, note=slot, at=moment)
    made: list[Payout] = []
    cleared = Balance.objects.filter(cleared__gt=0).order_by("influencer", "currency")
    owners = list(cleared.values_list("influencer", "currency"))
    for start in range(0, len(owners), BATCH):
        made += prepare(owners=owners[start : start + BATCH], slot=slot, by=by, now=moment)
    awaiting = sum(payout.state == Payout.State.AWAITING for payout in made)
    return Run(slot, len(made), awaiting, len(owners) - len(made))


@transaction.atomic
def prepare(
    *, owners: Sequence[tuple[int, str]], slot: str, by: User | None = None, now: datetime | None = None
) -> list[Payout]:
    """Freeze a payout of everything that has cleared, for each of these creators and currencies that can be paid, and move
    that money out of reach."""
    moment = now or timezone.now()
    balances = booking.lock(owners)
    creators = {influencer for influencer, _ in owners}
    ready = Payee.objects.filter(influencer__in=creators, state=Payee.State.READY).select_related("influencer")
    targets = {(row.influencer_id, row.currency): row for row in ready}
    same = Payout.objects.filter(influencer__in=creators, slot=slot)
    for owner in same.values_list("influencer", "currency"):
        targets.pop(owner, None)
    # Under the locks: none of their cleared money has a lower number that is not counted yet.
    last = Entry.objects.aggregate(last=Max("pk"))["last"]
    found = [
        (balance, targets[owner], amounts)
        for owner, balance in sorted(balances.items())
        if owner in targets and isinstance(amounts := _due(balance, targets[owner]), Due)
    ]
    made = Payout.objects.bulk_create(
        Payout(
            influencer_id=balance.influencer_id, payee=payee, currency=balance.currency, amount_minor=amounts.amount,
            netted_minor=amounts.netted, covers_until=last, slot=slot, method=payee.method, ending=payee.ending,
            destination=payee.sealed if payee.method == Payee.Method.BANK else payee.reference, started_by=by,
            state=Payout.State.AWAITING if needs_approval(amounts.amount, balance.currency) else Payout.State.READY,
            created_at=moment,
        )
        for balance, payee, amounts in found
    )  # fmt: skip
    moves = []
    for payout in made:
        moves.append(_entry(payout, Entry.Kind.PAYOUT, Account.CLEARED, Account.IN_PAYOUT, payout.amount_minor, moment))
        if payout.netted_minor:
            moves.append(_entry(payout, Entry.Kind.NETTING, Account.CLEARED, Account.OWED, payout.netted_minor, moment))
    booking.book_many(moves)
    return made


def _due(balance: Balance, payee: Payee) -> Due | NoPayout:
    minimum = minimum_minor(balance.currency)
    return due(balance.cleared, balance.owed, minimum=minimum, is_closing=payee.is_emptied)


def _entry(
    payout: Payout, kind: Entry.Kind, debit: Account, credit: Account, amount: int, moment: datetime, reason: str = ""
) -> Entry:
    return Entry(
        influencer_id=payout.influencer_id, payout=payout, kind=kind, debit=debit, credit=credit, amount_minor=amount,
        currency=payout.currency, reason=reason, created_at=moment,
    )  # fmt: skip


def _act(payout: Payout, kind: Act.Kind, by: User | None, before: str, moment: datetime, note: str = "") -> None:
    Act.objects.create(
        kind=kind, actor=by, influencer_id=payout.influencer_id, payout=payout, before=before, after=payout.state,
        note=note[:300], at=moment,
    )  # fmt: skip


def _move(payout: Payout, to: Payout.State, *before: Payout.State, **fields: object) -> str:
    """Change a payout's state, only from one of these; what it was. Raises AlreadyDone. Inside a transaction."""
    was = str(Payout.objects.select_for_update().values_list("state", flat=True).get(pk=payout.pk))
    if was not in before or not Payout.objects.filter(pk=payout.pk, state=was).update(state=to, **fields):
        raise AlreadyDone(_("This payout has moved on meanwhile. Nothing was changed."))
    payout.refresh_from_db()
    return was


@transaction.atomic
def approve(*, payout: Payout, by: User, now: datetime | None = None) -> Payout:
    """A second person lets a large payout go. Raises NotAllowed for who started the run or is paid by it, AlreadyDone."""
    moment = now or timezone.now()
    if by.pk in {payout.started_by_id, payout.influencer.user_id}:
        raise NotAllowed(_("Somebody else must approve this: you started the run, or the money is yours."))
    was = _move(payout, Payout.State.READY, Payout.State.AWAITING)
    _act(payout, Act.Kind.APPROVED, by, was, moment)
    return payout


@transaction.atomic
def refuse(*, payout: Payout, by: User, note: str, now: datetime | None = None) -> Payout:
    """A second person stops a payout before it was sent; the money goes back. Raises AlreadyDone."""
    moment = now or timezone.now()
    was = _move(
        payout, Payout.State.FAILED, Payout.State.AWAITING, Payout.State.READY, failure="refused", ended_at=moment
    )
    _return(payout, was, moment)
    _act(payout, Act.Kind.REFUSED, by, was, moment, note)
    return payout


def send_due(*, now: datetime | None = None, limit: int = 200) -> int:
    """Send what is ready and ask again about what is open, unless payouts are stopped; returns how many ended. Never inside a
    transaction."""
    moment = now or timezone.now()
    try:
        assert_running(moment)
    except PayoutsStopped:
        return 0
    ready = Q(state=Payout.State.READY) | Q(state=Payout.State.SENDING, tried_at__lt=moment - RETRY)
    rows = Payout.objects.filter(ready, method=Payee.Method.STRIPE).order_by("pk")
    return sum(send(payout=payout, now=moment) for payout in rows[:limit])


def send(*, payout: Payout, now: datetime | None = None) -> bool:
    """Ask the provider for one payout; True when it ended. Whoever comes second leaves it to the first."""
    moment = now or timezone.now()
    mine = Payout.objects.filter(pk=payout.pk)
    if not (
        mine.filter(state=Payout.State.READY).update(state=Payout.State.SENDING, sent_at=moment, tried_at=moment)
        or mine.filter(state=Payout.State.SENDING, tried_at__lt=moment - RETRY).update(tried_at=moment)
    ):
        return False
    payout.refresh_from_db()
    try:
        answer = _ask(payout, moment)
    except ProviderAway:
        return False
    finish(payout=payout, answer=answer, now=moment)
    return True


def _ask(payout: Payout, moment: datetime) -> Answer:
    asked = provider(payout.method)
    if payout.sent_at and moment - payout.sent_at > KEY_LIFE and (made := asked.find(payout.key)):
        return Answer("paid", made.reference)
    return asked.send(
        Order(payout.key, payout.number, payout.amount_minor, payout.currency, payout.destination)
    )  # fmt: skip


@transaction.atomic
def finish(
    *, payout: Payout, answer: Answer, by: User | None = None, note: str = "", now: datetime | None = None
) -> None:
    """Write down what became of a payout that was sent; a second telling of the same changes nothing."""
    moment = now or timezone.now()
    to = Payout.State.PAID if answer.outcome == "paid" else Payout.State.FAILED
    try:
        was = _move(
            payout, to, Payout.State.SENDING, reference=answer.reference, failure=answer.failure, ended_at=moment
        )
    except AlreadyDone:
        if by:
            raise
        return
    if to == Payout.State.PAID:
        booking.lock([(payout.influencer_id, payout.currency)])
        booking.book(
            [_entry(payout, Entry.Kind.PAID, Account.IN_PAYOUT, Account.PAID, payout.amount_minor, moment)]
        )  # fmt: skip
        _act(payout, Act.Kind.PAID, by, was, moment, note)
        _tell(payout, "payout_paid")
    else:
        _return(payout, was, moment)
        _act(payout, Act.Kind.FAILED, by, was, moment, note or answer.failure)


@transaction.atomic
def came_back(
    *, payout: Payout, failure: str, by: User | None = None, note: str = "", now: datetime | None = None
) -> None:
    """A payout that was paid has come back: its money returns to the balance. Raises AlreadyDone."""
    moment = now or timezone.now()
    was = _move(payout, Payout.State.FAILED, Payout.State.PAID, failure=failure, ended_at=moment)
    _return(payout, was, moment)
    _act(payout, Act.Kind.FAILED, by, was, moment, note or failure)


def _return(payout: Payout, was: str, moment: datetime) -> None:
    """Put a payout's money back, with what it kept of a debt, and tell the creator why."""
    booking.lock([(payout.influencer_id, payout.currency)])
    source = Account.PAID if was == Payout.State.PAID else Account.IN_PAYOUT
    amount, netted, why = payout.amount_minor, payout.netted_minor, payout.failure
    moves = [_entry(payout, Entry.Kind.FAILED, source, Account.CLEARED, amount, moment, why)]
    if netted:
        moves.append(_entry(payout, Entry.Kind.FAILED, Account.OWED, Account.CLEARED, netted, moment, why))
    booking.book(moves)
    if payout.failure in ACCOUNT_FAILURES:
        # Not sent there again until she changed it.
        same = Payee.objects.filter(pk=payout.payee_id, changed_at__lte=payout.created_at)
        same.update(state=Payee.State.NEEDS_CHANGE)
    _tell(payout, "payout_failed")


def _tell(payout: Payout, kind: str) -> None:
    data = {
        "number": payout.number, "amount_minor": payout.amount_minor, "currency": payout.currency, "ending": payout.ending,
        "failure": payout.failure,
    }  # fmt: skip
    notify(recipient=payout.influencer.user, kind=kind, data=data, url=payout.get_absolute_url())


# --- Bank transfers: a file, and people who say what the bank did


@transaction.atomic
def make_bank_file(*, by: User, now: datetime | None = None) -> str:
    """Put every bank transfer that is ready into one file; its name. Raises PayoutsStopped, AlreadyDone when there is none."""
    moment = now or timezone.now()
    assert_running(moment)
    batch = f"{moment:%Y%m%d}-{secrets.token_hex(4)}"
    ready = Payout.objects.filter(method=Payee.Method.BANK, state=Payout.State.READY)
    if not ready.update(state=Payout.State.SENDING, batch=batch, sent_at=moment, tried_at=moment):
        raise AlreadyDone(_("No bank transfer is ready. Nothing was changed."))
    Act.objects.create(kind=Act.Kind.FILED, actor=by, note=batch, at=moment)
    return batch


@dataclass(frozen=True, slots=True)
class BankRow:
    """A line of the bank's file."""

    payout: Payout
    account: str
    bank_code: str


def bank_rows(*, batch: str, by: User) -> list[BankRow]:
    """A file's transfers with their details opened; that somebody read them is written down."""
    rows = list(Payout.objects.filter(batch=batch).exclude(batch="").select_related("payee").order_by("pk"))
    if rows:
        Act.objects.create(kind=Act.Kind.FILE_READ, actor=by, note=batch)
    return [BankRow(row, **payees.opened(row.destination)) for row in rows]


def mark_paid(*, payout: Payout, by: User, reference: str = "", now: datetime | None = None) -> None:
    """The bank has made the transfer. Raises AlreadyDone, NotAllowed for the one who is paid."""
    _assert_bank(payout, by)
    finish(payout=payout, answer=Answer("paid", reference[:80]), by=by, note=reference, now=now)


def mark_failed(*, payout: Payout, by: User, failure: str, note: str = "", now: datetime | None = None) -> None:
    """The bank has refused the transfer, or sent it back after all. Raises AlreadyDone, NotAllowed for the one who is paid."""
    _assert_bank(payout, by)
    if payout.state == Payout.State.PAID:
        came_back(payout=payout, failure=failure, by=by, note=note, now=now)
    else:
        finish(payout=payout, answer=Answer("failed", failure=failure), by=by, note=note, now=now)


def _assert_bank(payout: Payout, by: User) -> None:
    if payout.method != Payee.Method.BANK:
        raise NotAllowed(_("What Stripe sends, Stripe tells us about. Nothing was changed."))
    if by.pk == payout.influencer.user_id:
        raise NotAllowed(_("Somebody else must say this: the money is yours."))
