"""The written rules of probation and conduct, run."""

from datetime import UTC, datetime, timedelta

import pytest

from influencers import conduct, probation
from influencers.models import Influencer, Sanction
from tests.rules.documents import table

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize("row", table("conduct", "Worked table: probation"), ids=lambda row: " ".join(row.values()))
def test_probation_steps_come_out_as_written(row: dict[str, str]) -> None:
    step = probation.step(sales=int(row["sales"]), day=int(row["day"]), reminded=int(row["reminded"]))

    assert step == row["step"].strip("-")


@pytest.mark.parametrize("row", table("conduct", "Worked table: times"), ids=lambda row: row["what"])
def test_times_are_those_of_the_page(row: dict[str, str]) -> None:
    ends = {
        "a warning is forgotten": conduct.ends_at(conduct.WARNING, AT),
        "a suspension ends": conduct.ends_at(conduct.SUSPENSION, AT),
        "a ban that nobody confirms falls": conduct.ends_at(conduct.BAN, AT, is_proposed=True),
        "a ban ends": conduct.ends_at(conduct.BAN, AT),
        "an appeal is possible": conduct.appeal_until(AT),
        "a proof's end is told ahead": AT + timedelta(days=conduct.PROOF_NOTICE_DAYS),
        "a shop without a proof stays open": AT + timedelta(days=conduct.PROOF_GRACE_DAYS),
        "a probation ends": AT + timedelta(days=probation.DEFAULT_POLICY.days),
    }[row["what"]]

    assert ends == (None if row["days"] == "-" else AT + timedelta(days=int(row["days"])))


@pytest.mark.parametrize("row", table("conduct", "Worked table: who"), ids=lambda row: " ".join(row.values()))
def test_who_may_judge_comes_out_as_written(row: dict[str, str]) -> None:
    people = {"she herself": 1, "who imposed it": 2, "who confirmed it": 3, "who answered its appeal": 4, "another": 5}

    assert conduct.may_judge(people[row["person"]], subject=1, decided=(2, 3, 4)) is (row["may"] == "yes")


@pytest.mark.parametrize("row", table("conduct", "Worked table: second person"), ids=lambda row: " ".join(row.values()))
def test_second_persons_come_out_as_written(row: dict[str, str]) -> None:
    assert conduct.needs_second_person(row["sanction"], row["balance"] == "yes") is (row["second"] == "yes")


@pytest.mark.parametrize("row", table("conduct", "Worked table: shop"), ids=lambda row: " ".join(row.values()))
def test_the_state_of_a_shop_comes_out_as_written(row: dict[str, str]) -> None:
    state = conduct.state(
        has_ban=row["ban"] == "yes",
        is_suspended=row["suspension"] == "yes",
        has_failed_probation=row["probation failed"] == "yes",
    )

    assert state == row["state"]


@pytest.mark.parametrize("row", table("conduct", "Worked table: money"), ids=lambda row: row["state"])
def test_what_a_state_does_to_money_comes_out_as_written(row: dict[str, str]) -> None:
    assert conduct.has_left(row["state"]) is (row["new sales earn"] == "no") is (row["minimum of a payout"] == "no")
    assert conduct.is_held(row["state"]) is (row["held"] == "yes")


def test_every_state_of_a_shop_stands_in_the_table_of_money() -> None:
    assert [row["state"] for row in table("conduct", "Worked table: money")] == list(Influencer.State.values)


def test_the_reasons_of_the_page_are_those_of_the_code() -> None:
    assert [row["reason"] for row in table("conduct", "Worked table: reasons")] == list(Sanction.Reason.values)


def test_a_pause_costs_no_day() -> None:
    ends = AT + timedelta(days=180)

    assert probation.day_of(AT, ends) == 0
    assert probation.day_of(AT + timedelta(days=90), ends) == 90
    assert probation.day_of(AT + timedelta(days=100), ends + timedelta(days=10)) == 90
