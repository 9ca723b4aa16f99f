"""Who sees a list: the worked table, and the query held to the same rule for everybody and every circle."""

from itertools import product

import pytest

from accounts.models import Block, User
from lists.models import List, ListMember
from lists.queries import rights_on
from lists.visibility import AUDIENCES, Audience, Kind, Rights, Role, Viewer, rights
from tests.factories.accounts import UserFactory, befriend
from tests.factories.lists import ListFactory
from tests.rules.documents import table


def viewer(text: str) -> Viewer:
    words = text.split()
    role = next((word.partition(":")[2] for word in words if word.startswith("named:")), "")
    return Viewer(
        is_member="guest" not in words, is_owner="owner" in words, is_recipient="recipient" in words,
        is_blocked="blocked" in words, is_friend="friend" in words, has_link="link" in words, role=Role(role),
    )  # fmt: skip


@pytest.mark.parametrize("row", table("visibility"), ids=lambda row: f"{row['kind']} {row['circle']} {row['viewer']}")
def test_the_worked_table(row: dict[str, str]) -> None:
    answer = rights(Kind(row["kind"]), Audience(row["circle"]), viewer(row["viewer"]))
    words = " ".join(name for name in Rights.__slots__ if getattr(answer, name)) or "nothing"

    assert words == row["rights"]


@pytest.mark.parametrize(("kind", "audience"), [(kind, audience) for kind in Kind for audience in AUDIENCES[kind]])
@pytest.mark.parametrize("role", list(Role))
def test_nobody_sees_more_than_the_owner_and_the_recipient_sees_nothing(
    kind: Kind, audience: Audience, role: Role
) -> None:
    for facts in product((False, True), repeat=4):
        blocked, friend, link, member = facts
        one = Viewer(is_member=member, is_blocked=blocked, is_friend=friend, has_link=link, role=role)
        assert not rights(kind, audience, one).manage
        assert rights(kind, audience, Viewer(is_recipient=True, is_friend=friend, has_link=link, role=role)) == Rights()
        if blocked:
            assert rights(kind, audience, one) == Rights()


@pytest.fixture
def people(db: None) -> dict[str, User | None]:
    """Everybody who may come by a list of the owner's."""
    names = ["owner", "stranger", "friend", "named", "blocked", "blocker", "recipient", "staff"]
    cast: dict[str, User | None] = {name: UserFactory(name=name.title()) for name in names}
    befriend(cast["owner"], cast["friend"])
    befriend(cast["owner"], cast["recipient"])
    Block.objects.create(blocker=cast["owner"], blocked=cast["blocked"])
    Block.objects.create(blocker=cast["blocker"], blocked=cast["owner"])
    User.objects.filter(pk=cast["staff"].pk).update(is_staff=True, is_superuser=True)
    return {**cast, "guest": None}


@pytest.mark.parametrize(("kind", "audience"), [(kind, audience) for kind in Kind for audience in AUDIENCES[kind]])
def test_many_lists_are_shown_by_the_rule_for_one(
    people: dict[str, User | None], kind: Kind, audience: Audience
) -> None:
    row = ListFactory(
        owner=people["owner"],
        kind=kind,
        audience=audience,
        recipient=people["recipient"] if kind is Kind.GIFT else None,
    )
    for name in ("named", "blocked", "recipient"):
        ListMember.objects.create(list=row, user=people[name], role="edit")

    for name, person in people.items():
        one = rights_on(List.objects.select_related("owner").get(pk=row.pk), person).view
        many = List.objects.visible_to(person).filter(pk=row.pk).exists()
        assert one == many, name
        if person is not None:
            gives = rights_on(List.objects.select_related("owner").get(pk=row.pk), person).give
            assert gives == List.objects.giveable_by(person).filter(pk=row.pk).exists(), name
