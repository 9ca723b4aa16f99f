"""Thank for a comment, and reckon who stands for what in a topic."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Friend, User
from orders.ownership import kept_lines
from sparks import badges
from sparks.errors import OwnComment
from sparks.models import Badge, Comment, Helpful, ProductTag, Spark, Topic
from sparks.services.limits import check_pace


@transaction.atomic
def set_helpful(*, comment: Comment, user: User, on: bool) -> bool:
    """Found helpful or not: the wanted state is sent, so that twice is harmless. True when something changed.

    Raises OwnComment or TooFast.
    """
    if comment.author_id == user.pk:
        raise OwnComment
    if on:
        check_pace("helpful", by=user)
        _row, changed = Helpful.objects.get_or_create(comment=comment, user=user)
        if changed:
            Comment.objects.filter(pk=comment.pk).update(helpful=F("helpful") + 1)
    else:
        changed = Helpful.objects.filter(comment=comment, user=user).delete()[0] > 0
        if changed:
            Comment.objects.filter(pk=comment.pk, helpful__gt=0).update(helpful=F("helpful") - 1)
    topic = Topic.objects.filter(sparks=comment.spark_id).first()
    if changed and topic is not None:
        renew_badge(user=comment.author, topic=topic)
    return changed


def renew_badge(*, user: User, topic: Topic) -> Badge | None:
    """Reckon her badge in a topic anew (docs/rules/spark-badges.md); None where she has none."""
    found = badges.standing(_thanks(user, topic), owned=_owned(user, topic))
    if found.level == badges.Level.NONE:
        Badge.objects.filter(user=user, topic=topic).delete()
        return None
    facts = {"level": found.level.value, "helped": found.helped, "owned": found.owned}
    badge, _new = Badge.objects.update_or_create(user=user, topic=topic, defaults=facts)
    return badge


def _thanks(user: User, topic: Topic) -> list[badges.Thanks]:
    now = timezone.now()
    rows = Helpful.objects.filter(
        comment__author=user, comment__state=Comment.State.POSTED, comment__removed_at__isnull=True,
        comment__spark__topic=topic, comment__spark__state=Spark.State.POSTED,
        comment__spark__removed_at__isnull=True, user__is_active=True,
    )  # fmt: skip
    friends = _friends(user)
    return [
        badges.Thanks(person, (now - joined).days, is_circle=person in friends)
        for person, joined in rows.values_list("user", "user__date_joined").distinct()
    ]


def _owned(user: User, topic: Topic) -> int:
    """How many things she has that others than her circle show in the topic: her own posts put nothing into it."""
    shown = (
        ProductTag.objects.filter(
            photo__spark__topic=topic, photo__spark__state=Spark.State.POSTED, photo__spark__removed_at__isnull=True
        )
        .exclude(photo__spark__author=user)
        .exclude(photo__spark__author__in=_friends(user))
    )
    return (
        kept_lines().filter(order__user=user, product__in=shown.values("product")).values("product").distinct().count()
    )


def _friends(user: User) -> set[int]:
    return set(Friend.objects.filter(user=user).values_list("friend", flat=True))


def renew_badges() -> int:
    """Reckon every badge anew: accounts come of age, things arrive and go back. Returns how many stand."""
    pairs = Helpful.objects.filter(comment__spark__topic__isnull=False).order_by()
    wanted = set(pairs.values_list("comment__author", "comment__spark__topic").distinct())
    wanted |= set(Badge.objects.values_list("user", "topic"))
    people = User.objects.in_bulk({user for user, _topic in wanted})
    topics = Topic.objects.in_bulk({topic for _user, topic in wanted})
    return sum(
        renew_badge(user=people[user], topic=topics[topic]) is not None
        for user, topic in wanted
        if user in people and topic in topics
    )
