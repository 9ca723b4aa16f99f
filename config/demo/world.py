"""Build the demo world: catalogue, people, applications, shops, and their three months."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import Follow, User
from accounts.services.profile import claim_handle
from catalog.models import Category, Product, Seller
from catalog.services import save_product
from commissions.models import Rate
from commissions.qualifying import report_sales
from commissions.services import payees
from config.demo import PASSWORD
from config.demo.catalogue import CATEGORIES, PRODUCTS, SELLERS
from config.demo.circle import add_circle
from config.demo.history import noon, write_history
from config.demo.people import PEOPLE, DemoPerson
from config.demo.programme import add_programme
from config.demo.proofs import add_connection
from config.demo.sparks import add_sparks
from influencers.models import Application, ApplicationEvent, Influencer, SocialAccount
from influencers.services.indexing import keep_words
from influencers.services.judging import keep_risk
from influencers.services.weighing import store_score
from notifications.models import Mail, Notice
from orders.models import SellerMember
from storefront.models import Collection, Pick, Storefront

SEED = 2017
ART = Path(settings.BASE_DIR) / "static" / "demo"
Say = Callable[[str], None]


def is_loaded() -> bool:
    """The world stands already: its first creator is here."""
    return User.objects.filter(email=PEOPLE[0].email).exists()


def picture(folder: str, name: str) -> str:
    """The path in our storage of a picture of the demo art, copied there the first time."""
    path = f"demo/{folder}/{name}.webp"
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile((ART / folder / f"{name}.webp").read_bytes()))
    return path


def add_catalogue(today: date) -> dict[str, Product]:
    """Categories with their rates, sellers, and the products with their variants; by slug."""
    categories: dict[str, Category] = {}
    for row in CATEGORIES:
        parent, _, slug = row.path.rpartition("/")
        categories[row.path] = Category.objects.create(
            slug=slug, path=row.path, name=row.name, names={"zh-hans": row.zh}, parent=categories.get(parent)
        )
        starts_on = today - timedelta(days=400)
        Rate.objects.create(
            category=categories[row.path], rate_bps=row.rate_bps, starts_on=starts_on, announced_at=noon(starts_on)
        )
    first_day = today - timedelta(days=400)
    Rate.objects.create(category=None, rate_bps=400, starts_on=first_day, announced_at=noon(first_day))
    sellers = {slug: Seller.objects.create(slug=slug, name=name) for slug, (name, _) in SELLERS.items()}
    by_brand = {brand: sellers[slug] for slug, (_, brands) in SELLERS.items() for brand in brands}
    products = {}
    for item in PRODUCTS:
        label, values = item.options or ("", ("",))
        products[item.slug] = save_product(
            seller=by_brand[item.brand],
            external_id=item.slug,
            slug=item.slug,
            name=item.name,
            names={"zh-hans": item.zh},
            brand=item.brand,
            description=item.description,
            category=categories[item.category],
            currency="USD",
            image=picture("products", item.slug),
            return_window_days=item.return_window_days,
            variants=[
                {
                    "external_id": f"{item.slug}-{value}" if value else item.slug,
                    "options": {label: value} if value else {},
                    "price_minor": item.price_minor,
                    "list_price_minor": item.list_price_minor,
                    "stock": item.stock,
                }
                for value in values
            ],
        )
    return products


def add_person(person: DemoPerson, joined_at: datetime, password: str) -> User:
    """A member with a confirmed address and, where there is one, her portrait."""
    user = User.objects.create(
        email=person.email, name=person.name, language=person.language, password=password, date_joined=joined_at,
        bio=person.shop.tagline if person.shop else "",
        avatar=picture("avatars", person.slug) if person.portrait else "",
    )  # fmt: skip
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def add_application(person: DemoPerson, user: User, reviewer: User, now: datetime) -> Application:
    """Her application in the state that the story gives it, scored by the real rule."""
    state = Application.State.APPROVED if person.shop else Application.State(person.application)
    sent_at = now - timedelta(days=person.days_ago, hours=7)
    decided_at = sent_at + timedelta(hours=31)
    decided = state in {Application.State.APPROVED, Application.State.DECLINED}
    application = Application.objects.create(
        user=user, state=state, display_name=person.name, country=person.country, topics=list(person.topics),
        pitch=person.pitch, created_at=sent_at - timedelta(minutes=20),
        submitted_at=None if state == Application.State.DRAFT else sent_at,
        decided_at=decided_at if decided else None, decided_by=reviewer if decided else None,
        reason=person.reason, note=person.note, question=person.question,
        reapply_on=(decided_at + timedelta(days=30)).date() if state == Application.State.DECLINED else None,
    )  # fmt: skip
    links = {
        "facebook": "facebook.com/",
        "instagram": "instagram.com/",
        "youtube": "youtube.com/@",
        "x": "x.com/",
        "tiktok": "tiktok.com/@",
    }
    for account in person.accounts:
        SocialAccount.objects.create(
            application=application, connection=add_connection(account, user, reviewer, sent_at, now), platform=account.platform, handle=account.handle, followers=account.followers,
            average_likes=account.likes, average_comments=account.comments, average_views=account.views,
            posts_in_60_days=account.posts, relevance=account.relevance, opened_on=(now - timedelta(days=account.age_days)).date(),
            evidence_url=f"https://www.{links[account.platform]}{account.handle}",
        )  # fmt: skip
    if state == Application.State.DRAFT:
        return application
    store_score(application, today=sent_at.date())
    keep_risk(application)
    keep_words(application)
    events = [("submitted", "draft", "submitted", user, sent_at)]
    if state == Application.State.NEEDS_MORE:
        events.append(("asked", "submitted", "needs_more", reviewer, decided_at))
    elif decided:
        kind = "approved" if state == Application.State.APPROVED else "declined"
        events.append((kind, "submitted", kind, reviewer, decided_at))
    for kind, before, after, actor, at in events:
        ApplicationEvent.objects.create(
            application=application, actor=actor, kind=kind, before=before, after=after, at=at,
            reason=person.reason if kind == "declined" else "",
            note=(person.note or person.question) if kind in {"declined", "asked"} else "",
        )  # fmt: skip
    return application


def add_shop(person: DemoPerson, user: User, application: Application, products: dict[str, Product]) -> Storefront:
    """Her published storefront with its collections and picks."""
    shop = person.shop
    assert shop is not None  # noqa: S101  (only people with a shop come here)
    claim_handle(user=user, name=shop.handle)
    opened_at = (application.decided_at or application.created_at) + timedelta(hours=9)
    influencer = Influencer.objects.create(user=user, application=application, approved_at=opened_at)
    cover = picture("covers", shop.cover)
    storefront = Storefront.objects.create(
        influencer=influencer, tagline=shop.tagline, about=shop.about, theme=shop.theme, cover=cover, cover_small=cover,
        published_at=opened_at,
    )  # fmt: skip
    for position, (title, note, photo, picks) in enumerate(shop.collections):
        collection = Collection.objects.create(
            storefront=storefront, title=title, slug=title.lower().replace(",", "").replace(" ", "-"), note=note,
            photo=picture("photos", photo) if photo else "", position=position, created_at=opened_at,
        )  # fmt: skip
        Pick.objects.bulk_create(
            Pick(collection=collection, product=products[slug], note=words, position=place, added_at=opened_at)
            for place, (slug, words) in enumerate(picks)
        )
    return storefront


def add_follows(users: dict[str, User], now: datetime) -> None:
    """Who follows whom: Lina the three she buys from, the others a few each."""
    rng = random.Random(SEED)  # noqa: S311  (an invented world)
    shops = [users[person.slug] for person in PEOPLE if person.shop]
    for slug, user in users.items():
        for followed in shops[:3] if slug == "lina" else rng.sample(shops, k=3):
            if followed != user:
                at = now - timedelta(days=rng.randrange(1, 60))
                Follow.objects.get_or_create(follower=user, followed=followed, defaults={"created_at": at})


def set_up_payees(users: dict[str, User], now: datetime) -> None:
    """Where the money of two goes, by bank; the others have not said it yet."""
    for slug, iban in [("mei", "DE89370400440532013000"), ("kai", "GB29NWBK60161331926819")]:
        payees.set_up(
            influencer=Influencer.objects.get(user=users[slug]), currency="USD", method="bank", country=iban[:2],
            name=users[slug].name, account=iban, born_on=date(1991, 5, 4), now=now - timedelta(days=88),
        )  # fmt: skip


def settle_news(now: datetime) -> None:
    """What the months before told by notice and mail is old: mails count as sent, notices as read but for the newest."""
    Mail.objects.filter(sent_at__isnull=True).update(sent_at=now)
    for user in User.objects.all():
        newest = list(Notice.objects.filter(recipient=user).order_by("-pk").values_list("pk", flat=True)[:12])
        Notice.objects.filter(recipient=user).exclude(pk__in=newest).delete()
        for age, pk in enumerate(newest):
            at = now - timedelta(hours=5 + age * 19)
            Notice.objects.filter(pk=pk).update(created_at=at, read_at=None if age < 2 else at + timedelta(hours=2))


def load(*, today: date, say: Say, tick: Callable[[], None]) -> int:
    """Build the world as it stands on a day (UTC). The same day gives the same world. Returns the number of orders."""
    now = datetime(today.year, today.month, today.day, 6, tzinfo=UTC)
    say("Products and rates")
    products = add_catalogue(today)
    say("People and their applications")
    password = make_password(PASSWORD)
    users = {person.slug: add_person(person, now - timedelta(days=130), password) for person in PEOPLE}
    staff = User.objects.create(
        email="staff@demo.example", name="Site staff", password=password, is_staff=True, is_superuser=True
    )
    EmailAddress.objects.create(user=staff, email=staff.email, verified=True, primary=True)
    reviewer = users["omar"]
    reviewer.is_staff = True
    reviewer.save(update_fields=["is_staff"])
    reviewer.user_permissions.add(Permission.objects.get(codename="change_application"))
    reviewer.user_permissions.add(Permission.objects.get(codename="view_application"))
    SellerMember.objects.create(user=users["ada"], seller=Seller.objects.get(slug="atelier-noma"))
    shops: list[tuple[Storefront, int, int]] = []
    say("Shops")
    for person in PEOPLE:
        if not (person.shop or person.application):
            continue
        application = add_application(person, users[person.slug], reviewer, now)
        if person.shop:
            storefront = add_shop(person, users[person.slug], application, products)
            shops.append((storefront, person.shop.visitors, person.shop.growth))
    add_follows(users, now)
    say("Three months of visits and orders")
    members = [users["lina"], users["grace"], users["ingrid"], users["jun"]]
    set_up_payees(users, now)
    orders = write_history(shops, members, staff, today=today, now=now, seed=SEED, tick=tick)
    report_sales(limit=orders)
    say("Rates, campaigns, codes and channels")
    add_programme(users, products, now, today)
    say("Friends, lists and gifts")
    add_circle(users, products, today)
    say("Sparks")
    add_sparks(users, products, now, picture)
    settle_news(now)
    return orders
