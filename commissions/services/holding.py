"""Verbs of holds: keep a line's commission back while somebody looks, and let it go, at the latest at the deadline."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.errors import AlreadyDone, NotAllowed, NothingToHold
from commissions.models import Account, Act, Entry, Hold
from commissions.services import booking, ledger, withholding
from commissions.settling import HOLD_DAYS
from influencers.models import Influencer
from orders.models import OrderLine


@transaction.atomic
def hold(
    *, line: OrderLine, influencer: Influencer, reason: str, evidence: str, by: User | None, now: datetime | None = None
) -> Hold:
    """Keep back what is left of a creator's commission on a line, for at most 30 days. A held line stays held as it is.

    Raises NothingToHold when everything was taken back or has left.
    """
    moment = now or timezone.now()
    OrderLine.objects.select_for_update().get(pk=line.pk)
    if found := Hold.objects.filter(line=line, influencer=influencer, released_at__isnull=True).first():
        return found
    entries = ledger.locked([line]).get((line.pk, influencer.pk), [])
    standing = ledger.standing_of(entries)
    source, amount = Account.PENDING, standing.pending
    if not amount and not ledger.is_out(entries):
        source, amount = Account.CLEARED, standing.cleared
    if amount <= 0:
        raise NothingToHold
    row = Hold.objects.create(
        line=line, influencer=influencer, reason=reason, evidence=evidence, held_from=source, opened_by=by,
        opened_at=moment, deadline_at=moment + timedelta(days=HOLD_DAYS),
    )  # fmt: skip
    booking.book(
        [withholding.entry_of(row, Entry.Kind.HOLD, source, Account.HELD, amount, entries[0].currency, moment)]
    )
    Act.objects.create(kind=Act.Kind.HELD, actor=by, influencer=influencer, hold=row, note=evidence[:300], at=moment)
    withholding.tell(row, "commission_held", amount, entries[0].currency)
    return row


@transaction.atomic
def release(*, hold: Hold, by: User | None, note: str = "", now: datetime | None = None) -> Hold:
    """Let a held line go back to where it stood; without a person, because its deadline has passed. Raises AlreadyDone, and
    NotAllowed for the one whose it is."""
    if by and by.pk == hold.influencer.user_id:
        raise NotAllowed(_("This is your own commission. Somebody else decides about it."))
    moved = _release(hold, by, note, now or timezone.now())
    withholding.tell_together("commission_released", moved)
    return hold


@transaction.atomic
def _release(hold: Hold, by: User | None, note: str, moment: datetime) -> list[tuple[Hold, int, str]]:
    """The hold, how much went back and its currency, for who tells it; nothing when nothing was left."""
    line = OrderLine.objects.select_for_update().get(pk=hold.line_id)
    if not Hold.objects.filter(pk=hold.pk, released_at__isnull=True).update(released_at=moment):
        raise AlreadyDone
    entries = ledger.locked([line]).get((line.pk, hold.influencer_id), [])
    amount = ledger.standing_of(entries).held
    if amount > 0:
        back = withholding.entry_of(
            hold, Entry.Kind.RELEASE, Account.HELD, Account(hold.held_from), amount, entries[0].currency, moment
        )
        booking.book([back])
    Act.objects.create(
        kind=Act.Kind.RELEASED, actor=by, influencer_id=hold.influencer_id, hold=hold, note=note[:300], at=moment
    )
    ledger.clear_for(line.order, now=moment)
    hold.refresh_from_db()
    return [(hold, amount, entries[0].currency)] if amount > 0 else []


def release_due(*, now: datetime | None = None, limit: int = 500) -> int:
    """Let every hold go whose deadline has passed; returns how many."""
    moment = now or timezone.now()
    # What was found against her and not appealed is taken away instead (``appealing.remove_due``).
    rows = Hold.objects.filter(released_at__isnull=True, deadline_at__lte=moment)
    rows = rows.exclude(finding__isnull=False, appeal__isnull=True)
    return _let_go(rows.order_by("deadline_at")[:limit], "deadline", moment)


def release_lifted(*, influencer_pk: int | None = None, now: datetime | None = None, limit: int = 500) -> int:
    """Let go what was held for a suspension that is over, of one creator or of all; returns how many. What a person found against
    her stays for her appeal, and after a ban each hold has its own deadline."""
    moment = now or timezone.now()
    rows = Hold.objects.filter(reason=Hold.Reason.SUSPENDED, released_at__isnull=True, finding__isnull=True)
    rows = rows.exclude(influencer__state__in=[Influencer.State.SUSPENDED, Influencer.State.BANNED])
    if influencer_pk is not None:
        rows = rows.filter(influencer=influencer_pk)
    return _let_go(rows.order_by("pk")[:limit], "suspension over", moment)


def _let_go(rows: Iterable[Hold], note: str, moment: datetime) -> int:
    """Release one by one, and tell what moved together; how many went."""
    count, moved = 0, []
    for row in rows:
        try:
            moved += _release(row, None, note, moment)
        except AlreadyDone:
            continue
        count += 1
    withholding.tell_together("commission_released", moved)
    return count
