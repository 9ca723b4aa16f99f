"""Who sees a list, who works on it, and who follows it."""

import secrets

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from lists.errors import NotForHer, TooWide, TooYoung
from lists.models import List, ListFollow, ListMember
from lists.visibility import AUDIENCES, Audience, Kind
from notifications.services import notify


@transaction.atomic
def change_audience(*, row: List, audience: str) -> None:
    """Show the list to this circle from now on. Closing the link renews it: the old one opens nothing any more.

    Raises TooWide or TooYoung; then nothing was changed.
    """
    wanted = Audience(audience)
    if wanted not in AUDIENCES[Kind(row.kind)]:
        raise TooWide
    if wanted in (Audience.PUBLIC, Audience.LINK) and row.owner.is_young(timezone.localdate()):
        raise TooYoung
    if row.audience == Audience.LINK and wanted is not Audience.LINK:
        row.token = secrets.token_hex(16)
    row.audience = wanted.value
    row.save(update_fields=["audience", "token"])


def renew_link(*, row: List) -> None:
    """A new link; the old one opens nothing any more."""
    row.token = secrets.token_hex(16)
    row.save(update_fields=["token"])


@transaction.atomic
def name_person(*, row: List, user: User, role: str) -> ListMember:
    """Name somebody, or change what she may do; she is told the first time. A private list becomes one for named people.

    Raises NotForHer for the friend for whom the list is made.
    """
    if user.pk in (row.recipient_id, row.owner_id):
        raise NotForHer(row.for_whom or user.name)
    member, created = ListMember.objects.update_or_create(list=row, user=user, defaults={"role": role})
    if row.audience == List.Audience.PRIVATE:
        row.audience = List.Audience.NAMED
        row.save(update_fields=["audience"])
    if created:
        data = {"name": row.owner.name, "list": row.name}
        notify(recipient=user, actor=row.owner, kind="list_shared", data=data, url=row.get_absolute_url())
    return member


def drop_person(*, row: List, user_id: int) -> None:
    """She is no longer named."""
    ListMember.objects.filter(list=row, user__in=User.objects.filter(pk=user_id)).delete()


def follow(*, row: List, user: User, on: bool, token: str = "") -> None:
    """Follow a list of somebody else, by its link where that opens it, or stop."""
    if on and user.pk != row.owner_id:
        ListFollow.objects.update_or_create(list=row, user=user, defaults={"token": token[:32]})
    elif not on:
        ListFollow.objects.filter(list=row, user=user).delete()
