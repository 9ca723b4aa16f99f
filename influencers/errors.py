"""What the programme refuses, in the words that its pages say."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from influencers.models import Connection


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


class HeldByAnother(ProgrammeError):
    """Another reviewer has the case open."""

    status = 409

    def __init__(self, name: str, until: datetime) -> None:
        super().__init__(
            _("Nothing was changed: %(name)s has this case open until %(time)s. You can read it meanwhile.")
            % {"name": name, "time": time_format(timezone.localtime(until), "TIME_FORMAT")}
        )


class NeedsAnotherPerson(ProgrammeError):
    """The first of two approvals was hers: somebody else gives the second."""

    status = 403

    def __init__(self) -> None:
        super().__init__(_("Nothing was changed: you approved this already. Another reviewer confirms it."))


class TooLateToUndo(ProgrammeError):
    """The minutes are over, or there is nothing of hers to undo."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("Nothing was changed: it can no longer be undone, or somebody else decided it."))


class NotForMany(ProgrammeError):
    """This case wants to be read by itself."""

    def __init__(self) -> None:
        super().__init__(_("The score does not say not yet: read this one by itself."))


class ProofsWanting(ProgrammeError):
    """Only for want of a proof does the score say not yet."""

    def __init__(self) -> None:
        super().__init__(_("With every account proved the score would say more than not yet: read this one by itself."))


class NoReplyKept(ProgrammeError):
    """Several are to be told something, and no reply is kept for the reason."""

    def __init__(self) -> None:
        super().__init__(_("No reply is kept for this reason. Write one under Replies first."))


class NothingProved(ProgrammeError):
    """No account of the application is proved to be the applicant's."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            _(
                "Nothing was changed: no account of this application is proved yet. Look at the proofs first, or ask for one."
            )
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


class CountryClosed(ProgrammeError):
    """The programme is not open where she lives."""

    def __init__(self, country: str) -> None:
        super().__init__(
            _(
                "The programme is not open in %(country)s yet. Nothing you entered is lost:"
                " your answers are kept, and you can send them when it opens there."
            )
            % {"country": country}
        )


class Barred(ProgrammeError):
    """Fraud was proven: she may not apply again, and may have that looked at."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            _(
                "You cannot apply again: figures or accounts of your application were proven false."
                " If that is wrong, you have the right to have another person look at it."
            )
        )


class BadPolicy(ProgrammeError):
    """Numbers that cannot score; ``faults`` names what is wrong with them."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        words = {
            "weights_unknown": _("Every part needs a weight of zero or more."),
            "weights_sum": _("The weights must add up to 1."),
            "bands_networks": _("Every network needs at least one row of rates, and no other network may have one."),
            "bands_rising": _("The four rates of a row must rise, and the first be above zero."),
            "tiers_rising": _("The sizes must rise."),
            "band_points": _("The points at the edges must rise between 0 and 100."),
            "follower_floor": _("The fewest followers must be above zero and below those that give all points."),
            "lines": _("“Close” must be above zero and not above “likely”, and “likely” not above 100."),
            "automatic_lines": _(
                "Nobody is approved automatically below “likely”, and nobody declined automatically above “close”."
            ),
        }
        super().__init__(" ".join(str(words[fault]) for fault in faults))


class PolicyPublished(ProgrammeError):
    """The version is in use or was."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("This version is published and is never changed. Make a new version."))


class AlreadyProved(ProgrammeError):
    """There is nothing left to prove."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("This account is proved already."))


class RoadClosed(ProgrammeError):
    """The site has no keys to this network."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("Signing in on this network is not set up here. Use a code in your profile or a picture."))


class SignInRefused(ProgrammeError):
    """What came back from the network does not belong to a way that this person set out on, or was used before."""

    status = 400

    def __init__(self) -> None:
        super().__init__(
            _(
                "This sign-in was used before, is older than ten minutes, or is not yours. Nothing was connected: start again here."
            )
        )


class AnotherAccount(ProgrammeError):
    """She signed in, but not as the account that she named."""

    status = 409

    def __init__(self, connection: "Connection", handle: str) -> None:
        words = {"network": connection.get_platform_display(), "wanted": connection.handle, "handle": handle}
        super().__init__(
            _(
                "You signed in on %(network)s as @%(handle)s, but named @%(wanted)s. Sign in as @%(wanted)s, or change the handle."
            )
            % words
            if handle
            else _(
                "On %(network)s we found no account @%(wanted)s that you look after. Sign in as its owner, or change the handle."
            )
            % words
        )


class AccountTaken(ProgrammeError):
    """Somebody else has proved the same account."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            _(
                "Another member has proved this account, and one account backs one person. If it is yours, sign in on the network: that counts for more than a code or a picture."
            )
        )


class NetworkTrouble(ProgrammeError):
    """The network did not do what was asked."""

    status = 503

    def __init__(self, connection: "Connection", kind: str) -> None:
        self.kind = kind
        super().__init__(
            _("%(network)s did not answer as it should. Try again in a few minutes, or use another way.")
            % {"network": connection.get_platform_display()}
        )


class CodeExpired(ProgrammeError):
    """The code for the profile is at its end."""

    def __init__(self) -> None:
        super().__init__(
            _("This code has ended. Ask for a new one, put it into the profile, and have it checked then.")
        )


class CodeNotThere(ProgrammeError):
    """The profile does not show the code."""

    def __init__(self, code: str) -> None:
        super().__init__(
            _("We do not see %(code)s in the profile yet. Save the profile, wait a minute, and have it checked again.")
            % {"code": code}
        )


class TooManyTries(ProgrammeError):
    """Five looks for a code in an hour are enough."""

    status = 429

    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(1, int(wait.total_seconds()))
        minutes = -(-self.seconds // 60)
        super().__init__(
            ngettext(
                "We looked five times within an hour. Try again in %(count)d minute; your code stays good until then or you get a new one.",
                "We looked five times within an hour. Try again in %(count)d minutes; your code stays good until then or you get a new one.",
                minutes,
            )
            % {"count": minutes}
        )


class NothingToJudge(ProgrammeError):
    """The proof does not wait for a reviewer any more."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            _("Nothing was changed: this proof does not wait any more. Somebody was quicker, or it was taken back.")
        )


class OwnAccount(ProgrammeError):
    """A reviewer tried to judge her own account."""

    status = 403

    def __init__(self) -> None:
        super().__init__(_("Nothing was changed: nobody judges an account of their own. Another reviewer will."))


class NotYours(ProgrammeError):
    """The person may not decide this: it concerns her, or she decided it before."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            _(
                "Nothing was changed: this needs another person. Nobody decides about herself or looks again at her own decision."
            )
        )


class NoEvidence(ProgrammeError):
    """A sanction or an answer without words."""

    def __init__(self) -> None:
        super().__init__(_("Write what was seen: she reads it, and an appeal is judged by it."))


class AlreadyStands(ProgrammeError):
    """The same sanction stands already, or a harder one."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("Nothing was changed: such a sanction stands already."))


class NothingToDecide(ProgrammeError):
    """Somebody was quicker, or its time is over."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            _("Nothing was changed: somebody was quicker, or its time is over. The page shows how it stands now.")
        )


class AppealClosed(ProgrammeError):
    """It was appealed before, or too late, or it does not stand any more."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            _("This cannot be appealed any more: its time is over, or you did already. The page shows how it stands.")
        )


class Banned(ProgrammeError):
    """Her place in the programme was ended for good."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            _(
                "Your place in the programme was ended, and you cannot apply again. Why, and how to appeal, stands on the page about your standing."
            )
        )


class BadCode(ProgrammeError):
    """A creator's code that has a wrong form or is somebody else's."""


class TooMany(ProgrammeError):
    """She has as many of them as one may have."""


class BadDestination(ProgrammeError):
    """A channel that leads nowhere on this site, or has the name of another one."""

    def __init__(self, message: str | Promise = "") -> None:
        super().__init__(message or _("Choose a page of this shop: its address begins with the shop's own."))
