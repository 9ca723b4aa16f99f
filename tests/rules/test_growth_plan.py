"""The growth plan: whatever it names, doing it turns the verdict."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influencers.growth import Step, apply_step, plan
from influencers.scoring import BANDS, DEFAULT_POLICY, Reach, as_if_proved, score
from tests.rules.documents import table

TODAY = date(2026, 11, 23)
few = st.integers(min_value=0, max_value=3_000_000)
reaches = st.builds(
    Reach,
    platform=st.sampled_from(sorted(BANDS)),
    handle=st.sampled_from(["ada", "ben", "cleo"]),
    followers=few,
    posts_in_60_days=st.none() | st.integers(min_value=0, max_value=30),
    likes=st.none() | st.integers(min_value=0, max_value=50_000),
    comments=st.none() | st.integers(min_value=0, max_value=5_000),
    views=st.none() | few,
    following=st.none() | few,
    opened_on=st.none() | st.dates(min_value=date(2026, 1, 1), max_value=TODAY),
    relevance=st.none() | st.integers(min_value=0, max_value=4),
    is_proved=st.booleans(),
    refreshed_on=st.none() | st.dates(min_value=date(2026, 9, 1), max_value=TODAY),
)
listed = st.lists(reaches, min_size=1, max_size=3, unique_by=lambda reach: (reach.platform, reach.handle))


def verdict(accounts: list[Reach]) -> str:
    return score(accounts, DEFAULT_POLICY, today=TODAY).verdict


@given(listed)
@settings(max_examples=300)
def test_each_single_change_flips_the_verdict_and_nothing_smaller_does(accounts: list[Reach]) -> None:
    result = plan(accounts, DEFAULT_POLICY, today=TODAY)
    proved = as_if_proved(accounts)

    for step in result.singles:
        assert verdict(proved) != "likely"
        assert verdict(apply_step(proved, step, today=TODAY)) == "likely"
        nearer = step.after + (1 if step.before is not None and step.after < step.before else -1)
        # Asking the network again is one act, not an amount.
        if step.number != "refresh" and nearer != step.before and nearer >= 0:
            assert verdict(apply_step(proved, replace(step, after=nearer), today=TODAY)) != "likely"


@given(listed)
@settings(max_examples=300)
def test_a_combination_flips_the_verdict_and_needs_each_of_its_steps(accounts: list[Reach]) -> None:
    result = plan(accounts, DEFAULT_POLICY, today=TODAY)
    if not result.combination:
        return
    assert not result.singles

    def after(steps: tuple[Step, ...]) -> str:
        made = as_if_proved(accounts)
        for step in steps:
            made = apply_step(made, step, today=TODAY)
        return verdict(made)

    assert after(result.combination) == "likely"
    for step in result.combination:
        assert after(tuple(other for other in result.combination if other is not step)) != "likely"


@given(listed)
def test_a_part_that_is_not_enough_alone_says_how_far_it_leads(accounts: list[Reach]) -> None:
    result = plan(accounts, DEFAULT_POLICY, today=TODAY)
    now = score(as_if_proved(accounts), DEFAULT_POLICY, today=TODAY).points

    assert not {step.part for step in result.singles} & {part for part, _points in result.tops}
    for part, points in result.tops:
        assert points > now
        if part == "cadence":
            tries = [
                [replace(one, posts_in_60_days=99) if one is account else one for one in as_if_proved(accounts)]
                for account in as_if_proved(accounts)
            ]
            assert points >= max(score(tried, DEFAULT_POLICY, today=TODAY).points for tried in tries) - 0.1
            assert all(verdict(tried) != "likely" for tried in tries)


@given(listed)
def test_who_is_likely_needs_no_plan_and_who_only_lacks_proof_is_told_so(accounts: list[Reach]) -> None:
    result, now = (run(accounts, DEFAULT_POLICY, today=TODAY) for run in (plan, score))

    assert result.is_there == (now.verdict == "likely")
    if not result.is_there and now.verdict_once_proved == "likely":
        assert result.needs_proof
        assert verdict(as_if_proved(accounts)) == "likely"
        assert result.singles == result.combination == ()


def told(step: Step) -> str:
    return f"{step.part} {step.number} {'-' if step.before is None else step.before} {step.after}"


def number(cell: str) -> int | None:
    return None if cell == "-" else int(cell)


@pytest.mark.parametrize(
    "row", table("reach-score", "Worked table: growth plan"), ids=lambda row: " ".join(row.values())
)
def test_every_line_of_the_written_plan_comes_out_as_written(row: dict[str, str]) -> None:
    reach = Reach(
        platform=row["network"],
        handle="someone",
        followers=int(row["followers"]),
        likes=number(row["likes"]),
        comments=number(row["comments"]),
        posts_in_60_days=number(row["posts"]),
        following=number(row["following"]),
        relevance=number(row["fit"]),
        opened_on=None if row["age"] == "-" else TODAY - timedelta(days=int(row["age"])),
    )

    result = plan([reach], DEFAULT_POLICY, today=TODAY)

    assert (", ".join(map(told, result.singles)) or "-") == row["one of these"]
    assert (", ".join(map(told, result.combination)) or "-") == row["all of these"]
    tops = ", ".join(f"{part} {points}" for part, points in result.tops)
    assert (tops or "-") == row["not enough alone"]
