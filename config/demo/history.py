"""Three months of the demo world: visits, orders, parcels and returns, from one seed and one day."""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from operator import itemgetter

from django.db import transaction

from accounts.models import User
from catalog.models import Variant
from commissions.models import Payout
from commissions.services import deciding, ledger, payouts
from commissions.settling import FRIDAY
from influencers.models import Click
from orders.models import Order, OrderLine, Payment, Refund
from storefront.models import Pick, Storefront

DAYS = 91
# When, and what books it.
Happening = tuple[datetime, Callable[..., object]]
BUYERS = [
    ("Amélie Roux", "Lyon", "69003", "FR"), ("Jonas Weber", "Leipzig", "04109", "DE"), ("Aiko Mori", "Osaka", "530-0001", "JP"),
    ("Beatriz Sousa", "Porto", "4000-322", "PT"), ("Noah Clarke", "Leeds", "LS1 4AP", "GB"), ("Maya Cohen", "Haifa", "3303301", "IL"),
    ("Sanna Virtanen", "Turku", "20100", "FI"), ("Ravi Menon", "Kochi", "682001", "IN"), ("Elena Popa", "Cluj", "400001", "RO"),
    ("Marcus Reed", "Austin", "78701", "US"), ("Chloe Martin", "Ghent", "9000", "BE"), ("张晓雯", "杭州", "310000", "CN"),
    ("Diego Ramos", "Quito", "170143", "EC"), ("Hanna Lind", "Malmö", "211 22", "SE"), ("Tariq Aziz", "Doha", "00000", "QA"),
]  # fmt: skip
RETURN_REASONS = ["Changed my mind", "Smaller than I thought", "Arrived with a scratch", "A gift they already had"]


@dataclass(frozen=True, slots=True)
class Plan:
    """One order as it happened."""

    placed_at: datetime
    buyer: User | None
    person: tuple[str, str, str, str]
    items: tuple[tuple[Pick, Variant, int], ...]
    shop: Storefront | None
    visit_at: datetime


def noon(day: date) -> datetime:
    """The middle of a day, in UTC."""
    return datetime.combine(day, time(12), tzinfo=UTC)


def visits(shop: Storefront, visitors: int, growth: int, today: date, rng: random.Random) -> Iterator[datetime]:
    """Moments at which somebody opened the shop: growing, busier at weekends, with one good day."""
    good_day = rng.randrange(12, DAYS - 12)
    for age in range(DAYS - 1, -1, -1):
        day = today - timedelta(days=age)
        progress = 1 - age / DAYS
        expected = visitors * (1 + growth / 100 * progress) * (1.35 if day.weekday() >= 5 else 1.0)
        expected *= 0.8 + 0.4 * rng.random()
        if age == good_day:
            expected *= 3
        for _ in range(round(expected)):
            # Evenings are busy: two draws, the later one.
            hour = max(rng.uniform(6, 23.9), rng.uniform(0, 23.9))
            yield noon(day) - timedelta(hours=12) + timedelta(seconds=math.floor(hour * 3600))


def book_clicks(
    shop: Storefront, moments: list[datetime], picks: list[Pick], rng: random.Random, now: datetime
) -> None:
    """A row for each visit, and one for each product that was opened from it."""
    rows = []
    for moment in moments:
        if moment > now:
            continue
        visitor = f"{rng.getrandbits(128):032x}"
        hour = moment.replace(minute=0, second=0, microsecond=0)
        rows.append(Click(influencer=shop.influencer, source="storefront", visitor=visitor, hour=hour, at=moment))
        opened = rng.sample(picks, k=min(len(picks), rng.choice([0, 0, 1, 1, 2])))
        rows += [
            Click(
                influencer=shop.influencer, source=f"collection:{pick.collection_id}", product_id=pick.product_id,
                visitor=visitor, hour=hour, at=moment + timedelta(seconds=40),
            )
            for pick in opened
        ]  # fmt: skip
    Click.objects.bulk_create(rows, batch_size=2000)


def plan_orders(
    shop: Storefront, moments: list[datetime], picks: list[Pick], members: list[User], rng: random.Random, now: datetime
) -> Iterator[Plan]:
    """About one visit in thirty becomes an order, some minutes later or the next day."""
    variants = {pick.pk: [v for v in pick.product.variants.all() if v.stock != 0] for pick in picks}
    for moment in moments:
        if rng.random() > 0.034:
            continue
        placed_at = moment + timedelta(minutes=rng.choice([3, 8, 15, 60 * 26]))
        chosen = [pick for pick in rng.sample(picks, k=rng.choice([1, 1, 1, 2])) if variants[pick.pk]]
        # Dear things sell less often.
        chosen = [pick for pick in chosen if rng.random() < min(1.0, 9000 / pick.product.price_minor + 0.15)]
        if placed_at > now or not chosen:
            continue
        buyer = rng.choice(members) if rng.random() < 0.12 else None
        if buyer == shop.influencer.user:
            buyer = None
        items = tuple((pick, rng.choice(variants[pick.pk]), rng.choice([1, 1, 1, 1, 2])) for pick in chosen)
        yield Plan(placed_at, buyer, rng.choice(BUYERS), items, shop, moment)


def write_order(
    plan: Plan, number: int, rng: random.Random, now: datetime, *, may_return: bool = True
) -> tuple[Order, list[Refund]]:
    """One order with its payment, parcel and returns, as the services would have left it."""
    name, city, postcode, country = (plan.buyer.name, "Lyon", "69003", "FR") if plan.buyer else plan.person
    shipped_at: datetime | None = plan.placed_at + timedelta(hours=rng.randrange(14, 60))
    if shipped_at and shipped_at > now:
        shipped_at = None
    order = Order.objects.create(
        number=f"D{number:06d}", token=f"{rng.getrandbits(128):032x}", checkout_token=f"{rng.getrandbits(128):032x}",
        user=plan.buyer, state=Order.State.SHIPPED if shipped_at else Order.State.PAID,
        email=plan.buyer.email if plan.buyer else f"guest{number}@demo.example", name=name, address=f"{rng.randrange(1, 90)} Market Street",
        postcode=postcode, city=city, country=country, currency="USD", placed_at=plan.placed_at,
        paid_at=plan.placed_at + timedelta(seconds=25),
        total_minor=sum(variant.price_minor * quantity for _, variant, quantity in plan.items),
    )  # fmt: skip
    lines = OrderLine.objects.bulk_create(
        OrderLine(
            order=order, seller=pick.product.seller, product=pick.product, variant=variant, category=pick.product.category,
            name=pick.product.name, option=variant.label, quantity=quantity, unit_price_minor=variant.price_minor,
            total_minor=variant.price_minor * quantity, influencer=plan.shop.influencer if plan.shop else None,
            source=f"collection:{pick.collection_id}" if plan.shop else "", touched_at=plan.visit_at if plan.shop else None,
            added_at=plan.placed_at - timedelta(minutes=2), return_window_days=pick.product.return_days,
            shipped_at=shipped_at,
            returnable_until=shipped_at + timedelta(days=pick.product.return_days) if shipped_at else None,
        )
        for pick, variant, quantity in plan.items
    )  # fmt: skip
    Payment.objects.create(
        order=order, gateway="test", reference=f"demo-{number}", state=Payment.State.SUCCEEDED,
        amount_minor=order.total_minor, currency="USD", created_at=order.paid_at or order.placed_at,
    )  # fmt: skip
    refunds = [refund for line in lines if may_return and (refund := maybe_return(line, rng, now))]
    return order, refunds


def maybe_return(line: OrderLine, rng: random.Random, now: datetime) -> Refund | None:
    """About one line in twelve comes back, a third of those in part."""
    if line.shipped_at is None or line.return_window_days == 0 or rng.random() > 0.085:
        return None
    at = line.shipped_at + timedelta(days=rng.randrange(4, 20), hours=rng.randrange(12))
    if at > now:
        return None
    amount = line.total_minor // 2 if rng.random() < 0.33 else line.total_minor
    OrderLine.objects.filter(pk=line.pk).update(refunded_minor=amount)
    return Refund.objects.create(
        line=line, amount_minor=amount, cumulative_minor=amount, reason=rng.choice(RETURN_REASONS), created_at=at
    )


def refund_in_full(line: OrderLine, reason: str, at: datetime) -> Refund:
    """The line came back and all of it was paid back."""
    OrderLine.objects.filter(pk=line.pk).update(refunded_minor=line.total_minor)
    return Refund.objects.create(
        line=line, amount_minor=line.total_minor, cumulative_minor=line.total_minor, reason=reason, created_at=at
    )


def happenings(order: Order, refunds: list[Refund], now: datetime) -> Iterator[Happening]:
    """What an order gives the commission services to book, and when."""
    yield order.paid_at or order.placed_at, partial(deciding.accrue_for, order)
    for refund in refunds:
        yield refund.created_at, partial(ledger.reverse_for, order)
    for line in order.lines.all():
        if line.returnable_until and line.returnable_until <= now:
            yield line.returnable_until, partial(ledger.clear_for, order)


def settle(order: Order, refunds: list[Refund], now: datetime) -> None:
    """Let the commission services book what happened to an order, each at its own time."""
    for at, book in sorted(happenings(order, refunds, now), key=itemgetter(0)):
        book(now=at)


def fridays(today: date, now: datetime, by: User) -> Iterator[Happening]:
    """The weekly payouts: made in the morning, put into the bank's file before noon."""
    for age in range(DAYS, -1, -1):
        day = today - timedelta(days=age)
        if day.weekday() != FRIDAY or noon(day) > now:
            continue
        yield noon(day) - timedelta(hours=5), partial(payouts.run, slot=day.isoformat())
        yield noon(day) - timedelta(hours=1), partial(send_to_bank, by)
        yield noon(day) + timedelta(days=3), partial(bank_has_paid, by)


def send_to_bank(by: User, *, now: datetime) -> None:
    """All that is ready in one file, if there is any."""
    if Payout.objects.filter(state=Payout.State.READY).exists():
        payouts.make_bank_file(by=by, now=now)


def bank_has_paid(by: User, *, now: datetime) -> None:
    """What was sent has arrived."""
    for payout in Payout.objects.filter(state=Payout.State.SENDING):
        payouts.mark_paid(payout=payout, by=by, reference=f"{payout.batch}/{payout.pk}", now=now)


def write_history(
    shops: list[tuple[Storefront, int, int]],
    members: list[User],
    staff: User,
    *,
    today: date,
    now: datetime,
    seed: int,
    tick: Callable[[], None],
) -> int:
    """Write clicks and orders of every shop, and book one after the other what came of them; ``tick`` is called after each order.

    Returns how many orders there are.
    """
    rng = random.Random(seed)  # noqa: S311  (an invented world, not a secret)
    plans: list[Plan] = []
    for shop, visitors, growth in shops:
        picks = list(
            Pick.objects.filter(collection__storefront=shop)
            .select_related("product__seller", "product__category", "collection")
            .prefetch_related("product__variants")
            .order_by("pk")
        )
        moments = list(visits(shop, visitors, growth, today, rng))
        book_clicks(shop, moments, picks, rng, now)
        plans += plan_orders(shop, moments, picks, members, rng, now)
        if shop == shops[0][0]:
            # The creator buys through her own shop once: it earns nothing, and says so.
            own = picks[2]
            at = now - timedelta(days=6, hours=5)
            plans.append(
                Plan(
                    at,
                    shop.influencer.user,
                    BUYERS[2],
                    ((own, own.product.variants.all()[0], 1),),
                    shop,
                    at - timedelta(minutes=9),
                )
            )
            # And what nobody brought: bought straight from the product's page.
            for age in range(4, DAYS, 9):
                at = noon(today - timedelta(days=age))
                pick = rng.choice(picks)
                plans.append(Plan(at, None, rng.choice(BUYERS), ((pick, pick.product.variants.all()[0], 1),), None, at))
    plans.sort(key=lambda plan: plan.placed_at)
    happened = list(fridays(today, now, staff))
    for number, plan in enumerate(plans, start=1):
        with transaction.atomic():
            order, refunds = write_order(plan, number, rng, now)
        happened += happenings(order, refunds, now)
        tick()
    for at, book in sorted(happened, key=itemgetter(0)):
        if at <= now:
            book(now=at)
    return len(plans)
