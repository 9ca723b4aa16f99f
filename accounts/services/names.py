"""Keep the search for people true to their names and to what they want."""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.models import NameForm, NameWord, PersonWord, User
from accounts.names import forms_of, words_of

BY_NAME = (User.FindableBy.EVERYONE, User.FindableBy.FRIENDS)


def index_person(user: User) -> None:
    """Index one person anew. Who does not want to be found by name, or is young, has no words at all."""
    index_people([user])


@transaction.atomic
def index_people(people: Iterable[User]) -> None:
    """Index these people anew, in a handful of queries; doing it again changes nothing."""
    today = timezone.localdate()
    everyone = list(people)
    words = {
        person.pk: words_of(person.name)
        if person.is_active and person.findable_by in BY_NAME and not person.is_young(today)
        else []
        for person in everyone
    }
    wanted = {word for row in words.values() for word in row}
    # Locked: a word that nobody else has is deleted with whoever leaves (services.leaving).
    had = NameWord.objects.select_for_update().filter(text__in=wanted).order_by("pk")
    known = dict(had.values_list("text", "pk"))
    new = sorted(wanted - set(known))
    if new:
        # Two people with the same new word at once: whoever comes second finds it there.
        NameWord.objects.bulk_create([NameWord(text=word) for word in new], ignore_conflicts=True, batch_size=1000)
        fresh = dict(NameWord.objects.filter(text__in=new).values_list("text", "pk"))
        NameForm.objects.bulk_create(
            [NameForm(word_id=pk, hash=form) for word, pk in fresh.items() for form in forms_of(word)], batch_size=2000
        )
        known.update(fresh)
    pks = [person.pk for person in everyone]
    before = Counter(PersonWord.objects.filter(user__in=pks).values_list("word", flat=True))
    after = Counter(known[word] for row in words.values() for word in row)
    PersonWord.objects.filter(user__in=pks).delete()
    PersonWord.objects.bulk_create(
        [
            PersonWord(user=person, word_id=known[word], is_open=person.findable_by == User.FindableBy.EVERYONE)
            for person in everyone
            for word in words[person.pk]
        ],
        batch_size=2000,
    )
    _count(after, before)


def _count(after: Counter[int], before: Counter[int]) -> None:
    """Keep how many people have a word; a deleted account leaves its words counted, which costs only their place."""
    changes: dict[int, list[int]] = {}
    for pk in sorted(set(after) | set(before)):
        if change := after[pk] - before[pk]:
            changes.setdefault(change, []).append(pk)
    # In the order of the words, so that two renames at once wait for each other instead of locking each other.
    list(NameWord.objects.select_for_update().filter(pk__in=sorted({*after, *before})).order_by("pk").values_list("pk"))
    for change, pks in changes.items():
        NameWord.objects.filter(pk__in=pks).update(people=Greatest(F("people") + change, 0))
