"""Who may: reviewers at the queue, creators in the studio."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from influencers.models import Influencer

View = Callable[..., HttpResponse]
DECIDE = "influencers.change_application"


def is_reviewer(user: AbstractBaseUser | AnonymousUser) -> bool:
    """May read the queue and decide applications: staff with the permission to change applications."""
    return bool(user.is_authenticated and getattr(user, "is_staff", False) and user.has_perm(DECIDE))  # type: ignore[attr-defined,union-attr]


def reviewer_required(view: View) -> View:
    """Only for reviewers; other members get 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_reviewer(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def influencer_required(view: View) -> View:
    """Only for approved, active influencers; the view gets hers as ``influencer``. Others go to the programme."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        influencer = Influencer.objects.select_related("user").filter(user_id=request.user.pk or 0).first()
        if influencer is None:
            return redirect("influencers:apply")
        if not influencer.is_active:
            # Why, and what she can do.
            return redirect("influencers:standing")
        return view(request, *args, influencer=influencer, **kwargs)

    return guarded


def any_influencer_required(view: View) -> View:
    """For everyone who was approved, whatever stands against her: her money is hers to see. Others go to the programme."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        influencer = Influencer.objects.select_related("user").filter(user_id=request.user.pk or 0).first()
        if influencer is None:
            return redirect("influencers:apply")
        return view(request, *args, influencer=influencer, **kwargs)

    return guarded
