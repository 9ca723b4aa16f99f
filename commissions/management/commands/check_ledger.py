"""``manage.py check_ledger``: prove the ledger over all rows."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from commissions.audit import breaks
from commissions.models import Entry


class Command(BaseCommand):
    help = "Prove the invariants I1 to I16 over all rows; exits non-zero with the first break."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        first = next(breaks(), None)
        if options["json"]:
            self.stdout.write(json.dumps({"entries": Entry.objects.count(), "break": first}))
        if first:
            raise CommandError(first)
        if not options["json"]:
            self.stdout.write(f"The ledger is sound: {Entry.objects.count()} entries.")
