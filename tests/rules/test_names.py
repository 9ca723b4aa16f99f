"""When a typed name fits a name: the worked table, and texts that must do no harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.names import allowed, distance, forms_of, score, split, words_of
from tests.rules.documents import table


@pytest.mark.parametrize("row", table("name-search"), ids=lambda row: f"{row['typed']} for {row['name']}")
def test_the_worked_table(row: dict[str, str]) -> None:
    match = score(row["typed"], row["name"])

    assert (match.reason.value if match.score else "none") == row["reason"]


@given(st.text(max_size=400), st.text(max_size=120))
def test_any_text_is_harmless(name: str, typed: str) -> None:
    assert len(words_of(name)) <= 24
    assert all(0 < len(word) <= 40 for word in words_of(name))
    assert 0 <= score(typed, name).score <= 100


@given(st.text(alphabet="abcdefghij", min_size=5, max_size=8), st.data())
def test_words_within_the_forgiven_edits_share_a_form(word: str, data: st.DataObject) -> None:
    """The promise of the symmetric delete: nothing that the distance would accept is missed."""
    other = word
    for _edit in range(data.draw(st.integers(0, 2))):
        place = data.draw(st.integers(0, len(other) - 1))
        other = other[:place] + data.draw(st.sampled_from(["", "x", other[place] + "y"])) + other[place + 1 :]
    if 5 <= len(other) <= 8 and distance(word, other, allowed(word)) is not None:
        assert forms_of(word) & forms_of(other)


def test_a_long_name_and_one_of_emoji() -> None:
    assert split("x" * 300) == ["x" * 40]
    assert words_of("😀😀") == []
    assert score("שרה", "שרה כהן").score > 90
