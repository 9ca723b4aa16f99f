"""``manage.py import_products``: read a seller's product file."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog.errors import ImportRefused
from catalog.models import Seller
from catalog.services import FORMATS, ImportSummary, import_products


class Command(BaseCommand):
    help = "Read a product file of a seller: new products are listed, known ones brought up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seller", required=True, help="the seller's slug")
        parser.add_argument("--format", required=True, choices=FORMATS)
        parser.add_argument("--currency", default="USD", help="of a Shopify file, which names none (default: USD)")
        parser.add_argument("--json", action="store_true", help="print the summary as one JSON object")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        seller = Seller.objects.filter(slug=options["seller"]).first()
        if seller is None:
            known = ", ".join(Seller.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
            raise CommandError(f"There is no seller {options['seller']!r}. Sellers: {known}. Add one in the admin.")
        if len(options["currency"]) != 3 or not options["currency"].isalpha():
            raise CommandError("A currency is three letters, such as USD.")
        try:
            summary = self.read(seller, options)
        except ImportRefused as refused:
            raise CommandError(str(refused)) from None
        if options["json"]:
            self.stdout.write(json.dumps(self.figures(summary)))
        else:
            self.report(summary)

    def read(self, seller: Seller, options: dict[str, Any]) -> ImportSummary:
        path: Path = options["file"]
        size = path.stat().st_size if path.is_file() else None
        quiet = options["json"] or not sys.stderr.isatty()
        with tqdm(total=size, unit="B", unit_scale=True, desc=path.name, disable=quiet) as bar:
            return import_products(
                seller=seller, kind=options["format"], path=path, currency=options["currency"].upper(),
                tick=lambda done: bar.update(done - bar.n),
            )  # fmt: skip

    def figures(self, summary: ImportSummary) -> dict[str, Any]:
        return {
            "created": summary.created,
            "updated": summary.updated,
            "unchanged": summary.unchanged,
            "skipped": [{"line": row.line, "reason": row.reason} for row in summary.skipped],
            "seconds": round(summary.seconds, 3),
            "rows_per_second": round(summary.rows_per_second, 1),
        }

    def report(self, summary: ImportSummary) -> None:
        for row in summary.skipped:
            self.stdout.write(f"line {row.line}: {row.reason}")
        self.stdout.write(
            f"{summary.created} new, {summary.updated} updated, {summary.unchanged} unchanged, "
            f"{len(summary.skipped)} lines skipped, in {summary.seconds:.1f} s ({summary.rows_per_second:.0f} rows/s)"
        )
