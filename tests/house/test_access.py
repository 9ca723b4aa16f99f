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


FOREIGN_ACTS = [
    ("other creator", "storefront:edit_collection"), ("other creator", "storefront:move_collection"),
    ("other creator", "storefront:remove_collection"), ("other creator", "storefront:add_pick"),
    ("other creator", "storefront:reorder_picks"), ("other creator", "storefront:change_note"),
    ("other creator", "storefront:move_pick"), ("other creator", "storefront:remove_pick"),
    ("stranger", "orders:change_line"), ("seller", "orders:change_line"), ("stranger", "orders:confirm_payment"),
]  # fmt: skip


@pytest.mark.parametrize(("role", "name"), FOREIGN_ACTS)
def test_somebody_elses_object_is_not_found_and_stays(world: World, role: str, name: str) -> None:
    address = reverse(name, kwargs=ARGUMENTS[name](world))
    form = {
        "quantity": "0",
        "title": "Mine",
        "note": "Mine",
        "by": "1",
        "position": "1",
        "product": world.pick.product_id,
    }

    answer = client_for(world.people[role]).post(address, {**form, "answer": "confirm", "order": [world.pick.pk]})

    for row in (world.collection, world.pick, world.cart_line, world.order):
        before = dict(vars(row))
        row.refresh_from_db()
        assert {k: v for k, v in vars(row).items() if k[0] != "_"} == {k: v for k, v in before.items() if k[0] != "_"}
    assert answer.status_code == 404


@pytest.mark.parametrize("act", ["approve", "decline", "ask"])
def test_only_reviewers_decide(world: World, act: str) -> None:
    address = reverse(f"influencers:{act}", args=[world.application.pk])
    form = {"note": "x", "reason": "other", "question": "x"}
    for role in ("stranger", "owner", "seller"):
        assert client_for(world.people[role]).post(address, form).status_code == 403

    world.application.refresh_from_db()
    assert world.application.state == "submitted"
