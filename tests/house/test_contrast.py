"""Contrast of the tokens by the WCAG 2 formula, light and dark, and of the eight themes of a shop."""

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
TEXT = [
    ("text", "bg"), ("text", "canvas"), ("text", "fill"), ("muted", "bg"), ("muted", "canvas"), ("muted", "fill"),
    ("subtle", "bg"), ("subtle", "canvas"), ("subtle", "fill"), ("subtle", "raised"), ("on-primary", "primary"),
    ("brand", "bg"), ("on-brand", "brand"), ("brand-ink", "brand-soft"), ("on-spark", "spark"), ("spark-ink", "spark-soft"),
    ("success", "bg"), ("success", "success-soft"), ("warn", "bg"), ("warn", "warn-soft"), ("danger", "bg"),
    ("danger", "danger-soft"), ("info", "bg"), ("info", "info-soft"), ("on-balance", "balance"),
    ("balance-muted", "balance"), ("note-act", "note"), ("on-note", "note"),
]  # fmt: skip
THEMES = ["rosewood", "persimmon", "marigold", "moss", "lagoon", "cobalt", "iris", "graphite"]


def declared(selector: str) -> dict[str, str]:
    """The plain colours declared in the first block of a selector."""
    block = CSS.split(f"{selector} {{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9A-Fa-f]{6});", block))


LIGHT = declared(":root")
DARK = {**LIGHT, **declared(':root[data-theme="dark"]')}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_knows_black_on_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT, ids=lambda name: name)
def test_text_has_four_and_a_half_to_one(palette: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(palette[ink], palette[ground]) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("line", ["line-strong", "focus"])
def test_controls_have_three_to_one(palette: dict[str, str], line: str) -> None:
    assert contrast(palette[line], palette["bg"]) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_can_be_read_in_the_light(theme: str) -> None:
    colours = declared(f'[data-shop-theme="{theme}"]')

    assert contrast(colours["on-accent"], colours["accent"]) >= 4.5
    assert contrast(colours["accent"], LIGHT["bg"]) >= 4.5
    assert contrast(colours["accent-ink"], colours["accent-soft"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_can_be_read_in_the_dark(theme: str) -> None:
    colours = declared(f':root[data-theme="dark"] [data-shop-theme="{theme}"]')

    assert contrast(colours["on-accent"], colours["accent"]) >= 4.5
    assert contrast(colours["accent"], DARK["bg"]) >= 4.5
    assert contrast(colours["accent-ink"], colours["accent-soft"]) >= 4.5
