"""A Celery worker and beat as threads beside the web server, for the broker in the process's own memory.

The broker forgets at exit and so does not promise anything: what must happen stands in the database, and the sweeps in
``CELERY_BEAT_SCHEDULE`` find it (docs/decisions/0007).
"""

import threading
from typing import Any, cast

from celery import Celery
from celery.beat import EmbeddedService
from celery.worker import WorkController
from django.conf import settings


class EmbeddedWorker:
    """One worker with four threads, and beat. ``stop`` ends both within seconds."""

    def __init__(self, app: Celery) -> None:
        self.worker = WorkController(
            app=app, pool_cls="threads", concurrency=4, hostname="embedded@localhost", without_heartbeat=True,
            without_mingle=True, without_gossip=True, loglevel="WARNING", quiet=True,
        )  # fmt: skip
        schedule = str(settings.VAR_DIR / "celerybeat-schedule")
        self.beat = cast("Any", EmbeddedService)(app, max_interval=1, thread=True, schedule_filename=schedule)
        self.beat.daemon = True
        self.thread = threading.Thread(target=self.worker.start, name="celery-worker", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self.thread.start()
        self.beat.start()

    def stop(self) -> None:
        """Finish what is under way and end."""
        self.beat.stop()
        self.worker.stop(in_sighandler=False)
        self.thread.join(timeout=5)
