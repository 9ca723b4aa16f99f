"""Acts on the things of a list, and the bookmark."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from catalog.models import Product
from core.http import MemberRequest, is_part_request, render_page, say
from core.images import BadPicture
from core.views import safe_next
from lists import queries
from lists.forms import ItemForm, LineForm
from lists.models import List, ListItem
from lists.services import buying, keeping, saving
from lists.views.pages import adopt_saved, member

GUEST_KEEPS = 100


@require_http_methods(["GET", "POST"])
def add(request: MemberRequest, slug: str) -> HttpResponse:
    """Put a free line or a thing of another shop on the list; who may only suggest, suggests it."""
    row, rights = queries.list_for(slug, request.user)
    if not (rights.edit or rights.suggest):
        raise Http404
    form = LineForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            keeping.add_line(
                row=row, by=request.user, title=data["title"], link=data["link"], price_minor=data["price_minor"],
                currency=data["currency"], picture=data["picture"], note=data["note"], suggest=not rights.edit,
            )  # fmt: skip
        except BadPicture as refusal:
            form.add_error("picture", str(refusal))
        else:
            messages.success(
                request, _("Added.") if rights.edit else _("Suggested. It is on the list once it is accepted.")
            )
            return redirect(row)
    return render(request, "lists/add.html", {"form": form, "row": row}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: MemberRequest, slug: str, pk: int) -> HttpResponse:
    """How many, how much, which one, and a note."""
    row, _rights = queries.list_for(slug, request.user, need="edit")
    item = queries.item_of(row, pk)
    form = ItemForm(request.POST or None, instance=queries.item_of(row, pk))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        keeping.change_item(
            item=item, note=data["note"], priority=data["priority"], wanted=data["wanted"],
            is_any_variant=data.get("is_any_variant", False), variant=data.get("variant"), title=data.get("title", ""),
            price_minor=data.get("price_minor"), currency=item.currency or "USD", link=data.get("link"),
        )  # fmt: skip
        messages.success(request, _("Saved."))
        return redirect(row)
    return render(
        request, "lists/item.html", {"form": form, "row": row, "item": item}, status=422 if form.errors else 200
    )


def _items_again(request: MemberRequest, row: List, text: str = "", undo: str = "") -> HttpResponse:
    """The items after an act: as a part with what happened said aloud, or the page again."""
    if not is_part_request(request):
        if text:
            messages.success(request, text)
        return redirect(safe_next(request, row.get_absolute_url()))
    row, rights = queries.list_for(row.slug, request.user)
    context = {
        "page": queries.list_page(row, rights, request.user, request),
        "row": row,
        "address": row.get_absolute_url(),
    }
    response = render_page(request, "lists/page.html", context, fragment="lists/_items.html")
    return say(response, text, undo_url=undo) if text else response


@require_POST
def tick(request: MemberRequest, slug: str, pk: int) -> HttpResponse:
    """So many are here (``got=``): the wanted state is sent, so that sending it twice is harmless."""
    row, _rights = queries.list_for(slug, request.user, need="edit")
    got = request.POST.get("got", "")
    keeping.tick(item=queries.item_of(row, pk), got=int(got) if got.isascii() and got.isdigit() and len(got) < 4 else 0)
    return _items_again(request, row)


@require_POST
def accept(request: MemberRequest, slug: str, pk: int) -> HttpResponse:
    """Take a suggestion onto the list, or leave it (``accept=0``); nobody is told of the latter."""
    row, _rights = queries.list_for(slug, request.user, need="edit")
    item = queries.item_of(row, pk)
    if request.POST.get("accept") != "0":
        keeping.accept_suggestion(item=item)
    elif item.is_suggestion:
        keeping.remove_items(items=[item])
    return redirect(row)


@require_POST
def place(request: MemberRequest, slug: str, pk: int) -> HttpResponse:
    """Move a thing one place up or down (``by=-1|1``), or to the top (``by=top``)."""
    row, _rights = queries.list_for(slug, request.user, need="edit")
    item = queries.item_of(row, pk)
    before = queries.place_of(item)
    wanted = {"-1": before - 1, "1": before + 1, "top": 0}.get(request.POST.get("by", ""), before)
    keeping.place_item(item=item, position=wanted)
    return _items_again(request, row, _("Moved."))


@require_POST
def plan(request: MemberRequest, slug: str, pk: int) -> HttpResponse:
    """Gift lists: how far the thought has come, and who brings it (oneself, or nobody yet)."""
    row, _rights = queries.list_for(slug, request.user)
    if row.kind != List.Kind.GIFT:
        raise Http404
    item, state = queries.item_of(row, pk), request.POST.get("state", "")
    brings = (
        request.user if request.POST.get("bring") == "1" else None if request.POST.get("bring") == "0" else item.bringer
    )
    keeping.plan(item=item, state=state if state in ListItem.State.values else item.state, bringer=brings)
    return _items_again(request, row)


@require_POST
def bulk(request: MemberRequest, slug: str) -> HttpResponse:
    """Remove, move or copy the ticked things (``item=``); removing can be undone."""
    act = request.POST.get("act", "")
    row, rights = queries.list_for(slug, request.user)
    items = queries.items_of(row, request.POST.getlist("item"))
    if not items:
        messages.error(request, _("Tick the things first."))
        return redirect(row)
    if act != "copy" and not rights.edit:
        raise Http404
    if act == "remove":
        keeping.remove_items(items=items)
        request.session["removed_items"] = {"slug": row.slug, "pks": [item.pk for item in items][:5000]}
        text = ngettext("%(n)s thing removed.", "%(n)s things removed.", len(items)) % {"n": len(items)}
        return _items_again(request, row, text, undo=reverse("lists:restore_items", args=[row.slug]))
    to, there = queries.list_to_fill(request.user, request.POST.get("to", ""))
    if not there.edit:
        raise Http404
    if act == "move" and row.owner_id == to.owner_id == request.user.pk:
        count = keeping.move_items(items=items, to=to)
    else:
        count = keeping.copy_items(items=items, to=to, by=request.user)
    skipped = len(items) - count
    text = ngettext("%(n)s thing is now on %(list)s.", "%(n)s things are now on %(list)s.", count) % {
        "n": count,
        "list": to.name,
    }
    if skipped:
        text += " " + ngettext("%(n)s was there already.", "%(n)s were there already.", skipped) % {"n": skipped}
    return _items_again(request, row, text)


@require_POST
def restore_items(request: MemberRequest, slug: str) -> HttpResponse:
    """Put back what was removed last."""
    row, _rights = queries.list_for(slug, request.user, need="edit")
    kept = request.session.pop("removed_items", None)
    pks = request.POST.getlist("item") or (kept["pks"] if kept and kept["slug"] == row.slug else [])
    keeping.restore_items(row=row, pks=queries.numbers_of(str(pk) for pk in pks))
    return redirect(row)


@require_POST
def merge(request: MemberRequest, slug: str) -> HttpResponse:
    """Everything goes onto another list of hers, and this one is removed."""
    row, _rights = queries.list_for(slug, request.user, need="manage")
    into = queries.own_list(request.user, request.POST.get("to", ""))
    if into.pk != row.pk:
        keeping.merge(row=row, into=into)
    return redirect(into)


@require_POST
def fill_cart(request: MemberRequest, slug: str) -> HttpResponse:
    """The open things of a list into the cart, at once."""
    row, _rights = queries.list_for(slug, request.user, need="edit")
    items = queries.products_on(row)
    came, refused = buying.fill_cart(user=request.user, items=items)
    for text in refused[:3]:
        messages.error(request, text)
    if came:
        messages.success(
            request, ngettext("%(n)s thing is in your cart.", "%(n)s things are in your cart.", came) % {"n": came}
        )
        return redirect("orders:cart")
    if not refused:
        messages.error(request, _("There is nothing on this list that can be bought here."))
    return redirect(row)


@login_not_required
@require_http_methods(["GET", "POST"])
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """The bookmark. A plain POST keeps the product on the list used last; with ``list=`` and ``on=`` on that one.

    A guest keeps it on this device until she signs in.
    """
    product, user = queries.product_at(slug), member(request)
    if user is None:
        return _save_as_guest(request, product)
    adopt_saved(request)  # type: ignore[arg-type]
    text, undo = "", ""
    if request.method == "POST":
        if request.POST.get("list"):
            row, rights = queries.list_to_fill(user, request.POST["list"])
            on = request.POST.get("on") == "1"
            saving.set_saved(row=row, product=product, by=user, on=on, suggest=not rights.edit)
            text = (_("Saved to %(list)s.") if on else _("Taken off %(list)s.")) % {"list": row.name}
            if on and not rights.edit:
                text = _("Suggested. It is on the list once it is accepted.")
        elif request.POST.get("name"):
            kind = request.POST.get("kind", "")
            kind = kind if kind in (List.Kind.WISH, List.Kind.SHOPPING, List.Kind.IDEA) else List.Kind.WISH
            row = keeping.make_list(
                owner=user, kind=kind, name=request.POST["name"].replace("\0", "").strip()[:80] or _("New list")
            )
            saving.set_saved(row=row, product=product, by=user, on=True)
            text = _("Saved to %(list)s.") % {"list": row.name}
        elif request.POST.get("undo"):
            saving.set_saved(row=queries.own_list(user, request.POST["undo"]), product=product, by=user, on=False)
            text = _("No longer saved.")
        elif product.pk not in queries.saved_products(request):
            row, _new = saving.save(user=user, product=product)
            text = _("Saved to %(list)s.") % {"list": row.name}
            undo = reverse("lists:unsave", args=[product.slug, row.pk])
        request._saved_products = None  # type: ignore[attr-defined]
    rows = queries.save_menu(user, product)
    context = {
        "product": product,
        "rows": rows,
        "is_saved": any(row.is_on for row in rows),
        "next": safe_next(request, product.get_absolute_url()),
    }
    if request.method == "POST" and not is_part_request(request):
        if text:
            messages.success(request, text)
        return redirect(f"{reverse('lists:save', args=[product.slug])}?next={context['next']}")
    response = render_page(request, "lists/save.html", context, fragment="lists/_save.html")
    return say(response, text, undo_url=undo) if text else response


def _save_as_guest(request: HttpRequest, product: Product) -> HttpResponse:
    kept = request.session.get(queries.SAVED, [])
    if request.method == "GET":
        return redirect(product)
    on = product.pk not in kept
    request.session[queries.SAVED] = ([product.pk, *kept] if on else [pk for pk in kept if pk != product.pk])[
        :GUEST_KEEPS
    ]
    text = _("Saved on this device. Join or sign in to keep it.") if on else _("No longer saved.")
    if is_part_request(request):
        response = render(request, "lists/_saved_here.html", {"product": product, "is_saved": on})
        return say(response, text)
    messages.success(request, text)
    return redirect(safe_next(request, product.get_absolute_url()))


@require_POST
def unsave(request: MemberRequest, slug: str, pk: int) -> HttpResponse:
    """Undo of the bookmark."""
    product = queries.product_at(slug)
    row = queries.own_list(request.user, str(pk))
    saving.set_saved(row=row, product=product, by=request.user, on=False)
    messages.success(request, _("No longer saved."))
    return redirect(safe_next(request, product.get_absolute_url()))
