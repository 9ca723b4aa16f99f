"""Every word about every model, and the rows that it concerns."""

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from accounts import personal as accounts
from accounts.models import User
from accounts.queries import addresses_of
from catalog import personal as catalog
from commissions import personal as commissions
from core.personal import Word
from influencers import personal as influencers
from lists import personal as lists
from notifications import personal as notifications
from orders import personal as orders
from privacy import personal as own
from sparks import personal as sparks
from storefront import personal as storefront

# From the top of the house down: what is erased first leans on what is erased after.
ROOMS = (sparks, storefront, commissions, lists, orders, influencers, notifications, own, accounts)
WORDS: tuple[Word, ...] = tuple(word for room in (*ROOMS, catalog) for word in room.WORDS)


def model_of(word: Word) -> type[Model]:
    """The model that a word is about."""
    return apps.get_model(word.model)


def rows(word: Word, user: User, *, mine_only: bool) -> QuerySet:
    """The rows that a word concerns: those of her copy, or all that are erased. By the plain manager, which hides nothing."""
    which = Q(pk__in=[])
    for path in word.hers if mine_only else (*word.hers, *word.about):
        which |= _condition(path, user)
    found = model_of(word)._base_manager.filter(which)
    # A second query by number: a join to many rows would give some twice.
    found = model_of(word)._base_manager.filter(pk__in=found.values("pk"))
    left_out = word.unseen if mine_only else word.emptied
    return found.exclude(**left_out) if left_out else found


def _condition(path: str, user: User) -> Q:
    if not path.startswith("@"):
        return Q(**{path: user.pk})
    condition = Q(pk__in=[])
    for address in addresses_of(user):
        condition |= Q(**{f"{path[1:]}__iexact": address})
    return condition


def in_copy() -> list[Word]:
    """Words whose rows stand in a copy, in the order in which somebody reads them: herself first."""
    return [word for word in reversed(WORDS) if word.hers]


def file_columns() -> Iterator[tuple[type[Model], str]]:
    """Every column that names a file of somebody's."""
    for word in WORDS:
        for column in word.files:
            yield model_of(word), column


def still_named(paths: Iterable[str]) -> set[str]:
    """Those of the files that some row names."""
    wanted = list(paths)
    found: set[str] = set()
    for model, column in file_columns():
        found |= set(model._base_manager.filter(**{f"{column}__in": wanted}).values_list(column, flat=True))
    return found
