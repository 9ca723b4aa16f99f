"""What the programme refuses, in the words that its pages say."""

from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _


class ProgrammeError(Exception):
    """Nothing was changed. ``message`` says why and what to do."""

    status = 422

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = str(message)


class AlreadyDecided(ProgrammeError):
    """Somebody was quicker: the application is not in the state any more from which this was asked."""

    status = 409

    def __init__(self, state: str | Promise) -> None:
        super().__init__(
            _("Nothing was changed: somebody was quicker. This application is now: %(state)s.") % {"state": state}
        )


class OwnApplication(ProgrammeError):
    """A reviewer tried to decide her own application."""

    status = 403

    def __init__(self) -> None:
        super().__init__(_("Nothing was changed: nobody decides her own application. Another reviewer will."))


class AlreadyApplied(ProgrammeError):
    """She has an application under way that can no longer be edited."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("Your application is sent. It cannot be changed while it is in review."))


class AlreadyInfluencer(ProgrammeError):
    """She was approved before."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("You are in the programme already."))


class TooSoon(ProgrammeError):
    """She was declined and may apply again only from ``reapply_on``."""

    status = 409

    def __init__(self, reapply_on: date) -> None:
        self.reapply_on = reapply_on
        super().__init__(
            _("You can apply again on %(day)s. Your answers are kept until then.")
            % {"day": date_format(reapply_on, "DATE_FORMAT")}
        )


class Incomplete(ProgrammeError):
    """The draft lacks something; ``step`` is the page where it is entered."""

    def __init__(self, step: str, message: str | Promise) -> None:
        self.step = step
        super().__init__(message)


class NotEligible(ProgrammeError):
    """No account has the followers that the programme asks for. Sending would only cost her the waiting time."""

    def __init__(self, floor: int) -> None:
        super().__init__(
            _(
                "One account needs %(floor)d followers or more before you can apply."
                " Your answers are kept: come back when you are there."
            )
            % {"floor": floor}
        )


class MissingReason(ProgrammeError):
    """A decline without a reason that is known."""

    def __init__(self) -> None:
        super().__init__(_("Choose a reason: the applicant reads it."))


class MissingText(ProgrammeError):
    """A question or an answer without words."""

    def __init__(self) -> None:
        super().__init__(_("Write something first."))


class BadCode(ProgrammeError):
    """A creator's code that has a wrong form or is somebody else's."""


class TooMany(ProgrammeError):
    """She has as many of them as one may have."""


class BadDestination(ProgrammeError):
    """A channel that leads nowhere on this site, or has the name of another one."""

    def __init__(self, message: str | Promise = "") -> None:
        super().__init__(message or _("Choose a page of this shop: its address begins with the shop's own."))
