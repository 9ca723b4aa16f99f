"""Celery workers that are killed in the middle of their work, and a Redis that dies with every message: each line accrues exactly once.

Three kills in every run on PostgreSQL; ``KILLS=100 EVENTS=10000 pytest -s tests/house/test_killed_workers.py`` makes as many as one likes.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Count
from kombu import Connection, Producer
from redis import Redis

from commissions.audit import breaks
from commissions.models import Balance, Decision, Entry
from commissions.services import sweeping
from commissions.tasks import accrue_order
from config.management.commands.bench import free_port
from orders.models import Order, OrderLine
from tests.cast import Mei
from tests.factories.orders import OrderFactory, OrderLineFactory

KILLS = int(os.environ.get("KILLS", "3"))
EVENTS = int(os.environ.get("EVENTS", "150"))
# Of the kills one in five takes the whole tree of processes, and one in five Redis, too.
TREE, BROKER = 5, 5
PRICE = 12_900
PATIENCE = 60
pytestmark = [
    pytest.mark.worker,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="wants PostgreSQL (DATABASE_URL)"),
    pytest.mark.skipif(not shutil.which("redis-server"), reason="wants a redis-server of its own"),
]


class Broker:
    """A Redis that forgets everything when it is killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        line = [
            "redis-server",
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(self.folder),
        ]
        self.process = subprocess.Popen(line, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def waiting(self) -> int:
        """Messages that no worker has taken yet."""
        with Redis.from_url(self.url) as link:
            return int(link.llen("celery"))

    def publish(self, orders: list[int]) -> None:
        """Every order's event, each of them twice: messages come at least once."""
        with Connection(self.url) as link:
            link.ensure_connection(max_retries=20, interval_start=0.1)
            producer = Producer(link)
            for pk in orders:
                for _ in range(2):
                    accrue_order.apply_async([pk], producer=producer)


class Worker:
    """Two processes under one, as in production."""

    def __init__(self, broker: Broker) -> None:
        database = connection.settings_dict
        host = f"{database['HOST'] or '127.0.0.1'}:{database['PORT'] or 5432}"
        address = f"postgres://{database['USER'] or 'postgres'}:{database['PASSWORD']}@{host}/{database['NAME']}"
        self.environment = {
            **os.environ, "DATABASE_URL": address, "REDIS_URL": broker.url, "EMAIL_URL": "dummymail://",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }  # fmt: skip
        self.start()

    def start(self) -> None:
        line = [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "2", "--loglevel", "CRITICAL"]
        self.process = subprocess.Popen(line, env=self.environment, start_new_session=True)

    def children(self) -> list[int]:
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in listed.read_text().split()] if listed.exists() else []

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_a_child(self) -> None:
        for pid in self.children()[:1]:
            os.kill(pid, signal.SIGKILL)


def decided_are(count: int) -> bool:
    """Wait until so many lines are decided; False when nothing has moved for a long time."""
    last, since = -1, time.monotonic()
    while (now := Decision.objects.count()) < count:
        if now != last:
            last, since = now, time.monotonic()
        if time.monotonic() - since > PATIENCE:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    redis = Broker(tmp_path)
    yield redis
    redis.kill()


@pytest.fixture
def worker(transactional_db: None, broker: Broker) -> Iterator[Worker]:
    process = Worker(broker)
    yield process
    process.kill()


@pytest.fixture
def orders(mei: Mei) -> list[int]:
    """So many paid orders of one line that Mei brought."""
    pattern = OrderLineFactory.build(
        order=OrderFactory.build(user=None), influencer=mei.influencer, product=OrderLineFactory().product,
        unit_price_minor=PRICE,
    )  # fmt: skip
    made = Order.objects.bulk_create(OrderFactory.build(user=None) for _ in range(EVENTS))
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order, seller=pattern.product.seller, product=pattern.product, variant=pattern.product.variants.get(),
            category=pattern.product.category, name=pattern.name, quantity=1, unit_price_minor=PRICE, total_minor=PRICE,
            influencer=mei.influencer, source="storefront", touched_at=pattern.touched_at, return_window_days=30,
        )
        for order in made
    )  # fmt: skip
    return [order.pk for order in made]


def test_each_line_accrues_exactly_once_whatever_dies(
    broker: Broker, worker: Worker, orders: list[int], mei: Mei, settings: object
) -> None:
    part = len(orders) // KILLS
    killed_brokers = 0
    accrue_order.app.conf.task_always_eager = False
    try:
        for kill in range(KILLS):
            before = Decision.objects.count()
            broker.publish(orders[kill * part : (kill + 1) * part if kill < KILLS - 1 else None])
            # In the middle of it.
            assert decided_are(before + part // 3)
            if kill % BROKER == 1:
                broker.kill()
                killed_brokers += 1
            if kill % TREE == 1:
                worker.kill()
            else:
                worker.kill_a_child()
            if kill % BROKER == 1:
                broker.start()
            if kill % TREE == 1:
                worker.start()
    finally:
        accrue_order.app.conf.task_always_eager = True
    while broker.waiting() and decided_are(min(Decision.objects.count() + 1, EVENTS)):
        time.sleep(0.02)
    by_messages = Decision.objects.count()
    swept = sweeping.sweep()["accrued"]

    if "KILLS" in os.environ:
        sys.stderr.write(
            f"\n{KILLS} kills, {killed_brokers} of Redis; {by_messages} of {EVENTS} lines by messages, {swept} by the sweep\n"
        )
    lines = OrderLine.objects.filter(influencer=mei.influencer)
    assert set(lines.annotate(n=Count("entries")).values_list("n", flat=True)) == {1}
    assert (Entry.objects.count(), Decision.objects.count()) == (EVENTS, EVENTS)
    assert Balance.objects.get().pending == 903 * EVENTS
    assert list(breaks()) == []
