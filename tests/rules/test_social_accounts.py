"""docs/rules/social-handles.md and docs/rules/impossible-figures.md, run; and the pure rules of fetching."""

from datetime import UTC, date, datetime, timedelta

import pytest

from influencers.plausible import impossible
from influencers.politeness import is_stale, next_night, retry_at
from influencers.social_handles import NETWORKS, Trouble, UnreadableHandle, profile_url, read_handle, same_key
from influencers.typical import Counted, typical
from tests.rules.documents import table

HANDLES = table("social-handles")
FIGURES = table("impossible-figures")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("row", HANDLES, ids=lambda row: f"{row['network']} {row['typed']}")
def test_the_table_of_names_holds(row: dict[str, str]) -> None:
    typed = row["typed"].replace("␣", " ").replace("␀", "\u200b").replace("(nothing)", "")

    if row["name or trouble"] in set(Trouble):
        with pytest.raises(UnreadableHandle) as refusal:
            read_handle(typed, row["network"])
        assert refusal.value.trouble == row["name or trouble"]
    else:
        name = read_handle(typed, row["network"])
        assert (name, same_key(name, row["network"])) == (row["name or trouble"], row["key"])


def test_the_table_of_names_shows_every_network_and_every_trouble() -> None:
    assert {row["network"] for row in HANDLES} == set(NETWORKS)
    assert set(Trouble) <= {row["name or trouble"] for row in HANDLES}


def test_the_letter_that_misleads_is_named() -> None:
    with pytest.raises(UnreadableHandle) as refusal:
        read_handle("ottо", "x")
    assert refusal.value.sign == "о"


@pytest.mark.parametrize(
    "row", [row for row in HANDLES if row["key"]], ids=lambda row: f"{row['network']} {row['typed']}"
)
def test_the_address_of_a_profile_is_read_as_its_name_again(row: dict[str, str]) -> None:
    name = row["name or trouble"]

    assert read_handle(profile_url(name, row["network"]), row["network"]) == name


@pytest.mark.parametrize("row", FIGURES, ids=str)
def test_the_table_of_figures_holds(row: dict[str, str]) -> None:
    def number(name: str) -> int | None:
        return None if row[name] == "-" else int(row[name])

    found = impossible(
        platform=row["network"], likes=number("likes"), comments=number("comments"), views=number("views"),
        opened_on=None if row["opened"] == "-" else date.fromisoformat(row["opened"]),
    )  # fmt: skip

    assert (" ".join(found) or "-") == row["field"]


def test_a_typical_post_is_the_middle_one_of_the_last_thirty() -> None:
    viral = Counted(NOON - timedelta(days=1), likes=1_000_000, comments=9)
    old = [Counted(NOON - timedelta(days=70 + day), likes=1, comments=1) for day in range(10)]
    recent = [Counted(NOON - timedelta(days=2 + day), likes=100 + day, comments=None) for day in range(30)]

    middle = typical([*old, viral, *recent], now=NOON)

    assert (middle.likes, middle.comments, middle.views) == (115, 9, None)
    assert (middle.posts_in_60_days, middle.newest_at) == (31, viral.at)
    assert typical(reversed([*old, viral, *recent]), now=NOON) == middle


def test_no_post_is_nothing_known() -> None:
    middle = typical([], now=NOON)

    assert (middle.likes, middle.posts_in_60_days, middle.newest_at) == (None, 0, None)


def test_a_post_of_tomorrow_does_not_count_as_recent() -> None:
    assert typical([Counted(NOON + timedelta(days=1))], now=NOON).posts_in_60_days == 0


@pytest.mark.parametrize(
    ("now", "dice", "night"),
    [
        (NOON, 0.0, datetime(2026, 3, 2, 2, tzinfo=UTC)),
        (NOON, 1.0, datetime(2026, 3, 2, 6, tzinfo=UTC)),
        (datetime(2026, 3, 1, 1, 59, tzinfo=UTC), 0.5, datetime(2026, 3, 1, 4, tzinfo=UTC)),
        (datetime(2026, 3, 1, 2, 0, tzinfo=UTC), 0.0, datetime(2026, 3, 2, 2, tzinfo=UTC)),
    ],
)
def test_figures_are_fetched_again_the_next_night(now: datetime, dice: float, night: datetime) -> None:
    assert next_night(now, dice) == night


@pytest.mark.parametrize(
    ("failures", "dice", "asked_wait", "minutes"),
    [
        (1, 0.0, None, 5),
        (1, 1.0, None, 10),
        (2, 1.0, None, 20),
        (4, 0.5, None, 60),
        (20, 1.0, None, 24 * 60),
        (1, 0.0, 3600, 60),
        (3, 1.0, 1, 40),
        (1, 0.0, 10**9, 24 * 60),
    ],
)
def test_a_failed_fetch_waits_longer_each_time_and_never_less_than_was_asked(
    failures: int, dice: float, asked_wait: int | None, minutes: int
) -> None:
    assert retry_at(NOON, failures, dice, asked_wait=asked_wait) == NOON + timedelta(minutes=minutes)


def test_figures_of_three_missed_nights_are_out_of_date() -> None:
    assert not is_stale(NOON - timedelta(days=3), NOON)
    assert is_stale(NOON - timedelta(days=3, seconds=1), NOON)
