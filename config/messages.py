"""Compile the translations without gettext, and say what is not translated: ``python -m config.messages [--check]``."""

import sys
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def problems() -> list[str]:
    """Texts without a translation, unsure ones, and compiled files that are behind; needs polib."""
    import polib

    found = []
    for path in LOCALE.glob("*/LC_MESSAGES/*.po"):
        catalogue = polib.pofile(str(path))
        found += [f"{path.name}: not translated: {entry.msgid[:70]!r}" for entry in catalogue.untranslated_entries()]
        found += [f"{path.name}: unsure: {entry.msgid[:70]!r}" for entry in catalogue.fuzzy_entries()]
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
            found.append(f"{compiled.name} is behind {path.name}: run make messages")
    return found


def compile_all() -> None:
    """Write the .mo file of every language."""
    import polib

    for path in LOCALE.glob("*/LC_MESSAGES/*.po"):
        path.with_suffix(".mo").write_bytes(polib.pofile(str(path)).to_binary())


if __name__ == "__main__":
    if "--check" not in sys.argv:
        compile_all()
    lines = problems()
    sys.stdout.write("".join(f"{line}\n" for line in lines[:40]))
    sys.exit(1 if lines else 0)
