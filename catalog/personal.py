"""Nothing here is of a person (core/personal.py says how to read it)."""

from core.personal import Fate, Word

WORDS = tuple(
    Word(f"catalog.{name}", Fate.NOBODYS)
    for name in ("Seller", "Category", "Product", "Variant", "ProductWord", "Stir")
)
