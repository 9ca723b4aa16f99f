"""Sending in the background."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.models import Friend, FriendRequest, User
from notifications import services
from notifications.models import Notice


@shared_task
def send(pk: int) -> None:
    """Send one owed mail."""
    services.deliver(pk)


@shared_task
def sweep() -> None:
    """Send what a lost message or a failure left."""
    services.deliver_owed()
    since = timezone.now() - timedelta(days=2)
    for pk in FriendRequest.objects.filter(asked_at__gt=since).values_list("pk", flat=True):
        tell_friend_asked(pk)
    for pk in Friend.objects.filter(since__gt=since, is_asker=True).values_list("pk", flat=True):
        tell_friend_accepted(pk)


@shared_task
def tell_friend_asked(pk: int) -> None:
    """Somebody would like to be a friend; nothing when it was taken back."""
    row = FriendRequest.objects.select_related("asker", "asked").filter(pk=pk, refused_at__isnull=True).first()
    if row is not None:
        _once(
            row.asked, "friend_asked", {"name": row.asker.name, "request": pk}, "/friends", mail=True, actor=row.asker
        )


@shared_task
def tell_friend_accepted(pk: int) -> None:
    """The request was accepted."""
    row = Friend.objects.select_related("user", "friend").filter(pk=pk).first()
    if row is not None:
        data = {"name": row.friend.name, "friend": pk}
        _once(row.user, "friend_accepted", data, f"/@{row.friend.handle}", mail=False, actor=row.friend)


def _once(recipient: User, kind: str, data: dict[str, Any], url: str, *, mail: bool, actor: User) -> None:
    """Tell it unless it was told: the last of the facts names it."""
    key, value = list(data.items())[-1]
    if not Notice.objects.filter(recipient=recipient, kind=kind, **{f"data__{key}": value}).exists():
        services.notify(recipient=recipient, kind=kind, data=data, url=url, mail=mail, actor=actor)
