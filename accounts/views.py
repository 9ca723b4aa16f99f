"""Pages about oneself, and following others."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts import circle, queries
from accounts.errors import AccountError, HandleRefused
from accounts.forms import SettingsForm
from accounts.handles import normalise, refusal_reason
from accounts.models import User
from accounts.services import circle as acts
from accounts.services import profile
from core.http import MemberRequest, is_part_request
from core.images import BadPicture
from core.views import safe_next


@require_GET
def me(request: MemberRequest) -> HttpResponse:
    """Everything that is the visitor's own, in one place."""
    return render(request, "accounts/me.html", {"person": request.user})


@require_http_methods(["GET", "POST"])
def settings_page(request: MemberRequest) -> HttpResponse:
    form = SettingsForm(request.POST or None, request.FILES or None, instance=request.user)
    if request.method == "POST":
        if form.is_valid() and _keep(request, form):
            messages.success(request, _("Saved."))
            response = redirect("accounts:settings")
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"], samesite="Lax")
            return response
        # The model form wrote what was typed onto the signed-in person; the frame shows her as she is.
        request.user.refresh_from_db()
        return render(request, "accounts/settings.html", {"form": form}, status=422)
    return render(request, "accounts/settings.html", {"form": form})


def _keep(request: MemberRequest, form: SettingsForm) -> bool:
    """Save the form; False with its errors set when the handle or the picture is refused."""
    data = form.cleaned_data
    try:
        profile.change_settings(
            user=request.user, name=data["name"], bio=data["bio"], language=data["language"], handle=data["handle"],
            upload=data["picture"], findable_by=data["findable_by"], shows_friends_to=data["shows_friends_to"],
            shows_lists_to=data["shows_lists_to"],
            shows_sparks_to=data["shows_sparks_to"], shows_votes_to=data["shows_votes_to"],
        )  # fmt: skip
    except AccountError as refusal:
        form.add_error("handle", str(refusal))
    except BadPicture as refusal:
        form.add_error("picture", str(refusal))
    return not form.errors


@require_GET
def check_handle(request: MemberRequest) -> HttpResponse:
    """Whether a handle could be hers, as she types it: a line under the field."""
    name = request.GET.get("handle", "")[:40]
    reason = refusal_reason(name) if name else None
    refusal = str(HandleRefused(reason)) if reason else queries.handle_trouble(name, request.user) if name else ""
    context = {"name": normalise(name), "refusal": refusal}
    return render(request, "accounts/_handle_check.html", context)


@login_not_required
@require_POST
def follow(request: HttpRequest, handle: str) -> HttpResponse:
    """Follow (``on=1``) or stop (``on=0``): the wanted state is sent, so that sending it twice is harmless."""
    viewer = request.user if isinstance(request.user, User) else None
    person = circle.person_at(handle, viewer)
    if viewer is None:
        target = f"{reverse('account_login')}?{urlencode({'next': safe_next(request)})}"
        return HttpResponseClientRedirect(target) if is_part_request(request) else redirect(target)
    act = acts.follow if request.POST.get("on") == "1" else acts.unfollow
    act(follower=viewer, followed=person)
    if is_part_request(request):
        following = queries.is_following(follower_id=viewer.pk, person=person)
        context = {"person": person, "is_following": following, "next": safe_next(request)}
        return render(request, "accounts/_follow.html", context)
    return redirect(safe_next(request))
