"""Verbs about people: claim a handle, follow, change settings."""

from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import handles
from accounts.errors import HandleRefused, HandleTaken, TooManyHandleChanges
from accounts.models import Follow, Handle, HandleChange, User
from core.images import clean_picture

REST_DAYS = 90
CHANGES_A_YEAR = 2
AVATAR_WIDTH = 240


def free_suggestions(name: str, user: User) -> list[str]:
    """Names close to this one that nobody has, at most two."""
    options = handles.suggestions(name, user.name)
    shapes = {handles.skeleton(option): option for option in options}
    taken = set(Handle.objects.filter(skeleton__in=shapes).values_list("skeleton", flat=True))
    return [option for shape, option in shapes.items() if shape not in taken][:2]


@transaction.atomic
def claim_handle(*, user: User, name: str) -> Handle:
    """Give the person this handle and let her old one rest. Claiming the one she has changes nothing.

    Raises HandleRefused, HandleTaken or TooManyHandleChanges.
    """
    if reason := handles.refusal_reason(name):
        raise HandleRefused(reason)
    text, shape, now = handles.normalise(name), handles.skeleton(name), timezone.now()
    if user.handle == text:
        return user.handles.get(name=text)
    # One change of hers at a time: whoever comes second waits here, and counts the first.
    User.objects.select_for_update().get(pk=user.pk)
    if (
        user.handle
        and HandleChange.objects.filter(user=user, at__gt=now - timedelta(days=365)).count() >= CHANGES_A_YEAR
    ):
        raise TooManyHandleChanges
    # Names that have rested, and her own earlier ones, are free to take.
    Handle.objects.filter(Q(name=text) | Q(skeleton=shape)).filter(
        Q(released_at__lt=now - timedelta(days=REST_DAYS)) | Q(owner=user)
    ).delete()
    try:
        with transaction.atomic():
            user.handles.filter(released_at__isnull=True).update(released_at=now)
            claim = Handle.objects.create(name=text, skeleton=shape, owner=user, claimed_at=now)
            if user.handle:
                HandleChange.objects.create(user=user, before=user.handle, after=text, at=now)
            User.objects.filter(pk=user.pk).update(handle=text)
    except IntegrityError:
        raise HandleTaken(text, free_suggestions(text, user)) from None
    user.handle = text
    return claim


def follow(*, follower: User, followed: User) -> bool:
    """Follow a person; True when that is new. Oneself is not followed."""
    if follower.pk == followed.pk:
        return False
    _, created = Follow.objects.get_or_create(follower=follower, followed=followed)
    return created


def unfollow(*, follower: User, followed: User) -> bool:
    """Stop following; True when there was something to stop."""
    removed, _ = Follow.objects.filter(follower=follower, followed=followed).delete()
    return removed > 0


@transaction.atomic
def change_settings(
    *, user: User, name: str, bio: str, language: str, handle: str = "", upload: UploadedFile | None = None
) -> None:
    """Keep all of it or nothing. Raises the errors of ``claim_handle``, and core.images.BadPicture."""
    picture = clean_picture(upload, widths=(AVATAR_WIDTH,), ratio=(1, 1))[AVATAR_WIDTH] if upload else None
    if handle:
        claim_handle(user=user, name=handle)
    user.name, user.bio, user.language = name, bio, language
    user.save(update_fields=["name", "bio", "language"])
    if picture is not None:
        _set_picture(user, picture)


def _set_picture(user: User, picture: ContentFile) -> None:
    """Put the new picture in the place of the old one, whose file goes once this is committed."""
    old, storage = user.avatar.name, user.avatar.storage
    user.avatar.save(f"{user.pk}.webp", picture, save=False)
    user.save(update_fields=["avatar"])
    if old and not old.startswith("demo/"):
        transaction.on_commit(lambda: storage.delete(old))
