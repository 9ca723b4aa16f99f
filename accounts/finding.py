"""Find people by an inexact name, as far as they want to be found."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.circle import blocks_between
from accounts.handles import normalise
from accounts.models import Friend, NameForm, NameWord, PersonWord, User
from accounts.names import (
    MOST_QUERY_WORDS,
    Reason,
    allowed,
    distance,
    forms_of,
    is_searchable,
    likeness,
    nicknames,
    reading,
    score,
    split,
)  # fmt: skip

# How many people are looked at before the best are taken, and how many words of the vocabulary one typed word may mean.
POOL = 80
POOL_OF_ONE = 200
MEANINGS = 400
MEANINGS_OF_ONE = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A person who was found, why, and how many friends she and the viewer have in common."""

    person: User
    reason: Reason
    common: int


@dataclass(frozen=True, slots=True)
class Meanings:
    """The words of the vocabulary that a typed word may mean: the word itself and what begins with it; and all, nearest first."""

    close: list[int]
    every: list[int]


def meanings(word: str, *, is_last: bool, most: int) -> Meanings:
    """Words alike, read alike, a short form, a beginning: two to four queries, whatever is found."""
    said = {word, reading(word)} - {""}
    forms = {form for one in said for form in forms_of(one)}
    alike = NameWord.objects.filter(pk__in=NameForm.objects.filter(hash__in=forms).values("word"))
    near: list[tuple[int, float, int]] = []
    for pk, text in alike.values_list("pk", "text"):
        edits = [count for one in said if (count := distance(one, text, allowed(one))) is not None]
        if edits:
            near.append((min(edits), -likeness(word, text), pk))
    near.sort()
    close = [pk for edits, _likeness, pk in near if edits == 0]
    short = {other for one in said for other in nicknames(one)} - said
    if short:
        close += NameWord.objects.filter(text__in=short).values_list("pk", flat=True)
    for one in said if is_last else ():
        if len(one) > 1:
            begins = NameWord.objects.starting(one).order_by("text")
            close += begins.values_list("pk", flat=True)[:most]
    return Meanings(close, list(dict.fromkeys([*close, *(pk for _edits, _likeness, pk in near)]))[: 2 * most])


def _having(options: list[list[int]], people: QuerySet[PersonWord]) -> QuerySet[PersonWord]:
    """Rows of the rarest word's people who have a meaning of every other word too."""
    first, *others = sorted(options, key=len)
    rows = people.filter(word__in=first)
    for words in others:
        rows = rows.filter(user__in=PersonWord.objects.filter(word__in=words).values("user"))
    return rows


def find_people(*, viewer: User, text: str, limit: int = 20) -> list[Found]:
    """The people whom the text may mean, best first; never herself, never across a block.

    Who is hidden has no words in the index: her absence takes no longer than that of somebody who is not there.
    """
    asked = split(text[:100])[:MOST_QUERY_WORDS]
    handle = normalise(text[:100])
    # A friend of a friend is found by name where she allows it, and so are friends themselves.
    mine = Friend.objects.filter(user=viewer).values("friend")
    near = Friend.objects.filter(user__in=mine).values("friend")
    pool: list[int] = []
    if is_searchable(asked):
        most = MEANINGS_OF_ONE if len(asked) == 1 else MEANINGS
        options = [meanings(word, is_last=place == len(asked) - 1, most=most) for place, word in enumerate(asked)]
        size = POOL_OF_ONE if len(asked) == 1 else POOL
        if all(option.every for option in options):
            rows = _having([option.every for option in options], PersonWord.objects.all())
            if mine.exists():
                pool += rows.filter(Q(user__in=mine) | Q(user__in=near)).values_list("user", flat=True)[:size]
            likely = _having([option.close for option in options], PersonWord.objects.filter(is_open=True))
            pool += likely.values_list("user", flat=True)[:size]
            if len(pool) < size:
                # Misspellings are looked for only where too few have the words as typed.
                pool += rows.filter(is_open=True).values_list("user", flat=True)[:size]
    today = timezone.localdate()
    people = (
        User.objects.filter(Q(pk__in=pool) | Q(handle=handle), is_active=True)
        .exclude(pk=viewer.pk)
        .exclude(blocks_between(viewer.pk, "pk"))
        .only("pk", "name", "handle", "avatar", "findable_by", "born_on", "is_active")
    )
    found = list(people)
    common = dict(
        Friend.objects.filter(user__in=[person.pk for person in found], friend__in=mine)
        .values_list("user").annotate(n=Count("pk")).values_list("user", "n")
    )  # fmt: skip
    ranked: list[tuple[float, int, Found]] = []
    for person in found:
        fit = score(text, person.name)
        if person.handle == handle and person.findable_by != User.FindableBy.NOBODY and not person.is_young(today):
            ranked.append((200.0, person.pk, Found(person, Reason.HANDLE, common.get(person.pk, 0))))
        elif person.pk in pool and fit.score:
            lift = min(10, 3 * common.get(person.pk, 0))
            ranked.append((fit.score + lift, person.pk, Found(person, fit.reason, common.get(person.pk, 0))))
    ranked.sort(key=lambda row: (-row[0], row[1]))
    return [row[2] for row in ranked[:limit] if row[2].person.handle]
