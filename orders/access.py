"""Who may: people at a seller's desk."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from catalog.models import Seller

View = Callable[..., HttpResponse]


def seller_required(view: View) -> View:
    """Only for members of a seller; the view gets the seller as ``seller`` (the first by name). Others get 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        seller = Seller.objects.filter(members__user_id=request.user.pk or 0).order_by("name").first()
        if seller is None:
            raise PermissionDenied
        return view(request, *args, seller=seller, **kwargs)

    return guarded
