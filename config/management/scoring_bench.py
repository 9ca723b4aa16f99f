"""What ``manage.py bench scoring`` measures: creators scored a second by one core, from readings of two months, and plans beside them."""

import random
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from influencers import growth, scoring

SEED = 2017
TODAY = date(2026, 11, 23)
NETWORKS = tuple(scoring.BANDS)
PLANS = 1_000


def creators(count: int, rng: random.Random) -> Iterator[scoring.Reach]:
    """Invented accounts of every network and size, each with the numbers of today and of a month ago."""
    before, earlier = TODAY - timedelta(days=31), TODAY - timedelta(days=400)
    for number in range(count):
        followers = int(10 ** rng.uniform(2.5, 7))
        likes, comments = int(followers * rng.random() * 0.05), int(followers * rng.random() * 0.004)
        yield scoring.Reach(
            platform=NETWORKS[number % len(NETWORKS)],
            handle=f"creator{number}",
            followers=followers,
            posts_in_60_days=rng.randrange(30),
            likes=likes,
            comments=comments,
            views=followers // 2,
            following=rng.randrange(3_000),
            opened_on=earlier,
            relevance=number % 5,
            refreshed_on=TODAY,
            history=(
                scoring.Reading(before, int(followers * rng.uniform(0.6, 1.05)), likes, comments, followers // 2),
            ),
        )


def run(count: int) -> dict[str, Any]:
    """Processor time of scoring each creator once, and of a thousand growth plans; making the creators is not counted."""
    rng = random.Random(SEED)  # noqa: S311  (an invented world)
    policy, spent, done = scoring.DEFAULT_POLICY, 0.0, 0
    verdicts = dict.fromkeys(scoring.VERDICTS, 0)
    made = creators(count, rng)
    while batch := [reach for _, reach in zip(range(10_000), made, strict=False)]:
        start = time.process_time()
        for reach in batch:
            verdicts[scoring.score((reach,), policy, today=TODAY).verdict] += 1
        spent += time.process_time() - start
        done += len(batch)
    planned = list(creators(PLANS, rng))
    start = time.process_time()
    for reach in planned:
        growth.plan((reach,), policy, today=TODAY)
    plans = time.process_time() - start
    return {
        "creators": done,
        "readings": 2 * done,
        "creators_per_second_and_core": round(done / spent) if spent else None,
        "plans_per_second_and_core": round(PLANS / plans) if plans else None,
        "verdicts": verdicts,
    }
