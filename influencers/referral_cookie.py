"""The touches that a visitor carries: a signed cookie, and who counts as a visitor at all."""

import zlib
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from influencers.models import Influencer
from influencers.referrals import (
    WINDOW_DAYS,
    Touch,
    arrival,
    as_stored,
    extended,
    follows_an_advert,
    from_stored,
    is_current,
    is_late,
    is_paid_ad,
    micros,
    moment_of,
)  # fmt: skip
from influencers.services.referring import policy_at, record_click

COOKIE = "referral"
SALT = "influencers.referral"
BASKET = "basket_opened_at"
BOTS = (
    "bot", "crawl", "spider", "slurp", "preview", "facebookexternalhit", "curl/", "wget/", "python-", "httpx",
    "go-http-client", "okhttp", "java/", "libwww", "headless", "lighthouse", "monitor", "scan",
)  # fmt: skip


def came_through(
    request: HttpRequest, response: HttpResponse, *, influencer: Influencer, source: str, product_id: int | None = None,
    live_at: datetime | None = None,
) -> None:  # fmt: skip
    """The visitor came through a link of this creator: remember it in her browser, and count it if it is a visit.

    ``live_at``: since when the content that was linked stands. A part of a page, a picture or a prefetch is no visit at all.
    """
    if not is_navigation(request):
        return
    now = timezone.now()
    source = arrival(request.GET.get("from", "")) or source
    carried = trail(request, now)
    is_paid = is_paid_ad(request.META.get("QUERY_STRING", "")) or follows_an_advert(carried, influencer.pk, now)
    touch = Touch(influencer.pk, source[:60], now, product_id, live_at, basket_opened_at(request), is_paid)
    _keep(response, extended(carried, touch))
    if counts_as_visit(request, influencer):
        record_click(
            influencer=influencer, source=source, visitor=visitor_key(request), product_id=product_id,
            is_late=touch.opened_at is not None and is_late(touch, policy_at(now)), is_paid=is_paid,
        )  # fmt: skip


def remember(request: HttpRequest, response: HttpResponse, touch: Touch) -> HttpResponse:
    """Keep this touch in the visitor's browser for the window, behind those that she carries."""
    return _keep(response, extended(trail(request, touch.seen_at), touch))


def _keep(response: HttpResponse, kept: tuple[Touch, ...]) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        signing.dumps([as_stored(one) for one in kept], salt=SALT, compress=True),
        max_age=timedelta(days=WINDOW_DAYS),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def trail(request: HttpRequest, now: datetime | None = None) -> tuple[Touch, ...]:
    """The touches that the visitor carries, oldest first, while their window lasts; none for a forged cookie."""
    raw = request.COOKIES.get(COOKIE, "")
    if not raw:
        return ()
    try:
        touches = [from_stored(values) for values in signing.loads(raw, salt=SALT)]
    except (signing.BadSignature, ValueError, TypeError, OverflowError, OSError, zlib.error):
        return ()
    moment = now or timezone.now()
    return tuple(touch for touch in touches if is_current(touch, now=moment))


def read(request: HttpRequest, now: datetime | None = None) -> Touch | None:
    """The last touch that the visitor carries and that may still win something; None for none."""
    return next((touch for touch in reversed(trail(request, now)) if not is_late(touch)), None)


def open_basket(request: HttpRequest) -> None:
    """The basket page is shown: what is clicked from now on is late. Written at most once a minute."""
    now, last = timezone.now(), basket_opened_at(request)
    if last is None or now - last >= timedelta(minutes=1):
        request.session[BASKET] = micros(now)


def close_basket(request: HttpRequest) -> None:
    """The basket was paid for: the next click is a new beginning."""
    request.session.pop(BASKET, None)


def basket_opened_at(request: HttpRequest) -> datetime | None:
    """When the visitor had last opened the basket page, if she did."""
    return moment_of(request.session.get(BASKET, 0))


def visitor_key(request: HttpRequest, now: datetime | None = None) -> str:
    """Who this is, for one day: a keyed hash of address and browser. Neither can be read back, neither is stored."""
    day = (now or timezone.now()).astimezone(UTC).date().isoformat()
    who = "|".join([day, client_address(request), request.headers.get("User-Agent", "")])
    return salted_hmac("influencers.visitor", who, algorithm="sha256").hexdigest()[:32]


def client_address(request: HttpRequest) -> str:
    """The visitor's address as the outermost proxy that we trust saw it."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if trusted and len(hops) >= trusted:
        return hops[-trusted]
    return str(request.META.get("REMOTE_ADDR", ""))


def is_robot(request: HttpRequest) -> bool:
    """It says that it is none of the people: by its name, or by having none."""
    agent = request.headers.get("User-Agent", "").lower()
    return not agent or any(word in agent for word in BOTS)


def is_navigation(request: HttpRequest) -> bool:
    """A browser opens the page itself: not a part of it, not a picture or a frame of another page, no prefetch."""
    purpose = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}".lower()
    return (
        request.method == "GET"
        and "HX-Request" not in request.headers
        and "prefetch" not in purpose
        and "preview" not in purpose
        and request.headers.get("X-Moz", "").lower() != "prefetch"
        and request.headers.get("Sec-Fetch-Dest", "document") == "document"
        and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    )


def is_opened(request: HttpRequest) -> bool:
    """A person opened the page herself: no robot, no prefetch and no part of a page."""
    return is_navigation(request) and not is_robot(request)


def counts_as_visit(request: HttpRequest, influencer: Influencer) -> bool:
    """Somebody opened the page herself, and it was not the influencer."""
    return is_opened(request) and request.user.pk != influencer.user_id
