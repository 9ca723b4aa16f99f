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

CHOSEN = "topics"


def member(request: HttpRequest) -> User | None:
    """The member who is signed in, or None for a guest."""
    return request.user if isinstance(request.user, User) else None


def chosen_topics(request: HttpRequest) -> list[int]:
    """The topics that a guest chose here."""
    return cast("list[int]", request.session.get(CHOSEN, []))


def viewer_key(request: HttpRequest) -> str:
    """Who this is, for counting views: a member by number, a guest by a hash of the day."""
    user = member(request)
    return f"m{user.pk}" if user else visitor_key(request)[:32]


def ask_to_sign_in(request: HttpRequest, fallback: str = "/sparks") -> HttpResponse:
    """To the door, and back to where she was."""
    target = f"{reverse('account_login')}?{urlencode({'next': safe_next(request, fallback)})}"
    return HttpResponseClientRedirect(target) if is_part_request(request) else redirect(target)
