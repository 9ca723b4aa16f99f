"""The written rule of the reach score, run; and what holds for every figure."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influencers.scoring import (
    BANDS,
    DEFAULT_POLICY,
    DOUBTS,
    VERDICTS,
    AccountScore,
    Reach,
    Reading,
    band_of,
    band_value,
    policy_data,
    policy_faults,
    policy_from,
    score,
    score_account,
)

TODAY = date(2026, 11, 23)
RULE = (Path(__file__).parents[2] / "docs" / "rules" / "reach-score.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the table under a heading of the rule, without its head."""
    section = RULE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def number(cell: str) -> int | None:
    return None if cell == "-" else int(cell)


def reach_from(row: list[str]) -> Reach:
    network, followers, likes, comments, views, posts, following, age, fit = row[:9]
    days = number(age)
    return Reach(
        platform=network,
        handle="someone",
        followers=int(followers),
        posts_in_60_days=number(posts),
        likes=number(likes),
        comments=number(comments),
        views=number(views),
        following=number(following),
        opened_on=None if days is None else TODAY - timedelta(days=days),
        relevance=number(fit),
    )


@pytest.mark.parametrize("row", table("Worked table: one account"), ids=" ".join)
def test_every_line_of_the_written_rule_comes_out_as_written(row: list[str]) -> None:
    result = score([reach_from(row)], today=TODAY)

    assert (f"{result.points:.1f}", result.verdict, " ".join(result.flags) or "-") == (row[9], row[10], row[11])


def test_the_rule_is_written_out_in_at_least_the_seven_checked_examples() -> None:
    assert len(table("Worked table: one account")) >= 7


@pytest.mark.parametrize("row", table("Worked table: several accounts"), ids=" ".join)
def test_a_second_account_adds_a_tenth_and_a_third_none(row: list[str]) -> None:
    known = {line[9]: reach_from(line) for line in table("Worked table: one account")}
    reaches = [replace(known[points], handle=f"account{place}") for place, points in enumerate(row[0].split())]

    assert f"{score(reaches, today=TODAY).points:.1f}" == row[1]


def test_the_rule_names_the_version_of_the_policy_in_force() -> None:
    assert re.search(r"Version: \*\*(.+?)\*\*", RULE).group(1) == DEFAULT_POLICY.version


def test_weights_sum_to_one() -> None:
    assert sum(weight for _, weight in DEFAULT_POLICY.weights) == pytest.approx(1)


def test_no_account_scores_nothing_and_says_so() -> None:
    result = score([], today=TODAY)

    assert (result.points, result.verdict, result.flags) == (0.0, "not_yet", ("no_account",))


@pytest.mark.parametrize(
    ("rate", "value"), [(0, 0), (0.39, 20), (0.84, 40), (1.11, 60), (2.61, 85), (5.22, 100), (9, 100)]
)
def test_the_edges_of_a_band_are_worth_what_the_rule_says(rate: float, value: float) -> None:
    assert band_value(rate, BANDS["instagram"][2], DEFAULT_POLICY) == pytest.approx(value)


@pytest.mark.parametrize(("followers", "tier"), [(4_999, 0), (5_000, 1), (49_999, 2), (50_000, 3), (10**12, 6)])
def test_an_account_is_compared_with_accounts_of_its_size(followers: int, tier: int) -> None:
    assert band_of("instagram", followers, DEFAULT_POLICY) == BANDS["instagram"][tier]


counts = st.integers(min_value=0, max_value=10**10)
readings = st.builds(
    Reading,
    taken_on=st.dates(min_value=date(2025, 1, 1), max_value=TODAY),
    followers=counts,
    likes=st.none() | counts,
    comments=st.none() | counts,
)
reaches = st.builds(
    Reach,
    platform=st.sampled_from(sorted(BANDS)),
    handle=st.sampled_from(["ada", "ben", "cleo", "dana"]),
    followers=counts,
    posts_in_60_days=st.none() | st.integers(min_value=0, max_value=5_000),
    likes=st.none() | counts,
    comments=st.none() | counts,
    views=st.none() | counts,
    following=st.none() | counts,
    opened_on=st.none() | st.dates(min_value=date(2003, 1, 1), max_value=TODAY),
    relevance=st.none() | st.integers(min_value=0, max_value=4),
    is_proved=st.booleans(),
    refreshed_on=st.none() | st.dates(min_value=date(2025, 1, 1), max_value=TODAY),
    history=st.lists(readings, max_size=4).map(tuple),
)


def scored(reach: Reach) -> AccountScore:
    return score_account(reach, DEFAULT_POLICY, today=TODAY)


def not_worse(before: Reach, after: Reach, others: list[Reach]) -> None:
    """Neither the points nor the verdict of the account and of the applicant fell."""
    assert scored(after).points >= scored(before).points - 1e-9
    was, now = score([before, *others], today=TODAY), score([after, *others], today=TODAY)
    assert now.points >= was.points
    assert VERDICTS.index(now.verdict) >= VERDICTS.index(was.verdict)


@given(st.lists(reaches, max_size=4))
def test_points_stay_between_0_and_100_and_are_the_sum_of_the_parts(listed: list[Reach]) -> None:
    result = score(listed, today=TODAY)

    assert 0 <= result.points <= result.points_once_proved <= 100
    assert sum(part.points for part in result.parts) == pytest.approx(result.points, abs=0.051)


@given(reaches)
def test_a_missing_part_is_left_out_named_and_the_others_fill_its_place(reach: Reach) -> None:
    result = scored(reach)

    assert set(result.missing) == {part.key for part in result.parts if part.value is None}
    assert all(part.points == part.most == 0 for part in result.parts if part.value is None)
    assert sum(part.most for part in result.parts) == pytest.approx(100)


@given(st.lists(reaches, max_size=5), st.randoms())
@settings(max_examples=400)
def test_nothing_depends_on_the_order_of_accounts_nor_of_readings(listed: list[Reach], random: Random) -> None:
    shuffled = [replace(reach, history=tuple(random.sample(reach.history, len(reach.history)))) for reach in listed]
    random.shuffle(shuffled)

    assert score(shuffled, today=TODAY) == score(listed, today=TODAY)


@given(reaches, st.integers(min_value=1, max_value=10**6), st.lists(reaches, max_size=2))
def test_more_engagement_never_costs_while_it_stays_likely(reach: Reach, more: int, others: list[Reach]) -> None:
    before = replace(reach, likes=reach.likes or 0, views=reach.views or 10**6)
    after = replace(before, likes=before.likes + more)
    if not DOUBTS.isdisjoint(scored(after).flags):
        return

    not_worse(before, after, others)


@given(
    reaches.filter(lambda reach: reach.followers > 0),
    st.integers(min_value=2, max_value=50),
    st.lists(reaches, max_size=2),
)
def test_more_followers_at_the_same_rate_never_cost_within_a_tier(
    reach: Reach, times: int, others: list[Reach]
) -> None:
    before = replace(
        reach,
        history=(),
        followers=reach.followers % 40_000 + 1,
        views=None if reach.platform != "tiktok" else reach.views,
    )
    grown = 1 if before.platform == "tiktok" else times
    after = replace(
        before,
        followers=before.followers * times,
        likes=None if before.likes is None else before.likes * grown,
        comments=None if before.comments is None else before.comments * grown,
    )
    if band_of(after.platform, after.followers, DEFAULT_POLICY) != band_of(
        before.platform, before.followers, DEFAULT_POLICY
    ):
        return
    if "unlikely_engagement" in scored(after).flags:
        return

    not_worse(before, after, others)


@given(reaches, st.integers(min_value=1, max_value=60), st.lists(reaches, max_size=2))
def test_more_posts_never_cost(reach: Reach, more: int, others: list[Reach]) -> None:
    before = replace(reach, posts_in_60_days=reach.posts_in_60_days or 0)
    not_worse(before, replace(before, posts_in_60_days=before.posts_in_60_days + more), others)


@given(reaches, st.integers(min_value=0, max_value=3), st.lists(reaches, max_size=2))
def test_more_relevance_an_older_account_and_fewer_follows_never_cost(
    reach: Reach, relevance: int, others: list[Reach]
) -> None:
    before = replace(reach, relevance=relevance, opened_on=TODAY - timedelta(days=10), following=10**9)

    not_worse(before, replace(before, relevance=relevance + 1), others)
    not_worse(before, replace(before, opened_on=TODAY - timedelta(days=400)), others)
    not_worse(before, replace(before, following=10), others)


@given(st.lists(reaches, min_size=1, max_size=3), reaches)
def test_another_account_and_a_proof_never_cost(listed: list[Reach], another: Reach) -> None:
    was, now = score(listed, today=TODAY), score([*listed, another], today=TODAY)
    assert now.points >= was.points
    assert VERDICTS.index(now.verdict) >= VERDICTS.index(was.verdict)

    not_worse(replace(another, is_proved=False), another, listed)


def test_only_proved_accounts_count_and_the_others_are_told_as_what_they_would_add() -> None:
    good = reach_from(table("Worked table: one account")[1])
    small = replace(reach_from(table("Worked table: one account")[3]), handle="small")

    mixed = score([replace(good, is_proved=False), small], today=TODAY)
    assert (mixed.points, mixed.verdict) == (47.0, "close")
    assert (mixed.points_once_proved, mixed.verdict_once_proved) == (75.6, "likely")
    assert [(account.handle, account.is_proved) for account in mixed.accounts] == [("small", True), ("someone", False)]

    none = score([replace(good, is_proved=False)], today=TODAY)
    assert (none.points, none.verdict, none.flags, none.parts) == (0.0, "not_yet", ("no_proved_account",), ())


def test_a_doubted_account_neither_opens_the_door_nor_shuts_it() -> None:
    clean = reach_from(table("Worked table: one account")[0])
    doubted = replace(reach_from(table("Worked table: one account")[14]), handle="doubted")

    assert score([doubted], today=TODAY).verdict == "close"
    assert score([clean, doubted], today=TODAY).verdict == score([clean], today=TODAY).verdict == "likely"


HISTORY = table("Worked table: readings")


@pytest.mark.parametrize("row", HISTORY, ids=" ".join)
def test_every_line_of_the_table_of_readings_comes_out_as_written(row: list[str]) -> None:
    def reading(cell: str) -> Reading:
        age, followers, reactions = cell.split("/")
        return Reading(TODAY - timedelta(days=int(age)), int(followers), None if reactions == "-" else int(reactions))

    past, now = [reading(cell) for cell in row[0].split()], reading(row[1])
    reach = Reach(
        "instagram", "someone", now.followers, likes=now.likes, history=tuple(past), refreshed_on=now.taken_on
    )
    result = scored(reach)

    growth = "-" if result.growth is None else f"{100 * result.growth:.1f}"
    assert (growth, " ".join(result.flags) or "-") == (row[2], row[3])


def test_a_policy_survives_being_kept_as_data() -> None:
    kept = json.loads(json.dumps(policy_data(replace(DEFAULT_POLICY, open_countries=("JP", "DE")))))

    assert policy_from(kept, DEFAULT_POLICY.version) == replace(DEFAULT_POLICY, open_countries=("JP", "DE"))
    with pytest.raises(TypeError):
        policy_from({"no_such_number": 1}, "x")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"weights": (("engagement", 0.5), *DEFAULT_POLICY.weights[1:])}, "weights_sum"),
        ({"weights": DEFAULT_POLICY.weights[:-1]}, "weights_unknown"),
        ({"bands": {"x": ((1, 2, 3, 4),)}}, "bands_networks"),
        ({"bands": {**BANDS, "x": ((0.2, 0.1, 0.3, 0.4),)}}, "bands_rising"),
        ({"tiers": (5, 5)}, "tiers_rising"),
        ({"band_points": (0, 40, 60, 85)}, "band_points"),
        ({"follower_floor": 0}, "follower_floor"),
        ({"likely_from": 30}, "lines"),
        ({"auto_approve_from": 40}, "automatic_lines"),
    ],
)
def test_a_policy_that_cannot_be_used_is_told_why(change: dict[str, object], fault: str | None) -> None:
    faults = policy_faults(replace(DEFAULT_POLICY, **change))

    assert fault in faults if fault else faults == ()
