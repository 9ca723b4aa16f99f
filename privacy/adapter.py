"""How allauth speaks with people who closed their account."""

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.adapter import AccountAdapter as Base
from accounts.models import User
from privacy.models import Closing

COMING_BACK = "coming_back"
MINUTES = 15


class AccountAdapter(Base):
    """Who signs in to an account that she closed is asked whether she would like to come back."""

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        if Closing.objects.open().filter(user=user).exists():
            # Her password was right: for a quarter of an hour this browser may open the account again.
            request.session[COMING_BACK] = {"user": user.pk, "until": time.time() + MINUTES * 60}
            return redirect("privacy:come_back")
        return super().respond_user_inactive(request, user)


def who_comes_back(request: HttpRequest) -> User | None:
    """The person who has just proved that a closed account is hers; None for anybody else."""
    kept = request.session.get(COMING_BACK) or {}
    if kept.get("until", 0) < time.time():
        return None
    return User.objects.filter(pk=kept["user"], closings__in=Closing.objects.open()).first()
