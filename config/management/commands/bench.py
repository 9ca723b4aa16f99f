"""``manage.py bench pages|import|friend_search|feed|heat|streams|desk|scoring|clicks|commissions|earnings [--json]``: figures as ratios measured in one run. Nothing here is asserted in a test."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.management import (
    click_bench,
    commission_bench,
    desk_bench,
    earnings_bench,
    feed_bench,
    heat_bench,
    people_bench,
    scoring_bench,
    stream_bench,
)

YARDSTICK = "constant view"
PAGES = {
    YARDSTICK: "/healthz",
    "storefront": "/@slowhome",
    "category": "/topics/home",
    "product": "/p/mushroom-lamp",
    "home": "/",
    "search": "/search?q=lamp",
}


def processor_seconds(pid: int) -> float:
    """User and system time that a process has used (Linux: read from /proc)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """gunicorn with one synchronous worker under production settings, as a child of this process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(  # noqa: S603  (our own command line)
            [sys.executable, "-m", "gunicorn", "config.wsgi", "-w", "1", "-b", f"127.0.0.1:{self.port}", "--log-level", "error"],
            env={**os.environ, **environment},
            cwd=settings.BASE_DIR,
        )  # fmt: skip
        self.worker = 0

    def __enter__(self) -> "Server":
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                self.get("/healthz")
            except OSError:
                time.sleep(0.2)
            else:
                children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
                self.worker = int(children[0])
                return self
        raise CommandError("The server did not answer within 60 seconds.")

    def __exit__(self, *args: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            body: bytes = answer.read()
            return body

    def milliseconds(self, path: str, requests: int) -> float:
        """Processor milliseconds of the worker for one request, after a warm-up."""
        for _ in range(10):
            self.get(path)
        before = processor_seconds(self.worker)
        for _ in range(requests):
            self.get(path)
        return (processor_seconds(self.worker) - before) * 1000 / requests


def fill(count: int) -> None:
    """Put so many more products behind the pages that are measured."""
    from catalog.models import Category, Product, Seller, Variant

    category, seller = Category.objects.get(path="home"), Seller.objects.earliest("pk")
    made = Product.objects.bulk_create(
        (
            Product(
                seller=seller, category=category, external_id=f"bench-{n}", slug=f"bench-{n}", name=f"Bench lamp {n}",
                currency="USD", price_minor=1000 + n, image="",
            )
            for n in range(count)
        ),
        batch_size=1000,
    )  # fmt: skip
    Variant.objects.bulk_create(
        (Variant(product=product, external_id=product.external_id, price_minor=product.price_minor, stock=5) for product in made),
        batch_size=1000,
    )  # fmt: skip


def feed(path: Path, rows: int) -> None:
    """A merchant feed of invented rows in the columns of Merchant Center."""
    columns = "id title description link image_link availability price sale_price brand condition product_type gtin"
    with path.open("w", encoding="utf-8") as out:
        out.write("\t".join(columns.split()) + "\n")
        for n in range(rows):
            out.write(
                f"B{n}\tLinen shirt number {n} in colour {n % 40}\tA shirt of washed linen.\thttps://shop.example/{n}\t\tin_stock\t"
                f"{n % 90 + 10}.00 USD\t{n % 90 + 5}.00 USD\tBrand {n % 200}\tnew\tClothing > Shirts > Kind {n % 60}\t\n"
            )


class Command(BaseCommand):
    help = "Print figures: processor time of pages beside a constant view, and the import's rows per second."

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = ["pages", "import", "friend_search", "filling", "people", "feed", "posts", "heat", "voices", "streams"]
        parser.add_argument(
            "name",
            choices=[*names, "desk", "cases", "scoring", "clicks", "commissions", "lines", "earnings", "entries"],
        )
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--requests", type=int, default=200)
        parser.add_argument("--products", type=int, default=5000)
        parser.add_argument("--rows", type=int, default=20_000)
        parser.add_argument("--people", type=int, default=1_000_000)
        parser.add_argument("--names", default="", help="a CSV file whose column `name` is mixed in, and searched for")
        parser.add_argument("--lines", type=int, default=1_000_000)
        parser.add_argument("--posts", type=int, default=1_000_000)
        parser.add_argument("--then", type=int, default=0, help="so many posts after that, and how much slower that is")
        parser.add_argument("--follows", type=int, default=5_000_000)
        parser.add_argument("--voices", type=int, default=1_000_000)
        parser.add_argument("--applications", type=int, default=100_000)
        parser.add_argument("--probes", type=int, default=200)
        parser.add_argument("--streams", type=int, default=1000)
        parser.add_argument("--seconds", type=int, default=60)
        parser.add_argument("--creators", type=int, default=1_000_000)
        parser.add_argument("--entries", type=int, default=1_000_000)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["name"] == "filling":
            fill(options["products"])
            return
        if options["name"] == "people":
            self.stdout.write(json.dumps(people_bench.run(options["people"], options["names"], options["probes"])))
            return
        if options["name"] == "posts":
            among = [size for size in (options["posts"], options["then"]) if size]
            figures = feed_bench.run(options["people"], among, options["follows"], options["probes"])
            self.stdout.write(json.dumps(figures))
            return
        if options["name"] == "cases":
            self.stdout.write(json.dumps(desk_bench.run(options["applications"], options["probes"])))
            return
        if options["name"] == "desk":
            self.desk(options)
            return
        if options["name"] == "lines":
            self.stdout.write(json.dumps(commission_bench.run(options["lines"])))
            return
        if options["name"] == "entries":
            self.stdout.write(json.dumps(earnings_bench.run(options["entries"])))
            return
        if options["name"] == "earnings":
            self.earnings(options)
            return
        if options["name"] == "commissions":
            self.commissions(options)
            return
        if options["name"] == "feed":
            self.feed(options)
            return
        if options["name"] == "scoring":
            self.scoring(options)
            return
        if options["name"] == "streams":
            self.streams(options)
            return
        if options["name"] == "voices":
            sizes = (options[name] for name in ("people", "products", "posts", "voices", "probes"))
            self.stdout.write(json.dumps(heat_bench.run(*sizes)))
            return
        if options["name"] == "heat":
            self.heat(options)
            return
        if options["name"] == "clicks":
            self.clicks(options)
            return
        if options["name"] == "friend_search":
            self.friend_search(options)
            return
        figures = self.pages(options) if options["name"] == "pages" else self.imports(options)
        if options["json"]:
            self.stdout.write(json.dumps(figures))

    def pages(self, options: dict[str, Any]) -> dict[str, Any]:
        """Each page with the demo's products behind it, then with thousands more, beside the constant view."""
        if not Path("/proc/self/stat").exists():
            raise CommandError("This figure reads /proc: run it on Linux.")
        figures: dict[str, Any] = {"requests": options["requests"], "pages": {}}
        with tempfile.TemporaryDirectory() as folder:
            environment = {
                "VAR_DIR": folder, "DEBUG": "0", "SECRET_KEY": "b" * 60, "ALLOWED_HOSTS": "127.0.0.1", "SECURE_SSL_REDIRECT": "0",
                "ALLOW_TEST_GATEWAY": "1", "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3", "REDIS_URL": "", "LOG_LEVEL": "ERROR",
                "SITE_URL": "http://127.0.0.1", "EMAIL_URL": "dummymail://", "EMBEDDED_WORKER": "1",
            }  # fmt: skip
            self.child(["migrate", "-v0"], environment)
            self.child(["collectstatic", "--noinput", "-v0"], environment)
            self.child(["load_demo"], environment)
            for stage in ("demo", f"{options['products']} more"):
                with Server(environment) as server:
                    yardstick = server.milliseconds(PAGES[YARDSTICK], options["requests"])
                    for name, path in PAGES.items():
                        spent = yardstick if name == YARDSTICK else server.milliseconds(path, options["requests"])
                        figures["pages"].setdefault(name, {})[stage] = {
                            "ms": round(spent, 2), "times": round(spent / yardstick, 1) if yardstick else None
                        }  # fmt: skip
                if stage == "demo":
                    self.child(["bench", "filling", "--products", str(options["products"])], environment)
        if not options["json"]:
            self.stdout.write(
                f"Processor ms a request (gunicorn, WSGI, one worker), {options['requests']} requests each"
            )
            for name, stages in figures["pages"].items():
                cells = "   ".join(
                    f"{stage}: {cell['ms']:7.2f} ms {cell['times']:6.1f} x" for stage, cell in stages.items()
                )
                self.stdout.write(f"{name:<15} {cells}")
        return figures

    def clicks(self, options: dict[str, Any]) -> None:
        """The redirect of a channel with and without recording, beside the constant view; every click must be in the table."""
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/bench.sqlite3"
            if connection.vendor == "postgresql":
                url = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/bench_{os.getpid()}"
                with connection.cursor() as cursor:
                    cursor.execute(f"CREATE DATABASE bench_{os.getpid()}")
            environment = {
                "VAR_DIR": folder, "DEBUG": "0", "SECRET_KEY": "b" * 60, "ALLOWED_HOSTS": "127.0.0.1", "SECURE_SSL_REDIRECT": "0",
                "ALLOW_TEST_GATEWAY": "1", "DATABASE_URL": url, "REDIS_URL": "", "LOG_LEVEL": "ERROR",
                "SITE_URL": "http://127.0.0.1", "EMAIL_URL": "dummymail://", "EMBEDDED_WORKER": "1",
            }  # fmt: skip
            try:
                self.child(["migrate", "-v0"], environment)
                path = self.child(["shell", "-v0", "-c", click_bench.CREATOR], environment).strip()
                with Server(environment) as server:
                    figures = click_bench.measure(
                        server.port, lambda: processor_seconds(server.worker), path, options["requests"]
                    )
                counted = int(self.child(["shell", "-v0", "-c", click_bench.COUNT], environment))
            finally:
                if connection.vendor == "postgresql":
                    with connection.cursor() as cursor:
                        cursor.execute(f"DROP DATABASE bench_{os.getpid()}")
        # Each visitor of the third row, warm-up included, and the one who came again.
        figures["lost"] = options["requests"] + 20 + 1 - counted
        if options["json"]:
            self.stdout.write(json.dumps({"requests": options["requests"], "database": connection.vendor, **figures}))
            return
        self.stdout.write(f"Processor ms a request on {connection.vendor}, {options['requests']} requests each")
        for name, row in figures.items():
            if isinstance(row, dict):
                self.stdout.write(f"{name:<34} {row['ms']:8.3f} ms {row['times']:6.2f} x")
        self.stdout.write(f"clicks lost: {figures['lost']}")

    def imports(self, options: dict[str, Any]) -> dict[str, Any]:
        """Rows per second of a first and a second import into this database, and of bare inserts beside them."""
        vendor = connection.vendor
        figures: dict[str, Any] = {"database": vendor, "rows": options["rows"]}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "feed.tsv"
            feed(path, options["rows"])
            url = os.environ.get("DATABASE_URL", "") or f"sqlite:///{folder}/bench.sqlite3"
            if vendor == "sqlite":
                url = f"sqlite:///{folder}/bench.sqlite3"
            environment = {"VAR_DIR": folder, "DATABASE_URL": url, "DEBUG": "1"}
            self.child(["migrate", "-v0"], environment)
            script = "from catalog.models import Seller; Seller.objects.get_or_create(slug='bench', name='Bench')"
            self.child(["shell", "-v0", "-c", script], environment)
            for turn in ("first", "second"):
                command = ["import_products", "--seller", "bench", "--format", "merchant", str(path), "--json"]
                summary = json.loads(self.child(command, environment))
                figures[turn] = summary["rows_per_second"]
        if not options["json"]:
            self.stdout.write(
                f"Import of {options['rows']} rows on {vendor}: {figures['first']:.0f} rows/s first, "
                f"{figures['second']:.0f} rows/s again ({figures['second'] / figures['first']:.1f} x)"
            )
        return figures

    def in_scratch(self, arguments: list[str]) -> dict[str, Any]:
        """The figures of one of our commands in a scratch database of the present kind that is removed afterwards.

        Also where we are told to stop meanwhile: the signal becomes an exception, and everything on the way is closed.
        """
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, _frame: sys.exit(128 + number))
        with tempfile.TemporaryDirectory() as folder:
            url, scratch = f"sqlite:///{folder}/bench.sqlite3", f"bench_{os.getpid()}"
            if connection.vendor == "postgresql":
                url = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{scratch}"
                with connection.cursor() as cursor:
                    cursor.execute(f"CREATE DATABASE {scratch}")
            try:
                environment = {"VAR_DIR": folder, "DATABASE_URL": url, "DEBUG": "0", "SECRET_KEY": "b" * 60, "ALLOWED_HOSTS": "127.0.0.1",
                    "SITE_URL": "http://127.0.0.1", "EMAIL_URL": "dummymail://", "ALLOW_TEST_GATEWAY": "1", "LOG_LEVEL": "ERROR", "EMBEDDED_WORKER": "1"}  # fmt: skip
                self.child(["migrate", "-v0"], environment)
                self.child(["collectstatic", "--noinput", "-v0"], environment)
                figures: dict[str, Any] = json.loads(self.child(["bench", *arguments], environment))
            finally:
                if connection.vendor == "postgresql":
                    with connection.cursor() as cursor:
                        cursor.execute(f"DROP DATABASE {scratch} WITH (FORCE)")
        return figures

    def scoring(self, options: dict[str, Any]) -> None:
        """Score a million creators from their readings; no database is touched."""
        figures = scoring_bench.run(options["creators"])
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        self.stdout.write(
            "{creators} creators with {readings} readings: {creators_per_second_and_core} creators a second and core,"
            " {plans_per_second_and_core} growth plans a second and core".format(**figures)
        )

    def friend_search(self, options: dict[str, Any]) -> None:
        """Find people among a million."""
        sizes = [part for name in ("people", "probes", "names") for part in (f"--{name}", str(options[name]))]
        figures = self.in_scratch(["people", *sizes])
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        yardstick = figures["exact index look-up"]["p50_ms"]
        self.stdout.write(
            f"Among {figures['people']} people ({figures['real_names']} real names) on {figures['database']}"
        )
        for name, row in figures.items():
            if isinstance(row, dict):
                tail = f"  p95 {row['p95_ms']:8.2f} ms  found {row['recall_at_10']:.3f}" if "p95_ms" in row else ""
                self.stdout.write(f"{name:<24} p50 {row['p50_ms']:8.2f} ms ({row['p50_ms'] / yardstick:6.1f} x){tail}")

    def feed(self, options: dict[str, Any]) -> None:
        """Read feeds among a million posts, and then ten (``--people 100000 --then 10000000`` is what the goals are written for)."""
        names = ("people", "posts", "then", "follows", "probes")
        figures = self.in_scratch(["posts", *(part for name in names for part in (f"--{name}", str(options[name])))])
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        self.stdout.write("{people} people, {follows} follows on {database}, {seconds} s in all".format(**figures))
        before: dict[str, Any] = {}
        for posts, rows in figures["among"].items():
            self.stdout.write(f"\namong {posts} posts: milliseconds in all, in the database, of a processor for it")
            for name, row in rows.items():
                database = f"{row['database_p50_ms']:8.2f} {row['database_p95_ms']:8.2f}" if "statements" in row else ""
                spent = f"{row['database_processor_ms']:7.2f}" if "statements" in row else ""
                growth = ""
                if name in before:
                    key = "database_processor_ms" if spent else "p50_ms"
                    growth = f"{row[key] / before[name][key]:6.2f} x"
                self.stdout.write(
                    f"{name:<42} {row['p50_ms']:8.2f} {row['p95_ms']:8.2f}  {database:17}  {spent:7} {growth}"
                )
            before = rows

    def streams(self, options: dict[str, Any]) -> None:
        """Open live streams on one process, beside the same process with none."""
        figures = stream_bench.run(options["streams"], options["seconds"])
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        memory, seconds = figures["memory_kb_open"] - figures["memory_kb_none"], figures["seconds"]
        self.stdout.write(
            f"none open: {figures['memory_kb_none'] / 1024:.1f} MB, {figures['processor_s_none']:.2f} processor s in {seconds} s\n"
            f"{figures['streams']} open: {figures['memory_kb_open'] / 1024:.1f} MB ({memory / figures['streams']:.1f} kB each), "
            f"{figures['processor_s_open']:.2f} processor s in {seconds} s; after {stream_bench.HINTS} Sparks {figures['memory_kb_after'] / 1024:.1f} MB\n"
            f"a Spark told to all of them: {figures['processor_ms_a_hint']:.0f} processor ms, heard by half after {figures['heard_by_half_ms']:.0f} ms, "
            f"by all after {figures['heard_by_all_ms']:.0f} ms"
        )

    def heat(self, options: dict[str, Any]) -> None:
        """Score everything from nothing, then what changed; read feeds by category."""
        names = ("people", "products", "posts", "voices", "probes")
        figures = self.in_scratch(["voices", *(part for name in names for part in (f"--{name}", str(options[name])))])
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        yardstick = figures["indexed look-up of 20 rows"]["p50_ms"]
        self.stdout.write("{voices} voices, {products} products, {posts} posts on {database}".format(**figures))
        share = figures["changed_seconds"] / figures["full_seconds"]
        self.stdout.write("full scoring of {full_products} products: {full_seconds:.2f} s".format(**figures))
        self.stdout.write(
            "what changed, {changed_products} products: {changed_seconds:.3f} s".format(**figures) + f" ({share:.2%})"
        )
        for name, row in figures.items():
            if isinstance(row, dict):
                times = f"({row['p50_ms'] / yardstick:6.1f} x)"
                self.stdout.write(f"{name:<34} p50 {row['p50_ms']:8.2f} ms {times}  p95 {row['p95_ms']:8.2f} ms")

    def desk(self, options: dict[str, Any]) -> None:
        """The reviewers' queue and a case, among ten applications and among a hundred thousand."""
        names = ("applications", "probes")
        figures = self.in_scratch(["cases", *(part for name in names for part in (f"--{name}", str(options[name])))])
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        self.stdout.write("{applications} applications on {database}, beside ten".format(**figures))
        for name, many in figures["many"].items():
            few = figures["few"][name]
            self.stdout.write(
                f"{name:<30} p50 {many['p50_ms']:8.2f} ms  p95 {many['p95_ms']:8.2f} ms  {many['queries']} queries"
                f"   (few: {few['p50_ms']:6.2f} ms, {few['queries']} queries)"
            )

    def commissions(self, options: dict[str, Any]) -> None:
        """Decide, accrue and clear a backlog, pay it out, and show its earnings; PostgreSQL alone has COPY."""
        if connection.vendor != "postgresql":
            raise CommandError("This figure is a ratio to PostgreSQL's COPY: set DATABASE_URL.")
        figures = self.in_scratch(["lines", "--lines", str(options["lines"])])
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        rates = figures["lines per second"]
        copy, one = rates["COPY into the same tables"], rates["one order a transaction"]
        self.stdout.write(f"{figures['lines']} attributed lines, {figures['creators']} creators")
        for name, rate in rates.items():
            self.stdout.write(
                f"{name:<44} {rate:10.0f} lines/s  {rate / copy:6.3f} of COPY  {rate / one:6.1f} x one an order"
            )
        for name, row in figures.items():
            if isinstance(row, dict) and "ms" in row:
                self.stdout.write(f"{name:<44} {row['ms']:10.1f} ms       {row['times']:6.2f} x {row['of']}")

    def earnings(self, options: dict[str, Any]) -> None:
        """Open the money pages of a creator with a million entries and of one with a hundred, in turns."""
        figures = self.in_scratch(["entries", "--entries", str(options["entries"])])
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        self.stdout.write(
            "{entries} entries of two years beside {few}, on {database}; closing the days took {closing_s:.1f} s".format(
                **figures
            )
        )
        for name, row in figures["pages"].items():
            self.stdout.write(
                f"{name:<60} {row['many_ms']:8.1f} ms  {row['times']:6.2f} x few ({row['few_ms']:.1f} ms)  {row['queries']} queries"
            )
        self.stdout.write(f"{'/programme':<60} {figures['programme_ms']:8.1f} ms")

    def child(self, arguments: list[str], environment: dict[str, str]) -> str:
        """Run one of our commands with other settings; its output."""
        done = subprocess.run(  # noqa: S603  (our own command line)
            [sys.executable, "manage.py", *arguments],
            env={**os.environ, **environment}, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise CommandError(f"{' '.join(arguments)} failed:\n{done.stderr[-2000:]}")
        return done.stdout
