"""Sending in the background."""

from celery import shared_task

from accounts.models import Friend, FriendRequest
from notifications import services


@shared_task
def send(pk: int) -> None:
    """Send one owed mail."""
    services.deliver(pk)


@shared_task
def sweep() -> None:
    """Send what a lost message or a failure left."""
    services.deliver_owed()


@shared_task
def tell_friend_asked(pk: int) -> None:
    """Somebody would like to be a friend; nothing when it was taken back."""
    row = FriendRequest.objects.select_related("asker", "asked").filter(pk=pk, refused_at__isnull=True).first()
    if row is not None:
        services.notify(recipient=row.asked, kind="friend_asked", data={"name": row.asker.name}, url="/friends")


@shared_task
def tell_friend_accepted(pk: int) -> None:
    """The request was accepted."""
    row = Friend.objects.select_related("user", "friend").filter(pk=pk).first()
    if row is not None:
        data = {"name": row.friend.name}
        services.notify(recipient=row.user, kind="friend_accepted", data=data, url=f"/@{row.friend.handle}", mail=False)
