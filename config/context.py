"""What every template may read."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from commissions.access import is_payer
from influencers.access import is_reviewer
from influencers.models import Influencer
from notifications.queries import unread_count
from orders.models import SellerMember
from orders.queries import cart_count


@dataclass
class Roles:
    """What the visitor may do besides shopping; each question is asked of the database once, and only when put."""

    request: HttpRequest

    @cached_property
    def influencer(self) -> Influencer | None:
        """Her influencer row, if she was approved."""
        user = self.request.user
        return Influencer.objects.filter(user=user).first() if user.is_authenticated else None

    @cached_property
    def reviewer(self) -> bool:
        """May decide applications."""
        return is_reviewer(self.request.user)

    @cached_property
    def payer(self) -> bool:
        """May see and settle payouts."""
        return is_payer(self.request.user)

    @cached_property
    def seller(self) -> bool:
        """Works at a seller's desk."""
        user = self.request.user
        return user.is_authenticated and SellerMember.objects.filter(user=user).exists()


def site(request: HttpRequest) -> dict[str, object]:
    """The site's name and address, the chosen theme (``light``, ``dark`` or empty), roles, and the two badges."""
    theme = request.COOKIES.get("theme", "")
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "theme": theme if theme in {"light", "dark"} else "",
        "roles": Roles(request),
        "cart_count": SimpleLazyObject(lambda: cart_count(request)),
        "unread_count": SimpleLazyObject(lambda: unread_count(request.user)),
    }
