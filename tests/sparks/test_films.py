"""Films of Sparks: a picture at once, the film when it is drawn, and clear words for what is none."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core import videos
from sparks.errors import OneFilm
from sparks.models import Photo, Spark
from sparks.services import films, posting
from tests.core.test_videos import film
from tests.factories.sparks import PhotoFactory, SparkFactory

pytestmark = pytest.mark.skipif(not videos.is_available(), reason="wants ffmpeg")


@pytest.fixture
def upload(tmp_path: Path) -> SimpleUploadedFile:
    """A film that calls itself a photo: its bytes decide."""
    return SimpleUploadedFile("me.jpg", film(tmp_path).read_bytes(), "image/jpeg")


@pytest.fixture
def draft(lina: User) -> Spark:
    return SparkFactory(author=lina, state="draft", posted_at=None, kind="photo")


def test_a_film_has_a_picture_at_once_and_plays_when_it_is_drawn(draft: Spark, upload: SimpleUploadedFile) -> None:
    photo = posting.add_photo(spark=draft, upload=upload)
    kept = photo.upload
    assert (photo.width, photo.film, bool(kept)) == (320, "", True)

    assert films.draw(photo.pk) is True
    assert films.draw(photo.pk) is False

    photo.refresh_from_db()
    assert photo.film.endswith(".mp4")
    assert (photo.upload, photo.is_film_broken) == ("", False)
    with default_storage.open(photo.film) as drawn:
        assert b"location" not in drawn.read()


def test_a_spark_holds_one_film(draft: Spark, upload: SimpleUploadedFile) -> None:
    posting.add_photo(spark=draft, upload=upload)

    with pytest.raises(OneFilm):
        posting.add_photo(spark=draft, upload=upload)
    assert draft.photos.count() == 1


def test_a_lost_message_is_found(draft: Spark, upload: SimpleUploadedFile) -> None:
    photo = posting.add_photo(spark=draft, upload=upload)

    assert films.draw_lost() == 0
    assert films.draw_lost(timezone.now() + timedelta(minutes=11)) == 1

    photo.refresh_from_db()
    assert photo.film


def test_a_film_that_is_gone_is_said_to_be_broken(draft: Spark) -> None:
    photo = PhotoFactory(spark=draft, upload="sparks/uploads/nothing")

    assert films.draw(photo.pk) is True

    photo.refresh_from_db()
    assert (photo.upload, photo.film, photo.is_film_broken) == ("", "", True)


def test_the_page_plays_it_and_the_policy_allows_it(as_guest: Client) -> None:
    spark = SparkFactory(kind="photo")
    PhotoFactory(spark=spark, film="sparks/a.mp4")
    answer = as_guest.get(f"/s/{spark.code}")

    assert '<source src="/media/sparks/a.mp4" type="video/mp4">' in answer.content.decode()
    assert "media-src 'self'" in answer["Content-Security-Policy"]


def test_it_says_that_it_is_being_prepared(as_guest: Client) -> None:
    spark = SparkFactory(kind="photo")
    PhotoFactory(spark=spark, upload="sparks/uploads/a")

    assert "The film is being prepared" in as_guest.get(f"/s/{spark.code}").content.decode()


def test_the_composer_takes_it(as_lina: Client, lina: User, upload: SimpleUploadedFile) -> None:
    assert "or a short film" in as_lina.get("/sparks/new").content.decode()

    as_lina.post("/sparks/new", {"kind": "photo", "photos": [upload], "alt": ""})

    assert Photo.objects.get().upload.startswith("sparks/uploads/")
