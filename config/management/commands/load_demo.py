"""``manage.py load_demo``: fill an empty database with the demo world."""

import sys
from argparse import ArgumentParser
from datetime import UTC, date, datetime

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from config.demo import world


def is_loaded() -> bool:
    """The demo world stands in this database."""
    return world.is_loaded()


class Command(BaseCommand):
    help = "Fill an empty database with the demo world: people, shops and three months of orders."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="the day on which the world stands (default: today)")

    def handle(self, *args: object, **options: object) -> None:
        if is_loaded():
            self.stdout.write("The demo world is here already.")
            return
        if world.User.objects.exists():
            raise CommandError("There are people in this database. The demo world wants an empty one: make demo-reset")
        day = options["day"] if isinstance(options["day"], date) else datetime.now(UTC).date()
        with tqdm(desc="Orders", unit=" orders", disable=not sys.stderr.isatty(), leave=False) as bar:
            orders = world.load(today=day, say=lambda text: self.stdout.write(f"  {text}"), tick=bar.update)
        self.stdout.write(f"The demo world is ready: {orders} orders in {len(world.PEOPLE)} people's three months.")
