"""Rules that several apps' tables share. No tables here."""

from typing import Any

from django.db import models


class AppendOnlyError(TypeError):
    """Somebody tried to change or remove a row that is written once."""


class AppendOnlyQuerySet(models.QuerySet):
    """A table of facts: rows are added, never changed or removed."""

    def update(self, **kwargs: Any) -> int:
        raise AppendOnlyError(f"{self.model.__name__} rows are never changed: add a correcting row")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(f"{self.model.__name__} rows are never removed: add a correcting row")


class AppendOnlyModel(models.Model):
    """A row written once. ``save`` on an existing row and ``delete`` raise AppendOnlyError."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} rows are never changed: add a correcting row")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(f"{type(self).__name__} rows are never removed: add a correcting row")
