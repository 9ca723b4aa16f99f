"""Who people are, the names they go by, and whom they follow."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import AppendOnlyModel


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

    email = models.EmailField(_("Email"), unique=True, error_messages={"unique": _("This email is in use.")})
    name = models.CharField(_("Name"), max_length=80)
    # The current handle, without the @. The claims, old and new, stand in Handle.
    handle = models.CharField(_("Handle"), max_length=30, unique=True, null=True, blank=True)
    bio = models.CharField(_("Bio"), max_length=160, blank=True)
    avatar = models.ImageField(_("Picture"), upload_to="avatars/", blank=True)
    language = models.CharField(_("Language"), max_length=10, default="en")
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

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

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
