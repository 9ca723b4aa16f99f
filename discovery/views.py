"""Home, search, category and product pages."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from core.http import is_part_request, render_page
from core.paging import page_of
from discovery import queries
from influencers import referral_cookie
from influencers.referrals import Touch
from influencers.services.clicks import record_click
from sparks.models import Shelf
from sparks.queries import follows_seller, hottest, newest_on, polls_about, sparks_with


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
    touch, shop = referral_cookie.read(request), None
    if via := request.GET.get("via", ""):
        shop = queries.active_shop_of(via.replace("\x00", ""))
    if shop:
        source = request.GET.get("from", "")[:60].replace("\x00", "") or "product"
        touch = Touch(influencer_id=shop.influencer_id, source=source, seen_at=timezone.now())
    viewer = _member(request)
    page = queries.product_page(slug, touch.influencer_id if touch else None, viewer)
    context = {
        "page": page,
        "sparks": sparks_with(page.product, viewer),
        "polls": polls_about(page.product, viewer),
        "is_seller_followed": follows_seller(viewer, page.product.seller),
        "chosen": page.first_available,
        "creator": queries.brought_by(touch.influencer_id if touch else None),
    }
    response = render_page(request, "discovery/product.html", context)
    if shop and touch and not is_part_request(request):
        referral_cookie.remember(response, touch)
        if referral_cookie.counts_as_visit(request, shop.influencer):
            record_click(
                influencer=shop.influencer,
                source=touch.source,
                product_id=page.product.pk,
                visitor=referral_cookie.visitor_key(request),
            )
    return response
