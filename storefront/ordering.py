"""Orders of rows that a person arranges by hand. Pure."""

from collections.abc import Sequence


def moved(order: Sequence[int], item: int, position: int) -> list[int]:
    """The order with ``item`` at ``position`` (from 1; beyond either end means that end)."""
    rest = [other for other in order if other != item]
    index = min(max(position, 1), len(order)) - 1
    return [*rest[:index], item, *rest[index:]]


def is_same_set(one: Sequence[int], other: Sequence[int]) -> bool:
    """Both name the same rows, each once."""
    return len(one) == len(other) and set(one) == set(other) and len(set(one)) == len(one)
