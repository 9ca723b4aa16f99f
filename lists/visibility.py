"""Who may do what with a list. Pure; docs/rules/visibility.md says the rule and is run as its test.

This is the one place that decides. Pages, searches, counts, exports and mails ask
``rights`` (one list) or ``List.objects.visible_to`` (many), and a test holds the two
to the same truth table.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a list is for."""

    SHOPPING = "shopping"
    WISH = "wish"
    IDEA = "idea"
    GIFT = "gift"


class Audience(StrEnum):
    """Who sees a list besides its owner and the people whom she named."""

    PRIVATE = "private"
    NAMED = "named"
    FRIENDS = "friends"
    LINK = "link"
    PUBLIC = "public"


class Role(StrEnum):
    """What somebody who was named may do."""

    NONE = ""
    VIEW = "view"
    BUY = "buy"
    SUGGEST = "suggest"
    EDIT = "edit"


# Who may see which kind at all. A gift list is seen by its owner and by the givers whom she named, and nobody else.
AUDIENCES: dict[Kind, tuple[Audience, ...]] = {
    Kind.SHOPPING: (Audience.PRIVATE, Audience.NAMED, Audience.LINK),
    Kind.WISH: tuple(Audience),
    Kind.IDEA: tuple(Audience),
    Kind.GIFT: (Audience.PRIVATE, Audience.NAMED),
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """What is between somebody and a list."""

    is_member: bool = False  # signed in
    is_owner: bool = False
    is_recipient: bool = False  # the friend for whom a gift list is made
    is_blocked: bool = False  # either way, between her and the owner
    is_friend: bool = False
    has_link: bool = False  # came by the list's present link
    role: Role = Role.NONE


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do with a list. All false: for her it is not there."""

    view: bool = False
    # Sees what others take, and may take something herself.
    give: bool = False
    suggest: bool = False
    edit: bool = False
    # Audience, people, link, removal: the owner's alone.
    manage: bool = False


NOTHING = Rights()


def rights(kind: Kind, audience: Audience, viewer: Viewer, *, is_revealed: bool = False) -> Rights:
    """What this viewer may do with a list of this kind and audience.

    The recipient of a gift list sees nothing of it, whatever else she is: owner of a link, named by mistake, staff.
    The owner and who edits with her see nothing of what others take, until it is revealed.
    """
    if viewer.is_recipient:
        return NOTHING
    if viewer.is_owner:
        return Rights(view=True, give=kind is Kind.GIFT or is_revealed, suggest=True, edit=True, manage=True)
    if viewer.is_blocked:
        return NOTHING
    named = audience is not Audience.PRIVATE and viewer.role is not Role.NONE
    reached = (
        (audience is Audience.PUBLIC)
        or (audience is Audience.LINK and viewer.has_link)
        or (audience is Audience.FRIENDS and viewer.is_friend)
    )
    if not (named or (reached and audience in AUDIENCES[kind])):
        return NOTHING
    edits = named and viewer.role is Role.EDIT
    if kind is Kind.WISH:
        # Who may only look, looks; who edits sees as little as the owner.
        asked = reached or (named and viewer.role is not Role.VIEW)
        gives = is_revealed if edits else asked
    else:
        gives = kind is Kind.GIFT
    return Rights(
        view=True,
        give=gives,
        suggest=edits or (named and viewer.role is Role.SUGGEST),
        edit=edits,
    )
