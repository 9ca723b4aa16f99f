"""The influencer programme: applications with their evidence, decisions, people approved, clicks on their links."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from core.models import AppendOnlyModel
from influencers.referrals import DEFAULT_POLICY, WINDOW_DAYS, Policy


class ApplicationQuerySet(models.QuerySet["Application"]):
    def open(self) -> Self:
        """Applications that wait for a reviewer or for the applicant's answer."""
        return self.filter(state__in=[Application.State.SUBMITTED, Application.State.NEEDS_MORE])

    def waiting(self) -> Self:
        """Applications that wait for a reviewer, oldest first."""
        return self.filter(state=Application.State.SUBMITTED).order_by("submitted_at", "pk")

    def sent(self) -> Self:
        """Applications that a reviewer may see: all but drafts."""
        return self.exclude(state=Application.State.DRAFT)

    def near(self, points: int, *, within: int) -> Self:
        """Applications whose score lies close to the line, on either side."""
        return self.filter(score_points__gte=points - within, score_points__lte=points + within)

    def reapplied(self) -> Self:
        """Applications of people who were declined before."""
        earlier = Application.objects.filter(
            user=OuterRef("user"), state=Application.State.DECLINED, pk__lt=OuterRef("pk")
        )
        return self.filter(Exists(earlier))

    def after(self, other: "Application") -> Self:
        """Applications that stand behind this one in the queue."""
        return self.filter(Q(submitted_at__gt=other.submitted_at) | Q(submitted_at=other.submitted_at, pk__gt=other.pk))

    def before(self, other: "Application") -> Self:
        """Applications that stand in front of this one in the queue."""
        return self.filter(Q(submitted_at__lt=other.submitted_at) | Q(submitted_at=other.submitted_at, pk__lt=other.pk))


class Application(models.Model):
    """One request to become an influencer, with the score it was sent with."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("In review")
        NEEDS_MORE = "needs_more", _("One thing to fix")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Not yet")

    class Reason(models.TextChoices):
        NEEDS_MORE_DETAIL = "needs_more_detail", _("More detail is needed")
        REACH = "does_not_meet_requirements", _("Reach is below what the programme asks")
        NOT_THE_RIGHT_FIT = "not_the_right_fit", _("Not the right fit for this shop")
        IDENTITY = "identity_not_proven", _("The accounts could not be matched to you")
        OTHER = "other", _("Another reason")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="applications")
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    display_name = models.CharField(_("Display name"), max_length=80)
    country = models.CharField(_("Country"), max_length=2)
    topics = models.JSONField(_("Topics"), default=list, blank=True)
    pitch = models.TextField(_("About your work"), max_length=1000)
    # The score as it stood when the application was sent: points 0 to 100, its parts, and the policy's version.
    score_points = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    score = models.JSONField(default=dict, blank=True)
    policy_version = models.CharField(max_length=20, blank=True)
    question = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    reason = models.CharField(max_length=30, choices=Reason, blank=True)
    note = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    # From when a declined person may apply again.
    reapply_on = models.DateField(null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=["draft", "submitted", "needs_more"]),
                name="one_open_application_per_person",
                violation_error_message=_("You have an open application already."),
            )
        ]
        indexes = [models.Index(fields=["state", "submitted_at"], name="review_queue")]

    def __str__(self) -> str:
        return f"{self.display_name} ({self.get_state_display()})"


class SocialAccount(models.Model):
    """One account that an applicant names, with the figures she gives and a link as evidence."""

    class Platform(models.TextChoices):
        FACEBOOK = "facebook", "Facebook"
        INSTAGRAM = "instagram", "Instagram"
        YOUTUBE = "youtube", "YouTube"
        X = "x", "X"
        TIKTOK = "tiktok", "TikTok"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="accounts")
    platform = models.CharField(_("Network"), max_length=10, choices=Platform)
    handle = models.CharField(_("Handle"), max_length=100)
    followers = models.PositiveBigIntegerField(_("Followers"))
    following = models.PositiveBigIntegerField(_("Following"), null=True, blank=True)
    # Per recent post, as the applicant reports them; None: she did not say.
    average_likes = models.PositiveBigIntegerField(_("Likes on a typical post"), null=True, blank=True)
    average_comments = models.PositiveBigIntegerField(_("Comments on a typical post"), null=True, blank=True)
    average_views = models.PositiveBigIntegerField(_("Views of a typical post"), null=True, blank=True)
    posts_in_60_days = models.PositiveIntegerField(_("Posts in the last 60 days"))
    opened_on = models.DateField(_("Opened on"), null=True, blank=True)
    evidence_url = models.URLField(_("Link as evidence"), max_length=500)
    # A reviewer's judgement, 0 to 4: how much of the recent posts shows products. None: not judged yet.
    relevance = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "platform", "handle"],
                name="one_row_per_social_account",
                violation_error_message=_("This account is listed already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} {self.handle}"


class ApplicationEvent(AppendOnlyModel):
    """What happened to an application, by whom and when: written once, shown to both sides."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="events")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20)
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=30, blank=True)
    note = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.kind} on {self.application_id}"


class InfluencerQuerySet(models.QuerySet["Influencer"]):
    def active(self) -> Self:
        """Influencers whose links earn."""
        return self.filter(state=Influencer.State.ACTIVE)


class Influencer(models.Model):
    """A person who was approved. Her name at ``/@handle`` is her user's handle."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")

    # PROTECT: ledger entries stand behind an influencer.
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="influencer")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="influencer")
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    approved_at = models.DateTimeField(default=timezone.now)

    objects = InfluencerQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.user)

    @property
    def is_active(self) -> bool:
        """Her links earn."""
        return self.state == self.State.ACTIVE


class CreatorCode(models.Model):
    """A word that buyers type in the cart. The newest is shown; an older one goes on crediting her and is never another's."""

    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="codes")
    # In capital letters (``influencers.codes.normalised``): one space for every creator.
    code = models.CharField(
        max_length=20, unique=True, error_messages={"unique": _("This code is taken. Choose another one.")}
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(code=Upper("code")), name="a_code_is_in_capital_letters")]

    def __str__(self) -> str:
        return self.code


class Link(models.Model):
    """A channel of a creator (a newsletter, a video, a flyer) with an address and a QR code of its own, each counted by itself."""

    influencer = models.ForeignKey(Influencer, on_delete=models.CASCADE, related_name="links")
    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(_("Channel"), max_length=40)
    # Where it leads: a page of this site ("": her shop), written when the link was made. No request can name another one.
    path = models.CharField(max_length=500, blank=True)
    # The product of that page, where it shows one.
    product = models.ForeignKey(Product, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["influencer", "name"],
                name="one_channel_per_creator_and_name",
                violation_error_message=_("You have a channel with this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("influencers:go", args=[self.code])

    @property
    def qr_url(self) -> str:
        """What its QR code says: the same place, counted by itself."""
        return reverse("influencers:go_qr", args=[self.code])


class AttributionPolicy(AppendOnlyModel):
    """The numbers of the attribution rule from a moment on (docs/rules/attribution.md). Written once: a change is another row."""

    version = models.CharField(_("Version"), max_length=20, unique=True)
    # Orders placed from then on.
    starts_at = models.DateTimeField(_("Holds from"), unique=True)
    window_hours = models.PositiveIntegerField(_("Hours in which a touch counts"), default=DEFAULT_POLICY.window_hours)
    cart_lock_days = models.PositiveIntegerField(
        _("Days after the touch in which it may be ordered"), default=DEFAULT_POLICY.cart_lock_days
    )
    late_minutes = models.PositiveIntegerField(
        _("Minutes after opening the basket in which a touch is late"), default=DEFAULT_POLICY.late_minutes
    )
    ends_with_order = models.BooleanField(
        _("An order ends what was touched before"), default=DEFAULT_POLICY.ends_with_order
    )
    assist_bps = models.PositiveIntegerField(
        _("Share of the introducing creator, in hundredths of a percent"), default=DEFAULT_POLICY.assist_bps
    )
    refuses_household = models.BooleanField(
        _("Refuse the creator's own household"), default=DEFAULT_POLICY.refuses_household
    )
    note = models.CharField(_("Note"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name_plural = _("attribution policies")
        constraints = [
            models.CheckConstraint(
                condition=Q(window_hours__gte=1, window_hours__lte=WINDOW_DAYS * 24),
                name="window_is_an_hour_to_30_days",
                violation_error_message=_("A touch is remembered for 30 days: the window is 1 to 720 hours."),
            ),
            models.CheckConstraint(
                condition=Q(assist_bps__lte=5_000),
                name="an_introducer_gets_at_most_half",
                violation_error_message=_("The introducing creator gets at most half: 5000."),
            ),
        ]

    def __str__(self) -> str:
        return self.version

    @property
    def numbers(self) -> Policy:
        """The row as the rule reads it."""
        return Policy(
            self.version, self.window_hours, self.cart_lock_days, self.late_minutes, self.ends_with_order,
            self.assist_bps, self.refuses_household,
        )  # fmt: skip


class Click(models.Model):
    """Somebody came through an influencer's page or link: one row a visitor, link and hour."""

    influencer = models.ForeignKey(Influencer, on_delete=models.CASCADE, related_name="clicks")
    # Where the link stood (referrals.SOURCE): "storefront", "collection:<id>/pick:<id>", "list:<id>", "spark:<id>/tag:<id>",
    # "share", "channel:<id>", "qr:<id>".
    source = models.CharField(max_length=60)
    product_id = models.BigIntegerField(null=True, blank=True)
    # A keyed hash of the visitor's address and browser for this day; no address is kept.
    visitor = models.CharField(max_length=32)
    # The hour of the click: with visitor, source and product it makes the row unique.
    hour = models.DateTimeField()
    at = models.DateTimeField(default=timezone.now)
    # It came after the basket page was opened: counted, shown as late, and wins nothing that lay there.
    is_late = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["influencer", "source", "product_id", "visitor", "hour"],
                name="one_click_per_visitor_link_and_hour",
            ),
            # A second one for visits of a whole page: not every database treats NULL as equal to NULL.
            models.UniqueConstraint(
                fields=["influencer", "source", "visitor", "hour"],
                condition=Q(product_id__isnull=True),
                name="one_click_per_visitor_page_and_hour",
            ),
        ]
        indexes = [models.Index(fields=["influencer", "at"], name="clicks_of_an_influencer")]

    def __str__(self) -> str:
        return f"{self.source} of {self.influencer_id}"
