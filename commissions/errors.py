"""What the ledger and its payouts refuse, with the words for the page."""

from django.utils.translation import gettext as _


class CommissionError(Exception):
    """Something about money that was refused; its text says what to do."""


class NothingToHold(CommissionError):
    """The line's commission was taken back, or has left with a payout."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing left of this line that could be held. Nothing was changed."))


class AlreadyDone(CommissionError):
    """Somebody did this already, or it can no longer be done."""


class NotAllowed(CommissionError):
    """Not this person."""


class BadDetails(CommissionError):
    """Where the money should go cannot be right; ``field`` says which part."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class PayoutsStopped(CommissionError):
    """A check found a difference: nothing is sent until somebody has settled it."""

    def __init__(self) -> None:
        super().__init__(
            _("Payouts are stopped: the last check found a difference. Look at it below and settle it first.")
        )


class ProviderAway(CommissionError):
    """The provider could not be reached, or did not say what it did. It is asked again with the same key."""

    def __init__(self, words: str = "") -> None:
        super().__init__(
            words or _("The payment provider cannot be reached. Nothing was changed; try again in a minute.")
        )


class RateRefused(CommissionError):
    """A rate or campaign that overlaps, starts too soon, or pays more than all of it."""
