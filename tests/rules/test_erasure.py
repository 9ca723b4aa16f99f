"""docs/rules/erasure.md tells what is done: its table is every word about every model."""

from core.personal import Fate
from privacy.registry import WORDS
from tests.rules.documents import table


def test_the_document_says_what_becomes_of_every_model() -> None:
    said = {row["model"]: (row["fate"], row["in her copy"], row["emptied"]) for row in table("erasure")}

    assert said == {
        word.model: (word.fate, "yes" if word.hers else "no", " ".join(sorted(word.blank)))
        for word in WORDS
        if word.fate != Fate.NOBODYS
    }
