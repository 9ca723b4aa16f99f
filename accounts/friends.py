"""Pages of friends: find people, ask, answer, part, mute, block."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import circle, finding
from accounts.models import User
from accounts.services import circle as acts
from core.budget import seconds_to_wait
from core.http import MemberRequest, is_part_request, render_page
from core.views import safe_next, too_many

# How often one person may search for people in a minute.
SEARCHES_A_MINUTE = 30


@require_GET
def friends(request: MemberRequest) -> HttpResponse:
    """Her friends, the requests that wait, and the search."""
    return render(request, "accounts/friends.html", {"page": circle.friends_page(request.user), "q": ""})


@require_GET
def find(request: MemberRequest) -> HttpResponse:
    """People with a name like ``?q=``, at most twenty, for members alone and thirty times a minute."""
    text = request.GET.get("q", "")[:300]
    if text.strip() and (wait := seconds_to_wait(f"find:{request.user.pk}", limit=SEARCHES_A_MINUTE)):
        return too_many(request, wait)
    found = finding.find_people(viewer=request.user, text=text) if text.strip() else []
    friends, asked = circle.asked_among(request.user, [row.person.pk for row in found])
    context: dict[str, object] = {"found": found, "q": text, "friends": friends, "asked": asked}
    if not is_part_request(request):
        context["page"] = circle.friends_page(request.user)
    return render_page(request, "accounts/friends.html", context, fragment="accounts/_found.html")


def _act(request: MemberRequest, handle: str, act: Callable[[User], str]) -> HttpResponse:
    person = circle.person_at(handle, request.user)
    messages.success(request, act(person))
    return redirect(safe_next(request, "/friends"))


@require_POST
def befriend(request: MemberRequest, handle: str) -> HttpResponse:
    """Ask to be friends (``on=1``), or take the question back (``on=0``)."""

    def act(person: User) -> str:
        if request.POST.get("on") == "0":
            acts.withdraw_request(asker=request.user, asked=person)
            return _("Taken back.")
        if acts.ask_to_be_friends(asker=request.user, asked=person):
            return _("You and %(name)s are friends.") % {"name": person.name}
        return _("Asked. %(name)s sees it in the notices.") % {"name": person.name}

    return _act(request, handle, act)


@require_POST
def answer(request: MemberRequest, handle: str) -> HttpResponse:
    """Accept a request (``accept=1``) or leave it; the asker is not told of the latter."""

    def act(person: User) -> str:
        accept = request.POST.get("accept") == "1"
        acts.answer_request(asked=request.user, asker=person, accept=accept)
        return _("You and %(name)s are friends.") % {"name": person.name} if accept else _("Put aside. Nobody is told.")

    return _act(request, handle, act)


@require_POST
def part(request: MemberRequest, handle: str) -> HttpResponse:
    """End a friendship."""

    def act(person: User) -> str:
        acts.part(user=request.user, friend=person)
        return _("%(name)s is no longer among your friends. Nobody is told.") % {"name": person.name}

    return _act(request, handle, act)


@require_POST
def mute(request: MemberRequest, handle: str) -> HttpResponse:
    """Leave somebody's news out (``on=1``), or let it in again."""

    def act(person: User) -> str:
        on = request.POST.get("on") == "1"
        acts.mute(user=request.user, person=person, on=on)
        return _("Muted.") if on else _("No longer muted.")

    return _act(request, handle, act)


@require_POST
def block(request: MemberRequest, handle: str) -> HttpResponse:
    """Neither sees the other from now on. It can be taken back on the page of friends."""

    def act(person: User) -> str:
        acts.block(blocker=request.user, blocked=person)
        return _("Blocked. You can take it back below, under Blocked.")

    _act(request, handle, act)
    return redirect("accounts:friends")


@require_POST
def unblock(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a block back."""
    person = User.objects.filter(pk=pk).first()
    if person is not None:
        acts.unblock(blocker=request.user, blocked=person)
    return redirect("accounts:friends")


@require_POST
def unmute(request: MemberRequest, pk: int) -> HttpResponse:
    """Let the news of somebody in again, whoever she is to her now."""
    person = User.objects.filter(pk=pk).first()
    if person is not None:
        acts.mute(user=request.user, person=person, on=False)
    return redirect("accounts:friends")
