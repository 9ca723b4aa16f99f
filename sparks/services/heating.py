"""Keep the rankings of products and Sparks by what changed (docs/rules/spark-trending.md).

Acts leave a stir in their own transaction; ``refresh`` reads the stirs, scores what they name anew and deletes them. What
changes by time alone leaves a stir when it is due. Nothing else is touched: levels do not fade (sparks/trending.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.models import Friend
from catalog.models import Product, Stir
from catalog.services import stir
from lists.models import List, ListItem
from orders.models import OrderLine, SellerMember
from sparks import trending
from sparks.models import (
    Chart,
    Comment,
    Heat,
    HeatDue,
    Like,
    ProductTag,
    ProductVote,
    Shelf,
    Spark,
    SparkHeat,
    SparkQuerySet,
    SparkStir,
)
from sparks.services import shelving
from sparks.trending import Kind, Score, Voice

# So many stirs are read at a time.
BATCH = 500
CHART = 50
CHART_DAYS = 30
REFRESHED = "sparks:heat:refreshed"
Ranking = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Act:
    """A voice before it is known whether it is of the circle. ``topics``: in whose rankings it counts besides all."""

    person: int
    kind: Kind
    at: datetime
    joined_at: datetime
    topics: frozenset[int] = frozenset()


def stir_spark(pk: int) -> None:
    """Note in this transaction that something happened to a Spark."""
    SparkStir.objects.create(spark_id=pk)


# --- By what changed


def refresh(now: datetime | None = None) -> int:
    """Score anew what was stirred or is due; returns how many products and Sparks that were. Twice at once is once."""
    count = 0
    _stir_due(now or timezone.now())
    while done := _refresh_sparks(now):
        count += done
    while done := _refresh_products(now):
        count += done
    cache.set(REFRESHED, now or timezone.now(), None)
    return count


def _stir_due(now: datetime) -> None:
    """What changes by time alone becomes a stir like any other, so that one lock orders all who score."""
    due = HeatDue.objects.filter(at__lte=now).values_list("product", flat=True)
    stir(list(due))
    sparks = SparkHeat.objects.filter(due_at__lte=now).values_list("spark", flat=True)
    SparkStir.objects.bulk_create((SparkStir(spark_id=pk) for pk in list(sparks)), batch_size=1000)


@transaction.atomic
def _refresh_sparks(now: datetime | None) -> int:
    # Whoever scores waits here for whoever began before: a score is never overwritten by an older one.
    stirs = list(SparkStir.objects.select_for_update().order_by("pk")[:BATCH])
    pks = sorted({row.spark_id for row in stirs})
    # The moment after the stirs were read: whatever they tell of has happened by then.
    _score_sparks(pks, now or timezone.now())
    stir(ProductTag.objects.filter(photo__spark__in=pks).order_by().values_list("product", flat=True).distinct())
    SparkStir.objects.filter(pk__in=[row.pk for row in stirs]).delete()
    return len(pks)


@transaction.atomic
def _refresh_products(now: datetime | None) -> int:
    stirs = list(Stir.objects.select_for_update().order_by("pk")[:BATCH])
    shelving.replace_moved(sorted({row.product_id for row in stirs if row.has_moved}))
    pks = sorted({row.product_id for row in stirs})
    _score_products(pks, now or timezone.now())
    Stir.objects.filter(pk__in=[row.pk for row in stirs]).delete()
    return len(pks)


def _score_products(pks: Sequence[int], now: datetime) -> None:
    wanted: dict[tuple[int, str, int], Heat] = {}
    due: dict[int, datetime] = {}
    for pk, scores in heats_of(pks, now).items():
        for (kind, number), score in scores.items():
            if score.level is not None:
                wanted[pk, kind, number] = Heat(product_id=pk, kind=kind, number=number, **_fields(score))
        if moment := scores[Heat.Kind.ALL, 0].due_at:
            due[pk] = moment
    old = {(row.product_id, row.kind, row.number): row for row in Heat.objects.filter(product__in=pks)}
    Heat.objects.filter(pk__in=[row.pk for key, row in old.items() if key not in wanted]).delete()
    Heat.objects.bulk_create([row for key, row in wanted.items() if key not in old], batch_size=500)
    names = list(_fields(Score(0)))
    changed = []
    for key, row in wanted.items():
        if key in old and any(getattr(old[key], name) != getattr(row, name) for name in names):
            row.pk = old[key].pk
            changed.append(row)
    Heat.objects.bulk_update(changed, names, batch_size=200)
    HeatDue.objects.filter(product__in=pks).exclude(product__in=due).delete()
    HeatDue.objects.bulk_create(
        [HeatDue(product_id=pk, at=at) for pk, at in due.items()],
        update_conflicts=True, unique_fields=["product"], update_fields=["at"], batch_size=500,
    )  # fmt: skip


def _fields(score: Score) -> dict[str, int]:
    return {name: value for name, value in asdict(score).items() if name != "due_at"}


# --- Products


def heats_of(products: Sequence[int], now: datetime) -> dict[int, dict[Ranking, Score]]:
    """Each product's score among all, in its topics and in its categories, as of a moment; a fixed number of queries."""
    acts, topics = _acts(products, now)
    circle = _circle(products, {act.person for rows in acts.values() for act in rows})
    parcels = _parcels(products)
    categories = _categories(products)
    found: dict[int, dict[Ranking, Score]] = {}
    for pk in products:
        delivered, returned = parcels.get(pk, (0, 0))
        voices = [(_voice(act, (pk, act.person) in circle), act.topics) for act in acts.get(pk, [])]
        whole = trending.score(
            (voice for voice, _topics in voices), now=now, delivered=delivered, returned=returned
        )  # fmt: skip
        scores: dict[Ranking, Score] = {(Heat.Kind.ALL, 0): whole}
        scores |= {(Heat.Kind.CATEGORY, number): whole for number in categories.get(pk, ())}
        for topic in topics.get(pk, ()):
            of_topic = (voice for voice, where in voices if topic in where)
            scores[Heat.Kind.TOPIC, topic] = trending.score(of_topic, now=now, delivered=delivered, returned=returned)
        found[pk] = scores
    return found


def _voice(act: Act, is_circle: bool) -> Voice:
    return Voice(act.person, act.kind, act.at, act.joined_at, is_circle)


def _acts(products: Sequence[int], now: datetime) -> tuple[dict[int, list[Act]], dict[int, set[int]]]:
    """What people did for these products, and the topics in which open Sparks tag them."""
    since = now - trending.PRODUCTS.window
    shelf = Shelf.objects.filter(kind=Shelf.Kind.PRODUCT, number__in=products)
    topics: dict[int, set[int]] = {}
    shown = shelf.filter(Exists(_open().filter(pk=OuterRef("spark"))))
    for product, topic in shown.values_list("number", "spark__topic").distinct():
        topics.setdefault(product, set()).add(topic)
    acts: dict[int, list[Act]] = {}
    votes = ProductVote.objects.filter(product__in=products, at__gt=since, user__is_active=True)
    for product, person, is_owner, at, joined in votes.values_list(
        "product", "user", "is_owner", "at", "user__date_joined"
    ):
        kind = Kind.OWNER if is_owner else Kind.VOTE
        acts.setdefault(product, []).append(Act(person, kind, at, joined, frozenset(topics.get(product, ()))))
    saves = ListItem.objects.present().filter(
        product__in=products, added_at__gt=since, added_by=F("list__owner"),
        list__removed_at__isnull=True, list__owner__is_active=True,
    ).exclude(list__kind=List.Kind.GIFT)  # fmt: skip
    for product, person, at, joined in saves.values_list(
        "product", "list__owner", "added_at", "list__owner__date_joined"
    ):
        acts.setdefault(product, []).append(Act(person, Kind.SAVE, at, joined, frozenset(topics.get(product, ()))))
    likes = Like.objects.filter(
        at__gt=since, user__is_active=True,
        spark__shelves__kind=Shelf.Kind.PRODUCT, spark__shelves__number__in=products,
    ).filter(Exists(_open().filter(pk=OuterRef("spark"))))  # fmt: skip
    for product, topic, person, at, joined in likes.values_list(
        "spark__shelves__number", "spark__topic", "user", "at", "user__date_joined"
    ):
        acts.setdefault(product, []).append(Act(person, Kind.LIKE, at, joined, frozenset({topic})))
    return acts, topics


def _open() -> SparkQuerySet:
    """Sparks that count: those that everybody may see."""
    return Spark.objects.visible_to(None)


def _categories(products: Iterable[int]) -> dict[int, list[int]]:
    rows = list(Product.objects.filter(pk__in=products, category__isnull=False).values_list("pk", "category__path"))
    above = shelving.categories_above(path for _pk, path in rows)
    return {pk: above[path] for pk, path in rows}


def _circle(products: Sequence[int], people: set[int]) -> set[tuple[int, int]]:
    """Product and person, where the person shows the product, sells it, or is a friend of who does."""
    showers: dict[int, set[int]] = {}
    posted = Shelf.objects.filter(kind=Shelf.Kind.PRODUCT, number__in=products, spark__state=Spark.State.POSTED)
    for product, author in posted.values_list("number", "spark__author").distinct():
        showers.setdefault(product, set()).add(author)
    desks = Product.objects.filter(pk__in=products).values_list("pk", "seller")
    sellers: dict[int, set[int]] = {}
    for product, seller in desks:
        sellers.setdefault(seller, set()).add(product)
    for seller, member in SellerMember.objects.filter(seller__in=list(sellers)).values_list("seller", "user"):
        for product in sellers[seller]:
            showers.setdefault(product, set()).add(member)
    friends = _friends(people)
    return {
        (product, person)
        for product, group in showers.items()
        for person in people
        if person in group or not group.isdisjoint(friends.get(person, ()))
    }


def _friends(people: Iterable[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    pks = sorted(set(people))
    # A statement takes so many numbers at most.
    for start in range(0, len(pks), 10_000):
        rows = Friend.objects.filter(user__in=pks[start : start + 10_000])
        for person, friend in rows.values_list("user", "friend"):
            found.setdefault(person, set()).add(friend)
    return found


def _parcels(products: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many lines of each product were delivered, and how many of these were given back in full."""
    rows = (
        OrderLine.objects.filter(product__in=products, delivered_at__isnull=False)
        .order_by().values("product")
        .annotate(size=Count("pk"), back=Count("pk", filter=Q(refunded_minor__gte=F("total_minor"))))
    )  # fmt: skip
    return {row["product"]: (row["size"], row["back"]) for row in rows}


# --- Sparks


def _score_sparks(pks: Sequence[int], now: datetime) -> None:
    sponsored = dict(Spark.objects.filter(pk__in=pks).values_list("pk", "is_sponsored"))
    rows = [
        SparkHeat(spark_id=pk, is_sponsored=sponsored[pk], due_at=score.due_at, **_fields(score))
        for pk, score in spark_scores(pks, now).items()
        if score.due_at is not None
    ]
    for row in rows:
        # Only young voices so far: nothing to rank, but a moment to look again.
        row.level = row.level or 0
    SparkHeat.objects.filter(spark__in=pks).exclude(spark__in=[row.spark_id for row in rows]).delete()
    names = ["is_sponsored", "due_at", *_fields(Score(0))]
    SparkHeat.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["spark"], update_fields=names, batch_size=500
    )


def spark_scores(sparks: Sequence[int], now: datetime) -> dict[int, Score]:
    """How much each of these posted Sparks is talked of, as of a moment."""
    policy = trending.SPARKS
    since = now - policy.window
    authors = dict(Spark.objects.present().filter(pk__in=sparks, state=Spark.State.POSTED).values_list("pk", "author"))
    acts: list[tuple[int, Act]] = []
    likes = Like.objects.filter(spark__in=list(authors), at__gt=since, user__is_active=True)
    for spark, person, at, joined in likes.values_list("spark", "user", "at", "user__date_joined"):
        acts.append((spark, Act(person, Kind.LIKE, at, joined)))
    comments = Comment.objects.filter(
        spark__in=list(authors), at__gt=since, state=Comment.State.POSTED, removed_at__isnull=True,
        author__is_active=True,
    )  # fmt: skip
    for spark, person, at, joined in comments.values_list("spark", "author", "at", "author__date_joined"):
        acts.append((spark, Act(person, Kind.COMMENT, at, joined)))
    friends = _friends(authors.values())
    voices: dict[int, list[Voice]] = {pk: [] for pk in authors}
    for spark, act in acts:
        author = authors[spark]
        # What she says under her own Spark says nothing about it.
        if act.person != author:
            voices[spark].append(_voice(act, act.person in friends.get(author, ())))
    return {pk: trending.score(rows, now=now, policy=policy) for pk, rows in voices.items()}


# --- Every night


def stir_all(now: datetime | None = None) -> None:
    """Have everything looked at again: what leaves no stir of its own (friendships, desks, closed accounts) is found so."""
    moment = now or timezone.now()
    since = moment - trending.PRODUCTS.window
    named = [
        Heat.objects.values_list("product", flat=True),
        HeatDue.objects.values_list("product", flat=True),
        ProductVote.objects.filter(at__gt=since).values_list("product", flat=True),
        ListItem.objects.filter(added_at__gt=since, product__isnull=False).values_list("product", flat=True),
    ]
    stir({pk for rows in named for pk in rows.distinct()})
    sparks = {
        *SparkHeat.objects.values_list("spark", flat=True),
        *Like.objects.filter(at__gt=since).values_list("spark", flat=True).distinct(),
    }
    SparkStir.objects.bulk_create((SparkStir(spark_id=pk) for pk in sorted(sparks)), batch_size=1000)


def take_charts(day: date) -> int:
    """Write down how the rankings stand, once a day, and forget those of a month ago. Returns how many were new."""
    rankings = Heat.objects.order_by().values_list("kind", "number").distinct()
    count = 0
    for kind, number in list(rankings):
        rows = Heat.objects.filter(kind=kind, number=number, product__is_active=True).order_by("-level", "-product")
        _row, is_new = Chart.objects.get_or_create(
            kind=kind, number=number, day=day, defaults={"products": list(rows.values_list("product", flat=True)[:CHART])}
        )  # fmt: skip
        count += is_new
    Chart.objects.filter(day__lt=day - timedelta(days=CHART_DAYS)).delete()
    return count
