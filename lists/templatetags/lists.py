"""The bookmark on product cards, and the words of a list's circle."""

from typing import Any

from django import template
from django.middleware.csrf import get_token
from django.template.context import Context
from django.utils.translation import gettext as _

from catalog.models import Product
from lists.models import List
from lists.queries import saved_products

register = template.Library()
CIRCLE_ICONS = {"private": "lock", "named": "user", "friends": "friends", "link": "link", "public": "globe"}


@register.inclusion_tag("components/save_button.html", takes_context=True)
def save_button(context: Context, product: Product) -> dict[str, Any]:
    """The bookmark of a product; filled when the visitor keeps it on a list."""
    request = getattr(context, "request", None)
    if request is None or not hasattr(request, "session"):
        return {"product": None}
    return {
        "product": product,
        "is_saved": product.pk in saved_products(request),
        "csrf_token": get_token(request),
        "path": request.get_full_path(),
    }


@register.simple_tag
def circle_words(row: List) -> str:
    """Who sees the list, in words."""
    if row.kind == List.Kind.GIFT:
        return (
            _("Hidden from %(name)s") % {"name": row.for_whom}
            if row.recipient_id
            else str(_("Only you and who you name"))
        )
    return str(List.Audience(row.audience).label)


@register.filter
def circle_icon(row: List) -> str:
    """The icon of the circle that sees the list."""
    return "lock" if row.kind == List.Kind.GIFT else CIRCLE_ICONS[row.audience]
