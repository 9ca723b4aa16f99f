"""Topics and Sparks of the demo world, with the pictures' own tag places."""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F
from django.utils import timezone
from PIL import Image, ImageOps

from accounts.models import Friend, User
from catalog.models import Product
from config.demo.history import BUYERS, Plan, refund_in_full, settle, write_order
from orders.models import OrderLine
from sparks.models import Comment, Like, Photo, ProductTag, ProductVote, Spark, Topic, TopicFollow
from sparks.services import acts, heating, helping, moderating, polls, sharing, shelving
from sparks.services.posting import ALPHABET
from storefront.models import Pick

# Slug, name, Chinese name, the product whose picture stands for it.
TOPICS = [
    ("home", "Home & decor", "家居", "mushroom-lamp"), ("kitchen", "Kitchen", "厨房", "moka"),
    ("style", "Style", "穿搭", "acetate-shades"), ("beauty", "Beauty", "美妆", "squalane"),
    ("tech", "Tech", "数码", "studio-phones"), ("kids", "Kids", "亲子", "milo"),
    ("fitness", "Fitness", "健身", "kettlebell"), ("travel", "Travel", "旅行", "cabin-38"),
    ("plants", "Plants", "绿植", "aloe"), ("books", "Books", "阅读", "cloth-books"),
    ("bath", "Bath", "卫浴", "soap"), ("games", "Games", "游戏", "gamepad"),
]  # fmt: skip


# Who bought what for herself, and how many days ago: what "owns it" and "six months later" rest on.
OWNED = [
    ("tomas", "kettlebell", 196), ("tomas", "yoga-mat", 196), ("tomas", "dumbbells", 120), ("tomas", "roam-bottle", 40),
    ("lina", "teal-mug", 150), ("lina", "boucle-chair", 300), ("lina", "cloth-books", 210), ("mei", "teal-mug", 190),
    ("mei", "moka", 400), ("mei", "speckled-vase", 90), ("ingrid", "milo", 260), ("ingrid", "bowls", 80), ("ingrid", "stacker", 75),
    ("grace", "squalane", 130), ("grace", "towels", 66), ("kai", "keyboard", 230), ("kai", "studio-phones-ink", 45),
    ("noor", "cabin-38", 110), ("sofia", "mushroom-lamp", 60), ("wei", "teapot", 220), ("priya", "hoops", 20),
]  # fmt: skip
# And sent back, so many days after it came.
SENT_BACK = [("jun", "studio-phones", 24, 9, "They pinch"), ("grace", "berry-mug", 70, 6, "The rim came chipped")]
LINKS = "https://mugs.example/a https://mugs.example/b https://mugs.example/c"


@dataclass(frozen=True, slots=True)
class DemoSpark:
    """``photo``: a picture of the art, or ``product:SLUG`` for a close-up; empty for none."""

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
    more_photos: tuple[str, ...] = ()
    audience: str = "public"
    question: str = ""
    days: int = 7


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
        comments=(("noor", "Which switches are these?"), ("kai", "The clicky ones. Mine are three quarters of a year old and none has failed.")),
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
        kind="poll", question="Which one stays?", comments=(("ingrid", "The moka pot, and I would drink from the bowls."),),
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
    DemoSpark(
        "product:teapot", "wei", "kitchen", 3, "用了大半年，壶嘴不滴水，泡普洱正好。家里老人也说顺手。", "铸铁茶壶，放在浅色背景前",
        (("teapot", 50.0, 55.0),), kind="later", comments=(("mei", "好看！重不重？"), ("wei", "比看上去轻，单手能倒。")),
    ),
    DemoSpark(
        "product:mushroom-lamp", "lina", "home", 7, "For those who have it: is it warm enough to read by, or is it a lamp to look at?",
        "A round coral lamp on a pale ground", (("mushroom-lamp", 50.0, 38.0),), kind="question",
        comments=(("sofia", "I read by it every night on the middle step. The highest is too bright for bed."), ("tomas", "To look at, and I do not mind.")),
    ),
    DemoSpark(
        "product:boater", "noor", "travel", 11, "A wedding on a beach in June, wind included. Help me pack.", "A straw boater",
        (("boater", 50.0, 45.0), ("acetate-shades", 80.0, 80.0), ("hoops", 20.0, 80.0)), kind="poll",
        question="Which one comes along?", days=3, more_photos=("trip",), comments=(("priya", "The hoops. Hats fly."),),
    ),
    DemoSpark(
        "product:knit-speaker", "kai", "tech", 17, "Louder than its size. They pay me to say so, and I would have kept it anyway.",
        "A round speaker in grey knit", (("knit-speaker", 50.0, 50.0),), is_sponsored=True,
        comments=(("tomas", "How long does the battery last?"), ("kai", "Ten hours on my desk, at half.")),
    ),
    DemoSpark(
        "product:berry-mug", "grace", "kitchen", 23, "Sent it back: the rim came chipped. They paid the parcel and were kind about it, so I may try again.",
        "A mug in two tones of berry", (("berry-mug", 48.0, 52.0),), kind="sent_back", comments=(("mei", "Mine is fine, but they do pack them badly."),),
    ),
    DemoSpark(
        "", "priya", "style", 30, "Things I stopped buying this year: anything that needs its own cleaner. What I wear most is from 2019 and has been mended twice.",
        "", (), kind="story", comments=(("sofia", "This. My coat is older than my phone."), ("lina", "How did you mend the elbows?"), ("priya", "Darning, badly, in the wrong colour. It looks meant."))),
    DemoSpark(
        "product:aloe", "ingrid", "plants", 38, "Third month without water because I forgot. It has a new leaf.", "An aloe in a terracotta pot",
        (("aloe", 50.0, 48.0),), more_photos=("product:cactus",), comments=(("grace", "It thrives on neglect, like my inbox."),),
    ),
    DemoSpark(
        "product:gamepad", "jun", "games", 46, "Friday plans.", "A white gamepad", (("gamepad", 50.0, 52.0),),
    ),
    DemoSpark(
        "product:towels", "tomas", "bath", 55, "For friends only: yes, I bought towels on purpose. I am that age now.", "A stack of folded towels",
        (("towels", 50.0, 55.0),), audience="friends", comments=(("lina", "Welcome."),),
    ),
    DemoSpark(
        "product:market-tote", "zuri", "style", 68, "It carries a week of vegetables and a laptop, not in that order.", "A striped market tote",
        (("market-tote", 50.0, 55.0),), comments=(("noor", "Does it close?"), ("zuri", "One button. It holds.")),
    ),
    DemoSpark(
        "product:cloth-books", "lina", "books", 200, "Read two of the three. The third is there for its colour and I am at peace with that.",
        "Three cloth-bound books, stacked", (("cloth-books", 50.0, 55.0),), comments=(("ingrid", "The teal one is the best of them!"),),
    ),
    DemoSpark(
        "product:stacker", "ingrid", "kids", 230, "The ring that always rolls under the sofa is the orange one. Every household reports the same.",
        "A wooden stacker in the colours of a rainbow", (("stacker", 50.0, 52.0),),
    ),
    DemoSpark(
        "product:roam-bottle", "tomas", "fitness", 244, "Teal or berry? I lose one a year, so it should be a colour that I find again.", "A teal bottle",
        (("roam-bottle", 50.0, 55.0), ("roam-berry", 78.0, 30.0)), kind="poll", question="Which colour?", days=7,
        comments=(("zuri", "Berry. Nobody has ever lost anything berry."),),
    ),
    DemoSpark(
        "product:peau", "zuri", "beauty", 260, "One spray on the scarf, none on the neck: it lasts until the scarf is washed.", "A square bottle of perfume",
        (("peau", 50.0, 55.0),), comments=(("sofia", "Stealing this."),),
    ),
    DemoSpark(
        "product:keyboard", "kai", "tech", 300, "Half a year later: two keys shine, none sticks, and I type louder than I think.", "A keyboard with coloured keys",
        (("keyboard", 50.0, 55.0),), kind="later", comments=(("jun", "Convinced. Which layout?"),),
    ),
    DemoSpark(
        "product:speckled-vase", "mei", "home", 330, "One branch is enough. Two is a meeting.", "A speckled vase with a narrow neck",
        (("speckled-vase", 50.0, 55.0),), comments=(("lina", "A meeting!"),),
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
    """Sparks with tags, likes and comments, polls with votes, who would buy what, and a few cases for the desk."""
    rng = random.Random(2017)  # noqa: S311  (an invented world)
    topics = add_topics(products)
    add_owned(users, products, now)
    OrderLine.objects.filter(
        order__user__isnull=False, shipped_at__lt=now - timedelta(days=5), delivered_at__isnull=True
    ).update(delivered_at=F("shipped_at") + timedelta(days=3))
    people = list(users.values())
    for slug in ("home", "kitchen", "books"):
        TopicFollow.objects.create(user=users["lina"], topic=topics[slug])
    for row in SPARKS:
        spark = add_spark(row, users, products, topics, now, picture, rng)
        if row.kind == "poll":
            add_poll(row, spark, people, products, now, rng)
        friends = Friend.objects.filter(friend=spark.author).values_list("user", flat=True)
        crowd = [one for one in people if one != spark.author and (row.audience == "public" or one.pk in friends)]
        for person in rng.sample(crowd, k=min(len(crowd), rng.randrange(4, 12))):
            acts.set_liked(spark=spark, user=person, on=True)
            liked_at = min(now, now - timedelta(hours=row.hours_ago - rng.randrange(1, 40)))
            Like.objects.filter(spark=spark, user=person).update(at=liked_at)
        for at, (slug, words) in enumerate(row.comments):
            Comment.objects.create(
                spark=spark,
                author=users[slug],
                words=words,
                at=now - timedelta(hours=row.hours_ago, minutes=-17 * (at + 1)),
            )
        Spark.objects.filter(pk=spark.pk).update(
            comments=len(row.comments), views=min(rng.randrange(30, 90), 12 + row.hours_ago * 9)
        )
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
    add_cases(users)
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


def add_owned(users: dict[str, User], products: dict[str, Product], now: datetime) -> None:
    """What people bought for themselves, delivered and kept, or sent back."""
    rng = random.Random(5)  # noqa: S311  (an invented world)
    bought = [(*row, 0, "") for row in OWNED] + list(SENT_BACK)
    for number, (slug, thing, days, after, reason) in enumerate(bought, start=700_001):
        product, at = products[thing], now - timedelta(days=days, hours=7)
        items = ((Pick(product=product), product.variants.all()[0], 1),)
        plan = Plan(at, users[slug], BUYERS[0], items, None, at)
        order, _refunds = write_order(plan, number, rng, now, may_return=False)
        refunds = []
        for line in order.lines.all() if reason else ():
            back = (line.shipped_at or at) + timedelta(days=after)
            refunds.append(refund_in_full(line, reason, back))
        settle(order, refunds, now)


def add_poll(
    row: DemoSpark, spark: Spark, people: list[User], products: dict[str, Product], now: datetime, rng: random.Random
) -> None:
    """The question of a Spark with its votes; one that has closed says what came of it."""
    options = [(products[slug].label, products[slug]) for slug, _x, _y in row.tags[:3]]
    poll = polls.set_poll(spark=spark, question=row.question, options=options, days=row.days, now=spark.posted_at)
    choices = list(poll.options.all())
    voters = [person for person in people if person != spark.author]
    for person in rng.sample(voters, k=rng.randrange(7, 12)):
        polls.vote(poll=poll, option=rng.choice([*choices, choices[0]]), user=person, now=spark.posted_at)
    if poll.closes_at < now:
        product = products[row.tags[-1][0]]
        polls.settle(poll=poll, words=product.label, product=product, now=poll.closes_at + timedelta(hours=9))


def add_cases(users: dict[str, User]) -> None:
    """What waits at the desk: a report, a comment that the rule of links holds, and an appeal."""
    loud = Spark.objects.get(words__startswith="Louder than its size")
    acts.report(spark=loud, reporter=users["tomas"], reason="advert", note="Is it said clearly enough that it is paid?")
    mug = Spark.objects.get(words__startswith="Sent it back: the rim")
    acts.comment(spark=mug, author=users["luca"], words=f"Cheaper here: {LINKS}")
    remark = Comment.objects.filter(words="Stealing this.").select_related("author", "spark").get()
    acts.report(spark=remark.spark, comment_row=remark, reporter=users["priya"], reason="other", note="Stealing?")
    ruling = moderating.hide(spark=remark.spark, comment=remark, by=users["omar"], reason="other")
    if ruling is not None:
        moderating.appeal(ruling=ruling, author=remark.author, words="I meant the idea with the scarf, not the bottle.")


def pictured(name: str, picture: Callable[[str, str], str]) -> str:
    """The path of a picture of the art; of a product, the middle of its picture as a photo would show it."""
    if not name.startswith("product:"):
        return picture("photos", name)
    slug = name.removeprefix("product:")
    path = f"demo/photos/{slug}-close.webp"
    if not default_storage.exists(path):
        with default_storage.open(picture("products", slug)) as file, Image.open(file) as whole:
            out = io.BytesIO()
            ImageOps.fit(whole.convert("RGB"), (720, 900), Image.Resampling.LANCZOS).save(out, "WEBP", quality=82)
        default_storage.save(path, ContentFile(out.getvalue()))
    return path


def add_spark(
    row: DemoSpark, users: dict[str, User], products: dict[str, Product], topics: dict[str, Topic], now: datetime,
    picture: Callable[[str, str], str], rng: random.Random,
) -> Spark:  # fmt: skip
    """One posted Spark with its photo and tags."""
    posted_at = now - timedelta(hours=row.hours_ago)
    spark = Spark.objects.create(
        author=users[row.author], code="".join(rng.choices(ALPHABET, k=10)), kind=row.kind, words=row.words,
        topic=topics[row.topic], state=Spark.State.POSTED, audience=row.audience, is_gifted=row.is_gifted, is_sponsored=row.is_sponsored,
        created_at=posted_at, posted_at=posted_at,
    )  # fmt: skip
    for at, name in enumerate([row.photo, *row.more_photos] if row.photo else []):
        path = pictured(name, picture)
        photo = Photo.objects.create(
            spark=spark, small=path, large=path, width=720, height=900, alt="" if at else row.alt, position=at
        )
        for place, (slug, x, y) in enumerate(() if at else row.tags):
            ProductTag.objects.create(
                photo=photo, product=products[slug], x=round(x * 100), y=round(y * 100), position=place
            )
    shelving.place([spark.pk])
    sharing.draw(spark.pk)
    return spark
