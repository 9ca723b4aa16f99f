"""What Sparks refuse, with the words for the page."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class SparkError(Exception):
    """Something about a Spark that was refused; its text says what to do. Nothing was changed."""


class MayNotPost(SparkError):
    """The shop's policy lets others post."""

    def __init__(self, policy: str) -> None:
        words = {
            "buyers": _("Members post here once something that they bought has arrived."),
            "creators": _("Approved creators post here. You can apply to become one."),
        }
        super().__init__(words[policy])


class OutsideTheMarket(MayNotPost):
    """Posting is open in other countries, or hers is not known."""

    def __init__(self, countries: list[str], *, is_known: bool) -> None:
        words = {"countries": ", ".join(countries)}
        if is_known:
            text = _("Posting is open in %(countries)s for now. You can read, like and comment everywhere.") % words
        else:
            text = _(
                "Posting is open in %(countries)s for now. We know your country once a parcel of yours has arrived "
                "or you are an approved creator; until then you can read, like and comment."
            ) % words  # fmt: skip
        SparkError.__init__(self, text)


class LastPhoto(SparkError):
    """A posted photo Spark keeps a photo."""

    def __init__(self) -> None:
        super().__init__(_("This is its only photo. Add another first, or remove the Spark."))


class TooManyPhotos(SparkError):
    """The Spark is full."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            ngettext("A Spark holds %(n)d photo at most.", "A Spark holds %(n)d photos at most.", limit) % {"n": limit}
        )


class TooManyTags(SparkError):
    """The photo is full."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            ngettext(
                "A photo holds %(n)d tag at most. Remove one to add another.",
                "A photo holds %(n)d tags at most. Remove one to add another.",
                limit,
            )
            % {"n": limit}
        )


class OutsideThePicture(SparkError):
    """The tag would stand outside the photo."""

    def __init__(self) -> None:
        super().__init__(_("Place the tag inside the picture: 0 to 100 percent across and down."))


class TaggedAlready(SparkError):
    """The product has a tag in this photo."""

    def __init__(self) -> None:
        super().__init__(_("This product is tagged in this photo already. Move its tag instead."))


class NothingToPost(SparkError):
    """The draft lacks something; ``missing`` names it: ``topic``, ``photo``, ``words``, ``poll``."""

    def __init__(self, missing: str) -> None:
        words = {
            "topic": _("Choose a topic: it decides who is shown the Spark."),
            "photo": _("Add a photo, or choose another kind of Spark."),
            "words": _("Write a few words."),
            "poll": _("A poll needs a question and at least two different options."),
        }
        super().__init__(words[missing])
        self.missing = missing


class TooYoungForAll(SparkError):
    """Under 18, nothing is public."""

    def __init__(self) -> None:
        super().__init__(_("Before you are 18, a Spark can be shown to friends, not to everyone."))


class WrongMoment(SparkError):
    """The time for posting is not in the near future."""

    def __init__(self) -> None:
        super().__init__(_("Choose a time in the next 90 days, or post now."))


class OneFilm(SparkError):
    """A Spark holds one film."""

    def __init__(self) -> None:
        super().__init__(_("A Spark holds one film. Remove it to add another."))


class NotTwoOptions(SparkError):
    """A poll that asks nothing."""

    def __init__(self) -> None:
        super().__init__(_("A poll needs two to four different options."))


class PollClosed(SparkError):
    """The vote came too late."""

    def __init__(self) -> None:
        super().__init__(_("This poll has closed. Its result stands."))


class PollStands(SparkError):
    """A poll that has votes keeps its words."""

    def __init__(self) -> None:
        super().__init__(_("People have voted: the question and its options stay as they are."))


class NotOver(SparkError):
    """The asker says what came of it after closing."""

    def __init__(self) -> None:
        super().__init__(_("Say what you decided once the poll has closed."))


class NotBought(SparkError):
    """Whether she would buy it again is asked about something that she bought."""

    def __init__(self) -> None:
        super().__init__(_("Say first which of the products you bought, then whether you would buy it again."))


class EmptyComment(SparkError):
    """A comment that says nothing."""

    def __init__(self) -> None:
        super().__init__(_("Write a few words before you send."))


class LongComment(SparkError):
    """A comment that says too much."""

    def __init__(self, limit: int) -> None:
        super().__init__(_("A comment has %(n)d characters at most. Shorten it.") % {"n": limit})


class TooFast(SparkError):
    """Rate limits."""

    def __init__(self, seconds: int) -> None:
        super().__init__(_("That was a lot, quickly. Try again in %(seconds)s seconds.") % {"seconds": seconds})
        self.seconds = seconds


class TooManyLinks(SparkError):
    """Links and mentions by the dozen are how spam looks."""

    def __init__(self, limit: int) -> None:
        super().__init__(_("Take out some links or mentions: at most %(n)d of each in one text.") % {"n": limit})


class OwnComment(SparkError):
    """Nobody thanks herself."""

    def __init__(self) -> None:
        super().__init__(_("Others say whether your comment helped."))


class OwnCase(SparkError):
    """Who decides is whom it is about."""

    def __init__(self) -> None:
        super().__init__(_("This is yours: somebody else of the shop decides about it."))


class SameModerator(SparkError):
    """Who hid it does not decide the appeal."""

    def __init__(self) -> None:
        super().__init__(_("You hid this: somebody else of the shop decides about the appeal."))


class OnAppeal(SparkError):
    """An appeal waits, and is the way."""

    def __init__(self) -> None:
        super().__init__(_("Its author has appealed: decide about the appeal instead."))


class NoAppeal(SparkError):
    """The appeal cannot be made; the text says why."""

    @classmethod
    def twice(cls) -> "NoAppeal":
        return cls(_("You have appealed already. One appeal is heard for each decision."))

    @classmethod
    def late(cls, days: int) -> "NoAppeal":
        return cls(_("An appeal can be made within %(n)d days of the decision.") % {"n": days})

    @classmethod
    def over(cls) -> "NoAppeal":
        return cls(_("This is not hidden any more: there is nothing to appeal."))

    @classmethod
    def empty(cls) -> "NoAppeal":
        return cls(_("Write in a few words why it should be shown."))

    @classmethod
    def long(cls, limit: int) -> "NoAppeal":
        return cls(_("An appeal has %(n)d characters at most. Shorten it.") % {"n": limit})
