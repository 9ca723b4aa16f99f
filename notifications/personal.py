"""What these tables hold of a person (core/personal.py says how to read it)."""

from core.personal import GONE_ADDRESS, Fate, Word

WORDS = (
    Word("notifications.Notice", Fate.GOES, hers=("recipient",), about=("actor",)),
    # The row stays for its key: what was told once is not told again.
    Word(
        "notifications.Mail", Fate.LOSES_HER, hers=("@to",), secret=("key",), plain=("kind", "key", "language"),
        blank={"to": GONE_ADDRESS, "data": {}},
    ),
)  # fmt: skip
