"""Triggers that refuse to change or remove the rows of a table, on both databases; for migrations.

SQLite loses the triggers of a table that a later migration builds anew: that migration calls ``protect`` again, and
the tests that write past the models say so if it does not.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END;
$$ LANGUAGE plpgsql
"""


def protect(editor: BaseDatabaseSchemaEditor, table: str, *, when: str = "") -> None:
    """From now on the database refuses UPDATE and DELETE on the table, or only of rows that are as ``when`` says of OLD."""
    condition = f"WHEN ({when}) " if when else ""
    unprotect(editor, table)
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES_FUNCTION, params=None)
        editor.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW {condition}EXECUTE FUNCTION refuse_change()"
        )
    elif editor.connection.vendor == "sqlite":
        for act in ("UPDATE", "DELETE"):
            editor.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"{condition}BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def unprotect(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Take the triggers away."""
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
    elif editor.connection.vendor == "sqlite":
        for act in ("update", "delete"):
            editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{act}")
