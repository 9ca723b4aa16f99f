"""Ask, vote, and say what came of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from catalog.models import Product
from notifications.services import notify
from orders.ownership import kept_lines, owns
from sparks.errors import NotBought, NotOver, NotTwoOptions, PollClosed, PollStands, TooManyLinks
from sparks.models import Poll, PollOption, PollVote, Spark
from sparks.services.limits import check_pace, must_wait

FEWEST, MOST = 2, 4
DAYS = (1, 3, 7)
# So long after it arrived, she is asked whether she would buy it again.
AGAIN_DAYS = 90


@transaction.atomic
def set_poll(
    *, spark: Spark, question: str, options: Sequence[tuple[str, Product | None]], days: int,
    now: datetime | None = None, is_draft: bool = False,
) -> Poll:  # fmt: skip
    """Give a Spark its question; of a draft also half of one is kept, and posting asks for the rest.

    Raises NotTwoOptions, or PollStands once somebody voted.
    """
    texts = [(words.strip()[:80], product) for words, product in options if words.strip()]
    is_whole = question.strip() and FEWEST <= len(texts) <= MOST
    if not is_draft and (not is_whole or len({words.casefold() for words, _product in texts}) < len(texts)):
        raise NotTwoOptions
    # Votes of the old options would be lost: nobody may vote between the look and the change.
    list(Spark.objects.select_for_update().filter(pk=spark.pk))
    days = days if days in DAYS else DAYS[-1]
    old = Poll.objects.filter(spark=spark).first()
    if old is not None:
        same = [row.words for row in old.options.all()] == [words for words, _product in texts]
        if same and old.question == question.strip()[:120] and (old.days == days or spark.is_out):
            return old
        if old.votes.exists():
            raise PollStands
        old.delete()
    # Of a draft it is set anew when it is posted.
    closes_at = (now or timezone.now()) + timedelta(days=days)
    poll = Poll.objects.create(spark=spark, question=question.strip()[:120], days=days, closes_at=closes_at)
    PollOption.objects.bulk_create(
        PollOption(poll=poll, words=words, product=product, position=place)
        for place, (words, product) in enumerate(texts)
    )
    spark.poll = poll
    return poll


@transaction.atomic
def vote(*, poll: Poll, option: PollOption, user: User, now: datetime | None = None) -> PollVote:
    """One answer a person; another one replaces it until the poll closes. Raises PollClosed or TooFast and leaves the vote."""
    moment = now or timezone.now()
    check_pace("vote", by=user)
    row = Poll.objects.select_for_update().get(pk=poll.pk)
    if moment >= row.closes_at or row.settled_at is not None:
        raise PollClosed
    fields = {"option": option, "is_owner": owns(user, option.product_id), "at": moment}
    answer, is_new = PollVote.objects.get_or_create(poll=row, user=user, defaults=fields)
    if not is_new and answer.option_id != option.pk:
        PollVote.objects.filter(pk=answer.pk).update(**fields)
        answer.refresh_from_db()
    return answer


def settle(*, poll: Poll, words: str, product: Product | None = None, now: datetime | None = None) -> None:
    """The asker says what she bought. Raises NotOver while votes are taken, or TooManyLinks."""
    moment = now or timezone.now()
    if moment < poll.closes_at:
        raise NotOver
    if must_wait(words, by=poll.spark.author):
        # A result stands at once or not at all.
        raise TooManyLinks(0)
    Poll.objects.filter(pk=poll.pk).update(outcome=words.strip()[:280], outcome_product=product, settled_at=moment)


def say_again(*, poll: Poll, would: bool, words: str, now: datetime | None = None) -> None:
    """Months later the asker says whether she would buy it again; she may change her mind.

    Raises NotBought or TooManyLinks.
    """
    if poll.settled_at is None or poll.outcome_product_id is None:
        raise NotBought
    if must_wait(words, by=poll.spark.author):
        raise TooManyLinks(0)
    Poll.objects.filter(pk=poll.pk).update(
        would_again=would, again_words=words.replace("\x00", "").strip()[:140], again_at=now or timezone.now()
    )


def ask_again(now: datetime | None = None) -> int:
    """Ask those who have had what they bought for three months, once each. Returns how many were asked."""
    moment, count = now or timezone.now(), 0
    waiting = Poll.objects.filter(
        outcome_product__isnull=False, again_at__isnull=True, again_asked_at__isnull=True,
        settled_at__lte=moment - timedelta(days=AGAIN_DAYS), spark__removed_at__isnull=True,
        spark__state=Spark.State.POSTED, spark__author__is_active=True,
    ).select_related("spark__author", "outcome_product")  # fmt: skip
    hers = kept_lines().filter(
        order__user=OuterRef("spark__author"), product=OuterRef("outcome_product"),
        delivered_at__lte=moment - timedelta(days=AGAIN_DAYS),
    )  # fmt: skip
    for poll in waiting.filter(Exists(hers)).order_by("settled_at", "pk")[:200]:
        with transaction.atomic():
            # Of two that run at once, one asks.
            if Poll.objects.filter(pk=poll.pk, again_asked_at__isnull=True).update(again_asked_at=moment):
                assert poll.outcome_product is not None  # noqa: S101  (filtered so)
                notify(
                    recipient=poll.spark.author, kind="poll_again",
                    data={"product": poll.outcome_product.name, "question": poll.question},
                    url=f"{poll.spark.get_absolute_url()}#again", mail=False,
                )  # fmt: skip
                count += 1
    return count
