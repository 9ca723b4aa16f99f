"""Find people by an inexact name, as far as they want to be found."""

from collections.abc import Iterable, Sized
from dataclasses import dataclass
from itertools import pairwise

from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.circle import blocks_between
from accounts.handles import normalise
from accounts.models import Friend, NameForm, NameWord, PersonWord, User
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


def _vocabulary(asked: list[str]) -> tuple[list[Meanings], dict[str, Meaning]]:
    """What each typed word may mean, and the joined neighbours that are words; three queries, whatever was typed.

    A sign has no misspellings: it is the sign, or one that is read alike.
    """
    said = [{word, reading(word)} - {""} for word in asked]
    short = [{other for one in words for other in nicknames(one)} - words for words in said]
    signs = [bool(SIGNS.fullmatch(word)) for word in asked]
    joined = {(reading(one) + reading(other))[:LONGEST] for one, other in pairwise(asked)} - {""}
    texts = joined.union(*short, *(words for words, is_sign in zip(said, signs, strict=True) if is_sign))
    forms = {
        form
        for words, is_sign in zip(said, signs, strict=True)
        if not is_sign
        for one in words
        for form in forms_of(one)
    }
    exact = {text: Meaning(pk, people) for pk, text, people in _words("w.text", texts)}
    alike = _words("f.hash", forms, joins=True)
    found = []
    for place, words in enumerate(said):
        same = [exact[one] for one in words if one in exact] if signs[place] else []
        close = [exact[one] for one in short[place] if one in exact]
        ranked: list[tuple[int, int, float, Meaning]] = []
        for pk, text, people in () if signs[place] else alike:
            edits = min((n for one in words if (n := distance(one, text, allowed(one))) is not None), default=None)
            if edits == 0:
                same.append(Meaning(pk, people))
            elif edits is not None:
                ranked.append((edits, -people, -likeness(asked[place], text), Meaning(pk, people)))
        ranked.sort(key=lambda row: row[:3])
        if place == len(asked) - 1 and len(asked[place]) > 1:
            close += _beginning(words)
        found.append(Meanings(same, close, [row[3] for row in ranked[:NEIGHBOURS]]))
    return found, {text: exact[text] for text in joined if text in exact}


def _words(column: str, values: Iterable[str | int], *, joins: bool = False) -> list[tuple[int, str, int]]:
    """Number, text and people of the words with one of these values (of their forms, where ``joins``)."""
    some = list(values)
    if not some:
        return []
    forms = f"JOIN {NameForm._meta.db_table} f ON f.word_id = w.id" if joins else ""
    with connection.cursor() as cursor:
        # By hand, as in _having: putting these two together through the ORM costs more than the database does.
        cursor.execute(
            f"SELECT DISTINCT w.id, w.text, w.people FROM {NameWord._meta.db_table} w {forms} "  # noqa: S608  (our names)
            f"WHERE {column} IN ({_marks(some)})",
            some,
        )
        return list(cursor.fetchall())


def _beginning(words: Iterable[str]) -> list[Meaning]:
    """Words that begin like one of these, those of many people first."""
    begins = Q()
    for one in words:
        begins |= NameWord.beginning(one)
    rows = NameWord.objects.filter(begins).order_by("-people", "pk").values_list("pk", "people")
    return [Meaning(*row) for row in rows[:BEGINNINGS]]


def _joined(asked: list[str], same: list[list[Meaning]], known: dict[str, Meaning]) -> list[list[Meaning]]:
    """What was typed, with neighbours as one word where the index has it for signs: 伟明 and wei ming are weiming.

    Such words are rare, so that they are looked for first. Empty when no pair is a word.
    """
    texts = [(reading(one) + reading(other))[:LONGEST] for one, other in pairwise(asked)]
    pairs = [place for place, text in enumerate(texts) if text in known]
    alone = [words for place, words in enumerate(same) if place not in pairs and place - 1 not in pairs]
    return [*([known[texts[place]]] for place in pairs), *alone] if pairs else []


def _rarest(options: list[list[Meaning]]) -> int:
    """About how many people a look goes through: those of the rarest word."""
    return min((sum(word.people for word in words) for words in options), default=0)


def _marks(values: Sized) -> str:
    return ", ".join(["%s"] * len(values))


def _having(options: list[list[Meaning]], *, near: User | None = None) -> list[int]:
    """At most POOL people who have a meaning of every word, looked for from the rarest.

    Those whom everyone may find; with ``near``, her friends and theirs, however they let themselves be found by name.
    """
    if not options or not all(options):
        return []
    first, *others = sorted(options, key=lambda words: sum(word.people for word in words))
    has, friend = PersonWord._meta.db_table, Friend._meta.db_table
    sql = [f"SELECT p.user_id FROM {has} p WHERE p.word_id IN ({_marks(first)})"]  # noqa: S608  (our names)
    values = [word.word for word in first]
    if near is None:
        sql.append("p.is_open")
    else:
        mine = f"SELECT m.friend_id FROM {friend} m WHERE m.user_id = %s"  # noqa: S608
        sql.append(
            f"(p.user_id IN ({mine}) OR EXISTS (SELECT 1 FROM {friend} f WHERE f.user_id = p.user_id AND f.friend_id IN ({mine})))"  # noqa: S608
        )
        values += [near.pk, near.pk]
    for words in others:
        sql.append(f"EXISTS (SELECT 1 FROM {has} o WHERE o.user_id = p.user_id AND o.word_id IN ({_marks(words)}))")  # noqa: S608
        values += [word.word for word in words]
    with connection.cursor() as cursor:
        cursor.execute(f"{' AND '.join(sql)} LIMIT {POOL}", values)
        return [row[0] for row in cursor.fetchall()]


def _one_of_each(words: list[Meaning]) -> list[int]:
    """Somebody for each word, the likeliest words first: of a misspelt word nobody knows which one was meant."""
    first = PersonWord.objects.filter(word=OuterRef("pk"), is_open=True).order_by("user").values("user")[:1]
    rows = NameWord.objects.filter(pk__in=[word.word for word in words[:POOL]]).annotate(somebody=Subquery(first))
    return [pk for pk in rows.values_list("somebody", flat=True) if pk is not None]


def _pool(asked: list[str], near: User | None) -> list[int]:
    """People whom the words may mean: as typed first, then beginnings and short forms, then misspellings, until there are enough."""
    if not is_searchable(asked):
        return []
    options, pairs = _vocabulary(asked)
    same = [option.same for option in options]
    close = [[*option.same, *option.close] for option in options]
    # A word that names have is taken as meant; one that none has, as misspelt. Then any may be misspelt.
    likely = [[*option.same, *option.close, *([] if option.same else option.alike)] for option in options]
    every = [[*option.same, *option.close, *option.alike] for option in options]
    pool: list[int] = []
    if near is not None:
        pool += _having(every, near=near)
    tiers = [(_joined(asked, same, pairs), MANY), (same, MANY), (close, MANY), (likely, MANY), (every, FEW)]
    for place, (tier, many) in enumerate(tiers):
        if len(set(pool)) >= ENOUGH:
            break
        if tier is likely and len(asked) == 1:
            pool += _one_of_each(options[0].alike)
        if (not pool or _rarest(tier) <= many) and (place == 0 or tier != tiers[place - 1][0]):
            pool += _having(tier)
    return pool


def find_people(*, viewer: User, text: str, limit: int = 20) -> list[Found]:
    """The people whom the text may mean, best first; never herself, never across a block.

    Who is hidden has no words in the index: her absence takes no longer than that of somebody who is not there.
    """
    asked = split(text[:100])[:MOST_QUERY_WORDS]
    handle = normalise(text[:100])
    mine = Friend.objects.filter(user=viewer).values("friend")
    has_friends = mine.exists()
    pool = set(_pool(asked, viewer if has_friends else None))
    today = timezone.localdate()
    people = (
        User.objects.filter(Q(pk__in=pool) | Q(handle=handle), is_active=True)
        .exclude(pk=viewer.pk)
        .exclude(blocks_between(viewer.pk, "pk"))
        .only("pk", "name", "handle", "avatar", "findable_by", "born_on", "is_active")
    )
    # Whom she may not find by her handle goes before anything else is asked: as if nobody had it.
    hidden = {User.FindableBy.NOBODY}
    found = [
        person for person in people
        if person.pk in pool or (person.findable_by not in hidden and not person.is_young(today))
    ]  # fmt: skip
    common: dict[int, int] = {}
    if found and has_friends:
        rows = Friend.objects.filter(user__in=[person.pk for person in found], friend__in=mine)
        common = dict(rows.values_list("user").annotate(n=Count("pk")).values_list("user", "n"))
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
