"""Tell one person one thing: on the site, and by mail."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Notice(models.Model):
    """One line in a person's notices. ``kind`` names its words (templates/notices/<kind>.html), ``data`` fills them."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    # Who did what is told, where it was a person: across a block it is not shown.
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="notices_of_a_person"),
            models.Index(
                fields=["recipient"], condition=models.Q(read_at__isnull=True), name="unread_notices_of_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.recipient_id}"

    @property
    def template(self) -> str:
        """The words of its kind; a kind that has none is told plainly."""
        name = f"notices/{self.kind}.html"
        return name if (settings.BASE_DIR / "templates" / name).exists() else "notices/plain.html"


class Mail(models.Model):
    """A mail that is owed to somebody: written with the fact it tells of, sent after, retried until it went."""

    kind = models.CharField(max_length=40)
    to = models.EmailField()
    language = models.CharField(max_length=10, default="en")
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # The next try; moved into the future before each attempt, so that two workers never send the same mail at once.
    due_at = models.DateTimeField(default=timezone.now)
    # A mail with a key is written once however often the fact is told.
    key = models.CharField(max_length=80, unique=True, null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(sent_at__isnull=True), name="mails_that_are_owed")
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"
