"""Claiming a handle."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.errors import HandleRefused, HandleTaken, TooManyHandleChanges
from accounts.models import Handle, User
from accounts.services.profile import claim_handle


def test_a_free_name_is_taken_in_its_normal_form(lina: User) -> None:
    claim_handle(user=lina, name="@Lina.Shops")

    lina.refresh_from_db()
    assert lina.handle == "lina.shops"


@pytest.mark.parametrize("name", ["slowhome", "SlowHome", "slow.home", "s1owhome", "ѕlowhоme1".replace("1", "")])
def test_a_taken_name_or_one_that_looks_like_it_is_refused(lina: User, otto: User, name: str) -> None:
    claim_handle(user=otto, name="slowhome")

    with pytest.raises((HandleTaken, HandleRefused)):
        claim_handle(user=lina, name=name)

    lina.refresh_from_db()
    assert lina.handle is None
    assert Handle.objects.count() == 1


def test_free_names_are_suggested(lina: User, otto: User) -> None:
    claim_handle(user=otto, name="slowhome")

    with pytest.raises(HandleTaken) as refusal:
        claim_handle(user=lina, name="slowhome")

    assert "@slowhome.lina" in str(refusal.value)


@pytest.mark.parametrize("name", ["admin", "me", "..", "x" * 31, "\x00abc", "аdmin"])
def test_what_cannot_be_a_handle_changes_nothing(lina: User, name: str) -> None:
    with pytest.raises(HandleRefused):
        claim_handle(user=lina, name=name)

    assert Handle.objects.count() == 0


def test_claiming_ones_own_again_changes_nothing(lina: User) -> None:
    claim_handle(user=lina, name="lina.shops")
    claim_handle(user=lina, name="lina.shops")

    assert Handle.objects.filter(owner=lina).count() == 1


def test_a_released_name_rests_ninety_days(lina: User, otto: User) -> None:
    claim_handle(user=lina, name="first.name")
    claim_handle(user=lina, name="second.name")

    with pytest.raises(HandleTaken):
        claim_handle(user=otto, name="first.name")
    Handle.objects.filter(name="first.name").update(released_at=timezone.now() - timedelta(days=91))
    claim_handle(user=otto, name="first.name")

    otto.refresh_from_db()
    assert otto.handle == "first.name"


def test_its_owner_may_take_a_released_name_back(lina: User) -> None:
    claim_handle(user=lina, name="first.name")
    claim_handle(user=lina, name="second.name")
    claim_handle(user=lina, name="first.name")

    lina.refresh_from_db()
    assert lina.handle == "first.name"


@pytest.mark.parametrize(
    "names",
    [
        ["one.name", "two.name", "three.name", "four.name"],
        ["one.name", "two.name", "one.name", "two.name"],
        ["lina", "l.ina", "lina", "li.na"],
    ],
    ids=["new each time", "to and fro", "look-alikes"],
)
def test_a_handle_changes_at_most_twice_a_year(lina: User, names: list[str]) -> None:
    for name in names[:3]:
        claim_handle(user=lina, name=name)

    with pytest.raises(TooManyHandleChanges):
        claim_handle(user=lina, name=names[3])

    lina.refresh_from_db()
    assert lina.handle == names[2]


def test_a_year_later_it_changes_again(lina: User) -> None:
    for name in ("one.name", "two.name", "three.name"):
        claim_handle(user=lina, name=name)

    with time_machine.travel(timezone.now() + timedelta(days=366)):
        claim_handle(user=lina, name="four.name")

    assert lina.handle == "four.name"
