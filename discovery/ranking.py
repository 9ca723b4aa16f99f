"""What is recommended before what. Pure; docs/rules/ranking.md says the rule and is run as its test."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a product: its number (newer is higher), the published shops that picked it, and whether it can be had."""

    number: int
    shops: int
    is_sold_out: bool


def order(standing: Standing) -> tuple[bool, int, int]:
    """The key by which products are sorted: what can be had first, then by shops, then the newest."""
    return (standing.is_sold_out, -standing.shops, -standing.number)


def ranked(standings: Iterable[Standing]) -> list[Standing]:
    """The products in recommended order."""
    return sorted(standings, key=order)
