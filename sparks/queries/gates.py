"""Who may come to a Spark, a comment, a photo: each answers or is a 404."""

from django.db.models import Q
from django.shortcuts import get_object_or_404

from accounts.models import User
from catalog.models import Category, Product, Seller, Variant
from sparks.models import (
    Appeal,
    Comment,
    DroppedPhoto,
    Photo,
    Poll,
    PollOption,
    ProductTag,
    Report,
    Ruling,
    Spark,
    Topic,
)


def spark_for(code: str, user: User | None) -> Spark:
    """The Spark under this code; 404, the same for every reason, for who may not see it."""
    rows = Spark.objects.visible_to(user).select_related("author__influencer", "topic")
    return get_object_or_404(rows, code=code)


def own_spark(code: str, user: User) -> Spark:
    """One of her Sparks in any state but removed; 404 for anybody else's."""
    rows = Spark.objects.present().select_related("author__influencer", "topic")
    return get_object_or_404(rows, code=code, author=user)


def removed_spark(code: str, user: User) -> Spark:
    """A Spark that she removed; 404 for any other."""
    return get_object_or_404(Spark, code=code, author=user, removed_at__isnull=False)


def any_spark(code: str) -> Spark:
    """For staff: the Spark in whatever state."""
    return get_object_or_404(Spark.objects.select_related("author"), code=code)


def any_comment(spark: Spark, pk: str) -> Comment | None:
    """For staff: the comment under this Spark in whatever state; None where none is named."""
    if not pk:
        return None
    return get_object_or_404(Comment.objects.select_related("author", "parent"), spark=spark, pk=number(pk))


def author_of(spark: Spark, pk: str, user: User | None) -> User:
    """Who wrote the Spark, or the comment under it that is named; 404 for one that the reader does not see."""
    return comment_of(spark, pk, user).author if pk else spark.author


def own_ruling(pk: int, user: User) -> Ruling:
    """A decision that hid something of hers; 404 for anybody else's."""
    about = Q(comment__isnull=True, spark__author=user) | Q(comment__author=user)
    rows = Ruling.objects.filter(about, kind=Ruling.Kind.HIDE).select_related("spark", "comment", "appeal", "by")
    return get_object_or_404(rows, pk=pk)


def any_appeal(pk: int) -> Appeal:
    """For staff: an appeal; 404 for any other number."""
    rows = Appeal.objects.select_related("ruling__spark__author", "ruling__comment__author", "ruling__comment__spark")
    return get_object_or_404(rows, pk=pk)


def photo_of(spark: Spark, pk: str) -> Photo:
    """A photo of this Spark; 404 for any other."""
    return get_object_or_404(Photo, spark=spark, pk=number(pk))


def dropped_photo_of(spark: Spark, pk: str) -> DroppedPhoto:
    """A picture that was taken out of this Spark; 404 for any other."""
    return get_object_or_404(DroppedPhoto, spark=spark, pk=number(pk))


def tag_of(spark: Spark, pk: int) -> ProductTag:
    """A tag in a photo of this Spark; 404 for any other."""
    return get_object_or_404(ProductTag.objects.select_related("photo"), photo__spark=spark, pk=pk)


def tagged_product(spark: Spark, pk: str) -> Product:
    """A product that this Spark tags, also one that is no longer sold; 404 otherwise."""
    tagged = ProductTag.objects.filter(photo__spark=spark).values("product")
    return get_object_or_404(Product.objects.filter(pk__in=tagged), pk=number(pk))


def variants_to_choose(product: Product) -> list[Variant]:
    """What a product comes in: one where there is nothing to choose, none where it is no longer sold."""
    return [row for row in product.variants.select_related("product") if product.is_active and row.is_active]


def product_to_tag(pk: str) -> Product:
    """A product on sale; 404 for any other."""
    return get_object_or_404(Product.objects.on_sale(), pk=number(pk))


def topic_at(slug: str) -> Topic:
    """The topic at this address; 404 when there is none."""
    return get_object_or_404(Topic, slug=slug)


def category_at(path: str) -> Category:
    """The category at this path; 404 when there is none."""
    return get_object_or_404(Category, path=path)


def seller_at(slug: str) -> Seller:
    """The seller at this address; 404 when there is none."""
    return get_object_or_404(Seller, slug=slug)


def comment_of(spark: Spark, pk: str, user: User | None) -> Comment:
    """A comment under this Spark that stands and that the reader sees; 404 otherwise."""
    rows = Comment.objects.visible_to(user).filter(state=Comment.State.POSTED)
    rows = rows.select_related("parent", "author", "spark__author")
    return get_object_or_404(rows, spark=spark, pk=number(pk))


def own_comment(spark: Spark, pk: int, user: User, *, removed: bool = False) -> Comment:
    """A comment that she wrote, or that stands under her own Spark; 404 otherwise."""
    rows = Comment.objects.filter(Q(author=user) | Q(spark__author=user), removed_at__isnull=not removed)
    return get_object_or_404(rows, spark=spark, pk=pk)


def option_of(poll: Poll, pk: str) -> PollOption:
    """An answer of this poll; 404 for any other."""
    return get_object_or_404(PollOption, poll=poll, pk=number(pk))


def poll_of(spark: Spark) -> Poll:
    """The Spark's poll; 404 where it asks nothing."""
    return get_object_or_404(Poll, spark=spark)


def open_report(pk: int) -> Report:
    """A report that waits; 404 for any other."""
    return get_object_or_404(
        Report.objects.select_related("spark__author", "comment__author"), pk=pk, state=Report.State.OPEN
    )


def number(text: str) -> int:
    """A row's number as sent; -1, which finds nothing, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else -1
