"""``manage.py demo``: build the demo world where there is none, and serve it with its background work in one process."""

import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from gunicorn.app.base import BaseApplication

from config.celery import app as celery
from config.demo import sign_in_lines
from config.demo.world import is_loaded
from config.embedded import EmbeddedWorker


class DemoServer(BaseApplication):
    """gunicorn with one process of threads; the Celery worker and beat live in the same process."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.background: EmbeddedWorker | None = None
        super().__init__()

    def load_config(self) -> None:
        set_to = self.cfg.set
        set_to("bind", f"127.0.0.1:{self.port}")
        set_to("workers", 1)
        set_to("worker_class", "gthread")
        set_to("threads", 8)
        set_to("loglevel", "warning")
        set_to("graceful_timeout", 3)
        set_to("timeout", 60)
        set_to("post_worker_init", self.start_background)
        set_to("worker_exit", self.stop_background)
        # Not in every release: a socket for gunicornc, which a demo has no use for.
        if "control_socket_disable" in self.cfg.settings:
            set_to("control_socket_disable", True)  # noqa: FBT003  (gunicorn's signature)

    def load(self) -> Any:
        from config.wsgi import application

        return application

    def start_background(self, worker: Any) -> None:
        """Start Celery in the process that serves, after gunicorn made it."""
        if settings.EMBEDDED_WORKER:
            self.background = EmbeddedWorker(celery)
            self.background.start()

    def stop_background(self, server: Any, worker: Any) -> None:
        """End Celery with the process."""
        if self.background:
            self.background.stop()


class Command(BaseCommand):
    help = "Build the demo world where there is none, and serve it. Ctrl-C stops everything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        port: int = options["port"]
        self.refuse_used_port(port)
        signal.signal(signal.SIGTERM, self.leave)
        self.stdout.write("Preparing the database")
        call_command("migrate", verbosity=0)
        if is_loaded():
            self.stdout.write("The demo world is here already (make demo-reset starts over).")
        else:
            self.stdout.write("Building the demo world: three months of a shop, about ten seconds")
            call_command("load_demo", stdout=self.stdout)
        # Whoever tries the shop out sees its own error pages, not the developer's.
        settings.DEBUG = False
        if "SITE_URL" not in os.environ:
            settings.SITE_URL = f"http://127.0.0.1:{port}"
        threading.Thread(target=self.tell_when_it_answers, args=(port,), daemon=True).start()
        sys.argv = [sys.argv[0]]
        DemoServer(port).run()

    def leave(self, signum: int, frame: FrameType | None) -> None:
        """Stopped while the world was being built."""
        sys.exit(1)

    def refuse_used_port(self, port: int) -> None:
        if not 1 <= port <= 65_535:
            raise CommandError(f"{port} is not a port. Choose one from 1024 to 65535: make demo PORT=9000")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as wrong:
                raise CommandError(
                    f"Port {port} cannot be used ({wrong.strerror}). Choose another: make demo PORT={port + 1}"
                ) from None

    def tell_when_it_answers(self, port: int) -> None:
        """Say where the shop is, once it is there."""
        address = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=2).close()  # noqa: S310  (our own address)
            except OSError:
                time.sleep(0.1)
            else:
                break
        lines = "\n".join(f"  {line}" for line in sign_in_lines())
        mails = (
            f"  Mails are written to {settings.EMAIL_FILE_PATH}\n"
            if hasattr(settings, "EMAIL_FILE_PATH") and settings.EMAIL_FILE_PATH
            else ""
        )
        self.stdout.write(
            f"\n  The shop is open: {address}\n  Mei's page:       {address}/@slowhome\n\n{lines}\n\n{mails}  Ctrl-C stops everything.\n"
        )
        self.stdout.flush()
