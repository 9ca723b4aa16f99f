"""Sparks: photos with tagged products, questions, polls and what became of things, by topic."""

from typing import Self
from urllib.parse import urljoin

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.circle import across_block, blocks_between, friends_with, muted_by, years_before
from accounts.models import User
from catalog.models import Product, Seller
from core.models import AppendOnlyModel
from lists.models import List
from sparks import labels
from sparks.tags import WHOLE


class Topic(models.Model):
    """What Sparks are about. Moderators add topics in the admin."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    # Names in other languages by language code; the plain name stands in where one is missing.
    names = models.JSONField(default=dict, blank=True)
    picture = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("sparks:topic", args=[self.slug])

    @property
    def atom_url(self) -> str:
        """Its feed for feed readers."""
        return reverse("sparks:topic_atom", args=[self.slug])

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.names.get(get_language() or "", self.name)

    @property
    def picture_url(self) -> str:
        """The picture's address, or an empty string."""
        return default_storage.url(self.picture) if self.picture else ""


class TopicFollow(models.Model):
    """Somebody wants to see a topic."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="follows")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "topic"], name="one_follow_per_person_and_topic")]

    def __str__(self) -> str:
        return f"{self.user_id} follows topic {self.topic_id}"


class SparkQuerySet(models.QuerySet["Spark"]):
    def present(self) -> Self:
        """Sparks that were not removed, drafts too."""
        return self.filter(removed_at__isnull=True)

    def visible_to(self, user: User | None) -> Self:
        """The one rule of who sees a Spark (None: a guest): docs/rules/spark-visibility.md.

        Feeds, pages, counts, comments and the rankings all ask here.
        """
        today = timezone.localdate()
        grown = Q(born_on__isnull=True) | Q(born_on__lte=years_before(today, 18))
        shown = ~Q(findable_by=User.FindableBy.NOBODY) & grown
        posted = self.present().filter(state=Spark.State.POSTED)
        # Asked of each Spark as a walk comes to it: as a join, a planner may begin with all the people.
        author = User.objects.filter(pk=OuterRef("author"), is_active=True)
        if user is None:
            return posted.filter(Exists(author.filter(shown)), audience=Spark.Audience.PUBLIC)
        is_public = Exact(OuterRef("audience"), Spark.Audience.PUBLIC)
        near = Q(pk=user.pk) | Q(pk__in=friends_with(user.pk)) | Q(is_public, shown)
        return posted.filter(Exists(author.filter(near))).exclude(author__in=across_block(user.pk))

    def told_to(self, user: User | None) -> Self:
        """What she sees without having asked for its author: nothing of whom she muted."""
        rows = self.visible_to(user)
        return rows if user is None else rows.exclude(author__in=muted_by(user.pk))


class Spark(models.Model):
    """One post. ``code`` is its public name; the counters are moved by sparks.services alone."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photo")
        STORY = "story", _("Story")
        QUESTION = "question", _("Question")
        POLL = "poll", _("Poll")
        LATER = "later", _("Six months later")
        SENT_BACK = "sent_back", _("Sent it back")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        POSTED = "posted", _("Posted")
        # docs/rules/spark-holding.md
        HELD = "held", _("Waits for a look")
        HIDDEN = "hidden", _("Hidden by the shop")

    class Audience(models.TextChoices):
        PUBLIC = "public", _("Everyone")
        FRIENDS = "friends", _("Friends")

    # CASCADE: what somebody said goes with her account. Orders name a Spark by number only, and keep it.
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sparks")
    code = models.CharField(max_length=12, unique=True)
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind, default=Kind.PHOTO)
    words = models.CharField(_("Words"), max_length=500, blank=True)
    # PROTECT: a topic with posts is renamed, not removed.
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, blank=True, related_name="sparks")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    audience = models.CharField(_("Who sees it"), max_length=8, choices=Audience, default=Audience.PUBLIC)
    # Facts behind the labels (sparks/labels.py).
    is_sponsored = models.BooleanField(_("Somebody pays me for this post"), default=False)
    is_gifted = models.BooleanField(_("I got something in it for free"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    scheduled_for = models.DateTimeField(null=True, blank=True)
    # The moment at which it became visible: never earlier than what stands in feeds already.
    posted_at = models.DateTimeField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    likes = models.PositiveIntegerField(default=0)
    comments = models.PositiveIntegerField(default=0)
    views = models.PositiveIntegerField(default=0)
    # The picture by which it is shared; drawn behind the scenes (sparks.services.sharing).
    share = models.CharField(max_length=200, blank=True)

    objects = SparkQuerySet.as_manager()

    class Meta:
        indexes = [
            # Not a partial one: SQLite does not take it for a state that comes as a parameter.
            models.Index(fields=["-posted_at", "-id"], name="sparks_by_age"),
            # Few rows, so that no planner begins with the people instead.
            models.Index(fields=["-posted_at", "-id"], condition=Q(is_sponsored=True), name="adverts_by_age"),
            models.Index(fields=["topic", "-posted_at", "-id"], name="sparks_of_a_topic"),
            models.Index(fields=["author", "-posted_at", "-id"], name="sparks_of_a_person"),
            models.Index(fields=["scheduled_for"], condition=Q(state="scheduled"), name="sparks_that_wait"),
            models.Index(fields=["created_at"], condition=Q(state="held"), name="sparks_that_are_held"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="posted") | Q(posted_at__isnull=False, topic__isnull=False),
                name="a_posted_spark_has_a_moment_and_a_topic",
            ),
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(scheduled_for__isnull=False), name="a_scheduled_spark_has_a_moment"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("sparks:page", args=[self.code])

    @property
    def source(self) -> str:
        """How carts, orders and commissions name this Spark."""
        return f"spark:{self.pk}"

    @property
    def share_url(self) -> str:
        """The full address of the picture by which it is shared, or an empty string while none is drawn."""
        return urljoin(settings.SITE_URL, default_storage.url(self.share)) if self.share else ""

    @property
    def is_out(self) -> bool:
        """It has left its author's desk: it stands, waits for a look, or was hidden. What it said is kept from then on."""
        return self.state in {Spark.State.POSTED, Spark.State.HELD, Spark.State.HIDDEN}

    @property
    def is_by_creator(self) -> bool:
        """Its author's links earn (reads the author's influencer)."""
        influencer = getattr(self.author, "influencer", None)
        return influencer is not None and influencer.is_active

    def labels_with(self, *, has_tags: bool) -> list[str]:
        """The disclosures that stand beside its author, in words."""
        facts = labels.Facts(
            is_paid=self.is_sponsored, is_gifted=self.is_gifted, is_creator=self.is_by_creator, has_tags=has_tags
        )
        return [str(LABELS[label]) for label in labels.labels(facts)]


LABELS = {
    labels.Label.PAID: _("Paid partnership"),
    labels.Label.GIFTED: _("Gifted"),
    labels.Label.COMMISSION: _("Earns commission"),
}


class SparkEdit(AppendOnlyModel):
    """What a posted Spark said before it was changed; or that its photos were."""

    spark = models.ForeignKey(Spark, on_delete=models.CASCADE, related_name="edits")
    words = models.CharField(max_length=500, blank=True)
    topic_slug = models.CharField(max_length=40)
    is_about_photos = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["spark", "-at"], name="edits_of_a_spark")]

    def __str__(self) -> str:
        return f"edit of {self.spark_id}"


class Photo(models.Model):
    """A picture of a Spark in two widths, drawn anew and free of metadata."""

    spark = models.ForeignKey(Spark, on_delete=models.CASCADE, related_name="photos")
    position = models.PositiveSmallIntegerField(default=0)
    small = models.CharField(max_length=200)
    large = models.CharField(max_length=200)
    # Of the large one.
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    alt = models.CharField(max_length=200, blank=True)
    # A film, for which the picture stands: drawn anew, or still as it came (sparks.services.films).
    film = models.CharField(max_length=200, blank=True)
    upload = models.CharField(max_length=200, blank=True)
    is_film_broken = models.BooleanField(default=False)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position", "id"]
        indexes = [
            models.Index(fields=["spark", "position"], name="photos_of_a_spark"),
            models.Index(fields=["added_at"], condition=~Q(upload=""), name="films_that_are_owed"),
        ]

    def __str__(self) -> str:
        return f"photo {self.pk} of {self.spark_id}"

    @property
    def small_url(self) -> str:
        """The narrow picture's address."""
        return default_storage.url(self.small)

    @property
    def large_url(self) -> str:
        """The wide picture's address."""
        return default_storage.url(self.large)

    @property
    def film_url(self) -> str:
        """The playable film's address, or an empty string."""
        return default_storage.url(self.film) if self.film else ""


class DroppedPhoto(models.Model):
    """A picture that was taken out of a Spark, with its tags, as it was: for thirty days it can be put back.

    It is no photo any more: no page, shelf or ranking finds it by mistake.
    """

    spark = models.ForeignKey(Spark, on_delete=models.CASCADE, related_name="dropped_photos")
    # The fields of the photo, and its tags as product, x, y.
    photo = models.JSONField()
    tags = models.JSONField(default=list)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["at"], name="dropped_photos_by_age")]

    def __str__(self) -> str:
        return f"photo that was in {self.spark_id}"


class ProductTag(models.Model):
    """A product at a place in a photo: ten-thousandths of its width and height, from the left and the top."""

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="tags")
    # CASCADE: products with orders behind them are never deleted, only withdrawn; a tag alone shows nothing.
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    x = models.PositiveIntegerField()
    y = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["photo", "product"], name="a_product_is_once_in_a_photo"),
            models.CheckConstraint(
                condition=Q(x__gte=0, x__lte=WHOLE, y__gte=0, y__lte=WHOLE), name="a_tag_is_inside_its_photo"
            ),
        ]
        indexes = [models.Index(fields=["product"], name="tags_of_a_product")]

    def __str__(self) -> str:
        return f"product {self.product_id} in photo {self.photo_id}"

    @property
    def percent_x(self) -> str:
        """From the left, as SVG and number fields take it: ``29.4``."""
        return f"{self.x / 100:g}"

    @property
    def percent_y(self) -> str:
        """From the top."""
        return f"{self.y / 100:g}"


class Shelf(models.Model):
    """Where a Spark stands by what it tags: an index that sparks.services.shelving keeps true to tags and products.

    One row for each tagged product, its category and every category above, its seller, and one for tagging anything: a
    page of any of them reads its newest Sparks by the index, however many there are.
    """

    class Kind(models.TextChoices):
        ANYTHING = "anything", _("Anything")
        PRODUCT = "product", _("Product")
        CATEGORY = "category", _("Category")
        SELLER = "seller", _("Seller")

    spark = models.ForeignKey(Spark, on_delete=models.CASCADE, related_name="shelves")
    kind = models.CharField(max_length=8, choices=Kind)
    # Of the product, category or seller; 0 for anything.
    number = models.BigIntegerField(default=0)
    # As the Spark says, so that the order comes out of the index.
    posted_at = models.DateTimeField()
    is_sponsored = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["spark", "kind", "number"], name="a_spark_is_once_on_a_shelf")]
        indexes = [
            models.Index(fields=["kind", "number", "-posted_at", "-spark"], name="sparks_of_a_shelf"),
            models.Index(
                fields=["kind", "number", "-posted_at", "-spark"],
                condition=Q(is_sponsored=True),
                name="adverts_of_a_shelf",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.spark_id} on {self.kind} {self.number}"


class SellerFollow(models.Model):
    """Somebody wants to see Sparks with things of a seller."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "seller"], name="one_follow_per_person_and_seller")]

    def __str__(self) -> str:
        return f"{self.user_id} follows seller {self.seller_id}"


class KeptSpark(models.Model):
    """A Spark on an Idea List, with the things that came onto the list with it."""

    spark = models.ForeignKey(Spark, on_delete=models.CASCADE, related_name="+")
    # Numbers of the items that were new on the list.
    items = models.JSONField(default=list)
    list = models.ForeignKey(List, on_delete=models.CASCADE, related_name="+")
    # Who put it there: the list's owner, or who edits it with her.
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "spark"], name="a_spark_is_once_on_a_list")]
        indexes = [
            models.Index(fields=["list", "-id"], name="sparks_on_a_list"),
            models.Index(fields=["by", "spark"], name="sparks_that_she_keeps"),
        ]

    def __str__(self) -> str:
        return f"{self.spark_id} on list {self.list_id}"


class SparkStir(models.Model):
    """Somebody did something with a Spark that rankings count; read and deleted by sparks.services.heating."""

    spark = models.ForeignKey(Spark, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"stir of {self.spark_id}"


class Warmth(models.Model):
    """What two rankings keep: a level that time does not change, what it is made of, when it must be looked at again."""

    # Millionths of a half-life: equal steps are equal factors, and yesterday's compares with today's (sparks/trending.py).
    level = models.BigIntegerField()
    owners = models.PositiveIntegerField(default=0)
    votes = models.PositiveIntegerField(default=0)
    saves = models.PositiveIntegerField(default=0)
    comments = models.PositiveIntegerField(default=0)
    likes = models.PositiveIntegerField(default=0)
    young = models.PositiveIntegerField(default=0)
    circle = models.PositiveIntegerField(default=0)
    kept_bps = models.PositiveIntegerField(default=10_000)

    class Meta:
        abstract = True


class Heat(Warmth):
    """How hot a product is: among all, in a topic, in a category. Kept by sparks.services.heating alone."""

    class Kind(models.TextChoices):
        ALL = "all", _("All")
        TOPIC = "topic", _("Topic")
        CATEGORY = "category", _("Category")

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    # Of the topic or category; 0 for all.
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "kind", "number"], name="one_heat_per_product_and_ranking")
        ]
        indexes = [models.Index(fields=["kind", "number", "-level", "-product"], name="hottest_first")]

    def __str__(self) -> str:
        return f"heat of {self.product_id} in {self.kind} {self.number}"


class HeatDue(models.Model):
    """When a product's heat changes by time alone: a voice grows too old, or an account old enough."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.product_id} at {self.at}"


class SparkHeat(Warmth):
    """How much a Spark is talked of. Kept by sparks.services.heating alone."""

    spark = models.OneToOneField(Spark, on_delete=models.CASCADE, related_name="heat")
    is_sponsored = models.BooleanField(default=False)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["-level", "-spark"], name="liveliest_first"),
            models.Index(fields=["-level", "-spark"], condition=Q(is_sponsored=True), name="liveliest_adverts"),
        ]

    def __str__(self) -> str:
        return f"heat of {self.spark_id}"


class Chart(models.Model):
    """A ranking of products as it stood on a day: what the places gained since are told from."""

    day = models.DateField()
    kind = models.CharField(max_length=8, choices=Heat.Kind)
    number = models.BigIntegerField(default=0)
    # Products by place.
    products = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "number", "day"], name="one_chart_a_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} on {self.day}"


class Like(models.Model):
    """Somebody likes a Spark."""

    spark = models.ForeignKey(Spark, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["spark", "user"], name="one_like_per_person_and_spark")]
        indexes = [models.Index(fields=["at"], name="likes_by_age")]

    def __str__(self) -> str:
        return f"{self.user_id} likes {self.spark_id}"


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, user: User | None) -> Self:
        """Comments that stand, of people between whom and the reader is no block; and her own that wait for a look."""
        rows = self.filter(Q(author__is_active=True) | Q(state=Comment.State.LEFT), removed_at__isnull=True)
        stands = Q(state__in=[Comment.State.POSTED, Comment.State.LEFT])
        if user is None:
            return rows.filter(stands)
        rows = rows.filter(stands | Q(state=Comment.State.HELD, author=user))
        return rows.annotate(is_across_block=blocks_between(user.pk, "author")).filter(is_across_block=False)

    def told_to(self, user: User | None) -> Self:
        """Those of ``visible_to`` but of people whom she muted."""
        rows = self.visible_to(user)
        return rows if user is None else rows.exclude(author__in=muted_by(user.pk))


class Comment(models.Model):
    """A remark under a Spark, or a reply to one. Replies to replies stand under the first."""

    class State(models.TextChoices):
        POSTED = "posted", _("Posted")
        # docs/rules/spark-holding.md. Only what is posted is counted.
        HELD = "held", _("Waits for a look")
        HIDDEN = "hidden", _("Hidden by the shop")
        # Its author left, and others had replied: an empty place above their words.
        LEFT = "left", _("Its author left")

    spark = models.ForeignKey(Spark, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies")
    words = models.CharField(max_length=400)
    state = models.CharField(max_length=10, choices=State, default=State.POSTED)
    at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    # How many people found it helpful; moved by sparks.services.helping alone.
    helpful = models.PositiveIntegerField(default=0)

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="a_comment_says_something")]
        indexes = [
            models.Index(fields=["spark", "-id"], name="comments_of_a_spark"),
            models.Index(fields=["at"], condition=Q(state="held"), name="comments_that_are_held"),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk} on {self.spark_id}"


class Helpful(models.Model):
    """Somebody found a comment helpful."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="one_thanks_per_person_and_comment")]

    def __str__(self) -> str:
        return f"comment {self.comment_id} helped {self.user_id}"


class Badge(models.Model):
    """What somebody stands for in a topic, as last reckoned (sparks/badges.py): by whom it is said and what she owns."""

    class Level(models.TextChoices):
        KNOWS = "knows", _("Knows it")
        TRUSTED = "trusted", _("Trusted")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="badges")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10, choices=Level)
    helped = models.PositiveIntegerField()
    owned = models.PositiveIntegerField()
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "topic"], name="one_badge_per_person_and_topic")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.level} {self.topic_id}"


def in_readers_language(words: str, product: Product | None) -> str:
    """The words of an answer; where they are the name of the product that it stands for, its name in the language of the page."""
    is_name = product is not None and words in {product.name, *product.names.values()}
    return product.label if product is not None and is_name else words


class Poll(models.Model):
    """What a Spark asks. Once closed its asker says what came of it."""

    spark = models.OneToOneField(Spark, on_delete=models.CASCADE, related_name="poll")
    question = models.CharField(max_length=120)
    # How long it takes votes, from the moment of posting.
    days = models.PositiveSmallIntegerField(default=7)
    closes_at = models.DateTimeField()
    # SET_NULL: the words stay.
    outcome_product = models.ForeignKey(Product, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=280, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    # Months later: whether she would buy it again, in a few words, and when she was asked by a notice.
    would_again = models.BooleanField(null=True, blank=True)
    again_words = models.CharField(max_length=140, blank=True)
    again_at = models.DateTimeField(null=True, blank=True)
    again_asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["settled_at"],
                condition=Q(outcome_product__isnull=False, again_at__isnull=True, again_asked_at__isnull=True),
                name="polls_to_ask_again",
            )
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def outcome_label(self) -> str:
        """What she bought, as the page says it."""
        return in_readers_language(self.outcome, self.outcome_product)

    @property
    def is_open(self) -> bool:
        """Votes are still taken."""
        return timezone.now() < self.closes_at


class PollOption(models.Model):
    """One answer: words, and the product they stand for where there is one."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="options")
    words = models.CharField(max_length=80)
    product = models.ForeignKey(Product, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="an_option_says_something")]

    def __str__(self) -> str:
        return self.words

    @property
    def label(self) -> str:
        """The answer, as the page says it."""
        return in_readers_language(self.words, self.product)


class PollVote(models.Model):
    """One person's answer; it may be changed until the poll closes."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="votes")
    option = models.ForeignKey(PollOption, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # She had the option's product, delivered and kept, when she voted.
    is_owner = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "user"], name="one_vote_per_person_and_poll")]

    def __str__(self) -> str:
        return f"{self.user_id} in poll {self.poll_id}"


class ProductVote(models.Model):
    """Somebody would buy this product: her voice in the ranking of the hottest."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    # She has it, delivered and kept.
    is_owner = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "product"], name="one_voice_per_person_and_product")]
        indexes = [models.Index(fields=["at"], name="voices_by_age")]

    def __str__(self) -> str:
        return f"{self.user_id} wants {self.product_id}"


class View(models.Model):
    """Somebody saw a Spark: one row a person and day. Guests by a hash that cannot be read back."""

    spark = models.ForeignKey(Spark, on_delete=models.CASCADE, related_name="+")
    visitor = models.CharField(max_length=32)
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["spark", "visitor", "day"], name="one_view_per_person_and_day")]

    def __str__(self) -> str:
        return f"view of {self.spark_id}"


class Less(models.Model):
    """Somebody wants less of a person: her feed shows that author only where she follows her."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "author"], name="one_less_per_pair")]

    def __str__(self) -> str:
        return f"{self.user_id} wants less of {self.author_id}"


class Report(models.Model):
    """Somebody says that a Spark or a comment should not be here."""

    class Reason(models.TextChoices):
        SPAM = "spam", _("Spam or a trick")
        HATE = "hate", _("Hate or bullying")
        ADVERT = "advert", _("An advert without a label")
        DANGER = "danger", _("Dangerous or illegal")
        PRIVATE = "private", _("Shows somebody who does not want it")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        UPHELD = "upheld", _("Hidden")
        DISMISSED = "dismissed", _("Stays")

    spark = models.ForeignKey(Spark, on_delete=models.CASCADE, related_name="reports")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, blank=True, related_name="reports")
    reporter = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("What is wrong?"), max_length=10, choices=Reason)
    note = models.CharField(_("More about it"), max_length=280, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["spark", "reporter"], condition=Q(comment__isnull=True), name="one_report_per_person_and_spark"
            ),
            models.UniqueConstraint(
                fields=["comment", "reporter"],
                condition=Q(comment__isnull=False),
                name="one_report_per_person_and_comment",
            ),
        ]
        indexes = [models.Index(fields=["at"], condition=Q(state="open"), name="open_reports_by_age")]

    def __str__(self) -> str:
        return f"report {self.pk}"


class Ruling(AppendOnlyModel):
    """The shop did something about a Spark or a comment: the log of moderation. Nobody changes it."""

    class Kind(models.TextChoices):
        HOLD = "hold", _("Held for a look")
        RELEASE = "release", _("Let through")
        HIDE = "hide", _("Hidden")
        SHOW = "show", _("Shown again")
        DISMISS = "dismiss", _("Report dismissed")
        GRANT = "grant", _("Appeal granted")
        REFUSE = "refuse", _("Appeal refused")

    spark = models.ForeignKey(Spark, on_delete=models.CASCADE, related_name="rulings")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, blank=True, related_name="rulings")
    kind = models.CharField(max_length=10, choices=Kind)
    reason = models.CharField(max_length=10, choices=Report.Reason, blank=True)
    # For the desk; its author reads the reason, never this.
    note = models.CharField(max_length=280, blank=True)
    # None: the rule of holding did it. PROTECT: whoever decided stays named.
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["spark", "-id"], name="rulings_about_a_spark")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.spark_id}"


class Appeal(models.Model):
    """An author says that her Spark or comment should not have been hidden: once for each time it was."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        GRANTED = "granted", _("Shown again")
        REFUSED = "refused", _("Stays hidden")

    ruling = models.OneToOneField(Ruling, on_delete=models.CASCADE, related_name="appeal")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    words = models.CharField(_("Why should it be shown?"), max_length=600)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    at = models.DateTimeField(default=timezone.now)
    # Who hid it, copied here so that the database itself keeps the two apart.
    hidden_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="an_appeal_says_something"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("hidden_by")),
                name="an_appeal_is_decided_by_another",
            ),
        ]
        indexes = [models.Index(fields=["at"], condition=Q(state="open"), name="open_appeals_by_age")]

    def __str__(self) -> str:
        return f"appeal {self.pk}"
