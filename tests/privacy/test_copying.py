"""A copy of everything: whole, hers alone, sealed, and there for a week."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from influencers.models import Application, ApplicationEvent
from orders.services.leaving import adopt_guest_orders
from privacy import registry
from privacy.models import Copy
from privacy.services import copying
from tests.privacy.history import History

pytestmark = pytest.mark.django_db


def copy_of(user: User) -> zipfile.ZipFile:
    row = copying.ask(user=user)
    assert copying.make(pk=row.pk) or Copy.objects.there().filter(pk=row.pk).exists()
    row.refresh_from_db()
    return zipfile.ZipFile(BytesIO(b"".join(copying.download(row=row))))


def test_a_copy_has_every_table_of_hers_and_nothing_of_others(history: History) -> None:
    adopt_guest_orders(history.her)
    sizes = {word.model: registry.rows(word, history.her, mine_only=True).count() for word in registry.in_copy()}
    archive = copy_of(history.her)

    assert archive.testzip() is None
    tables = {word.model.lower().replace(".", "/") + ".json" for word in registry.WORDS if word.hers}
    assert {name for name in archive.namelist() if name.endswith(".json")} == tables
    rows = {name: json.loads(archive.read(name)) for name in tables}
    for word in registry.in_copy():
        # The copy itself was asked for before it was made.
        expected = sizes[word.model] + (word.model == "privacy.Copy")
        assert len(rows[word.model.lower().replace(".", "/") + ".json"]) == expected, word.model
    text = json.dumps(rows, ensure_ascii=False)
    for hers in (
        "zqxanna@example.com",
        "1 Zqx Street",
        "Zqx says hello",
        "DE89ZQX",
        "Zqx pitches",
        "@lina.moreau",
        "ZGUEST",
    ):
        assert hers in text, hers
    # Others: who took and reserved what, gave, reported, asked, noted; where a friend lives; and keys and seals.
    assert "qy" not in text.casefold()
    for secret in (
        "zqx-access",
        "zqx-code",
        "zqx-link",
        "zqx-order-token",
        "zqx-card",
        "zqx-place",
        "zqx-state",
        "zqx-cart",
        "gAAAA",
    ):
        assert secret not in text, secret
    assert [item["title"] for item in rows["lists/listitem.json"]] == ["Zqx thing"]
    assert "taken" not in rows["lists/listitem.json"][0]
    files = [name for name in archive.namelist() if name.startswith("files/")]
    # Every picture that a row names, and the evidence; of what was taken out of the shop or a Spark only the words.
    assert len(files) == len(history.files) - 2 + 1
    assert archive.read(next(name for name in files if "evidence" in name)) == b"RIFF-zqx-evidence"
    assert "Zqxanna Zqxdale" in archive.read("README.txt").decode()


def test_a_decision_is_in_no_copy_before_it_is_told(history: History) -> None:
    application = Application.objects.get(user=history.her)
    rows = Application.objects.filter(pk=application.pk)
    rows.update(verdict="declined", reason="fraud", note="Bought them", decided_at=timezone.now())
    ApplicationEvent.objects.create(application=application, kind="decided", after="declined", note="Bought them")
    ApplicationEvent.objects.create(application=application, kind="rated", note="instagram @zqx: 1/4")

    def told() -> tuple[list[object], bool]:
        Copy.objects.all().delete()
        archive = copy_of(history.her)
        (row,) = json.loads(archive.read("influencers/application.json"))
        events = archive.read("influencers/applicationevent.json").decode()
        return [row[name] for name in ("reason", "note", "decided_at")], "1/4" in events or "Bought them" in events

    assert told() == ([None, None, None], False)
    rows.update(verdict="")
    assert told()[0][:2] == ["fraud", "Bought them"]


def test_a_parcel_is_a_surprise_until_its_receiver_looks(history: History) -> None:
    def gifts() -> list[dict[str, object]]:
        Copy.objects.all().delete()
        found: list[dict[str, object]] = json.loads(copy_of(history.her).read("orders/gift.json"))
        return found

    assert {gift["giver_name"] for gift in gifts()} == {None, "Zqxanna Zqxdale"}

    history.her.gifts_received.update(opened_at=timezone.now())
    assert "Qysurprise Giver" in {gift["giver_name"] for gift in gifts()}


def test_a_copy_lies_sealed_and_for_a_week(history: History) -> None:
    archive = copy_of(history.her)
    row = Copy.objects.get(user=history.her)
    path = Path(settings.MEDIA_ROOT) / row.file

    assert path.read_bytes()[:2] != b"PK"
    assert archive.namelist()[0].encode() not in path.read_bytes()
    assert row.expires_at
    assert copying.let_go(now=row.expires_at - timedelta(minutes=1)) == 0
    assert copying.let_go(now=row.expires_at) == 1
    assert not path.exists()
    row.refresh_from_db()
    assert not row.is_there
