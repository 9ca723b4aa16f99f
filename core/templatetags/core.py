"""Tags that every template may use without loading them."""

from datetime import date
from decimal import Decimal

from django import template
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core.money import Money

register = template.Library()

# The signs that the two languages of the site understand without a country before them.
SIGNS = {
    "en": {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "CNY": "CN¥"},
    "zh": {"USD": "US$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "INR": "₹", "KRW": "₩", "CNY": "¥"},
}


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """One picture of the sprite, hidden from screen readers: the control around it carries the words. Size ``s`` or ``xs``."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="#i-{}"/></svg>', f" icon-{size}" if size else "", name
    )


def money_text(minor: int, currency: str) -> str:
    """An amount in words of the page's language: ``$129.00``, ``US$129.00`` in Chinese, ``−$4.06`` below zero."""
    amount = Money(abs(int(minor)), currency)
    signs = SIGNS["zh" if (get_language() or "en").startswith("zh") else "en"]
    number = formats.number_format(amount.major, decimal_pos=amount.exponent, use_l10n=True, force_grouping=True)
    sign = signs.get(currency, f"{currency}\u00a0")
    return f"{'−' if int(minor) < 0 else ''}{sign}{number}"


@register.simple_tag
def money(minor: int | None, currency: str) -> SafeString | str:
    """An amount of minor units as people write it; nothing for None."""
    if not isinstance(minor, int):
        return ""
    return format_html('<span class="money">{}</span>', money_text(minor, currency))


@register.simple_tag
def money_words(minor: int | None, currency: str) -> str:
    """The same amount without markup, for mails."""
    return money_text(minor, currency) if isinstance(minor, int) else ""


@register.filter
def compact(number: int | None) -> str:
    """A count that fits a line: 1,482 as it is, from ten thousand 48.2k, in Chinese 4.8万."""
    count = int(number or 0)
    if (get_language() or "").startswith("zh"):
        return _scaled(count, ((100_000_000, "亿"), (10_000, "万")))
    return (
        _scaled(count, ((1_000_000, "M"), (1_000, "k")))
        if count >= 10_000
        else formats.number_format(count, force_grouping=True)
    )


def _scaled(count: int, units: tuple[tuple[int, str], ...]) -> str:
    for unit, sign in units:
        if count >= unit:
            tenths = count * 10 // unit
            return f"{tenths // 10}{sign}" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}{sign}"
    return formats.number_format(count, force_grouping=True)


@register.filter
def day(text: str) -> str:
    """A day as notices and mails keep it (``2026-12-01``), in words; whatever is none stays as it is."""
    try:
        return formats.date_format(date.fromisoformat(text))
    except (TypeError, ValueError):
        return text


@register.filter
def whole_percent(bps: int | None) -> str:
    """Basis points as a percentage without decimals, never rounded up: 8571 is 85%."""
    return percent(int(bps or 0) // 100 * 100)


@register.filter
def percent(bps: int | None) -> str:
    """Basis points as a percentage: 700 is 7%, 450 is 4.5%."""
    value = (Decimal(int(bps or 0)) / 100).normalize()
    return f"{formats.number_format(value, use_l10n=True)}%" if value else "0%"
