"""What the pages of discovery show: recommended before newest, never by paid place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404

from accounts.circle import blocks_between
from accounts.models import Follow, User
from catalog.models import Category, Product, Variant
from catalog.queries import search_products
from influencers.models import Influencer
from lists.models import List, ListItem
from sparks.models import Spark
from storefront.models import Pick, Storefront

SORTS = ("recommended", "newest", "cheapest", "dearest")


@dataclass(frozen=True, slots=True)
class ProductPage:
    """A product with everything its page shows."""

    product: Product
    variants: Sequence[Variant]
    trail: Sequence[Category]
    # Picks of published shops, the one who brought the visitor first.
    picks: Sequence[Pick]
    shop_count: int
    goes_with: Sequence[Product]

    @property
    def first_available(self) -> int | None:
        """The variant that is chosen at first."""
        return next((variant.pk for variant in self.variants if variant.is_available), None)


def recommended(products: QuerySet[Product]) -> QuerySet[Product]:
    """The products ordered by how many published shops picked them, newest first among equals."""
    shops = (
        Pick.objects.filter(
            product=OuterRef("pk"), collection__storefront__published_at__isnull=False,
            collection__storefront__influencer__state=Influencer.State.ACTIVE,
            collection__storefront__influencer__user__is_active=True,
        )
        .order_by()
        .values("product")
        .annotate(n=Count("collection__storefront", distinct=True))
        .values("n")
    )  # fmt: skip
    counted = Coalesce(Subquery(shops, output_field=IntegerField()), Value(0))
    return products.annotate(shops=counted).order_by("is_sold_out", "-shops", "-pk")


def sorted_by(products: QuerySet[Product], sort: str) -> QuerySet[Product]:
    """The products in one of SORTS; anything else is the recommended order."""
    orders = {"newest": ("-pk",), "cheapest": ("price_minor", "pk"), "dearest": ("-price_minor", "pk")}
    return products.order_by(*orders[sort]) if sort in orders else recommended(products)


def most_recommended() -> QuerySet[Product]:
    """Everything on sale, recommended first."""
    return recommended(Product.objects.on_sale())


def products_of(category: Category, sort: str) -> QuerySet[Product]:
    """What is on sale in a category and below it."""
    return sorted_by(Product.objects.on_sale().under(category), sort)


def shops(viewer: User | None = None) -> QuerySet[Storefront]:
    """Published shops with who runs them, most followed first; none across a block with the viewer."""
    followers = (
        Follow.objects.filter(followed=OuterRef("influencer__user"))
        .order_by()
        .values("followed")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows = Storefront.objects.published()
    if viewer is not None:
        rows = rows.exclude(blocks_between(viewer.pk, "influencer__user"))
    return (
        rows.select_related("influencer__user")
        .annotate(followers=Coalesce(Subquery(followers, output_field=IntegerField()), Value(0)))
        .order_by("-followers", "pk")
    )


def picks_for(user: User, limit: int = 12) -> list[Pick]:
    """The newest picks of the people she follows."""
    followed = Follow.objects.filter(follower=user).values("followed")
    return list(
        Pick.objects.filter(
            collection__storefront__published_at__isnull=False, product__is_active=True,
            collection__storefront__influencer__state=Influencer.State.ACTIVE,
            collection__storefront__influencer__user__is_active=True,
            collection__storefront__influencer__user__in=followed,
        )
        .select_related("product", "collection__storefront__influencer__user")
        .order_by("-added_at", "-pk")[:limit]
    )  # fmt: skip


def roots() -> QuerySet[Category]:
    """The categories at the top of the tree."""
    return Category.objects.filter(parent__isnull=True).order_by("name")


def category_at(path: str) -> Category:
    """The category at this path; 404 when there is none."""
    category = Category.objects.filter(path=path).first()
    if category is None:
        raise Http404
    return category


def trail_of(category: Category | None) -> list[Category]:
    """The category and those above it, from the root."""
    if category is None:
        return []
    slugs = category.path.split("/")
    paths = ["/".join(slugs[: depth + 1]) for depth in range(len(slugs))]
    return sorted(Category.objects.filter(path__in=paths), key=lambda row: len(row.path))


def found_shops(text: str, viewer: User | None = None) -> list[Storefront]:
    """Published shops whose name, handle or tagline has the text."""
    words = text.strip().removeprefix("@")[:80].replace("\x00", "")
    if len(words) < 2:
        return []
    named = Q(influencer__user__name__icontains=words) | Q(influencer__user__handle__icontains=words.lower())
    return list(shops(viewer).filter(named | Q(tagline__icontains=words))[:6])


def found_products(text: str, sort: str) -> QuerySet[Product]:
    """Products on sale with every word of the text."""
    return sorted_by(search_products(text.replace("\x00", " ")), sort)


def product_page(slug: str, influencer_id: int | None, viewer: User | None = None) -> ProductPage:
    """The product on sale at this address, without picks from across a block; 404 when there is none."""
    product = Product.objects.on_sale().select_related("seller", "category").filter(slug=slug).first()
    if product is None:
        raise Http404
    shown = Pick.objects.all()
    if viewer is not None:
        shown = shown.exclude(blocks_between(viewer.pk, "collection__storefront__influencer__user"))
    picks = list(
        shown.filter(
            product=product, collection__storefront__published_at__isnull=False,
            collection__storefront__influencer__state=Influencer.State.ACTIVE,
            collection__storefront__influencer__user__is_active=True,
        )
        .select_related("collection__storefront__influencer__user")
        .order_by("-added_at", "-pk")[:40]
    )  # fmt: skip
    first_of: dict[int, Pick] = {}
    for pick in sorted(
        picks, key=lambda pick: (pick.collection.storefront.influencer_id != influencer_id, not pick.note)
    ):
        first_of.setdefault(pick.collection.storefront_id, pick)
    together = (
        Product.objects.on_sale()
        .filter(picks__collection__in=[pick.collection_id for pick in picks])
        .exclude(pk=product.pk)
        .distinct()
        .order_by("is_sold_out", "-pk")[:8]
    )
    return ProductPage(
        product=product,
        variants=[variant for variant in product.variants.all() if variant.is_active],
        trail=trail_of(product.category),
        picks=list(first_of.values()),
        shop_count=len(first_of),
        goes_with=list(together),
    )


def active_shop_of(handle: str) -> Storefront | None:
    """The published shop at a handle, or None: for links that carry ``via``."""
    return (
        Storefront.objects.published()
        .select_related("influencer__user")
        .filter(influencer__user__handle=handle.lower()[:30])
        .first()
    )


def live_since(shop: Storefront, source: str) -> datetime | None:
    """Since when the content stands from which a link of this creator came: her pick, Spark or list, else her shop."""
    place, _, thing = source.rpartition("/")
    kind, _, pk = thing.partition(":")
    if kind == "tag":
        kind, _, pk = place.partition(":")
    if kind == "item":
        items = ListItem.objects.filter(pk=pk, list__owner=shop.influencer.user_id)
        found = items.values_list("added_at", flat=True).first()
    elif kind == "pick":
        found = Pick.objects.filter(pk=pk, collection__storefront=shop).values_list("added_at", flat=True).first()
    elif kind == "spark":
        sparks = Spark.objects.filter(pk=pk, author=shop.influencer.user_id)
        found = sparks.values_list("posted_at", flat=True).first()
    elif kind == "list":
        lists = List.objects.filter(pk=pk, owner=shop.influencer.user_id)
        found = lists.values_list("created_at", flat=True).first()
    else:
        found = None
    return found or shop.published_at


def brought_by(influencer_id: int | None) -> Influencer | None:
    """The active influencer whose touch the visitor carries."""
    if influencer_id is None:
        return None
    return Influencer.objects.active().select_related("user").filter(pk=influencer_id).first()
