"""The shop as shoppers see it."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.circle import Tie
from accounts.models import User
from core.http import is_part_request, render_page
from influencers.referral_cookie import came_through
from storefront.models import Storefront
from storefront.queries import (
    collection_page,
    handle_now,
    networks_of,
    parts_of,
    profile_page,
    shop_for_visitor,
    shop_head,
    shop_page,
)


@login_not_required
@require_safe
def page(request: HttpRequest, handle: str) -> HttpResponse:
    """``/@handle``: the shop, its About tab, and its picks by search, collection and sort."""
    if handle != handle.lower():
        return redirect("storefront:page", handle.lower(), permanent=True)
    try:
        storefront = shop_for_visitor(handle, request.user)
    except Http404:
        if now := handle_now(handle):
            return redirect("storefront:page", now, permanent=True)
        return _profile(request, handle)
    head = shop_head(storefront, request.user)
    if request.GET.get("tab") == "lists":
        viewer = request.user if isinstance(request.user, User) else None
        parts = parts_of(head.person, head.tie, viewer)
        if head.is_owner:
            parts = parts_of(head.person, Tie(is_self=True), viewer)
        context = {"head": head, "tab": "lists", "lists": parts.lists, "friends": parts.friends, "parts": parts}
        return _touched(request, storefront, "storefront", render_page(request, "storefront/lists.html", context))
    if request.GET.get("tab") == "about":
        context = {"head": head, "tab": "about", "networks": networks_of(storefront.influencer)}
        return _touched(request, storefront, "storefront", render_page(request, "storefront/about.html", context))
    shop = shop_page(head, request)
    context = {"head": head, "shop": shop, "tab": "shop"}
    response = render_page(request, "storefront/page.html", context, fragment=_part(request))
    return _touched(request, storefront, "storefront", response)


def _profile(request: HttpRequest, handle: str) -> HttpResponse:
    """The page of a person who has no shop."""
    viewer, seen_as = request.user if isinstance(request.user, User) else None, request.GET.get("as", "")
    context = {"profile": profile_page(handle, viewer, seen_as=seen_as), "seen_as": seen_as}
    return render_page(request, "storefront/profile.html", context)


@login_not_required
@require_safe
def collection(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """One collection of the shop."""
    if handle != handle.lower():
        return redirect("storefront:collection", handle.lower(), slug, permanent=True)
    try:
        storefront = shop_for_visitor(handle, request.user)
    except Http404:
        if now := handle_now(handle):
            return redirect("storefront:collection", now, slug, permanent=True)
        raise
    shop = collection_page(shop_head(storefront, request.user), slug, request)
    context = {"head": shop.head, "shop": shop}
    response = render_page(request, "storefront/collection.html", context, fragment=_part(request))
    return _touched(request, storefront, shop.source, response)


def _part(request: HttpRequest) -> str:
    """What htmx asks for: the next rows below "Load more", or the whole result."""
    return "storefront/_items.html" if request.headers.get("HX-Target") == "more" else "storefront/_results.html"


def _touched(request: HttpRequest, storefront: Storefront, source: str, response: HttpResponse) -> HttpResponse:
    """Remember who brought the visitor here. Of the visits, her own and those of robots are not counted as clicks."""
    if storefront.is_published and not is_part_request(request):
        came_through(
            request, response, influencer=storefront.influencer, source=source, live_at=storefront.published_at
        )
    return response
