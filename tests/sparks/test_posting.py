"""The composer: drafts, photos, tags, posting, editing; and what bad input does."""

import io
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import User
from sparks import queries
from sparks.errors import MayNotPost, NothingToPost, TooYoungForAll, WrongMoment
from sparks.models import Photo, ProductTag, Spark, SparkEdit, Topic
from sparks.services import posting
from tests.cast import Mei
from tests.conftest import client_for
from tests.factories.catalog import ProductFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.sparks import PhotoFactory, ProductTagFactory, SparkFactory, TopicFactory


def picture(size: tuple[int, int] = (1200, 1500), orientation: int = 0, kind: str = "JPEG") -> SimpleUploadedFile:
    out = io.BytesIO()
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (48.0, 51.0, 24.0)
    Image.new("RGB", size, "teal").save(out, kind, exif=exif)
    return SimpleUploadedFile("garden.jpg", out.getvalue(), content_type="image/jpeg")


@pytest.fixture
def draft(lina: User) -> Spark:
    return SparkFactory(author=lina, state="draft", posted_at=None, topic=None, code="draft", kind="photo")


@pytest.fixture
def photo(draft: Spark) -> Photo:
    return PhotoFactory(spark=draft)


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    queries.cache.clear()


def test_three_steps_without_javascript(as_lina: Client, lina: User) -> None:
    topic, product = TopicFactory(), ProductFactory()
    answer = as_lina.post("/sparks/new", {"kind": "photo", "photos": [picture(), picture()], "alt": "A shelf"})
    spark = Spark.objects.get()
    assert answer["Location"] == f"/s/{spark.code}/tags"
    assert list(spark.photos.values_list("alt", "width", "height")) == [("A shelf", 1080, 1350), ("", 1080, 1350)]
    photo = spark.photos.first()
    answer = as_lina.post(f"/s/{spark.code}/tag", {"photo": photo.pk, "product": product.pk, "x": "29,4", "y": "59.4"})
    assert answer["Location"] == f"/s/{spark.code}/tags?photo={photo.pk}"
    assert list(photo.tags.values_list("x", "y")) == [(2940, 5940)]
    form = {"words": "Spring", "topic": topic.pk, "audience": "public", "act": "post"}
    answer = as_lina.post(f"/s/{spark.code}/words", form)
    spark.refresh_from_db()

    assert (answer["Location"], spark.state, spark.author) == (f"/s/{spark.code}", "posted", lina)
    assert "29.4%" in client_for(None).get(f"/s/{spark.code}").content.decode()


def test_pressing_post_twice_posts_once(as_lina: Client, draft: Spark, photo: Photo) -> None:
    form = {"words": "Spring", "topic": TopicFactory().pk, "audience": "public", "act": "post"}
    as_lina.post("/s/draft/words", form)
    first = Spark.objects.get().posted_at
    as_lina.post("/s/draft/words", form)

    assert Spark.objects.get().posted_at == first
    assert SparkEdit.objects.count() == 0


def test_where_a_photo_was_taken_is_removed_and_it_stands_upright(draft: Spark) -> None:
    photo = posting.add_photo(spark=draft, upload=picture((1500, 1200), orientation=6))
    with default_storage.open(photo.large) as stream, Image.open(stream) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("WEBP", (1080, 1350), {})
    assert (photo.width, photo.height) == (1080, 1350)


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (SimpleUploadedFile("a.jpg", b"not a picture", content_type="image/jpeg"), "Choose a JPEG, PNG or WebP photo."),
        (SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>", content_type="image/png"), "Choose a JPEG, PNG or WebP photo."),
        (SimpleUploadedFile("a.mp4", b"\x00\x00\x00\x18ftypmp42", content_type="video/mp4"), "no film that can be read"),
        (SimpleUploadedFile("a.jpg", b"\x00\x00\x00\x18ftypheic", content_type="image/jpeg"), "Choose a JPEG, PNG or WebP photo."),
    ],
)  # fmt: skip
def test_what_is_no_photo_says_what_to_choose(
    as_lina: Client, draft: Spark, upload: SimpleUploadedFile, words: str
) -> None:
    answer = as_lina.post("/s/draft/photos", {"photos": upload})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Photo.objects.count() == 0


def test_a_spark_holds_ten_photos(as_lina: Client, draft: Spark) -> None:
    for _ in range(10):
        PhotoFactory(spark=draft)

    assert "10 photos at most" in as_lina.post("/s/draft/photos", {"photos": picture()}).content.decode()
    assert draft.photos.count() == 10


@pytest.mark.parametrize(
    ("x", "y"), [("101", "50"), ("-1", "50"), ("50", "nan"), ("abc", "50"), ("50", "inf"), ("1e9", "0")]
)
def test_a_tag_outside_the_picture_is_refused(as_lina: Client, photo: Photo, x: str, y: str) -> None:
    form = {"photo": photo.pk, "product": ProductFactory().pk, "x": x, "y": y}
    answer = as_lina.post("/s/draft/tag", form)

    assert answer.status_code == 422
    assert "inside the picture" in answer.content.decode()
    assert ProductTag.objects.count() == 0


def test_one_tag_too_many_and_the_same_twice_are_refused(as_lina: Client, photo: Photo) -> None:
    product = ProductFactory()
    as_lina.post("/s/draft/tag", {"photo": photo.pk, "product": product.pk})
    answer = as_lina.post("/s/draft/tag", {"photo": photo.pk, "product": product.pk})
    assert "tagged in this photo already" in answer.content.decode()
    for _ in range(4):
        as_lina.post("/s/draft/tag", {"photo": photo.pk, "product": ProductFactory().pk})
    answer = as_lina.post("/s/draft/tag", {"photo": photo.pk, "product": ProductFactory().pk})

    assert (answer.status_code, photo.tags.count()) == (422, 5)
    assert "5 tags at most" in answer.content.decode()
    places = list(photo.tags.values_list("x", "y"))
    assert len(set(places)) == 5


def test_a_tag_moves_and_goes(as_lina: Client, photo: Photo) -> None:
    tag = ProductTagFactory(photo=photo)
    answer = as_lina.post(f"/s/draft/tags/{tag.pk}", {"x": "30", "y": "59"}, headers={"HX-Request": "true"})
    tag.refresh_from_db()
    assert (tag.x, tag.y) == (3000, 5900)
    assert "at 30% across, 59% down" in answer.content.decode()
    assert as_lina.post(f"/s/draft/tags/{tag.pk}", {"x": "", "y": "59"}).status_code == 422
    as_lina.post(f"/s/draft/tags/{tag.pk}", {"drop": "1"})

    assert ProductTag.objects.count() == 0


def test_nobody_tags_in_somebody_elses_photo(as_otto: Client, photo: Photo) -> None:
    tag = ProductTagFactory(photo=photo)
    assert as_otto.post(f"/s/draft/tags/{tag.pk}", {"drop": "1"}).status_code == 404
    mine = SparkFactory(author=User.objects.get(email="otto@example.com"), code="mine")
    form = {"photo": photo.pk, "product": ProductFactory().pk}

    assert as_otto.post(f"/s/{mine.code}/tag", form).status_code == 404
    assert ProductTag.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "missing"),
    [("photo", "photo"), ("story", "words"), ("question", "words"), ("later", "words"), ("poll", "poll")],
)
def test_each_kind_says_what_it_lacks(draft: Spark, kind: str, missing: str) -> None:
    Spark.objects.update(kind=kind, topic=TopicFactory(), words="")
    with pytest.raises(NothingToPost) as refusal:
        posting.post_spark(spark=draft)

    assert refusal.value.missing == missing
    assert Spark.objects.get().state == "draft"


def test_a_poll_with_one_option_is_refused_and_the_draft_stays(as_lina: Client, draft: Spark) -> None:
    Spark.objects.update(kind="poll")
    topic = TopicFactory()
    form = {
        "words": "",
        "topic": topic.pk,
        "audience": "public",
        "act": "post",
        "question": "Which?",
        "option_0": "This",
        "days": "3",
    }
    answer = as_lina.post("/s/draft/words", form)
    assert (answer.status_code, Spark.objects.get().state) == (422, "draft")
    as_lina.post("/s/draft/words", {**form, "option_1": "That"})
    spark = Spark.objects.get()

    assert spark.state == "posted"
    assert spark.poll.closes_at == spark.posted_at + timedelta(days=3)


def test_an_edit_is_shown_and_what_was_said_is_kept(as_lina: Client, lina: User) -> None:
    spark = SparkFactory(author=lina, code="mine", words="Before")
    form = {"words": "After", "topic": spark.topic_id, "audience": "public"}
    as_lina.post("/s/mine/words", form)
    as_lina.post("/s/mine/words", form)
    spark.refresh_from_db()

    assert (spark.words, SparkEdit.objects.get().words) == ("After", "Before")
    assert "Edited 1 time" in client_for(None).get("/s/mine").content.decode()


@pytest.mark.parametrize(
    ("field", "value"), [("words", "x" * 501), ("topic", "999"), ("topic", ""), ("audience", "all"), ("words", "a\x00")]
)
def test_wrong_words_change_nothing(as_lina: Client, lina: User, field: str, value: str) -> None:
    spark = SparkFactory(author=lina, code="mine", words="Before")
    form = {"words": "After", "topic": spark.topic_id, "audience": "public", field: value}

    assert as_lina.post("/s/mine/words", form).status_code == 422
    spark.refresh_from_db()
    assert (spark.words, SparkEdit.objects.count()) == ("Before", 0)


def test_planned_within_ninety_days(draft: Spark, photo: Photo) -> None:
    Spark.objects.update(topic=TopicFactory())
    now = timezone.now()
    for at in (now, now - timedelta(days=1), now + timedelta(days=91)):
        with pytest.raises(WrongMoment):
            posting.schedule_spark(spark=draft, at=at)
    posting.schedule_spark(spark=draft, at=now + timedelta(hours=1))
    assert (posting.publish_due(), Spark.objects.get().state) == (0, "scheduled")

    assert posting.publish_due(now + timedelta(hours=1)) == 1


def test_the_young_post_for_friends(draft: Spark, photo: Photo, lina: User) -> None:
    lina.born_on = timezone.localdate() - timedelta(days=365 * 15)
    lina.save()
    Spark.objects.update(topic=TopicFactory())
    with pytest.raises(TooYoungForAll):
        posting.post_spark(spark=draft)
    Spark.objects.update(audience="friends")

    assert posting.post_spark(spark=draft).state == "posted"


def test_who_may_post_is_policy(lina: User, mei: Mei, settings: LazySettings) -> None:
    settings.SPARKS_POSTERS = "creators"
    assert posting.start_draft(author=mei.user).state == "draft"
    with pytest.raises(MayNotPost):
        posting.start_draft(author=lina)
    settings.SPARKS_POSTERS = "buyers"
    with pytest.raises(MayNotPost):
        posting.start_draft(author=lina)
    OrderLineFactory(order=OrderFactory(user=lina), delivered_at=timezone.now())
    posting.start_draft(author=lina)

    assert Spark.objects.count() == 2


def test_removed_for_more_than_thirty_days_is_gone(lina: User) -> None:
    spark = SparkFactory(author=lina, removed_at=timezone.now() - timedelta(days=31))

    assert not posting.restore_spark(spark=spark)
    assert Spark.objects.visible_to(lina).count() == 0


def test_topics_speak_the_language_of_the_page(as_guest: Client) -> None:
    assert Topic.objects.count() == 12

    assert "家居" in as_guest.get("/sparks", headers={"Accept-Language": "zh-hans"}).content.decode()
