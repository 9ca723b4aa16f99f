"""What readers do: like, comment, vote for products, follow topics, want less, report, see."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.circle import are_blocked, may_see
from accounts.models import User
from catalog.models import Product, Seller
from catalog.services import stir
from notifications.services import notify
from sparks.errors import EmptyComment, LongComment
from sparks.models import Comment, Less, Like, ProductVote, Report, SellerFollow, Spark, Topic, TopicFollow, View
from sparks.ownership import owns
from sparks.services.heating import stir_spark
from sparks.services.limits import MENTION, check_pace, check_text

LONGEST_COMMENT = 400


@transaction.atomic
def set_liked(*, spark: Spark, user: User, on: bool) -> bool:
    """Like or not: the wanted state is sent, so that sending it twice is harmless. True when something changed."""
    if on:
        _like, is_new = Like.objects.get_or_create(spark=spark, user=user)
        if is_new:
            Spark.objects.filter(pk=spark.pk).update(likes=F("likes") + 1)
            stir_spark(spark.pk)
        return is_new
    removed, _rows = Like.objects.filter(spark=spark, user=user).delete()
    if removed:
        Spark.objects.filter(pk=spark.pk, likes__gt=0).update(likes=F("likes") - 1)
        stir_spark(spark.pk)
    return removed > 0


@transaction.atomic
def comment(*, spark: Spark, author: User, words: str, parent: Comment | None = None) -> Comment:
    """Say something, or reply. Raises EmptyComment, LongComment, TooManyLinks or TooFast.

    The author of the Spark, of the comment replied to, and who is mentioned are told once.
    """
    words = words.replace("\x00", "").strip()
    if not words:
        raise EmptyComment
    if len(words) > LONGEST_COMMENT:
        raise LongComment(LONGEST_COMMENT)
    check_text(words, by=author)
    check_pace("comment", by=author)
    if parent is not None and parent.parent_id is not None:
        parent = parent.parent
    row = Comment.objects.create(spark=spark, author=author, parent=parent, words=words)
    Spark.objects.filter(pk=spark.pk).update(comments=F("comments") + 1)
    stir_spark(spark.pk)
    for person in _to_tell(row):
        notify(
            recipient=person, kind="spark_comment", data={"name": author.name, "words": words[:140]},
            url=f"{spark.get_absolute_url()}#c-{row.pk}", mail=False,
        )  # fmt: skip
    return row


def _to_tell(row: Comment) -> list[User]:
    """Whom a comment concerns, but not its author and nobody across a block."""
    people = {row.spark.author_id: row.spark.author}
    if row.parent is not None:
        people[row.parent.author_id] = row.parent.author
    for handle in MENTION.findall(row.words):
        person = User.objects.filter(handle=handle.lower().rstrip("."), is_active=True).first()
        # Only whom the writer may see, and who may see the Spark.
        if person and may_see(row.author, person) and _sees(person, row.spark):
            people[person.pk] = person
    people.pop(row.author_id, None)
    return [person for person in people.values() if not are_blocked(person.pk, row.author_id)]


def _sees(person: User, spark: Spark) -> bool:
    return Spark.objects.visible_to(person).filter(pk=spark.pk).exists()


@transaction.atomic
def drop_comment(*, row: Comment) -> int:
    """Take a comment away, and with it the replies to it. Returns how many went."""
    gone = Comment.objects.filter(Q(pk=row.pk) | Q(parent=row.pk), removed_at__isnull=True).update(
        removed_at=timezone.now()
    )
    if gone:
        Spark.objects.filter(pk=row.spark_id, comments__gte=gone).update(comments=F("comments") - gone)
        stir_spark(row.spark_id)
    return gone


@transaction.atomic
def restore_comment(*, row: Comment) -> None:
    """Put a removed comment back with the replies that went with it."""
    if row.removed_at is None:
        return
    same = Q(pk=row.pk) | Q(parent=row.pk)
    back = Comment.objects.filter(same, removed_at=row.removed_at).update(removed_at=None)
    Spark.objects.filter(pk=row.spark_id).update(comments=F("comments") + back)
    stir_spark(row.spark_id)


@transaction.atomic
def set_wanted(*, product: Product, user: User, on: bool) -> None:
    """Vote for a product, or take the vote back. Whether she owns it is written down now."""
    if on:
        ProductVote.objects.get_or_create(product=product, user=user, defaults={"is_owner": owns(user, product.pk)})
    else:
        ProductVote.objects.filter(product=product, user=user).delete()
    stir([product.pk])


def set_topic_followed(*, topic: Topic, user: User, on: bool) -> None:
    """Follow a topic or stop."""
    if on:
        TopicFollow.objects.get_or_create(topic=topic, user=user)
    else:
        TopicFollow.objects.filter(topic=topic, user=user).delete()


def set_seller_followed(*, seller: Seller, user: User, on: bool) -> None:
    """Follow a seller's things or stop."""
    if on:
        SellerFollow.objects.get_or_create(seller=seller, user=user)
    else:
        SellerFollow.objects.filter(seller=seller, user=user).delete()


@transaction.atomic
def choose_topics(*, user: User, topics: Iterable[Topic]) -> None:
    """Follow exactly these topics."""
    wanted = {topic.pk for topic in topics}
    TopicFollow.objects.filter(user=user).exclude(topic__in=wanted).delete()
    for pk in wanted:
        TopicFollow.objects.get_or_create(user=user, topic_id=pk)


@transaction.atomic
def adopt_topics(*, user: User, topics: Iterable[int]) -> None:
    """The topics that a guest chose become hers when she signs in; who follows some already keeps those."""
    if not TopicFollow.objects.filter(user=user).exists():
        choose_topics(user=user, topics=Topic.objects.filter(pk__in=topics))


def set_less(*, author: User, user: User, on: bool) -> None:
    """Want less of somebody, or as much as before."""
    if on and author.pk != user.pk:
        Less.objects.get_or_create(author=author, user=user)
    elif not on:
        Less.objects.filter(author=author, user=user).delete()


def report(*, spark: Spark, reporter: User, reason: str, note: str = "", comment_row: Comment | None = None) -> Report:
    """Tell the shop's staff. Doing it twice leaves one. Raises TooFast."""
    check_pace("report", by=reporter)
    row, _new = Report.objects.get_or_create(
        spark=spark, comment=comment_row, reporter=reporter, defaults={"reason": reason, "note": note.strip()[:280]}
    )
    return row


@transaction.atomic
def record_views(*, sparks: Iterable[Spark], visitor: str, now: datetime | None = None) -> int:
    """Somebody saw these: counted once a person and day. Returns how many counted."""
    day, counted = timezone.localdate(now), 0
    for spark in sparks:
        _view, is_new = View.objects.get_or_create(spark=spark, visitor=visitor[:32], day=day)
        if is_new:
            Spark.objects.filter(pk=spark.pk).update(views=F("views") + 1)
            counted += 1
    return counted
