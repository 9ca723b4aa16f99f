"""Verbs of somebody who leaves: counters stay right, and replies of others keep their place."""

from django.db.models import Exists, F, OuterRef

from accounts.models import User
from catalog.services import stir
from sparks.models import (
    Comment,
    DroppedPhoto,
    Helpful,
    KeptSpark,
    Like,
    ProductTag,
    ProductVote,
    Report,
    Ruling,
    Spark,
    View,
)
from sparks.services.acts import recount
from sparks.services.heating import stir_spark

# What stands where a comment was that others replied to; pages say in words that its author left.
NOTHING = "–"


def forget(user: User) -> None:
    """Before her rows go: nothing of hers is counted any more, and a comment that was answered stays as an empty place."""
    liked = list(Like.objects.filter(user=user).values_list("spark", flat=True))
    Spark.objects.filter(pk__in=liked, likes__gt=0).update(likes=F("likes") - 1)
    helped = Helpful.objects.filter(user=user).values("comment")
    Comment.objects.filter(pk__in=helped, helpful__gt=0).update(helpful=F("helpful") - 1)
    seen = View.objects.filter(visitor=f"m{user.pk}")
    for spark in seen.values_list("spark", flat=True):
        Spark.objects.filter(pk=spark, views__gt=0).update(views=F("views") - 1)
    seen.delete()
    products = set(ProductVote.objects.filter(user=user).values_list("product", flat=True))
    products |= set(ProductTag.objects.filter(photo__spark__author=user).values_list("product", flat=True))
    stir(sorted(products))
    KeptSpark.objects.filter(list__owner=user).delete()
    elsewhere = _leave_comments(user)
    for pk in sorted({*liked, *elsewhere}):
        stir_spark(pk)


def _leave_comments(user: User) -> list[int]:
    """Take her comments away; the Sparks of others under which they stood."""
    hers = Comment.objects.filter(author=user)
    sparks = list(hers.exclude(spark__author=user).order_by().values_list("spark", flat=True).distinct())
    answered = hers.filter(Exists(Comment.objects.filter(parent=OuterRef("pk")).exclude(author=user)))
    kept = list(answered.filter(removed_at__isnull=True).exclude(spark__author=user).values_list("pk", flat=True))
    hers.exclude(pk__in=kept).delete()
    Report.objects.filter(comment__in=kept).delete()
    # Past the rule that the log is only added to: what it says is of words that are no more.
    Ruling._base_manager.filter(comment__in=kept).delete()
    Comment.objects.filter(pk__in=kept).update(words=NOTHING, state=Comment.State.LEFT, helpful=0)
    Helpful.objects.filter(comment__in=kept).delete()
    for spark in sparks:
        recount(spark_id=spark)
    return sparks


def dropped_files(user: User) -> list[str]:
    """Files of pictures that were taken out of Sparks and may still be put back: no column names them."""
    rows = DroppedPhoto.objects.filter(spark__author=user).values_list("photo", flat=True)
    return [
        path for photo in rows for path in (photo.get(name) for name in ("small", "large", "film", "upload")) if path
    ]
