"""What these tables and those of the framework hold of a person (core/personal.py says how to read it)."""

from core.personal import Fate, Word

WORDS = (
    Word("privacy.Download", Fate.GOES, hers=("copy__user",)),
    Word("privacy.Copy", Fate.GOES, hers=("user",), secret=("file",), files=("file",)),
    Word("privacy.Closing", Fate.STAYS, hers=("user",), plain=("waits_for",)),
    Word("account.EmailConfirmation", Fate.GOES, hers=("email_address__user",), secret=("key",)),
    Word("account.EmailAddress", Fate.GOES, hers=("user",)),
    # A log of the staff: on what she worked is others' own. Lines about her lose her name by services.erasing.
    Word(
        "admin.LogEntry", Fate.STAYS, hers=("user",), secret=("object_id", "object_repr", "change_message"),
        plain=("object_id", "object_repr", "change_message"),
    ),
    # Ended by services.erasing: a session names its member inside what is stored.
    Word("sessions.Session", Fate.NOBODYS),
    Word("auth.Permission", Fate.NOBODYS),
    Word("auth.Group", Fate.NOBODYS),
    Word("contenttypes.ContentType", Fate.NOBODYS),
)  # fmt: skip
