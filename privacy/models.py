"""What somebody asked about her own data: a copy of it, or that it be erased."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.models import AppendOnlyModel


class CopyQuerySet(models.QuerySet["Copy"]):
    def waiting(self) -> Self:
        """Copies that are still to be made."""
        return self.filter(ready_at__isnull=True, failed_at__isnull=True)

    def there(self) -> Self:
        """Copies that can be downloaded."""
        return self.filter(ready_at__isnull=False, expires_at__gt=timezone.now()).exclude(file="")


class Copy(models.Model):
    """Somebody asked for a copy of her data: how far it is, where it lies, and until when it may be downloaded."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="copies")
    asked_at = models.DateTimeField(default=timezone.now)
    # Tables that were written, of all.
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    # Moved into the future before each attempt, so that two workers never make the same copy at once.
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    # In the storage, sealed (services/archives.py); empty once it was deleted.
    file = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    objects = CopyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "copies"
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ready_at__isnull=True, failed_at__isnull=True),
                name="one_copy_at_a_time_and_person",
            )
        ]

    def __str__(self) -> str:
        return f"copy {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("privacy:download", args=[self.pk])

    @property
    def is_waiting(self) -> bool:
        """It is being made."""
        return self.ready_at is None and self.failed_at is None

    @property
    def is_there(self) -> bool:
        """It can be downloaded."""
        return bool(self.file and self.expires_at and self.expires_at > timezone.now())


class Download(AppendOnlyModel):
    """A copy was taken, by her: there is nobody else who can."""

    copy = models.ForeignKey(Copy, on_delete=models.CASCADE, related_name="downloads")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"copy {self.copy_id} at {self.at}"


class ClosingQuerySet(models.QuerySet["Closing"]):
    def open(self) -> Self:
        """Accounts that are closed and not erased: she may come back."""
        return self.filter(returned_at__isnull=True, erased_at__isnull=True)


class Closing(models.Model):
    """Somebody closed her account: from when on it is erased, and what came of it. Kept, without her, as the proof that it was."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="closings")
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    # Why it is not erased though it is due (leaving.Bar), as last looked at.
    waits_for = models.CharField(max_length=20, blank=True)

    objects = ClosingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(returned_at__isnull=True, erased_at__isnull=True),
                name="one_open_closing_per_person",
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("asked_at")), name="an_account_may_come_back_for_a_while"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(returned_at__isnull=True, erased_at__isnull=True),
                name="closings_that_end",
            )
        ]

    def __str__(self) -> str:
        return f"closing {self.pk}"
