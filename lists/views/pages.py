"""Pages of lists: all of them, one of them, its settings."""

import csv
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.circle import person_at
from accounts.models import User
from core.http import MemberRequest, is_part_request, render_page
from core.images import BadPicture
from influencers.referral_cookie import came_through
from lists import queries, visibility
from lists.errors import ListError, UnknownPerson
from lists.forms import ListForm, PersonForm
from lists.models import List
from lists.services import giving, keeping, saving, sharing
from lists.visibility import Audience, Kind, Rights, Viewer

SPREADSHEET_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝")


def member(request: HttpRequest) -> User | None:
    """The member who is signed in, or None for a guest."""
    return request.user if isinstance(request.user, User) else None


def adopt_saved(request: MemberRequest) -> None:
    """What she kept on this device as a guest goes onto her wish list."""
    if kept := request.session.pop(queries.SAVED, None):
        saving.adopt(user=request.user, products=kept)


@never_cache
@require_GET
def overview(request: MemberRequest) -> HttpResponse:
    """All her lists, and those of others that she may see."""
    adopt_saved(request)
    page = queries.overview(
        request.user, kind=request.GET.get("kind", ""), removed=request.GET.get("removed", "")[:60].replace("\0", "")
    )
    return render(request, "lists/overview.html", {"page": page, "kinds": List.Kind.choices})


@require_http_methods(["GET", "POST"])
def new(request: MemberRequest) -> HttpResponse:
    """Begin a list. ``?kind=gift&for=handle`` begins one for a friend."""
    given = {"kind": request.GET.get("kind", List.Kind.WISH), "for_handle": request.GET.get("for", "")[:80]}
    form = ListForm(request.POST or None, request.FILES or None, initial=given)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        recipient, name = None, ""
        if data["kind"] == List.Kind.GIFT:
            recipient, name = _for_whom(request.user, data["for_handle"])
        if recipient is None and name.startswith("@"):
            form.add_error("for_handle", _("Nobody has this handle. Check the spelling, or write a name."))
        elif recipient is not None and recipient.pk == request.user.pk:
            form.add_error("for_handle", _("A gift list is for somebody else. For yourself, make a wish list."))
        else:
            row = keeping.make_list(
                owner=request.user, kind=data["kind"], name=data["name"], words=data["words"],
                occasion=data["occasion"], happens_on=data["happens_on"], recipient=recipient, recipient_name=name,
                budget_minor=data.get("budget"), budget_currency="USD",
            )  # fmt: skip
            return redirect(row)
    return render(request, "lists/new.html", {"form": form}, status=422 if form.errors else 200)


def _for_whom(user: User, text: str) -> tuple[User | None, str]:
    """The member whom a handle names, as far as she may be seen; else the text is a name of somebody without an account."""
    try:
        person = person_at(text.strip().removeprefix("@").lower()[:30], user)
    except Http404:
        return None, text.strip()
    return person, person.name


@login_not_required
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """A list, for whoever may see it. Its owner may look at it ``?as=friend`` or ``?as=anyone``."""
    user = member(request)
    row, rights = queries.list_for(slug, user)
    return _show(request, row, rights)


@login_not_required
@require_safe
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """A list by its link; whoever opened one keeps it for this session."""
    row, rights = queries.list_by_link(token, member(request))
    return _show(request, row, rights)


def _show(request: HttpRequest, row: List, rights: Rights) -> HttpResponse:
    user, seen_as = member(request), request.GET.get("as", "")
    if seen_as in {"friend", "anyone"} and rights.manage:
        viewer = Viewer(is_member=True, is_friend=True) if seen_as == "friend" else Viewer(has_link=True)
        rights = visibility.rights(Kind(row.kind), Audience(row.audience), viewer)
        if rights.view:
            # Nothing of what others take is in a preview: it is the owner who looks.
            rights = Rights(view=True)
        context: dict[str, Any] = {"row": row, "seen_as": seen_as, "is_hidden": not rights.view}
        if rights.view:
            context["page"] = queries.list_page(row, rights, None, request)
        return render(request, "lists/preview.html", context)
    shown = queries.list_page(row, rights, user, request)
    context = {
        "page": shown,
        "row": row,
        "lists": queries.other_lists(user, row) if rights.edit else [],
        "undo": request.session.pop("removed_items", None) if rights.edit and not is_part_request(request) else None,
        "bought": queries.bought_before(user, row) if user and rights.manage and row.kind == List.Kind.SHOPPING else [],
        "is_revealed": row.is_revealed(timezone.localdate()),
        "address": request.path,
    }
    response = render_page(request, "lists/page.html", context, fragment=_part(request))
    if shown.creator is not None and not rights.manage and not is_part_request(request):
        # Whoever comes to a creator's list was brought by her.
        came_through(request, response, influencer=shown.creator, source=shown.source, live_at=shown.row.created_at)
    response["Cache-Control"] = "private, no-cache"
    return response


def _part(request: HttpRequest) -> str:
    """What htmx asks for: the next rows below "Load more", or all of the items."""
    return "lists/_rows.html" if request.headers.get("HX-Target") == "more" else "lists/_items.html"


@require_http_methods(["GET", "POST"])
def settings_page(request: MemberRequest, slug: str) -> HttpResponse:
    """Name, words, cover, occasion and date; who sees it; who works on it."""
    row, _rights = queries.list_for(slug, request.user, need="manage")
    form = ListForm(request.POST or None, request.FILES or None, instance=row)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            row.refresh_from_db()
            keeping.change_list(
                row=row, name=data["name"], words=data["words"], occasion=data["occasion"],
                happens_on=data["happens_on"], budget_minor=data.get("budget"), cover=data["cover"],
            )  # fmt: skip
        except BadPicture as refusal:
            form.add_error("cover", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("lists:settings", row.slug)
    return _settings(request, row, form, PersonForm(), status=422 if form.errors else 200)


def _settings(request: MemberRequest, row: List, form: ListForm, person: PersonForm, *, status: int) -> HttpResponse:
    row.refresh_from_db()
    circles = [
        (one.value, List.Audience(one.value).label, one.value == row.audience)
        for one in visibility.AUDIENCES[Kind(row.kind)]
    ]
    context = {
        "row": row, "form": form, "person_form": person, "circles": circles,
        "members": row.members.select_related("user").order_by("created_at"), "roles": row.members.model.Role.choices,
        "total": row.items.present().count(), "lists": queries.other_lists(request.user, row),
    }  # fmt: skip
    return render(request, "lists/settings.html", context, status=status)


@require_POST
def change_audience(request: MemberRequest, slug: str) -> HttpResponse:
    """Show the list to another circle."""
    row, _rights = queries.list_for(slug, request.user, need="manage")
    try:
        sharing.change_audience(row=row, audience=request.POST.get("audience", ""))
        messages.success(request, _("Saved."))
    except ListError as refusal:
        messages.error(request, str(refusal))
    except ValueError:
        messages.error(request, _("Choose who sees the list."))
    return redirect("lists:settings", row.slug)


@require_POST
def renew_link(request: MemberRequest, slug: str) -> HttpResponse:
    """Close the old link and make a new one."""
    row, _rights = queries.list_for(slug, request.user, need="manage")
    sharing.renew_link(row=row)
    messages.success(request, _("The old link opens nothing any more."))
    return redirect("lists:settings", row.slug)


@require_POST
def name_person(request: MemberRequest, slug: str) -> HttpResponse:
    """Name somebody by handle, or change what she may do."""
    row, _rights = queries.list_for(slug, request.user, need="manage")
    form = PersonForm(request.POST)
    if form.is_valid():
        try:
            try:
                person = person_at(form.cleaned_data["handle"].strip().removeprefix("@").lower(), request.user)
            except Http404:
                raise UnknownPerson from None
            sharing.name_person(row=row, user=person, role=form.cleaned_data["role"])
        except ListError as refusal:
            form.add_error("handle", str(refusal))
    if form.errors:
        return _settings(request, row, ListForm(instance=row), form, status=422)
    messages.success(request, _("Saved."))
    return redirect("lists:settings", row.slug)


@require_POST
def drop_person(request: MemberRequest, slug: str, pk: int) -> HttpResponse:
    """She is no longer named."""
    row, _rights = queries.list_for(slug, request.user, need="manage")
    sharing.drop_person(row=row, user_id=pk)
    return redirect("lists:settings", row.slug)


@require_POST
def remove(request: MemberRequest, slug: str) -> HttpResponse:
    """Take a list away; the overview offers to bring it back."""
    row, _rights = queries.list_for(slug, request.user, need="manage")
    keeping.remove_list(row=row)
    return redirect(f"{reverse('lists:overview')}?removed={row.slug}")


@require_POST
def restore(request: MemberRequest, slug: str) -> HttpResponse:
    """Bring a removed list back."""
    row = queries.removed_list(request.user, slug)
    keeping.restore_list(row=row)
    return redirect(row)


@require_POST
def follow(request: MemberRequest, slug: str) -> HttpResponse:
    """Follow somebody's list (``on=1``), or stop."""
    token = request.POST.get("token", "")
    row, _rights = queries.list_for(slug, request.user, token=token)
    sharing.follow(row=row, user=request.user, on=request.POST.get("on") == "1", token=token)
    # Who came by the link goes back by it: the list's own address is not for her.
    return redirect(row.get_link_url() if token else row)


@require_http_methods(["GET", "POST"])
def reveal(request: MemberRequest, slug: str) -> HttpResponse:
    """The owner asks to see what was taken; it is said once what that means, and cannot be undone."""
    row, _rights = queries.list_for(slug, request.user, need="manage")
    if row.kind != List.Kind.WISH:
        raise Http404
    if request.method == "POST":
        giving.reveal(row=row, by=request.user)
        return redirect("lists:thanks", row.slug)
    if row.is_revealed(timezone.localdate()):
        return redirect("lists:thanks", row.slug)
    return render(request, "lists/reveal.html", {"row": row})


@require_http_methods(["GET", "POST"])
def thanks(request: MemberRequest, slug: str) -> HttpResponse:
    """Who gave what, once it is revealed, with a tick for thanks. 404 before."""
    row, _rights = queries.list_for(slug, request.user, need="manage")
    if row.kind != List.Kind.WISH or not row.is_revealed(timezone.localdate()):
        raise Http404
    claims = queries.taken_from(row)
    if request.method == "POST":
        claim = next((one for one in claims if str(one.pk) == request.POST.get("claim")), None)
        if claim is None:
            raise Http404
        giving.thank(row=claim, on=request.POST.get("on") == "1")
        return redirect("lists:thanks", row.slug)
    return render(request, "lists/thanks.html", {"row": row, "claims": claims})


@require_GET
def export(request: MemberRequest, slug: str) -> HttpResponse:
    """The owner's list as CSV: what she wrote herself, and nothing of what others take."""
    row, _rights = queries.list_for(slug, request.user, need="manage")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{row.slug}.csv"'
    out = csv.writer(response)
    out.writerow(["what", "wanted", "got", "priority", "note", "price_minor", "currency", "link", "added"])
    items = row.items.present().select_related("product", "variant").order_by("position", "pk")
    for item in items.iterator(chunk_size=500):
        fields = [
            item.label, item.wanted, item.got, item.priority, item.note, item.price_now_minor, item.currency_now,
            item.link, item.added_at.date().isoformat(),
        ]  # fmt: skip
        out.writerow(
            [f"'{one}" if isinstance(one, str) and one.startswith(SPREADSHEET_SIGNS) else one for one in fields]
        )
    return response
