"""``manage.py index_names``: index the names of all people anew, after the rule of how words are made has changed."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import User
from accounts.services.names import index_people

SLICE = 500


class Command(BaseCommand):
    help = "Index the names of all people anew. It may run while the site does, and be run again."

    def handle(self, *args: Any, **options: Any) -> None:
        last, done = 0, 0
        while people := list(User.objects.filter(pk__gt=last).order_by("pk")[:SLICE]):
            index_people(people)
            last, done = people[-1].pk, done + len(people)
            self.stdout.write(f"{done} people")
