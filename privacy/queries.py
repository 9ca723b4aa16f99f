"""What the pages about one's own data show."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.shortcuts import get_object_or_404

from accounts.models import User
from privacy.models import Copy


@dataclass(frozen=True, slots=True)
class DataPage:
    """Her copies, newest first, and whether she may ask for one now."""

    copies: Sequence[Copy]

    @property
    def newest(self) -> Copy | None:
        """The one that was asked for last."""
        return self.copies[0] if self.copies else None

    @property
    def may_ask(self) -> bool:
        """None is being made, and none lies there."""
        return not any(row.is_waiting or row.is_there for row in self.copies)


def data_page(user: User) -> DataPage:
    """The page of one's own data."""
    return DataPage(
        list(Copy.objects.filter(user=user).prefetch_related("downloads").order_by("-asked_at", "-pk")[:10])
    )


def own_copy(user: User, pk: int) -> Copy:
    """A copy that she may download now; 404 for every other."""
    return get_object_or_404(Copy.objects.there(), user=user, pk=pk)
