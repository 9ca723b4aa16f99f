"""Who earned what and why: rates with dates, the decision on each referred line, and the ledger."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, Product, Seller
from core.models import AppendOnlyModel, AppendOnlyQuerySet
from influencers.models import Influencer
from orders.models import OrderLine


class Rate(models.Model):
    """One row of the rate card: what a category pays from a day on. A row without a category is the rate for the rest.

    Rows are announced by ``services.announcing``; but for its end, set when another one follows, a row is never changed.
    """

    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # 700 is 7 %.
    rate_bps = models.PositiveIntegerField()
    starts_on = models.DateField()
    # The first day on which the row no longer holds; empty: it holds until further notice.
    ends_on = models.DateField(null=True, blank=True)
    # What held on that day before this row was announced; None for the first card.
    old_bps = models.PositiveIntegerField(null=True, blank=True)
    reason = models.CharField(_("Reason"), max_length=200, blank=True)
    announced_at = models.DateTimeField(default=timezone.now)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # When every creator had been told; None: they are still to be told.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # Two rows of one category never hold on the same day: migration 0004 adds what no constraint of the framework says.
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


class Campaign(models.Model):
    """A bonus on top of the rate card for some time: of the shop or of a seller, for everyone or for invited creators who accept.

    Announced with its dates and never shortened. An offer to one creator is a campaign with one guest.
    """

    name = models.CharField(_("Name"), max_length=80)
    # None: the shop's own, for every seller's products.
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, null=True, blank=True, related_name="campaigns")
    # None, and no products: everything of the seller.
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    products = models.ManyToManyField(Product, blank=True, related_name="+")
    # Nobody invited: for everyone.
    creators = models.ManyToManyField(Influencer, through="Invitation", blank=True, related_name="campaigns")
    bonus_bps = models.PositiveIntegerField(_("Bonus"))
    starts_on = models.DateField(_("First day"))
    # The first day without it.
    ends_on = models.DateField(_("First day without it"))
    announced_at = models.DateTimeField(default=timezone.now)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(bonus_bps__gte=1, bonus_bps__lte=10_000),
                name="bonus_is_at_most_all",
                violation_error_message=_("A bonus is more than 0 and at most 100 percent."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=models.F("starts_on")),
                name="campaign_ends_after_it_starts",
                violation_error_message=_("A campaign ends after its first day."),
            ),
        ]
        indexes = [models.Index(fields=["ends_on"], name="campaigns_by_their_end")]

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A creator is asked to a campaign. Its bonus is hers from the day on which she accepts."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="invitations")
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="invitations")
    # When she was told; None: she is still to be told.
    told_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "influencer"], name="one_invitation_per_campaign_and_creator"),
            models.CheckConstraint(
                condition=Q(answer="") | Q(answered_at__isnull=False), name="an_answer_has_its_moment"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(told_at__isnull=True), name="invitations_to_tell"),
        ]

    def __str__(self) -> str:
        return f"{self.influencer_id} to {self.campaign_id}"


class Decision(AppendOnlyModel):
    """What was decided on a line that somebody brought: credited, or refused and why. Written once, with its inputs."""

    class Outcome(models.TextChoices):
        CREDITED = "credited", _("Credited")
        REFUSED = "refused", _("Refused")

    line = models.OneToOneField(OrderLine, on_delete=models.PROTECT, related_name="decision")
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=10, choices=Outcome)
    # attribution.Branch: the way the rule took.
    reason = models.CharField(max_length=30)
    policy_version = models.CharField(max_length=20)
    base_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    rate_bps = models.PositiveIntegerField()
    # Which row of the rate card, kept from which day, with which bonus: "home", "default", "home@2026-05-31+campaign:3".
    rate_source = models.CharField(max_length=400)
    # The whole commission; with an introducer, hers is part of it.
    commission_minor = models.BigIntegerField()
    introducer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, null=True, blank=True, related_name="introductions"
    )
    introducer_minor = models.BigIntegerField(default=0)
    # Everything that the rules were told (attribution.facts_as_stored, rates.question_as_stored): asked again, they answer the same.
    facts = models.JSONField(default=dict)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["influencer", "outcome", "-id"], name="decisions_of_an_influencer"),
            models.Index(
                fields=["introducer", "-line"], condition=Q(introducer__isnull=False), name="lines_of_an_introducer"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(introducer_minor__gte=0, introducer_minor__lte=models.F("commission_minor")),
                name="an_introducer_shares_the_commission",
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome} on line {self.line_id}"

    @property
    def closer_minor(self) -> int:
        """What of the commission is the credited creator's own."""
        return self.commission_minor - self.introducer_minor


class Account(models.TextChoices):
    """The ledger's accounts. Money moves from the debited to the credited one."""

    PROGRAMME = "programme", _("Programme")
    PENDING = "pending", _("Pending")
    HELD = "held", _("Held")
    CLEARED = "cleared", _("Cleared")
    IN_PAYOUT = "in_payout", _("In payout")
    PAID = "paid", _("Paid")
    # What a creator owes for returns after a payout: never above zero.
    OWED = "owed", _("Carried over")


class Balance(models.Model):
    """What stands on a creator's accounts in one currency. The database moves it with each entry (``triggers.py``)."""

    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="balances")
    currency = models.CharField(max_length=3)
    pending = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    cleared = models.BigIntegerField(default=0)
    in_payout = models.BigIntegerField(default=0)
    paid = models.BigIntegerField(default=0)
    owed = models.BigIntegerField(default=0)
    # Everything that was taken back so far: reversals and clawbacks.
    reversed = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["influencer", "currency"], name="one_balance_per_creator_and_currency"),
            models.CheckConstraint(
                condition=Q(pending__gte=0, held__gte=0, cleared__gte=0, in_payout__gte=0, paid__gte=0),
                name="no_balance_is_below_zero",
            ),
            models.CheckConstraint(condition=Q(owed__lte=0), name="owed_is_at_most_zero"),
        ]
        indexes = [
            models.Index(fields=["influencer"], condition=Q(cleared__gt=0), name="balances_with_cleared_money"),
            models.Index(fields=["influencer"], condition=Q(owed__lt=0), name="balances_that_owe"),
        ]

    def __str__(self) -> str:
        return f"{self.influencer_id} {self.currency}"

    @property
    def unpaid(self) -> int:
        """What has not reached her, in whatever state."""
        return self.pending + self.held + self.cleared + self.in_payout


class Payee(models.Model):
    """Where a creator's money in one currency goes."""

    class Method(models.TextChoices):
        BANK = "bank", _("Bank transfer")
        STRIPE = "stripe", _("Stripe")

    class State(models.TextChoices):
        SETTING_UP = "setting_up", _("Not finished")
        READY = "ready", _("Ready")
        # The provider refused a payout: nothing is sent until she changes it.
        NEEDS_CHANGE = "needs_change", _("Needs a change")

    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="payees")
    currency = models.CharField(_("Currency"), max_length=3)
    method = models.CharField(_("How"), max_length=10, choices=Method)
    state = models.CharField(max_length=12, choices=State, default=State.SETTING_UP)
    country = models.CharField(_("Country"), max_length=2)
    name = models.CharField(_("Name of the account's holder"), max_length=80)
    # Bank details, sealed (core/sealing.py); empty for Stripe.
    sealed = models.TextField(blank=True)
    # The last four characters of the account, to be recognised by.
    ending = models.CharField(max_length=4, blank=True)
    # The account at Stripe.
    reference = models.CharField(max_length=80, blank=True)
    # She wants everything paid out, whatever the minimum.
    is_closing = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["influencer", "currency"], name="one_payee_per_currency")]
        indexes = [models.Index(fields=["reference"], name="payees_by_reference")]

    def __str__(self) -> str:
        return f"{self.get_method_display()} ••{self.ending}"

    @property
    def is_emptied(self) -> bool:
        """Everything that has cleared is paid out, whatever the minimum: she asked for it, or has left the programme."""
        return self.is_closing or self.influencer.has_left


class Payout(models.Model):
    """Cleared money on its way to a creator. What it pays, to where, is written once (``triggers.py``); its state moves on."""

    class State(models.TextChoices):
        AWAITING = "awaiting", _("Waits for approval")
        READY = "ready", _("Scheduled")
        SENDING = "sending", _("In transit")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")

    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="payouts")
    payee = models.ForeignKey(Payee, on_delete=models.PROTECT, related_name="payouts")
    currency = models.CharField(max_length=3)
    # What is sent, and what was kept back of what she owes; together what had cleared.
    amount_minor = models.BigIntegerField()
    netted_minor = models.BigIntegerField(default=0)
    # It covers her entries in this currency up to this one, from where the payout before ended.
    covers_until = models.BigIntegerField()
    # The run that made it: "2026-11-27". One payout a run, creator and currency.
    slot = models.CharField(max_length=20)
    method = models.CharField(max_length=10, choices=Payee.Method)
    # Where it goes, copied: the sealed bank details, or the account at Stripe.
    destination = models.TextField()
    ending = models.CharField(max_length=4, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.READY)
    # The provider's own number.
    reference = models.CharField(max_length=80, blank=True)
    # Why it failed: a code of ``providers.py``, or "refused" by the person who should have approved it.
    failure = models.CharField(max_length=40, blank=True)
    # The bank file it stands in.
    batch = models.CharField(max_length=20, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    # When the provider was first asked; it is asked again with the same key.
    sent_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payout_is_above_zero"),
            models.CheckConstraint(condition=Q(netted_minor__gte=0), name="netted_is_not_negative"),
            models.UniqueConstraint(fields=["influencer", "currency", "slot"], name="one_payout_per_creator_and_run"),
        ]
        indexes = [
            models.Index(fields=["influencer", "currency", "covers_until"], name="payouts_of_an_influencer"),
            models.Index(fields=["state", "id"], name="payouts_by_state"),
            models.Index(fields=["batch"], condition=~Q(batch=""), name="payouts_of_a_bank_file"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("commissions:payout", args=[self.pk])

    @property
    def number(self) -> str:
        """How people call it: PO-0031."""
        return f"PO-{self.pk:04d}"

    @property
    def key(self) -> str:
        """The idempotency key for the provider: the row's own id, which no retry changes."""
        return f"payout-{self.pk}"


class EntryQuerySet(AppendOnlyQuerySet):
    def of(self, influencer: Influencer) -> Self:
        """Movements of this influencer's money."""
        return self.filter(influencer=influencer)


class Entry(AppendOnlyModel):
    """One movement of money: a debited and a credited account and an amount above zero, so each row balances by itself."""

    class Kind(models.TextChoices):
        ACCRUAL = "accrual", _("Earned")
        CLEARING = "clearing", _("Cleared")
        HOLD = "hold", _("Held")
        RELEASE = "release", _("Released")
        REVERSAL = "reversal", _("Reversed")
        CLAWBACK = "clawback", _("Reversed after payout")
        NETTING = "netting", _("Kept back for returns")
        PAYOUT = "payout", _("Payout")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Payout failed")
        WRITE_OFF = "write_off", _("Written off")

    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="entries")
    # What the movement belongs to: a line, a payout, or neither (what is owed was written off).
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind)
    # 0 for accrual and clearing; the line's cumulative refund for a reversal, the hold's id for a hold, what was written
    # off so far for that: told twice, booked once.
    sequence = models.BigIntegerField(default=0)
    debit = models.CharField(max_length=10, choices=Account)
    credit = models.CharField(max_length=10, choices=Account)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # Copied onto the accrual; later changes of rates touch no row.
    base_minor = models.BigIntegerField(null=True, blank=True)
    rate_bps = models.PositiveIntegerField(null=True, blank=True)
    # Words for the person: "returned", "return window ended".
    reason = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = EntryQuerySet.as_manager()  # type: ignore[misc]  # a richer one than the base's

    class Meta:
        verbose_name_plural = _("entries")
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="entry_amount_is_above_zero"),
            models.CheckConstraint(condition=~Q(debit=models.F("credit")), name="entry_moves_between_two_accounts"),
            models.CheckConstraint(
                condition=~Q(kind="accrual") | Q(base_minor__isnull=False, rate_bps__isnull=False),
                name="accrual_keeps_its_base_and_rate",
            ),
            models.CheckConstraint(
                condition=Q(line__isnull=True) | Q(payout__isnull=True), name="entry_belongs_to_a_line_or_a_payout"
            ),
            models.UniqueConstraint(
                fields=["line", "influencer", "kind", "debit", "sequence"],
                condition=Q(line__isnull=False),
                name="one_entry_per_line_kind_and_step",
            ),
            models.UniqueConstraint(
                fields=["payout", "kind", "debit"],
                condition=Q(payout__isnull=False),
                name="one_entry_per_payout_and_kind",
            ),
            models.UniqueConstraint(
                fields=["influencer", "currency", "kind", "sequence"],
                condition=Q(line__isnull=True, payout__isnull=True),
                name="one_entry_per_kind_and_sum",
            ),
        ]
        indexes = [
            models.Index(fields=["influencer", "-created_at"], name="entries_of_an_influencer"),
            models.Index(fields=["influencer", "kind", "-id"], name="entries_of_a_kind"),
            models.Index(fields=["created_at"], name="entries_by_their_moment"),
        ]

    @property
    def is_removal(self) -> bool:
        """It took money away after a hold, not for a refund: its step is the hold's number below zero."""
        return self.kind == self.Kind.REVERSAL and self.sequence < 0

    @property
    def takes_back(self) -> bool:
        """It took something of what was earned back, for whatever reason."""
        return self.credit == Account.PROGRAMME

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency}"


class DaySum(models.Model):
    """What a day brought a creator, in all, by place or by product; or the whole house. Derived (``days.py``): of closed days only."""

    class Split(models.TextChoices):
        # The labels are for nobody's eyes.
        ALL = "all", "all"
        PLACE = "place", "place"
        PRODUCT = "product", "product"
        HOUSE = "house", "house"

    on = models.DateField()
    # None: everybody's together.
    influencer = models.ForeignKey(Influencer, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    split = models.CharField(max_length=7, choices=Split)
    # The place (``collection:3``) or the product's id.
    key = models.CharField(max_length=60, blank=True)
    # Empty for clicks.
    currency = models.CharField(max_length=3, blank=True)
    clicks = models.BigIntegerField(default=0)
    orders = models.BigIntegerField(default=0)
    earned = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)
    base = models.BigIntegerField(default=0)
    paid = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["influencer", "split", "on", "key", "currency"], name="one_sum_per_day_and_cell"
            ),
        ]
        indexes = [models.Index(fields=["split", "on"], name="sums_by_day")]

    def __str__(self) -> str:
        return f"{self.split} {self.key} on {self.on}"


class ClosedDay(models.Model):
    """A day whose sums are stored. The database removes the row when an entry is booked into the day after all (``triggers.py``):
    what the sums would say then is read from the ledger."""

    on = models.DateField(unique=True)
    # By the site's clock when it was closed.
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["ends_at"], name="closed_days_by_their_end")]

    def __str__(self) -> str:
        return f"{self.on}"


class Hold(models.Model):
    """A line's commission that waits for a look: why, on what evidence, until when. It ends by itself at the deadline."""

    class Reason(models.TextChoices):
        CLICK_FLOOD = "click_flood", _("Unusually many clicks")
        SELF_REFERRAL = "self_referral", _("Looks like an own purchase")
        CODE_LEAK = "code_leak", _("A code was spread elsewhere")
        RETURN_ABUSE = "return_abuse", _("Unusually many returns")
        PAID_ADS = "paid_ads", _("The visit came from a paid advert")
        SUSPENDED = "suspended", _("The shop is suspended")
        OTHER = "other", _("Another reason")

    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="holds")
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=20, choices=Reason)
    evidence = models.TextField()
    # Where the money stood before, and goes back to.
    held_from = models.CharField(max_length=10, choices=Account)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    deadline_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line", "influencer"], condition=Q(released_at__isnull=True), name="one_open_hold_per_line"
            )
        ]
        indexes = [
            models.Index(fields=["deadline_at"], condition=Q(released_at__isnull=True), name="open_holds_by_deadline")
        ]

    def __str__(self) -> str:
        return f"{self.reason} on line {self.line_id}"


class Finding(models.Model):
    """Somebody has looked and means that held money is to be taken away. It is, when nobody appeals in time or a second person
    agrees; until then it stays held."""

    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="finding")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)
    # Until when she may appeal.
    appeal_until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["appeal_until"], name="findings_by_appeal_until")]

    def __str__(self) -> str:
        return f"finding on {self.hold_id}"


class Appeal(models.Model):
    """What the creator says to a hold, once; decided by somebody who neither held nor found. Undecided at the deadline: hers."""

    class Outcome(models.TextChoices):
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")

    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="appeal")
    words = models.CharField(max_length=1000)
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"appeal on {self.hold_id}"


class Act(AppendOnlyModel):
    """What somebody did about money, by whom and why: written once. Without an actor the house did it by its rules."""

    class Kind(models.TextChoices):
        HELD = "held", _("Held")
        RELEASED = "released", _("Released")
        FOUND = "found", _("Found against her")
        APPEALED = "appealed", _("Appealed")
        REMOVED = "removed", _("Taken away")
        PAYEE_CHANGED = "payee_changed", _("Payout details changed")
        RUN_STARTED = "run_started", _("Payout run started")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        FILED = "filed", _("Bank file made")
        FILE_READ = "file_read", _("Bank file read")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")
        SETTLED = "settled", _("Difference settled")

    kind = models.CharField(max_length=20, choices=Kind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, null=True, related_name="+")
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, null=True, related_name="acts")
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, null=True, related_name="acts")
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"


class Claim(models.Model):
    """A job of one slot, such as the payouts of a week: whoever writes the row does it, whoever comes second finds it done."""

    job = models.CharField(max_length=20)
    slot = models.CharField(max_length=20)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="one_claim_per_job_and_slot")]

    def __str__(self) -> str:
        return f"{self.job} {self.slot}"


class Check(models.Model):
    """A proof that was made: the ledger against its rules, or the payouts against the provider. Differences stop payouts."""

    class Kind(models.TextChoices):
        LEDGER = "ledger", _("Ledger")
        PROVIDER = "provider", _("Provider")

    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    # How many entries, or payouts and transfers, were looked at.
    rows = models.BigIntegerField()
    differences = models.JSONField(default=list)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "-at"], name="checks_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class ProviderEvent(models.Model):
    """News from the payment provider as it came. It is a hint to look; what holds is what the provider answers then."""

    source = models.CharField(max_length=10)
    event_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=60)
    # The account or transfer that it is about.
    subject = models.CharField(max_length=80)
    body = models.TextField()
    received_at = models.DateTimeField(default=timezone.now)
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "event_id"], name="one_row_per_event")]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(processed_at__isnull=True), name="unprocessed_events")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.event_id}"
