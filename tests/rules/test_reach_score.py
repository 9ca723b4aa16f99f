"""The written rule of the reach score, run; and what holds for every figure."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influencers.scoring import (
    BANDS,
    DEFAULT_POLICY,
    AccountScore,
    Reach,
    band_of,
    band_value,
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
        posts_in_60_days=int(posts),
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
reaches = st.builds(
    Reach,
    platform=st.sampled_from(sorted(BANDS)),
    handle=st.just("someone"),
    followers=counts,
    posts_in_60_days=st.integers(min_value=0, max_value=5_000),
    likes=st.none() | counts,
    comments=st.none() | counts,
    views=st.none() | counts,
    following=st.none() | counts,
    opened_on=st.none() | st.dates(min_value=date(2003, 1, 1), max_value=TODAY),
    relevance=st.none() | st.integers(min_value=0, max_value=4),
)


def scored(reach: Reach) -> AccountScore:
    return score_account(reach, DEFAULT_POLICY, today=TODAY)


@given(st.lists(reaches, max_size=4))
def test_points_stay_between_0_and_100_and_are_the_sum_of_the_parts(listed: list[Reach]) -> None:
    result = score(listed, today=TODAY)

    assert 0 <= result.points <= 100
    assert sum(part.points for part in result.parts) == pytest.approx(result.points, abs=0.051)


@given(reaches)
def test_a_missing_part_is_left_out_named_and_the_others_fill_its_place(reach: Reach) -> None:
    result = scored(reach)

    assert set(result.missing) == {part.key for part in result.parts if part.value is None}
    assert all(part.points == part.most == 0 for part in result.parts if part.value is None)
    assert sum(part.most for part in result.parts) == pytest.approx(100)


@given(reaches, st.integers(min_value=1, max_value=10**6))
def test_more_engagement_never_costs_points_while_it_stays_likely(reach: Reach, more: int) -> None:
    before = replace(reach, likes=reach.likes or 0, views=reach.views or 10**6)
    after = replace(before, likes=before.likes + more)
    if "unlikely_engagement" in scored(after).flags:
        return

    assert scored(after).points >= scored(before).points - 1e-9


@given(reaches, st.integers(min_value=1, max_value=10**6))
def test_more_followers_at_the_same_engagement_never_cost_points_within_a_tier(reach: Reach, more: int) -> None:
    before = replace(reach, likes=None, comments=None)
    after = replace(before, followers=before.followers + more)

    assert scored(after).points >= scored(before).points - 1e-9


@given(reaches, st.integers(min_value=1, max_value=60))
def test_more_posts_never_cost_points(reach: Reach, more: int) -> None:
    assert scored(replace(reach, posts_in_60_days=reach.posts_in_60_days + more)).points >= scored(reach).points - 1e-9


@given(st.lists(reaches, min_size=1, max_size=3), reaches)
def test_another_account_never_costs_points(listed: list[Reach], another: Reach) -> None:
    assert score([*listed, another], today=TODAY).points >= score(listed, today=TODAY).points
