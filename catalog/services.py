"""Verbs of the catalogue: list products, keep prices and stock true, read sellers' files."""

import codecs
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Any

import nh3
from django.db import transaction
from django.db.models import Count, F, Min, Q
from django.utils.text import slugify

from catalog.errors import ImportRefused
from catalog.feeds import Item, Row, Skipped, WrongFileError, read_merchant, read_shopify
from catalog.models import Category, Product, ProductWord, Seller, Stir, Variant
from catalog.words import words_of

BATCH = 1000
FORMATS = ("merchant", "shopify")


def stir(products: Iterable[int], *, have_moved: bool = False) -> None:
    """Note that people's acts, or the category, of these products changed: rankings look at them again."""
    Stir.objects.bulk_create(
        (Stir(product_id=pk, has_moved=have_moved) for pk in sorted(set(products))), batch_size=1000
    )


def refresh_product(product: Product) -> None:
    """Make the price and the sold-out mark on the card those of its variants."""
    available = Q(is_active=True) & (Q(stock__isnull=True) | Q(stock__gt=0))
    facts = product.variants.aggregate(
        available=Count("pk", filter=available), lowest=Min("price_minor", filter=available)
    )
    shown = product.variants.filter(is_active=True)
    if facts["lowest"] is not None:
        shown = shown.filter(available)
    cheapest = shown.order_by("price_minor", "position", "pk").first()
    if cheapest:
        product.price_minor, product.list_price_minor = cheapest.price_minor, cheapest.list_price_minor
    product.is_sold_out = facts["available"] == 0
    product.save(update_fields=["price_minor", "list_price_minor", "is_sold_out", "updated_at"])


@transaction.atomic
def save_product(*, seller: Seller, external_id: str, variants: list[dict[str, Any]], **fields: Any) -> Product:
    """List a product with its variants, or bring the listed one up to date. ``variants`` are fields of Variant."""
    first = variants[0]
    listed = Product.objects.filter(seller=seller, external_id=external_id).first()
    prices = {"price_minor": first["price_minor"], "list_price_minor": first.get("list_price_minor")}
    product, _ = Product.objects.update_or_create(seller=seller, external_id=external_id, defaults={**prices, **fields})
    for position, row in enumerate(variants):
        key = row["external_id"]
        values = {name: value for name, value in row.items() if name != "external_id"}
        product.variants.update_or_create(external_id=key, defaults={**values, "position": position, "is_active": True})
    product.variants.exclude(external_id__in=[row["external_id"] for row in variants]).update(is_active=False)
    refresh_product(product)
    index_products([product])
    if listed is not None and listed.category_id != product.category_id:
        stir([product.pk], have_moved=True)
    return product


def index_products(products: Iterable[Product]) -> None:
    """Write the words by which these products are found; their categories must be loaded."""
    rows = list(products)
    ProductWord.objects.filter(product__in=rows).delete()
    names = Category.objects.in_bulk({product.category_id for product in rows if product.category_id})
    ProductWord.objects.bulk_create(
        (
            ProductWord(word=word, product_id=product.pk)
            for product in rows
            for word in words_of(
                product.name, *product.names.values(), product.brand,
                *([names[product.category_id].name, *names[product.category_id].names.values()] if product.category_id else []),
            )
        ),
        batch_size=5000,
        ignore_conflicts=True,
    )  # fmt: skip


def take_stock(*, variant_id: int, quantity: int) -> bool:
    """Take so many of a variant, or nothing and False: stock never goes below zero, with however many buyers at once."""
    counted = Variant.objects.filter(pk=variant_id, is_active=True, stock__gte=quantity)
    if counted.update(stock=F("stock") - quantity):
        _mark_sold_out(variant_id)
        return True
    return Variant.objects.filter(pk=variant_id, is_active=True, stock__isnull=True).exists()


def return_stock(*, variant_id: int, quantity: int) -> None:
    """Put so many of a variant back, where the seller counts."""
    if Variant.objects.filter(pk=variant_id, stock__isnull=False).update(stock=F("stock") + quantity):
        _mark_sold_out(variant_id)


def _mark_sold_out(variant_id: int) -> None:
    """Keep the card's mark true, now and once more when this is committed: the last of two buyers sees what both took."""
    _set_mark(variant_id)
    transaction.on_commit(partial(_set_mark, variant_id))


def _set_mark(variant_id: int) -> None:
    """Make the mark that of the variants; the row is written only when it changes."""
    product = Product.objects.get(variants=variant_id)
    has_some = product.variants.filter(Q(stock__isnull=True) | Q(stock__gt=0), is_active=True).exists()
    if product.is_sold_out == has_some:
        refresh_product(product)


def category_at(names: Iterable[str], known: dict[str, Category] | None = None) -> Category | None:
    """The category at the end of these names, made with its parents where it is new; None for no names."""
    found: Category | None = None
    cache = known if known is not None else {}
    path = ""
    for name in names:
        slug = slugify(name)[:70] or f"c-{short_hash(name)}"
        path = f"{path}/{slug}" if path else slug
        if path not in cache:
            cache[path], _ = Category.objects.get_or_create(
                path=path[:400], defaults={"slug": slug, "name": name, "parent": found}
            )
        found = cache[path]
    return found


def short_hash(text: str) -> str:
    """Twelve signs for a text that slugs cannot spell, the same on every machine."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


# --- Reading sellers' files


@dataclass
class ImportSummary:
    """What an import did: counts of products, the lines that were skipped, and how long it took."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rows: int = 0
    seconds: float = 0.0
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def rows_per_second(self) -> float:
        """Products and skipped lines read in a second."""
        return self.rows / self.seconds if self.seconds else 0.0


def import_products(
    *, seller: Seller, kind: str, path: Path, currency: str = "USD", tick: Callable[[int], object] = lambda done: None
) -> ImportSummary:
    """Read a seller's file batch by batch; ``tick`` gets the bytes read so far. Raises ImportRefused for a wrong file."""
    summary, started = ImportSummary(), time.perf_counter()
    known: dict[str, Category] = {}
    with _opened(path) as stream:
        lines = _decoded(stream, path)
        try:
            rows = _reader(kind, lines, currency)
            while batch := list(islice(rows, BATCH)):
                _store(seller, [row for row in batch if isinstance(row, Item)], summary, known)
                summary.skipped += [row for row in batch if isinstance(row, Skipped)]
                summary.rows += len(batch)
                tick(stream.tell())
        except WrongFileError as wrong:
            raise ImportRefused(str(wrong)) from None
    summary.seconds = time.perf_counter() - started
    return summary


def _opened(path: Path) -> BufferedReader:
    if path.is_dir():
        raise ImportRefused(f"{path} is a folder. Give the file itself.")
    try:
        return path.open("rb")
    except OSError as wrong:
        raise ImportRefused(f"{path} cannot be read: {wrong.strerror}.") from None


def _decoded(stream: BufferedReader, path: Path) -> Iterator[str]:
    """The file's lines; a file that is not UTF-8 text is refused before anything of it is stored."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    size, block = 0, b""
    try:
        while block := stream.read(1 << 20):
            size += len(block)
            if "\x00" in decoder.decode(block):
                raise ImportRefused(f"{path.name} is not a text file. Expected UTF-8 text with tabs or commas.")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as wrong:
        place = f"byte {max(size - len(block), 0) + wrong.start:,}"
        raise ImportRefused(f"{path.name} is not UTF-8 text (near {place}). Save it as UTF-8 and try again.") from None
    if not size:
        raise ImportRefused(f"{path.name} is empty. Expected a first line with the names of the columns.")
    stream.seek(0)
    return (line.decode("utf-8-sig" if number == 0 else "utf-8") for number, line in enumerate(stream))


def _reader(kind: str, lines: Iterator[str], currency: str) -> Iterator[Row]:
    if kind == "merchant":
        return read_merchant(lines)
    return read_shopify(lines, currency=currency, plain=lambda html: nh3.clean(html, tags=set()))


@transaction.atomic
def _store(seller: Seller, items: list[Item], summary: ImportSummary, known: dict[str, Category]) -> None:
    """Create and update one batch with a handful of statements, however many rows it has."""
    listed = {
        product.external_id: product
        for product in Product.objects.filter(
            seller=seller, external_id__in=[item.external_id for item in items]
        ).prefetch_related("variants")
    }
    fresh: list[tuple[Item, Product]] = []
    changed: list[tuple[Item, Product]] = []
    moved: list[int] = []
    slugs = _free_slugs(seller, [item for item in items if item.external_id not in listed])
    for item in items:
        product = listed.get(item.external_id)
        category = category_at(item.category, known)
        if product is None:
            fresh.append(
                (
                    item,
                    Product(
                        seller=seller,
                        external_id=item.external_id,
                        slug=slugs[item.external_id],
                        **_fields(item, category),
                    ),
                )
            )
        elif _differs(product, item, category):
            if product.category_id != (category.pk if category else None):
                moved.append(product.pk)
            for name, value in _fields(item, category).items():
                setattr(product, name, value)
            changed.append((item, product))
        else:
            summary.unchanged += 1
    Product.objects.bulk_create([product for _, product in fresh], batch_size=500)
    Variant.objects.bulk_create(
        [_variant(product, row, place) for item, product in fresh for place, row in enumerate(item.variants)],
        batch_size=500,
    )
    if changed:
        _update(changed)
    index_products([product for _, product in fresh + changed])
    stir(moved, have_moved=True)
    summary.created += len(fresh)
    summary.updated += len(changed)


def _fields(item: Item, category: Category | None) -> dict[str, Any]:
    cheapest = min(item.variants, key=lambda row: (row.stock == 0, row.price_minor))
    return {
        "name": item.name,
        "brand": item.brand,
        "description": item.description,
        "category": category,
        "currency": item.currency,
        "price_minor": cheapest.price_minor,
        "list_price_minor": cheapest.list_price_minor,
        "is_sold_out": all(row.stock == 0 for row in item.variants),
        "image_link": item.image_link,
        "is_active": True,
    }


def _variant(product: Product, row: Any, place: int) -> Variant:
    return Variant(
        product=product, external_id=row.external_id, options=dict(row.options), price_minor=row.price_minor,
        list_price_minor=row.list_price_minor, stock=row.stock, position=place,
    )  # fmt: skip


def _differs(product: Product, item: Item, category: Category | None) -> bool:
    """Something of the listed product is not as the file says."""
    wanted = _fields(item, category)
    wanted["category_id"] = category.pk if category else None
    del wanted["category"]
    if any(getattr(product, name) != value for name, value in wanted.items()):
        return True
    listed = {
        (v.external_id, tuple(v.options.items()), v.price_minor, v.list_price_minor, v.stock)
        for v in product.variants.all()
        if v.is_active
    }
    return listed != {(r.external_id, r.options, r.price_minor, r.list_price_minor, r.stock) for r in item.variants}


def _update(changed: list[tuple[Item, Product]]) -> None:
    Product.objects.bulk_update(
        [product for _, product in changed],
        ["name", "brand", "description", "category", "currency", "price_minor", "list_price_minor", "is_sold_out",
         "image_link", "is_active"],
        batch_size=200,
    )  # fmt: skip
    for item, product in changed:
        for place, row in enumerate(item.variants):
            fields = {
                "options": dict(row.options), "price_minor": row.price_minor, "list_price_minor": row.list_price_minor,
                "stock": row.stock, "position": place, "is_active": True,
            }  # fmt: skip
            product.variants.update_or_create(external_id=row.external_id, defaults=fields)
        product.variants.exclude(external_id__in=[row.external_id for row in item.variants]).update(is_active=False)


def _free_slugs(seller: Seller, items: list[Item]) -> dict[str, str]:
    """An address for each new product: its name, with the seller's id behind it where the name is taken."""
    wanted = {
        item.external_id: (slugify(item.name)[:100] or slugify(item.external_id)[:100] or "product") for item in items
    }
    taken = set(Product.objects.filter(slug__in=set(wanted.values())).values_list("slug", flat=True))
    slugs: dict[str, str] = {}
    for external_id, slug in wanted.items():
        if slug in taken:
            slug = f"{slug}-{seller.pk}-{slugify(external_id)[:40] or short_hash(external_id)}"
        taken.add(slug)
        slugs[external_id] = slug
    return slugs
