"""A small world in which every address of the site has something to show."""

from dataclasses import dataclass, field
from types import ModuleType

from accounts.models import User
from commissions.models import Balance, Check, Payout
from core.sealing import seal_bytes
from influencers.models import Application, Connection, Evidence
from lists.models import Claim, List, ListItem
from lists.services.giving import claim
from orders.models import CartLine, Gift, Order, OrderLine
from sparks.models import Comment, ProductTag, Report, Ruling, Spark
from sparks.services.polls import set_poll
from storefront.models import Collection, Pick
from tests.cast import Mei, Sol
from tests.factories.accounts import UserFactory, befriend, with_handle
from tests.factories.catalog import CategoryFactory, ProductFactory
from tests.factories.commissions import PayoutFactory
from tests.factories.influencers import ApplicationFactory, InfluencerFactory
from tests.factories.lists import ListFactory, ListItemFactory
from tests.factories.orders import CartFactory, CartLineFactory, OrderFactory, OrderLineFactory
from tests.factories.sparks import PhotoFactory, ProductTagFactory, SparkFactory, TopicFactory
from tests.factories.storefront import CollectionFactory, PickFactory, StorefrontFactory


@dataclass
class World:
    """Mei has a shop; Kai has another; Lina has a cart and an order from Mei's shop, sent by Sol; Grace has applied."""

    mei: Mei
    sol: Sol
    collection: Collection
    pick: Pick
    order: Order
    line: OrderLine
    cart_line: CartLine
    application: Application
    wishes: List
    wish: ListItem
    claim: Claim
    gift: Gift
    spark: Spark
    tag: ProductTag
    comment: Comment
    report: Report
    ruling: Ruling
    connection: Connection
    evidence: Evidence
    payout: Payout
    check: Check
    people: dict[str, User | None] = field(default_factory=dict)


def build(cast: ModuleType) -> World:
    mei, sol, lina, rhea = cast.mei(), cast.sol(), cast.lina(), cast.rhea()
    kai = with_handle(UserFactory(name="Kai Rivera"), "kai.builds")
    StorefrontFactory(influencer=InfluencerFactory(user=kai))
    product = ProductFactory(seller=sol.seller, slug="teal-mug", category=CategoryFactory(slug="home"))
    collection = CollectionFactory(storefront=mei.storefront, slug="mornings")
    order = OrderFactory(user=lina, number="ORDER1")
    befriend(lina, mei.user)
    wishes = ListFactory(owner=lina, audience="friends")
    wish = ListItemFactory(list=wishes, product=product, wanted=3)
    gift = Gift.objects.create(order=OrderFactory(user=mei.user, number="GIFT1"), recipient=lina, giver_name="Mei")
    spark = SparkFactory(author=mei.user, code="morning", topic=TopicFactory(slug="home"))
    tag = ProductTagFactory(photo=PhotoFactory(spark=spark), product=product)
    set_poll(spark=spark, question="Which?", options=[("This", product), ("That", None)], days=3)
    report = Report.objects.create(spark=spark, reporter=lina, reason="spam")
    hidden = Comment.objects.create(spark=spark, author=lina, words="Buy now", state="hidden")
    connection = mei.user.connections.get()
    evidence = Evidence.objects.create(connection=connection, picture=seal_bytes(b"RIFF-a-picture"))
    payout = PayoutFactory(payee__influencer=mei.influencer)
    Balance.objects.create(influencer=mei.influencer, currency="USD")
    return World(
        connection=connection,
        evidence=evidence,
        mei=mei,
        sol=sol,
        collection=collection,
        pick=PickFactory(collection=collection, product=product),
        order=order,
        line=OrderLineFactory(order=order, product=product, influencer=mei.influencer),
        cart_line=CartLineFactory(cart=CartFactory(user=lina)),
        wishes=wishes,
        wish=wish,
        claim=claim(item=wish, quantity=1, giver=mei.user),
        gift=gift,
        spark=spark,
        tag=tag,
        comment=Comment.objects.create(spark=spark, author=lina, words="Lovely"),
        report=report,
        ruling=Ruling.objects.create(spark=spark, comment=hidden, kind="hide", reason="spam", by=rhea),
        payout=payout,
        check=Check.objects.create(kind="ledger", rows=0),
        application=ApplicationFactory(user=UserFactory(name="Grace Lin")),
        people={
            "guest": None, "stranger": cast.otto(), "owner": mei.user, "other creator": kai, "buyer": lina,
            "reviewer": rhea, "seller": sol.user,
        },
    )  # fmt: skip
