"""Bars as SVG from the server: no script, no inline style, and a table that says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import template

register = template.Library()

# Narrow enough that its words can be read on a phone.
WIDTH, HEIGHT = 360, 200
START, END, TOP, BOTTOM = 34, 356, 20, 170
STEPS = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it counts, how many, and (where it is one) which part of a whole that is.

    ``tick`` is a shorter label for the drawing; the table has the whole one.
    """

    label: str
    count: int
    share: str = ""
    tick: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar at its place in the drawing."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    bar: Bar


@dataclass(frozen=True, slots=True)
class Mark:
    """A label at a place of the drawing."""

    x: float
    y: float
    text: str


def nice_top(highest: int) -> int:
    """A round number at or above the highest value that four steps divide well."""
    top = 4
    while top < highest:
        for factor in (1, 2, 3, 5):
            if top * factor >= highest:
                return top * factor
        top *= 10
    return top


@register.simple_tag
def bar_width(part: int, whole: int, width: int = 300) -> str:
    """How wide a part of a bar is, in the drawing's units."""
    return f"{width * part / whole:.1f}" if whole > 0 else "0"


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(name: str, title: str, heading: str, bars: Sequence[Bar]) -> dict[str, object]:
    """Counts side by side. ``name`` makes the ids, ``heading`` is the head of the table's first column."""
    top = nice_top(max([bar.count for bar in bars] or [0]))
    step = (END - START) / max(1, len(bars))
    drawn = []
    for place, bar in enumerate(bars):
        height = (BOTTOM - TOP) * bar.count / top
        x = START + place * step
        drawn.append(Drawn(x + step * 0.15, BOTTOM - height, step * 0.7, height, x + step / 2, bar))
    rows = [Mark(START, BOTTOM - (BOTTOM - TOP) * part / STEPS, str(top * part // STEPS)) for part in range(STEPS + 1)]
    return {
        "name": name, "title": title, "heading": heading, "bars": bars, "drawn": drawn, "rows": rows, "width": WIDTH,
        "height": HEIGHT, "start": START, "end": END, "bottom": BOTTOM, "has_shares": any(bar.share for bar in bars),
    }  # fmt: skip
