"""docs/rules/ledger.md and docs/rules/payouts.md, run."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commissions.audit import INVARIANTS
from commissions.settling import (
    Carrier,
    Due,
    NoPayout,
    Standing,
    carrier_of,
    due,
    next_run,
    slot_of,
    take_back,
    to_write_off,
)
from tests.rules.documents import table

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")
amounts = st.integers(0, 10**12)


def by_row(row: dict[str, str]) -> str:
    return "|".join(row.values())


@pytest.mark.parametrize("row", table("ledger", "Taking back"), ids=by_row)
def test_the_table_of_taking_back_holds(row: dict[str, str]) -> None:
    standing = Standing(*(int(row[name]) for name in ("accrued", "base", "pending", "held", "cleared", "taken before")))

    steps = take_back(standing, int(row["refunded"]), is_out=row["out"] == "yes")

    assert ", ".join(f"{step.account} {step.amount}" for step in steps) == row["steps"]


@pytest.mark.parametrize("row", table("ledger", "Where cleared money is"), ids=by_row)
def test_the_table_of_carriers_holds(row: dict[str, str]) -> None:
    carriers = [
        Carrier(number, *map(int, text.split("/"))) for number, text in enumerate(row["payouts as until/returned"].split(), 1)
    ]  # fmt: skip

    found = carrier_of(int(row["entry"]), carriers)

    assert str(found.payout_id if found else "none") == row["out in"]


@pytest.mark.parametrize("row", table("payouts", "Worked table: what is due"), ids=by_row)
def test_the_table_of_what_is_due_holds(row: dict[str, str]) -> None:
    found = due(int(row["cleared"]), int(row["owed"]), minimum=int(row["minimum"]), is_closing=row["closing"] == "yes")

    if row["why not"]:
        assert found == NoPayout(row["why not"])
    else:
        assert found == Due(int(row["sent"]), int(row["kept back"]))


@pytest.mark.parametrize("row", table("payouts", "Worked table: which run is due"), ids=by_row)
def test_the_table_of_runs_holds(row: dict[str, str]) -> None:
    now = datetime.fromisoformat(row["now"]).replace(tzinfo=OSLO)

    assert slot_of(now, OSLO) == row["slot"]
    assert next_run(now, OSLO).isoformat() > row["now"][:10] or row["now"][11:] < "06:00"


@pytest.mark.parametrize("row", table("payouts", "Worked table: what is written off"), ids=by_row)
def test_the_table_of_debts_holds(row: dict[str, str]) -> None:
    pairs = [text.split(":") for text in row["debts"].split()]
    debts = [(NOW - timedelta(days=int(days)), int(amount)) for days, amount in pairs]

    assert str(to_write_off(debts, int(row["settled"]), NOW)) == row["written off"]


def test_every_invariant_of_the_document_is_code() -> None:
    words = {name for row in table("ledger", "Invariants") for name in [row["invariant"]]}

    assert words == {f"I{n}" for n in range(1, 18)}
    covered = {"I5", "I6", *(name for name in INVARIANTS if "-" not in name)}
    assert words == covered


def test_every_bad_input_of_the_document_is_tried() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parents[1].rglob("test_*.py"))

    for row in table("ledger", "Bad input"):
        assert f"def {row['test']}(" in tests, row["input"]


@given(cleared=amounts, owed=amounts, minimum=st.integers(1, 10**6), is_closing=st.booleans())
def test_a_payout_never_takes_more_than_half_nor_more_than_there_is(
    cleared: int, owed: int, minimum: int, is_closing: bool
) -> None:
    found = due(cleared, -owed, minimum=minimum, is_closing=is_closing)

    if isinstance(found, Due):
        assert found.amount + found.netted == cleared
        assert found.netted <= min(owed, cleared // 2)
        assert is_closing or found.amount >= minimum


@given(
    accrued=st.integers(1, 10**9),
    base=st.integers(1, 10**10),
    shares=st.lists(st.floats(0, 1), max_size=8),
    out=st.booleans(),
)
def test_no_sequence_of_refunds_loses_a_cent(accrued: int, base: int, shares: list[float], out: bool) -> None:
    taken = 0
    for refunded in [*(int(base * share) for share in shares), base]:
        standing = Standing(accrued, base, cleared=accrued - (0 if out else taken), taken_back=taken)
        taken += sum(step.amount for step in take_back(standing, refunded, is_out=out))
        assert 0 <= taken <= accrued

    assert taken == accrued
