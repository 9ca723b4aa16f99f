"""docs/rules/spark-*.md, run; and what follows from them for any input."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparks import badges, holding
from sparks.feeds import Standing, has_a_place, is_in_first_audience, mix
from sparks.labels import Facts, labels
from sparks.tags import EDGE, WHOLE, OutsidePicture, parse_percent, placed
from sparks.trending import PRODUCTS, SPARKS, Kind, Policy, Score, Voice, heat, score
from tests.rules.documents import table


@pytest.mark.parametrize("row", table("spark-labels"), ids=lambda row: row["labels"])
def test_labels(row: dict[str, str]) -> None:
    facts = Facts(*(row[name] == "yes" for name in ("paid", "gifted", "creator", "tags")))

    assert (" ".join(labels(facts)) or "none") == row["labels"]


def place(text: str) -> tuple[int, int]:
    across, down = text.split()
    return int(across), int(down)


@pytest.mark.parametrize("row", table("spark-tags"), ids=lambda row: f"{row['wanted']} {row['other tags']}")
def test_tags(row: dict[str, str]) -> None:
    others = [] if row["other tags"] == "none" else [place(part) for part in row["other tags"].split(";")]
    if row["place"] == "refused":
        with pytest.raises(OutsidePicture):
            placed(*place(row["wanted"]), others)
    else:
        assert placed(*place(row["wanted"]), others) == place(row["place"])


@pytest.mark.parametrize(("text", "found"), [("29.4", 2940), ("29,4", 2940), ("0", 0), ("100", 10_000), (" 6 ", 600)])
def test_percent_as_typed(text: str, found: int) -> None:
    assert parse_percent(text) == found


@pytest.mark.parametrize("text", ["", "abc", "-1", "100.1", "nan", "inf", "1e9", "٥٠٠"])
def test_percent_that_is_none(text: str) -> None:
    with pytest.raises(OutsidePicture):
        parse_percent(text)


@given(st.lists(st.tuples(st.integers(0, WHOLE), st.integers(0, WHOLE)), max_size=5))
def test_five_tags_always_find_room(wanted: list[tuple[int, int]]) -> None:
    found: list[tuple[int, int]] = []
    for x, y in wanted:
        found.append(placed(x, y, found))

    assert all(EDGE <= x <= WHOLE - EDGE and EDGE <= y <= WHOLE - EDGE for x, y in found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("row", table("spark-feeds", "Places"), ids=lambda row: " ".join(row.values()))
def test_places(row: dict[str, str]) -> None:
    standing = Standing(int(row["views"]), int(row["likes"]), int(row["comments"]))
    earned = "earned" if has_a_place(standing) else "none"

    assert ("first audience" if is_in_first_audience(standing) else earned) == row["place"]


@pytest.mark.parametrize("row", table("spark-feeds"), ids=lambda row: row["page"])
def test_feeds(row: dict[str, str]) -> None:
    page, posts, adverts = mix(
        ["p"] * int(row["posts"]), ["A"] * int(row["adverts"]), shown=int(row["shown before"]), size=8
    )

    assert (" ".join(page) or "nothing") == row["page"]
    assert (posts, adverts) == (page.count("p"), page.count("A"))


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 12))
def test_no_five_in_a_row_hold_two_adverts_on_any_page_size(posts: int, adverts: int, size: int) -> None:
    whole: list[str] = []
    left, paid = ["p"] * posts, ["A"] * adverts
    while True:
        page, taken, used = mix(left, paid, shown=len(whole), size=size)
        whole += page
        left, paid = left[taken:], paid[used:]
        if len(page) < size:
            break

    assert whole.count("p") == posts
    assert all(whole[start : start + 5].count("A") <= 1 for start in range(len(whole)))


NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def voice(person: int, kind: Kind, hours: int, days: int, *, is_circle: bool = False) -> Voice:
    return Voice(person, kind, NOW - timedelta(hours=hours), NOW - timedelta(days=days), is_circle)


def voices(text: str) -> list[Voice]:
    found: list[Voice] = []
    person = 0
    for part in text.split(";") if text != "none" else []:
        times, _, acts = part.strip().rpartition("x ")
        for _ in range(int(times or 1)):
            person += 1
            for act in acts.split("+"):
                kind, _, rest = act.strip().lstrip("*").partition("@")
                age, _, days = rest.partition("/")
                found.append(voice(person, Kind(kind), int(age), int(days), is_circle="*" in act))
    return found


def heat_of(found: Score, policy: Policy = PRODUCTS) -> int:
    return 0 if found.level is None else heat(found.level, NOW, policy)


@pytest.mark.parametrize("row", table("spark-trending"), ids=lambda row: row["voices"])
def test_trending(row: dict[str, str]) -> None:
    answer = score(
        voices(row["voices"]), now=NOW, delivered=int(row["delivered"]), returned=int(row["returned"])
    )  # fmt: skip

    assert heat_of(answer) == int(row["heat"])


@pytest.mark.parametrize("row", table("spark-lively"), ids=lambda row: row["voices"])
def test_lively(row: dict[str, str]) -> None:
    assert heat_of(score(voices(row["voices"]), now=NOW, policy=SPARKS), SPARKS) == int(row["heat"])


def test_the_explanation_counts_whom_it_left_out() -> None:
    answer = score(voices("5x *vote@0/100; owner@0/100; 50x vote@0/1"), now=NOW)

    assert (answer.owners, answer.votes, answer.young, answer.circle, heat_of(answer)) == (1, 3, 50, 2, 24_000)


VOICES = st.lists(
    st.builds(
        voice, st.integers(1, 12), st.sampled_from([kind for kind in Kind if kind != Kind.COMMENT]), st.integers(-48, 800),
        st.integers(0, 60), is_circle=st.booleans(),
    ),
    max_size=25,
)  # fmt: skip


def of_one_circle(found: list[Voice]) -> list[Voice]:
    """A person is of the circle or is not, whatever she did."""
    return [replace(one, is_circle=one.person % 3 == 0) for one in found]


@given(VOICES, st.integers(0, 30), st.integers(0, 30), st.booleans())
def test_one_more_owner_never_lowers(found: list[Voice], delivered: int, returned: int, friend: bool) -> None:
    facts: dict[str, Any] = {"now": NOW, "delivered": delivered, "returned": min(returned, delivered)}
    before = of_one_circle(found)
    more = voice(99, Kind.OWNER, 0, 100, is_circle=friend)

    assert (score([*before, more], **facts).level or 0) >= (score(before, **facts).level or 0)


@given(VOICES, st.sampled_from(list(Kind)), st.integers(0, 13))
def test_a_ring_of_fifty_new_accounts_moves_nothing(found: list[Voice], kind: Kind, days: int) -> None:
    before = of_one_circle(found)
    ring = [voice(1000 + n, kind, 0, days) for n in range(50)]

    assert score([*before, *ring], now=NOW).level == score(before, now=NOW).level


@given(VOICES, st.randoms())
def test_the_order_in_which_voices_are_read_changes_nothing(found: list[Voice], rng: Random) -> None:
    before = of_one_circle(found)
    mixed = [*before]
    rng.shuffle(mixed)

    assert score(mixed, now=NOW) == score(before, now=NOW)


@given(VOICES, st.integers(1, 800))
def test_time_alone_changes_nothing_before_it_is_due(found: list[Voice], hours: int) -> None:
    before = of_one_circle(found)
    first = score(before, now=NOW)
    later = NOW + timedelta(hours=hours)
    again = score(before, now=later)

    if first.due_at is None or later < first.due_at:
        assert again == first
    else:
        assert again.due_at is None or again.due_at > first.due_at


def test_a_voice_from_a_clock_that_is_ahead_counts_when_its_moment_comes() -> None:
    early = voice(1, Kind.VOTE, -2, 100)
    first = score([early], now=NOW)

    assert (first.level, first.due_at) == (None, early.at)
    assert score([early], now=early.at).votes == 1


def test_a_voice_halves_in_a_week_and_keeps_its_level() -> None:
    level = score([voice(1, Kind.OWNER, 0, 100)], now=NOW).level
    assert level is not None
    assert [heat(level, NOW + timedelta(hours=hours)) for hours in (0, 168, 336)] == [12_000, 6_000, 3_000]


@pytest.mark.parametrize("row", table("spark-holding"), ids=lambda row: f"{row['text']} {row['account days']}")
def test_holding(row: dict[str, str]) -> None:
    answer = holding.verdict(
        links=holding.outside_links(row["text"], "shop.example"),
        mentioned=len(holding.mentions(row["text"])),
        account_days=int(row["account days"]),
    )

    assert answer == row["verdict"]


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 30))
def test_fewer_links_and_an_older_account_are_never_judged_harder(links: int, mentioned: int, days: int) -> None:
    order = list(holding.Verdict)

    def hardness(links: int, mentioned: int, days: int) -> int:
        return order.index(holding.verdict(links=links, mentioned=mentioned, account_days=days))

    here = hardness(links, mentioned, days)
    assert hardness(max(links - 1, 0), mentioned, days) <= here
    assert hardness(links, max(mentioned - 1, 0), days) <= here
    assert hardness(links, mentioned, days + 1) <= here


@given(st.text(max_size=400))
def test_any_text_is_judged(text: str) -> None:
    assert 0 <= holding.outside_links(text, "shop.example") <= len(text)
    assert all(len(name) >= 1 for name in holding.mentions(text))


def thanks(text: str) -> list[badges.Thanks]:
    found: list[badges.Thanks] = []
    for part in text.split(";") if text != "none" else []:
        times, _, days = part.strip().rpartition("x ")
        for _ in range(int(times or 1)):
            found.append(
                found[-1]
                if days == "same"
                else badges.Thanks(len(found) + 1, int(days.lstrip("*")), is_circle=days.startswith("*"))
            )
    return found


@pytest.mark.parametrize("row", table("spark-badges"), ids=lambda row: f"{row['thanks']} {row['owned']}")
def test_badges(row: dict[str, str]) -> None:
    answer = badges.standing(thanks(row["thanks"]), owned=int(row["owned"]))

    assert (answer.helped, answer.level) == (int(row["helped"]), row["badge"])


THANKS = st.lists(
    st.builds(badges.Thanks, person=st.integers(1, 20), account_days=st.integers(0, 40), is_circle=st.booleans()),
    max_size=30,
)
LEVELS = list(badges.Level)


@given(THANKS, st.integers(0, 5))
def test_the_same_people_once_more_a_ring_and_friends_raise_nothing(given_: list[badges.Thanks], owned: int) -> None:
    before = badges.standing(given_, owned=owned)
    ring = [badges.Thanks(1000 + n, 13) for n in range(50)] + [
        badges.Thanks(2000 + n, 400, is_circle=True) for n in range(50)
    ]

    assert badges.standing([*given_, *given_, *ring], owned=owned) == before


@given(THANKS, st.integers(0, 5))
def test_one_more_stranger_or_thing_never_lowers(given_: list[badges.Thanks], owned: int) -> None:
    before = LEVELS.index(badges.standing(given_, owned=owned).level)

    assert LEVELS.index(badges.standing([*given_, badges.Thanks(99, 100)], owned=owned).level) >= before
    assert LEVELS.index(badges.standing(given_, owned=owned + 1).level) >= before
