"""Who people are, the names they go by, and whom they follow."""

from datetime import date
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.beginnings import begins_with
from core.models import AppendOnlyModel
from core.personal import GONE_ADDRESS, GONE_DOMAIN


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """A member; the address is stored in lower case."""
        user = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by an e-mail address (private) and a name and handle (public)."""

    class FindableBy(models.TextChoices):
        EVERYONE = "everyone", _("Everyone, by my name")
        FRIENDS = "friends", _("Friends of my friends, by my name")
        HANDLE = "handle", _("Only who types my exact handle")
        NOBODY = "nobody", _("Nobody")

    class Audience(models.TextChoices):
        """To whom a part of the profile is shown."""

        ME = "me", _("Only me")
        FRIENDS = "friends", _("My friends")
        EVERYONE = "everyone", _("Everyone")

    email = models.EmailField(_("Email"), unique=True, error_messages={"unique": _("This email is in use.")})
    name = models.CharField(_("Name"), max_length=80)
    # The current handle, without the @. The claims, old and new, stand in Handle.
    handle = models.CharField(_("Handle"), max_length=30, unique=True, null=True, blank=True)
    bio = models.CharField(_("Bio"), max_length=160, blank=True)
    avatar = models.ImageField(_("Picture"), upload_to="avatars/", blank=True)
    language = models.CharField(_("Language"), max_length=10, default="en")
    # Asked at sign-up. Who never answered is found by her exact handle only.
    findable_by = models.CharField(_("Who can find me"), max_length=10, choices=FindableBy, default=FindableBy.HANDLE)
    born_on = models.DateField(_("Date of birth"), null=True, blank=True)
    shows_friends_to = models.CharField(
        _("My friends are shown to"), max_length=10, choices=Audience, default=Audience.ME
    )
    shows_lists_to = models.CharField(
        _("My public lists stand on my profile for"), max_length=10, choices=Audience, default=Audience.EVERYONE
    )
    shows_sparks_to = models.CharField(
        _("My Sparks stand on my profile for"), max_length=10, choices=Audience, default=Audience.EVERYONE
    )
    shows_votes_to = models.CharField(
        _("What I would buy stands on my profile for"), max_length=10, choices=Audience, default=Audience.ME
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="one_person_per_email", violation_error_message=_("This email is in use.")
            ),
            models.CheckConstraint(
                condition=Q(handle__isnull=True) | Q(handle=Lower("handle")),
                name="handle_is_lower_case",
                violation_error_message=_("A handle is written in lower case."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """Who was erased has no name in the table; pages of others that name her say so, in the reader's language."""
        person = super().from_db(*args, **kwargs)
        kept = person.__dict__
        if kept.get("name") == "" and kept.get("email", GONE_ADDRESS).endswith(f"@{GONE_DOMAIN}"):
            person.name = gettext("Someone who left")
        return person

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    def is_young(self, today: date) -> bool:
        """Under 18 on this day. Nobody finds the young, and nothing of theirs is public."""
        return self.born_on is not None and (today.year - 18, today.month, today.day) < (
            self.born_on.year, self.born_on.month, self.born_on.day,
        )  # fmt: skip

    @property
    def avatar_url(self) -> str:
        """The picture's address, or an empty string."""
        return self.avatar.url if self.avatar else ""


class Handle(models.Model):
    """A claim on a name at ``/@name``. One space for everyone; a released name rests before another may take it."""

    name = models.CharField(max_length=30, unique=True)
    # What the name looks like (accounts.handles.skeleton): look-alikes share it.
    skeleton = models.CharField(max_length=60, unique=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="handles")
    claimed_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"@{self.name}"


class HandleChange(AppendOnlyModel):
    """A person gave one handle up for another; at most two a year."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    before = models.CharField(max_length=30)
    after = models.CharField(max_length=30)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "-at"], name="handle_changes_of_a_person")]

    def __str__(self) -> str:
        return f"@{self.before} to @{self.after}"


class Follow(models.Model):
    """One person follows another's news."""

    follower = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    followed = models.ForeignKey(User, on_delete=models.CASCADE, related_name="followers")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["follower", "followed"], name="one_follow_per_pair"),
            models.CheckConstraint(condition=~Q(follower=models.F("followed")), name="nobody_follows_herself"),
        ]

    def __str__(self) -> str:
        return f"{self.follower_id} follows {self.followed_id}"


class Friend(models.Model):
    """Two people are friends: one row in each direction."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="friends")
    friend = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    # The row of the one who had asked: she is told that it was accepted.
    is_asker = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "friend"], name="one_friendship_per_pair"),
            models.CheckConstraint(condition=~Q(user=models.F("friend")), name="nobody_befriends_herself"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} and {self.friend_id}"


class FriendRequest(models.Model):
    """Somebody would like to be a friend. A refusal is kept and not told, so that asking again changes nothing."""

    asker = models.ForeignKey(User, on_delete=models.CASCADE, related_name="requests_sent")
    asked = models.ForeignKey(User, on_delete=models.CASCADE, related_name="requests_received")
    asked_at = models.DateTimeField(default=timezone.now)
    refused_at = models.DateTimeField(null=True, blank=True)
    # Taken back after it was refused: to the asker it is gone, and asking again still reaches nobody.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asker", "asked"], name="one_request_per_pair")]

    def __str__(self) -> str:
        return f"{self.asker_id} asks {self.asked_id}"


class Block(models.Model):
    """Neither of the two sees anything of the other."""

    blocker = models.ForeignKey(User, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["blocker", "blocked"], name="one_block_per_pair")]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"


class Mute(models.Model):
    """Somebody leaves a person's news out. The other is not told, and nothing changes for her."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    muted = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "muted"], name="one_mute_per_pair"),
            models.CheckConstraint(condition=~Q(user=models.F("muted")), name="nobody_mutes_herself"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} mutes {self.muted_id}"


class NameWord(models.Model):
    """A word that occurs in names: the vocabulary of the search for people (accounts/names.py says how words are made)."""

    text = models.CharField(max_length=40, unique=True)
    # About how many people have it, kept by accounts.services.names: the search begins with the rarest word.
    people = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.text

    @staticmethod
    def beginning(prefix: str) -> Q:
        """Words with this beginning, by the index."""
        return begins_with("text", prefix)


class NameForm(models.Model):
    """A word with up to two of its letters left out, as a 63-bit hash: words with a form in common may be misspellings."""

    word = models.ForeignKey(NameWord, on_delete=models.CASCADE, related_name="forms")
    hash = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["hash", "word"], name="words_of_a_form")]

    def __str__(self) -> str:
        return f"{self.hash} of {self.word_id}"


class PersonWord(models.Model):
    """A word of a person's name. Only who can be found by name has any; ``is_open`` when everyone may find her."""

    # No index of their own: PostgreSQL would take the narrow one and fetch every row, where the wide ones below answer alone.
    word = models.ForeignKey(NameWord, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="name_words", db_index=False)
    is_open = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "word"], name="one_row_per_person_and_word")]
        indexes = [models.Index(fields=["word", "is_open", "user"], name="people_of_a_word")]

    def __str__(self) -> str:
        return f"{self.word_id} of {self.user_id}"


class Address(models.Model):
    """A place where parcels may go, in the owner's vault: encrypted, and opened by accounts.vault alone."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="addresses")
    label = models.CharField(_("Label"), max_length=40)
    sealed = models.TextField()
    # accounts.vault.place_hash: tells equal places, and nothing else.
    place_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"address {self.pk}"


class AddressLook(AppendOnlyModel):
    """Somebody saw an address that was sealed: who, when, and what for."""

    # SET_NULL would change a row that is written once: the number stays when the person is gone.
    by_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()
    purpose = models.CharField(max_length=40)
    about = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["owner_id", "-at"], name="looks_at_a_persons_addresses")]

    def __str__(self) -> str:
        return f"{self.by_id} for {self.purpose}"
