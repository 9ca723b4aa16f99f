"""What accounts refuse, with the words for the page."""

from django.utils.translation import gettext as _

from accounts.handles import Reason


class AccountError(Exception):
    """Something about oneself that was refused; ``message`` says what to do."""

    message = ""

    def __str__(self) -> str:
        return self.message


class HandleRefused(AccountError):
    """The name cannot be a handle."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = {
            Reason.SHAPE: _("Use 3 to 30 letters a to z, numbers, dots or dashes. Start with a letter."),
            Reason.SEPARATORS: _("Use single dots and dashes between letters, and none at the end."),
            Reason.RESERVED: _("This name is kept for the shop itself. Try another one."),
        }[reason]


class HandleTaken(AccountError):
    """Somebody else has the name, or one that looks like it."""

    def __init__(self, name: str, suggestions: list[str]) -> None:
        super().__init__(name)
        self.suggestions = suggestions
        self.message = _("@%(name)s is taken, or looks like a name that is.") % {"name": name}
        if suggestions:
            options = ", ".join(f"@{option}" for option in suggestions)
            self.message += " " + _("Free: %(options)s.") % {"options": options}


class TooManyHandleChanges(AccountError):
    """The handle was changed twice within a year."""

    def __init__(self) -> None:
        super().__init__()
        self.message = _("A handle can be changed twice a year. You have done so: try again later.")
