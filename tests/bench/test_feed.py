"""What ``manage.py bench feed`` measures, in small: it fills today's tables, on both databases, and finds every feed in them."""

import pytest

from config.management import feed_bench
from sparks.models import Shelf, Spark
from tests.factories.sparks import TopicFactory


@pytest.mark.django_db(transaction=True)
def test_the_bench_of_feeds_fills_and_reads_todays_tables() -> None:
    TopicFactory.create_batch(4)

    among = feed_bench.run(people=1100, sizes=[900], follows=2000, probes=1)["among"][900]

    assert Spark.objects.exclude(posted_at=None).count() >= 900
    assert Shelf.objects.count() >= 90
    assert {"for you, a guest of three topics, tenth page", "things of a seller, tenth page"} <= set(among)
