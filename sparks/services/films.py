"""Films of Sparks: kept as they came until the background has drawn them anew; a picture from them stands for them at once."""

import secrets
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import transaction
from django.utils import timezone

from core import videos
from core.reactions import start_after_commit
from sparks.models import Photo, Spark

DRAW_TASK = "sparks.tasks.draw_film"
# A film that is still owed after so long is drawn by the sweep: its message was lost.
LOST_MINUTES = 10


def is_film(upload: UploadedFile) -> bool:
    """By its first bytes, whatever it is called."""
    upload.seek(0)
    head = upload.read(16)
    upload.seek(0)
    return bool(videos.family_of(head)) or (upload.content_type or "").startswith("video/")


def keep(upload: UploadedFile) -> tuple[SimpleUploadedFile, str]:
    """A picture from the film, and where the film is kept until it is drawn. Raises core.videos.BadVideo."""
    with tempfile.TemporaryDirectory() as folder:
        path = videos.kept_upload(upload, Path(folder))
        film = videos.look(path)
        picture = SimpleUploadedFile("film.jpg", videos.poster(path, film), "image/jpeg")
        with path.open("rb") as source:
            kept = default_storage.save(f"sparks/uploads/{secrets.token_hex(16)}", File(source))
    return picture, kept


def owe(photo: Photo) -> None:
    """Draw this film after commit."""
    start_after_commit(DRAW_TASK, photo.pk)


def draw(photo_pk: int) -> bool:
    """Draw a film that is owed as every browser plays it. True when it was this call that did; doing it twice changes nothing."""
    photo = Photo.objects.filter(pk=photo_pk).exclude(upload="").first()
    if photo is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "source", Path(folder) / "film.mp4"
        try:
            with default_storage.open(photo.upload) as kept, source.open("wb") as out:
                for chunk in kept.chunks():
                    out.write(chunk)
            videos.playable(source, videos.look(source), target)
        except (videos.BadVideo, FileNotFoundError):
            return _settle(photo, film="", is_broken=True)
        with target.open("rb") as drawn:
            path = default_storage.save(f"sparks/{secrets.token_hex(16)}.mp4", File(drawn))
    if _settle(photo, film=path, is_broken=False):
        return True
    default_storage.delete(path)
    return False


def _settle(photo: Photo, *, film: str, is_broken: bool) -> bool:
    """Write the outcome down, once, and let the upload go when that is certain."""
    with transaction.atomic():
        moved = Photo.objects.filter(pk=photo.pk, upload=photo.upload).update(
            upload="", film=film, is_film_broken=is_broken
        )
        if moved:
            transaction.on_commit(lambda: default_storage.delete(photo.upload))
    return bool(moved)


def draw_lost(now: datetime | None = None) -> int:
    """Draw the films whose message was lost; returns how many."""
    before = (now or timezone.now()) - timedelta(minutes=LOST_MINUTES)
    owed = Photo.objects.exclude(upload="").filter(added_at__lte=before).order_by("pk")
    return sum(draw(pk) for pk in owed.values_list("pk", flat=True)[:20])


def has_film(spark: Spark) -> bool:
    """A Spark holds one film."""
    return spark.photos.exclude(film="", upload="").exists()
