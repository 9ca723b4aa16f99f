"""The composer: drafts, photos, tags, posting, editing; and what bad input does."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import User
from orders.models import CartLine, Gift
from sparks.errors import MayNotPost, NothingToPost, OutsideTheMarket, TooYoungForAll, WrongMoment
from sparks.models import DroppedPhoto, Photo, Poll, ProductTag, Spark, SparkEdit, Topic
from sparks.services import posting
from tests.cast import Mei
from tests.conftest import client_for
from tests.factories.accounts import UserFactory
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
    cache.clear()


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


def test_where_posting_is_open_is_policy(lina: User, otto: User, mei: Mei, settings: LazySettings) -> None:
    settings.SPARKS_MARKETS = ["FR", "DE"]
    approved = mei.influencer.application
    type(approved).objects.filter(pk=approved.pk).update(state="approved", country="FR")
    # Her last parcel went to Germany; another's to Spain, and a gift that she gave to Germany says nothing.
    OrderLineFactory(order=OrderFactory(user=lina, country="DE"), delivered_at=timezone.now())
    OrderLineFactory(order=OrderFactory(user=otto, country="ES"), delivered_at=timezone.now())
    giver = UserFactory()
    gift = OrderFactory(user=giver, country="DE")
    OrderLineFactory(order=gift, delivered_at=timezone.now())
    Gift.objects.create(order=gift, recipient=lina, giver_name="Giver")
    assert [posting.start_draft(author=person).state for person in (mei.user, lina)] == ["draft", "draft"]
    with pytest.raises(OutsideTheMarket, match="Posting is open in France, Germany for now"):
        posting.start_draft(author=otto)
    with pytest.raises(OutsideTheMarket, match="We know your country once"):
        posting.start_draft(author=giver)

    answer = client_for(otto).post("/sparks/new", {"kind": "story"})
    assert answer.status_code == 422
    assert "Posting is open in France, Germany" in answer.content.decode()
    assert Spark.objects.count() == 2
    # Reading and talking stay open.
    SparkFactory(code="open")
    assert client_for(otto).post("/s/open/comment", {"words": "Lovely"}).status_code == 302


def test_a_planned_post_whose_market_closed_becomes_a_draft_again(lina: User, settings: LazySettings) -> None:
    spark = SparkFactory(author=lina, state="draft", posted_at=None)
    at = timezone.now() + timedelta(hours=1)
    posting.schedule_spark(spark=spark, at=at)
    settings.SPARKS_MARKETS = ["FR"]

    assert (posting.publish_due(at), Spark.objects.get().state) == (0, "draft")


def three_photos(spark: Spark) -> list[Photo]:
    return [PhotoFactory(spark=spark, position=place, alt=alt) for place, alt in enumerate("abc")]


def order(spark: Spark) -> str:
    return "".join(spark.photos.values_list("alt", flat=True))


def test_photos_move_by_buttons_without_javascript(as_lina: Client, draft: Spark) -> None:
    a, _b, c = three_photos(draft)
    for photo, move, found in [
        (a, "down", "bac"),
        (a, "down", "bca"),
        (a, "down", "bca"),
        (c, "up", "cba"),
        (c, "up", "cba"),
    ]:
        answer = as_lina.post("/s/draft/photo", {"photo": photo.pk, "move": move})
        assert answer["Location"] == f"/s/draft/tags?photo={photo.pk}"
        assert order(draft) == found


@pytest.mark.parametrize(
    ("sent", "found"),
    [("cba", "cba"), ("b", "bac"), ("", "abc"), ("ccaa", "cab"), ("?", "abc"), ("z", "abc")],
)
def test_photos_take_the_order_in_which_they_were_dragged(as_lina: Client, draft: Spark, sent: str, found: str) -> None:
    known = {photo.alt: photo.pk for photo in three_photos(draft)} | {"?": "no number", "z": PhotoFactory().pk}
    answer = as_lina.post(
        "/s/draft/photos/order", {"order": [known[one] for one in sent]}, headers={"HX-Request": "true"}
    )

    assert (answer.status_code, order(draft)) == (204, found)


def test_nobody_orders_somebody_elses_photos(as_otto: Client, draft: Spark) -> None:
    a, _b, _c = three_photos(draft)

    assert as_otto.post("/s/draft/photos/order", {"order": [a.pk]}).status_code == 404
    assert as_otto.post("/s/draft/photo", {"photo": a.pk, "move": "down"}).status_code == 404
    assert order(draft) == "abc"


def test_a_posted_photo_keeps_a_photo_and_changes_are_shown(as_lina: Client, lina: User) -> None:
    spark = SparkFactory(author=lina, code="mine", kind="photo")
    one = PhotoFactory(spark=spark, small="sparks/none-1.webp", large="sparks/none-2.webp")
    answer = as_lina.post("/s/mine/photo", {"photo": one.pk, "drop": "1"})
    assert answer.status_code == 422
    assert "its only photo" in answer.content.decode()
    as_lina.post("/s/mine/photos", {"photos": picture()})
    as_lina.post("/s/mine/photo", {"photo": one.pk, "drop": "1"})

    assert spark.photos.count() == 1
    assert list(SparkEdit.objects.values_list("is_about_photos", flat=True)) == [True, True]
    assert "Its photos were changed." in client_for(None).get("/s/mine/edits").content.decode()


def test_what_it_said_before_is_read_by_whoever_sees_it(as_lina: Client, lina: User, otto: User) -> None:
    spark = SparkFactory(author=lina, code="mine", words="Before", audience="friends")
    as_lina.post("/s/mine/words", {"words": "After", "topic": spark.topic_id, "audience": "friends"})

    assert "Before" in as_lina.get("/s/mine/edits").content.decode()
    assert client_for(otto).get("/s/mine/edits").status_code == 404
    assert "Before" not in client_for(otto).get("/s/mine/edits").content.decode()


def test_a_hidden_spark_keeps_what_it_said_when_it_is_changed(as_lina: Client, lina: User) -> None:
    spark = SparkFactory(author=lina, code="mine", words="Before", state="hidden")
    as_lina.post("/s/mine/words", {"words": "After", "topic": spark.topic_id, "audience": "public", "act": "post"})
    spark.refresh_from_db()

    assert (spark.state, spark.words, SparkEdit.objects.get().words) == ("hidden", "After", "Before")


def test_drafts_are_listed_and_removed_with_undo(as_lina: Client, draft: Spark, lina: User) -> None:
    Spark.objects.update(words="Half a thought")
    planned = SparkFactory(
        author=lina, state="scheduled", scheduled_for=timezone.now() + timedelta(days=1), words="Soon"
    )
    page = as_lina.get("/sparks/new").content.decode()
    assert "Half a thought" in page
    assert f"/s/{planned.code}/words" in page
    back = as_lina.post("/s/draft/remove")["Location"]
    assert "Half a thought" not in as_lina.get("/sparks/new").content.decode()
    assert 'action="/s/draft/restore"' in as_lina.get(back).content.decode()
    as_lina.post("/s/draft/restore")

    assert "Half a thought" in as_lina.get("/sparks/new").content.decode()


def test_a_product_withdrawn_after_posting_stays_named_and_is_not_sold(lina: User) -> None:
    spark = SparkFactory(author=lina, code="mine")
    product = ProductFactory(name="Teal mug")
    tag = ProductTagFactory(photo=PhotoFactory(spark=spark), product=product)
    type(product).objects.update(is_active=False)
    page = client_for(None).get("/s/mine").content.decode()

    assert "Teal mug" in page
    assert "No longer sold" in page
    assert 'action="/s/mine/cart"' not in page
    assert client_for(None).post("/s/mine/cart", {"product": product.pk})["Location"] == "/s/mine"
    assert (CartLine.objects.count(), list(spark.photos.get().tags.all())) == (0, [tag])


def test_a_picture_of_another_type_than_its_name_is_drawn_anew_as_what_it_is(draft: Spark) -> None:
    photo = posting.add_photo(spark=draft, upload=picture(kind="PNG"))
    with default_storage.open(photo.large) as stream:
        kept = stream.read()

    assert kept[:4] + kept[8:12] == b"RIFFWEBP"
    assert b"Exif" not in kept
    assert photo.large.endswith(".webp")


def test_nothing_of_where_it_was_taken_is_in_any_stored_picture(draft: Spark) -> None:
    upload = picture((1500, 1200), orientation=6)
    assert b"Exif" in upload.read()
    upload.seek(0)
    photo = posting.add_photo(spark=draft, upload=upload)
    for path in (photo.small, photo.large):
        with default_storage.open(path) as stream, Image.open(stream) as kept:
            assert dict(kept.getexif()) == {}
            assert not {"exif", "xmp"} & set(kept.info)
            # Turned as the metadata said: upright now, with nothing left that could turn it again.
            assert kept.size[0] < kept.size[1]


def test_a_refused_photo_keeps_the_others_and_the_draft(as_lina: Client, draft: Spark, photo: Photo) -> None:
    liar = SimpleUploadedFile("a.jpg", b"%PDF-1.7", content_type="image/jpeg")
    answer = as_lina.post("/s/draft/photos", {"photos": [picture(), liar]})

    assert answer.status_code == 422
    assert draft.photos.count() == 2
    assert Spark.objects.get().state == "draft"


def test_each_photo_stands_for_itself_and_what_was_typed_is_kept(as_lina: Client, lina: User) -> None:
    liar = SimpleUploadedFile("notes.jpg", b"%PDF-1.7", content_type="image/jpeg")
    answer = as_lina.post("/sparks/new", {"kind": "photo", "photos": [liar, picture(), picture()], "alt": "A shelf"})
    assert answer.status_code == 422
    assert "notes.jpg: Choose a JPEG, PNG or WebP photo." in answer.content.decode()
    assert list(Spark.objects.get().photos.values_list("alt", flat=True)) == ["A shelf", ""]

    liar.seek(0)
    answer = as_lina.post("/sparks/new", {"kind": "photo", "photos": [liar], "alt": "A second shelf"})
    assert (answer.status_code, Photo.objects.count()) == (422, 2)
    assert 'value="A second shelf"' in answer.content.decode()


def test_a_removed_photo_comes_back_with_its_tags_to_its_place(as_lina: Client, as_otto: Client, draft: Spark) -> None:
    a, b = PhotoFactory(spark=draft, alt="a"), PhotoFactory(spark=draft, alt="b", position=1)
    tags = [ProductTagFactory(photo=a, x=x, position=place) for place, x in enumerate((4000, 2000))]
    page = as_lina.post("/s/draft/photo", {"photo": a.pk, "drop": "1"}, follow=True).content.decode()
    dropped = DroppedPhoto.objects.get()
    assert (order(draft), ProductTag.objects.count()) == ("b", 0)
    assert f'name="restore" value="{dropped.pk}"' in page

    form = {"restore": dropped.pk}
    assert as_otto.post("/s/draft/photo", form).status_code == 404
    as_lina.post("/s/draft/photo", form)
    assert as_lina.post("/s/draft/photo", form).status_code == 404
    photo = draft.photos.first()
    assert (order(draft), photo.small) == ("ab", a.small)
    assert list(photo.tags.values_list("product", "x")) == [(tag.product_id, tag.x) for tag in tags]
    assert draft.photos.last().pk == b.pk


def test_a_removed_photo_is_forgotten_after_thirty_days(draft: Spark, django_capture_on_commit_callbacks: Any) -> None:
    PhotoFactory(spark=draft)
    with django_capture_on_commit_callbacks(execute=True):
        photo = posting.add_photo(spark=draft, upload=picture())
        posting.drop_photo(photo=photo)
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        assert posting.forget_photos(now + timedelta(days=29)) == 0
        assert default_storage.exists(photo.large)
        assert posting.forget_photos(now + timedelta(days=31)) == 1

    assert (default_storage.exists(photo.small), default_storage.exists(photo.large)) == (False, False)
    assert not DroppedPhoto.objects.exists()


def test_a_poll_offers_what_is_tagged_keeps_half_of_it_and_says_all_that_it_lacks(
    as_lina: Client, draft: Spark, photo: Photo
) -> None:
    Spark.objects.update(kind="poll")
    pot, mug = (ProductTagFactory(photo=photo, position=n).product for n in range(2))
    page = as_lina.get("/s/draft/words").content.decode()
    assert f'name="option_0" value="{pot.name}"' in page
    assert page.index('name="question"') < page.index('name="option_1"') < page.index('name="at"')

    form = {"audience": "public", "days": "1", "words": "w" * 50_000}
    answer = as_lina.post("/s/draft/words", form | {"act": "post"}).content.decode()
    assert answer.count("A poll needs a question and at least two different options.") >= 3
    assert "Choose a topic" in answer
    assert "w" * 50_000 in answer

    half = form | {"act": "keep", "words": "Help", "option_0": pot.name}
    assert as_lina.post("/s/draft/words", half).status_code == 302
    poll = Poll.objects.get()
    assert (poll.question, [row.product for row in poll.options.all()]) == ("", [pot])
    Spark.objects.update(topic=TopicFactory())
    with pytest.raises(NothingToPost):
        posting.post_spark(spark=draft)

    whole = half | {"act": "post", "question": "Which?", "option_1": mug.name, "topic": Spark.objects.get().topic_id}
    as_lina.post("/s/draft/words", whole)
    poll = Poll.objects.get()
    assert (poll.question, poll.days, [row.product for row in poll.options.all()]) == ("Which?", 1, [pot, mug])
    assert Spark.objects.get().state == "posted"


def test_topics_speak_the_language_of_the_page(as_guest: Client) -> None:
    assert Topic.objects.count() == 12

    assert "家居" in as_guest.get("/sparks", headers={"Accept-Language": "zh-hans"}).content.decode()
