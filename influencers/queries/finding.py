"""Cases by words and marks: what is rare is looked up first, what is common is met soon in the order of the queue."""

from collections.abc import Iterable

from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import IsNull

from accounts.handles import normalise
from accounts.models import User
from core.beginnings import begins_with
from influencers.finding import asked_words
from influencers.models import Application, CaseWord

# Up to so many cases a word is rare: they are listed by number. Of more every hundredth or so row of the queue is one.
RARE = 1_000
HANDLES = 200


def with_marks(marks: Iterable[str]) -> Q:
    """Cases that have all of these marks (finding.TOPIC and its neighbours)."""
    return _having([Q(word=mark) for mark in marks])


def named(text: str) -> Q:
    """Cases of somebody called so: each word begins one of her name or of her accounts' handles; or her own handle begins so."""
    handle = normalise(text)
    people = User.objects.filter(begins_with("handle", handle)).order_by("handle") if handle else User.objects.none()
    hers = Q(user__in=list(people.values_list("pk", flat=True)[:HANDLES]))
    words = asked_words(text)
    return _having([begins_with("word", word) for word in words]) | hers if words else hers


def _having(conditions: Iterable[Q]) -> Q:
    """Cases that have a word for each of the conditions."""
    rare: set[int] | None = None
    common = Q()
    for condition in conditions:
        rows = CaseWord.objects.filter(condition)
        # The index answers alone: as far as it is rare, and no further.
        found = set(rows.order_by().values_list("application", flat=True)[: RARE + 1])
        if len(found) > RARE:
            # Not EXISTS, which PostgreSQL turns into a join of everybody: asked row by row, in the order of the queue.
            one = rows.filter(application=OuterRef("pk")).order_by().values("pk")[:1]
            common &= Q(IsNull(Subquery(one), rhs=False))
        else:
            rare = found if rare is None else rare & found
    if rare is None:
        return common
    kept = Application.objects.filter(common, pk__in=rare).values_list("pk", flat=True) if common else rare
    return Q(pk__in=list(kept))
