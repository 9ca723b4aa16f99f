"""The influencer programme: applications with their evidence, decisions, people approved, clicks on their links."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Product
from core.models import AppendOnlyError, AppendOnlyModel, AppendOnlyQuerySet
from influencers import conduct, probation, replies, scoring
from influencers.referrals import DEFAULT_POLICY, WINDOW_DAYS, Policy


class ApplicationQuerySet(models.QuerySet["Application"]):
    def open(self) -> Self:
        """Applications that wait for a reviewer or for the applicant's answer."""
        return self.filter(state__in=[Application.State.SUBMITTED, Application.State.NEEDS_MORE])

    def waiting(self) -> Self:
        """Applications that wait for a reviewer, oldest first."""
        return self.filter(state=Application.State.SUBMITTED, verdict="").order_by("submitted_at", "pk")

    def undoable(self) -> Self:
        """Applications that were decided and not told yet."""
        return self.filter(state=Application.State.SUBMITTED).exclude(verdict="")

    def free_for(self, reviewer_pk: int, now: datetime) -> Self:
        """Applications that no other reviewer holds."""
        return self.filter(Q(held_until__isnull=True) | Q(held_until__lte=now) | Q(held_by=reviewer_pk))

    def decidable_by(self, reviewer_pk: int) -> Self:
        """Applications that this reviewer may decide: not her own, and none that comes back from an appeal against her."""
        before = Appeal.objects.filter(application=OuterRef("pk"), against=reviewer_pk)
        return self.exclude(user=reviewer_pk).exclude(Exists(before))

    def sent(self) -> Self:
        """Applications that a reviewer may see: all but drafts."""
        return self.exclude(state=Application.State.DRAFT)

    def near(self, points: int, *, within: int) -> Self:
        """Applications whose score lies close to the line, on either side."""
        return self.filter(score_points__gte=points - within, score_points__lte=points + within)

    def reapplied(self) -> Self:
        """Applications of people who were declined before."""
        return self.filter(previous__isnull=False)

    def after(self, other: "Application") -> Self:
        """Applications that stand behind this one in the queue."""
        return self.later_than(other.submitted_at, other.pk)

    def before(self, other: "Application") -> Self:
        """Applications that stand in front of this one in the queue."""
        return self.earlier_than(other.submitted_at, other.pk)

    def later_than(self, at: datetime | None, pk: int) -> Self:
        """Applications sent after this moment and number. The first condition lets the index be entered there."""
        return self.filter(Q(submitted_at__gt=at) | Q(pk__gt=pk), submitted_at__gte=at)

    def earlier_than(self, at: datetime | None, pk: int) -> Self:
        """Applications sent before this moment and number."""
        return self.filter(Q(submitted_at__lt=at) | Q(pk__lt=pk), submitted_at__lte=at)


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
        ENGAGEMENT = "engagement_unusual", _("The engagement could not be explained")
        CONTENT = "content_not_allowed", _("The content does not keep our rules")
        HANDLE = "handle_conflict", _("The handle belongs to somebody else")
        OTHER = "other", _("Another reason")

    class Risk(models.TextChoices):
        SOME = "some", _("Look closer")
        HIGH = "high", _("High risk")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="applications")
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    display_name = models.CharField(_("Display name"), max_length=80)
    country = models.CharField(_("Country"), max_length=2)
    topics = models.JSONField(_("Topics"), default=list, blank=True)
    pitch = models.TextField(_("About your work"), max_length=1000)
    # The one of hers that was declined last when this one was sent.
    previous = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # The score as it stood when the application was sent: points 0 to 100, its parts, and the policy's version.
    score_points = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    score = models.JSONField(default=dict, blank=True)
    policy_version = models.CharField(max_length=20, blank=True)
    # The worst of its risk signals, for the queue; written with the score.
    risk = models.CharField(max_length=4, choices=Risk, blank=True)
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
    # The state to come: decided, not told yet, and to be undone until the minutes are over.
    verdict = models.CharField(max_length=12, blank=True)
    # Who has the case open, and until when: others read it and do not decide.
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    held_until = models.DateTimeField(null=True, blank=True)
    # The first of two people who approve, where two are needed.
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_at = models.DateTimeField(null=True, blank=True)

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
        indexes = [
            models.Index(fields=["state", "verdict", "submitted_at", "id"], name="review_queue"),
            models.Index(fields=["decided_at"], condition=~Q(verdict=""), name="decisions_to_be_told"),
            models.Index(fields=["held_by"], condition=Q(held_by__isnull=False), name="cases_held"),
            models.Index(
                fields=["state", "verdict", "submitted_at", "id"],
                condition=Q(previous__isnull=False),
                name="queue_of_those_who_came_back",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.display_name} ({self.get_state_display()})"


class CaseWord(models.Model):
    """A word or a mark by which the desk finds an application (influencers/finding.py says which)."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="words", db_index=False)
    word = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "word"], name="one_row_per_case_and_word")]
        indexes = [
            models.Index(fields=["word", "application"], opclasses=["varchar_pattern_ops", ""], name="cases_of_a_word")
        ]

    def __str__(self) -> str:
        return self.word


class Platform(models.TextChoices):
    FACEBOOK = "facebook", "Facebook"
    INSTAGRAM = "instagram", "Instagram"
    YOUTUBE = "youtube", "YouTube"
    X = "x", "X"
    TIKTOK = "tiktok", "TikTok"


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def proved(self) -> Self:
        """Accounts whose owner is known today: only these count in a decision."""
        return self.exclude(proof="").filter(expires_at__gt=timezone.now())

    def waiting(self) -> Self:
        """Accounts whose proof waits for a reviewer, oldest first."""
        return self.exclude(asked="").order_by("asked_at", "pk")

    def due(self, now: datetime) -> Self:
        """Proved accounts whose figures are to be fetched now, those that waited longest first."""
        return self.proved().filter(due_at__lte=now, user__is_active=True).order_by("due_at", "pk")


class Connection(models.Model):
    """One account on a network that a person says is hers, how that was proved, and the key to its figures."""

    Platform = Platform

    class Proof(models.TextChoices):
        OAUTH = "oauth", _("signed in on the network")
        CODE = "code", _("code in the profile")
        EVIDENCE = "evidence", _("picture seen by a reviewer")

    class Trouble(models.TextChoices):
        AWAY = "away", _("The network does not answer. We try again by ourselves.")
        LIMIT = "limit", _("The network lets us ask no more for now. We try again by ourselves.")
        GARBAGE = "garbage", _("The network answered with something that we cannot read. We try again by ourselves.")
        EXPIRED = "expired", _("The network no longer accepts your sign-in. Connect the account again.")
        PRIVATE = "private", _("The account is private. Make it public so that its figures can be read.")
        MISSING = "missing", _("The network knows no such account. Check the handle.")
        REFUSED = "refused", _("The network refused what this site asked for. The site's staff can see why.")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="connections")
    platform = models.CharField(_("Network"), max_length=10, choices=Platform)
    handle = models.CharField(_("Handle"), max_length=100)
    # What two spellings of one account share (social_handles.same_key).
    key = models.CharField(max_length=100)
    # What names share that a hurried reader takes for each other (accounts.handles.skeleton).
    skeleton = models.CharField(max_length=100, db_index=True)
    # The network's own number of the account, where it told us.
    platform_id = models.CharField(max_length=64, blank=True)
    proof = models.CharField(max_length=10, choices=Proof, blank=True)
    proved_at = models.DateTimeField(null=True, blank=True)
    # The reviewer who looked; empty where the network itself said so.
    proved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    # The end of which she was told last.
    reminded_of = models.DateTimeField(null=True, blank=True, editable=False)
    # Access and refresh token, sealed (core.sealing). Nothing shows them.
    tokens = models.TextField(blank=True, editable=False)
    # The one-time code for the profile, sealed too: its owner and reviewers read it.
    code = models.TextField(blank=True, editable=False)
    code_expires_at = models.DateTimeField(null=True, blank=True)
    # What a reviewer is asked to look at: "code", "evidence" or nothing; and her words when it was not enough.
    asked = models.CharField(max_length=10, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(max_length=500, blank=True)
    # When the figures are fetched next, how often in a row that failed, and why the last time.
    due_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=10, choices=Trouble, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "platform", "key"], name="one_connection_per_person_and_account"),
            models.UniqueConstraint(
                fields=["platform", "key"], condition=~Q(proof=""), name="one_proved_owner_per_handle"
            ),
            models.UniqueConstraint(
                fields=["platform", "platform_id"],
                condition=~Q(proof="") & ~Q(platform_id=""),
                name="one_proved_owner_per_platform_account",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=~Q(proof=""), name="figures_due"),
            models.Index(fields=["asked_at"], condition=~Q(asked=""), name="proofs_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} {self.handle}"

    @property
    def is_proved(self) -> bool:
        """Its owner is known today."""
        return bool(self.proof and self.expires_at and self.expires_at > timezone.now())


class ProofTry(models.Model):
    """Somebody had a code looked up: five an hour, person and account. Rows of the last day only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    platform = models.CharField(max_length=10, choices=Platform)
    key = models.CharField(max_length=100)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "platform", "key", "at"], name="proof_tries")]

    def __str__(self) -> str:
        return f"{self.platform} {self.key}"


class Evidence(models.Model):
    """A picture that shows whose account it is: drawn anew, sealed, in the database alone, so that no address leads to it."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="evidence")
    # WebP, sealed. Read by views that ask who is asking.
    picture = models.BinaryField(editable=False)
    uploaded_at = models.DateTimeField(default=timezone.now)
    # From here on it is not needed any more and is deleted after a while.
    decided_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"evidence {self.pk}"


class SignInState(models.Model):
    """One way to a network and back: good once, for ten minutes, for the person who set out."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    # SHA-256 of the state that travels; the verifier of the code is sealed.
    state_hash = models.CharField(max_length=64, unique=True)
    verifier = models.TextField(editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sign-in {self.pk}"


class Snapshot(AppendOnlyModel):
    """What an account looked like on a day: written once. None: hidden, or not told."""

    class Source(models.TextChoices):
        PLATFORM = "platform", _("fetched from the network")
        EVIDENCE = "evidence", _("stated, and seen by a reviewer")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="snapshots")
    taken_at = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=10, choices=Source)
    followers = models.PositiveBigIntegerField(null=True)
    following = models.PositiveBigIntegerField(null=True)
    posts_in_60_days = models.PositiveIntegerField(null=True)
    average_likes = models.PositiveBigIntegerField(null=True)
    average_comments = models.PositiveBigIntegerField(null=True)
    average_views = models.PositiveBigIntegerField(null=True)
    newest_post_on = models.DateField(null=True)
    opened_on = models.DateField(null=True)
    # The recent posts behind the averages, newest first: at, likes, comments, views, url, picture.
    recent = models.JSONField(default=list, blank=True)

    class Meta:
        indexes = [models.Index(fields=["connection", "-taken_at"], name="snapshots_newest_first")]

    def __str__(self) -> str:
        return f"{self.connection_id} at {self.taken_at:%Y-%m-%d}"


class PlatformMeter(models.Model):
    """How much a network was asked today, and whether it is left alone for now. One row a network."""

    platform = models.CharField(max_length=10, choices=Platform, primary_key=True)
    # In UTC, as the networks count.
    day = models.DateField(null=True, blank=True)
    calls = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    # Until then nothing is asked: the network failed too often, or said so.
    open_until = models.DateTimeField(null=True, blank=True)
    last_trouble = models.CharField(max_length=10, choices=Connection.Trouble, blank=True)
    last_trouble_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.get_platform_display()


class SocialAccount(models.Model):
    """One account that an applicant names, with the figures she gives and a link as evidence."""

    Platform = Platform

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="accounts")
    # SET_NULL: what was stated stays with its application when the account is taken away.
    connection = models.ForeignKey(
        Connection, on_delete=models.SET_NULL, null=True, blank=True, related_name="accounts"
    )
    platform = models.CharField(_("Network"), max_length=10, choices=Platform)
    handle = models.CharField(_("Handle"), max_length=100)
    followers = models.PositiveBigIntegerField(_("Followers"))
    following = models.PositiveBigIntegerField(pgettext_lazy("figure", "Following"), null=True, blank=True)
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


class ApplicationEventQuerySet(AppendOnlyQuerySet):
    def for_applicant(self) -> Self:
        """What the applicant sees of the story: nothing of what reviewers do among themselves."""
        return self.exclude(kind__in=ApplicationEvent.DESK_ONLY)


class ApplicationEvent(AppendOnlyModel):
    """What happened to an application, by whom and when: written once, refused change by the database itself."""

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", _("Sent")
        ASKED = "asked", _("Question from the reviewer")
        ANSWERED = "answered", _("Answer sent")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Not yet")
        RATED = "rated", _("Fit judged")
        APPROVED_BY_POLICY = "approved_by_policy", _("Approved by the published rule")
        DECLINED_BY_POLICY = "declined_by_policy", _("Not yet, by the published rule")
        PERSON_ASKED = "person_asked", _("A person was asked to look")
        PROOF_ACCEPTED = "proof_accepted", _("Account proved")
        PROOF_REFUSED = "proof_refused", _("Account not proved")
        PROOF_WITHDRAWN = "proof_withdrawn", _("Proof taken back")
        INVITED = "invited", _("Invited back: the numbers crossed the line")
        HELD = "held", _("Case opened")
        RELEASED = "released", _("Case given back")
        NOTED = "noted", _("Note among reviewers")
        PROPOSED = "proposed", _("Approved by the first of two")
        DECIDED = "decided", _("Decided, not told yet")
        UNDONE = "undone", _("Undone")
        APPEALED = "appealed", _("Appeal sent")
        APPEAL_GRANTED = "appeal_granted", _("Appeal granted: it is decided anew")
        APPEAL_REFUSED = "appeal_refused", _("Appeal refused")

    DESK_ONLY = (Kind.HELD, Kind.RELEASED, Kind.NOTED, Kind.PROPOSED, Kind.DECIDED, Kind.UNDONE)

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="events")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=30, blank=True)
    note = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = ApplicationEventQuerySet.as_manager()  # type: ignore[misc]  # a richer one than the base's

    class Meta:
        indexes = [
            models.Index(fields=["at", "id"], name="audit_log"),
            models.Index(fields=["actor", "at", "id"], name="audit_log_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.application_id}"


class AppealQuerySet(models.QuerySet["Appeal"]):
    def waiting(self) -> Self:
        """Appeals without an answer, oldest first."""
        return self.filter(outcome="").order_by("at", "pk")


class Appeal(models.Model):
    """What an applicant says to a decline for proven fraud, once for each; answered by somebody who never decided about her.

    Granted, the finding is gone and the application waits again, for others than who found so.
    """

    class Outcome(models.TextChoices):
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="appeals")
    # Who declined, and what for: the application forgets both when the appeal is granted.
    against = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    finding = models.TextField(blank=True)
    words = models.TextField(max_length=2000)
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.TextField(max_length=2000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "against"], name="one_appeal_against_each_decline"),
        ]
        indexes = [models.Index(fields=["at", "id"], condition=Q(outcome=""), name="appeals_waiting")]

    def __str__(self) -> str:
        return f"appeal on {self.application_id}"


class ReplyTemplate(models.Model):
    """Words that reviewers keep ready for a reason, in one language, with placeholders such as ``{name}``."""

    class Act(models.TextChoices):
        APPROVE = "approve", _("Approve")
        DECLINE = "decline", _("Decline")
        ASK = "ask", _("Ask for more")

    act = models.CharField(_("Act"), max_length=10, choices=Act)
    # Empty for a reply that fits every reason of the act.
    reason = models.CharField(_("Reason"), max_length=30, choices=Application.Reason, blank=True)
    language = models.CharField(_("Language"), max_length=10, choices=settings.LANGUAGES)
    text = models.TextField(_("Text"), max_length=2000)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["act", "reason", "language"],
                name="one_reply_per_act_reason_and_language",
                violation_error_message=_(
                    "There is a reply for this act, reason and language already: change that one."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} · {self.get_reason_display() or '–'} · {self.language}"

    def clean(self) -> None:
        """Only placeholders that something takes the place of."""
        unknown = replies.unknown_placeholders(self.text)
        if unknown:
            known = ", ".join(f"{{{name}}}" for name in replies.PLACEHOLDERS)
            raise ValidationError(
                {
                    "text": _("We cannot fill in %(unknown)s. These can be used: %(known)s.")
                    % {"unknown": ", ".join(f"{{{name}}}" for name in unknown), "known": known}
                }
            )


class InfluencerQuerySet(models.QuerySet["Influencer"]):
    def active(self) -> Self:
        """Influencers whose shops are open and whose links bring."""
        return self.filter(state=Influencer.State.ACTIVE, user__is_active=True)


def probation_end() -> datetime:
    """When the probation of somebody who is approved now ends."""
    return timezone.now() + timedelta(days=probation.DEFAULT_POLICY.days)


class Influencer(models.Model):
    """A person who was approved. Her name at ``/@handle`` is her user's handle."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        CLOSED = "closed", _("Closed after probation")
        BANNED = "banned", _("Banned")

    class Probation(models.TextChoices):
        RUNNING = "running", _("On probation")
        PASSED = "passed", _("Passed")
        ENDED = "ended", _("Ended without the sales")

    # PROTECT: ledger entries stand behind an influencer.
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="influencer")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="influencer")
    # Follows from sanctions and probation (services/conduct.settle); nothing else writes it.
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    approved_at = models.DateTimeField(default=timezone.now)
    probation = models.CharField(max_length=10, choices=Probation, default=Probation.RUNNING)
    # Moves on by the length of each pause.
    probation_ends_at = models.DateTimeField(default=probation_end)
    probation_paused_at = models.DateTimeField(null=True, blank=True)
    # The day of the probation on which she was reminded last.
    probation_reminded = models.PositiveSmallIntegerField(default=0)
    # Since when no account of hers is proved, as the nightly look found it.
    unproved_since = models.DateTimeField(null=True, blank=True)

    objects = InfluencerQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "-approved_at"], name="creators_by_standing"),
            models.Index(fields=["probation_ends_at"], condition=Q(probation="running"), name="probations_that_run"),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def is_active(self) -> bool:
        """Her shop is open and her links bring."""
        return self.state == self.State.ACTIVE

    @property
    def is_suspended(self) -> bool:
        """What she earns is held."""
        return conduct.is_held(self.state)

    @property
    def has_left(self) -> bool:
        """She earns nothing new; what she earned is paid out whatever the minimum."""
        return conduct.has_left(self.state)


class QualifyingSale(models.Model):
    """A credited order line of another person that counts in a probation, until it is refunded in full."""

    influencer = models.ForeignKey(Influencer, on_delete=models.CASCADE, related_name="qualifying_sales")
    # The line's number in orders, which lies above: told twice, counted once.
    line_id = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"line {self.line_id}"


class SanctionQuerySet(models.QuerySet["Sanction"]):
    def standing(self) -> Self:
        """Sanctions that hold, or wait for a second person."""
        return self.filter(state__in=[Sanction.State.PROPOSED, Sanction.State.IN_FORCE])

    def hiding(self) -> Self:
        """Sanctions that hide a shop."""
        return self.standing().exclude(kind=Sanction.Kind.WARNING)

    def appealed(self) -> Self:
        """Sanctions that hold and whose appeal waits for its answer, oldest first."""
        return (
            self.standing()
            .filter(appealed_at__isnull=False, appeal_decided_at__isnull=True)
            .order_by("appealed_at", "pk")
        )

    def unconfirmed(self) -> Self:
        """Bans that wait for a second person, oldest first."""
        return self.filter(state=Sanction.State.PROPOSED).order_by("at", "pk")

    def due(self, now: datetime) -> Self:
        """Sanctions whose time is over."""
        return self.standing().filter(ends_at__lte=now).order_by("ends_at", "pk")


class Sanction(models.Model):
    """A warning, a suspension or a ban: why, what was seen, until when, and what became of her appeal."""

    class Kind(models.TextChoices):
        WARNING = conduct.WARNING, _("Warning")
        SUSPENSION = conduct.SUSPENSION, _("Suspension")
        BAN = conduct.BAN, _("Ban")

    class Reason(models.TextChoices):
        TOS_VIOLATION = "tos_violation", _("The terms were broken")
        INAPPROPRIATE_CONTENT = "inappropriate_content", _("Content that has no place here")
        FAKE_TRAFFIC = "fake_traffic", _("Visits or followers that are not real")
        FRAUD = "fraud", _("Fraud")
        SPAM = "spam", _("Unwanted mass messages")
        BRAND_ABUSE = "brand_abuse", _("A brand's name or pictures were misused")
        MISSING_PROOF = "missing_proof", _("No account is proved any more")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits for a second person")
        IN_FORCE = "in_force", _("In force")
        ENDED = "ended", _("Ended")
        LIFTED = "lifted", _("Lifted")
        REFUSED = "refused", _("Not confirmed")

    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="sanctions")
    kind = models.CharField(max_length=10, choices=Kind)
    reason = models.CharField(max_length=30, choices=Reason)
    # What was seen; she reads it.
    evidence = models.TextField(max_length=2000, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.IN_FORCE)
    # None: the site itself, by its written rule.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    # When it ends by itself; None: it does not.
    ends_at = models.DateTimeField(null=True)
    appeal_until = models.DateTimeField()
    appeal = models.TextField(max_length=2000, blank=True)
    appealed_at = models.DateTimeField(null=True)
    appeal_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    appeal_decided_at = models.DateTimeField(null=True)
    # The words with which it was lifted, upheld or not confirmed.
    answer = models.TextField(max_length=2000, blank=True)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["influencer", "kind", "reason"],
                condition=Q(state__in=["proposed", "in_force"]) & ~Q(kind="warning"),
                name="one_standing_sanction_per_kind_and_reason",
            )
        ]
        indexes = [
            models.Index(fields=["ends_at"], condition=Q(state__in=["proposed", "in_force"]), name="sanctions_that_end")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.influencer_id}"

    @property
    def is_standing(self) -> bool:
        """It holds, or waits for a second person."""
        return self.state in {self.State.PROPOSED, self.State.IN_FORCE}

    @property
    def decided_by_pks(self) -> tuple[int | None, ...]:
        """Who imposed it, confirmed it, answered its appeal."""
        return (self.by_id, self.confirmed_by_id, self.appeal_decided_by_id)


class ConductEvent(AppendOnlyModel):
    """What happened to a creator's standing, by whom and when: written once, refused change by the
    database itself. ``actor`` None: the site, by its clock."""

    class Kind(models.TextChoices):
        WARNING = "warning", _("Warned")
        SUSPENSION = "suspension", _("Suspended")
        PROPOSED = "proposed", _("Ban proposed: a second person decides")
        BAN = "ban", _("Banned")
        LIFTED = "lifted", _("Lifted")
        ENDED = "ended", _("Ended by itself")
        APPEALED = "appealed", _("Appeal sent")
        UPHELD = "upheld", _("Appeal refused")
        UNPROVED = "unproved", _("No account is proved")
        PROVED_AGAIN = "proved_again", _("An account is proved again")
        HANDLE_CHANGED = "handle_changed", _("The name of an account changed")
        PROBATION_REMINDER = "probation_reminder", _("Reminded of the probation")
        PROBATION_PASSED = "probation_passed", _("Probation passed")
        PROBATION_ENDED = "probation_ended", _("Probation ended without the sales")
        PROBATION_PAUSED = "probation_paused", _("Probation paused")
        PROBATION_RESUMED = "probation_resumed", _("Probation goes on")
        PROBATION_LONGER = "probation_longer", _("Probation made longer")
        REOPENED = "reopened", _("In the programme again")

    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="conduct_events")
    sanction = models.ForeignKey(Sanction, on_delete=models.PROTECT, null=True, related_name="events")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    note = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["influencer", "at"], name="conduct_of_a_creator")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.influencer_id}"


class CreatorCode(models.Model):
    """A word that buyers type in the cart. The newest is shown; an older one goes on crediting her and is never another's."""

    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="codes")
    # In capital letters (``influencers.codes.normalised``): one space for every creator.
    code = models.CharField(
        max_length=20, unique=True, error_messages={"unique": _("This code is taken. Choose another one.")}
    )
    created_at = models.DateTimeField(default=timezone.now)
    # It was spread far outside her audience: it credits nobody until somebody has looked.
    paused_at = models.DateTimeField(null=True, blank=True)
    # Somebody has: orders before that are no sign any more.
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(code=Upper("code")), name="a_code_is_in_capital_letters")]
        indexes = [
            models.Index(fields=["paused_at"], condition=Q(paused_at__isnull=False), name="paused_codes"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_usable(self) -> bool:
        """It credits its creator now."""
        return self.paused_at is None and self.influencer.is_active


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

    class Advert(models.TextChoices):
        ALLOW = "allow", _("is credited")
        HOLD = "hold", _("is credited and held")
        REFUSE = "refuse", _("is refused")

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
    paid_ads = models.CharField(
        _("What a visit by a paid advert wins"), max_length=10, choices=Advert, default=DEFAULT_POLICY.paid_ads
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
            self.assist_bps, self.refuses_household, self.paid_ads,
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
    # The address had the parameters of a paid advert, or the visit had begun with one.
    is_paid = models.BooleanField(default=False)

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
        indexes = [
            models.Index(fields=["influencer", "at"], name="clicks_of_an_influencer"),
            models.Index(fields=["at"], name="clicks_by_their_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.source} of {self.influencer_id}"
