"""What the database itself refuses to change or remove, on both engines; installed by migrations, again and again.

On SQLite, Django remakes a table to alter it and its triggers vanish with the old one: a migration that does so ends with
``RunPython(triggers.install, triggers.remove)``.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from core.append_only import protect, unprotect

# Tables whose rows are written once, and from when on: "" from the start.
WRITTEN_ONCE = {
    "influencers_applicationevent": "",
    "influencers_conductevent": "",
    "influencers_attributionpolicy": "",
    "influencers_scorepolicy": "OLD.published_at IS NOT NULL",
}
# Columns of words that may be emptied, and nothing else, when a person is erased.
WORDS = {"influencers_applicationevent": "note", "influencers_conductevent": "note"}


def install(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put every trigger in place, whichever of them stand already."""
    for table, when in WRITTEN_ONCE.items():
        protect(schema_editor, table, when=when, words=WORDS.get(table, ""))


def remove(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take every trigger away."""
    for table in WRITTEN_ONCE:
        unprotect(schema_editor, table)
