"""What a person's notices page shows."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from notifications.models import Notice


def unread_count(user: AbstractBaseUser | AnonymousUser) -> int:
    """How many notices the person has not read; 0 for a guest."""
    if not user.is_authenticated:
        return 0
    return Notice.objects.filter(recipient_id=user.pk, read_at__isnull=True).count()
