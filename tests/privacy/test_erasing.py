"""Somebody who did everything is erased: no word of hers is left anywhere, and the books are as they were."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import override

from accounts.errors import HandleTaken
from accounts.models import User
from accounts.services.profile import claim_handle
from commissions.audit import breaks
from commissions.models import Act, Balance, Decision, Entry, Payout
from core.personal import Fate
from core.sealing import BrokenSeal, unseal
from influencers.errors import BadCode
from influencers.models import ApplicationEvent
from influencers.services.referring import choose_code
from lists.models import ListItem
from orders.models import Order, OrderLine, Payment, Refund
from orders.services import leaving
from privacy import registry
from privacy.models import Closing
from privacy.services import closing, copying, erasing
from sparks.models import Comment, Spark
from tests.conftest import client_for
from tests.factories.accounts import UserFactory
from tests.privacy.history import HANDLE, MARK, History

pytestmark = pytest.mark.django_db
BOOKS = (Entry, Decision, Balance, Payout, Order, OrderLine, Payment, Refund)
LOST = {"user", "email", "name", "address", "address_2", "postcode", "city", "phone", "place_hash", "token", "card_hash", "ending",
        "destination", "reason"}  # fmt: skip


def opened(value: object) -> str:
    """A value as text; what is sealed is opened."""
    if isinstance(value, memoryview):
        value = bytes(value)
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    text = str(value)
    if text.startswith("gAAAA"):
        try:
            return unseal(text)
        except BrokenSeal:
            return text
    return text


def everything() -> Iterator[tuple[str, str]]:
    """Every row of every table of the database, those without a model too, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  (names of our own)
            for row in cursor.fetchall():
                yield table, " | ".join(opened(value) for value in row)


def where(mark: str) -> list[str]:
    """Where this is found: rows, names of files and what is in them, the cache, sessions."""
    found = [f"{table}: {text}" for table, text in everything() if mark in text.casefold()]
    files = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    found += [f"file: {path}" for path in files if mark in f"{path}{path.read_bytes()!r}".casefold()]
    sessions = [json.dumps(row.get_decoded(), default=str) for row in Session.objects.all()]
    return found + [f"outside: {text}" for text in (*sessions, *cached()) if mark in text.casefold()]


def cached() -> Iterator[str]:
    """Everything that the cache keeps, with its key."""
    if isinstance(caches["default"], LocMemCache):
        yield from (f"{key} {value}" for key, value in caches["default"]._cache.items())
    else:
        client = caches["default"]._cache.get_client(None)
        yield from (f"{key} {client.dump(key)}" for key in client.scan_iter(count=1000))


def books() -> str:
    """The checksum of all money: every column of every row but those that name a person."""
    rows = [
        (model.__name__, [(field.attname, str(getattr(row, field.attname))) for field in model._meta.concrete_fields
                          if field.name not in LOST or (model is Entry and field.name == "reason")])
        for model in BOOKS for row in model._base_manager.order_by("pk")
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def due(user: User) -> Closing:
    """Her account was closed two weeks ago."""
    row = closing.close(user=user)
    Closing.objects.filter(pk=row.pk).update(
        asked_at=timezone.now() - timedelta(days=15), due_at=timezone.now() - timedelta(minutes=1)
    )
    return row


def test_her_history_is_in_every_table_that_knows_people(history: History) -> None:
    """The proof is worth something only if there is a row of hers behind every word."""
    empty = [word.model for word in registry.in_copy() if not registry.rows(word, history.her, mine_only=True).exists()]

    assert set(empty) <= {
        "privacy.Copy", "privacy.Download", "privacy.Closing", "account.EmailConfirmation", "influencers.QualifyingSale",
        "influencers.ScorePolicy", "influencers.AttributionPolicy", "commissions.Rate", "commissions.Campaign",
        "commissions.Finding", "commissions.Invitation", "commissions.DaySum",
    }  # fmt: skip


def test_nothing_of_her_is_left_and_the_books_stay(
    history: History, django_capture_on_commit_callbacks: object
) -> None:
    her = history.her
    client_for(her).get("/me")
    copying.make(pk=copying.ask(user=her).pk)
    # What waits for her answer is settled as business; from there on no cent moves.
    leaving.forget(her)
    before = books()
    assert len(where(MARK)) > 60
    assert list(breaks()) == []

    row = due(her)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert erasing.erase_due() == 1

    row.refresh_from_db()
    assert row.erased_at
    assert where(MARK) == []
    # Rows without a word in them, such as a friendship, are gone as well.
    gone = [word for word in registry.WORDS if word.fate == Fate.GOES]
    assert [word.model for word in gone if registry.rows(word, her, mine_only=False).exists()] == []
    # The books: not a column of money, date or number is another one, and every proof of the ledger holds.
    assert Order.objects.get(number="ZWAIT").lines.get().refunded_minor == 2400
    assert books() == before
    assert list(breaks()) == []
    call_command("check_ledger")
    assert not list(Path(settings.MEDIA_ROOT).rglob("zqx*"))
    assert mail.outbox[-1].to == ["zqxanna@example.com"]
    assert "erased" in mail.outbox[-1].subject
    # Others keep their words.
    history.reply.refresh_from_db()
    assert history.reply.words == "Hello back"
    page = client_for(history.lina).get(history.world.spark.get_absolute_url()).content.decode()
    assert "Someone who left" in page
    assert "Hello back" in page
    spark = Spark.objects.get(pk=history.world.spark.pk)
    assert (spark.likes, spark.comments) == (0, Comment.objects.filter(spark=spark, state="posted").count())
    # Everything about her is away, as what never was.
    for address in (f"/@{HANDLE}", "/s/zqxcode", "/lists/zqx-wishes", "/go/abcdefgh", "/@zqx.before"):
        assert client_for(None).get(address).status_code == 404, address


def test_her_account_is_an_empty_one_and_her_names_rest(history: History) -> None:
    due(history.her)
    erasing.erase_due()

    her = User.objects.get(pk=history.her.pk)
    kept = User.objects.values_list("name", "handle", "is_active", "is_staff", "email").get(pk=her.pk)
    assert kept == ("", None, False, False, f"gone-{her.pk}@gone.invalid")
    assert not her.has_usable_password()
    assert (her.name, str(her)) == ("Someone who left", "Someone who left")
    with override("zh-hans"):
        assert User.objects.get(pk=her.pk).name == "已离开的人"
    # Others' pages go on, and name nobody.
    assert "Someone who left" in client_for(history.world.rhea).get("/review/log").content.decode()
    for name in (HANDLE, "zqx.before", "zqx.home"):
        with pytest.raises(HandleTaken):
            claim_handle(user=history.lina, name=name)
    with pytest.raises(BadCode):
        choose_code(influencer=history.world.mei.influencer, typed="zqx10")
    # After its rest a handle is free.
    her.handles.update(released_at=timezone.now() - timedelta(days=91))
    claim_handle(user=history.lina, name=HANDLE)
    assert history.lina.handle == HANDLE


def test_who_worked_at_a_desk_stays_as_somebody_who_left(history: History) -> None:
    her = history.her
    due(her)
    erasing.erase_due()

    event = ApplicationEvent.objects.get(application=history.world.application, kind="noted")
    assert (event.actor_id, event.note, str(event.actor)) == (her.pk, "Seen", "Someone who left")
    assert Act.objects.get(actor=her, kind="settled").note == "Done at the desk"


def test_what_others_have_of_her_stays_theirs(history: History) -> None:
    due(history.her)
    erasing.erase_due()

    wish = ListItem.objects.get(pk=history.world.wish.pk)
    # What she had only reserved is free again.
    assert wish.taken == 0
    plan = ListItem.objects.filter(list=history.world.wishes).exclude(pk=wish.pk).get()
    assert (plan.added_by, plan.bringer, plan.note) == (None, None, "")
    poll = history.world.spark.poll
    assert poll.votes.count() == 1


def test_erasing_twice_is_erasing_once(history: History) -> None:
    row = due(history.her)
    assert erasing.erase(closing_pk=row.pk)
    after = sorted(everything())

    assert not erasing.erase(closing_pk=row.pk)
    assert erasing.erase_due() == 0
    assert sorted(everything()) == after


def test_nothing_is_erased_while_something_is_to_be_sent_or_paid(history: History) -> None:
    her = history.her
    line = OrderLine.objects.filter(order__user=her, order__paid_at__isnull=False)[0]
    OrderLine.objects.filter(pk=line.pk).update(shipped_at=None)
    row = due(her)
    assert erasing.erase_due() == 0
    row.refresh_from_db()
    assert row.waits_for == "parcels"

    OrderLine.objects.filter(pk=line.pk).update(shipped_at=timezone.now())
    Balance.objects.filter(influencer=history.influencer).update(pending=1)
    assert erasing.erase_due() == 0
    row.refresh_from_db()
    assert row.waits_for == "money"

    Balance.objects.filter(influencer=history.influencer).update(pending=0)
    assert erasing.erase_due() == 1


def test_one_that_fails_changes_nothing_and_holds_up_nobody(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = due(history.her), due(UserFactory())
    before = where(MARK)
    real = erasing.accounts.forget

    def fail_for_her(user: User) -> None:
        if user.pk == history.her.pk:
            raise RuntimeError
        real(user)

    monkeypatch.setattr(erasing.accounts, "forget", fail_for_her)

    # One place a time: the one that fails, first in the row, does not keep it.
    monkeypatch.setattr(erasing, "AT_ONCE", 1)
    assert erasing.erase_due() == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.erased_at, second.erased_at is not None) == (None, True)
    assert len(where(MARK)) >= len(before) - 10
    assert (Path(settings.MEDIA_ROOT) / history.files[0]).exists()


@pytest.mark.parametrize("table", ["influencers_applicationevent", "commissions_act"])
def test_the_logs_let_words_be_emptied_and_nothing_else(history: History, table: str) -> None:
    def run(statement: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.replace("LOG", table))

    for refused in ("UPDATE LOG SET note = 'other'", "UPDATE LOG SET \"before\" = 'x', note = ''", "DELETE FROM LOG"):
        with pytest.raises(DatabaseError):
            run(refused)
    run("UPDATE LOG SET note = ''")


def test_bank_details_of_a_payout_are_emptied_only_once_it_has_ended(history: History) -> None:
    payouts = Payout.objects.filter(influencer=history.influencer)
    payouts.update(state="sending")
    with pytest.raises(DatabaseError), transaction.atomic():
        payouts.update(destination="")
    payouts.update(state="paid")
    with pytest.raises(DatabaseError), transaction.atomic():
        payouts.update(destination="elsewhere")
    payouts.update(destination="")
