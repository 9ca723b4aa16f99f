"""Triggers that refuse to change or remove the rows of a table, on both databases; for migrations.

SQLite loses the triggers of a table that a later migration builds anew: that migration calls ``protect`` again, and
the tests that write past the models say so if it does not.
"""

from collections.abc import Iterator

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END;
$$ LANGUAGE plpgsql
"""


def protect(editor: BaseDatabaseSchemaEditor, table: str, *, when: str = "", words: str = "") -> None:
    """From now on the database refuses UPDATE and DELETE on the table, or only of rows that are as ``when`` says of OLD.

    It lets a column of ``words`` be emptied, and nothing else be changed with it.
    """
    unprotect(editor, table)
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES_FUNCTION, params=None)
    for statement in refusals(editor, table, f"{table}_no", when=when, words=words):
        editor.execute(statement, params=None)


def refusals(
    editor: BaseDatabaseSchemaEditor, table: str, name: str, *, when: str = "", words: str = ""
) -> Iterator[str]:
    """The two triggers, called by ``name`` and the act. Personal words may go when a person does; who did what and when stays."""
    for act in ("UPDATE", "DELETE"):
        conditions = [when] if when else []
        if words and act == "UPDATE":
            conditions.append(_says_other(editor, table, words))
        condition = f"WHEN ({' AND '.join(f'({each})' for each in conditions)})" if conditions else ""
        if editor.connection.vendor == "postgresql":
            yield (
                f"CREATE TRIGGER {name}_{act.lower()} BEFORE {act} ON {table} FOR EACH ROW {condition} "
                "EXECUTE FUNCTION refuse_change()"
            )
        elif editor.connection.vendor == "sqlite":
            yield (
                f"CREATE TRIGGER {name}_{act.lower()} BEFORE {act} ON {table} {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _says_other(editor: BaseDatabaseSchemaEditor, table: str, words: str) -> str:
    """The change does more than to empty the words."""
    with editor.connection.cursor() as cursor:
        columns = [row.name for row in editor.connection.introspection.get_table_description(cursor, table)]
    differs = "IS DISTINCT FROM" if editor.connection.vendor == "postgresql" else "IS NOT"
    changes = [f'OLD."{column}" {differs} NEW."{column}"' for column in columns if column != words]
    return " OR ".join([f"NEW.{words} <> ''", *changes])


def unprotect(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Take the triggers away."""
    if editor.connection.vendor == "postgresql":
        for name in ("append_only", "no_update", "no_delete"):
            editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name} ON {table}")
    elif editor.connection.vendor == "sqlite":
        for act in ("update", "delete"):
            editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{act}")
