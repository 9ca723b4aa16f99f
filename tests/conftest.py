"""Fixtures for every test: the named cast."""

import os
from collections.abc import Generator

import hypothesis
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

from accounts.models import User
from commissions import triggers
from influencers import triggers as influencer_triggers
from tests import cast, migrated


def pytest_configure() -> None:
    """No test fails for want of speed. Processes that share a Redis keep apart there: what one clears, another may be counting."""
    hypothesis.settings.register_profile("untimed", deadline=None)
    hypothesis.settings.load_profile("untimed")
    settings.CACHES["default"]["KEY_PREFIX"] = os.environ.get("PYTEST_XDIST_WORKER", "")


@pytest.fixture(scope="session")
def django_db_keepdb(
    request: pytest.FixtureRequest, django_db_keepdb: bool, django_db_createdb: bool, django_db_modify_db_settings: None
) -> bool:
    """Whether the tables are there already: an earlier run may have kept them."""
    return django_db_keepdb or (not django_db_createdb and migrated.lay(request.config.cache.mkdir("migrated")))


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Keep the tables for the next run."""
    with django_db_blocker.unblock():
        migrated.keep(request.config.cache.mkdir("migrated"))


@pytest.fixture
def mei(db: None) -> cast.Mei:
    return cast.mei()


@pytest.fixture
def lina(db: None) -> User:
    return cast.lina()


@pytest.fixture
def otto(db: None) -> User:
    return cast.otto()


@pytest.fixture
def rhea(db: None) -> User:
    return cast.rhea()


@pytest.fixture
def sol(db: None) -> cast.Sol:
    return cast.sol()


def client_for(user: User | None) -> Client:
    """A browser in which this person is signed in (a guest's for None)."""
    client = Client()
    if user is not None:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def as_guest(db: None) -> Client:
    return client_for(None)


@pytest.fixture
def as_mei(mei: cast.Mei) -> Client:
    return client_for(mei.user)


@pytest.fixture
def as_lina(lina: User) -> Client:
    return client_for(lina)


@pytest.fixture
def as_otto(otto: User) -> Client:
    return client_for(otto)


@pytest.fixture
def as_rhea(rhea: User) -> Client:
    return client_for(rhea)


@pytest.fixture
def as_sol(sol: cast.Sol) -> Client:
    return client_for(sol.user)


def uses_real_transactions(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return "live_server" in getattr(item, "fixturenames", []) or bool(marker and marker.kwargs.get("transaction"))


WAS_RUN = pytest.StashKey[bool]()


def pytest_runtest_call(item: pytest.Item) -> None:
    """Its fixtures are there: the database is the tests' own."""
    item.stash[WAS_RUN] = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Tests with real transactions are cleaned by DELETE on SQLite, which the triggers of ledger and log refuse: off for that moment."""
    if not (uses_real_transactions(item) and item.stash.get(WAS_RUN, False) and connection.vendor == "sqlite"):
        return (yield)
    blocker = item.config.stash[blocking_manager_key]
    with blocker.unblock(), connection.schema_editor() as editor:
        triggers.remove(apps, editor)
        influencer_triggers.remove(apps, editor)
    try:
        return (yield)
    finally:
        # After the last test the database itself is gone.
        if nextitem is not None:
            with blocker.unblock(), connection.schema_editor() as editor:
                triggers.install(apps, editor)
                influencer_triggers.install(apps, editor)
