"""Who earned what and why: rates with dates, the decision on each referred line, and the ledger."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Category
from core.models import AppendOnlyModel, AppendOnlyQuerySet
from influencers.models import Influencer
from orders.models import OrderLine


class Rate(models.Model):
    """One row of the rate card: what a category pays from a day on. A row without a category is the rate for the rest."""

    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # 700 is 7 %.
    rate_bps = models.PositiveIntegerField()
    starts_on = models.DateField()
    # The first day on which the row no longer holds; empty: it holds until further notice.
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rate_bps__lte=10_000), name="rate_is_at_most_all"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=models.F("starts_on")),
                name="rate_ends_after_it_starts",
            ),
            models.UniqueConstraint(fields=["category", "starts_on"], name="one_rate_per_category_and_day"),
            # SQLite takes two empty categories for different ones, so the row for the rest has its own rule.
            models.UniqueConstraint(
                fields=["starts_on"], condition=Q(category__isnull=True), name="one_rate_for_the_rest_and_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category or '*'}: {self.rate_bps}"


class Decision(AppendOnlyModel):
    """What was decided on a line that somebody brought: credited, or refused and why. Written once, with its inputs."""

    class Outcome(models.TextChoices):
        CREDITED = "credited", _("Credited")
        REFUSED = "refused", _("Refused")

    line = models.OneToOneField(OrderLine, on_delete=models.PROTECT, related_name="decision")
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=10, choices=Outcome)
    # The branch the rule took: "cart_line", "own_purchase", "outside_window", "suspended".
    reason = models.CharField(max_length=30)
    policy_version = models.CharField(max_length=20)
    base_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    rate_bps = models.PositiveIntegerField()
    # Which row of the rate card: "home", or "default".
    rate_source = models.CharField(max_length=400)
    commission_minor = models.BigIntegerField()
    decided_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.outcome} on line {self.line_id}"


class Account(models.TextChoices):
    """The ledger's accounts. Money moves from the debited to the credited one."""

    PROGRAMME = "programme", _("Programme")
    PENDING = "pending", _("Pending")
    CLEARED = "cleared", _("Cleared")
    PAID = "paid", _("Paid")


class EntryQuerySet(AppendOnlyQuerySet):
    def of(self, influencer: Influencer) -> Self:
        """Movements of this influencer's money."""
        return self.filter(influencer=influencer)


class Entry(AppendOnlyModel):
    """One movement of money: a debited and a credited account and an amount above zero, so each row balances by itself."""

    class Kind(models.TextChoices):
        ACCRUAL = "accrual", _("Earned")
        CLEARING = "clearing", _("Cleared")
        REVERSAL = "reversal", _("Reversed")

    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="entries")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind)
    # 0 for accrual; the line's cumulative refund in minor units for a reversal: told twice, booked once.
    sequence = models.BigIntegerField(default=0)
    debit = models.CharField(max_length=10, choices=Account)
    credit = models.CharField(max_length=10, choices=Account)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # Words for the person: "returned", "return window ended".
    reason = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = EntryQuerySet.as_manager()  # type: ignore[misc]  # a richer one than the base's

    class Meta:
        verbose_name_plural = _("entries")
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="entry_amount_is_above_zero"),
            models.CheckConstraint(condition=~Q(debit=models.F("credit")), name="entry_moves_between_two_accounts"),
            models.UniqueConstraint(
                fields=["line", "kind", "debit", "sequence"], name="one_entry_per_line_kind_and_step"
            ),
        ]
        indexes = [models.Index(fields=["influencer", "-created_at"], name="entries_of_an_influencer")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency}"
