"""Fixtures for every test: the named cast."""

import pytest
from django.test import Client

from accounts.models import User
from tests import cast


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
