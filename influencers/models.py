"""The influencer programme: applications with their evidence, decisions, people approved, clicks on their links."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import AppendOnlyError, AppendOnlyModel
from influencers import scoring


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
        FRAUD = "fraud", _("Figures or accounts that were proven false")
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
    # From when a declined person may apply again; None after proven fraud: not.
    reapply_on = models.DateField(null=True, blank=True)
    # Refreshed numbers crossed the line after a decline, and she was told.
    invited_at = models.DateTimeField(null=True, blank=True)
    # When her numbers were last held against the line after a decline.
    looked_at = models.DateTimeField(default=timezone.now, editable=False)

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


class ScorePolicyQuerySet(models.QuerySet["ScorePolicy"]):
    def published(self) -> Self:
        """Versions that score or have scored, the one in force first."""
        return self.filter(published_at__isnull=False).order_by("-published_at", "-pk")

    def in_force(self) -> scoring.Policy:
        """The numbers of the version published last; before the first one, the default's."""
        row = self.published().first()
        return row.policy if row else scoring.DEFAULT_POLICY

    def numbers_of(self, version: str) -> scoring.Policy:
        """The numbers of a version that was used; the default's for one from before versions were kept."""
        row = self.filter(version=version).first()
        return row.policy if row else scoring.DEFAULT_POLICY


class ScorePolicy(models.Model):
    """One version of every number of the reach score and the programme: a draft until it is published, then never changed."""

    version = models.CharField(_("Version"), max_length=20, unique=True)
    note = models.TextField(_("What changes, and why"), blank=True)
    numbers = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(_("Published"), null=True, blank=True)

    objects = ScorePolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("score policy")
        verbose_name_plural = _("score policies")

    def __str__(self) -> str:
        return self.version

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A draft may change; raises AppendOnlyError for a version that was published."""
        if not self._state.adding and ScorePolicy.objects.published().filter(pk=self.pk).exists():
            raise AppendOnlyError("A published policy is never changed: make a new version")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """A draft may go; raises AppendOnlyError for a version that was published."""
        if self.published_at:
            raise AppendOnlyError("A published policy is never removed")
        return super().delete(*args, **kwargs)

    @property
    def policy(self) -> scoring.Policy:
        """Its numbers as the rule takes them."""
        return scoring.policy_from(self.numbers, self.version)


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


class Click(models.Model):
    """Somebody came through an influencer's page or link: one row a visitor, link and hour."""

    influencer = models.ForeignKey(Influencer, on_delete=models.CASCADE, related_name="clicks")
    # Where the link stood: "storefront", "collection:<id>", "pick:<id>".
    source = models.CharField(max_length=60)
    product_id = models.BigIntegerField(null=True, blank=True)
    # A keyed hash of the visitor's address and browser for this day; no address is kept.
    visitor = models.CharField(max_length=32)
    # The hour of the click: with visitor, source and product it makes the row unique.
    hour = models.DateTimeField()
    at = models.DateTimeField(default=timezone.now)

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
