"""docs/rules/attribution.md, run."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissions.attribution import (
    DEFAULT_POLICY,
    SESSION_POLICY,
    Branch,
    Journey,
    Policy,
    Standing,
    Touch,
    decide,
    decide_again,
    facts_as_json,
    normalised_email,
    people_in,
)
from core.money import part_of, reversed_share, share
from influencers.referrals import (
    TRAIL_LENGTH,
    as_stored,
    extended,
    from_stored,
    is_late,
    journey_as_stored,
    journey_from_stored,
)
from tests.rules.documents import table

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ITEM = 7
PEOPLE = {"mei": 1, "kai": 2, "jun": 3}
NAMES = {pk: name for name, pk in PEOPLE.items()}
POLICIES = {
    "2026-2": DEFAULT_POLICY,
    "session-24h": SESSION_POLICY,
    "assist": replace(DEFAULT_POLICY, version="assist", assist_bps=2_000),
    "ads-held": replace(DEFAULT_POLICY, version="ads-held", paid_ads="hold"),
    "ads-refused": replace(DEFAULT_POLICY, version="ads-refused", paid_ads="refuse"),
}
STANDINGS = {
    "": Standing(),
    "left": Standing(is_active=False),
    "suspended": Standing(is_suspended=True),
    "same person": Standing(is_same_person=True),
    "same mailbox": Standing(is_same_mailbox=True),
    "same address": Standing(is_same_address=True),
    "same card": Standing(is_same_card=True),
}
ROWS = table("attribution")


def day(text: str) -> datetime:
    return START + timedelta(days=float(text))


def touch_in(text: str) -> Touch:
    name, at, *words = text.split()
    return Touch(
        PEOPLE[name], "storefront", day(at), product_id=ITEM if "item" in words else None,
        opened_at=day(at) - timedelta(minutes=5) if "late" in words else None, is_paid="ad" in words,
    )  # fmt: skip


def journey_of(row: dict[str, str]) -> Journey:
    return Journey(
        product_id=ITEM, added_at=day(row["added"]), placed_at=day(row["ordered"]), code=row["code"].upper(),
        touches=tuple(touch_in(text) for text in row["touches"].split(", ") if text),
        code_influencer_id=PEOPLE.get(row["code"]),
    )  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "|".join(row.values()))
def test_the_worked_table_holds(row: dict[str, str]) -> None:
    credited = {name: Standing() for name in PEOPLE} | {"mei": STANDINGS[row["standing"]]}
    standings = {PEOPLE[name]: standing for name, standing in credited.items()}

    verdict = decide(journey_of(row), standings, POLICIES[row["policy"]])

    assert verdict.branch == row["branch"]
    assert (NAMES.get(verdict.influencer_id or 0, "") if verdict.is_credited else "") == row["credited"]
    assert NAMES.get(verdict.introducer_id or 0, "") == row["introduced by"]
    assert ", ".join(NAMES[pk] for pk in verdict.held) == row["held"]


def test_the_table_shows_every_branch() -> None:
    assert {row["branch"] for row in ROWS} == set(Branch)


@pytest.mark.parametrize("row", table("attribution", "Mailboxes"), ids=lambda row: row["one"])
def test_mailboxes_are_compared_not_spellings(row: dict[str, str]) -> None:
    assert (normalised_email(row["one"]) == normalised_email(row["other"])) is (row["same"] == "yes")


@pytest.mark.parametrize("row", table("attribution", "Sessions that end with an order"), ids=lambda row: row["branch"])
def test_an_order_ends_a_session(row: dict[str, str]) -> None:
    def hour(name: str) -> datetime:
        return START + timedelta(hours=float(row[f"{name} at hour"]))

    journey = Journey(
        ITEM, hour("added"), hour("ordered"), (Touch(1, "storefront", START),),
        previous_order_at=hour("previous order") if row["previous order at hour"] else None,
    )  # fmt: skip

    assert decide(journey, {1: Standing()}, SESSION_POLICY).branch == row["branch"]


def test_late_ends_after_an_hour_and_is_data() -> None:
    touch = Touch(1, "storefront", START + timedelta(minutes=60), opened_at=START)

    assert is_late(touch)
    assert not is_late(replace(touch, seen_at=START + timedelta(minutes=61)))
    assert not is_late(touch, replace(DEFAULT_POLICY, late_minutes=30))
    assert not is_late(replace(touch, opened_at=None))


def test_somebody_of_whom_nothing_is_known_is_not_credited() -> None:
    verdict = decide(Journey(ITEM, START, START, (Touch(1, "storefront", START),)), {})

    assert (verdict.branch, verdict.is_credited) == ("suspended", False)


def test_a_line_that_nobody_touched_is_nobodys() -> None:
    verdict = decide(Journey(ITEM, START, START), {})

    assert (verdict.influencer_id, verdict.is_credited) == (None, False)


# --- Trails

moments = st.integers(0, 60 * 60 * 24 * 365 * 5).map(
    lambda seconds: START - timedelta(days=800) + timedelta(seconds=seconds)
)
people = st.integers(1, 4)
touches = st.builds(
    Touch, influencer_id=people, source=st.sampled_from(["storefront", "spark:1"]), seen_at=moments,
    product_id=st.none() | st.integers(ITEM, ITEM + 1), live_at=st.none() | moments, opened_at=st.none() | moments,
)  # fmt: skip
policies = st.builds(
    Policy, window_hours=st.sampled_from([24, 720]), cart_lock_days=st.integers(1, 89), late_minutes=st.integers(0, 120),
    ends_with_order=st.booleans(), assist_bps=st.sampled_from([0, 2_000, 5_000]), refuses_household=st.booleans(),
)  # fmt: skip
flags = st.builds(Standing, *[st.booleans()] * 6)


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    """Touches within a hundred days around the moment an item is added, also out of order."""
    added = draw(moments)
    near = [
        replace(touch, seen_at=added + timedelta(minutes=draw(st.integers(-60 * 24 * 70, 60 * 24 * 30))))
        for touch in draw(st.lists(touches, max_size=6))
    ]
    code = draw(st.none() | people)
    return Journey(
        ITEM, added, added + timedelta(minutes=draw(st.integers(0, 60 * 24 * 100))),
        tuple(sorted(near, key=lambda touch: touch.seen_at)), "CODE" if code else "", code, draw(st.none() | moments),
    )  # fmt: skip


@given(journeys(), st.dictionaries(people, flags), policies)
def test_a_stored_decision_gives_the_same_answer_for_ever(
    journey: Journey, standings: dict[int, Standing], policy: Policy
) -> None:
    stored = json.loads(facts_as_json(journey_as_stored(journey), standings, policy))

    assert decide_again(stored) == decide(journey, standings, policy)


@given(journeys())
def test_a_journey_survives_being_stored(journey: Journey) -> None:
    assert journey_from_stored(json.loads(json.dumps(journey_as_stored(journey)))) == journey


@given(journeys(), policies, people, st.integers(0, 59), st.booleans())
def test_nothing_that_is_fired_at_the_checkout_wins_or_takes(
    journey: Journey, policy: Policy, thief: int, minutes: int, is_item: bool
) -> None:
    policy = replace(policy, late_minutes=60)
    everyone = dict.fromkeys(range(1, 5), Standing())
    opened = max([journey.added_at, *(touch.seen_at for touch in journey.touches)]) + timedelta(seconds=1)
    fired = Touch(thief, "storefront", opened + timedelta(minutes=minutes), ITEM if is_item else None, opened_at=opened)
    journey = replace(journey, placed_at=max(journey.placed_at, fired.seen_at))

    with_it = decide(replace(journey, touches=(*journey.touches, fired)), everyone, policy)
    without = decide(journey, everyone, policy)

    assert (with_it.is_credited, with_it.introducer_id) == (without.is_credited, without.introducer_id)
    if without.is_credited:
        assert with_it == without


@given(journeys(), st.dictionaries(people, flags), policies)
def test_whoever_is_credited_was_there_and_is_no_relative(
    journey: Journey, standings: dict[int, Standing], policy: Policy
) -> None:
    verdict = decide(journey, standings, policy)

    for pk in (verdict.influencer_id, verdict.introducer_id):
        assert pk is None or pk in people_in(journey)
    if verdict.is_credited:
        assert verdict.influencer_id is not None
        standing = standings[verdict.influencer_id]
        assert standing.is_active
        assert not standing.is_same_person
        assert not standing.is_same_mailbox
        assert not policy.refuses_household or not (standing.is_same_address or standing.is_same_card)
        assert verdict.introducer_id != verdict.influencer_id
    else:
        assert verdict.introducer_id is None


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize("start", ["2028-02-28T23:30", "2028-02-29T12:00", "2027-03-28T01:30", "2027-10-31T02:30", "2026-12-31T23:59"])  # fmt: skip
def test_windows_are_elapsed_time_in_every_zone_and_on_every_day(zone: str, start: str) -> None:
    seen = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone))
    last = (seen.astimezone(UTC) + timedelta(days=30)).astimezone(ZoneInfo(zone))

    def branch(added: datetime) -> str:
        return decide(Journey(ITEM, added, added, (Touch(1, "storefront", seen),)), {1: Standing()}).branch

    assert branch(last) == "cart_line"
    assert branch(last.astimezone(UTC) + timedelta(seconds=1)) == "outside_window"


@given(st.lists(touches, max_size=30))
def test_a_trail_is_short_and_keeps_the_first_and_the_last(visits: list[Touch]) -> None:
    trail: tuple[Touch, ...] = ()
    for touch in visits:
        trail = extended(trail, touch)

    assert len(trail) <= TRAIL_LENGTH
    if visits:
        assert trail[-1] == visits[-1]
        assert trail[0].influencer_id == visits[0].influencer_id


@given(touches)
def test_a_touch_survives_being_stored(touch: Touch) -> None:
    assert from_stored(json.loads(json.dumps(as_stored(touch)))) == touch


# --- Assist credit


@given(
    st.integers(1, 10**9), st.integers(0, 10_000), st.integers(0, 10_000),
    st.lists(st.integers(0, 10**9), min_size=1, max_size=6),
)  # fmt: skip
def test_two_shares_are_the_single_commission_to_the_cent_after_any_refunds(
    base: int, rate: int, assist: int, refunds: list[int]
) -> None:
    commission = share(base, rate)
    introducing = commission * assist // 10_000
    closing = commission - introducing
    before = (0, 0)
    for refunded in [*sorted(min(refund, base) for refund in refunds), base]:
        taken = reversed_share(commission, refunded, base)
        now = (
            part_of(taken, whole=commission, ahead=introducing, own=closing),
            part_of(taken, whole=commission, ahead=0, own=introducing),
        )
        assert sum(now) == taken
        assert now >= before
        assert now[0] >= before[0]
        assert now[1] >= before[1]
        assert now[0] <= closing
        assert now[1] <= introducing
        before = now
    assert before == (closing, introducing)
