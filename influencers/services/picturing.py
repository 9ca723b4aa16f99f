"""The pictures of recent posts, for reviewers: fetched when somebody looks, drawn anew and small, kept for a day.

The page loads nothing from a network: neither learns the other of it.
"""

from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from core.images import BadPicture, clean_picture
from influencers.models import Snapshot
from influencers.platforms.clients import client_for
from influencers.platforms.wire import Unanswered, picture

WIDTH = 240
KEPT_SECONDS = 86_400


def post_picture(snapshot: Snapshot, number: int) -> bytes | None:
    """The picture of one of the recent posts as WebP; None where there is none, or it is not to be had."""
    posts = snapshot.recent
    address = str(posts[number].get("picture") or "") if number < len(posts) else ""
    if not client_for(snapshot.connection.platform).is_picture(address):
        return None
    key = _key(snapshot.pk, number)
    kept: bytes | None = cache.get(key)
    if kept is None:
        kept = _drawn(address)
        # What failed is not asked for again at once, either.
        cache.set(key, kept, KEPT_SECONDS if kept else 60)
    return kept or None


def forget_pictures(user: User) -> None:
    """Pictures of her posts are not kept for the rest of their day."""
    looks = Snapshot.objects.filter(connection__user=user).values_list("pk", "recent")
    cache.delete_many([_key(pk, number) for pk, recent in looks for number in range(len(recent))])


def _key(snapshot_pk: int, number: int) -> str:
    return f"post-picture-{snapshot_pk}-{number}"


def _drawn(address: str) -> bytes:
    """The picture small and square, empty where it is not to be had."""
    try:
        upload = SimpleUploadedFile("post", picture(address))
        return clean_picture(upload, widths=(WIDTH,), ratio=(1, 1))[WIDTH].read()
    except (Unanswered, BadPicture):
        return b""
