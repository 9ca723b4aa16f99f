"""What the pages of lists show, and the gates to them. A page costs the same number of queries however long the list is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Prefetch, Q, Window
from django.db.models.functions import Coalesce, RowNumber
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.circle import are_blocked, are_friends, blocks_between, muted_by
from accounts.models import Friend, User
from catalog.models import Product, Variant
from core.paging import Page, page_of
from influencers.models import Influencer
from lists import visibility
from lists.models import Claim, List, ListFollow, ListItem, ListMember
from lists.services.giving import LIVE
from lists.visibility import NOTHING, Audience, Kind, Rights, Role, Viewer
from orders.models import OrderLine
from orders.ownership import owned_pairs

PAGE_SIZE = 24
MOSAIC = 4
SAVED = "saved"
PRICE = Coalesce("variant__price_minor", "product__price_minor", "price_minor")
SORTS: dict[str, tuple[Any, ...]] = {
    "own": ("position", "pk"),
    "priority": ("-priority", "position", "pk"),
    "price": (PRICE.asc(nulls_last=True), "pk"),
    "newest": ("-added_at", "-pk"),
}


@dataclass(frozen=True, slots=True)
class ListCard:
    """A list as its card shows it."""

    row: List
    count: int
    pictures: list[str]


@dataclass(frozen=True, slots=True)
class Overview:
    """The page of all lists: her own, those shown to her by name, those of friends, those she follows."""

    mine: list[ListCard]
    named: list[ListCard]
    friends: list[ListCard]
    followed: list[ListCard]
    kind: str
    counts: dict[str, int]
    removed: List | None
    # What she took upon herself and has not bought, and what she bought lately.
    gifts: list[Claim]


@dataclass(frozen=True, slots=True)
class Row:
    """An item as one viewer sees it. What others took is in it for givers alone."""

    item: ListItem
    free: int = 0
    is_taken: bool = False
    mine: Claim | None = None
    # What is claimed when it is bought: the item, or the wish from which it was pulled.
    wish: ListItem | None = None
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list as one viewer sees it."""

    row: List
    rights: Rights
    page: Page
    rows: list[Row]
    suggestions: list[ListItem]
    total: int
    sort: str
    show: str
    q: str
    # The creator who earns when others buy from this list, if its owner is one.
    creator: Influencer | None
    is_following: bool
    followers: int
    # On a public idea list: the noted products that its owner has.
    owned: set[int]
    # Gift lists: what the chosen and bought things cost, and what the friend wishes for.
    planned_minor: int = 0
    wishes: Sequence[ListItem] = ()
    before: Sequence[Claim] = ()

    @property
    def source(self) -> str:
        """How commissions name this list."""
        return f"list:{self.row.pk}"


# --- Gates


def viewer_of(row: List, user: User | None, *, token: str = "") -> Viewer:
    """The facts between somebody and a list, as the rule of visibility asks for them."""
    has_link = bool(token) and token == row.token
    if user is None:
        return Viewer(has_link=has_link)
    if user.pk == row.owner_id:
        return Viewer(is_member=True, is_owner=True)
    role = ListMember.objects.filter(list=row, user=user).values_list("role", flat=True).first()
    return Viewer(
        is_member=True,
        is_recipient=row.recipient_id == user.pk,
        is_blocked=are_blocked(user.pk, row.owner_id),
        is_friend=are_friends(user.pk, row.owner_id),
        has_link=has_link,
        role=Role(role or ""),
    )


def rights_on(row: List, user: User | None, *, token: str = "") -> Rights:
    """What this person may do with this list."""
    if row.removed_at is not None or not row.owner.is_active:
        return NOTHING
    viewer = viewer_of(row, user, token=token)
    revealed = row.is_revealed(timezone.localdate())
    return visibility.rights(Kind(row.kind), Audience(row.audience), viewer, is_revealed=revealed)


def list_for(slug: str, user: User | None, *, token: str = "", need: str = "view") -> tuple[List, Rights]:
    """The list and what this person may do with it; 404, the same for every reason, where she may not ``need``."""
    row = List.objects.select_related("owner", "recipient").filter(slug=slug).first()
    rights = rights_on(row, user, token=token) if row is not None else NOTHING
    if row is None or not getattr(rights, need):
        raise Http404
    return row, rights


def list_by_link(token: str, user: User | None) -> tuple[List, Rights]:
    """The list that this link opens; 404 for a link that was closed."""
    row = List.objects.select_related("owner", "recipient").filter(token=token).first()
    rights = rights_on(row, user, token=token) if row is not None else NOTHING
    if row is None or not rights.view:
        raise Http404
    return row, rights


def item_of(row: List, pk: int) -> ListItem:
    """A thing on this list, suggestions too; 404 for any other."""
    items = ListItem.objects.select_related("product", "variant", "list__owner", "list__recipient")
    return get_object_or_404(items, list=row, pk=pk, removed_at__isnull=True)


def items_of(row: List, pks: Iterable[str]) -> list[ListItem]:
    """Those of the things with these numbers that are on this list."""
    items = ListItem.objects.present().select_related("product", "variant", "list__owner")
    return list(items.filter(list=row, pk__in=numbers_of(pks)).order_by("position", "pk"))


def numbers_of(pks: Iterable[str]) -> list[int]:
    """The texts that are numbers of rows, at most 5,000; whatever else came with a form is left out."""
    return [int(pk) for pk in pks if pk.isascii() and pk.isdigit() and len(pk) < 18][:5000]


def own_list(user: User, pk: str) -> List:
    """One of her own lists by number; 404 for anybody else's."""
    number = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 18 else -1
    return get_object_or_404(List.objects.present().select_related("owner", "recipient"), pk=number, owner=user)


def list_to_fill(user: User, pk: str) -> tuple[List, Rights]:
    """A list on which she may put or suggest things, her own or one that names her for it; 404 for any other."""
    number = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 18 else -1
    row = List.objects.present().select_related("owner", "recipient").filter(pk=number).first()
    rights = rights_on(row, user) if row is not None else NOTHING
    if row is None or not (rights.edit or rights.suggest):
        raise Http404
    return row, rights


def removed_list(user: User, slug: str) -> List:
    """A list that she removed; 404 for any other."""
    return get_object_or_404(List, owner=user, slug=slug, removed_at__isnull=False)


def claim_for(token: str, user: User | None) -> Claim:
    """A claim by its key: for the member who made it, or for the guest who has the key. 404 for everybody else, and
    across a block with whom the list is of or for.
    """
    row = (
        Claim.objects.select_related("item__list__owner", "item__product", "item__variant", "giver")
        .filter(token=token)
        .first()
    )
    if row is None or (row.giver_id is not None and (user is None or row.giver_id != user.pk)):
        raise Http404
    if any(are_blocked(row.giver_id, person) for person in (row.item.list.owner_id, row.item.list.recipient_id)):
        raise Http404
    return row


def product_at(slug: str) -> Product:
    """The product on sale at this address; 404 when there is none."""
    return get_object_or_404(Product.objects.on_sale(), slug=slug)


def first_variant(item: ListItem) -> Variant | None:
    """What goes into the cart: the chosen variant, or the first that can be had."""
    if item.variant is not None and item.variant.is_available:
        return item.variant
    if item.product is None or (item.variant is not None and not item.is_any_variant):
        return None
    return next((one for one in item.product.variants.all() if one.is_active and one.is_available), None)


def variants_to_give(item: ListItem) -> list[Variant]:
    """What a giver may choose among: the variant that is wished for, or all that can be had where any is fine."""
    if item.product is None:
        return []
    if item.variant is not None and not item.is_any_variant:
        return [item.variant] if item.variant.is_available else []
    return [one for one in item.product.variants.all() if one.is_available]


def other_lists(user: User | None, row: List) -> list[List]:
    """Her lists besides this one, and those that name her to edit them, last used first: where things may be put."""
    if user is None:
        return []
    edits = ListMember.objects.filter(user=user, role=ListMember.Role.EDIT).values("list")
    rows = List.objects.visible_to(user).filter(Q(owner=user) | Q(pk__in=edits))
    return list(rows.exclude(pk=row.pk).order_by("-used_at"))


def place_of(item: ListItem) -> int:
    """The place of a thing on its list, from 0."""
    return ListItem.objects.present().filter(list=item.list_id, position__lt=item.position).count()


def products_on(row: List) -> list[ListItem]:
    """The things of a list that this shop knows, at most two hundred."""
    items = ListItem.objects.present().filter(list=row, product__isnull=False).select_related("product", "variant")
    return list(items.order_by("position", "pk")[:200])


# --- Pages


def cards(lists: Sequence[List]) -> list[ListCard]:
    """The lists with the number of their things and the pictures of the first four, in one query."""
    place = Window(RowNumber(), partition_by=F("list_id"), order_by=("position", "pk"))
    size = Window(Count("pk"), partition_by=F("list_id"))
    items = (
        ListItem.objects.present()
        .filter(list__in=[row.pk for row in lists])
        .annotate(place=place, size=size)
        .filter(place__lte=MOSAIC)
        .select_related("product")
        .defer("product__description", "product__image_link")
        .order_by("list_id", "position", "pk")
    )
    found: dict[int, tuple[int, list[str]]] = {}
    for item in items:
        _count, pictures = found.setdefault(item.list_id, (item.size, []))
        if item.picture_url:
            pictures.append(item.picture_url)
    return [ListCard(row, *found.get(row.pk, (0, []))) for row in lists]


def overview(user: User, *, kind: str = "", removed: str = "") -> Overview:
    """The page of all lists, in a handful of queries."""
    mine = list(List.objects.present().filter(owner=user).select_related("recipient").order_by("-used_at", "-pk"))
    counts = {one.value: sum(row.kind == one for row in mine) for one in List.Kind}
    kind = kind if kind in counts else ""
    visible = List.objects.visible_to(user).exclude(owner=user).select_related("owner", "recipient")
    named = list(visible.filter(members__user=user).order_by("-pk")[:24])
    loud = Friend.objects.filter(user=user).exclude(friend__in=muted_by(user.pk)).values("friend")
    of_friends = list(
        visible.filter(owner__in=loud, kind__in=[List.Kind.WISH, List.Kind.IDEA])
        .exclude(pk__in=[row.pk for row in named])
        .order_by(F("happens_on").asc(nulls_last=True), "-pk")[:24]
    )
    by_link = Q(audience=List.Audience.LINK, is_across_block=False, owner__is_active=True, recipient__isnull=True)
    followed = list(
        List.objects.present().annotate(is_across_block=blocks_between(user.pk, "owner"))
        .filter(Q(pk__in=visible.values("pk")) | by_link & Q(follows__token=F("token")), follows__user=user)
        .select_related("owner", "recipient").order_by("-pk")[:24]
    )  # fmt: skip
    shown = [row for row in mine if not kind or row.kind == kind]
    every = {card.row.pk: card for card in cards([*shown, *named, *of_friends, *followed])}
    gone = List.objects.filter(owner=user, slug=removed, removed_at__isnull=False).first() if removed else None
    return Overview(
        mine=[every[row.pk] for row in shown],
        named=[every[row.pk] for row in named],
        friends=[every[row.pk] for row in of_friends],
        followed=[every[row.pk] for row in followed],
        kind=kind,
        counts=counts,
        removed=gone,
        gifts=list(
            Claim.objects.filter(giver=user, state__in=LIVE)
            .exclude(blocks_between(user.pk, "item__list__owner")).exclude(blocks_between(user.pk, "item__list__recipient"))
            .select_related("item__product", "item__list__owner", "item__list__recipient").order_by(F("expires_at").asc(nulls_last=True), "-pk")[:24]
        ),
    )  # fmt: skip


def list_page(row: List, rights: Rights, user: User | None, request: HttpRequest) -> ListPage:
    """One page of a list as this viewer sees it: ``?q=``, ``?sort=``, ``?show=`` and ``?page=``; unknown values: all."""
    q = request.GET.get("q", "").replace("\0", "").strip()[:100]
    sort = request.GET.get("sort", "own")
    sort = sort if sort in SORTS else "own"
    show = request.GET.get("show", "")
    show = show if show in {"open", "done"} and rights.edit else ""
    items = ListItem.objects.present().filter(list=row)
    total = items.count()
    if q:
        items = items.filter(Q(title__icontains=q) | Q(note__icontains=q) | Q(product__brand__icontains=q))
    if show:
        items = items.filter(got__gte=F("wanted")) if show == "done" else items.filter(got__lt=F("wanted"))
    items = (
        items.select_related("product", "variant", "bringer", "list")
        .prefetch_related(Prefetch("product__variants", queryset=Variant.objects.order_by("pk")))
        .defer("product__description", "product__image_link")
        .order_by(*SORTS[sort])
    )
    page = page_of(items, request, size=PAGE_SIZE, total=None if q or show else total)
    # A wish list earns its owner nothing: what is bought there is given to her.
    creators = Influencer.objects.active().filter(user=row.owner_id).select_related("user")
    creator = creators.first() if row.kind == List.Kind.IDEA else None
    follows = ListFollow.objects.filter(list=row)
    more = _gift_extras(row, user) if row.kind == List.Kind.GIFT and user is not None else {}
    return ListPage(
        row=row,
        rights=rights,
        page=page,
        rows=_rows(page.items, rights, user),
        suggestions=list(ListItem.objects.filter(list=row, is_suggestion=True, removed_at__isnull=True).select_related("product", "added_by"))
        if rights.edit
        else [],
        total=total,
        sort=sort,
        show=show,
        q=q,
        creator=creator,
        is_following=user is not None and follows.filter(user=user).exists(),
        followers=follows.count(),
        owned=_owned(row, page.items),
        **more,
    )  # fmt: skip


def _owned(row: List, items: Sequence[ListItem]) -> set[int]:
    """Which of the things that she wrote about for everybody her parcels brought. Never of a wish list: it keeps a surprise."""
    if row.kind != List.Kind.IDEA or row.audience != List.Audience.PUBLIC:
        return set()
    noted = [
        item.product_id for item in items if item.note and item.product_id and item.added_by_id in {None, row.owner_id}
    ]
    return {product for _person, product in owned_pairs([row.owner_id], noted)}


def _rows(items: Sequence[ListItem], rights: Rights, user: User | None) -> list[Row]:
    """The items with what others took, for who may give; without any of it for everybody else."""
    if not rights.give:
        return [Row(item) for item in items]
    wishes = _wishes_behind(items, user)
    shown = {item.pk: wishes.get(item.source_id or 0, item) for item in items}
    claims: dict[int, list[Claim]] = {}
    for claim in Claim.objects.filter(item__in=[one.pk for one in shown.values()], state__in=LIVE).order_by("pk"):
        claims.setdefault(claim.item_id, []).append(claim)
    rows = []
    for item in items:
        wish = shown[item.pk]
        taken = claims.get(wish.pk, [])
        mine = next((one for one in taken if user is not None and one.giver_id == user.pk), None)
        free = max(0, wish.wanted - max(wish.got, wish.taken))
        names = [one.name for one in taken if one.shows_name and one is not mine]
        rows.append(Row(item, free=free, is_taken=free == 0, mine=mine, names=names, wish=wish))
    return rows


def _wishes_behind(items: Sequence[ListItem], user: User | None) -> dict[int, ListItem]:
    """The wishes from which things of a gift list were pulled, as far as this giver may still see them."""
    pks = [item.source_id for item in items if item.source_id]
    if not pks or user is None:
        return {}
    rows = ListItem.objects.present().filter(pk__in=pks, list__in=List.objects.giveable_by(user))
    return {row.pk: row for row in rows.select_related("list")}


def _gift_extras(row: List, user: User) -> dict[str, Any]:
    """What a gift list shows besides: the sum planned, the friend's own wishes that are free, what was given before."""
    planned = (
        ListItem.objects.present().filter(list=row).exclude(state=ListItem.State.THINKING)
        .select_related("product", "variant")
    )  # fmt: skip
    sums = sum(
        (item.price_now_minor or 0) * item.wanted for item in planned if item.currency_now == row.budget_currency
    )
    if row.recipient is None:
        return {"planned_minor": sums}
    wishes = (
        ListItem.objects.present()
        .filter(list__in=List.objects.giveable_by(user).filter(owner=row.recipient, kind=List.Kind.WISH))
        .filter(taken__lt=F("wanted"), got__lt=F("wanted"))
        .exclude(product__in=ListItem.objects.filter(list=row, removed_at__isnull=True, product__isnull=False).values("product"))
        .select_related("product", "list").order_by("-priority", "pk")[:6]
    )  # fmt: skip
    before = (
        Claim.objects.filter(
            Q(item__list__owner=row.recipient) | Q(item__list__recipient=row.recipient), giver=user, state=Claim.State.BOUGHT
        )
        .exclude(item__list=row)
        .select_related("item__product", "item__list").order_by("-bought_at")[:12]
    )  # fmt: skip
    return {"planned_minor": sums, "wishes": list(wishes), "before": list(before)}


def bought_before(user: User, row: List) -> list[Product]:
    """What she bought for herself and is not on this list: to put it there again."""
    lying = ListItem.objects.filter(list=row, removed_at__isnull=True, product__isnull=False).values("product")
    lines = (
        OrderLine.objects.filter(order__user=user, order__paid_at__isnull=False, reference="", product__is_active=True)
        .exclude(product__in=lying)
        .order_by("-pk")
        .values_list("product", flat=True)[:60]
    )
    pks = list(dict.fromkeys(lines))[:8]
    found = Product.objects.in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def taken_from(row: List) -> list[Claim]:
    """What others took of a revealed list, for its owner's thanks; nothing before the reveal."""
    if not row.is_revealed(timezone.localdate()):
        return []
    return list(
        Claim.objects.filter(item__list=row, state__in=[Claim.State.RESERVED, Claim.State.BOUGHT])
        .select_related("item__product", "giver").order_by("thanked_at", "pk")
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SaveRow:
    """One of her lists in the save menu."""

    row: List
    count: int
    is_on: bool


def save_menu(user: User, product: Product) -> list[SaveRow]:
    """Her lists and those that name her to fill them, last used first, and whether the product is on each; two queries."""
    fills = ListMember.objects.filter(user=user, role__in=[ListMember.Role.SUGGEST, ListMember.Role.EDIT]).values(
        "list"
    )
    lists = (
        List.objects.visible_to(user).filter(Q(owner=user) | Q(pk__in=fills)).select_related("recipient", "owner")
        .annotate(size=Count("items", filter=Q(items__removed_at__isnull=True, items__is_suggestion=False)))
        .order_by("-used_at", "-pk")
    )  # fmt: skip
    here = Q(list__owner=user) | Q(list__in=fills)
    on = set(ListItem.objects.filter(here, product=product, removed_at__isnull=True).values_list("list", flat=True))
    return [SaveRow(row, row.size, row.pk in on) for row in lists[:60]]


def saved_products(request: HttpRequest) -> set[int]:
    """The products that the visitor keeps on any list of hers; asks once a page, and nothing for a guest."""
    known = getattr(request, "_saved_products", None)
    if known is None:
        if request.user.is_authenticated:
            mine = ListItem.objects.filter(
                list__owner_id=request.user.pk, removed_at__isnull=True, list__removed_at__isnull=True, product__isnull=False
            )  # fmt: skip
            known = set(mine.values_list("product_id", flat=True))
        else:
            known = set(request.session.get(SAVED, []))
        request._saved_products = known  # type: ignore[attr-defined]
    return known


def lists_on_profile(person: User, viewer: User | None) -> list[ListCard]:
    """The lists of a person that this viewer may see: what a profile and a shop show."""
    rows = List.objects.visible_to(viewer).filter(owner=person, kind__in=[List.Kind.IDEA, List.Kind.WISH])
    if viewer is not None and viewer.pk == person.pk:
        rows = rows.exclude(audience=List.Audience.PRIVATE)
    return cards(list(rows.select_related("owner").order_by("kind", "-used_at", "-pk")[:24]))


def list_names(influencer: Influencer, ids: Iterable[int]) -> dict[int, str]:
    """The titles of those of the lists that are hers."""
    return dict(List.objects.filter(owner=influencer.user_id, pk__in=ids).values_list("pk", "name"))
