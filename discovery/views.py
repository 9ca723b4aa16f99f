"""Home, search, category and product pages."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.models import User
from core.http import is_part_request, render_page
from core.paging import page_of
from discovery import queries
from influencers import referral_cookie
from influencers.referrals import known_source
from sparks.models import Shelf
from sparks.queries import follows_seller, hottest, newest_on, polls_about, sparks_with, wanted_by


def _member(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "shops": queries.shops(_member(request))[:8],
        "page": page_of(queries.most_recommended(), request),
        "roots": queries.roots(),
        "news": queries.picks_for(request.user) if isinstance(request.user, User) else [],
    }
    return render_page(request, "discovery/home.html", context, fragment="discovery/_products.html")


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    text, sort = request.GET.get("q", "")[:200], request.GET.get("sort", "")
    context = {
        "q": text,
        "sort": sort if sort in queries.SORTS else "recommended",
        "page": page_of(queries.found_products(text, sort), request, size=16),
        "shops": queries.found_shops(text, _member(request)),
        "roots": queries.roots(),
    }
    return render_page(request, "discovery/search.html", context, fragment="discovery/_products.html")


@login_not_required
@require_safe
def category(request: HttpRequest, path: str) -> HttpResponse:
    found, sort = queries.category_at(path), request.GET.get("sort", "")
    context = {
        "category": found,
        "trail": queries.trail_of(found)[:-1],
        "children": found.children.order_by("name"),
        "sort": sort if sort in queries.SORTS else "recommended",
        "page": page_of(queries.products_of(found, sort), request),
    }
    if not is_part_request(request):
        viewer = _member(request)
        context["sparks"] = newest_on(Shelf.Kind.CATEGORY, found.pk, viewer)
        context["hottest"] = hottest(viewer, category=found, limit=3)
    return render_page(request, "discovery/category.html", context, fragment="discovery/_products.html")


@login_not_required
@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """The product; ``?via=<handle>`` is a touch of that creator."""
    touch, shop, source = referral_cookie.read(request), None, ""
    if via := request.GET.get("via", ""):
        shop = queries.active_shop_of(via.replace("\x00", ""))
    if shop:
        source = known_source(request.GET.get("from", ""))
    brought_by = shop.influencer_id if shop else touch.influencer_id if touch else None
    viewer = _member(request)
    page = queries.product_page(slug, brought_by, viewer)
    context = {
        "page": page,
        "sparks": sparks_with(page.product, viewer),
        "polls": polls_about(page.product, viewer),
        "is_seller_followed": follows_seller(viewer, page.product.seller),
        "is_wanted": page.product.pk in wanted_by(viewer, [page.product.pk]),
        "chosen": page.first_available,
        "creator": queries.brought_by(brought_by),
    }
    response = render_page(request, "discovery/product.html", context)
    if shop and not is_part_request(request):
        referral_cookie.came_through(
            request, response, influencer=shop.influencer, source=source, product_id=page.product.pk,
            live_at=queries.live_since(shop, source),
        )  # fmt: skip
    return response
