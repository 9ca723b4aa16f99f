"""What was bought: carts, orders, payments, parcels and refunds, with the referral recorded as a fact."""

from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, Product, Seller, Variant
from core.models import AppendOnlyModel
from influencers.models import CreatorCode, Influencer


class SellerMember(models.Model):
    """Somebody who works at a seller's desk."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="seller_memberships")
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="members")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "seller"], name="one_membership_per_person_and_seller")]

    def __str__(self) -> str:
        return f"{self.user} at {self.seller}"


class Cart(models.Model):
    """What somebody means to buy: a member's, or a guest's by the key in her session."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="cart"
    )
    key = models.CharField(max_length=32, unique=True, null=True, blank=True)
    # A cart of gifts: for whom, when the parcel goes to her and not to the buyer.
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    # Changes at each checkout: the order made from the cart carries it, so that pressing Pay twice makes one order.
    checkout_token = models.CharField(max_length=32)
    # The creator's code that was typed.
    code = models.ForeignKey(CreatorCode, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(key__isnull=False), name="a_cart_belongs_to_somebody"
            )
        ]

    def __str__(self) -> str:
        return f"Cart {self.pk}"


class CartLine(models.Model):
    """One variant in a cart, with the influencer who brought it there. A later click elsewhere does not change that."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    influencer = models.ForeignKey(Influencer, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    source = models.CharField(max_length=60, blank=True)
    touched_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField(default=timezone.now)
    # Every touch that the visitor carried then (influencers.referrals.as_stored), oldest first.
    touches = models.JSONField(default=list, blank=True)
    # What an upper app knows the line by (a claim on a wish list); copied onto the order's line.
    reference = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["added_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "variant", "reference"], name="one_line_per_variant_in_a_cart"),
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=99), name="quantity_is_1_to_99"),
        ]

    # Whom it would credit if it were ordered now; ``orders.queries.cart_page`` writes it.
    supports: Influencer | None = None

    def __str__(self) -> str:
        return f"{self.quantity} x {self.variant_id}"

    @property
    def total_minor(self) -> int:
        """What the line costs at today's price (reads the variant)."""
        return self.quantity * self.variant.price_minor


class OrderQuerySet(models.QuerySet["Order"]):
    def paid(self) -> Self:
        """Orders whose money has come in, refunded or not."""
        return self.filter(paid_at__isnull=False)


class Order(models.Model):
    """What was bought in one checkout. Amounts are copied, so that later price changes touch no order."""

    class State(models.TextChoices):
        UNPAID = "unpaid", _("Waiting for payment")
        PAID = "paid", _("Paid")
        SHIPPED = "shipped", _("Shipped")
        CANCELLED = "cancelled", _("Cancelled")

    number = models.CharField(max_length=12, unique=True)
    # 128 bits: opens the order's page for a guest.
    token = models.CharField(max_length=32, unique=True)
    checkout_token = models.CharField(max_length=32, unique=True)
    # PROTECT: books must keep; an erased person's orders lose the link first.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="orders"
    )
    state = models.CharField(max_length=10, choices=State, default=State.UNPAID)
    email = models.EmailField()
    language = models.CharField(max_length=10, default="en")
    name = models.CharField(_("Name"), max_length=80)
    address = models.CharField(_("Address"), max_length=200)
    address_2 = models.CharField(_("Address, line 2"), max_length=200, blank=True)
    postcode = models.CharField(_("Postcode"), max_length=20)
    city = models.CharField(_("City"), max_length=100)
    country = models.CharField(_("Country"), max_length=2)
    # accounts.vault.place_hash of the address above.
    place_hash = models.CharField(max_length=64, blank=True)
    phone = models.CharField(_("Phone"), max_length=30, blank=True)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    placed_at = models.DateTimeField(default=timezone.now)
    paid_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(total_minor__gte=0), name="order_total_is_not_negative")]
        indexes = [
            models.Index(fields=["user", "-placed_at"], name="orders_of_a_person"),
            models.Index(fields=["placed_at"], condition=Q(state="unpaid"), name="unpaid_orders_by_age"),
            models.Index(fields=["paid_at"], name="orders_by_payment"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:order", args=[self.number])

    @property
    def guest_url(self) -> str:
        """The order's page with the key that opens it without an account."""
        return f"{self.get_absolute_url()}?key={self.token}"


class OrderLine(models.Model):
    """One variant in an order: what it cost, who sends it, who brought the buyer, and how long it may be returned."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="order_lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="order_lines")
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=300)
    option = models.CharField(max_length=200, blank=True)
    quantity = models.PositiveIntegerField()
    unit_price_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    # The referral as it stood on the cart line: facts, judged by commissions.
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, null=True, blank=True, related_name="order_lines"
    )
    source = models.CharField(max_length=60, blank=True)
    touched_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField(default=timezone.now)
    # How it came to be bought (influencers.referrals.journey_as_stored): every touch, the late ones too, and the typed code.
    journey = models.JSONField(default=dict, blank=True)
    reference = models.CharField(max_length=40, blank=True)
    return_window_days = models.PositiveSmallIntegerField()
    # What is sent instead, where the receiver of a gift swapped it. What was paid stays as it was.
    swapped_for = models.ForeignKey(Variant, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    shipped_at = models.DateTimeField(null=True, blank=True)
    # The end of the return window; known once the line is shipped.
    returnable_until = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    # Cumulative; equals the sum of the line's refunds.
    refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0) & Q(refunded_minor__lte=models.F("total_minor")),
                name="refund_is_at_most_the_line",
                violation_error_message=_("A refund is at most what was paid for the line."),
            )
        ]
        indexes = [
            models.Index(fields=["seller", "-id"], name="lines_of_a_seller"),
            models.Index(fields=["influencer", "-id"], name="lines_of_an_influencer"),
            models.Index(fields=["returnable_until"], name="lines_by_return_window"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"

    @property
    def left_minor(self) -> int:
        """What of the line can still be refunded."""
        return self.total_minor - self.refunded_minor


class Gift(models.Model):
    """An order that goes to somebody else, who says where. The giver never sees the address, the seller only for the parcel."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for the address")
        ACCEPTED = "accepted", _("On its way to be packed")
        DECLINED = "declined", _("Declined")

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="gift")
    # PROTECT: a parcel under way must keep its receiver.
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="gifts_received")
    giver_name = models.CharField(max_length=80)
    message = models.CharField(max_length=280, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    # accounts.vault seals and opens it; emptied after delivery.
    sealed = models.TextField(blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    # The receiver chose to see what it is and from whom.
    opened_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["recipient", "-asked_at"], name="gifts_to_a_person")]

    def __str__(self) -> str:
        return f"gift {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("orders:parcel", args=[self.pk])


class PickupPoint(models.Model):
    """A place of the shop's own choosing where people fetch parcels instead of giving an address."""

    name = models.CharField(max_length=80)
    address = models.CharField(max_length=200)
    postcode = models.CharField(max_length=20)
    city = models.CharField(max_length=100)
    country = models.CharField(max_length=2)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.name}, {self.city}"


class Payment(models.Model):
    """One attempt to pay an order. The reference is the gateway's own."""

    class State(models.TextChoices):
        STARTED = "started", _("Started")
        NEEDS_STEP = "needs_step", _("Waiting for confirmation")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    gateway = models.CharField(max_length=20)
    reference = models.CharField(max_length=80, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.STARTED)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    failure = models.CharField(max_length=60, blank=True)
    # The same for two payments with one card: the gateway's fingerprint, or a keyed hash.
    card_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(state="succeeded"), name="an_order_is_paid_once")
        ]

    def __str__(self) -> str:
        return self.reference


class Refund(AppendOnlyModel):
    """Money given back for one line. ``cumulative_minor`` is the line's refunds in total, this one included."""

    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField()
    cumulative_minor = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "cumulative_minor"], name="one_refund_per_line_and_sum"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_is_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} of {self.line_id}"
