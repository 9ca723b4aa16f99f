"""Find people by an inexact name, as far as they want to be found."""

from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.circle import blocks_between
from accounts.handles import normalise
from accounts.models import Friend, NameWord, PersonWord, User
from accounts.names import (
    LONGEST,
    MOST_QUERY_WORDS,
    SIGNS,
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

# How many people each look brings at most, and how many make the next look needless; how many words a typed beginning, and a misspelling, may mean.
POOL = 40
ENOUGH = 10
# Through more people than this a look goes only while nobody was found; the last look, at any misspelling, costs the most.
MANY = 2_000
FEW = 300
BEGINNINGS = 200
NEIGHBOURS = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A person who was found, why, and how many friends she and the viewer have in common."""

    person: User
    reason: Reason
    common: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """A word of the vocabulary that a typed word may mean, and about how many people have it."""

    word: int
    people: int


@dataclass(frozen=True, slots=True)
class Meanings:
    """What a typed word may mean: as typed or read, a short form or what it begins, and words alike, best first."""

    same: list[Meaning]
    close: list[Meaning]
    alike: list[Meaning]


def meanings(word: str, *, is_last: bool) -> Meanings:
    """Words alike, read alike, a short form, a beginning: one to three queries, whatever is found.

    A sign has no misspellings: it is the sign, or one that is read alike.
    """
    said = {word, reading(word)} - {""}
    if SIGNS.fullmatch(word):
        near = NameWord.objects.filter(text__in=said)
    else:
        near = NameWord.objects.filter(forms__hash__in={form for one in said for form in forms_of(one)}).distinct()
    same: list[Meaning] = []
    ranked: list[tuple[int, int, float, Meaning]] = []
    for pk, text, people in near.values_list("pk", "text", "people"):
        edits = [count for one in said if (count := distance(one, text, allowed(one))) is not None]
        if edits and min(edits) == 0:
            same.append(Meaning(pk, people))
        elif edits:
            ranked.append((min(edits), -people, -likeness(word, text), Meaning(pk, people)))
    ranked.sort(key=lambda row: row[:3])
    close: list[Meaning] = []
    short = {other for one in said for other in nicknames(one)} - said
    if short:
        close += [Meaning(*row) for row in NameWord.objects.filter(text__in=short).values_list("pk", "people")]
    if is_last and len(word) > 1:
        begins = Q()
        for one in said:
            begins |= NameWord.beginning(one)
        rows = NameWord.objects.filter(begins).order_by("-people", "pk").values_list("pk", "people")
        close += [Meaning(*row) for row in rows[:BEGINNINGS]]
    return Meanings(same, close, [row[3] for row in ranked[:NEIGHBOURS]])


def _joined(asked: list[str], same: list[list[Meaning]]) -> list[list[Meaning]]:
    """What was typed, with neighbours as one word where the index has it for signs: 伟明 and wei ming are weiming.

    Such words are rare, so that they are looked for first. Empty when no pair is a word.
    """
    texts = [(reading(one) + reading(other))[:LONGEST] for one, other in pairwise(asked)]
    known = {
        text: Meaning(pk, people)
        for text, pk, people in NameWord.objects.filter(text__in=texts).values_list("text", "pk", "people")
    }
    pairs = [place for place, text in enumerate(texts) if text in known]
    alone = [words for place, words in enumerate(same) if place not in pairs and place - 1 not in pairs]
    return [*([known[texts[place]]] for place in pairs), *alone] if pairs else []


def _rarest(options: list[list[Meaning]]) -> int:
    """About how many people a look goes through: those of the rarest word."""
    return min((sum(word.people for word in words) for words in options), default=0)


def _having(options: list[list[Meaning]], people: QuerySet[PersonWord]) -> list[int]:
    """At most POOL people who have a meaning of every word, looked for from the rarest."""
    if not options or not all(options):
        return []
    first, *others = sorted(options, key=lambda words: sum(word.people for word in words))
    rows = people.filter(word__in=[word.word for word in first])
    for words in others:
        has = PersonWord.objects.filter(user=OuterRef("user"), word__in=[word.word for word in words])
        rows = rows.filter(Exists(has))
    return list(rows.values_list("user", flat=True)[:POOL])


def _one_of_each(words: list[Meaning]) -> list[int]:
    """Somebody for each word, the likeliest words first: of a misspelt word nobody knows which one was meant."""
    first = PersonWord.objects.filter(word=OuterRef("pk"), is_open=True).order_by("user").values("user")[:1]
    rows = NameWord.objects.filter(pk__in=[word.word for word in words[:POOL]]).annotate(somebody=Subquery(first))
    return [pk for pk in rows.values_list("somebody", flat=True) if pk is not None]


def _pool(asked: list[str], viewer: User) -> list[int]:
    """People whom the words may mean: as typed first, then beginnings and short forms, then misspellings, until there are enough."""
    if not is_searchable(asked):
        return []
    last = len(asked) - 1
    options = [meanings(word, is_last=place == last) for place, word in enumerate(asked)]
    same = [option.same for option in options]
    close = [[*option.same, *option.close] for option in options]
    # A word that names have is taken as meant; one that none has, as misspelt. Then any may be misspelt.
    likely = [[*option.same, *option.close, *([] if option.same else option.alike)] for option in options]
    every = [[*option.same, *option.close, *option.alike] for option in options]
    mine = Friend.objects.filter(user=viewer).values("friend")
    pool: list[int] = []
    if mine.exists():
        # A friend of a friend is found by name where she allows it, and so are friends themselves.
        is_friend = Exists(Friend.objects.filter(user=viewer, friend=OuterRef("user")))
        is_near = Exists(Friend.objects.filter(user=OuterRef("user"), friend__in=mine))
        pool += _having(every, PersonWord.objects.filter(is_friend | is_near))
    everyone = PersonWord.objects.filter(is_open=True)
    for tier in (_joined(asked, same), same, close):
        if len(set(pool)) < ENOUGH and (not pool or _rarest(tier) <= MANY):
            pool += _having(tier, everyone)
    if len(set(pool)) < ENOUGH and len(asked) == 1:
        pool += _one_of_each(options[0].alike)
    for tier, many in ((likely, MANY), (every, FEW)):
        if len(set(pool)) < ENOUGH and (not pool or _rarest(tier) <= many):
            pool += _having(tier, everyone)
    return pool


def find_people(*, viewer: User, text: str, limit: int = 20) -> list[Found]:
    """The people whom the text may mean, best first; never herself, never across a block.

    Who is hidden has no words in the index: her absence takes no longer than that of somebody who is not there.
    """
    asked = split(text[:100])[:MOST_QUERY_WORDS]
    handle = normalise(text[:100])
    pool = set(_pool(asked, viewer))
    mine = Friend.objects.filter(user=viewer).values("friend")
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
