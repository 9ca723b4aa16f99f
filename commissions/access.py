"""Who may: people who pay creators."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]
PAY = "commissions.change_payout"


def is_payer(user: AbstractBaseUser | AnonymousUser) -> bool:
    """May see and settle payouts: staff with the permission to change payouts."""
    return bool(user.is_authenticated and getattr(user, "is_staff", False) and user.has_perm(PAY))  # type: ignore[attr-defined,union-attr]


def payer_required(view: View) -> View:
    """Only for people who pay creators; other members get 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_payer(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
