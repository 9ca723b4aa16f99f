"""The money once more, as simply as it can be said: what the histories of ``test_histories.py`` are compared with.

It knows docs/rules and nothing of the product: no rule of it is called here, fractions are rounded here, payouts remember which
lines they took. Moments come in as arguments.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import floor

ACCOUNTS = ("pending", "held", "cleared", "in_payout", "paid", "owed", "reversed")
MINIMUM = {"USD": 1_000, "JPY": 1_500}
YEAR = timedelta(days=365)
Owner = tuple[str, str]


@dataclass
class Part:
    """What one creator has of one line."""

    creator: str
    amount: int
    pending: int = 0
    held: int = 0
    cleared: int = 0
    taken: int = 0
    # The payout in which its cleared money left.
    left_with: "Sent | None" = None
    hold: "Kept | None" = None


@dataclass
class Kept:
    """A hold: from where, until when, and until when it may be appealed once somebody found against her."""

    came_from: str
    until: datetime
    appeal_until: datetime | None = None


@dataclass
class Bought:
    """A line of an order."""

    base: int
    currency: str
    category: str
    creator: str
    ordered_on: date
    touched_on: date
    is_credited: bool
    introducer: str = ""
    is_decided: bool = False
    whole: int = 0
    refunded: int = 0
    ended_at: datetime | None = None
    parts: list[Part] = field(default_factory=list)


@dataclass
class Sent:
    """A payout."""

    owner: Owner
    amount: int
    kept_back: int
    made_at: datetime
    state: str
    is_bank: bool
    tried_at: datetime | None = None


@dataclass
class Payee:
    """Where money of one creator and currency goes."""

    is_bank: bool
    changed_at: datetime
    is_ready: bool = True
    is_closing: bool = False


class Books:
    """Every creator's accounts, by hand."""

    def __init__(self) -> None:
        self.accounts: dict[Owner, dict[str, int]] = defaultdict(lambda: dict.fromkeys(ACCOUNTS, 0))
        self.lines: list[Bought] = []
        self.payouts: list[Sent] = []
        self.payees: dict[Owner, Payee] = {}
        self.rates: dict[str, list[tuple[date, int]]] = defaultdict(list)
        self.debts: dict[Owner, list[tuple[datetime, int]]] = defaultdict(list)
        self.last_booked_at: datetime | None = None

    def _move(self, owner: Owner, now: datetime, **changes: int) -> None:
        for name, change in changes.items():
            self.accounts[owner][name] += change
        self.last_booked_at = now

    # --- Rates

    def rate_on(self, category: str, day: date) -> int:
        """The newest row of the category that has begun, else of the rest, else 7 %."""
        for rows in (self.rates[category], self.rates[""]):
            begun = [bps for since, bps in rows if since <= day]
            if begun:
                return begun[-1]
        return 700

    def kept_rate(self, line: Bought) -> int:
        """The best of every single day since the visit, at most 30 back."""
        since = max(line.touched_on, line.ordered_on - timedelta(days=30))
        days = (line.ordered_on - since).days
        return max(self.rate_on(line.category, since + timedelta(days=day)) for day in range(days + 1))

    # --- Lines

    def decide(self, line: Bought, now: datetime) -> None:
        if line.is_decided:
            return
        line.is_decided = True
        if not line.is_credited:
            return
        line.whole = floor(Fraction(line.base * self.kept_rate(line), 10_000) + Fraction(1, 2))
        hers = floor(Fraction(line.whole, 5)) if line.introducer else 0
        for creator, amount in ((line.creator, line.whole - hers), (line.introducer, hers)):
            if amount:
                line.parts.append(Part(creator, amount, pending=amount))
                self._move((creator, line.currency), now, pending=amount)

    def take_back(self, line: Bought, now: datetime) -> None:
        lost = line.whole if line.refunded >= line.base else floor(Fraction(line.whole * line.refunded, line.base))
        hers = next((part.amount for part in line.parts if part.creator == line.introducer), 0)
        for part in line.parts:
            of_introducer = floor(Fraction(lost * hers, line.whole))
            due = (of_introducer if part.creator == line.introducer else lost - of_introducer) - part.taken
            for account in ("pending", "held", "cleared"):
                if account == "cleared" and part.left_with:
                    continue
                some = min(due, getattr(part, account))
                if some > 0:
                    setattr(part, account, getattr(part, account) - some)
                    part.taken += some
                    due -= some
                    self._move((part.creator, line.currency), now, **{account: -some}, reversed=some)
            if due > 0:
                part.taken += due
                self._move((part.creator, line.currency), now, owed=-due, reversed=due)
                self.debts[part.creator, line.currency].append((now, due))

    def reverse(self, line: Bought, now: datetime) -> None:
        self.decide(line, now)
        if line.refunded:
            self.take_back(line, now)

    def clear(self, line: Bought, now: datetime) -> None:
        if line.ended_at is None or line.ended_at > now or not line.is_decided:
            return
        if line.refunded:
            self.take_back(line, now)
        for part in line.parts:
            if part.pending:
                self._move((part.creator, line.currency), now, pending=-part.pending, cleared=part.pending)
                part.cleared, part.pending = part.cleared + part.pending, 0

    # --- Holds

    def hold(self, line: Bought, part: Part, now: datetime) -> bool:
        """False when there is nothing to hold."""
        if part.hold:
            return True
        source = "pending" if part.pending else "cleared"
        amount = getattr(part, source)
        if not amount or (source == "cleared" and part.left_with):
            return False
        setattr(part, source, 0)
        part.held = amount
        part.hold = Kept(source, now + timedelta(days=30))
        self._move((part.creator, line.currency), now, **{source: -amount}, held=amount)
        return True

    def release(self, line: Bought, part: Part, now: datetime) -> None:
        kept, amount = part.hold, part.held
        assert kept
        part.hold = None
        if amount:
            part.held = 0
            setattr(part, kept.came_from, getattr(part, kept.came_from) + amount)
            self._move((part.creator, line.currency), now, held=-amount, **{kept.came_from: amount})
        self.clear(line, now)

    def remove(self, line: Bought, part: Part, now: datetime) -> None:
        part.hold = None
        if part.held:
            part.taken += part.held
            self._move((part.creator, line.currency), now, held=-part.held, reversed=part.held)
            part.held = 0

    def sweep(self, now: datetime) -> None:
        for line in self.lines:
            self.reverse(line, now)
        kept = [(line, part) for line in self.lines for part in line.parts if part.hold]
        for line, part in kept:
            if part.hold and part.hold.appeal_until is None and part.hold.until <= now:
                self.release(line, part, now)
        for line, part in kept:
            if part.hold and part.hold.appeal_until and part.hold.appeal_until <= now:
                self.remove(line, part, now)
        for line in self.lines:
            self.clear(line, now)

    # --- Payouts

    def is_stopped(self, now: datetime) -> bool:
        """The clock stands more than five minutes before what was booked last."""
        return self.last_booked_at is not None and self.last_booked_at > now + timedelta(minutes=5)

    def run(self, now: datetime) -> list[Sent]:
        """The payouts of a run, one an owner."""
        made = []
        for owner in sorted(self.accounts):
            payee, money = self.payees.get(owner), self.accounts[owner]
            if not payee or not payee.is_ready or not money["cleared"]:
                continue
            kept_back = min(-money["owed"], floor(Fraction(money["cleared"], 2)))
            amount = money["cleared"] - kept_back
            if not amount or (amount < MINIMUM[owner[1]] and not payee.is_closing):
                continue
            state = "awaiting" if amount >= 100 * MINIMUM[owner[1]] else "ready"
            sent = Sent(owner, amount, kept_back, now, state, payee.is_bank)
            for line in self.lines:
                for part in line.parts:
                    if (part.creator, line.currency) == owner and part.cleared and not part.left_with:
                        part.left_with = sent
            self._move(owner, now, cleared=-amount - kept_back, in_payout=amount, owed=kept_back)
            made.append(sent)
        self.payouts += made
        return made

    def arrived(self, sent: Sent, now: datetime) -> None:
        sent.state = "paid"
        self._move(sent.owner, now, in_payout=-sent.amount, paid=sent.amount)

    def came_back(self, sent: Sent, now: datetime, *, is_payees_fault: bool) -> None:
        account = "paid" if sent.state == "paid" else "in_payout"
        sent.state = "failed"
        changes = {account: -sent.amount, "cleared": sent.amount + sent.kept_back, "owed": -sent.kept_back}
        self._move(sent.owner, now, **changes)
        for line in self.lines:
            for part in line.parts:
                if part.left_with is sent:
                    part.left_with = None
        payee = self.payees[sent.owner]
        if is_payees_fault and payee.changed_at <= sent.made_at:
            payee.is_ready = False

    def write_off(self, now: datetime) -> None:
        """What is a year old and still owed; the oldest debts are settled first."""
        for owner, debts in self.debts.items():
            owed = -self.accounts[owner]["owed"]
            young = sum(amount for at, amount in debts if at > now - YEAR)
            if owed > young:
                self._move(owner, now, owed=owed - young)
