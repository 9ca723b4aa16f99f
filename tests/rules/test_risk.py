"""The written rule of risk, run."""

from dataclasses import replace
from datetime import date

import pytest

from influencers import risk
from influencers.scoring import DEFAULT_POLICY, Reach, score_account
from tests.rules.documents import table

TODAY = date(2026, 11, 23)
ON = replace(DEFAULT_POLICY, auto_approve=True, auto_decline=True)


def applicant(*reaches: Reach, **more: object) -> risk.Applicant:
    scored = tuple(score_account(reach, DEFAULT_POLICY, today=TODAY) for reach in reaches)
    return risk.Applicant(accounts=scored, reaches=reaches, **more)


def keys(who: risk.Applicant) -> list[str]:
    return [signal.key for signal in risk.signals(who, DEFAULT_POLICY)]


GOOD = Reach("instagram", "mei", 25_000, likes=230, comments=20, posts_in_60_days=20)


def test_the_levels_are_those_of_the_page_and_its_order_is_the_desks() -> None:
    rows = table("risk", "Worked table: levels")

    assert [(row["signal"], row["level"]) for row in rows] == list(risk.LEVELS.items())


def test_every_flag_of_the_score_has_a_level() -> None:
    flags = {name.removesuffix("_penalty") for name in DEFAULT_POLICY.__slots__ if name.endswith("_penalty")}

    assert flags - {"unlikely_engagement"} <= set(risk.LEVELS)


@pytest.mark.parametrize("row", table("risk", "Worked table: claims"), ids=lambda row: " ".join(row.values()))
def test_claims_come_out_as_written(row: dict[str, str]) -> None:
    claim = risk.Claim("instagram", "mei", int(row["stated"]), int(row["fetched"]))

    assert keys(applicant(GOOD, claims=(claim,))) == ([] if row["signal"] == "-" else [row["signal"]])


@pytest.mark.parametrize("row", table("risk", "Worked table: second person"), ids=lambda row: " ".join(row.values()))
def test_second_persons_come_out_as_written(row: dict[str, str]) -> None:
    why = risk.second_reason(int(row["followers"]), row["risk"].strip("-"), DEFAULT_POLICY)

    assert why == row["why"].strip("-")


@pytest.mark.parametrize("row", table("risk", "Worked table: automatic"), ids=lambda row: " ".join(row.values()))
def test_automatic_decisions_come_out_as_written_and_not_at_all_when_switched_off(row: dict[str, str]) -> None:
    facts = {
        "points": float(row["points"]),
        "points_once_proved": float(row["once proved"]),
        "verdict": row["verdict"],
        "followers": int(row["followers"]),
        "risk": row["risk"].strip("-"),
        "is_confirmed": row["confirmed"] == "yes",
    }

    decision = risk.automatic(**facts, policy=ON)
    assert (decision.state if decision else "-") == row["decision"]
    assert risk.automatic(**facts, policy=DEFAULT_POLICY) is None


@pytest.mark.parametrize("row", table("risk", "Worked table: applying again"), ids=lambda row: row["reason"])
def test_the_day_of_applying_again_comes_out_as_written(row: dict[str, str]) -> None:
    day = risk.reapply_on(row["reason"], date(2026, 11, 1), DEFAULT_POLICY)

    assert (day.isoformat() if day else "never") == row["again from"]


def test_signals_name_their_account_and_stand_in_the_order_of_the_page() -> None:
    bought = Reach("instagram", "bought", 200_000, likes=180, comments=20, posts_in_60_days=1)
    pods = replace(GOOD, handle="pods", likes=3_000)
    found = risk.signals(
        applicant(
            GOOD,
            bought,
            pods,
            shared=frozenset({("instagram", "mei")}),
            barred=frozenset({("instagram", "pods")}),
            mail_domain="mx.YOPMAIL.com",
        ),
        DEFAULT_POLICY,
    )

    assert [(signal.key, signal.handle) for signal in found] == [
        ("barred_account", "pods"),
        ("duplicate_account", "mei"),
        ("engagement_too_high", "pods"),
        ("engagement_too_low", "bought"),
        ("quiet", "bought"),
        ("disposable_mail", ""),
    ]
    assert risk.level(found) == "high"


def test_a_quiet_applicant_gives_no_signal() -> None:
    who = applicant(GOOD, mail_domain="notyopmail.com")

    assert keys(who) == []
    assert risk.level(risk.signals(who, DEFAULT_POLICY)) == ""
