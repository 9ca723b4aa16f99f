"""Write Sparks: drafts, photos, tags, posting, editing, removing."""

import io
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import get_language
from PIL import Image

from accounts.models import User
from catalog.models import Product
from catalog.services import stir
from core.images import BadPicture, clean_picture
from core.videos import BadVideo
from influencers.countries import country_name
from influencers.models import Influencer
from orders.ownership import country_of, has_bought
from sparks import live
from sparks.errors import (
    LastPhoto,
    MayNotPost,
    NothingToPost,
    OneFilm,
    OutsideTheMarket,
    OutsideThePicture,
    TaggedAlready,
    TooManyLinks,
    TooManyPhotos,
    TooManyTags,
    TooYoungForAll,
    WrongMoment,
)
from sparks.models import DroppedPhoto, Photo, Poll, PollOption, ProductTag, Report, Ruling, Spark, SparkEdit, Topic
from sparks.services import films, sharing
from sparks.services.heating import stir_spark
from sparks.services.limits import must_wait
from sparks.services.polls import FEWEST
from sparks.services.shelving import place
from sparks.tags import MOST_TAGS, OutsidePicture, placed

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
WIDTHS = (720, 1080)
RATIO = (4, 5)
MOST_PHOTOS = 10
SCHEDULE_DAYS = 90
UNDO_DAYS = 30
# What a photo is besides its number and its Spark.
PHOTO_FIELDS = ("position", "small", "large", "width", "height", "alt", "film", "upload", "is_film_broken")
WITH_PHOTO = (Spark.Kind.PHOTO,)
WITH_WORDS = (Spark.Kind.STORY, Spark.Kind.QUESTION, Spark.Kind.LATER, Spark.Kind.SENT_BACK)


def check_may_post(user: User) -> None:
    """Raise MayNotPost where the shop's policy (SPARKS_POSTERS, SPARKS_MARKETS) lets others post."""
    policy = settings.SPARKS_POSTERS
    if policy == "creators" and not Influencer.objects.active().filter(user=user).exists():
        raise MayNotPost(policy)
    if policy == "buyers" and not has_bought(user):
        raise MayNotPost(policy)
    if settings.SPARKS_MARKETS:
        country = country_of(user)
        if country not in settings.SPARKS_MARKETS:
            names = [country_name(code, get_language() or "en") for code in settings.SPARKS_MARKETS]
            raise OutsideTheMarket(names, is_known=country is not None)


def new_code() -> str:
    """Ten random letters: nobody finds a Spark by counting."""
    return "".join(secrets.choice(ALPHABET) for _place in range(10))


def start_draft(*, author: User, kind: str = Spark.Kind.PHOTO) -> Spark:
    """An empty draft that only its author finds. Raises MayNotPost."""
    check_may_post(author)
    return Spark.objects.create(author=author, code=new_code(), kind=kind)


def add_photo(*, spark: Spark, upload: UploadedFile, alt: str = "") -> Photo:
    """Add a picture, cut to 4:5, or a film with a picture from it.

    Raises TooManyPhotos, OneFilm, core.images.BadPicture or core.videos.BadVideo; then nothing was kept.
    """
    if spark.photos.count() >= MOST_PHOTOS:
        raise TooManyPhotos(MOST_PHOTOS)
    kept = ""
    if films.is_film(upload):
        if films.has_film(spark):
            raise OneFilm
        upload, kept = films.keep(upload)
    pictures = clean_picture(upload, widths=WIDTHS, ratio=RATIO)
    with Image.open(io.BytesIO(pictures[WIDTHS[1]].read())) as large:
        width, height = large.size
    pictures[WIDTHS[1]].seek(0)
    small, large_path = (_kept(pictures[each]) for each in WIDTHS)
    photo = Photo.objects.create(
        spark=spark, position=_end(spark.photos.all()), small=small, large=large_path, width=width, height=height,
        alt=alt.strip()[:200], upload=kept,
    )  # fmt: skip
    if kept:
        films.owe(photo)
    _note_photos(spark)
    return photo


def _note_photos(spark: Spark) -> None:
    """Of one that is out it is shown that its photos changed, and its picture follows."""
    sharing.owe(spark)
    if spark.is_out and spark.topic is not None:
        SparkEdit.objects.create(spark=spark, words=spark.words, topic_slug=spark.topic.slug, is_about_photos=True)
        Spark.objects.filter(pk=spark.pk).update(edited_at=timezone.now())


def _kept(picture: ContentFile) -> str:
    return default_storage.save(f"sparks/{secrets.token_hex(8)}.webp", picture)


def _end(rows: Any) -> int:
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


@transaction.atomic
def drop_photo(*, photo: Photo) -> DroppedPhoto:
    """Take a picture out with its tags; ``restore_photo`` puts it back for thirty days. Raises LastPhoto."""
    # Two devices that take out the last two: one of them waits here.
    spark = Spark.objects.select_for_update().get(pk=photo.spark_id)
    if spark.is_out and spark.kind in WITH_PHOTO and spark.photos.count() <= 1:
        raise LastPhoto
    tags = list(photo.tags.values_list("product", "x", "y"))
    dropped = DroppedPhoto.objects.create(
        spark=spark, photo={name: getattr(photo, name) for name in PHOTO_FIELDS}, tags=tags
    )
    photo.delete()
    _retagged(spark, [product for product, _x, _y in tags])
    _note_photos(spark)
    return dropped


@transaction.atomic
def restore_photo(*, dropped: DroppedPhoto) -> Photo | None:
    """Put a picture back at its place with its tags; None for one that was put back already. Raises TooManyPhotos or OneFilm."""
    spark = Spark.objects.select_for_update().get(pk=dropped.spark_id)
    if spark.photos.count() >= MOST_PHOTOS:
        raise TooManyPhotos(MOST_PHOTOS)
    kept = dropped.photo
    if (kept["film"] or kept["upload"]) and films.has_film(spark):
        raise OneFilm
    if not DroppedPhoto.objects.filter(pk=dropped.pk).delete()[0]:
        return None
    spark.photos.filter(position__gte=kept["position"]).update(position=F("position") + 1)
    photo = Photo.objects.create(spark=spark, **kept)
    known = Product.objects.in_bulk([product for product, _x, _y in dropped.tags])
    for place_in_row, (product, x, y) in enumerate(dropped.tags):
        if product in known:
            ProductTag.objects.create(photo=photo, product=known[product], x=x, y=y, position=place_in_row)
    if photo.upload:
        films.owe(photo)
    _retagged(spark, list(known))
    _note_photos(spark)
    return photo


def forget_photos(now: datetime | None = None) -> int:
    """Let go of pictures that were taken out more than thirty days ago, files and all. Returns how many went."""
    since, count = (now or timezone.now()) - timedelta(days=UNDO_DAYS), 0
    for dropped in DroppedPhoto.objects.filter(at__lte=since).order_by("at")[:500]:
        with transaction.atomic():
            # Whoever puts it back at the same moment keeps it.
            if not DroppedPhoto.objects.filter(pk=dropped.pk).delete()[0]:
                continue
            for path in filter(None, (dropped.photo[name] for name in ("small", "large", "film", "upload"))):
                transaction.on_commit(partial(default_storage.delete, path))
        count += 1
    return count


@transaction.atomic
def order_photos(*, spark: Spark, wanted: Sequence[int]) -> None:
    """Put the photos into this order; those that are not named keep theirs behind, and other numbers are left out."""
    list(Spark.objects.select_for_update().filter(pk=spark.pk))
    known = list(spark.photos.values_list("pk", flat=True))
    chosen = [pk for pk in dict.fromkeys(wanted) if pk in known]
    for position, pk in enumerate([*chosen, *(pk for pk in known if pk not in chosen)]):
        Photo.objects.filter(pk=pk).update(position=position)
    sharing.owe(spark)


@transaction.atomic
def move_photo(*, photo: Photo, by: int) -> None:
    """One place towards the beginning (-1) or the end (1); at the end of the row nothing happens."""
    list(Spark.objects.select_for_update().filter(pk=photo.spark_id))
    order = list(Photo.objects.filter(spark=photo.spark_id).values_list("pk", flat=True))
    here = order.index(photo.pk)
    there = min(max(here + by, 0), len(order) - 1)
    order.insert(there, order.pop(here))
    for position, pk in enumerate(order):
        Photo.objects.filter(pk=pk).update(position=position)
    sharing.owe(photo.spark)


def describe_photo(*, photo: Photo, alt: str) -> None:
    """What the picture shows, for who cannot see it."""
    Photo.objects.filter(pk=photo.pk).update(alt=alt.strip()[:200])


def _retagged(spark: Spark, products: Sequence[int]) -> None:
    """A posted Spark tags other things: its shelves, its picture and the rankings of these products follow."""
    if spark.posted_at is not None:
        place([spark.pk])
        stir(products)
        sharing.owe(spark)


@transaction.atomic
def add_tag(*, photo: Photo, product: Product, x: int, y: int) -> ProductTag:
    """Tag a product at a place (ten-thousandths). Raises OutsideThePicture, TooManyTags or TaggedAlready."""
    # Two devices that add the last tag at once: one of them waits here.
    list(Photo.objects.select_for_update().filter(pk=photo.pk))
    others = list(photo.tags.values_list("product", "x", "y"))
    if product.pk in {row[0] for row in others}:
        raise TaggedAlready
    if len(others) >= MOST_TAGS:
        raise TooManyTags(MOST_TAGS)
    try:
        across, down = placed(x, y, [row[1:] for row in others], width=photo.width, height=photo.height)
    except OutsidePicture:
        raise OutsideThePicture from None
    try:
        with transaction.atomic():
            tag = ProductTag.objects.create(
                photo=photo, product=product, x=across, y=down, position=_end(photo.tags.all())
            )
    except IntegrityError:
        raise TaggedAlready from None
    _retagged(photo.spark, [product.pk])
    return tag


@transaction.atomic
def place_tag(*, tag: ProductTag, x: int, y: int) -> ProductTag:
    """Move a tag. Raises OutsideThePicture."""
    others = tag.photo.tags.exclude(pk=tag.pk).values_list("x", "y")
    try:
        tag.x, tag.y = placed(x, y, others, width=tag.photo.width, height=tag.photo.height)
    except OutsidePicture:
        raise OutsideThePicture from None
    tag.save(update_fields=["x", "y"])
    sharing.owe(tag.photo.spark)
    return tag


@transaction.atomic
def drop_tag(*, tag: ProductTag) -> None:
    """Take a tag off."""
    tag.delete()
    _retagged(tag.photo.spark, [tag.product_id])


@transaction.atomic
def change_spark(
    *, spark: Spark, words: str, topic: Topic | None, audience: str, is_sponsored: bool, is_gifted: bool,
    kind: str | None = None,
) -> None:  # fmt: skip
    """What the Spark says and to whom. Once it is out the words before are kept and the edit is shown.

    New words that must wait for a look take it back behind it. Raises TooYoungForAll, TooManyLinks or NothingToPost;
    then nothing was changed.
    """
    row = Spark.objects.select_for_update().get(pk=spark.pk)
    words = words.strip()
    if audience == Spark.Audience.PUBLIC and row.author.is_young(timezone.localdate()):
        raise TooYoungForAll
    is_held = must_wait(_said(row, words), by=row.author)
    if row.is_out:
        if topic is None:
            raise NothingToPost("topic")
        _check_whole(row, words)
        if (words, topic.pk) != (row.words, row.topic_id):
            assert row.topic is not None  # noqa: S101  (a posted Spark has a topic)
            SparkEdit.objects.create(spark=row, words=row.words, topic_slug=row.topic.slug)
            row.edited_at = timezone.now()
        if is_held and row.state == Spark.State.POSTED and (words != row.words or row.kind == Spark.Kind.POLL):
            row.state = Spark.State.HELD
            _log_hold(row)
    elif kind:
        row.kind = kind
    row.words, row.topic, row.audience = words, topic, audience
    row.is_sponsored, row.is_gifted = is_sponsored, is_gifted
    row.save(update_fields=["words", "topic", "audience", "is_sponsored", "is_gifted", "kind", "edited_at", "state"])
    if row.posted_at is not None:
        place([row.pk])
        stir_spark(row.pk)
    spark.refresh_from_db()


def _said(spark: Spark, words: str) -> str:
    """Everything that it says to everybody."""
    poll = Poll.objects.filter(spark=spark).first()
    asked = [poll.question, *poll.options.values_list("words", flat=True)] if poll else []
    return "\n".join([words, *asked])


def _log_hold(spark: Spark) -> None:
    Ruling.objects.create(spark=spark, kind=Ruling.Kind.HOLD, reason=Report.Reason.SPAM)


def _check_whole(spark: Spark, words: str) -> None:
    """Raise what the Spark lacks for its kind."""
    if spark.kind in WITH_PHOTO and not spark.photos.exists():
        raise NothingToPost("photo")
    if spark.kind in WITH_WORDS and not words:
        raise NothingToPost("words")
    asked = PollOption.objects.filter(poll__spark=spark).exclude(poll__question="")
    if spark.kind == Spark.Kind.POLL and asked.count() < FEWEST:
        raise NothingToPost("poll")


@transaction.atomic
def post_spark(*, spark: Spark, now: datetime | None = None) -> Spark:
    """Show a draft to its audience, or hold it for a look first. Pressing twice posts once.

    Raises MayNotPost, NothingToPost, TooManyLinks or TooYoungForAll.
    """
    row = Spark.objects.select_for_update(of=("self",)).select_related("author", "topic").get(pk=spark.pk)
    if row.is_out:
        return row
    _check_ready(row)
    if must_wait(_said(row, row.words), by=row.author):
        row.state, row.scheduled_for = Spark.State.HELD, None
        row.save(update_fields=["state", "scheduled_for"])
        _log_hold(row)
        return row
    return stand(row=row, now=now)


def stand(*, row: Spark, now: datetime | None = None) -> Spark:
    """Let it stand, in a transaction of the caller: one that never stood begins now, another keeps its old place."""
    if row.is_out and row.posted_at is not None:
        row.state = Spark.State.POSTED
        row.save(update_fields=["state"])
        place([row.pk])
        stir_spark(row.pk)
        return row
    # Now, not the planned hour: whoever reads on behind this moment has not passed it yet.
    row.state, row.posted_at, row.scheduled_for = Spark.State.POSTED, now or timezone.now(), None
    row.save(update_fields=["state", "posted_at", "scheduled_for"])
    for poll in Poll.objects.filter(spark=row):
        Poll.objects.filter(pk=poll.pk).update(closes_at=row.posted_at + timedelta(days=poll.days))
    transaction.on_commit(partial(live.tell, row.pk))
    sharing.owe(row)
    place([row.pk])
    stir_spark(row.pk)
    return row


def _check_ready(row: Spark) -> None:
    check_may_post(row.author)
    if row.topic is None:
        raise NothingToPost("topic")
    _check_whole(row, row.words)
    if row.audience == Spark.Audience.PUBLIC and row.author.is_young(timezone.localdate()):
        raise TooYoungForAll


@transaction.atomic
def schedule_spark(*, spark: Spark, at: datetime, now: datetime | None = None) -> Spark:
    """Post it later, within 90 days. Raises WrongMoment and what ``post_spark`` raises."""
    moment = now or timezone.now()
    if not moment < at <= moment + timedelta(days=SCHEDULE_DAYS):
        raise WrongMoment
    row = Spark.objects.select_for_update(of=("self",)).select_related("author", "topic").get(pk=spark.pk)
    if row.is_out:
        return row
    _check_ready(row)
    row.state, row.scheduled_for = Spark.State.SCHEDULED, at
    row.save(update_fields=["state", "scheduled_for"])
    return row


def publish_due(now: datetime | None = None) -> int:
    """Post what is due; returns how many. What may not be posted any more becomes a draft again."""
    moment, count = now or timezone.now(), 0
    due = Spark.objects.present().filter(state=Spark.State.SCHEDULED, scheduled_for__lte=moment)
    for spark in due.order_by("scheduled_for", "pk")[:200]:
        try:
            count += post_spark(spark=spark, now=moment).state == Spark.State.POSTED
        except (MayNotPost, NothingToPost, TooManyLinks, TooYoungForAll):
            Spark.objects.filter(pk=spark.pk, state=Spark.State.SCHEDULED).update(
                state=Spark.State.DRAFT, scheduled_for=None
            )
    return count


@transaction.atomic
def remove_spark(*, spark: Spark) -> None:
    """Take it away; ``restore_spark`` brings it back for thirty days."""
    Spark.objects.filter(pk=spark.pk, removed_at__isnull=True).update(removed_at=timezone.now())
    stir_spark(spark.pk)


@transaction.atomic
def restore_spark(*, spark: Spark, now: datetime | None = None) -> bool:
    """Bring a removed Spark back as it was, at its old place; False when that was too long ago."""
    since = (now or timezone.now()) - timedelta(days=UNDO_DAYS)
    is_back = Spark.objects.filter(pk=spark.pk, removed_at__gt=since).update(removed_at=None) > 0
    stir_spark(spark.pk)
    return is_back


def add_photos(*, spark: Spark, uploads: Sequence[UploadedFile], alt: str = "") -> list[str]:
    """Add several, each by itself, and say why some were not taken. The text is said of the first that was."""
    refusals = []
    for upload in uploads:
        name = (upload.name or "")[-60:]
        try:
            add_photo(spark=spark, upload=upload, alt=alt)
            alt = ""
        except (BadPicture, BadVideo, OneFilm) as refusal:
            refusals.append(str(refusal) if name in str(refusal) else f"{name}: {refusal}")
        except TooManyPhotos as refusal:
            return [*refusals, str(refusal)]
    return refusals
