"""docs/rules/handles.md, run; and the reserved words against the site's own addresses."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.handles import RESERVED, normalise, refusal_reason, skeleton, suggestions
from tests.rules.documents import table


@pytest.mark.parametrize("row", table("handles"), ids=lambda row: row["name"])
def test_the_worked_table_holds(row: dict[str, str]) -> None:
    assert (refusal_reason(row["name"]) or "ok") == row["answer"]


def test_names_that_look_alike_share_a_skeleton() -> None:
    assert skeleton("slowhome") == skeleton("Slow.Home") == skeleton("s1owhome") == skeleton("ѕlowhоme")
    assert skeleton("slowhome") != skeleton("fasthome")


def test_suggestions_are_names_that_can_be_taken() -> None:
    options = suggestions("slowhome", "Mei Tanaka")

    assert options[0] == "slowhome.mei"
    assert all(refusal_reason(option) is None for option in options)


def test_normalised_names_lose_the_at_sign_and_their_capitals() -> None:
    assert normalise(" @SlowHome ") == "slowhome"


def test_no_first_word_of_an_address_can_be_a_handle() -> None:
    def first_words(resolver: URLResolver, before: str = "") -> set[str]:
        found: set[str] = set()
        for pattern in resolver.url_patterns:
            route = before + str(pattern.pattern).lstrip("^")
            if isinstance(pattern, URLResolver):
                found |= first_words(pattern, route)
            elif isinstance(pattern, URLPattern):
                found.add(route.split("/")[0])
        return found

    words = {
        word
        for word in first_words(get_resolver())
        if word and "<" not in word and "(" not in word and "\\" not in word
    }

    # Shorter words than three letters are refused by their shape already.
    assert {word for word in words if refusal_reason(word) is None} == set()
    assert {word for word in words if len(word) > 2} <= RESERVED
