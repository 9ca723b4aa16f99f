"""The page at ``/@handle``: a storefront, its collections, and the picks in them."""

from typing import Self

from django.core.files.storage import default_storage
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from influencers.models import Influencer


class StorefrontQuerySet(models.QuerySet["Storefront"]):
    def published(self) -> Self:
        """Storefronts that everybody may see."""
        return self.filter(
            published_at__isnull=False, influencer__state=Influencer.State.ACTIVE, influencer__user__is_active=True
        )


class Storefront(models.Model):
    """An influencer's shop window. It opens when it is published; later edits show at once."""

    class Theme(models.TextChoices):
        ROSEWOOD = "rosewood", _("Rosewood")
        PERSIMMON = "persimmon", _("Persimmon")
        MARIGOLD = "marigold", _("Marigold")
        MOSS = "moss", _("Moss")
        LAGOON = "lagoon", _("Lagoon")
        COBALT = "cobalt", _("Cobalt")
        IRIS = "iris", _("Iris")
        GRAPHITE = "graphite", _("Graphite")

    influencer = models.OneToOneField(Influencer, on_delete=models.PROTECT, related_name="storefront")
    tagline = models.CharField(_("Tagline"), max_length=160, blank=True)
    about = models.TextField(_("About"), max_length=2000, blank=True)
    theme = models.CharField(_("Theme"), max_length=12, choices=Theme, default=Theme.PERSIMMON)
    # Two widths of the same picture, as paths in our storage.
    cover = models.CharField(max_length=200, blank=True)
    cover_small = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = StorefrontQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.influencer)

    def get_absolute_url(self) -> str:
        """Her page; needs a handle."""
        return reverse("storefront:page", args=[self.influencer.user.handle])

    @property
    def is_published(self) -> bool:
        """Everybody may see it (while the influencer is active)."""
        return self.published_at is not None

    @property
    def cover_url(self) -> str:
        """The wide cover's address, or an empty string."""
        return default_storage.url(self.cover) if self.cover else ""

    @property
    def cover_small_url(self) -> str:
        """The small cover's address, or an empty string."""
        return default_storage.url(self.cover_small) if self.cover_small else ""


class Collection(models.Model):
    """An ordered group of picks, in the creator's own order."""

    storefront = models.ForeignKey(Storefront, on_delete=models.CASCADE, related_name="collections")
    slug = models.SlugField(max_length=80)
    title = models.CharField(_("Title"), max_length=80)
    note = models.CharField(_("Note"), max_length=280, blank=True)
    # A picture of the whole, as a path in our storage; without one the picks stand for it.
    photo = models.CharField(max_length=200, blank=True)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["storefront", "slug"],
                name="one_collection_per_storefront_and_slug",
                violation_error_message=_("You have a collection with this title already."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class Pick(models.Model):
    """A product that the creator put into a collection, with a note of her own."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="picks")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="picks")
    note = models.CharField(_("Note"), max_length=140, blank=True)
    position = models.PositiveIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "product"],
                name="one_pick_per_collection_and_product",
                violation_error_message=_("This product is in the collection already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.product)


class Removal(models.Model):
    """A pick or a collection that was taken out, with all it takes to put it back."""

    storefront = models.ForeignKey(Storefront, on_delete=models.CASCADE, related_name="removals")
    # storefront.services writes and reads it: {"collection": {...} or null, "picks": [{...}]}.
    content = models.JSONField()
    removed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"removal {self.pk}"
