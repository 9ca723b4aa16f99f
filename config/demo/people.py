"""Who lives in the demo world: twelve with a portrait, and the shops of six of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoAccount:
    platform: str
    handle: str
    followers: int
    posts: int
    likes: int | None = None
    comments: int | None = None
    views: int | None = None
    relevance: int | None = None
    age_days: int = 1500
    # How it was proved (oauth, code, evidence), or what a reviewer is asked to look at.
    proof: str = "code"
    asked: str = ""
    # What the network says, where that is not what was stated.
    told: int = 0


@dataclass(frozen=True, slots=True)
class DemoShop:
    handle: str
    theme: str
    cover: str
    tagline: str
    about: str
    # Title, note, picture, and the picks with the creator's notes.
    collections: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...]
    # Visitors a day, roughly, and its growth over the three months in percent.
    visitors: int
    growth: int


@dataclass(frozen=True, slots=True)
class DemoPerson:
    slug: str
    name: str
    email: str
    country: str = "US"
    language: str = "en"
    portrait: bool = True
    topics: tuple[str, ...] = ()
    pitch: str = ""
    accounts: tuple[DemoAccount, ...] = ()
    shop: DemoShop | None = None
    # draft, submitted, needs_more, declined (approved where there is a shop).
    application: str = ""
    question: str = ""
    note: str = ""
    reason: str = ""
    days_ago: int = 0


PEOPLE = [
    DemoPerson(
        "mei",
        "Mei Tanaka",
        "mei@demo.example",
        "JP",
        topics=("home", "kitchen"),
        pitch="I show how a 38 m² flat can feel calm. Ceramics, lamps and second-hand finds.",
        accounts=(
            DemoAccount("instagram", "slowhome.mei", 31_400, 38, likes=320, comments=42, relevance=4, proof="oauth"),
            DemoAccount("youtube", "slowhome", 14_900, 9, likes=88, comments=19, views=5_200, relevance=3),
            DemoAccount("x", "slowhome", 1_900, 24, likes=3, comments=1, age_days=38, proof=""),
        ),
        shop=DemoShop(
            "slowhome",
            "persimmon",
            "home",
            "Small-space interiors, ceramics, unhurried mornings.",
            "I live in 38 square metres in Kyoto and keep only what I use. Everything here stands in my flat, or did for a year.",
            (
                (
                    "Slow mornings",
                    "What stands on my table before eight.",
                    "morning",
                    (
                        ("moka", "Six cups, so a friend can stay."),
                        ("teal-mug", "The one everyone reaches for first."),
                        ("teapot", "Keeps a second cup warm while you read."),
                        ("bowls", "Breakfast, then keys, then rice."),
                        ("berry-mug", ""),
                        ("towels", "Dries a mug without leaving lint."),
                    ),
                ),
                (
                    "Reading corner",
                    "One chair, one lamp, nothing that beeps.",
                    "reading",
                    (
                        ("boucle-chair", "I saved two years for it. I would again."),
                        ("mushroom-lamp", "I own two. Ember is warmer than the photo."),
                        ("stripe-cushion", "Behind the back, not under the head."),
                        ("cloth-books", "For the titles alone."),
                        ("fig-candle", "Green, not sweet."),
                    ),
                ),
                (
                    "Shelf styling",
                    "Odd numbers, one tall thing, one living thing.",
                    "",
                    (
                        ("speckled-vase", "One branch is enough."),
                        ("tall-vase", ""),
                        ("round-vase", "On sale now and then."),
                        ("aloe", "Hard to kill."),
                        ("cactus", "Harder."),
                        ("ash-chair", "Also a bedside table."),
                    ),
                ),
                (
                    "A kinder bathroom",
                    "Small luxuries that get used up.",
                    "bath",
                    (
                        ("hand-wash", "Refill it for years."),
                        ("soap", "Cured for six weeks; you can tell."),
                        ("towels", ""),
                        ("body-lotion", "No smell, which is the point."),
                    ),
                ),
            ),
            34,
            60,
        ),
        days_ago=118,
    ),
    DemoPerson(
        "kai",
        "Kai Rivera",
        "kai@demo.example",
        "US",
        topics=("tech",),
        pitch="Desk set-ups and sound for people who share a room with their work.",
        accounts=(
            DemoAccount(
                "youtube", "kaibuilds", 58_000, 14, likes=210, comments=44, views=21_000, relevance=4, proof="oauth"
            ),
            DemoAccount(
                "tiktok",
                "kai.builds",
                81_000,
                32,
                likes=3_900,
                comments=210,
                views=54_000,
                relevance=3,
                proof="evidence",
            ),
        ),
        shop=DemoShop(
            "kai.builds",
            "cobalt",
            "tech",
            "Desks, keys and sound. Tested for a month before I say a word.",
            "I buy what I review, use it for a month, and say what broke.",
            (
                (
                    "The desk I use",
                    "No cable in sight, most days.",
                    "desk",
                    (
                        ("keyboard", "Tuned to sound like rain."),
                        ("studio-phones", "Cushions you can change yourself."),
                        ("notebook", "Still the fastest app."),
                        ("mushroom-lamp-sun", "For the late shift."),
                    ),
                ),
                (
                    "Sound for small rooms",
                    "",
                    "phones",
                    (
                        ("knit-speaker", "Looks like a jumper."),
                        ("earbuds", "Seven honest hours."),
                        ("studio-phones-ink", ""),
                        ("rangefinder", "Not sound. I could not leave it out."),
                    ),
                ),
                (
                    "Sofa evening",
                    "",
                    "",
                    (("gamepad", "Hall sticks: no drift."), ("roam-bottle", "Cold until midnight.")),
                ),
            ),
            26,
            35,
        ),
        days_ago=104,
    ),
    DemoPerson(
        "zuri",
        "Zuri Okafor",
        "zuri@demo.example",
        "NG",
        topics=("beauty",),
        pitch="Short routines for deep skin tones, without the twelve steps.",
        accounts=(
            DemoAccount("instagram", "zuri.glow", 92_000, 51, likes=1_450, comments=160, relevance=4, proof="oauth"),
            DemoAccount(
                "tiktok", "zuriglow", 140_000, 44, likes=8_200, comments=300, views=120_000, relevance=4, proof="oauth"
            ),
        ),
        shop=DemoShop(
            "zuri.glow",
            "rosewood",
            "beauty",
            "Three steps, no filters.",
            "Pharmacist by day. I read the list of ingredients so that you do not have to.",
            (
                (
                    "Three steps, done",
                    "Wash, feed, protect.",
                    "vanity",
                    (
                        ("squalane", "Three drops on damp skin."),
                        ("night-serum", "Twice a week, not more."),
                        ("body-lotion", "The litre I go through each winter."),
                    ),
                ),
                (
                    "Date night",
                    "",
                    "",
                    (
                        ("velvet-lip", "Stays through lunch. I tested with soup."),
                        ("peau", "Warm skin and iris."),
                        ("hoops", "Light enough to forget."),
                    ),
                ),
            ),
            30,
            20,
        ),
        days_ago=99,
    ),
    DemoPerson(
        "noor",
        "Noor Haddad",
        "noor@demo.example",
        "LB",
        topics=("style",),
        pitch="One wardrobe, many outfits; I wear everything thirty times on camera.",
        accounts=(
            DemoAccount("instagram", "noor.wears", 48_000, 40, likes=760, comments=70, relevance=3),
            DemoAccount("facebook", "noorwears", 22_000, 18, likes=40, comments=9, relevance=3, proof="evidence"),
        ),
        shop=DemoShop(
            "noor.wears",
            "iris",
            "style",
            "Thirty wears or it goes back.",
            "A capsule wardrobe that travels. I post the thirtieth wear, not the first.",
            (
                (
                    "Carry-on only",
                    "A week in 38 litres.",
                    "trip",
                    (
                        ("cabin-38", "Silent wheels, I checked."),
                        ("canvas-pack", "Goes under the seat."),
                        ("boater", "Survived a backpack."),
                        ("acetate-shades", "Thirty wears, one scratch."),
                    ),
                ),
                (
                    "Everyday gold",
                    "",
                    "shades",
                    (
                        ("hoops", ""),
                        ("meridian", "Swap the strap, change the dress code."),
                        ("market-tote", "Sunday market, Monday laptop."),
                        ("court-sneaker", "Stitched, not glued."),
                    ),
                ),
            ),
            18,
            45,
        ),
        days_ago=96,
    ),
    DemoPerson(
        "tomas",
        "Tomas Berg",
        "tomas@demo.example",
        "NO",
        topics=("fit",),
        pitch="Strength at home and slow hikes, for people with small flats and long winters.",
        accounts=(
            DemoAccount(
                "youtube", "tomasmoves", 12_400, 7, likes=48, comments=11, views=3_300, relevance=3, proof="oauth"
            ),
            DemoAccount("instagram", "tomas.moves", 9_800, 26, likes=150, comments=22, relevance=3),
        ),
        shop=DemoShop(
            "tomas.moves",
            "moss",
            "out",
            "Two square metres, twenty minutes.",
            "Physiotherapist. No miracle, only Tuesday again.",
            (
                (
                    "Home gym, two square metres",
                    "",
                    "fit",
                    (
                        ("kettlebell", "Start lighter than you think."),
                        ("yoga-mat", "Grips when wet."),
                        ("dumbbells", "They stay where you put them."),
                        ("roam-bottle", ""),
                    ),
                ),
                (
                    "Day hike",
                    "",
                    "",
                    (
                        ("canvas-pack", "22 litres is a day, not two."),
                        ("roam-berry", ""),
                        ("court-sneaker", "For the way to the bus."),
                    ),
                ),
            ),
            11,
            80,
        ),
        days_ago=70,
    ),
    DemoPerson(
        "sofia",
        "Sofia Marin",
        "sofia@demo.example",
        "ES",
        topics=("kids", "home"),
        pitch="Few toys, well made. Mother of two, teacher of twenty-six.",
        accounts=(DemoAccount("instagram", "sofia.plays", 17_300, 22, likes=260, comments=48, relevance=4),),
        shop=DemoShop(
            "sofia.plays",
            "marigold",
            "kids",
            "Few toys, well made.",
            "What survives a class of twenty-six and two boys at home.",
            (
                (
                    "First shelf",
                    "Six things are enough.",
                    "kids",
                    (
                        ("stacker", "Three years, two boys, one missing ring."),
                        ("milo", "Washes at 40 degrees."),
                        ("cloth-books", "For the grown-up on the floor."),
                        ("stripe-cushion", "A nest in ten seconds."),
                    ),
                ),
            ),
            9,
            30,
        ),
        days_ago=52,
    ),
    DemoPerson(
        "grace",
        "Grace Lin",
        "grace@demo.example",
        "SG",
        topics=("kitchen", "home"),
        application="submitted",
        days_ago=2,
        pitch="Teas and the pots they deserve. I film slowly.",
        accounts=(
            DemoAccount("youtube", "gracepours", 6_100, 6, likes=41, comments=12, views=2_100, proof="oauth"),
            DemoAccount("instagram", "grace.pours", 8_300, 19, likes=120, comments=20, proof="", asked="evidence"),
        ),
    ),
    DemoPerson(
        "ingrid",
        "Ingrid Olsen",
        "ingrid@demo.example",
        "NO",
        topics=("home",),
        application="needs_more",
        days_ago=4,
        pitch="Knitting, wool and long winters.",
        question="Your Instagram link opens an account with another name. Is it yours?",
        accounts=(DemoAccount("instagram", "ingrid.knits", 11_200, 15, likes=190, comments=33),),
    ),
    DemoPerson(
        "jun",
        "Jun Park",
        "jun@demo.example",
        "KR",
        topics=("tech",),
        application="declined",
        days_ago=12,
        pitch="Keyboards, keycaps, and the sound they make.",
        reason="does_not_meet_requirements",
        note="Your videos are careful and kind. Post a little more often and ask your viewers a question: that is what is missing.",
        accounts=(
            DemoAccount("youtube", "junclicks", 900, 2, likes=2, comments=0, views=260),
            DemoAccount("x", "junclicks", 640, 3, likes=0, comments=0, age_days=60),
        ),
    ),
    DemoPerson("lina", "Lina Moreau", "lina@demo.example", "FR"),
    DemoPerson("omar", "Omar Rahman", "omar@demo.example", "GB"),
    DemoPerson("ada", "Ada Mensah", "ada@demo.example", "GH"),
    # Without a portrait: their initials stand in.
    DemoPerson(
        "wei",
        "陈伟明",
        "weiming@demo.example",
        "CN",
        "zh-hans",
        portrait=False,
        topics=("kitchen",),
        pitch="家里三代人的厨房，每天一道家常菜。",
        accounts=(
            DemoAccount(
                "tiktok", "weiming.cooks", 64_000, 48, likes=3_800, comments=420, views=46_000, proof="", asked="code"
            ),
        ),
        application="submitted",
        days_ago=1,
    ),
    DemoPerson(
        "priya",
        "Priya Nair",
        "priya@demo.example",
        "IN",
        "en",
        portrait=False,
        topics=("style", "beauty"),
        pitch="Saris for the office, and how to care for them.",
        accounts=(
            DemoAccount("instagram", "priya.drapes", 26_500, 30, likes=15, comments=1, proof="oauth", told=11_900),
            DemoAccount("facebook", "priyadrapes", 4_100, 12, likes=9, comments=2, proof=""),
        ),
        application="submitted",
        days_ago=3,
    ),
    DemoPerson(
        "luca",
        "Luca Conti",
        "luca@demo.example",
        "IT",
        "en",
        portrait=False,
        topics=("kitchen",),
        pitch="Coffee at home, measured.",
        accounts=(DemoAccount("instagram", "luca.brews", 2_400, 9, likes=71, comments=8, proof=""),),
        application="draft",
        days_ago=0,
    ),
]
