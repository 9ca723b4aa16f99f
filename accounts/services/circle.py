"""Verbs between two people: follow, ask to be friends, answer, part, mute, block."""

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.circle import are_blocked
from accounts.models import Block, Follow, Friend, FriendRequest, Mute, User
from core.reactions import announce


def follow(*, follower: User, followed: User) -> bool:
    """Follow a person; True when that is new. Oneself, and across a block, nobody is followed."""
    if follower.pk == followed.pk or are_blocked(follower.pk, followed.pk):
        return False
    _, created = Follow.objects.get_or_create(follower=follower, followed=followed)
    return created


def unfollow(*, follower: User, followed: User) -> bool:
    """Stop following; True when there was something to stop."""
    removed, _ = Follow.objects.filter(follower=follower, followed=followed).delete()
    return removed > 0


@transaction.atomic
def ask_to_be_friends(*, asker: User, asked: User) -> bool:
    """Ask; True when the two are friends after it, because the other one had asked before.

    Asking twice, or after a refusal, changes nothing and tells nobody.
    """
    if asker.pk == asked.pk or are_blocked(asker.pk, asked.pk):
        return False
    if Friend.objects.filter(user=asker, friend=asked).exists():
        return True
    # Two who ask each other at once: whoever comes second waits here and sees the first.
    list(User.objects.select_for_update().filter(pk__in=[asker.pk, asked.pk]).order_by("pk"))
    if FriendRequest.objects.filter(asker=asked, asked=asker, withdrawn_at__isnull=True).exists():
        _befriend(asker, asked)
        return True
    request, created = FriendRequest.objects.get_or_create(asker=asker, asked=asked)
    FriendRequest.objects.filter(pk=request.pk, withdrawn_at__isnull=False).update(withdrawn_at=None)
    if created:
        announce("accounts.friend_asked", request.pk)
    return False


@transaction.atomic
def answer_request(*, asked: User, asker: User, accept: bool) -> bool:
    """Accept or refuse; True when there was a request. A refusal is not told."""
    request = FriendRequest.objects.select_for_update().filter(asker=asker, asked=asked).first()
    if request is None:
        return False
    if accept:
        _befriend(asked, asker)
    else:
        FriendRequest.objects.filter(pk=request.pk).update(refused_at=timezone.now())
    return True


def _befriend(accepter: User, asker: User) -> None:
    FriendRequest.objects.filter(Q(asker=asker, asked=accepter) | Q(asker=accepter, asked=asker)).delete()
    try:
        with transaction.atomic():
            Friend.objects.create(user=accepter, friend=asker)
            row = Friend.objects.create(user=asker, friend=accepter, is_asker=True)
    except IntegrityError:
        # Accepted twice at once: they are friends already.
        return
    announce("accounts.friend_accepted", row.pk)


@transaction.atomic
def withdraw_request(*, asker: User, asked: User) -> None:
    """Take a request back. One that was refused is kept unseen, so that asking again reaches nobody and shows nothing."""
    mine = FriendRequest.objects.filter(asker=asker, asked=asked)
    mine.filter(refused_at__isnull=True).delete()
    mine.update(withdrawn_at=timezone.now())


@transaction.atomic
def part(*, user: User, friend: User) -> None:
    """No longer friends, on both sides; nobody is told."""
    Friend.objects.filter(Q(user=user, friend=friend) | Q(user=friend, friend=user)).delete()


def mute(*, user: User, person: User, on: bool) -> None:
    """Leave anybody's news out, or let it in again. She is not told. Oneself nobody mutes."""
    if on and user.pk != person.pk:
        Mute.objects.get_or_create(user=user, muted=person)
    elif not on:
        Mute.objects.filter(user=user, muted=person).delete()


@transaction.atomic
def block(*, blocker: User, blocked: User) -> None:
    """Neither sees anything of the other from now on: friendship, follows and requests between them end."""
    if blocker.pk == blocked.pk:
        return
    Block.objects.get_or_create(blocker=blocker, blocked=blocked)
    both = Q(user=blocker, friend=blocked) | Q(user=blocked, friend=blocker)
    Friend.objects.filter(both).delete()
    Follow.objects.filter(
        Q(follower=blocker, followed=blocked) | Q(follower=blocked, followed=blocker)
    ).delete()  # fmt: skip
    FriendRequest.objects.filter(Q(asker=blocker, asked=blocked) | Q(asker=blocked, asked=blocker)).delete()


def unblock(*, blocker: User, blocked: User) -> None:
    """Take a block back; what it ended stays ended."""
    Block.objects.filter(blocker=blocker, blocked=blocked).delete()
