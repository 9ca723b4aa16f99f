"""Lists of things: what I need, what I would love, what inspires me, what I want to give."""

from datetime import date
from typing import Self

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.circle import blocks_between, friendship_with
from accounts.models import User
from catalog.models import Product, Variant
from core.models import AppendOnlyModel
from lists import visibility


class ListQuerySet(models.QuerySet["List"]):
    def present(self) -> Self:
        """Lists that were not removed."""
        return self.filter(removed_at__isnull=True)

    def visible_to(self, user: User | None) -> Self:
        """Lists that this person (None: a guest) may see without a link: the rule of lists.visibility as a query."""
        allowed = Q(audience=List.Audience.PUBLIC, kind__in=[List.Kind.WISH, List.Kind.IDEA])
        if user is None:
            return self.present().filter(allowed, owner__is_active=True)
        friend = Q(audience=List.Audience.FRIENDS, kind__in=[List.Kind.WISH, List.Kind.IDEA], is_of_friend=True)
        named = ~Q(audience=List.Audience.PRIVATE) & Q(names_her=True)
        return (
            self.present()
            .annotate(
                is_of_friend=friendship_with(user.pk, "owner"),
                names_her=Exists(ListMember.objects.filter(list=OuterRef("pk"), user=user)),
                is_across_block=blocks_between(user.pk, "owner"),
            )
            .filter(Q(owner=user) | Q(allowed | friend | named, is_across_block=False, owner__is_active=True))
            .exclude(recipient=user)
        )

    def giveable_by(self, user: User) -> Self:
        """Lists from which this person may give without a link: ``rights(...).give`` as a query."""
        lookers = ListMember.objects.filter(
            list=OuterRef("pk"),
            user=user,
            role__in=[ListMember.Role.VIEW, ListMember.Role.EDIT],
            list__kind=List.Kind.WISH,
        )
        wishes = self.visible_to(user).filter(kind__in=[List.Kind.WISH, List.Kind.GIFT])
        return wishes.exclude(Q(kind=List.Kind.WISH) & Q(owner=user)).exclude(Exists(lookers))


class List(models.Model):
    """A list of things. ``slug`` ends in random letters and names the page; ``token`` opens it to who has the link."""

    class Kind(models.TextChoices):
        SHOPPING = visibility.Kind.SHOPPING.value, _("Shopping list")
        WISH = visibility.Kind.WISH.value, _("Wish list")
        IDEA = visibility.Kind.IDEA.value, _("Idea list")
        GIFT = visibility.Kind.GIFT.value, _("Gift list")

    class Audience(models.TextChoices):
        PRIVATE = visibility.Audience.PRIVATE.value, _("Only you")
        NAMED = visibility.Audience.NAMED.value, _("People you name")
        FRIENDS = visibility.Audience.FRIENDS.value, _("Friends")
        LINK = visibility.Audience.LINK.value, _("Anyone with the link")
        PUBLIC = visibility.Audience.PUBLIC.value, _("Public")

    class Occasion(models.TextChoices):
        NONE = "", _("No occasion")
        BIRTHDAY = "birthday", _("Birthday")
        WEDDING = "wedding", _("Wedding")
        BABY = "baby", _("Baby")
        HOLIDAY = "holiday", _("Holiday")
        HOME = "home", _("New home")
        OTHER = "other", _("Another occasion")

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="lists")
    kind = models.CharField(max_length=8, choices=Kind)
    slug = models.SlugField(max_length=60, unique=True)
    # 128 bits; renewed to close a link that went too far.
    token = models.CharField(max_length=32, unique=True)
    name = models.CharField(_("Name"), max_length=80)
    words = models.CharField(_("A few words"), max_length=280, blank=True)
    cover = models.CharField(max_length=200, blank=True)
    occasion = models.CharField(_("Occasion"), max_length=10, choices=Occasion, blank=True, default="")
    happens_on = models.DateField(_("Date"), null=True, blank=True)
    audience = models.CharField(_("Who sees it"), max_length=8, choices=Audience, default=Audience.PRIVATE)
    # Gift lists: the friend, or only a name where she has no account, and what may be spent.
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    recipient_name = models.CharField(_("For"), max_length=80, blank=True)
    budget_minor = models.BigIntegerField(null=True, blank=True)
    budget_currency = models.CharField(max_length=3, blank=True)
    # Wish lists: the surprise is kept through this day. It never moves to an earlier one, so that nobody peeks by moving the date.
    surprise_until = models.DateField(null=True, blank=True)
    # When the owner asked to see what was taken. It cannot be taken back.
    revealed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    # The owner's own acts only: nothing that a giver does moves it.
    used_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ListQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-used_at"], name="lists_of_a_person"),
            models.Index(fields=["-created_at"], condition=Q(audience="public"), name="public_lists_by_age"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["wish", "idea"])
                | Q(kind="shopping", audience__in=["private", "named", "link"])
                | Q(kind="gift", audience__in=["private", "named"]),
                name="an_audience_fits_its_kind",
                violation_error_message=_("This kind of list cannot be shown so widely."),
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=True) | ~Q(recipient=F("owner")), name="a_gift_list_is_for_another"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("lists:page", args=[self.slug])

    def get_guest_url(self) -> str:
        """Where others than its owner find it: by its link while that is what opens it."""
        return self.get_link_url() if self.audience == self.Audience.LINK else self.get_absolute_url()

    def get_link_url(self) -> str:
        """The address that opens the list to whoever has it, while its audience is the link."""
        return reverse("lists:by_link", args=[self.token])

    @property
    def cover_url(self) -> str:
        """The cover's address, or an empty string."""
        return default_storage.url(self.cover) if self.cover else ""

    @property
    def for_whom(self) -> str:
        """The name of the friend for whom a gift list is made."""
        return self.recipient.name if self.recipient else self.recipient_name

    def is_revealed(self, today: date) -> bool:
        """The owner may see what was taken: she asked, or the day after the date has come."""
        if self.revealed_at is not None:
            return True
        return self.surprise_until is not None and today > self.surprise_until


class ListMember(models.Model):
    """Somebody whom the owner named, and what she may do."""

    class Role(models.TextChoices):
        VIEW = visibility.Role.VIEW.value, _("Sees it")
        BUY = visibility.Role.BUY.value, _("Gives from it")
        SUGGEST = visibility.Role.SUGGEST.value, _("Suggests things")
        EDIT = visibility.Role.EDIT.value, _("Edits it")

    list = models.ForeignKey(List, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=8, choices=Role, default=Role.VIEW)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "user"], name="one_role_per_person_and_list")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.list_id}"


class ListFollow(models.Model):
    """Somebody follows a list: it stands on her page of lists."""

    list = models.ForeignKey(List, on_delete=models.CASCADE, related_name="follows")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # The link by which she came; it stands for her until it is closed.
    token = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "user"], name="one_follow_per_person_and_list")]

    def __str__(self) -> str:
        return f"{self.user_id} follows list {self.list_id}"


class ItemQuerySet(models.QuerySet["ListItem"]):
    def present(self) -> Self:
        """Items that were neither removed nor are suggestions that wait."""
        return self.filter(removed_at__isnull=True, is_suggestion=False)


class ListItem(models.Model):
    """A thing on a list: a product, something of another shop, or a free line."""

    class Priority(models.IntegerChoices):
        HIGHEST = 5, _("Most of all")
        HIGH = 4, _("High")
        MEDIUM = 3, _("Medium")
        LOW = 2, _("Low")
        LOWEST = 1, _("Only if nothing else")

    class State(models.TextChoices):
        """Gift lists: how far the thought has come."""

        THINKING = "thinking", _("Thinking")
        CHOSEN = "chosen", _("Chosen")
        BOUGHT = "bought", _("Bought")

    list = models.ForeignKey(List, on_delete=models.CASCADE, related_name="items")
    # SET_NULL: a product that is gone leaves the line with its title.
    product = models.ForeignKey(Product, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    variant = models.ForeignKey(Variant, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_any_variant = models.BooleanField(_("Any colour or size is fine"), default=False)
    title = models.CharField(_("What"), max_length=300)
    link = models.URLField(_("Link"), max_length=1000, blank=True)
    price_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    picture = models.CharField(max_length=200, blank=True)
    note = models.CharField(_("Note"), max_length=280, blank=True)
    priority = models.PositiveSmallIntegerField(_("How much"), choices=Priority, default=Priority.MEDIUM)
    wanted = models.PositiveSmallIntegerField(_("How many"), default=1)
    # What the owner has herself: ticked off, or received.
    got = models.PositiveSmallIntegerField(_("Got"), default=0)
    state = models.CharField(max_length=8, choices=State, default=State.THINKING)
    bringer = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    added_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Gift lists: the wish from which it was pulled. Buying it takes the wish, so that nobody gives it twice.
    source = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_suggestion = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    # Alerts: the price she knows, and whether it was sold out when last looked at.
    known_price_minor = models.BigIntegerField(null=True, blank=True)
    was_sold_out = models.BooleanField(default=False)
    # How many others have taken; changed by lists.services.giving alone, never shown to the owner before the reveal.
    taken = models.PositiveSmallIntegerField(default=0)

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["list", "product"], condition=Q(removed_at__isnull=True, product__isnull=False),
                name="a_product_is_once_on_a_list",
            ),
            models.CheckConstraint(condition=Q(wanted__gte=1, wanted__lte=99), name="wanted_is_1_to_99"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["list", "position", "id"], name="items_of_a_list"),
            models.Index(fields=["product"], condition=Q(removed_at__isnull=True), name="lists_with_a_product"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def picture_url(self) -> str:
        """The product's picture, or the one that was given, or an empty string."""
        if self.product_id and self.product:
            return self.product.image_url
        return default_storage.url(self.picture) if self.picture else ""

    @property
    def label(self) -> str:
        """The product's name in the page's language, or the title."""
        return self.product.label if self.product_id and self.product else self.title

    @property
    def price_now_minor(self) -> int | None:
        """Today's price: of the chosen variant, of the product, or what was typed."""
        if self.variant_id and self.variant:
            return self.variant.price_minor
        return self.product.price_minor if self.product_id and self.product else self.price_minor

    @property
    def currency_now(self) -> str:
        """The currency of ``price_now_minor``."""
        return self.product.currency if self.product_id and self.product else self.currency

    @property
    def is_buyable(self) -> bool:
        """It can be put into a cart."""
        return bool(self.product_id and self.product and self.product.is_active and not self.product.is_sold_out)

    @property
    def is_done(self) -> bool:
        """The owner has all she wanted."""
        return self.got >= self.wanted


class Claim(models.Model):
    """Somebody takes an item upon herself. The owner of the list learns of it when it is revealed, not before."""

    class State(models.TextChoices):
        SHOPPING = "shopping", _("Being bought")
        RESERVED = "reserved", _("Reserved")
        BOUGHT = "bought", _("Bought")
        RELEASED = "released", _("Released")

    item = models.ForeignKey(ListItem, on_delete=models.CASCADE, related_name="claims")
    # A member, or a guest by her address.
    giver = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    email = models.EmailField(blank=True)
    name = models.CharField(max_length=80)
    shows_name = models.BooleanField(default=False)
    quantity = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=State)
    # 128 bits: the key by which a guest confirms or releases it, and by which an order names it.
    token = models.CharField(max_length=32, unique=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    message = models.CharField(max_length=280, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    bought_at = models.DateTimeField(null=True, blank=True)
    # When the giver was told that the owner had taken it off the list.
    removal_told_at = models.DateTimeField(null=True, blank=True)
    thanked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=99), name="claim_is_1_to_99"),
            models.CheckConstraint(condition=Q(giver__isnull=False) | ~Q(email=""), name="a_claim_has_a_giver"),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(state__in=["shopping", "reserved"]), name="claims_that_end"
            ),
            models.Index(fields=["giver", "-created_at"], name="claims_of_a_giver"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of item {self.item_id}"

    @property
    def is_live(self) -> bool:
        """It still counts."""
        return self.state != self.State.RELEASED


class Reveal(AppendOnlyModel):
    """The owner asked to see what was taken: who, which list, when."""

    list = models.ForeignKey(List, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"list {self.list_id} at {self.at}"
