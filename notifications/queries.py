"""What a person's notices page shows."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.circle import blocks_between
from accounts.models import User
from notifications.models import Notice


@dataclass(frozen=True, slots=True)
class Group:
    """Notices of one stretch of time, under its heading."""

    title: str
    notices: list[Notice]


def unread_count(user: AbstractBaseUser | AnonymousUser) -> int:
    """How many notices the person has not read; 0 for a guest."""
    if not user.is_authenticated:
        return 0
    return _of(user.pk).filter(read_at__isnull=True).count()


def notices_of(user: User) -> QuerySet[Notice]:
    """The person's notices, newest first."""
    return _of(user.pk).order_by("-created_at", "-pk")


def _of(user_id: int) -> QuerySet[Notice]:
    """Her notices, but nothing of a person between whom and her is a block."""
    return Notice.objects.filter(~blocks_between(user_id, "actor"), recipient_id=user_id)


def grouped(notices: list[Notice]) -> list[Group]:
    """The notices under Today, This week and Earlier; empty groups are left out."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    week = today - timedelta(days=6)
    groups = [
        Group(_("Today"), [notice for notice in notices if notice.created_at >= today]),
        Group(_("This week"), [notice for notice in notices if week <= notice.created_at < today]),
        Group(_("Earlier"), [notice for notice in notices if notice.created_at < week]),
    ]
    return [group for group in groups if group.notices]
