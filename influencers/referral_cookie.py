"""The touch that a visitor carries: a signed cookie, and who counts as a visitor at all."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from influencers.models import Influencer
from influencers.referrals import WINDOW_DAYS, Touch, is_current

COOKIE = "referral"
SALT = "influencers.referral"
BOTS = (
    "bot", "crawl", "spider", "slurp", "preview", "facebookexternalhit", "curl/", "wget/", "python-", "httpx",
    "go-http-client", "okhttp", "java/", "libwww", "headless", "lighthouse", "monitor", "scan",
)  # fmt: skip


def remember(response: HttpResponse, touch: Touch) -> HttpResponse:
    """Keep this touch in the visitor's browser for the window; it replaces an earlier one (the last touch wins)."""
    value = signing.dumps([touch.influencer_id, touch.source, int(touch.seen_at.timestamp())], salt=SALT)
    response.set_cookie(
        COOKIE,
        value,
        max_age=timedelta(days=WINDOW_DAYS),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def read(request: HttpRequest, now: datetime | None = None) -> Touch | None:
    """The touch that the visitor carries, while its window lasts; None for none, an old one or a forged one."""
    raw = request.COOKIES.get(COOKIE, "")
    if not raw:
        return None
    try:
        influencer_id, source, seconds = signing.loads(raw, salt=SALT)
        touch = Touch(int(influencer_id), str(source), datetime.fromtimestamp(int(seconds), tz=UTC))
    except (signing.BadSignature, ValueError, TypeError, OverflowError, OSError):
        return None
    return touch if is_current(touch, now=now or timezone.now()) else None


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


def is_opened(request: HttpRequest) -> bool:
    """A person opened the page herself: no robot, no prefetch and no part of a page."""
    purpose = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}".lower()
    return (
        request.method == "GET"
        and not is_robot(request)
        and "prefetch" not in purpose
        and "preview" not in purpose
        and request.headers.get("X-Moz", "").lower() != "prefetch"
        and request.headers.get("Sec-Fetch-Dest", "document") == "document"
    )


def counts_as_visit(request: HttpRequest, influencer: Influencer) -> bool:
    """Somebody opened the page herself, and it was not the influencer."""
    return is_opened(request) and request.user.pk != influencer.user_id
