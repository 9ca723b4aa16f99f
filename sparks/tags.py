"""Where a tag may stand in a photo. Pure; docs/rules/spark-tags.md says the rule and is run as its test."""

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

# A place is counted in ten-thousandths of the photo's width and height.
WHOLE = 10_000
MOST_TAGS = 5
# A pin's target stays inside the picture and clear of its neighbours.
EDGE = 600
GAP = 667
STEP = 100


class OutsidePicture(ValueError):
    """The place is not in the picture."""


def parse_percent(text: str) -> int:
    """Ten-thousandths from a percentage as typed, ``29.4`` or ``29,4``. OutsidePicture for anything else."""
    try:
        amount = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise OutsidePicture(text) from None
    if not amount.is_finite() or not 0 <= amount <= 100:
        raise OutsidePicture(text)
    return int(amount * 100)


def placed(x: int, y: int, others: Iterable[tuple[int, int]], *, width: int = 4, height: int = 5) -> tuple[int, int]:
    """The nearest place to the wanted one that is away from the edges and from other tags.

    ``width`` and ``height`` are the photo's, in any unit. Raises OutsidePicture for a place that is not in it.
    """
    if not (0 <= x <= WHOLE and 0 <= y <= WHOLE):
        raise OutsidePicture(f"{x}, {y}")
    wanted = (min(max(x, EDGE), WHOLE - EDGE), min(max(y, EDGE), WHOLE - EDGE))
    taken = list(others)
    for place in _around(wanted):
        if all(_apart(place, other, width, height) for other in taken):
            return place
    return wanted


def _apart(one: tuple[int, int], other: tuple[int, int], width: int, height: int) -> bool:
    across, down = (one[0] - other[0]) * width, (one[1] - other[1]) * height
    return across * across + down * down >= (GAP * width) ** 2


def _around(centre: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The places around the centre, square by square, nearest first; right before left, down before up."""
    yield centre
    for ring in range(1, WHOLE // STEP):
        reach = ring * STEP
        edge = [
            (across, down)
            for across in range(-reach, reach + 1, STEP)
            for down in (range(-reach, reach + 1, STEP) if abs(across) == reach else (-reach, reach))
        ]
        edge.sort(key=lambda move: (move[0] ** 2 + move[1] ** 2, -move[0], -move[1]))
        for across, down in edge:
            place = (centre[0] + across, centre[1] + down)
            if EDGE <= place[0] <= WHOLE - EDGE and EDGE <= place[1] <= WHOLE - EDGE:
                yield place
