"""A real Celery worker on Redis does what the eager one does in other tests."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection

from commissions.models import Entry
from commissions.tasks import accrue_order
from tests.cast import Mei
from tests.factories.orders import OrderLineFactory

pytestmark = [
    pytest.mark.worker,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not settings.REDIS_URL or connection.vendor != "postgresql",
        reason="wants PostgreSQL and Redis (DATABASE_URL, REDIS_URL)",
    ),
]
QUEUE = f"tests-{os.getpid()}"


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    name = connection.settings_dict["NAME"]
    url = settings.DATABASES["default"]
    address = f"postgres://{url.get('USER') or 'postgres'}:{url.get('PASSWORD', '')}@{url.get('HOST') or '127.0.0.1'}:{url.get('PORT') or 5432}/{name}"
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "config", "worker", "-Q", QUEUE, "-P", "solo", "--loglevel", "ERROR"],
        env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings", "EMAIL_URL": "dummymail://"},
    )  # fmt: skip
    yield
    process.terminate()
    process.wait(timeout=30)


def test_a_worker_books_what_was_paid_once(worker: None, mei: Mei, settings: object) -> None:
    line = OrderLineFactory(influencer=mei.influencer, unit_price_minor=12_900)
    accrue_order.app.conf.task_always_eager = False
    try:
        for _ in range(5):
            accrue_order.apply_async([line.order_id], queue=QUEUE)
    finally:
        accrue_order.app.conf.task_always_eager = True

    deadline = time.monotonic() + 60
    while not Entry.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(1)

    assert list(Entry.objects.values_list("kind", "amount_minor")) == [("accrual", 903)]
