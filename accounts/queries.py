"""What pages about people show, and the gate to a person by her handle."""

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _

from accounts.handles import normalise, skeleton
from accounts.models import Follow, Handle, User
from accounts.personal import resting_name


def follower_count(person: User) -> int:
    """How many people follow her."""
    return Follow.objects.filter(followed=person).count()


def is_following(*, follower_id: int | None, person: User) -> bool:
    """Whether the visitor follows this person; never for a guest."""
    return follower_id is not None and Follow.objects.filter(follower_id=follower_id, followed=person).exists()


def handle_trouble(name: str, user: User) -> str:
    """Why this well-formed name is not free for her, in words; empty when it is."""
    shapes = [skeleton(name), resting_name(skeleton(name))]
    claimed = Handle.objects.filter(skeleton__in=shapes).exclude(owner=user).exists()
    return _("@%(name)s is taken, or looks like a name that is.") % {"name": normalise(name)} if claimed else ""


def addresses_of(user: User) -> list[str]:
    """The mail addresses that she has proved, and the one of her account."""
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return sorted({user.email, *proved})
