"""What a table holds of a person: the words with which each app's ``personal.py`` declares its models.

``privacy`` reads them all: a copy of somebody's data is made from them, and an account that is closed is erased by them.
A model without a word fails the suite (tests/privacy/test_registry.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

# The domain of addresses that stand where one was taken out: mail to it is never sent (RFC 2606).
GONE_DOMAIN = "gone.invalid"
GONE_ADDRESS = f"nobody@{GONE_DOMAIN}"


class Fate(StrEnum):
    """What becomes of rows about somebody whose account is erased."""

    GOES = "goes"
    # The row is needed by others or by the books: ``blank`` is written over what tells of her.
    LOSES_HER = "loses her"
    # Numbers, dates and codes alone; they lead to an account that says nothing any more.
    STAYS = "stays"
    # Nothing of a person.
    NOBODYS = "nobody's"


@dataclass(frozen=True, slots=True)
class Word:
    """What is said of one model. Paths are lookups from its rows to the number of a person, "@column" to an address of hers."""

    model: str
    fate: Fate
    # Rows that are hers: they stand in her copy, and their fate is this one.
    hers: tuple[str, ...] = ()
    # Rows of others about her: the same fate, and not in her copy.
    about: tuple[str, ...] = ()
    # Who acted at a desk: the row stays as it is and names somebody who left.
    acts: tuple[str, ...] = ()
    # Rows of hers that are not for her eyes.
    unseen: Mapping[str, Any] = field(default_factory=dict)
    # Columns that the copy leaves out: secrets, and what is others' own. Other people's numbers are left out by themselves.
    secret: tuple[str, ...] = ()
    # Other people whom she knows from this row: named by their handle.
    people: tuple[str, ...] = ()
    # Columns that are read in another way for her copy: given the row and her number. Bytes become a file of their own.
    opens: Mapping[str, Callable[[Any, int], Any]] = field(default_factory=dict)
    # Columns that name a file in the storage: it is in the copy, and is deleted with the row or the column.
    files: tuple[str, ...] = ()
    # What is written over columns: a value, an expression, or a function of the row.
    blank: Mapping[str, Any] = field(default_factory=dict)
    # Rows that a verb has emptied before, and that stay.
    emptied: Mapping[str, Any] = field(default_factory=dict)
    # Columns of text that say nothing of her, where the row is kept.
    plain: tuple[str, ...] = ()


def gone_email() -> Any:
    """An address of its own for each row that leads nowhere: as the column wants it, and from no person's."""
    return Concat(Value("gone-"), Cast(F("pk"), CharField()), Value(f"@{GONE_DOMAIN}"))
