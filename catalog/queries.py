"""Reads of the catalogue: search by words, and the gates to a product and a category."""

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404

from catalog.models import Category, Product, ProductWord
from catalog.words import words_of

MOST_WORDS = 6


def search_products(text: str) -> QuerySet[Product]:
    """Products on sale with every word of the text; the last may be a beginning. No words, no products."""
    words = words_of(text[:200])[:MOST_WORDS]
    if not words:
        return Product.objects.none()
    found = Product.objects.on_sale()
    for word in words[:-1]:
        found = found.filter(Exists(ProductWord.objects.filter(product=OuterRef("pk"), word=word)))
    begins = ProductWord.objects.starting(words[-1])
    return found.filter(pk__in=begins.values("product"))


def product_at(slug: str) -> Product:
    """The product on sale at this address, with its seller and category; 404 when there is none."""
    product = Product.objects.on_sale().select_related("seller", "category").filter(slug=slug).first()
    if product is None:
        raise Http404
    return product


def trail(category: Category) -> list[Category]:
    """The category and those above it, from the root."""
    slugs = category.path.split("/")
    paths = ["/".join(slugs[: depth + 1]) for depth in range(len(slugs))]
    return sorted(Category.objects.filter(path__in=paths), key=lambda row: len(row.path))
