"""Who comes: a member, or a guest with the topics that she chose on this device."""

from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User
from core.http import is_part_request
from core.views import safe_next
from influencers.referral_cookie import visitor_key

# In the session: topics and unwanted people of a guest; of whom less was wanted last, for the undo.
CHOSEN, UNWANTED, LESS = "topics", "less", "less_last"


def member(request: HttpRequest) -> User | None:
    """The member who is signed in, or None for a guest."""
    return request.user if isinstance(request.user, User) else None


def chosen_topics(request: HttpRequest) -> list[int]:
    """The topics that a guest chose here."""
    return cast("list[int]", request.session.get(CHOSEN, []))


def unwanted(request: HttpRequest) -> list[int]:
    """The people of whom a guest wants less here; a member's stand in the database."""
    return cast("list[int]", request.session.get(UNWANTED, [])) if member(request) is None else []


def want_less(request: HttpRequest, author: User, *, on: bool) -> None:
    """A guest wants less of somebody, or as much as before: kept on this device, the last hundred."""
    others = [pk for pk in unwanted(request) if pk != author.pk]
    request.session[UNWANTED] = [*others, author.pk][-100:] if on else others


def viewer_key(request: HttpRequest) -> str:
    """Who this is, for counting views: a member by number, a guest by a hash of the day."""
    user = member(request)
    return f"m{user.pk}" if user else visitor_key(request)[:32]


def ask_to_sign_in(request: HttpRequest, fallback: str = "/sparks") -> HttpResponse:
    """To the door, and back to where she was."""
    target = f"{reverse('account_login')}?{urlencode({'next': safe_next(request, fallback)})}"
    return HttpResponseClientRedirect(target) if is_part_request(request) else redirect(target)
