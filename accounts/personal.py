"""What these tables hold of a person (core/personal.py says how to read it)."""

import json
from typing import Any

from accounts.models import Address, Handle
from core.personal import Fate, Word, gone_email
from core.sealing import keyed_hash, unseal


def _place(row: Address, _reader: int) -> Any:
    return json.loads(unseal(row.sealed))


def resting_name(shape: str) -> str:
    """What stands for the handle of somebody who left while nobody else may take it: it tells equal names, and is none."""
    return f"~{keyed_hash('handle', shape)[:29]}"


def _resting(row: Handle) -> str:
    return row.name if row.name.startswith("~") else resting_name(row.skeleton)


WORDS = (
    Word("accounts.PersonWord", Fate.GOES, hers=("user",)),
    Word("accounts.NameWord", Fate.NOBODYS),
    Word("accounts.NameForm", Fate.NOBODYS),
    Word("accounts.Address", Fate.GOES, hers=("user",), secret=("place_hash",), opens={"sealed": _place}),
    # Who looked is not told: it may be the desk of a seller. When and what for is.
    Word("accounts.AddressLook", Fate.STAYS, hers=("owner_id",), acts=("by_id",), secret=("by_id",), plain=("purpose", "about")),
    Word("accounts.Follow", Fate.GOES, hers=("follower",), about=("followed",), people=("followed",)),
    Word("accounts.Friend", Fate.GOES, hers=("user",), about=("friend",), people=("friend",)),
    # A refusal is kept and not told.
    Word("accounts.FriendRequest", Fate.GOES, hers=("asker", "asked"), secret=("refused_at",), people=("asker", "asked")),
    Word("accounts.Block", Fate.GOES, hers=("blocker",), about=("blocked",), people=("blocked",)),
    Word("accounts.Mute", Fate.GOES, hers=("user",), about=("muted",), people=("muted",)),
    Word("accounts.HandleChange", Fate.GOES, hers=("user",)),
    # A name rests as something that cannot be read, so that nobody else takes it at once.
    Word(
        "accounts.Handle", Fate.LOSES_HER, hers=("owner",), secret=("skeleton",),
        blank={"name": _resting, "skeleton": _resting},
    ),
    # The row stays, empty: what others did with her, and the books, lead to somebody who left.
    Word(
        "accounts.User", Fate.LOSES_HER, hers=("pk",), secret=("password", "is_superuser"), files=("avatar",),
        plain=("language",),
        blank={
            "email": gone_email(), "name": "", "handle": None, "bio": "", "avatar": "", "born_on": None, "password": "!",
            "findable_by": "nobody", "is_active": False, "is_staff": False, "is_superuser": False, "last_login": None,
        },
    ),
)  # fmt: skip
