"""Product files as sellers send them: Merchant Center (tab separated) and Shopify (comma separated). Pure.

A reader takes an iterator of lines and yields ``Item`` for what can be used and ``Skipped`` for what cannot, in the file's
order and without holding the file. A file of the wrong kind raises WrongFile before anything is yielded.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape

from core.money import parse_minor

csv.field_size_limit(1_000_000)

MERCHANT_COLUMNS = ("id", "title", "price")
SHOPIFY_COLUMNS = ("Handle", "Title", "Variant Price")
PRICE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Z]{3})\s*")
MOST_MINOR = 10**12
DEEPEST = 5


class WrongFileError(ValueError):
    """The file as a whole is not what was expected; the text says what was."""


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One thing that can be put into a cart. Prices in minor units; ``stock`` None: the seller does not count."""

    external_id: str
    options: tuple[tuple[str, str], ...]
    price_minor: int
    list_price_minor: int | None
    stock: int | None


@dataclass(frozen=True, slots=True)
class Item:
    """One product of a file, with the line on which it starts."""

    line: int
    external_id: str
    name: str
    brand: str
    description: str
    currency: str
    category: tuple[str, ...]
    image_link: str
    variants: tuple[VariantRow, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that could not be used, and why."""

    line: int
    reason: str


Row = Item | Skipped


def clean(text: str | None, most: int) -> str:
    """A field without control characters and without space around it, cut to what fits."""
    return "".join(sign for sign in unescape(text or "") if sign >= " " or sign in "\n\t").strip()[:most]


def category_path(text: str, name: str) -> tuple[str, ...]:
    """The categories in ``A > B > C``, at most five; a category that only repeats the product's name is left out."""
    parts = [clean(part, 120) for part in text.split(">")]
    stem = name.casefold()[:24]
    kept = [part for part in parts if part and not part.endswith("...") and part.casefold()[:24] != stem]
    return tuple(kept[:DEEPEST])


def price_of(text: str) -> tuple[int, str] | None:
    """Minor units and currency of ``999.00 INR``; None when it is not one."""
    match = PRICE.fullmatch(text)
    if match is None:
        return None
    try:
        minor = parse_minor(match[1], match[2])
    except ValueError:
        return None
    return (minor, match[2]) if minor <= MOST_MINOR else None


def _columns(reader: "csv.DictReader[str]", wanted: tuple[str, ...], kind: str) -> None:
    found = [name.strip() for name in (reader.fieldnames or [])]
    missing = [name for name in wanted if name not in found]
    if missing:
        begins = ", ".join(found[:4])[:80] or "nothing"
        message = f"This is not a {kind} file: the columns {', '.join(missing)} are missing from its first line, which begins with {begins}."
        raise WrongFileError(message)
    reader.fieldnames = found


def read_merchant(lines: Iterable[str]) -> Iterator[Row]:
    """A Merchant Center feed: tab separated, one line a product, prices such as ``999.00 INR``."""
    reader = csv.DictReader(lines, delimiter="\t")
    _columns(reader, MERCHANT_COLUMNS, "Merchant Center")
    return _merchant_rows(reader)


def _merchant_rows(reader: "csv.DictReader[str]") -> Iterator[Row]:
    seen: set[str] = set()
    for row in _rows(reader):
        if isinstance(row, Skipped):
            yield row
            continue
        line = reader.line_num
        external_id, name = clean(row["id"], 120), clean(row["title"], 300)
        price = price_of(row["price"] or "")
        if not external_id or not name:
            yield Skipped(line, "no id" if not external_id else "no title")
        elif external_id in seen:
            yield Skipped(line, f"the id {external_id} stands in the file before")
        elif price is None:
            given = clean(row["price"], 40)
            yield Skipped(line, f"{given!r} is not a price such as 999.00 INR" if given else "no price")
        else:
            seen.add(external_id)
            yield _merchant_item(row, line, external_id, name, price)


def _merchant_item(row: dict[str, str], line: int, external_id: str, name: str, price: tuple[int, str]) -> Item:
    full, currency = price
    sale = price_of(row.get("sale_price") or "")
    is_sale = sale is not None and sale[1] == currency and sale[0] < full
    gone = (row.get("availability") or "in_stock").strip().replace(" ", "_").lower() in {"out_of_stock", "discontinued"}
    return Item(
        line=line,
        external_id=external_id,
        name=name,
        brand=clean(row.get("brand"), 120),
        description=clean(row.get("description"), 5000),
        currency=currency,
        category=category_path(row.get("product_type") or "", name),
        image_link=_link(row.get("image_link")),
        variants=(
            VariantRow(
                external_id=external_id,
                options=(),
                price_minor=sale[0] if is_sale and sale else full,
                list_price_minor=full if is_sale else None,
                stock=0 if gone else None,
            ),
        ),
    )


@dataclass
class _Group:
    """The rows of one Shopify handle while they are read."""

    line: int
    head: dict[str, str]
    variants: list[VariantRow] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    names: tuple[str, ...] = ()


def read_shopify(lines: Iterable[str], *, currency: str, plain: Callable[[str], str]) -> Iterator[Row]:
    """A Shopify product export: comma separated, several lines a product. ``plain`` takes the HTML out of a body."""
    reader = csv.DictReader(lines)
    _columns(reader, SHOPIFY_COLUMNS, "Shopify product")
    return _shopify_rows(reader, currency, plain)


def _shopify_rows(reader: "csv.DictReader[str]", currency: str, plain: Callable[[str], str]) -> Iterator[Row]:
    seen: set[str] = set()
    group: _Group | None = None
    for row in _rows(reader):
        if isinstance(row, Skipped):
            yield row
            continue
        handle = clean(row["Handle"], 120)
        if not handle:
            yield Skipped(reader.line_num, "no handle")
            continue
        if group is None or handle != clean(group.head["Handle"], 120):
            if group:
                yield from _finished(group, currency, plain)
            if handle in seen:
                yield Skipped(reader.line_num, f"the handle {handle} stands in the file before")
                group = None
                continue
            seen.add(handle)
            group = _Group(line=reader.line_num, head=row)
            group.names = tuple(clean(row.get(f"Option{n} Name"), 40) for n in (1, 2, 3))
        _add_variant(group, row, reader.line_num, currency)
    if group:
        yield from _finished(group, currency, plain)


def _add_variant(group: _Group, row: dict[str, str], line: int, currency: str) -> None:
    """A line with a price is a variant; one without only brings a further picture."""
    given = (row.get("Variant Price") or "").strip()
    values = [clean(row.get(f"Option{n} Value"), 80) for n in (1, 2, 3)]
    if not given and not values[0]:
        return
    try:
        price = parse_minor(given, currency)
        before = (row.get("Variant Compare At Price") or "").strip()
        listed = parse_minor(before, currency) if before else None
    except ValueError as wrong:
        group.skipped.append(Skipped(line, str(wrong) if given else "no price"))
        return
    if not 0 <= price <= MOST_MINOR:
        group.skipped.append(Skipped(line, f"{given!r} is not a price"))
        return
    options = tuple(
        (name, value)
        for name, value in zip(group.names, values, strict=True)
        if name and value and value != "Default Title"
    )
    key = "-".join(value for _, value in options) or "default"
    if any(variant.external_id == key for variant in group.variants):
        group.skipped.append(Skipped(line, f"the variant {key} stands in the file before"))
        return
    group.variants.append(
        VariantRow(
            external_id=key[:120],
            options=options,
            price_minor=price,
            list_price_minor=listed if listed and listed > price else None,
            stock=_stock(row),
        )
    )


def _stock(row: dict[str, str]) -> int | None:
    """What is there; None where the shop does not track it or sells on when it is gone."""
    tracked = (row.get("Variant Inventory Tracker") or "").strip()
    if not tracked or (row.get("Variant Inventory Policy") or "").strip() == "continue":
        return None
    quantity = (row.get("Variant Inventory Qty") or "").strip()
    return max(0, int(quantity)) if re.fullmatch(r"-?\d{1,9}", quantity) else 0


def _finished(group: _Group, currency: str, plain: Callable[[str], str]) -> Iterator[Row]:
    yield from group.skipped
    head = group.head
    name = clean(head["Title"], 300)
    if not name or not group.variants:
        if not group.skipped:
            yield Skipped(group.line, "no title" if not name else "no price")
        return
    if (head.get("Published") or "true").strip().lower() == "false":
        yield Skipped(group.line, "not published")
        return
    yield Item(
        line=group.line,
        external_id=clean(head["Handle"], 120),
        name=name,
        brand=clean(head.get("Vendor"), 120),
        description=clean(plain(head.get("Body (HTML)") or ""), 5000),
        currency=currency,
        category=category_path(head.get("Type") or "", name),
        image_link=_link(head.get("Image Src")),
        variants=tuple(group.variants),
    )


def _rows(reader: "csv.DictReader[str]") -> Iterator[dict[str, str] | Skipped]:
    """The rows of a table; one with too few fields, or broken quotes, is skipped with its line."""
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as broken:
            yield Skipped(reader.line_num, f"the line cannot be read: {broken}")
            continue
        if None in row.values() and sum(value is not None for value in row.values()) < 3:
            yield Skipped(reader.line_num, "too few columns")
        else:
            yield {key: value or "" for key, value in row.items() if key is not None}


def _link(text: str | None) -> str:
    """The address when it is http or https and fits; else nothing."""
    link = clean(text, 1001)
    return link if re.match(r"https?://[^\s/]", link) and len(link) <= 1000 else ""
