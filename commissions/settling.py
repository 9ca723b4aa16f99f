"""What moves between the ledger's accounts, and what a payout pays. Pure; docs/rules/ledger.md and docs/rules/payouts.md say the
rules and are run as their tests. All amounts are minor units."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from core.money import part_of, reversed_share

HOLD_DAYS = 30
# Debts are carried for so long; what is not netted by then is written off.
WRITE_OFF_DAYS = 365
# Of one payout at most so much is kept back for returns: one half.
NETTING_PARTS = 2
FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one beneficiary's commission of one line stands; ``taken_back`` counts reversals and clawbacks together."""

    accrued: int
    base: int
    pending: int = 0
    held: int = 0
    cleared: int = 0
    taken_back: int = 0
    # A shared commission: the whole of it (0: this one's is all there is), and what of it goes to the one before.
    whole: int = 0
    ahead: int = 0

    def taken_by(self, refunded: int) -> int:
        """What a cumulative refund takes back of this one in total. Two who share lose together what one alone would."""
        whole = self.whole or self.accrued
        return part_of(reversed_share(whole, refunded, self.base), whole=whole, ahead=self.ahead, own=self.accrued)


@dataclass(frozen=True, slots=True)
class Step:
    """An amount to take from an account; ``owed`` when the money is out and the debt is carried over."""

    account: str
    amount: int


def take_back(standing: Standing, refunded: int, *, is_out: bool) -> list[Step]:
    """What a cumulative refund takes back now: the cumulative share less what was taken before, from where the money stands.

    First what is pending, then held, then cleared; what went out with a payout (``is_out``) becomes a debt. A refund told
    twice, or an older sum told late, takes nothing; a full one leaves exactly nothing.
    """
    due = standing.taken_by(refunded) - standing.taken_back
    steps = []
    places = [("pending", standing.pending), ("held", standing.held)]
    if not is_out:
        places.append(("cleared", standing.cleared))
    for account, there in places:
        part = min(due, there)
        if part > 0:
            steps.append(Step(account, part))
            due -= part
    if due > 0:
        steps.append(Step("owed", due))
    return steps


@dataclass(frozen=True, slots=True)
class Carrier:
    """A payout as the walk of the money sees it: the last entry that it covers, and the one that brought its money back (0: none)."""

    payout_id: int
    covers_until: int
    returned_by: int = 0


def carrier_of(entry_id: int, carriers: Sequence[Carrier]) -> Carrier | None:
    """The payout in which cleared money of this entry is out or paid; None while it waits. ``carriers`` are one creator's in
    one currency, by ``covers_until``. Money of a failed payout came back by a later entry, and goes out with the next."""
    ends = [carrier.covers_until for carrier in carriers]
    while True:
        place = bisect_left(ends, entry_id)
        if place == len(carriers):
            return None
        if not carriers[place].returned_by:
            return carriers[place]
        entry_id = carriers[place].returned_by


class NoPayout(StrEnum):
    """Why nothing is paid out now."""

    NOTHING = "nothing"
    BELOW_MINIMUM = "below_minimum"


@dataclass(frozen=True, slots=True)
class Due:
    """What a payout sends and what it keeps back of the debt; together all that had cleared."""

    amount: int
    netted: int


def due(cleared: int, owed: int, *, minimum: int, is_closing: bool) -> Due | NoPayout:
    """What is paid out of a cleared balance beside a debt (``owed`` is zero or less).

    At most half of it is kept back. What is left to send must reach the minimum, unless the account is being closed.
    """
    netted = min(-owed, cleared // NETTING_PARTS)
    amount = cleared - netted
    if amount <= 0:
        return NoPayout.NOTHING
    if amount < minimum and not is_closing:
        return NoPayout.BELOW_MINIMUM
    return Due(amount, netted)


def to_write_off(debts: Iterable[tuple[datetime, int]], settled: int, now: datetime) -> int:
    """What of the debts (moment, amount) is a year old and still open, when ``settled`` of them was netted or written off. The
    oldest are settled first."""
    old = sum(amount for at, amount in debts if at <= now - timedelta(days=WRITE_OFF_DAYS))
    return max(0, old - settled)


def slot_of(now: datetime, zone: tzinfo) -> str:
    """The weekly run that is due: the last Friday, 06:00 by the site's clock, as ``2026-11-27``."""
    local = now.astimezone(zone)
    if local.weekday() == FRIDAY and local.time() >= time(6):
        return local.date().isoformat()
    return (local.date() - timedelta(days=(local.weekday() - FRIDAY) % 7 or 7)).isoformat()


def next_run(now: datetime, zone: tzinfo) -> date:
    """The day of the run after the one that is due."""
    return date.fromisoformat(slot_of(now, zone)) + timedelta(days=7)


def month_bounds(year: int, month: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """The month by the site's clock as a half-open interval: an entry is in exactly one, whatever the clocks do."""
    start = datetime(year, month, 1, tzinfo=zone)
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
    return start, end
