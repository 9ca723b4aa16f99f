"""Topics and Sparks of the demo world, with the pictures' own tag places."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from catalog.models import Product
from orders.models import OrderLine
from sparks.models import Comment, Photo, Poll, ProductTag, ProductVote, Spark, Topic, TopicFollow
from sparks.services import acts, heating, helping, polls, shelving
from sparks.services.posting import ALPHABET

# Slug, name, Chinese name, the product whose picture stands for it.
TOPICS = [
    ("home", "Home & decor", "家居", "mushroom-lamp"), ("kitchen", "Kitchen", "厨房", "moka"),
    ("style", "Style", "穿搭", "acetate-shades"), ("beauty", "Beauty", "美妆", "squalane"),
    ("tech", "Tech", "数码", "studio-phones"), ("kids", "Kids", "亲子", "milo"),
    ("fitness", "Fitness", "健身", "kettlebell"), ("travel", "Travel", "旅行", "cabin-38"),
    ("plants", "Plants", "绿植", "aloe"), ("books", "Books", "阅读", "cloth-books"),
    ("bath", "Bath", "卫浴", "soap"), ("games", "Games", "游戏", "gamepad"),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoSpark:
    photo: str
    author: str
    topic: str
    hours_ago: int
    words: str
    alt: str
    # Product, and percent of the picture's width and height.
    tags: tuple[tuple[str, float, float], ...]
    kind: str = "photo"
    is_gifted: bool = False
    is_sponsored: bool = False
    comments: tuple[tuple[str, str], ...] = ()


SPARKS = [
    DemoSpark(
        "morning", "mei", "home", 2, "Swapped the top shelf for spring. The round vase finally has the breathing room it wanted.",
        "Two shelves in morning light with a vase, a teal mug, books and an aloe",
        (("speckled-vase", 16.4, 46.0), ("teal-mug", 42.3, 47.2), ("cloth-books", 71.3, 45.4), ("aloe", 72.7, 27.7)),
        comments=(("lina", "The mug is so much nicer than in the pictures. I have two."), ("mei", "It hides tea stains, too."), ("tomas", "Where is the wood from?")),
    ),
    DemoSpark(
        "shades", "sofia", "style", 5, "They sent these to try. Light enough to forget, and they did not slip once in three hours of walking.",
        "Tortoise acetate sunglasses on a pink ground", (("acetate-shades", 51.8, 49.3),), is_gifted=True,
        comments=(("noor", "Do they fit a narrow face?"),),
    ),
    DemoSpark(
        "desk", "kai", "tech", 9, "The whole desk for a day of calls. The keyboard is loud; my neighbours know my deadlines.",
        "A desk with a keyboard, a lamp, headphones and a notebook",
        (("keyboard", 44.2, 70.3), ("mushroom-lamp", 14.6, 46.1), ("studio-phones", 81.0, 56.6), ("notebook", 88.4, 71.7)),
        comments=(("jun", "Which switches are these?"),),
    ),
    DemoSpark(
        "vanity", "zuri", "beauty", 14, "Four things, every evening. The oil goes on last, two drops, not five.",
        "A vanity with perfume, lipstick, face oil and gold hoops",
        (("peau", 29.6, 52.0), ("velvet-lip", 62.7, 67.7), ("squalane", 72.3, 44.6), ("hoops", 33.0, 75.1)),
        is_sponsored=True, comments=(("grace", "Two drops! That is what I did wrong."),),
    ),
    DemoSpark(
        "kitchen", "mei", "kitchen", 20, "Which of these would you keep in a kitchen with one shelf?",
        "A kitchen counter with a moka pot, a mug, bowls and a teapot",
        (("moka", 29.4, 59.4), ("teal-mug", 53.7, 65.2), ("bowls", 79.3, 65.3), ("teapot", 70.7, 39.8)),
        kind="poll", comments=(("ingrid", "The moka pot, and I would drink from the bowls."),),
    ),
    DemoSpark(
        "trip", "noor", "travel", 27, "Five days, one case. Everything went under the seat, the hat went on my head.",
        "A cabin case, a canvas pack, a straw hat and sunglasses",
        (("cabin-38", 31.7, 57.5), ("canvas-pack", 69.7, 63.5), ("boater", 67.4, 42.0), ("acetate-shades", 54.5, 75.2)),
    ),
    DemoSpark(
        "fit", "tomas", "fitness", 33, "Six months with the kettlebell: the handle is still smooth, and so is my excuse for skipping the gym.",
        "A kettlebell, a rolled mat, a bottle and dumbbells",
        (("kettlebell", 29.2, 63.3), ("yoga-mat", 64.8, 65.1), ("roam-bottle", 87.2, 63.1), ("dumbbells", 54.1, 75.9)),
        kind="later",
    ),
    DemoSpark(
        "bath", "grace", "bath", 41, "A bath that smells of oats. The towels dry in one night, which is all I ask of a towel.",
        "A bath shelf with hand wash, towels, a candle and soap",
        (("hand-wash", 26.5, 52.7), ("towels", 70.6, 60.8), ("fig-candle", 69.3, 50.0), ("soap", 49.2, 64.7)),
    ),
    DemoSpark(
        "reading", "lina", "books", 52, "My corner since last winter. The lamp makes it look later than it is, which helps.",
        "An armchair beside a lamp and a stack of books",
        (("boucle-chair", 40.9, 62.7), ("mushroom-lamp", 80.5, 49.1), ("cloth-books", 73.1, 74.5)),
        comments=(("mei", "I want to sit there."), ("sofia", "That chair!")),
    ),
    DemoSpark(
        "kids", "ingrid", "kids", 60, "Milo has been washed eleven times and looks better than I do.",
        "A teddy bear, a wooden stacker and children's books", (("milo", 32.9, 60.7), ("stacker", 69.9, 63.0)),
    ),
    DemoSpark(
        "phones", "jun", "tech", 75, "Sent it back: lovely sound, but they pinched my glasses after an hour. Refund came in three days.",
        "Studio headphones on a stand", (("studio-phones", 51.8, 51.2),), kind="sent_back",
        comments=(("kai", "Try the ink ones, their band is softer."),),
    ),
]  # fmt: skip


def add_topics(products: dict[str, Product]) -> dict[str, Topic]:
    """The topics, by slug."""
    return {
        slug: Topic.objects.update_or_create(
            slug=slug,
            defaults={
                "name": name,
                "names": {"zh-hans": zh},
                "picture": products[picture].image,
                "position": place,
            },
        )[0]
        for place, (slug, name, zh, picture) in enumerate(TOPICS)
    }


def add_sparks(
    users: dict[str, User], products: dict[str, Product], now: datetime, picture: Callable[[str, str], str]
) -> None:
    """Eleven Sparks with tags, likes and comments, a poll with votes, and who would buy what."""
    rng = random.Random(2017)  # noqa: S311  (an invented world)
    topics = add_topics(products)
    OrderLine.objects.filter(
        order__user__isnull=False, shipped_at__lt=now - timedelta(days=5), delivered_at__isnull=True
    ).update(delivered_at=F("shipped_at") + timedelta(days=3))
    people = list(users.values())
    for slug in ("home", "kitchen", "books"):
        TopicFollow.objects.create(user=users["lina"], topic=topics[slug])
    for row in SPARKS:
        spark = add_spark(row, users, products, topics, now, picture, rng)
        if row.kind == "poll":
            options = [(products[slug].label, products[slug]) for slug, _x, _y in row.tags[:3]]
            polls.set_poll(spark=spark, question="Which one stays?", options=options, days=7, now=spark.posted_at)
            poll = Poll.objects.get(spark=spark)
            choices = list(poll.options.all())
            for person in people[1:9]:
                polls.vote(poll=poll, option=rng.choice(choices), user=person, now=spark.posted_at)
        for person in rng.sample(people, k=rng.randrange(3, 9)):
            acts.set_liked(spark=spark, user=person, on=True)
        for at, (slug, words) in enumerate(row.comments):
            Comment.objects.create(
                spark=spark,
                author=users[slug],
                words=words,
                at=now - timedelta(hours=row.hours_ago, minutes=-17 * (at + 1)),
            )
        Spark.objects.filter(pk=spark.pk).update(comments=len(row.comments), views=rng.randrange(30, 90))
    for remark in Comment.objects.select_related("author", "spark").order_by("pk"):
        others = [person for person in people if person != remark.author]
        for person in rng.sample(others, k=rng.randrange(0, 7)):
            helping.set_helpful(comment=remark, user=person, on=True)
    for person in people:
        for slug in rng.sample(["mushroom-lamp", "studio-phones", "moka", "milo", "teal-mug", "cloth-books"], k=2):
            acts.set_wanted(product=products[slug], user=person, on=True)
    for vote in ProductVote.objects.order_by("pk"):
        ProductVote.objects.filter(pk=vote.pk).update(at=now - timedelta(hours=rng.randrange(1, 300)))
    settle_old_poll(users, products, topics, now)
    # The chart of a week ago, so that places gained are told, then today's.
    for moment in (now - timedelta(days=8), now):
        heating.stir_all(moment)
        heating.refresh(moment)
        heating.take_charts(timezone.localdate(moment))


def settle_old_poll(
    users: dict[str, User], products: dict[str, Product], topics: dict[str, Topic], now: datetime
) -> None:
    """A poll of last spring, with what was bought and whether she would again."""
    then = now - timedelta(days=160)
    spark = Spark.objects.create(
        author=users["grace"], code="oldpoll234", kind="poll", topic=topics["home"], state=Spark.State.POSTED,
        words="One lamp for the bed side. Help me choose.", created_at=then, posted_at=then, views=210, likes=0,
    )  # fmt: skip
    options = [(products[slug].label, products[slug]) for slug in ("mushroom-lamp", "fig-candle")]
    poll = polls.set_poll(spark=spark, question="Lamp or candle?", options=options, days=7, now=then)
    lamp, candle = poll.options.all()
    for place, person in enumerate(list(users.values())[:9]):
        polls.vote(poll=poll, option=candle if place % 3 == 2 else lamp, user=person, now=then)
    polls.settle(poll=poll, words="The lamp", product=lamp.product, now=then + timedelta(days=9))
    poll.refresh_from_db()
    polls.say_again(
        poll=poll, would=True, words="On every evening since. The dimmer is worth it.", now=now - timedelta(days=20)
    )


def add_spark(
    row: DemoSpark, users: dict[str, User], products: dict[str, Product], topics: dict[str, Topic], now: datetime,
    picture: Callable[[str, str], str], rng: random.Random,
) -> Spark:  # fmt: skip
    """One posted Spark with its photo and tags."""
    posted_at = now - timedelta(hours=row.hours_ago)
    spark = Spark.objects.create(
        author=users[row.author], code="".join(rng.choices(ALPHABET, k=10)), kind=row.kind, words=row.words,
        topic=topics[row.topic], state=Spark.State.POSTED, is_gifted=row.is_gifted, is_sponsored=row.is_sponsored,
        created_at=posted_at, posted_at=posted_at,
    )  # fmt: skip
    path = picture("photos", row.photo)
    photo = Photo.objects.create(spark=spark, small=path, large=path, width=720, height=900, alt=row.alt)
    for place, (slug, x, y) in enumerate(row.tags):
        ProductTag.objects.create(
            photo=photo, product=products[slug], x=round(x * 100), y=round(y * 100), position=place
        )
    shelving.place([spark.pk])
    return spark
