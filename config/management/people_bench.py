"""What ``manage.py bench friend_search`` measures: invented people in many scripts, real names mixed in, and how often they are found."""

import csv
import io
import random
import re
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from anyascii import anyascii
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from accounts.finding import find_people
from accounts.models import User
from accounts.names import forms_of, words_of
from accounts.services.names import index_person

SEED = 2017
LATIN = [
    "ka",
    "lo",
    "mi",
    "ne",
    "ra",
    "su",
    "te",
    "vi",
    "an",
    "be",
    "co",
    "da",
    "el",
    "fa",
    "go",
    "hi",
    "jo",
    "ku",
    "le",
    "ma",
    "no",
    "pe",
    "ri",
    "sa",
    "to",
    "ul",
    "wa",
    "ya",
    "zu",
    "br",
    "ch",
    "dr",
    "st",
    "tr",
    "sh",
]
ENDINGS = ["n", "s", "r", "l", "son", "sen", "ski", "dez", "mann", "ova", "ic", "es", "a", "o", "ia", "er"]
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红娥玲芬燕彬兰凤洁梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉晶妍茜秋珊莎锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓纨仪荷丹蓉眉君琴蕊薇菁梦岚"
CYRILLIC = "аннабориседмитрийеленаиванольгасергейюлияниколай"
SLICE = 20_000


def invented(count: int, rng: random.Random) -> Iterator[str]:
    """So many names: seven in ten Latin, two Chinese, one Cyrillic; about 130,000 different words in a million."""
    first = [
        "".join(rng.choices(LATIN, k=rng.choice((2, 2, 3)))) + rng.choice(("", "", "n", "a")) for _ in range(8_000)
    ]
    last = ["".join(rng.choices(LATIN, k=rng.choice((2, 3, 3)))) + rng.choice(ENDINGS) for _ in range(120_000)]
    east = ["".join(rng.choices(CYRILLIC, k=rng.randint(4, 8))) for _ in range(6_000)]
    for _ in range(count):
        kind = rng.random()
        if kind < 0.7:
            yield f"{rng.choice(first).title()} {rng.choice(last).title()}"
        elif kind < 0.9:
            yield rng.choice(FAMILY) + "".join(rng.choices(GIVEN, k=rng.choice((1, 2, 2))))
        else:
            yield f"{rng.choice(east).title()} {rng.choice(east).title()}"


def real(path: str) -> list[str]:
    """The names in the column ``name`` of a CSV file."""
    if not path:
        return []
    with Path(path).open(encoding="utf-8", newline="") as rows:
        return [row["name"].strip()[:80] for row in csv.DictReader(rows) if row.get("name", "").strip()]


def put(table: str, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write rows as fast as the database takes them: COPY on PostgreSQL, executemany on SQLite."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            text = io.StringIO()
            csv.writer(text).writerows(rows)
            text.seek(0)
            cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN WITH (FORMAT csv, NULL '\\N')", text)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", list(rows))  # noqa: S608


@transaction.atomic
def build(names: list[str]) -> None:
    """The people, their words and the vocabulary, in slices."""
    password = make_password(None)
    words: dict[str, int] = {}
    forms: list[tuple[int, int]] = []
    columns = [
        "id",
        "password",
        "is_superuser",
        "email",
        "name",
        "handle",
        "bio",
        "avatar",
        "language",
        "findable_by",
        "shows_friends_to",
        "shows_lists_to",
        "shows_sparks_to",
        "shows_votes_to",
        "is_active",
        "is_staff",
        "date_joined",
    ]
    for start in range(0, len(names), SLICE):
        people, links, fresh = [], [], []
        for pk, name in enumerate(names[start : start + SLICE], start + 1):
            people.append((pk, password, False, f"p{pk}@example.com", name, f"p{pk}", "", "", "en", "everyone", "me", "everyone", "everyone", "me", True, False, "2026-01-01 00:00:00+00:00"))  # fmt: skip
            for word in words_of(name):
                if word not in words:
                    words[word] = len(words) + 1
                    fresh.append((words[word], word))
                    forms += [(words[word], form) for form in forms_of(word)]
                links.append((words[word], pk, True))
        put("accounts_user", columns, people)
        put("accounts_nameword", ["id", "text", "people"], [(*row, 0) for row in fresh])
        put("accounts_personword", ["word_id", "user_id", "is_open"], links)
        put("accounts_nameform", ["word_id", "hash"], forms)
        forms = []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in ("accounts_user", "accounts_nameword"):
                cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")  # noqa: S608
        cursor.execute(
            "UPDATE accounts_nameword SET people = "
            "(SELECT COUNT(*) FROM accounts_personword WHERE accounts_personword.word_id = accounts_nameword.id)"
        )


def typo(word: str, rng: random.Random) -> str:
    """The word with one letter left out, doubled, changed, or swapped with its neighbour."""
    place = rng.randrange(1, max(2, len(word) - 1))
    return rng.choice([
        word[:place] + word[place + 1 :], word[:place] + word[place] + word[place:],
        word[:place] + rng.choice("aeiourstn") + word[place + 1 :],
        word[: place - 1] + word[place : place + 1] + word[place - 1 : place] + word[place + 1 :],
    ])  # fmt: skip


def misspelt(name: str, edits: int, rng: random.Random) -> str:
    """The name with so many typos, in its longest words first."""
    words = name.split()
    for turn in range(edits):
        longest = sorted(range(len(words)), key=lambda place: -len(words[place]))[turn % len(words)]
        words[longest] = typo(words[longest], rng)
    return " ".join(words)


def figures_of(act: Callable[[str], list[int]], probes: list[tuple[str, set[int]]]) -> dict[str, float]:
    """Milliseconds at the middle and at the ninety-fifth of a hundred, and how often one of those who are meant is found."""
    spent, hits = [], 0
    for text, meant in probes:
        start = time.perf_counter()
        found = act(text)
        spent.append((time.perf_counter() - start) * 1000)
        hits += bool(meant & set(found))
    spent.sort()
    return {
        "p50_ms": round(statistics.median(spent), 2),
        "p95_ms": round(spent[int(len(spent) * 0.95)], 2),
        "recall_at_10": round(hits / len(probes), 3),
    }


def run(people: int, path: str, probes: int) -> dict[str, Any]:
    """Build and measure in the present database, which must be empty and is filled."""
    rng = random.Random(SEED)  # noqa: S311  (invented people)
    mixed = real(path)
    names = [*mixed, *invented(people - len(mixed), rng)]
    rng.shuffle(names)
    began = time.perf_counter()
    build(names)
    with connection.cursor() as cursor:
        # What autovacuum does within a minute of such a load: without it no index answers alone.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    built = time.perf_counter() - began
    by_name: dict[str, set[int]] = {}
    for pk, name in enumerate(names, 1):
        by_name.setdefault(name, set()).add(pk)
    latin = [
        name
        for name in (mixed or names)
        if name.isascii() and len(name.split()) == 2 and all(len(word) > 3 and word.isalpha() for word in name.split())
    ]
    han = [name for name in names[:50_000] if len(name) == 3 and is_han(name)]
    viewer = User.objects.create(email="viewer@example.com", name="Viewer", handle="viewer")

    def search(text: str) -> list[int]:
        return [found.person.pk for found in find_people(viewer=viewer, text=text, limit=10)]

    def sql(query: str) -> Callable[[str], list[int]]:
        def ask(text: str) -> list[int]:
            with connection.cursor() as cursor:
                cursor.execute(query, [text])
                return [row[0] for row in cursor.fetchall()]

        return ask

    some = [rng.choice(latin) for _ in range(probes)]
    east = [rng.choice(han) for _ in range(probes)]
    carriers = people_by(lambda name: name.casefold().split(), by_name)
    starters = people_by(lambda name: {word[:3] for word in words_of(name)}, by_name)
    pairs = people_by(lambda name: [name[1:], name[:2]] if is_han(name) else [], by_name)
    readings = people_by(lambda name: [syllables(name)] if is_han(name) else [], by_name)
    like = "ILIKE" if connection.vendor == "postgresql" else "LIKE"
    results: dict[str, Any] = {
        "database": connection.vendor,
        "people": len(names),
        "real_names": len(mixed),
        "build_seconds": round(built),
    }
    search(some[0])
    results["one typo"] = figures_of(search, [(misspelt(name, 1, rng), by_name[name]) for name in some])
    results["two typos"] = figures_of(search, [(misspelt(name, 2, rng), by_name[name]) for name in some])
    results["one word with a typo"] = figures_of(
        search, [(typo(name.split()[1], rng), carriers[name.split()[1].casefold()]) for name in some]
    )
    results["three letters"] = figures_of(
        search, [(name.split()[1][:3], starters[name.split()[1][:3].casefold()]) for name in some[:40]]
    )
    results["two Chinese characters"] = figures_of(search, [(name[1:], pairs[name[1:]]) for name in east[:60]])
    results["pinyin"] = figures_of(search, [(syllables(name), readings[syllables(name)]) for name in east[:60]])
    results["exact index look-up"] = figures_of(
        sql("SELECT id FROM accounts_user WHERE handle = %s"), [(f"p{n + 1}", {n + 1}) for n in range(probes)]
    )
    results["sequential scan"] = figures_of(
        sql(f"SELECT id FROM accounts_user WHERE name {like} '%%' || %s || '%%' LIMIT 10"),  # noqa: S608
        [(misspelt(name, 1, rng), by_name[name]) for name in some[:12]],
    )
    spent = []
    for n in range(40):
        newcomer = User.objects.create(
            email=f"new{n}@example.com",
            name=misspelt(some[n % len(some)], 2, rng),
            handle=f"new{n}",
            findable_by="everyone",
        )
        start = time.perf_counter()
        index_person(newcomer)
        spent.append((time.perf_counter() - start) * 1000)
    results["adding a person"] = {"p50_ms": round(statistics.median(spent), 2)}
    return results


def people_by(words: Callable[[str], Iterable[str]], by_name: dict[str, set[int]]) -> dict[str, set[int]]:
    """Who answers to each of the words that a name gives."""
    found: dict[str, set[int]] = {}
    for name, pks in by_name.items():
        for word in words(name):
            found.setdefault(word, set()).update(pks)
    return found


def syllables(name: str) -> str:
    """A Chinese name in pinyin, with spaces."""
    return re.sub(r"([A-Z])", r" \1", anyascii(name)).strip().lower()


def is_han(name: str) -> bool:
    """Written in Chinese characters."""
    return "\u4e00" <= name[0] <= "\u9fff"
