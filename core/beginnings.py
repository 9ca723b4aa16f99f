"""Texts with a beginning, found by an index on both databases."""

from django.db import connection
from django.db.models import Q


def begins_with(field: str, prefix: str) -> Q:
    """Rows whose ``field`` begins like this, upper and lower case apart.

    SQLite compares by code point, where a beginning is a range; PostgreSQL sorts by its collation and has an index for
    beginnings instead (varchar_pattern_ops; ``db_index`` and ``unique`` make one).
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": prefix, f"{field}__lt": prefix + chr(0x10FFFF)})
    return Q(**{f"{field}__startswith": prefix})
