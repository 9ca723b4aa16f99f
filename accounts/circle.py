"""Whom people know, and whom they may see. Every page that shows one person to another asks here."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.models import Block, Follow, Friend, FriendRequest, Mute, User


@dataclass(frozen=True, slots=True)
class Tie:
    """What is between the viewer and a person, as buttons need it."""

    is_self: bool = False
    is_friend: bool = False
    is_muted: bool = False
    is_asked: bool = False
    asks_me: bool = False
    is_following: bool = False


@dataclass(frozen=True, slots=True)
class FriendsPage:
    """Her friends, and who would like to be one."""

    friends: list[User]
    muted: set[int]
    requests: list[FriendRequest]
    blocked: list[User]
    # Whom she muted without being her friend.
    muted_others: list[User]


def are_friends(one: int | None, other: int | None) -> bool:
    """Whether the two are friends; never for a guest."""
    return one is not None and other is not None and Friend.objects.filter(user_id=one, friend_id=other).exists()


def are_blocked(one: int | None, other: int | None) -> bool:
    """Whether one of the two blocked the other."""
    if one is None or other is None:
        return False
    return Block.objects.filter(Q(blocker_id=one, blocked_id=other) | Q(blocker_id=other, blocked_id=one)).exists()


def blocks_between(user_id: int | None, person: str) -> Exists:
    """For a query: a block between this user and the person in the column ``person``."""
    return Exists(
        Block.objects.filter(
            Q(blocker_id=user_id, blocked_id=OuterRef(person)) | Q(blocked_id=user_id, blocker_id=OuterRef(person))
        )
    )


def friendship_with(user_id: int, person: str) -> Exists:
    """For a query: this user is a friend of the person in the column ``person``."""
    return Exists(Friend.objects.filter(user_id=user_id, friend_id=OuterRef(person)))


def across_block(user_id: int) -> QuerySet[Block, Any]:
    """For a query: the numbers of all whom this user blocked or who blocked her; read once, however many rows ask."""
    blocked = Block.objects.filter(blocker_id=user_id).values_list("blocked", flat=True)
    return blocked.union(Block.objects.filter(blocked_id=user_id).values_list("blocker", flat=True), all=True)


def friends_with(user_id: int) -> QuerySet[Friend, Any]:
    """For a query: the numbers of her friends; read once, however many rows ask."""
    return Friend.objects.filter(user_id=user_id).values_list("friend", flat=True)


def muted_by(user_id: int) -> QuerySet[Mute, int]:
    """For a query: the numbers of the people whose news this user leaves out."""
    return Mute.objects.filter(user_id=user_id).values_list("muted", flat=True)


def may_see(viewer: User | None, person: User) -> bool:
    """Whether the viewer may know that this person is here: the rule of profiles, of requests and of follows.

    A block hides both from each other. Who wants to be found by nobody, and the young, are there for friends alone.
    """
    if not person.is_active:
        return False
    if viewer is not None and viewer.pk == person.pk:
        return True
    if viewer is not None and are_blocked(viewer.pk, person.pk):
        return False
    hidden = person.findable_by == User.FindableBy.NOBODY or person.is_young(timezone.localdate())
    if not hidden:
        return True
    # Who was asked by a hidden person may look at who asks.
    return viewer is not None and (
        are_friends(viewer.pk, person.pk)
        or FriendRequest.objects.filter(asker=person, asked=viewer, refused_at__isnull=True).exists()
    )


def known_to(viewer: User | None, people: QuerySet[User]) -> QuerySet[User]:
    """Those of the people of whom the viewer may know: the rule of ``may_see`` for many, but for who asks her."""
    today = timezone.localdate()
    shown = ~Q(findable_by=User.FindableBy.NOBODY) & (Q(born_on__isnull=True) | Q(born_on__lte=years_before(today, 18)))
    people = people.filter(is_active=True)
    if viewer is None:
        return people.filter(shown)
    near = Q(pk=viewer.pk) | Q(Exists(Friend.objects.filter(user=viewer, friend=OuterRef("pk"))))
    return people.filter(shown | near).exclude(blocks_between(viewer.pk, "pk"))


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; the 29th of February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def person_at(handle: str, viewer: User | None) -> User:
    """The person under this handle as far as the viewer may see her; 404 otherwise, the same for every reason."""
    person = User.objects.filter(handle=handle.lower(), is_active=True).first()
    if person is None or not may_see(viewer, person):
        raise Http404
    return person


def tie(viewer: User | None, person: User) -> Tie:
    """What is between the two."""
    if viewer is None:
        return Tie()
    if viewer.pk == person.pk:
        return Tie(is_self=True)
    asked = {row.asker_id: row for row in FriendRequest.objects.filter(
        Q(asker=viewer, asked=person) | Q(asker=person, asked=viewer)
    )}  # fmt: skip
    hers = asked.get(person.pk)
    return Tie(
        is_friend=are_friends(viewer.pk, person.pk),
        is_muted=Mute.objects.filter(user=viewer, muted=person).exists(),
        is_asked=viewer.pk in asked and asked[viewer.pk].withdrawn_at is None,
        asks_me=hers is not None and hers.refused_at is None,
        is_following=Follow.objects.filter(follower=viewer, followed=person).exists(),
    )


def friends_of(user: User) -> QuerySet[User]:
    """Her friends by name."""
    return User.objects.filter(
        pk__in=Friend.objects.filter(user=user).values("friend"), is_active=True
    ).order_by("name", "pk")  # fmt: skip


def common_friends(viewer: User, person: User) -> int:
    """How many friends the two have in common."""
    mine = Friend.objects.filter(user=viewer).values("friend")
    return Friend.objects.filter(user=person, friend__in=mine).count()


def friends_page(user: User) -> FriendsPage:
    """The page of friends, in five queries."""
    friends = list(friends_of(user))
    muted = list(User.objects.filter(pk__in=muted_by(user.pk), is_active=True).order_by("name", "pk"))
    known = {friend.pk for friend in friends}
    return FriendsPage(
        friends=friends,
        muted={person.pk for person in muted},
        requests=list(
            FriendRequest.objects.filter(asked=user, refused_at__isnull=True, asker__is_active=True)
            .select_related("asker").order_by("-asked_at")
        ),
        blocked=list(User.objects.filter(pk__in=Block.objects.filter(blocker=user).values("blocked")).order_by("name")),
        muted_others=[person for person in muted if person.pk not in known],
    )  # fmt: skip


def waiting_requests(user_id: int) -> int:
    """How many people wait for her answer."""
    return FriendRequest.objects.filter(asked_id=user_id, refused_at__isnull=True).count()


def asked_among(viewer: User, people: list[int]) -> tuple[set[int], set[int]]:
    """Of these people: who is a friend, and whom the viewer has asked."""
    friends = set(Friend.objects.filter(user=viewer, friend__in=people).values_list("friend_id", flat=True))
    waiting = FriendRequest.objects.filter(asker=viewer, asked__in=people, withdrawn_at__isnull=True)
    asked = set(waiting.values_list("asked_id", flat=True))
    return friends, asked
