"""Somebody who did everything that can be done here, and said "zqx" wherever she could."""

from dataclasses import dataclass
from datetime import date, timedelta
from types import ModuleType

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import Block, Mute, User
from accounts.services import circle, profile
from accounts.vault import Place, keep_address, open_sealed
from catalog.models import Product
from commissions.models import Act, Payout, ProviderEvent
from commissions.services import appealing, deciding, holding, ledger, payouts
from core.sealing import seal, seal_bytes
from influencers.models import Appeal as Declined
from influencers.models import (
    Application,
    ApplicationEvent,
    Click,
    ConductEvent,
    CreatorCode,
    Evidence,
    Influencer,
    Link,
    ProofTry,
    Sanction,
    SignInState,
    Snapshot,
)
from lists.models import Claim, List, ListFollow, ListItem, ListMember, Reveal
from lists.services.giving import claim
from notifications.services import notify, send_mail
from orders.models import Gift, OrderLine, Payment, Refund, SellerMember
from sparks.models import (
    Appeal,
    Badge,
    Comment,
    DroppedPhoto,
    Helpful,
    KeptSpark,
    Less,
    Poll,
    PollVote,
    Ruling,
    SellerFollow,
    Spark,
    SparkEdit,
    TopicFollow,
)
from sparks.services import acts
from sparks.services.polls import set_poll
from storefront.models import Removal
from tests.cast import Mei, Sol
from tests.factories.accounts import UserFactory, befriend
from tests.factories.catalog import ProductFactory
from tests.factories.commissions import PayeeFactory
from tests.factories.influencers import ApplicationFactory, InfluencerFactory
from tests.factories.lists import ListFactory, ListItemFactory
from tests.factories.orders import CartFactory, CartLineFactory, OrderFactory, OrderLineFactory
from tests.factories.sparks import PhotoFactory, ProductTagFactory, SparkFactory, TopicFactory
from tests.factories.storefront import CollectionFactory, PickFactory, StorefrontFactory

MARK = "zqx"
HANDLE = "zqxhome"
PLACE = Place("Zqxanna Zqxdale", "1 Zqx Street", "Zqx Court", "ZQX 1", "Zqxton", "FR", "zqx-555")
FRIENDS_PLACE = Place("Lina Moreau", "77 Qyfriend Lane", "", "QY 7", "Qytown", "FR", "qy-777")


@dataclass
class World:
    """Whom and what she meets."""

    mei: Mei
    sol: Sol
    rhea: User
    application: Application
    product: Product
    wishes: List
    wish: ListItem
    spark: Spark


def build(cast: ModuleType) -> World:
    mei, sol, lina, rhea = cast.mei(), cast.sol(), cast.lina(), cast.rhea()
    product = ProductFactory(seller=sol.seller, slug="teal-mug")
    wishes = ListFactory(owner=lina, audience="friends")
    spark = SparkFactory(author=mei.user, code="morning", topic=TopicFactory(slug="home"))
    set_poll(spark=spark, question="Which?", options=[("This", product), ("That", None)], days=3)
    return World(
        mei=mei, sol=sol, rhea=rhea, application=ApplicationFactory(), product=product, wishes=wishes,
        wish=ListItemFactory(list=wishes, product=product, wanted=3), spark=spark,
    )  # fmt: skip


@dataclass
class History:
    """The person, her world, and what others have of it."""

    world: World
    her: User
    influencer: Influencer
    lina: User
    reply: Comment
    files: list[str]


def stored(name: str) -> str:
    return default_storage.save(name, ContentFile(b"RIFF-zqx-picture"))


def live(cast: ModuleType) -> History:
    world = build(cast)
    mei, lina, rhea = world.mei.user, world.wishes.owner, world.rhea
    profile.claim_handle(user=lina, name="lina.moreau")
    now = timezone.now()
    her = UserFactory(
        name="Zqxanna Zqxdale",
        email="zqxanna@example.com",
        bio="Zqx is my word",
        born_on=date(1990, 5, 31),
        is_staff=True,
    )
    profile.claim_handle(user=her, name="zqx.before")
    profile.claim_handle(user=her, name=HANDLE)
    her.avatar = stored("avatars/zqx.webp")
    her.findable_by = "everyone"
    her.save()
    profile.index_person(her)
    her.emailaddress_set.create(email="zqx.second@example.com", verified=True)
    files = [str(her.avatar)]

    # --- Friends, addresses
    befriend(her, lina)
    circle.follow(follower=her, followed=mei)
    circle.follow(follower=mei, followed=her)
    stranger, enemy = UserFactory(name="Qyasker Person"), UserFactory(name="Qyenemy Person")
    circle.ask_to_be_friends(asker=her, asked=stranger)
    Block.objects.create(blocker=her, blocked=UserFactory())
    Block.objects.create(blocker=enemy, blocked=her)
    Mute.objects.create(user=her, muted=UserFactory())
    Mute.objects.create(user=enemy, muted=her)
    address = keep_address(user=her, label="Zqx home", place=PLACE)
    open_sealed(address.sealed, owner_id=her.pk, by=her, purpose="checkout", about="cart")
    keep_address(user=lina, label="Home", place=FRIENDS_PLACE)

    # --- Buying and giving
    home = {
        "name": PLACE.name, "address": PLACE.address, "address_2": PLACE.address_2, "postcode": PLACE.postcode,
        "city": PLACE.city, "phone": PLACE.phone,
    }  # fmt: skip
    CartLineFactory(cart=CartFactory(user=her, key="zqx-cart"))
    CartFactory(user=mei, recipient=her)
    sent = {"shipped_at": now - timedelta(days=40), "returnable_until": now - timedelta(days=10), "delivered_at": now}
    bought = OrderFactory(user=her, number="ZBUY1", token="zqx-order-token", place_hash="zqx-place", **home)
    line = OrderLineFactory(order=bought, influencer=world.mei.influencer, **sent)
    OrderFactory(user=None, number="ZGUEST", email="Zqx.Second@example.com", state="shipped", **home)
    OrderFactory(user=her, number="ZUNPAID", state="unpaid", paid_at=None, **home)
    Payment.objects.create(
        order=bought, gateway="test", reference="test_1", state="succeeded", amount_minor=2400, currency="USD",
        card_hash="zqx-card",
    )  # fmt: skip
    Refund.objects.create(line=line, amount_minor=400, cumulative_minor=400, reason="Zqx said it broke", by=rhea)
    OrderLine.objects.filter(pk=line.pk).update(refunded_minor=400)
    for to, by, words in ((her, mei, "For you, Zqx"), (lina, her, "From your Zqx")):
        order = OrderFactory(user=by, number=f"ZGIFT{by.pk}")
        OrderLineFactory(order=order, **sent)
        place = PLACE if to is her else FRIENDS_PLACE
        Gift.objects.create(
            order=order, recipient=to, giver_name="Qysurprise Giver" if by is mei else by.name, message=words,
            state="accepted", sealed=seal(str(place)), answered_at=now,
        )  # fmt: skip
    waiting = OrderFactory(user=lina, number="ZWAIT")
    OrderLineFactory(order=waiting)
    Gift.objects.create(order=waiting, recipient=her, giver_name="Lina")
    deciding.accrue_for(bought)
    for kind, pk in (("order_receipt", f"receipt-{bought.pk}"), ("order_shipped", f"shipped-{bought.pk}-1")):
        send_mail(
            kind=kind, to="elsewhere@example.com", language="en", key=pk, data={"number": "ZBUY1", "name": her.name}
        )

    # --- Lists
    files += [stored("lists/covers/zqx.webp"), stored("lists/zqx.webp")]
    wishes = ListFactory(owner=her, name="Zqx wishes", slug="zqx-wishes", audience="public", cover=files[-2])
    wish = ListItemFactory(
        list=wishes, title="Zqx thing", note="In zqx blue", picture=files[-1], product=None, wanted=3
    )
    claim(item=wish, quantity=1, giver=mei, name="Qyclaimer Mei")
    claim(item=wish, quantity=1, email="qyguest@example.com", name="Qyguest")
    ListMember.objects.create(list=wishes, user=lina)
    ListFollow.objects.create(list=wishes, user=mei, token="zqx-link")
    ListFollow.objects.create(list=world.wishes, user=her)
    ListMember.objects.create(list=world.wishes, user=her, role="suggest")
    ListItemFactory(list=world.wishes, added_by=her, bringer=her, note="Zqx would love it")
    ListItemFactory(list=world.wishes, added_by=her, title="Zqx idea", is_suggestion=True)
    ListFactory(owner=mei, kind="gift", recipient=her, recipient_name="Zqx")
    Reveal.objects.create(list=wishes, by=her)
    taken = claim(item=world.wish, quantity=1, giver=her)
    Claim.objects.filter(pk=taken.pk).update(message="From zqx with love", shows_name=True)
    claim(item=world.wish, quantity=1, email="zqxanna@example.com", name="Zqx")

    # --- Sparks
    files += [stored("sparks/zqx-s.webp"), stored("sparks/zqx-l.webp"), stored("sparks/zqx.mp4")]
    spark = SparkFactory(author=her, words="Zqx morning", code="zqxcode", topic=world.spark.topic)
    photo = PhotoFactory(spark=spark, small=files[-3], large=files[-2], film=files[-1], alt="Zqx shelf")
    ProductTagFactory(photo=photo, product=world.product)
    files += [stored("sparks/zqx-dropped.webp"), stored("sparks/zqx-share.jpg")]
    DroppedPhoto.objects.create(spark=spark, photo={"small": files[-2], "large": files[-2], "film": "", "alt": "Zqx"})
    Spark.objects.filter(pk=spark.pk).update(share=files[-1])
    SparkEdit.objects.create(spark=spark, words="Zqx before", topic_slug="home")
    set_poll(spark=spark, question="Which zqx?", options=[("Zqx one", None), ("Two", None)], days=3)
    acts.comment(spark=spark, author=mei, words="How nice")
    first = acts.comment(spark=world.spark, author=her, words="Zqx says hello")
    reply = acts.comment(spark=world.spark, author=lina, words="Hello back", parent=first)
    lonely = acts.comment(spark=world.spark, author=her, words="Zqx again")
    acts.set_liked(spark=world.spark, user=her, on=True)
    acts.set_liked(spark=spark, user=lina, on=True)
    Helpful.objects.create(comment=reply, user=her)
    Comment.objects.filter(pk=reply.pk).update(helpful=1)
    Helpful.objects.create(comment=first, user=mei)
    acts.record_views(sparks=[world.spark], visitor=f"m{her.pk}")
    acts.set_wanted(product=world.product, user=her, on=True)
    poll = Poll.objects.get(spark=world.spark)
    PollVote.objects.create(poll=poll, option=poll.options.all()[0], user=her)
    TopicFollow.objects.create(user=her, topic=world.spark.topic)
    SellerFollow.objects.create(user=her, seller=world.sol.seller)
    Badge.objects.create(user=her, topic=world.spark.topic, level="knows", helped=5, owned=1)
    Less.objects.create(user=her, author=lina)
    KeptSpark.objects.create(spark=world.spark, list=world.wishes, by=her)
    acts.report(spark=world.spark, reporter=her, reason="spam", note="Zqx thinks so")
    acts.report(spark=spark, reporter=enemy, reason="hate", note="Qyreporter does not like it")
    hidden = Ruling.objects.create(spark=spark, kind="hide", reason="hate", note="Qydesk note", by=rhea)
    Appeal.objects.create(ruling=hidden, author=her, words="Zqx appeals", hidden_by=rhea)
    Ruling.objects.create(spark=world.spark, comment=lonely, kind="hold", reason="spam", note="Qydesk again")
    Ruling.objects.create(spark=world.spark, kind="dismiss", note="Reviewed at the desk", by=her)

    # --- The programme
    influencer = InfluencerFactory(user=her)
    application = influencer.application
    type(application).objects.filter(pk=application.pk).update(
        pitch="Zqx pitches", question="Zqx?", answer="Zqx answers", note="Welcome, Zqx", display_name="Zqxanna",
        score={"accounts": [{"handle": "zqxgram"}]},
    )  # fmt: skip
    account = application.accounts.get()
    type(account).objects.filter(pk=account.pk).update(handle="zqxgram", evidence_url="https://example.com/zqxgram")
    for kind, note in (("answered", "Zqx answers"), ("noted", "Qyreviewer: odd figures"), ("approved", "Welcome, Zqx")):
        ApplicationEvent.objects.create(application=application, actor=rhea, kind=kind, note=note)
    ApplicationEvent.objects.create(application=world.application, actor=her, kind="noted", note="Seen")
    Declined.objects.create(
        application=application, against=rhea, finding="Zqx bought them", words="Zqx did not", answer="Then, zqx"
    )
    connection = account.connection
    type(connection).objects.filter(pk=connection.pk).update(
        handle="zqxgram", key="zqxgram", skeleton="zqxgram", tokens=seal("zqx-access"), code=seal("zqx-code"),
        refusal="Sorry, Zqx", platform_id="zqx-1",
    )  # fmt: skip
    Evidence.objects.create(connection=connection, picture=seal_bytes(b"RIFF-zqx-evidence"))
    look = Snapshot.objects.create(
        connection=connection, source="platform", recent=[{"url": "https://example.com/zqx"}]
    )
    # As a reviewer who looked at her posts leaves it (influencers.services.picturing).
    cache.set(f"post-picture-{look.pk}-0", "zqx", 600)
    SignInState.objects.create(connection=connection, state_hash="zqx-state", verifier=seal("zqx"), expires_at=now)
    ProofTry.objects.create(user=her, platform="instagram", key="zqxgram")
    CreatorCode.objects.create(influencer=influencer, code="ZQX10")
    Link.objects.create(influencer=influencer, code="abcdefgh", name="Zqx letter", path="")
    Click.objects.create(influencer=influencer, source="storefront", visitor="v" * 32, hour=now)
    sanction = Sanction.objects.create(
        influencer=influencer, kind="warning", reason="spam", evidence="Zqx wrote too much", by=rhea, appeal_until=now,
        appeal="Zqx did not", answer="Zqx did", state="ended",
    )  # fmt: skip
    ConductEvent.objects.create(influencer=influencer, sanction=sanction, actor=rhea, kind="warning", note="spam: Zqx")
    files += [
        stored("covers/zqx-w.webp"),
        stored("covers/zqx-s.webp"),
        stored("covers/zqx-c.webp"),
        stored("covers/zqx-r.webp"),
    ]
    shop = StorefrontFactory(
        influencer=influencer, tagline="Zqx lines", about="Zqx about", cover=files[-4], cover_small=files[-3]
    )
    PickFactory(
        collection=CollectionFactory(storefront=shop, title="Zqx shelf", slug="zqx-shelf", photo=files[-2]), note="Zqx"
    )
    Removal.objects.create(
        storefront=shop, content={"collection": {"title": "Zqx old", "photo": files[-1]}, "picks": [{"note": "zqx"}]}
    )
    SellerMember.objects.create(user=her, seller=world.sol.seller)

    # --- Money: earned, held and released, paid out to the last cent
    payee = PayeeFactory(
        influencer=influencer,
        name="Zqxanna Zqxdale",
        sealed=seal('{"account": "DE89ZQX", "bank_code": ""}'),
        ending="ZQX0",
    )
    sold = OrderLineFactory(order=OrderFactory(user=lina), influencer=influencer, unit_price_minor=600_000, **sent)
    deciding.accrue_for(sold.order)
    hold = holding.hold(line=sold, influencer=influencer, reason="other", evidence="Zqx looked odd", by=rhea)
    appealing.appeal(hold=hold, words="Zqx is honest")
    holding.release(hold=hold, by=rhea, note="Zqx was right")
    ledger.clear_for(sold.order)
    Act.objects.create(kind="settled", actor=her, note="Done at the desk")
    payouts.run(slot="2026-11-27")
    payout = Payout.objects.get(influencer=influencer)
    Payout.objects.filter(pk=payout.pk).update(state="sending")
    payouts.mark_paid(payout=Payout.objects.get(pk=payout.pk), by=rhea, reference="bank 1")
    type(payee).objects.filter(pk=payee.pk).update(reference="acct_1")
    ProviderEvent.objects.create(
        source="stripe", event_id="evt_1", kind="account.updated", subject="acct_1", body="Zqxanna"
    )

    # --- What tells of her elsewhere
    notify(recipient=her, kind="friend_asked", data={"name": "Zqx"}, url="/friends")
    notify(recipient=lina, actor=her, kind="friend_asked", data={"name": her.name}, url=f"/@{HANDLE}")
    for model, row in (("user", her), ("application", application), ("order", bought)):
        LogEntry.objects.create(
            user=rhea, content_type=ContentType.objects.get(app_label=row._meta.app_label, model=model), object_id=str(row.pk),
            object_repr=str(row) + " zqx", action_flag=CHANGE, change_message="zqx",
        )  # fmt: skip
    LogEntry.objects.create(user=her, object_id="1", object_repr="Qyperson Elsewhere", action_flag=CHANGE)
    her.refresh_from_db()
    return History(world, her, influencer, lina, reply, files)
