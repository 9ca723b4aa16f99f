"""News between apps: a lower app announces a fact, ``config/reactions.py`` says who cares."""

import logging
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def announce(fact: str, pk: int) -> None:
    """After commit, start every task that is listed for the fact. An unknown fact raises KeyError."""
    for path in settings.REACTIONS[fact]:
        transaction.on_commit(partial(_start, path, pk))


def start_after_commit(path: str, pk: int) -> None:
    """After commit, start one task by its dotted path; a broker that is away is logged, the sweep catches up."""
    transaction.on_commit(partial(_start, path, pk))


def _start(path: str, pk: int) -> None:
    try:
        import_string(path).delay(pk)
    except (OperationalError, OSError):
        # The broker is away. The sweep in the beat schedule finds what was missed.
        logger.warning("Could not start %s for %s: the broker is away", path, pk)
