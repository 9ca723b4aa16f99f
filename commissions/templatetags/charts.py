"""Charts as SVG from the server: no script, no inline style."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django import template
from django.utils.formats import date_format

from commissions import evidence
from commissions.queries import Day
from core.templatetags.bars import Mark, nice_top
from core.templatetags.core import money_text

register = template.Library()

WIDTH, HEIGHT = 720, 240
END, TOP, BOTTOM = 712, 12, 208
# The longest amount stands left of the lines.
MARGIN, LETTER = 14, 6.4
STEPS = 4


@register.inclusion_tag("commissions/_chart.html")
def line_chart(days: Sequence[Day], currency: str) -> dict[str, object]:
    """What was earned day by day, and dashed the period before; the best day is named, a table says the same."""
    top = nice_top(max([max(day.earned, day.before) for day in days] or [0]) or 400)
    amounts = [money_text(top * part // STEPS, currency) for part in range(STEPS + 1)]
    start = round(MARGIN + LETTER * max(map(len, amounts)))
    step = (END - start) / max(1, len(days) - 1)

    def place(index: int, value: int) -> str:
        return f"{start + index * step:.1f},{BOTTOM - (BOTTOM - TOP) * value / top:.1f}"

    now = [place(index, day.earned) for index, day in enumerate(days)]
    before = [place(index, day.before) for index, day in enumerate(days)]
    rows = [Mark(start, BOTTOM - (BOTTOM - TOP) * part / STEPS, text) for part, text in enumerate(amounts)]
    every = max(1, len(days) // 4)
    ticks = [
        Mark(start + index * step, HEIGHT - 10, date_format(days[index].on, "MONTH_DAY_FORMAT"))
        for index in range(0, len(days), every)
    ]
    best = max(range(len(days)), key=lambda index: days[index].earned) if days else None
    peak = None
    if best is not None and days[best].earned:
        x, y = (float(part) for part in now[best].split(","))
        peak = Mark(
            x, y, f"{date_format(days[best].on, 'MONTH_DAY_FORMAT')}: {money_text(days[best].earned, currency)}"
        )
    return {
        "days": days, "currency": currency, "width": WIDTH, "height": HEIGHT, "start": start, "end": END, "rows": rows,
        "ticks": ticks, "now": " ".join(now), "before": " ".join(before), "peak": peak,
        "area": f"{start},{BOTTOM} {' '.join(now)} {END},{BOTTOM}" if now else "",
    }  # fmt: skip


@register.filter
def redacted(text: str) -> str:
    """Evidence as the creator may read it."""
    return evidence.redacted(text)


@register.simple_tag
def with_query(kept: Mapping[str, str], **changed: str) -> str:
    """These parameters, some of them changed, as the end of an address."""
    return urlencode({**kept, **changed})


@register.filter
def money_in(minor: int, currency: str) -> str:
    """An amount for a sentence."""
    return money_text(minor, currency)
