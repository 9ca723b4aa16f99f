"""Notices and mails."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from notifications import services
from notifications.models import Mail, Notice

FULL = {
    "number": "ABC", "name": "Lina", "url": "/orders/ABC", "currency": "USD", "total_minor": 4800, "refunded_minor": 2400,
    "amount_minor": 903, "product": "Lamp & shade", "points": "64.0", "note": "Keep going", "question": "Is it yours?",
    "reason": "other", "reapply_on": "2026-12-23", "display_name": "Mei", "product_name": "Lamp",
    "lines": [{"name": "Lamp & shade", "option": "Ember", "quantity": 2, "total_minor": 4800}],
}  # fmt: skip
TEMPLATES = Path(settings.BASE_DIR) / "templates"
MAILS = sorted(path.name.removesuffix(".subject.txt") for path in (TEMPLATES / "emails").glob("*.subject.txt"))
NOTICES = sorted(path.stem for path in (TEMPLATES / "notices").glob("*.html"))


def test_a_notice_is_written_and_its_mail_goes_after_commit(
    lina: User, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        services.notify(recipient=lina, kind="application_approved", data=FULL, url="/studio/shop")
        assert mail.outbox == []

    assert Notice.objects.get().recipient == lina
    assert mail.outbox[0].to == ["lina@example.com"]
    assert "http://testserver/studio/shop" in mail.outbox[0].body
    assert Mail.objects.get().sent_at is not None


def test_a_mail_speaks_the_recipients_language(lina: User, django_capture_on_commit_callbacks: object) -> None:
    lina.language = "zh-hans"
    with django_capture_on_commit_callbacks(execute=True):
        services.notify(recipient=lina, kind="application_approved", url="/x")

    assert "您" in mail.outbox[0].subject + mail.outbox[0].body


def test_a_failure_leaves_the_mail_due_and_the_sweep_sends_it(lina: User, monkeypatch: pytest.MonkeyPatch) -> None:
    owed = services.send_mail(kind="order_receipt", to=lina.email, language="en", data=FULL)

    def broken(self: object, fail_silently: bool = False) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMultiAlternatives.send", broken)
        assert services.deliver(owed.pk) is False
    owed.refresh_from_db()
    assert (owed.sent_at, owed.attempts) == (None, 1)
    assert services.deliver_owed() == 0

    assert services.deliver_owed(now=timezone.now() + timedelta(minutes=2)) == 1
    assert len(mail.outbox) == 1


def test_a_broken_mail_does_not_hold_up_the_next(lina: User) -> None:
    broken = services.send_mail(kind="no_such_kind", to=lina.email, language="en", data={})
    services.send_mail(kind="order_receipt", to=lina.email, language="en", data=FULL)

    assert services.deliver_owed() == 1
    broken.refresh_from_db()
    assert (broken.sent_at, broken.attempts) == (None, 1)


def test_a_notice_without_words_of_its_own_is_told_plainly(as_lina: Client, lina: User) -> None:
    services.notify(recipient=lina, kind="no_such_kind", mail=False)

    assert "There is news for you" in as_lina.get("/notifications").content.decode()


def test_a_mail_is_given_up_after_its_last_try(lina: User) -> None:
    owed = services.send_mail(kind="order_receipt", to=lina.email, language="en", data=FULL)
    Mail.objects.update(attempts=len(services.RETRY_MINUTES) + 1)

    assert services.deliver(owed.pk) is False
    assert mail.outbox == []


def test_two_workers_send_one_mail(lina: User) -> None:
    owed = services.send_mail(kind="order_receipt", to=lina.email, language="en", data=FULL)

    assert [services.deliver(owed.pk), services.deliver(owed.pk)] == [True, False]
    assert len(mail.outbox) == 1


def test_a_key_is_used_once(lina: User) -> None:
    for _ in range(2):
        services.send_mail(kind="order_receipt", to=lina.email, language="en", data=FULL, key="receipt-7")

    assert Mail.objects.count() == 1


@pytest.mark.parametrize("data", [{}, {"currency": "USD"}, FULL], ids=["empty", "half", "full"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", MAILS)
def test_every_mail_can_be_written(db: None, kind: str, language: str, data: dict[str, object]) -> None:
    message = services.message_of(Mail(kind=kind, to="x@example.com", language=language, data=data))

    assert message.subject.strip()
    assert "\n" not in message.subject
    assert "{" not in message.body
    assert "&amp;" not in message.body


@pytest.mark.parametrize("data", [{}, {"currency": "USD"}, FULL], ids=["empty", "half", "full"])
@pytest.mark.parametrize("kind", NOTICES)
def test_every_notice_can_be_shown(kind: str, data: dict[str, object]) -> None:
    assert render_to_string(f"notices/{kind}.html", {"data": data}).strip()


def test_notices_stand_in_groups_until_they_are_read(as_lina: Client, lina: User) -> None:
    services.notify(recipient=lina, kind="application_approved", mail=False)
    old = services.notify(recipient=lina, kind="application_submitted", mail=False)
    Notice.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=30))

    page = as_lina.get("/notifications").content.decode()
    assert [title in page for title in ("Today", "This week", "Earlier")] == [True, False, True]
    assert page.count("unread</span>") == 2
    as_lina.post("/notifications/read")

    assert "unread</span>" not in as_lina.get("/notifications").content.decode()


def test_only_ones_own_notices_are_shown_and_read(as_otto: Client, lina: User) -> None:
    services.notify(recipient=lina, kind="application_approved", mail=False)

    assert "You are approved" not in as_otto.get("/notifications").content.decode()
    as_otto.post("/notifications/read")

    assert Notice.objects.get().read_at is None


def test_the_page_asks_as_much_for_three_as_for_thirty(as_lina: Client, lina: User) -> None:
    counts = []
    for more in (3, 15):
        for _ in range(more):
            services.notify(recipient=lina, kind="application_approved", mail=False)
        with CaptureQueriesContext(connection) as queries:
            as_lina.get("/notifications")
        counts.append(len(queries))

    assert counts[0] == counts[1]
