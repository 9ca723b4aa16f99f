"""What of Sparks a profile shows."""

from dataclasses import dataclass

from django.http import Http404

from accounts.circle import are_friends, person_at
from accounts.models import User
from sparks.models import (
    Badge,
    ProductVote,
)


@dataclass(frozen=True, slots=True)
class BadgesPage:
    """Somebody's badges, the strongest first."""

    person: User
    badges: list[Badge]


def badges_of(handle: str, user: User | None) -> BadgesPage:
    """What somebody stands for; 404 for whoever may not know of her."""
    person = person_at(handle, user)
    rows = Badge.objects.filter(user=person).select_related("topic").order_by("-level", "-helped", "topic__position")
    return BadgesPage(person, list(rows))


@dataclass(frozen=True, slots=True)
class VotesPage:
    """What a person would buy."""

    person: User
    votes: list[ProductVote]


def shown_on_profile(person: User, viewer: User | None, part: str) -> bool:
    """Whether a part of a person's profile (``sparks``, ``votes``) stands there for this viewer, as she set it."""
    if viewer is not None and viewer.pk == person.pk:
        return True
    wanted = {"sparks": person.shows_sparks_to, "votes": person.shows_votes_to}[part]
    near = wanted == User.Audience.FRIENDS and are_friends(viewer.pk if viewer else None, person.pk)
    return wanted == User.Audience.EVERYONE or near


def votes_of(person: User, limit: int = 24) -> list[ProductVote]:
    """What she would buy, newest first; for whom she shows it (``shown_on_profile``)."""
    rows = ProductVote.objects.filter(user=person, product__is_active=True).select_related("product")
    return list(rows.defer("product__description", "product__image_link").order_by("-at", "-pk")[:limit])


def votes_page(handle: str, viewer: User | None) -> VotesPage:
    """What the person at this handle would buy; 404 for whom she does not show it."""
    person = person_at(handle, viewer)
    if not shown_on_profile(person, viewer, "votes"):
        raise Http404
    return VotesPage(person, votes_of(person))
