"""Pages about one's own data: a copy of it, and leaving."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.http import MemberRequest, render_page
from privacy import queries
from privacy.adapter import COMING_BACK, who_comes_back
from privacy.errors import MustStay
from privacy.services import closing, copying

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CLOSED = "closed_until"


@require_GET
@never_cache
def data(request: MemberRequest) -> HttpResponse:
    """What can be done with one's own data, and how far a copy is."""
    context = {"page": queries.data_page(request.user), "days": copying.KEPT_DAYS, "grace": closing.GRACE_DAYS}
    return render_page(request, "privacy/data.html", context, fragment="privacy/_copies.html")


@require_POST
@reauthentication_required
def ask_copy(request: MemberRequest) -> HttpResponse:
    if queries.data_page(request.user).may_ask:
        copying.ask(user=request.user)
        messages.success(request, _("We are making your copy. You will have a notice and a mail when it is ready."))
    return redirect("privacy:data")


@require_GET
@never_cache
@reauthentication_required
def download(request: MemberRequest, pk: int) -> StreamingHttpResponse:
    row = queries.own_copy(request.user, pk)
    response = StreamingHttpResponse(copying.download(row=row), content_type="application/zip")
    response["Content-Length"] = str(row.size)
    response["Content-Disposition"] = f'attachment; filename="my-data-{row.asked_at:%Y-%m-%d}.zip"'
    return response


@require_http_methods(["GET", "POST"])
@never_cache
@reauthentication_required
def close(request: MemberRequest) -> HttpResponse:
    """What goes, what stays and why; and the button."""
    context = {"standing": closing.standing(request.user), "grace": closing.GRACE_DAYS}
    if request.method == "GET":
        return render(request, "privacy/close.html", context)
    if request.POST.get("sure") != "yes":
        return render(request, "privacy/close.html", {**context, "is_unsure": True}, status=422)
    try:
        row = closing.close(user=request.user)
    except MustStay:
        return render(request, "privacy/close.html", context, status=422)
    logout(request)
    request.session[CLOSED] = row.due_at.date().isoformat()
    return redirect("privacy:closed")


@login_not_required
@require_GET
@never_cache
def closed(request: HttpRequest) -> HttpResponse:
    """The account is closed: until when she may come back."""
    return render(request, "privacy/closed.html", {"day": parse_date(request.session.get(CLOSED, ""))})


@login_not_required
@require_http_methods(["GET", "POST"])
@never_cache
def come_back(request: HttpRequest) -> HttpResponse:
    """Who signed in to an account that she closed opens it again with one button."""
    person = who_comes_back(request)
    if person is None:
        return redirect("account_login")
    if request.method == "GET":
        return render(request, "privacy/come_back.html", {"closing": person.closings.open().get()})
    request.session.pop(COMING_BACK, None)
    if not closing.come_back(user=person):
        return redirect("account_login")
    person.refresh_from_db()
    login(request, person, backend=BACKEND)
    messages.success(request, _("Welcome back. Everything is as it was."))
    return redirect("accounts:me")
