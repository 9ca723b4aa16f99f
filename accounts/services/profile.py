"""Verbs about oneself: claim a handle, change settings."""

import re
import secrets
from datetime import date, timedelta

from anyascii import anyascii
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import handles
from accounts.errors import HandleRefused, HandleTaken, TooManyHandleChanges
from accounts.models import Handle, HandleChange, User
from accounts.personal import resting_name
from accounts.services.names import index_person
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
    Handle.objects.filter(Q(name=text) | Q(skeleton__in=[shape, resting_name(shape)])).filter(
        Q(released_at__lt=now - timedelta(days=REST_DAYS)) | Q(owner=user)
    ).delete()
    try:
        with transaction.atomic():
            if Handle.objects.filter(skeleton=resting_name(shape)).exists():
                # It was somebody's who left.
                raise HandleTaken(text, free_suggestions(text, user))
            user.handles.filter(released_at__isnull=True).update(released_at=now)
            claim = Handle.objects.create(name=text, skeleton=shape, owner=user, claimed_at=now)
            if user.handle:
                HandleChange.objects.create(user=user, before=user.handle, after=text, at=now)
            User.objects.filter(pk=user.pk).update(handle=text)
    except IntegrityError:
        raise HandleTaken(text, free_suggestions(text, user)) from None
    user.handle = text
    return claim


def give_handle(user: User) -> None:
    """A first handle for somebody who has none: her first name and four digits. She may choose another."""
    if user.handle:
        return
    first = re.sub(r"[^a-z]", "", anyascii(user.name.split(" ")[0] if user.name else "").lower())[:12]
    if len(first) < 2:
        first = "member"
    for _try in range(20):
        try:
            claim_handle(user=user, name=f"{first}{secrets.randbelow(9000) + 1000}")
        except (HandleTaken, HandleRefused):
            # Another number, then.
            continue
        return


@transaction.atomic
def change_settings(
    *, user: User, name: str, bio: str, language: str, handle: str = "", upload: UploadedFile | None = None,
    findable_by: str = "", shows_friends_to: str = "", shows_lists_to: str = "",
    shows_sparks_to: str = "", shows_votes_to: str = "",
) -> None:  # fmt: skip
    """Keep all of it or nothing. Raises the errors of ``claim_handle``, and core.images.BadPicture."""
    picture = clean_picture(upload, widths=(AVATAR_WIDTH,), ratio=(1, 1))[AVATAR_WIDTH] if upload else None
    if handle:
        claim_handle(user=user, name=handle)
    user.name, user.bio, user.language = name, bio, language
    user.findable_by = findable_by or user.findable_by
    user.shows_friends_to = shows_friends_to or user.shows_friends_to
    user.shows_lists_to = shows_lists_to or user.shows_lists_to
    user.shows_sparks_to = shows_sparks_to or user.shows_sparks_to
    user.shows_votes_to = shows_votes_to or user.shows_votes_to
    user.save(
        update_fields=[
            "name",
            "bio",
            "language",
            "findable_by",
            "shows_friends_to",
            "shows_lists_to",
            "shows_sparks_to",
            "shows_votes_to",
        ]
    )
    index_person(user)
    if picture is not None:
        _set_picture(user, picture)


def _set_picture(user: User, picture: ContentFile) -> None:
    """Put the new picture in the place of the old one, whose file goes once this is committed."""
    old, storage = user.avatar.name, user.avatar.storage
    user.avatar.save(f"{user.pk}.webp", picture, save=False)
    user.save(update_fields=["avatar"])
    if old and not old.startswith("demo/"):
        transaction.on_commit(lambda: storage.delete(old))


@transaction.atomic
def welcome(*, user: User, name: str, language: str, born_on: date, findable_by: str) -> None:
    """Write down what sign-up asked, give the new member a handle, and let her be found as she wants."""
    user.name, user.language, user.born_on, user.findable_by = name, language, born_on, findable_by
    user.save(update_fields=["name", "language", "born_on", "findable_by"])
    give_handle(user)
    index_person(user)


def tell_birth(*, user: User, born_on: date) -> None:
    """Say when one was born, where it was not known; what was said before stays."""
    if User.objects.filter(pk=user.pk, born_on__isnull=True).update(born_on=born_on):
        user.born_on = born_on
