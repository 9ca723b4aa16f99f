"""The programme's side of the demo world: announced rates, campaigns, codes, channels, and an order with two creators."""

import random
from datetime import date, datetime, timedelta

from accounts.models import User
from catalog.models import Category, Product, Seller
from commissions.models import Rate
from commissions.services import announcing, deciding, holding
from config.demo.history import BUYERS, Plan, write_order
from influencers.models import AttributionPolicy, Click, CreatorCode, Influencer, Link
from influencers.referrals import Journey, Touch, journey_as_stored
from orders.models import OrderLine
from storefront.models import Pick, Storefront

CHANNELS = [("Newsletter", "k7newslt", 46), ("Shelf tour video", "v5shelft", 71), ("Flyer in May", "f3flyerm", 0)]


def add_programme(users: dict[str, User], products: dict[str, Product], now: datetime, today: date) -> None:
    """What creators hand out, and what the shop promised them."""
    creators = {one.user_id: one for one in Influencer.objects.select_related("user")}
    mei, kai = creators[users["mei"].pk], creators[users["kai"].pk]
    for creator, code in ((mei, "MEI10"), (kai, "KAIBUILDS")):
        CreatorCode.objects.create(influencer=creator, code=code, created_at=now - timedelta(days=80))
    _channels(mei, products["mushroom-lamp"], now)
    _rates(users["omar"], today, now)
    _campaigns(products, mei, today)
    # From this month on whoever introduces a buyer shares in the commission.
    AttributionPolicy.objects.create(
        version="2026-assist", starts_at=now - timedelta(days=2), assist_bps=2_000, note="80/20 with whoever came first",
        created_by=users["omar"],
    )  # fmt: skip
    _introduced(mei, kai, now)
    _held(mei, now)


def _channels(mei: Influencer, lamp: Product, now: datetime) -> None:
    rng = random.Random(5)  # noqa: S311  (an invented world)
    for name, code, clicks in CHANNELS:
        product = lamp if name == "Shelf tour video" else None
        link = Link.objects.create(
            influencer=mei, name=name, code=code, product=product, path=product.get_absolute_url() if product else "",
            created_at=now - timedelta(days=60),
        )  # fmt: skip
        rows = []
        for number in range(clicks + 12):
            at = now - timedelta(days=rng.uniform(0, 27))
            source = f"qr:{link.pk}" if number >= clicks else f"channel:{link.pk}"
            rows.append(
                Click(
                    influencer=mei, source=source, product_id=link.product_id, visitor=f"{rng.getrandbits(128):032x}", at=at,
                    hour=at.replace(minute=0, second=0, microsecond=0),
                )
            )  # fmt: skip
        Click.objects.bulk_create(rows)


def _rates(by: User, today: date, now: datetime) -> None:
    """A rise that holds, a cut that is announced, both in public."""
    tech, style = Category.objects.get(path="tech"), Category.objects.get(path="style")
    risen = today - timedelta(days=45)
    Rate.objects.filter(category=tech).update(ends_on=risen)
    Rate.objects.create(
        category=tech, rate_bps=400, starts_on=risen, old_bps=300, reason="Tech sells well: you should share in it",
        announced_at=now - timedelta(days=45), announced_by=by, told_at=now - timedelta(days=45),
    )  # fmt: skip
    announcing.announce_rate(
        category=style, rate_bps=700, starts_on=today + timedelta(days=20), reason="Returns of clothing cost more", by=by,
        today=today,
    )  # fmt: skip


def _campaigns(products: dict[str, Product], mei: Influencer, today: date) -> None:
    seller = Seller.objects.get(slug="atelier-noma")
    announcing.announce_campaign(
        name="Autumn light", bonus_bps=300, starts_on=today, ends_on=today + timedelta(days=21), seller=seller, by=None,
        today=today,
    )  # fmt: skip
    announcing.announce_campaign(
        name="For your shelf tour", bonus_bps=500, starts_on=today, ends_on=today + timedelta(days=10), by=None,
        products=[products["mushroom-lamp"]], creators=[mei], today=today,
    )  # fmt: skip


def _introduced(mei: Influencer, kai: Influencer, now: datetime) -> None:
    """Kai introduced a buyer, Mei's pick brought the order: both earn."""
    shop = Storefront.objects.get(influencer=mei)
    picks = Pick.objects.filter(collection__storefront=shop).select_related("product__seller", "product__category", "collection")  # fmt: skip
    pick = picks.order_by("pk")[0]
    placed = now - timedelta(hours=20)
    plan = Plan(placed, None, BUYERS[1], ((pick, pick.product.variants.all()[0], 1),), shop, placed - timedelta(minutes=9))  # fmt: skip
    order, _ = write_order(plan, 900_001, random.Random(3), now)  # noqa: S311  (an invented world)
    line = order.lines.get()
    touches = (
        Touch(kai.pk, "storefront", placed - timedelta(days=6), None, now - timedelta(days=90)),
        Touch(mei.pk, f"collection:{pick.collection_id}/pick:{pick.pk}", plan.visit_at, pick.product_id, pick.added_at),
    )
    journey = Journey(pick.product_id, line.added_at, placed, touches)
    OrderLine.objects.filter(pk=line.pk).update(journey=journey_as_stored(journey), source=touches[1].source)
    deciding.accrue_for(order, now=order.paid_at)


def _held(mei: Influencer, now: datetime) -> None:
    """One of Mei's lines waits for a look, with what was seen and until when."""
    opened = now - timedelta(days=3)
    lines = OrderLine.objects.filter(
        decision__influencer=mei, decision__commission_minor__gt=0, refunded_minor=0, returnable_until__gt=now,
        order__paid_at__lt=opened,
    )  # fmt: skip
    line = lines.order_by("-order__paid_at")[0]
    evidence = f"612 clicks in the hour of {line.order.paid_at:%Y-%m-%d %H}:00 UTC; the busiest hour before had 21."
    holding.hold(line=line, influencer=mei, reason="click_flood", evidence=evidence, by=None, now=opened)
