"""What can be bought: sellers, a tree of categories, products and their variants."""

from typing import Self

from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.beginnings import begins_with


class Seller(models.Model):
    """A shop that lists products and sends what is ordered."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    # Days after shipping in which a buyer may send an item back.
    return_window_days = models.PositiveSmallIntegerField(default=30)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Category(models.Model):
    """A place in the tree. ``path`` spells all slugs from the root: ``home/kitchen``."""

    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=120)
    # Names in other languages by language code; the plain name stands in where one is missing.
    names = models.JSONField(default=dict, blank=True)
    path = models.CharField(max_length=400, unique=True)

    class Meta:
        verbose_name_plural = _("categories")
        ordering = ["path"]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("discovery:category", args=[self.path])

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.names.get(get_language() or "", self.name)


class ProductQuerySet(models.QuerySet["Product"]):
    def on_sale(self) -> Self:
        """Products that shoppers may see and buy."""
        return self.filter(is_active=True)

    def under(self, category: Category) -> Self:
        """Products of the category and of every category below it."""
        return self.filter(Q(category__path=category.path) | Q(category__path__startswith=f"{category.path}/"))


class Product(models.Model):
    """One thing in several variants. Price and stock shown on cards are those of the variants, kept by services."""

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="products")
    # The seller's own id: a feed read twice updates, it does not double.
    external_id = models.CharField(max_length=120)
    slug = models.SlugField(max_length=160, unique=True)
    name = models.CharField(max_length=300)
    names = models.JSONField(default=dict, blank=True)
    brand = models.CharField(max_length=120, blank=True)
    description = models.TextField(blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="products")
    currency = models.CharField(max_length=3)
    # Lowest price among the variants that can be had, in minor units, and what it was before a sale.
    price_minor = models.BigIntegerField()
    list_price_minor = models.BigIntegerField(null=True, blank=True)
    is_sold_out = models.BooleanField(default=False)
    # A path in our own storage; pictures of other hosts are not shown, their address is only kept.
    image = models.CharField(max_length=200, blank=True)
    image_link = models.URLField(max_length=1000, blank=True)
    # None: the seller's window. 0: cannot be returned.
    return_window_days = models.PositiveSmallIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seller", "external_id"], name="one_product_per_seller_and_id"),
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="price_is_not_negative"),
        ]
        indexes = [
            models.Index(fields=["category", "-id"], name="newest_of_a_category"),
            models.Index(fields=["seller", "-id"], name="newest_of_a_seller"),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("discovery:product", args=[self.slug])

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.names.get(get_language() or "", self.name)

    @property
    def image_url(self) -> str:
        """The picture's address, or an empty string."""
        return default_storage.url(self.image) if self.image else ""

    @property
    def return_days(self) -> int:
        """Days after shipping in which this product may be sent back (reads the seller)."""
        own = self.return_window_days
        return self.seller.return_window_days if own is None else own


class Variant(models.Model):
    """What is put into a cart: one colour and size of a product, with its price and stock."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    external_id = models.CharField(max_length=120)
    # {"Colour": "Ember", "Size": "M"}; empty for a product without choices.
    options = models.JSONField(default=dict, blank=True)
    price_minor = models.BigIntegerField()
    list_price_minor = models.BigIntegerField(null=True, blank=True)
    # None: the seller does not count.
    stock = models.IntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["product", "external_id"], name="one_variant_per_product_and_id"),
            models.CheckConstraint(condition=Q(stock__isnull=True) | Q(stock__gte=0), name="stock_is_not_negative"),
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="variant_price_is_not_negative"),
        ]

    def __str__(self) -> str:
        return " / ".join([str(self.product), *self.options.values()])

    @property
    def label(self) -> str:
        """The choice in words: ``Ember / M``, or an empty string."""
        return " / ".join(str(value) for value in self.options.values())

    @property
    def is_available(self) -> bool:
        """Can be put into a cart now."""
        return self.is_active and (self.stock is None or self.stock > 0)


class ProductWordQuerySet(models.QuerySet["ProductWord"]):
    def starting(self, prefix: str) -> Self:
        """Words with this beginning, by the index on both databases."""
        return self.filter(begins_with("word", prefix))


class ProductWord(models.Model):
    """The search index: each word of a product's name, brand and category (one character for Chinese)."""

    word = models.CharField(max_length=40, db_index=True)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="words")

    objects = ProductWordQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "product"], name="one_row_per_word_and_product")]

    def __str__(self) -> str:
        return self.word


class Stir(models.Model):
    """Somebody did something with a product that rankings count. Who ranks reads these and deletes what was read.

    Written in the transaction of the act, so that nothing is lost and nothing is read too early.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    # It went to another category.
    has_moved = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"stir of {self.product_id}"
