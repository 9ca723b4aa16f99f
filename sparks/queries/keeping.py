"""Sparks that are kept on lists."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.http import Http404

from accounts.models import User
from lists.models import List, ListMember
from lists.queries import list_for, list_to_fill
from sparks.models import (
    KeptSpark,
    Spark,
)
from sparks.queries.showing import Card, cards


@dataclass(frozen=True, slots=True)
class KeptPage:
    """The Sparks on a list as one reader sees them; ``may_edit``: she may take them off."""

    row: List
    kept: list[Card]
    may_edit: bool


def kept_page(slug: str, user: User | None, *, token: str = "") -> KeptPage:
    """The Sparks on the list at this address; 404 for who may not see the list."""
    row, rights = list_for(slug, user, token=token)
    return KeptPage(row, kept_on(row, user), rights.edit)


def list_to_keep_on(user: User, pk: str) -> List:
    """A list onto which she may put a Spark; 404 for any other."""
    row, rights = list_to_fill(user, pk)
    if not rights.edit or row.kind == List.Kind.GIFT:
        raise Http404
    return row


def kept_on(row: List, user: User | None, limit: int = 48) -> list[Card]:
    """The Sparks on a list that this reader may see, last kept first. May she see the list? ``kept_page`` asks."""
    kept = list(
        KeptSpark.objects.filter(list=row, spark__in=Spark.objects.visible_to(user).values("pk"))
        .select_related("spark__author__influencer", "spark__topic").order_by("-pk")[:limit]
    )  # fmt: skip
    return cards([one.spark for one in kept], user)


def lists_to_fill(user: User) -> list[List]:
    """Her lists and those that name her to edit them, without gift lists; last used first."""
    edits = ListMember.objects.filter(user=user, role=ListMember.Role.EDIT).values("list")
    rows = List.objects.visible_to(user).filter(Q(owner=user) | Q(pk__in=edits)).exclude(kind=List.Kind.GIFT)
    return list(rows.select_related("owner").order_by("-used_at", "-pk")[:60])


def lists_with(spark: Spark, lists: Sequence[List]) -> set[int]:
    """Those of the lists on which the Spark stands."""
    rows = KeptSpark.objects.filter(spark=spark, list__in=[row.pk for row in lists])
    return set(rows.values_list("list", flat=True))
