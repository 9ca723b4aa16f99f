"""Verbs of an account that is closed, opened again, or erased."""

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Handle, NameWord, PersonWord, User
from accounts.services.names import index_person


def hide(user: User) -> None:
    """From now on nobody sees or finds her, and she is signed in nowhere."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.refresh_from_db()
    index_person(user)


def show(user: User) -> None:
    """She is here again, as before."""
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.refresh_from_db()
    index_person(user)


def forget(user: User) -> None:
    """Before her rows go: no role at a desk, her handle begins to rest, and words that nobody else is called by leave the search."""
    user.groups.clear()
    user.user_permissions.clear()
    Handle.objects.filter(owner=user, released_at__isnull=True).update(released_at=timezone.now())
    index_person(user)
    unused = NameWord.objects.filter(~Exists(PersonWord.objects.filter(word=OuterRef("pk"))), people=0)
    # Whoever is given such a name at this moment has locked its row, or finds it gone and makes it anew.
    unused.filter(pk__in=list(unused.select_for_update().values_list("pk", flat=True))).delete()
