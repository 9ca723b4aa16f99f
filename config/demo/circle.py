"""Friends, lists and gifts of the demo world."""

from datetime import date, timedelta

from accounts.models import Friend, FriendRequest, User
from accounts.services.names import index_people
from accounts.services.profile import give_handle
from accounts.vault import Place, keep_address
from catalog.models import Product
from lists.models import List, ListItem
from lists.services.giving import claim
from lists.services.keeping import add_line, add_product, make_list
from lists.services.sharing import change_audience, name_person
from orders.models import PickupPoint

FRIENDS = [
    ("lina", "tomas"),
    ("lina", "mei"),
    ("tomas", "mei"),
    ("lina", "jun"),
    ("tomas", "jun"),
    ("mei", "kai"),
    ("lina", "grace"),
]


def befriend(one: User, other: User) -> None:
    """The two are friends."""
    Friend.objects.create(user=one, friend=other)
    Friend.objects.create(user=other, friend=one)


def fill(row: List, by: User, products: dict[str, Product], things: list[tuple[str, str, int, int]]) -> list[ListItem]:
    """Put products on a list: slug, note, priority, how many."""
    items = []
    for slug, note, priority, wanted in things:
        item, _new = add_product(row=row, product=products[slug], by=by, note=note)
        ListItem.objects.filter(pk=item.pk).update(priority=priority, wanted=wanted)
        items.append(ListItem.objects.get(pk=item.pk))
    return items


def add_circle(users: dict[str, User], products: dict[str, Product], today: date) -> None:
    """Who knows whom, what they wish for, and a birthday with three givers."""
    for user in users.values():
        give_handle(user)
        user.findable_by = User.FindableBy.EVERYONE
        user.shows_friends_to = User.Audience.FRIENDS
        user.save(update_fields=["findable_by", "shows_friends_to"])
    index_people(users.values())
    for one, other in FRIENDS:
        befriend(users[one], users[other])
    FriendRequest.objects.create(asker=users["noor"], asked=users["lina"])
    tomas, lina, mei, jun = users["tomas"], users["lina"], users["mei"], users["jun"]
    birthday = make_list(
        owner=tomas, kind="wish", name="Birthday wish list", occasion="birthday", happens_on=today + timedelta(days=18),
        words="Small things for the new flat. No socks, please.",
    )  # fmt: skip
    change_audience(row=birthday, audience="friends")
    wishes = fill(birthday, tomas, products, [
        ("mushroom-lamp", "Would love it in ember", 4, 1), ("fig-candle", "", 3, 2), ("moka", "The big one", 5, 1),
        ("cloth-books", "", 2, 1), ("knit-speaker", "Any colour but white", 4, 1),
    ])  # fmt: skip
    add_line(row=birthday, by=tomas, title="Something blue for the hall")
    claim(item=wishes[1], quantity=1, giver=mei, shows_name=True)
    claim(item=wishes[3], quantity=1, giver=jun)
    flat = make_list(
        owner=mei, kind="idea", name="A calm small flat", words="What I would buy again for 38 square metres."
    )
    change_audience(row=flat, audience="public")
    fill(
        flat,
        mei,
        products,
        [
            (slug, "", 3, 1)
            for slug in (
                "speckled-vase",
                "mushroom-lamp",
                "boucle-chair",
                "round-vase",
                "fig-candle",
                "bowls",
                "aloe",
                "berry-mug",
            )
        ],
    )
    week = make_list(owner=lina, kind="shopping", name="Shopping list")
    fill(week, lina, products, [("hand-wash", "", 3, 2), ("soap", "", 3, 1), ("notebook", "", 3, 1)])
    add_line(row=week, by=lina, title="A birthday card for Tomas")
    dreams = make_list(owner=lina, kind="wish", name="Wish list")
    change_audience(row=dreams, audience="friends")
    fill(
        dreams,
        lina,
        products,
        [("rangefinder", "One day", 5, 1), ("boucle-chair", "", 3, 1), ("night-serum", "", 2, 1)],
    )
    gift = make_list(
        owner=lina, kind="gift", name="Tomas's birthday", occasion="birthday", happens_on=birthday.happens_on,
        recipient=tomas, recipient_name=tomas.name, budget_minor=12000, budget_currency="USD",
    )  # fmt: skip
    fill(gift, lina, products, [("canvas-pack", "He carries everything in his arms", 3, 1), ("ash-chair", "", 3, 1)])
    name_person(row=gift, user=mei, role="edit")
    PickupPoint.objects.create(
        name="Corner Books", address="14 Mill Lane", postcode="10115", city="Berlin", country="DE"
    )
    keep_address(user=tomas, label="Home", place=Place("Tomas Berg", "Lindenstrasse 8", "", "10969", "Berlin", "DE"))
