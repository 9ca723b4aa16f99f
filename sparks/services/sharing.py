"""The picture by which a Spark is shared: as wide as networks show it, with its pins, without a word and so in every language."""

import io
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from core.reactions import start_after_commit
from sparks.models import Photo, Spark
from sparks.tags import WHOLE

DRAW_TASK = "sparks.tasks.draw_share"
WIDTH, HEIGHT = 1200, 630
# Messengers show no larger file.
MOST_BYTES = 300_000
PIN = ("#1A1720", 15), ("#FFFFFF", 13), ("#F4B000", 8)
# So long after posting the sweep looks whether the message was lost.
LOST_DAYS = 1


def owe(spark: Spark) -> None:
    """Draw it anew after commit, if it was ever posted."""
    if spark.posted_at is not None:
        start_after_commit(DRAW_TASK, spark.pk)


def draw(spark_pk: int) -> bool:
    """Draw the picture of a posted Spark from its first photo. Doing it twice draws the same; True when it has one now."""
    for _turn in range(3):
        spark = Spark.objects.filter(pk=spark_pk, posted_at__isnull=False).first()
        if spark is None:
            return False
        path = _kept(spark.photos.prefetch_related("tags").first())
        # Whoever was quicker may have drawn what stood there before: look again.
        if Spark.objects.filter(pk=spark.pk, share=spark.share).update(share=path):
            if spark.share:
                default_storage.delete(spark.share)
            return bool(path)
        if path:
            default_storage.delete(path)
    return False


def draw_lost(now: datetime | None = None) -> int:
    """Draw those of the last day whose message was lost; returns how many."""
    since = (now or timezone.now()) - timedelta(days=LOST_DAYS)
    rows = Spark.objects.present().filter(state=Spark.State.POSTED, posted_at__gt=since, share="", photos__isnull=False)
    return sum(draw(pk) for pk in rows.order_by("-posted_at").values_list("pk", flat=True).distinct()[:20])


def _kept(photo: Photo | None) -> str:
    """Where the picture was put; an empty string for a Spark without a photo, or whose file is gone."""
    if photo is None or not default_storage.exists(photo.large):
        return ""
    return default_storage.save(f"sparks/{secrets.token_hex(8)}.jpg", _picture(photo))


def _picture(photo: Photo) -> ContentFile:
    with default_storage.open(photo.large) as file, Image.open(file) as opened:
        whole = opened.convert("RGB")
    ground = ImageOps.fit(whole, (WIDTH, HEIGHT)).filter(ImageFilter.GaussianBlur(36))
    ground = ImageEnhance.Brightness(ground).enhance(0.8)
    shown = ImageOps.contain(whole, (WIDTH, HEIGHT))
    left, top = (WIDTH - shown.width) // 2, (HEIGHT - shown.height) // 2
    ground.paste(shown, (left, top))
    places = [(tag.x / WHOLE * shown.width + left, tag.y / WHOLE * shown.height + top) for tag in photo.tags.all()]
    return ContentFile(_jpeg(_pinned(ground, places)))


def _pinned(picture: Image.Image, places: Iterable[tuple[float, float]]) -> Image.Image:
    """Twice as large and then smaller, so that the rings are round."""
    large = picture.resize((picture.width * 2, picture.height * 2))
    pen = ImageDraw.Draw(large)
    for x, y in places:
        for colour, radius in PIN:
            pen.circle((x * 2, y * 2), radius * 2, fill=colour)
    return large.resize(picture.size, Image.Resampling.LANCZOS)


def _jpeg(picture: Image.Image) -> bytes:
    for quality in (85, 70, 50):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, progressive=True)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()
