"""Creators' numbers as files hold them: lines of CSV in, accounts with their readings out. Pure."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from influencers.scoring import Reach, Reading

NEEDED = ("platform", "handle", "followers")
# What a file may hold beside them; a blank cell, and a column that is not there, is a number that is not known.
COUNTS = {
    "followers": "followers",
    "following": "following",
    "avg_views": "views",
    "avg_likes": "likes",
    "avg_comments": "comments",
    "avg_engagement": "engagement",
    "posts_in_60_days": "posts",
}
LARGEST = 10**12
NUMBER = re.compile(r"(?a:\d+|\d{1,3}(,\d{3})+)(?a:\.\d+)?")
DAY_IN_NAME = re.compile(r"(?<!\d)(\d{4})-(\d{2})(?:-(\d{2}))?(?!\d)")


class BadRowError(ValueError):
    """A line that cannot be used; the message says what is wrong with it."""


class BadFileError(ValueError):
    """A file that has not the columns that are needed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file."""

    platform: str
    handle: str
    reading: Reading
    following: int | None
    posts: int | None


@dataclass(slots=True)
class Collected:
    """Accounts of all files, by network and handle, with their lines in the order of days; and what could not be used."""

    rows: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    lines: int = 0


def day_of(name: str) -> date | None:
    """The day in a file's name (``2022-06`` is its first day); None where there is none."""
    for match in DAY_IN_NAME.finditer(name):
        try:
            return date(int(match[1]), int(match[2]), int(match[3] or 1))
        except ValueError:
            continue
    return None


def days_of(names: Iterable[str], *, today: date) -> list[date]:
    """A day for each file: the one in its name; where a name has none, files count as 30 days apart, the last as today."""
    listed = list(names)
    return [day_of(name) or today - timedelta(days=30 * (len(listed) - 1 - place)) for place, name in enumerate(listed)]


def row_of(cells: dict[str | None, str | list[str] | None], taken_on: date, platforms: Iterable[str]) -> Row:
    """One line as numbers. Raises BadRowError."""
    if None in cells:
        raise BadRowError("more cells than columns")
    text = {str(name): value.strip() for name, value in cells.items() if isinstance(value, str)}
    platform, handle = text.get("platform", "").lower(), text.get("handle", "").removeprefix("@")
    if platform not in platforms:
        raise BadRowError(f"unknown platform {text.get('platform', '')!r}")
    if not handle:
        raise BadRowError("no handle")
    counts = {name: count_of(text.get(column, ""), column) for column, name in COUNTS.items()}
    if counts["followers"] is None:
        raise BadRowError("no followers")
    likes, comments = counts["likes"], counts["comments"]
    if likes is None and comments is None:
        # Some sources give likes and comments only as a sum.
        likes = counts["engagement"]
    reading = Reading(taken_on, counts["followers"], likes, comments, counts["views"])
    return Row(platform, handle, reading, counts["following"], counts["posts"])


def count_of(text: str, column: str) -> int | None:
    """A number of zero or more, rounded to a whole one; None for a blank cell. Raises BadRowError."""
    if not text:
        return None
    if not NUMBER.fullmatch(text):
        raise BadRowError(f"{column} is not a number of zero or more: {text[:40]!r}")
    count = float(text.replace(",", ""))
    if count > LARGEST:
        raise BadRowError(f"{column} is too large: {text[:40]}")
    return round(count)


def collect(collected: Collected, lines: Iterable[str], name: str, taken_on: date, platforms: Iterable[str]) -> None:
    """Add a file's lines. A line that cannot be used is named by file and line and left out. Raises BadFileError."""
    reader = csv.DictReader(without_nulls(lines))
    try:
        missing = [column for column in NEEDED if column not in (reader.fieldnames or [])]
    except csv.Error as error:
        raise BadFileError(f"{name}: {error}") from error
    if missing:
        raise BadFileError(f"{name}: no column {', '.join(missing)}; needed are {', '.join(NEEDED)}")
    seen: dict[tuple[str, str], int] = {}
    while True:
        try:
            cells = next(reader, None)
            if cells is None:
                return
            collected.lines += 1
            row = row_of(cells, taken_on, platforms)
        except (BadRowError, csv.Error) as error:
            collected.refused.append(f"{name}, line {reader.line_num}: {error}")
            continue
        key = (row.platform, row.handle)
        if key in seen:
            collected.refused.append(f"{name}, line {reader.line_num}: repeats line {seen[key]}, which counts")
            continue
        seen[key] = reader.line_num
        collected.rows.setdefault(key, []).append(row)


def without_nulls(lines: Iterable[str]) -> Iterator[str]:
    """Lines as the CSV reader bears them."""
    return (line.replace("\x00", "\ufffd") for line in lines)


def reaches_of(collected: Collected) -> Iterator[Reach]:
    """Each account once, in the order of the files: the youngest line is what it has now, the others are its readings."""
    for (platform, handle), rows in collected.rows.items():
        ordered = sorted(rows, key=lambda row: row.reading.taken_on)
        last = ordered[-1]
        yield Reach(
            platform=platform,
            handle=handle,
            followers=last.reading.followers,
            posts_in_60_days=last.posts,
            likes=last.reading.likes,
            comments=last.reading.comments,
            views=last.reading.views,
            following=last.following,
            refreshed_on=last.reading.taken_on,
            history=tuple(row.reading for row in ordered[:-1]),
        )
