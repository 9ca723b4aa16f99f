"""What the shop's pages show, and the gates to it. A page costs the same number of queries however full the shop is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.circle import Tie, are_blocked, common_friends, friends_of, known_to, person_at, tie
from accounts.models import Follow, Handle, User
from catalog.models import Product
from catalog.queries import search_products
from core.paging import Page, page_of
from influencers.models import Influencer, SocialAccount
from lists.queries import ListCard, lists_on_profile
from orders.ownership import owned_pairs
from storefront.models import Collection, Pick, Removal, Storefront

Visitor = AbstractBaseUser | AnonymousUser
PAGE_SIZE = 24
MOSAIC = 3
FOUND = 12
OWN_ORDER = ("collection__position", "collection_id", "position", "pk")
SORTS: dict[str, tuple[str, ...]] = {
    "own": OWN_ORDER,
    "newest": ("-added_at", "-pk"),
    "price": ("product__price_minor", "pk"),
}


@dataclass(frozen=True, slots=True)
class CollectionCard:
    """A collection as its photo, or else as a mosaic of its first three pictures."""

    pk: int
    slug: str
    title: str
    note: str
    count: int
    photo: str
    images: list[str]


@dataclass(frozen=True, slots=True)
class ShopHead:
    """What stands on top of every page of a shop."""

    storefront: Storefront
    person: User
    is_owner: bool
    followers: int
    tie: Tie
    collections: list[CollectionCard]
    picks: int

    @property
    def address(self) -> str:
        """The shop's full address, as people share it."""
        return urljoin(settings.SITE_URL, self.storefront.get_absolute_url())

    @property
    def picture(self) -> str:
        """The full address of the picture that stands for the shop, or an empty string."""
        picture = self.storefront.cover_url or self.person.avatar_url
        return urljoin(settings.SITE_URL, picture) if picture else ""

    @property
    def shows_sparks(self) -> bool:
        """Her Sparks stand beside her shop for this visitor."""
        friends = self.person.shows_sparks_to == User.Audience.FRIENDS and self.tie.is_friend
        return self.is_owner or friends or self.person.shows_sparks_to == User.Audience.EVERYONE


@dataclass(frozen=True, slots=True)
class ShopPage:
    """One page of a shop's picks."""

    head: ShopHead
    page: Page
    source: str
    # The products on it that the creator has, delivered and kept.
    owned: set[int]
    q: str = ""
    sort: str = "own"
    chosen: CollectionCard | None = None


@dataclass(frozen=True, slots=True)
class CollectionPage:
    """One collection with the one that follows it."""

    head: ShopHead
    card: CollectionCard
    page: Page
    source: str
    owned: set[int]
    next_card: CollectionCard | None


@dataclass(frozen=True, slots=True)
class Network:
    """A social network that the creator's application named."""

    label: str
    handle: str


# --- Gates


def shop_for_visitor(handle: str, user: Visitor) -> Storefront:
    """The shop at this handle; 404 for one that is suspended, and for a draft unless the visitor owns it."""
    shops = Storefront.objects.select_related("influencer__user").filter(
        influencer__user__handle=handle, influencer__user__is_active=True, influencer__state=Influencer.State.ACTIVE
    )
    shop = shops.first()
    if shop is None or not (shop.is_published or shop.influencer.user_id == user.pk):
        raise Http404
    if are_blocked(user.pk, shop.influencer.user_id):
        raise Http404
    return shop


def handle_now(handle: str) -> str | None:
    """The handle that its owner carries today, where ``handle`` is one she gave up; else None."""
    if "\0" in handle:
        return None
    old = Handle.objects.filter(name=handle.lower(), released_at__isnull=False).select_related("owner").first()
    return old.owner.handle if old and old.owner.is_active else None


def shop_of(influencer: Influencer) -> Storefront | None:
    """Her shop, or None while she has not opened it."""
    return Storefront.objects.select_related("influencer__user").filter(influencer=influencer).first()


def own_collection(influencer: Influencer, pk: int) -> Collection:
    """One of her collections; 404 for anybody else's."""
    mine = Collection.objects.select_related("storefront__influencer__user")
    return get_object_or_404(mine, pk=pk, storefront__influencer=influencer)


def own_pick(influencer: Influencer, pk: int) -> Pick:
    """One of her picks; 404 for anybody else's."""
    mine = Pick.objects.select_related("product", "collection__storefront__influencer__user")
    return get_object_or_404(mine, pk=pk, collection__storefront__influencer=influencer)


def own_removal(influencer: Influencer, pk: int) -> Removal:
    """Something she removed; 404 for anybody else's."""
    return get_object_or_404(Removal, pk=pk, storefront__influencer=influencer)


def product_to_pick(pk: int) -> Product:
    """The product with this id, whether on sale or not; 404 for one that is not there."""
    return get_object_or_404(Product, pk=pk)


# --- The public pages


def shop_head(storefront: Storefront, user: Visitor) -> ShopHead:
    """Identity, figures and the collections that have something to show."""
    person = storefront.influencer.user
    followers = Follow.objects.filter(followed=person)
    is_owner = person.pk == user.pk
    asks = user.is_authenticated and not is_owner
    return ShopHead(
        storefront=storefront,
        person=person,
        is_owner=is_owner,
        followers=followers.count(),
        tie=tie(cast("User", user) if asks else None, person),
        collections=_cards(storefront),
        picks=_shown(storefront).aggregate(n=Count("product", distinct=True))["n"],
    )


def shop_page(head: ShopHead, request: HttpRequest) -> ShopPage:
    """The picks that ``?q=``, ``?c=`` (a collection's slug), ``?sort=`` and ``?page=`` ask for; unknown: all."""
    q = request.GET.get("q", "").replace("\0", "").strip()[:100]
    sort = request.GET.get("sort", "own")
    sort = sort if sort in SORTS else "own"
    chosen = next((card for card in head.collections if card.slug == request.GET.get("c")), None)
    picks = _shown(head.storefront)
    if chosen:
        picks = picks.filter(collection_id=chosen.pk)
    if q:
        picks = picks.filter(Q(product__in=search_products(q).order_by().values("pk")) | Q(note__icontains=q))
    total = None if q else chosen.count if chosen else head.picks
    page = page_of(_for_cards(picks, SORTS[sort]), request, size=PAGE_SIZE, total=total)
    source = f"collection:{chosen.pk}" if chosen else "storefront"
    return ShopPage(head=head, page=page, source=source, owned=_owned(head, page), q=q, sort=sort, chosen=chosen)


def collection_page(head: ShopHead, slug: str, request: HttpRequest) -> CollectionPage:
    """One collection's picks in the creator's order, and the collection after it; 404 where nothing is to be seen."""
    slugs = [card.slug for card in head.collections]
    if slug not in slugs:
        raise Http404
    place = slugs.index(slug)
    card = head.collections[place]
    after = [*head.collections[place + 1 :], *head.collections[:place]]
    picks = _shown(head.storefront).filter(collection_id=card.pk)
    page = page_of(_for_cards(picks, OWN_ORDER), request, size=PAGE_SIZE, total=card.count)
    source = f"collection:{card.pk}"
    return CollectionPage(
        head=head, card=card, page=page, source=source, owned=_owned(head, page), next_card=after[0] if after else None
    )  # fmt: skip


def _owned(head: ShopHead, page: Page) -> set[int]:
    return {product for _person, product in owned_pairs([head.person.pk], [pick.product_id for pick in page.items])}


def networks_of(influencer: Influencer) -> list[Network]:
    """The networks that reviewers saw when they approved her."""
    rows = SocialAccount.objects.filter(application_id=influencer.application_id).order_by("platform", "pk")
    return [Network(label=row.get_platform_display(), handle=row.handle) for row in rows]


def _shown(storefront: Storefront) -> QuerySet[Pick]:
    """The picks that shoppers can buy."""
    return Pick.objects.filter(collection__storefront=storefront, product__is_active=True)


def _for_cards(picks: QuerySet[Pick], order: tuple[str, ...]) -> QuerySet[Pick]:
    """Each product once, at its first place in the creator's order, with what a card shows."""
    place = Window(RowNumber(), partition_by=F("product_id"), order_by=OWN_ORDER)
    first = picks.annotate(place=place).filter(place=1).values("pk")
    cards = Pick.objects.filter(pk__in=first).select_related("product", "collection")
    return cards.defer("product__description", "product__image_link", "collection__note").order_by(*order)


def _cards(storefront: Storefront) -> list[CollectionCard]:
    """The collections that hold something, in the creator's order, in one query."""
    place = Window(RowNumber(), partition_by=F("collection_id"), order_by=("position", "pk"))
    size = Window(Count("pk"), partition_by=F("collection_id"))
    rows = (
        _shown(storefront)
        .annotate(place=place, size=size)
        .filter(place__lte=MOSAIC)
        .order_by(*OWN_ORDER)
        .values_list(
            "collection_id",
            "collection__slug",
            "collection__title",
            "collection__note",
            "collection__photo",
            "size",
            "product__image",
        )
    )
    cards: dict[int, CollectionCard] = {}
    for pk, slug, title, note, photo, count, image in rows:
        if pk not in cards:
            photo_url = default_storage.url(photo) if photo else ""
            cards[pk] = CollectionCard(pk, slug, title, note, count, photo_url, [])
        if image:
            cards[pk].images.append(default_storage.url(image))
    return list(cards.values())


# --- The profile of people who have no shop


@dataclass(frozen=True, slots=True)
class Parts:
    """What of a person stands on her page for this viewer, as she shows it. Sparks and votes are loaded by the page."""

    lists: list[ListCard]
    friends: list[User]
    shows_sparks: bool
    shows_votes: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as this viewer may see her: each part as far as its owner shows it."""

    person: User
    tie: Tie
    parts: Parts
    followers: int
    common: int


def parts_of(person: User, between: Tie, viewer: User | None, *, seen_as: str = "") -> Parts:
    """The parts as far as she shows them to this viewer, and of her friends those of whom the viewer may know."""
    is_self = between.is_self and seen_as not in {"friend", "anyone"}
    is_friend = between.is_friend or (between.is_self and seen_as == "friend")
    circle = {User.Audience.EVERYONE} | ({User.Audience.FRIENDS} if is_friend else set())
    eyes = viewer if not between.is_self or is_self else None
    lists = lists_on_profile(person, eyes) if is_self or person.shows_lists_to in circle else []
    shows_friends = is_self or person.shows_friends_to in circle
    return Parts(
        lists,
        list(known_to(eyes, friends_of(person))[:24]) if shows_friends else [],
        shows_sparks=is_self or person.shows_sparks_to in circle,
        shows_votes=is_self or person.shows_votes_to in circle,
    )


def profile_page(handle: str, viewer: User | None, *, seen_as: str = "") -> Profile:
    """The profile at this handle; 404 for whoever may not know of her. Her owner may look at it as a friend or anyone."""
    person = person_at(handle, viewer)
    between = tie(viewer, person)
    parts = parts_of(person, between, viewer, seen_as=seen_as)
    return Profile(
        person=person,
        tie=between,
        parts=parts,
        followers=Follow.objects.filter(followed=person).count(),
        common=common_friends(viewer, person) if viewer is not None and not between.is_self else 0,
    )


# --- The editor


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the checklist of a new shop."""

    name: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class ShopEditor:
    """The editor's front page: the shop, its collections with their numbers, and what is left to do."""

    storefront: Storefront
    person: User
    collections: Sequence[Collection]
    picks: int
    steps: list[Step]
    removal: Removal | None = None


@dataclass(frozen=True, slots=True)
class FoundProduct:
    """A product that the search found, and whether the collection holds it."""

    product: Product
    is_picked: bool


@dataclass(frozen=True, slots=True)
class CollectionEditor:
    """One collection in the editor: its picks, what the search found, and what was just removed."""

    collection: Collection
    picks: list[Pick]
    q: str = ""
    found: list[FoundProduct] = field(default_factory=list)
    removal: Removal | None = None


ENOUGH_PICKS = 5


def shop_editor(storefront: Storefront, *, removal_pk: str = "") -> ShopEditor:
    """The editor's front page in two or three queries."""
    person = storefront.influencer.user
    collections = list(
        Collection.objects.filter(storefront=storefront).annotate(size=Count("picks")).order_by("position", "pk")
    )
    picks = sum(collection.size for collection in collections)
    has_look = bool(storefront.tagline or storefront.cover)
    steps = [
        Step("look", bool(person.handle) and has_look),
        Step("picks", picks >= ENOUGH_PICKS),
        Step("publish", storefront.is_published),
    ]
    return ShopEditor(
        storefront=storefront,
        person=person,
        collections=collections,
        picks=picks,
        steps=steps,
        removal=_removal(storefront.pk, removal_pk, of_collection=True),
    )


def collection_editor(collection: Collection, *, q: str = "", removal_pk: str = "") -> CollectionEditor:
    """One collection with all its picks, and up to twelve products that match ``q``."""
    picks = list(
        Pick.objects.filter(collection=collection)
        .select_related("product")
        .defer("product__description", "product__image_link")
        .order_by("position", "pk")
    )
    q = q.replace("\0", "").strip()[:100]
    return CollectionEditor(
        collection=collection,
        picks=picks,
        q=q,
        found=_found(q, {pick.product_id for pick in picks}) if q else [],
        removal=_removal(collection.storefront_id, removal_pk, of_collection=False),
    )


def _found(q: str, taken: Iterable[int]) -> list[FoundProduct]:
    return [FoundProduct(product=product, is_picked=product.pk in taken) for product in search_products(q)[:FOUND]]


def _removal(storefront_id: int, pk: str, *, of_collection: bool) -> Removal | None:
    """What was just removed, if it can still be put back."""
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    removal = Removal.objects.filter(pk=int(pk), storefront_id=storefront_id).first()
    return removal if removal and bool(removal.content["collection"]) is of_collection else None


def collection_names(influencer: Influencer, ids: Iterable[int]) -> dict[int, str]:
    """The titles of those of the collections that are hers."""
    own = Collection.objects.filter(storefront__influencer=influencer, pk__in=ids)
    return dict(own.values_list("pk", "title"))
