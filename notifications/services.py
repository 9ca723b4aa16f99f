"""Verbs of telling: write a notice, owe a mail, send what is owed."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from core.personal import GONE_ADDRESS, GONE_DOMAIN
from core.reactions import start_after_commit
from notifications.models import Mail, Notice

logger = logging.getLogger(__name__)

# Minutes until the next try after each failed one; after the last the mail is given up and logged.
RETRY_MINUTES = (1, 5, 30, 120, 360, 720, 1440, 1440, 1440)
SEND_TASK = "notifications.tasks.send"


@transaction.atomic
def notify(
    *,
    recipient: User,
    kind: str,
    data: dict[str, Any] | None = None,
    url: str = "",
    mail: bool = True,
    actor: User | None = None,
) -> Notice:
    """Tell a person one thing on her notices page, and by mail too unless ``mail`` is false.

    ``actor`` is who did it: a block between the two takes the notice off the page.
    """
    notice = Notice.objects.create(recipient=recipient, actor=actor, kind=kind, data=data or {}, url=url)
    if mail:
        words = {**(data or {}), "url": url}
        send_mail(kind=kind, to=recipient.email, language=recipient.language, data=words, key=f"notice-{notice.pk}")
    return notice


@transaction.atomic
def send_mail(*, kind: str, to: str, language: str, data: dict[str, Any], key: str | None = None) -> Mail:
    """Owe somebody a mail; it goes after commit. A key that was used before gives the mail written then."""
    if key is None:
        mail, created = Mail.objects.create(kind=kind, to=to, language=language, data=data), True
    else:
        fields = {"kind": kind, "to": to, "language": language, "data": data}
        mail, created = Mail.objects.get_or_create(key=key, defaults=fields)
    if created:
        start_after_commit(SEND_TASK, mail.pk)
    return mail


def deliver(pk: int, now: datetime | None = None) -> bool:
    """Send an owed mail that is due; True when it went. Only one of several workers gets it."""
    moment = now or timezone.now()
    mail = Mail.objects.filter(pk=pk, sent_at__isnull=True, due_at__lte=moment).first()
    if mail is None or mail.attempts > len(RETRY_MINUTES):
        return False
    wait = timedelta(minutes=RETRY_MINUTES[min(mail.attempts, len(RETRY_MINUTES) - 1)])
    claimed = Mail.objects.filter(pk=pk, sent_at__isnull=True, attempts=mail.attempts).update(
        attempts=F("attempts") + 1, due_at=moment + wait
    )
    if not claimed:
        return False
    if mail.to.endswith(f"@{GONE_DOMAIN}"):
        # To somebody who left.
        Mail.objects.filter(pk=pk).update(sent_at=moment)
        return False
    try:
        message_of(mail).send()
    except (OSError, TemplateDoesNotExist, TemplateSyntaxError, ValueError, TypeError):
        # smtplib's errors are OSErrors too; the others are a mail whose words or facts are broken. The row stays due
        # for its next try, and the mails behind it are not held up.
        logger.exception("Mail %s to its recipient did not go (try %s)", mail.pk, mail.attempts + 1)
        return False
    Mail.objects.filter(pk=pk).update(sent_at=timezone.now())
    return True


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """The mail in its own language, as text and as plain HTML."""
    context = {**mail.data, "SITE_NAME": settings.SITE_NAME, "SITE_URL": settings.SITE_URL}
    with override(mail.language):
        subject = " ".join(render_to_string(f"emails/{mail.kind}.subject.txt", context).split())
        text = render_to_string(f"emails/{mail.kind}.txt", context).strip() + "\n"
        html = render_to_string(f"emails/{mail.kind}.html", context)
    message = EmailMultiAlternatives(subject=subject, body=text, to=[mail.to])
    message.attach_alternative(html, "text/html")
    return message


def deliver_owed(limit: int = 200, now: datetime | None = None) -> int:
    """Send every mail that is due, oldest first, at most so many; returns how many went."""
    moment = now or timezone.now()
    owed = Mail.objects.filter(sent_at__isnull=True, due_at__lte=moment, attempts__lte=len(RETRY_MINUTES))
    return sum(deliver(pk, moment) for pk in owed.order_by("due_at").values_list("pk", flat=True)[:limit])


def mark_read(*, recipient: User) -> int:
    """Everything was seen; returns how many notices were new."""
    return Notice.objects.filter(recipient=recipient, read_at__isnull=True).update(read_at=timezone.now())


def empty(mails: QuerySet[Mail]) -> None:
    """Nothing is left in these mails but their keys, and none of them is sent any more."""
    mails.filter(sent_at__isnull=True).update(sent_at=timezone.now())
    mails.update(to=GONE_ADDRESS, data={})


def forget(user: User) -> None:
    """Before the notices to her and about her go: the mails that told the same."""
    told = Notice.objects.filter(Q(recipient=user) | Q(actor=user)).values_list("pk", flat=True)
    keys = [f"notice-{pk}" for pk in told]
    for start in range(0, len(keys), 500):
        empty(Mail.objects.filter(key__in=keys[start : start + 500]))
