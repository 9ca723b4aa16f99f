"""Words of names, and when two of them are alike. Pure; docs/rules/name-search.md says the rule.

The design is a symmetric-delete vocabulary: every word of every name is kept with its
forms (up to two letters left out of the first eight), a query word meets the words it
shares a form with, and the edit distance decides.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations, pairwise

from anyascii import anyascii
from rapidfuzz.distance import OSA, JaroWinkler

from accounts.nicknames import GROUPS

MOST_WORDS = 24
MOST_QUERY_WORDS = 6
LONGEST = 40
KEYED = 8
# Scripts that are written without spaces: each sign is a word.
SIGNS = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
LETTERS = re.compile(r"[^\W_]+")


class Reason(StrEnum):
    """Why a person was found, best first."""

    EXACT = "exact"
    HANDLE = "handle"
    TURNED = "turned"
    ACCENT = "accent"
    PREFIX = "prefix"
    NICKNAME = "nickname"
    SOUND = "sound"
    SPELLING = "spelling"


@dataclass(frozen=True, slots=True)
class Match:
    """How well a name fits a query: 0 (not at all) to 100, and why."""

    score: float
    reason: Reason


def fold(text: str) -> str:
    """Compatibility forms, case and accents taken away; letters of every script stay."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", "".join(sign for sign in plain if not unicodedata.combining(sign)))


@lru_cache(maxsize=20_000)
def reading(word: str) -> str:
    """The word in Latin letters: 张 is zhang, Łukasz is lukasz."""
    return "".join(re.findall(r"[a-z0-9]+", anyascii(word).lower()))


def split(text: str) -> list[str]:
    """The words as written, folded; Chinese, Japanese and Korean by signs. O'Brien is one word."""
    words: list[str] = []
    for chunk in LETTERS.findall(re.sub("['’‘`]", "", fold(text))):
        place = 0
        for sign in SIGNS.finditer(chunk):
            if sign.start() > place:
                words.append(chunk[place : sign.start()])
            words.append(sign.group())
            place = sign.end()
        if place < len(chunk):
            words.append(chunk[place:])
    return [word[:LONGEST] for word in words]


def words_of(name: str) -> list[str]:
    """The words under which a person is found: as written, as read, and the joined readings of two signs and of all."""
    words = split(name[:400])
    found = dict.fromkeys(words)
    read = [(word, reading(word)[:LONGEST]) for word in words]
    found.update(dict.fromkeys(text for _word, text in read if text))
    found.update(dict.fromkeys(text[:LONGEST] for text, _place in _joined(words)))
    return list(found)[:MOST_WORDS]


def allowed(word: str) -> int:
    """How many edits are forgiven: none up to two letters, one up to four, two above."""
    return 0 if len(word) < 3 else 1 if len(word) < 5 else 2


def forms_of(word: str) -> set[int]:
    """Hashes (63 bits) of the first eight letters with up to ``allowed`` of them left out."""
    key = word[:KEYED]
    forms = {key}
    for count in range(1, allowed(word) + 1):
        for places in combinations(range(len(key)), count):
            forms.add("".join(sign for place, sign in enumerate(key) if place not in places))
    return {int.from_bytes(blake2b(form.encode(), digest_size=8).digest(), "big") >> 1 for form in forms if form}


def distance(one: str, other: str, most: int) -> int | None:
    """Edits between two words (a swap of neighbours is one), or None where it is more than ``most``."""
    edits = OSA.distance(one, other, score_cutoff=most)
    return edits if edits <= most else None


def likeness(one: str, other: str) -> float:
    """From 0 to 1, higher where the beginnings agree (Jaro-Winkler): people get first letters right. Parts words at the same distance."""
    return float(JaroWinkler.similarity(one, other))


@lru_cache(maxsize=20_000)
def nicknames(word: str) -> frozenset[str]:
    """Other forms of a given name: bob for robert."""
    return frozenset().union(*(group for group in GROUPS if word in group)) - {word}


def is_searchable(words: list[str]) -> bool:
    """One letter says nothing; one Chinese sign does."""
    return any(len(word) > 1 or SIGNS.fullmatch(word) for word in words)


def _fit(query: str, words: list[str], *, is_last: bool) -> tuple[float, Reason, int] | None:
    """How a query word fits the best of the words, why, and which."""
    best: tuple[float, Reason, int] | None = None
    heard, most = reading(query), allowed(query)
    short, begins = nicknames(query) | nicknames(heard), is_last and len(query) > 1
    for place, word in enumerate(words):
        if query == word:
            return (100.0, Reason.EXACT, place)
        said = reading(word)
        if heard and heard == said:
            found = (97.0, Reason.SOUND if SIGNS.search(query + word) else Reason.ACCENT, place)
        elif begins and (word.startswith(query) or said.startswith(query)):
            found = (88.0 + min(8, len(query)), Reason.PREFIX, place)
        elif word in short or said in short:
            found = (82.0, Reason.NICKNAME, place)
        elif (edits := distance(query, word, most)) is not None or (
            heard
            and said
            and (heard, said) != (query, word)
            and (edits := distance(heard, said, allowed(heard))) is not None
        ):
            found = (76.0 - 15 * edits + 4 * likeness(query, word), Reason.SPELLING, place)
        else:
            continue
        if best is None or found[0] > best[0]:
            best = found
    return best


RANK = list(Reason)


def score(query: str, name: str) -> Match:
    """How well a name fits what was typed. Words in another order cost a little, words left over less."""
    asked, words = split(query[:100])[:MOST_QUERY_WORDS], split(name[:400])
    joined = _joined(words)
    pool = words + [text for text, _place in joined]
    places, total, reasons = [], 0.0, []
    for number, word in enumerate(asked):
        fit = _fit(word, pool, is_last=number == len(asked) - 1)
        if fit is None:
            return Match(0.0, Reason.SPELLING)
        value, reason, place = fit
        if place >= len(words):
            place = joined[place - len(words)][1]
            reason = Reason.SOUND if reason in (Reason.EXACT, Reason.ACCENT) else reason
        places.append(place)
        reasons.append(reason)
        total += value
    if not asked:
        return Match(0.0, Reason.SPELLING)
    worst = max(reasons, key=RANK.index)
    turned = places != sorted(places)
    left = max(0, len(words) - len(asked))
    value = total / len(asked) - (4 if turned else 0) - min(6, 1.5 * left)
    if turned and worst in (Reason.EXACT, Reason.PREFIX):
        worst = Reason.TURNED
    elif worst is Reason.EXACT and left:
        worst = Reason.PREFIX if places[0] == 0 else Reason.EXACT
    return Match(max(1.0, value), worst)


def _joined(words: list[str]) -> list[tuple[str, int]]:
    """The readings of two neighbouring signs as one word, and of a whole run of three or more, with the place of the first."""
    pairs = [
        (reading(one) + reading(other), place)
        for place, (one, other) in enumerate(pairwise(words))
        if SIGNS.fullmatch(one) and SIGNS.fullmatch(other) and reading(one) and reading(other)
    ]
    runs = [
        ("".join(reading(words[place]) for place in run), run[0])
        for run in _runs([place for place, word in enumerate(words) if SIGNS.fullmatch(word)])
        if len(run) > 2
    ]
    return pairs + runs


def _runs(places: list[int]) -> list[list[int]]:
    """Places that follow each other, together."""
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs
