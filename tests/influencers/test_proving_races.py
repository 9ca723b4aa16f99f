"""Two at once: one account backs one person, one reviewer decides, five looks an hour are five."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from accounts.models import User
from influencers.errors import AccountTaken, CodeNotThere, NothingToJudge, ProgrammeError, SignInRefused, TooManyTries
from influencers.models import Connection, ProofTry
from influencers.services import proving
from tests.factories.accounts import UserFactory
from tests.influencers.test_proving import way_back
from tests.platform_server import World

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[type[ProgrammeError] | None]:
    """Start all acts at the same moment; what each raised, or None."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> type[ProgrammeError] | None:
        try:
            barrier.wait(timeout=30)
            act()
        except ProgrammeError as refusal:
            return type(refusal)
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def waits(user: User) -> Connection:
    """Her connection to the one account, with a code that a reviewer is asked to look for."""
    connection = proving.connect(user=user, platform="instagram", handle="otto.makes")
    proving.give_code(connection=connection)
    return proving.check_code(connection=Connection.objects.get(pk=connection.pk))


def outcome(raised: list[type[ProgrammeError] | None]) -> list[str]:
    return sorted("done" if one is None else one.__name__ for one in raised)


def test_of_two_people_whose_proof_is_accepted_at_once_one_has_the_account(otto: User, lina: User, rhea: User) -> None:
    first, second = waits(otto), waits(lina)

    raised = at_once(
        lambda: proving.accept(connection_pk=first.pk, reviewer=rhea, asked="code"),
        lambda: proving.accept(connection_pk=second.pk, reviewer=rhea, asked="code"),
    )

    assert outcome(raised) == [AccountTaken.__name__, "done"]
    assert Connection.objects.proved().count() == 1
    # The one that lost waits on, as it was.
    assert Connection.objects.waiting().count() == 1


def test_of_two_reviewers_at_once_one_decides(otto: User, rhea: User) -> None:
    connection, other = waits(otto), UserFactory()

    raised = at_once(
        lambda: proving.accept(connection_pk=connection.pk, reviewer=rhea, asked="code"),
        lambda: proving.refuse(connection_pk=connection.pk, reviewer=other, asked="code", words="It is not there."),
    )

    assert outcome(raised) == [NothingToJudge.__name__, "done"]
    connection.refresh_from_db()
    assert bool(connection.proof) != bool(connection.refusal)


def test_of_six_looks_at_once_one_is_refused(otto: User, world: World) -> None:
    connection = proving.connect(user=otto, platform="youtube", handle="otto.makes")
    proving.give_code(connection=connection)

    raised = at_once(*[lambda: proving.check_code(connection=Connection.objects.get(pk=connection.pk))] * 6)

    assert outcome(raised) == [CodeNotThere.__name__] * 5 + [TooManyTries.__name__]
    assert ProofTry.objects.count() == 5


def test_a_state_that_comes_back_twice_at_once_is_used_once(otto: User, world: World) -> None:
    connection = proving.connect(user=otto, platform="youtube", handle="otto.makes")
    back = way_back(proving.begin_sign_in(connection=connection))

    raised = at_once(*[lambda: proving.finish_sign_in(user=otto, platform="youtube", **back)] * 2)

    assert outcome(raised) == [SignInRefused.__name__, "done"]
    assert sum(asked.path == "/youtube/token" for asked in world.asked) == 1
