"""What these tables hold of a person (core/personal.py says how to read it)."""

import secrets
from typing import Any

from core.personal import GONE_ADDRESS, Fate, Word
from orders.models import Gift, Order


def _new_key(_row: Order) -> str:
    """Nobody has it: what opened the order's page opens nothing."""
    return secrets.token_hex(16)


def _by_giver(name: str) -> Any:
    def read(row: Gift, reader: int) -> Any:
        """What is in a parcel and from whom is a surprise until its receiver looks."""
        return getattr(row, name) if row.recipient_id != reader or row.opened_at else None

    return read


def _by_receiver(name: str) -> Any:
    def read(row: Gift, reader: int) -> Any:
        """What the receiver does with a parcel is not told to the giver."""
        return getattr(row, name) if row.recipient_id == reader else None

    return read


WORDS = (
    Word("orders.SellerMember", Fate.GOES, hers=("user",)),
    Word("orders.CartLine", Fate.GOES, hers=("cart__user",), secret=("reference",)),
    Word("orders.Cart", Fate.GOES, hers=("user",), secret=("key", "checkout_token"), people=("recipient",)),
    # Kept by law. The reason of a refund may name her.
    Word("orders.Refund", Fate.LOSES_HER, hers=("line__order__user",), acts=("by",), blank={"reason": ""}),
    Word(
        "orders.Payment", Fate.LOSES_HER, hers=("order__user",), secret=("card_hash",),
        plain=("gateway", "reference", "currency", "failure"), blank={"card_hash": ""},
    ),
    Word(
        "orders.OrderLine", Fate.STAYS, hers=("order__user",), secret=("swapped_for", "reference"),
        plain=("name", "option", "source", "reference", "journey"),
    ),
    Word(
        "orders.Gift", Fate.LOSES_HER, hers=("recipient", "order__user"), people=("recipient",),
        secret=("sealed", "order", "purged_at"),
        opens={
            "giver_name": _by_giver("giver_name"), "message": _by_giver("message"),
            "opened_at": _by_receiver("opened_at"), "answered_at": _by_receiver("answered_at"),
        },
        blank={"giver_name": "", "message": "", "sealed": ""},
    ),
    # Kept by law: numbers, dates, amounts and the country. Name, address and the link to her go.
    Word(
        "orders.Order", Fate.LOSES_HER, hers=("user",), secret=("token", "checkout_token", "place_hash"),
        plain=("number", "checkout_token", "language", "currency", "country"),
        blank={
            "user": None, "email": GONE_ADDRESS, "name": "", "address": "", "address_2": "", "postcode": "", "city": "",
            "phone": "", "place_hash": "", "token": _new_key,
        },
    ),
    Word("orders.PickupPoint", Fate.NOBODYS),
)  # fmt: skip
