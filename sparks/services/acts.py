"""What readers do: like, comment, vote for products, follow topics, want less, report, see."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.circle import are_blocked, may_see
from accounts.models import Mute, User
from catalog.models import Product, Seller
from catalog.services import stir
from notifications.services import notify
from orders.ownership import owns
from sparks.errors import EmptyComment, LongComment
from sparks.holding import mentions
from sparks.models import (
    Comment,
    Less,
    Like,
    ProductVote,
    Report,
    Ruling,
    SellerFollow,
    Spark,
    Topic,
    TopicFollow,
    View,
)
from sparks.services.heating import stir_spark
from sparks.services.limits import check_pace, must_wait

LONGEST_COMMENT = 400


@transaction.atomic
def set_liked(*, spark: Spark, user: User, on: bool) -> bool:
    """Like or not: the wanted state is sent, so that sending it twice is harmless. True when something changed.

    Raises TooFast.
    """
    if on:
        check_pace("like", by=user)
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

    The author of the Spark, of the comment replied to, and who is mentioned are told once; of one that must wait for
    a look they are told when it is let through, and until then it is counted nowhere.
    """
    words = words.replace("\x00", "").strip()
    if not words:
        raise EmptyComment
    if len(words) > LONGEST_COMMENT:
        raise LongComment(LONGEST_COMMENT)
    is_held = must_wait(words, by=author)
    check_pace("comment", by=author)
    check_pace("mention", by=author, times=len(mentions(words)))
    if parent is not None and parent.parent_id is not None:
        parent = parent.parent
    row = Comment.objects.create(
        spark=spark, author=author, parent=parent, words=words,
        state=Comment.State.HELD if is_held else Comment.State.POSTED,
    )  # fmt: skip
    if is_held:
        Ruling.objects.create(spark=spark, comment=row, kind=Ruling.Kind.HOLD, reason=Report.Reason.SPAM)
        return row
    Spark.objects.filter(pk=spark.pk).update(comments=F("comments") + 1)
    stir_spark(spark.pk)
    tell_of_comment(row=row)
    return row


def tell_of_comment(*, row: Comment) -> None:
    """Tell whom a comment concerns."""
    for person in _to_tell(row):
        notify(
            recipient=person, actor=row.author, kind="spark_comment", mail=False,
            data={"name": row.author.name, "words": row.words[:140]},
            url=f"{row.spark.get_absolute_url()}#c-{row.pk}",
        )  # fmt: skip


def _to_tell(row: Comment) -> list[User]:
    """Whom a comment concerns, but not its author, nobody across a block, and nobody who muted her."""
    people = {row.spark.author_id: row.spark.author}
    if row.parent is not None:
        people[row.parent.author_id] = row.parent.author
    for handle in mentions(row.words):
        person = User.objects.filter(handle=handle, is_active=True).first()
        # Only whom the writer may see, and who may see the Spark.
        if person and may_see(row.author, person) and _sees(person, row.spark):
            people[person.pk] = person
    people.pop(row.author_id, None)
    deaf = set(Mute.objects.filter(user__in=people, muted=row.author).values_list("user", flat=True))
    return [person for pk, person in people.items() if pk not in deaf and not are_blocked(pk, row.author_id)]


def _sees(person: User, spark: Spark) -> bool:
    return Spark.objects.visible_to(person).filter(pk=spark.pk).exists()


@transaction.atomic
def drop_comment(*, row: Comment) -> int:
    """Take a comment away, and with it the replies to it. Returns how many went."""
    gone = Comment.objects.filter(Q(pk=row.pk) | Q(parent=row.pk), removed_at__isnull=True).update(
        removed_at=timezone.now()
    )
    if gone:
        recount(spark_id=row.spark_id)
    return gone


@transaction.atomic
def restore_comment(*, row: Comment) -> None:
    """Put a removed comment back with the replies that went with it."""
    if row.removed_at is None:
        return
    same = Q(pk=row.pk) | Q(parent=row.pk)
    Comment.objects.filter(same, removed_at=row.removed_at).update(removed_at=None)
    recount(spark_id=row.spark_id)


@transaction.atomic
def recount(*, spark_id: int) -> None:
    """Count the comments that stand: posted, not removed, and not under one that does not."""
    # Whoever comments meanwhile waits here to add one.
    list(Spark.objects.select_for_update().filter(pk=spark_id))
    stands = Q(state=Comment.State.POSTED, removed_at__isnull=True)
    upright = [Comment.State.POSTED, Comment.State.LEFT]
    under = Q(parent__isnull=True) | Q(parent__state__in=upright, parent__removed_at__isnull=True)
    count = Comment.objects.filter(stands & under, spark=spark_id).count()
    Spark.objects.filter(pk=spark_id).update(comments=count)
    stir_spark(spark_id)


@transaction.atomic
def set_wanted(*, product: Product, user: User, on: bool) -> None:
    """Vote for a product, or take the vote back. Whether she owns it is written down now. Raises TooFast."""
    if on:
        check_pace("want", by=user)
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


def adopt_less(*, user: User, people: Iterable[int]) -> None:
    """The people of whom a guest wanted less are those of whom she does when she signs in."""
    for author in User.objects.filter(pk__in=people):
        set_less(author=author, user=user, on=True)


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
