"""Money in integer minor units, and the one rounding rule of the house."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

# ISO 4217: currencies whose minor unit is not a hundredth.
EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "JOD": 3, "OMR": 3, "TND": 3}

TYPED = re.compile(r"(-?[0-9]{1,15})(?:[.,]([0-9]+))?")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, fen, paise; whole yen) with its ISO 4217 code."""

    minor: int
    currency: str

    @property
    def exponent(self) -> int:
        """How many digits stand behind the decimal point."""
        return EXPONENTS.get(self.currency, 2)

    @property
    def major(self) -> Decimal:
        """The exact amount in major units, for showing only."""
        return Decimal(self.minor).scaleb(-self.exponent)

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added")
        return Money(self.minor + other.minor, self.currency)


def share(minor: int, bps: int) -> int:
    """The part of a non-negative amount at a rate in basis points (1/10,000), half a unit rounded up."""
    if minor < 0 or bps < 0:
        raise ValueError("a share is taken of amounts and rates of zero or more")
    return (minor * bps + 5_000) // 10_000


def reversed_share(commission: int, refunded: int, base: int) -> int:
    """What of a commission is taken back once ``refunded`` of ``base`` was refunded in total (cumulative).

    All arguments are minor units; the answer is cumulative too, never above the
    commission, and equal to it at a full refund, so that no sequence of partial
    refunds loses or invents a cent.
    """
    if base <= 0 or refunded >= base:
        return commission
    return commission * max(refunded, 0) // base


def part_of(total: int, *, whole: int, ahead: int, own: int) -> int:
    """Of a cumulative ``total`` out of ``whole``, what falls on the stretch of length ``own`` that begins at ``ahead``.

    Stretches that follow one another and fill the whole share each total without a cent lost or invented; each part grows with
    the total, and is its whole stretch once the total is the whole.
    """
    return total * (ahead + own) // whole - total * ahead // whole if whole else 0


def parse_minor(text: str, currency: str) -> int:
    """Minor units from a plain decimal such as ``999.00``; ValueError on anything else or on too many decimals."""
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"{text!r} is not an amount") from None
    if not amount.is_finite():
        raise ValueError(f"{text!r} is not an amount")
    scaled = amount.scaleb(EXPONENTS.get(currency, 2))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{text!r} has more decimals than {currency} has")
    if abs(scaled) >= 10**15:
        raise ValueError(f"{text!r} is too large")
    return int(scaled)


def typed_minor(text: str, currency: str) -> int:
    """Minor units of an amount as somebody types it, ``24.00`` or ``24,00``; ValueError on anything else.

    A sign before the last three digits (``1,500``) may stand for thousands or for decimals: with more of them than the currency
    has, zeros too, it is refused rather than taken for a thousandth.
    """
    found = TYPED.fullmatch(text.strip())
    if not found or len(found[2] or "") > EXPONENTS.get(currency, 2):
        raise ValueError(f"{text!r} is not an amount of {currency}")
    return parse_minor(f"{found[1]}.{found[2] or 0}", currency)
