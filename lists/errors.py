"""What lists refuse, with the words for the page."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class ListError(Exception):
    """Something about a list that was refused; its text says what to do."""


class TooWide(ListError):
    """This kind of list is not shown so widely."""

    def __init__(self) -> None:
        super().__init__(_("This kind of list cannot be shown so widely. Choose a smaller circle."))


class TooYoung(ListError):
    """Under 18, nothing is public."""

    def __init__(self) -> None:
        super().__init__(
            _("Before you are 18, a list can be shown to friends and to people you name, not to everyone.")
        )


class NotForHer(ListError):
    """The friend for whom a gift list is made cannot be invited to it."""

    def __init__(self, name: str) -> None:
        super().__init__(_("This list is for %(name)s, who must not see it. Invite somebody else.") % {"name": name})


class UnknownPerson(ListError):
    """Nobody whom she may see goes by this handle."""

    def __init__(self) -> None:
        super().__init__(_("Nobody with this handle was found. Check it, or look for the name under Friends."))


class NotThere(ListError):
    """The thing was removed in the meantime."""

    def __init__(self) -> None:
        super().__init__(_("This was removed from the list in the meantime. Choose something else."))


class AllTaken(ListError):
    """Others have taken what was wanted."""

    def __init__(self, left: int) -> None:
        if left:
            text = ngettext(
                "Only %(left)s is still free. Choose fewer.", "Only %(left)s are still free. Choose fewer.", left
            ) % {"left": left}
        else:
            text = _("Somebody has this already. Choose something else.")
        super().__init__(text)
        self.left = left


class NotTwice(ListError):
    """The product is on the other list already."""
