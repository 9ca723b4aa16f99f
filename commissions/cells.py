"""CSV files that people open in spreadsheets."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

# What a spreadsheet takes for the start of a formula.
STARTS = tuple("=+-@\t\r＝＋－＠")


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(STARTS) else text


class _Echo:
    """A file that gives back what is written into it."""

    def write(self, text: str) -> str:
        return text


def written(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Rows as lines of CSV with every cell quoted, each made when it is sent."""
    out = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    return (out.writerow(row) for row in rows)
