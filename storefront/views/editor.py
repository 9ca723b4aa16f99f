"""The creator's editor of her shop, under ``/studio/shop``."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import AccountError
from accounts.services.profile import claim_handle
from core.http import is_part_request, render_page, say
from core.images import BadPicture
from influencers.access import influencer_required
from influencers.models import Influencer
from storefront import queries, services
from storefront.errors import StorefrontError
from storefront.forms import (
    CollectionForm,
    CoverForm,
    HandleForm,
    LookForm,
    NoteForm,
    OrderForm,
    PlaceForm,
    ProductForm,
)
from storefront.models import Collection, Storefront

# --- The front page: look, collections, publishing


@influencer_required
@require_safe
def editor(request: HttpRequest, *, influencer: Influencer) -> HttpResponse:
    """The shop's look, its collections, and whether it is open."""
    storefront = queries.shop_of(influencer)
    if storefront is None:
        return render_page(request, "storefront/welcome.html", {})
    return _editor(request, storefront)


@influencer_required
@require_POST
def open_shop(request: HttpRequest, *, influencer: Influencer) -> HttpResponse:
    """Start a shop as a draft; harmless when there is one."""
    services.open_storefront(influencer=influencer)
    return redirect("storefront:editor")


@influencer_required
@require_POST
def change_look(request: HttpRequest, *, influencer: Influencer) -> HttpResponse:
    """Save tagline, about and theme."""
    storefront = _shop(influencer)
    form = LookForm(request.POST, instance=queries.shop_of(influencer))
    if not form.is_valid():
        return _editor(request, storefront, status=422, look=form)
    services.change_look(storefront=storefront, **form.cleaned_data)
    return _done(request, _("Saved."), "storefront:editor")


@influencer_required
@require_POST
def set_cover(request: HttpRequest, *, influencer: Influencer) -> HttpResponse:
    """Replace the cover."""
    storefront = _shop(influencer)
    form = CoverForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            services.set_cover(storefront=storefront, upload=form.cleaned_data["cover"])
        except BadPicture as refused:
            form.add_error("cover", str(refused))
        else:
            return _done(request, _("The cover is changed."), "storefront:editor")
    return _editor(request, storefront, status=422, cover=form)


@influencer_required
@require_http_methods(["GET", "HEAD", "POST"])
def handle(request: HttpRequest, *, influencer: Influencer) -> HttpResponse:
    """Take a handle, or change it."""
    user = influencer.user
    form = HandleForm(request.POST if request.method == "POST" else None, initial={"handle": user.handle})
    if request.method == "POST" and form.is_valid():
        try:
            claim_handle(user=user, name=form.cleaned_data["handle"])
        except AccountError as refused:
            form.add_error("handle", str(refused))
        else:
            return _done(request, _("The handle is yours."), "storefront:editor")
    status = 422 if form.errors else 200
    return render_page(request, "storefront/handle.html", {"handle_form": form, "person": user}, status=status)


@influencer_required
@require_POST
def publish(request: HttpRequest, *, influencer: Influencer) -> HttpResponse:
    """Open the shop to everybody."""
    storefront = _shop(influencer)
    try:
        services.publish(storefront=storefront)
    except StorefrontError as refused:
        return _editor(request, storefront, status=refused.status, refusal=refused.message)
    return _done(request, _("Your shop is open. Share its address."), "storefront:editor")


@influencer_required
@require_POST
def unpublish(request: HttpRequest, *, influencer: Influencer) -> HttpResponse:
    """Close the shop again."""
    services.unpublish(storefront=_shop(influencer))
    return _done(request, _("Your shop is closed. Only you see it."), "storefront:editor")


@influencer_required
@require_POST
def add_collection(request: HttpRequest, *, influencer: Influencer) -> HttpResponse:
    """Add a collection and go to it."""
    storefront = _shop(influencer)
    form = CollectionForm(request.POST)
    if form.is_valid():
        try:
            collection = services.add_collection(storefront=storefront, **form.cleaned_data)
        except StorefrontError as refused:
            form.add_error(None, refused.message)
        else:
            return _done(request, _("Added. Now fill it."), "storefront:edit_collection", collection.pk)
    return _editor(request, storefront, status=422, collection=form)


@influencer_required
@require_POST
def move_collection(request: HttpRequest, pk: int, *, influencer: Influencer) -> HttpResponse:
    """Put a collection at another place."""
    collection = queries.own_collection(influencer, pk)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return _collections(request, collection.storefront, refusal=_first_error(form), status=422)
    try:
        place = services.move_collection(collection=collection, **form.cleaned_data)
    except StorefrontError as refused:
        return _collections(request, collection.storefront, refusal=refused.message, status=refused.status)
    text = _("%(title)s moved to %(place)d.") % {"title": collection.title, "place": place}
    return _collections(request, collection.storefront, news=text, moved=collection.pk)


@influencer_required
@require_POST
def reorder_collections(request: HttpRequest, *, influencer: Influencer) -> HttpResponse:
    """Arrange all collections."""
    storefront = _shop(influencer)
    form = OrderForm.of(request.POST)
    if not form.is_valid():
        return _collections(request, storefront, refusal=_first_error(form), status=422)
    try:
        services.reorder_collections(storefront=storefront, order=form.cleaned_data["order"])
    except StorefrontError as refused:
        return _collections(request, storefront, refusal=refused.message, status=refused.status)
    return _collections(request, storefront, news=_("The new order is saved."))


@influencer_required
@require_POST
def remove_collection(request: HttpRequest, pk: int, *, influencer: Influencer) -> HttpResponse:
    """Take a collection away, with a way back."""
    collection = queries.own_collection(influencer, pk)
    removal = services.remove_collection(collection=collection)
    text = _("%(title)s is removed.") % {"title": collection.title}
    return _collections(request, collection.storefront, news=text, removal_pk=str(removal.pk))


# --- One collection: its picks


@influencer_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_collection(request: HttpRequest, pk: int, *, influencer: Influencer) -> HttpResponse:
    """The picks of a collection and the search for more; POST changes its title and note."""
    collection = queries.own_collection(influencer, pk)
    if request.method == "POST":
        form = CollectionForm(request.POST, instance=queries.own_collection(influencer, pk))
        if not form.is_valid():
            return _picks(request, collection, form=form, status=422, whole=True)
        services.rename_collection(collection=collection, **form.cleaned_data)
        return _done(request, _("Saved."), "storefront:edit_collection", collection.pk)
    return _picks(request, collection, removal_pk=request.GET.get("removed", ""))


@influencer_required
@require_POST
def add_pick(request: HttpRequest, pk: int, *, influencer: Influencer) -> HttpResponse:
    """Put a product into a collection."""
    collection = queries.own_collection(influencer, pk)
    form = ProductForm(request.POST)
    if not form.is_valid():
        return _picks(request, collection, refusal=_("Choose a product from the list."), status=422)
    product = queries.product_to_pick(form.cleaned_data["product"])
    try:
        services.add_pick(collection=collection, product=product)
    except StorefrontError as refused:
        return _picks(request, collection, refusal=refused.message, status=refused.status)
    return _picks(request, collection, news=_("%(product)s is added.") % {"product": product})


@influencer_required
@require_POST
def change_note(request: HttpRequest, pk: int, *, influencer: Influencer) -> HttpResponse:
    """Change the creator's words on a product."""
    pick = queries.own_pick(influencer, pk)
    form = NoteForm(request.POST, instance=queries.own_pick(influencer, pk))
    if not form.is_valid():
        return _picks(request, pick.collection, note=form, status=422)
    services.change_note(pick=pick, note=form.cleaned_data["note"])
    return _picks(request, pick.collection, news=_("The note is saved."))


@influencer_required
@require_POST
def move_pick(request: HttpRequest, pk: int, *, influencer: Influencer) -> HttpResponse:
    """Put a product at another place of its collection."""
    pick = queries.own_pick(influencer, pk)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return _picks(request, pick.collection, refusal=_first_error(form), status=422)
    try:
        place = services.move_pick(pick=pick, **form.cleaned_data)
    except StorefrontError as refused:
        return _picks(request, pick.collection, refusal=refused.message, status=refused.status)
    text = _("%(product)s moved to %(place)d.") % {"product": pick.product, "place": place}
    return _picks(request, pick.collection, news=text, moved=pick.pk)


@influencer_required
@require_POST
def reorder_picks(request: HttpRequest, pk: int, *, influencer: Influencer) -> HttpResponse:
    """Arrange all products of a collection."""
    collection = queries.own_collection(influencer, pk)
    form = OrderForm.of(request.POST)
    if not form.is_valid():
        return _picks(request, collection, refusal=_first_error(form), status=422)
    try:
        services.reorder(collection=collection, order=form.cleaned_data["order"])
    except StorefrontError as refused:
        return _picks(request, collection, refusal=refused.message, status=refused.status)
    return _picks(request, collection, news=_("The new order is saved."))


@influencer_required
@require_POST
def remove_pick(request: HttpRequest, pk: int, *, influencer: Influencer) -> HttpResponse:
    """Take a product out of its collection, with a way back."""
    pick = queries.own_pick(influencer, pk)
    removal = services.remove_pick(pick=pick)
    text = _("%(product)s is removed.") % {"product": pick.product}
    return _picks(request, pick.collection, news=text, removal_pk=str(removal.pk))


@influencer_required
@require_POST
def restore(request: HttpRequest, pk: int, *, influencer: Influencer) -> HttpResponse:
    """Put back what was removed."""
    removal = queries.own_removal(influencer, pk)
    is_collection = removal.content["collection"] is not None
    try:
        collection = services.restore(removal=removal)
    except StorefrontError as refused:
        return _editor(request, removal.storefront, status=refused.status, refusal=refused.message)
    if is_collection:
        return _collections(request, collection.storefront, news=_("Put back."))
    return _picks(request, collection, news=_("Put back."))


# --- Answers


def _shop(influencer: Influencer) -> Storefront:
    """Her shop; a draft is opened for whoever acts on one that she does not have yet."""
    return queries.shop_of(influencer) or services.open_storefront(influencer=influencer)


def _first_error(form: Any) -> str:
    return str(next(iter(form.errors.values()))[0])


def _done(request: HttpRequest, text: str, to: str, *args: object) -> HttpResponse:
    """To the page that shows what was done."""
    messages.success(request, text)
    return redirect(to, *args)


def _editor(request: HttpRequest, storefront: Storefront, *, status: int = 200, **shown: Any) -> HttpResponse:
    """The editor's front page with the forms given, or fresh ones."""
    removal_pk = shown.pop("removal_pk", "") or request.GET.get("removed", "")
    context = {
        "shop": queries.shop_editor(storefront, removal_pk=removal_pk),
        "look": LookForm(instance=storefront),
        "cover": CoverForm(),
        "collection": CollectionForm(),
        "most_collections": services.MOST_COLLECTIONS,
        **shown,
    }
    return render_page(request, "storefront/editor.html", context, fragment="storefront/_shelf.html", status=status)


def _collections(
    request: HttpRequest,
    storefront: Storefront,
    *,
    news: str = "",
    removal_pk: str = "",
    status: int = 200,
    **shown: Any,
) -> HttpResponse:
    """After an act on the list of collections: the list for htmx, the editor for everybody else."""
    if status != 200:
        return _editor(request, storefront, status=status, **shown)
    if is_part_request(request):
        undo_url = reverse("storefront:restore", args=[removal_pk]) if removal_pk else ""
        answer = _editor(request, storefront, removal_pk=removal_pk, **shown)
        return say(answer, news, undo_url=undo_url, undo_label=_("Undo"))
    messages.success(request, news)
    return redirect(reverse("storefront:editor") + (f"?removed={removal_pk}" if removal_pk else ""))


def _picks(
    request: HttpRequest,
    collection: Collection,
    *,
    news: str = "",
    removal_pk: str = "",
    status: int = 200,
    whole: bool = False,
    **shown: Any,
) -> HttpResponse:
    """The collection's page. After an act: the list for htmx, the way back to the page for everybody else."""
    q = request.POST.get("q", request.GET.get("q", ""))
    if news and not is_part_request(request):
        messages.success(request, news)
        query = f"?removed={removal_pk}" if removal_pk else ""
        return redirect(reverse("storefront:edit_collection", args=[collection.pk]) + query)
    context = {
        "desk": queries.collection_editor(collection, q=q, removal_pk=removal_pk),
        "form": CollectionForm(instance=collection),
        "most_picks": services.MOST_PICKS,
        **shown,
    }
    response = render_page(
        request,
        "storefront/edit_collection.html",
        context,
        fragment="" if whole else "storefront/_desk.html",
        status=status,
    )
    if news:
        undo_url = reverse("storefront:restore", args=[removal_pk]) if removal_pk else ""
        return say(response, news, undo_url=undo_url, undo_label=_("Undo"))
    return response
