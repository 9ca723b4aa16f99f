"""Every model has its word, and every word fits its model."""

import inspect
import re
from collections.abc import Callable

from django.apps import apps
from django.db import models
from django.db.models.constants import LOOKUP_SEP

from accounts.models import User
from core.personal import Fate, Word
from privacy.registry import WORDS, model_of

TEXT = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField)
SECRETS = {
    "token",
    "tokens",
    "sealed",
    "password",
    "verifier",
    "state_hash",
    "checkout_token",
    "card_hash",
    "place_hash",
}


def troubles(find: Callable[[Word], set[str]]) -> dict[str, set[str]]:
    """What is found by model, where anything is."""
    return {word.model: found for word in WORDS if (found := find(word))}


def columns(word: Word) -> set[str]:
    return {field.name for field in model_of(word)._meta.concrete_fields}


def people(word: Word) -> set[str]:
    """The columns of a model that name a person."""
    fields = model_of(word)._meta.concrete_fields
    return {field.name for field in fields if field.is_relation and field.related_model is User}


def test_every_model_has_a_word_and_only_one() -> None:
    said = [word.model for word in WORDS]

    assert len(said) == len(set(said))
    assert set(said) == {model._meta.label for model in apps.get_models()}


def test_every_column_that_names_a_person_is_judged() -> None:
    """Others whom a row of hers names are shown to her (``people``); the verbs of leaving see to them."""

    def unjudged(word: Word) -> set[str]:
        judged = {path.split(LOOKUP_SEP)[0] for path in (*word.hers, *word.about, *word.acts)}
        return people(word) - judged - set(word.people)

    assert troubles(unjudged) == {}


def test_every_table_that_names_people_is_in_a_copy() -> None:
    assert troubles(lambda word: set() if word.hers else people(word)) == {}


def test_every_text_of_a_row_that_is_kept_is_blanked_or_plain() -> None:
    """Text without a list of choices: a new column is neither until somebody has thought of it."""

    def unthought(word: Word) -> set[str]:
        if word.fate not in (Fate.LOSES_HER, Fate.STAYS):
            return set()
        fields = model_of(word)._meta.concrete_fields
        texts = {field.name for field in fields if isinstance(field, TEXT) and not field.choices}
        return texts - set(word.blank) - set(word.plain)

    assert troubles(unthought) == {}


def test_every_name_in_a_word_is_a_column() -> None:
    def unknown(word: Word) -> set[str]:
        return {*word.secret, *word.people, *word.opens, *word.files, *word.blank, *word.plain} - columns(word)

    assert troubles(unknown) == {}


def test_every_column_that_names_a_file_is_said_to() -> None:
    """Files leave with the row: a model that shows one by ``default_storage`` says which column it is."""

    def unsaid(word: Word) -> set[str]:
        shown = set(re.findall(r"default_storage\.\w+\(self\.(\w+)", inspect.getsource(model_of(word))))
        return set() if word.fate == Fate.NOBODYS else shown - set(word.files)

    assert troubles(unsaid) == {}


def test_a_fate_says_what_it_needs() -> None:
    for word in WORDS:
        assert (word.fate == Fate.LOSES_HER) == bool(word.blank), word.model
        assert not (word.fate == Fate.NOBODYS and (word.hers or word.about)), word.model


def test_no_secret_is_in_a_copy() -> None:
    """What opens something, or is sealed, is left out or opened on purpose. The link of a list is its owner's to give away."""

    def shown(word: Word) -> set[str]:
        if not word.hers or word.model == "lists.List":
            return set()
        return columns(word) & SECRETS - set(word.secret) - set(word.opens)

    assert troubles(shown) == {}
