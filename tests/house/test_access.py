"""Who may open what: every address of the site stands in this table, and the table is run.

An address that is missing here fails the suite, so nobody adds a page without
saying who may see it. The figures are the answers to a plain GET; acts answer 405
to it for those who may, because they take POST only.
"""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests import cast
from tests.conftest import client_for
from tests.house.access_table import ACCESS, ARGUMENTS, ELSEWHERE, ROLES
from tests.house.access_world import World, build


def names(resolver: URLResolver, space: str = "") -> set[str]:
    """Every URL name of the site, with its namespace."""
    found = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            found |= names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            found.add(f"{space}{pattern.name}")
    return found


def test_every_address_says_who_may() -> None:
    ours = {name for name in names(get_resolver()) if not name.startswith(ELSEWHERE)}

    assert ours - set(ACCESS) == set()
    assert set(ACCESS) - ours == set()


@pytest.fixture
def world(db: None) -> World:
    return build(cast)


@pytest.mark.parametrize("name", sorted(ACCESS))
def test_each_role_gets_the_answer_of_the_table(world: World, name: str) -> None:
    answers = {}
    for role in ROLES:
        client: Client = client_for(world.people[role])
        address = reverse(name, kwargs=ARGUMENTS[name](world)) if name in ARGUMENTS else reverse(name)
        answers[role] = client.get(address).status_code

    assert answers == dict(zip(ROLES, ACCESS[name], strict=True))
