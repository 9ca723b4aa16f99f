"""What a creator does to her storefront. Every verb takes its row first, so that two windows wait in turn."""

import hashlib
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from catalog.models import Product
from core.images import clean_picture
from influencers.models import Influencer
from storefront.errors import (
    AlreadyPickedError,
    NothingToRestoreError,
    NotOnSaleError,
    NotReadyError,
    OrderChangedError,
    TooManyCollectionsError,
    TooManyPicksError,
)
from storefront.models import Collection, Pick, Removal, Storefront
from storefront.ordering import is_same_set, moved
from storefront.slugs import candidates

MOST_COLLECTIONS = 40
MOST_PICKS = 200
COVER_WIDTHS = (800, 1600)
COVER_RATIO = (8, 3)


def _take(storefront_id: int) -> None:
    """Hold the storefront's row until the transaction ends, and mark it as changed (caches go by ``updated_at``)."""
    Storefront.objects.filter(pk=storefront_id).update(updated_at=timezone.now())


def open_storefront(*, influencer: Influencer) -> Storefront:
    """Her storefront: the one she has, or a new draft."""
    storefront, _created = Storefront.objects.get_or_create(influencer=influencer)
    return storefront


@transaction.atomic
def change_look(*, storefront: Storefront, tagline: str, about: str, theme: str) -> Storefront:
    """Set the words and the theme; shows at once."""
    _take(storefront.pk)
    storefront.tagline, storefront.about, storefront.theme = (
        tagline,
        about,
        Storefront.Theme(theme),
    )
    storefront.save(update_fields=["tagline", "about", "theme", "updated_at"])
    return storefront


def set_cover(*, storefront: Storefront, upload: UploadedFile) -> Storefront:
    """Put the picture on top of the page in two widths, 8:3. Raises core.images.BadPicture; the old cover goes."""
    small, wide = COVER_WIDTHS
    renditions = clean_picture(upload, widths=COVER_WIDTHS, ratio=COVER_RATIO)
    paths = {width: _store_cover(storefront.pk, width, renditions[width]) for width in COVER_WIDTHS}
    with transaction.atomic():
        _take(storefront.pk)
        old = Storefront.objects.values_list("cover", "cover_small").get(pk=storefront.pk)
        storefront.cover, storefront.cover_small = paths[wide], paths[small]
        storefront.save(update_fields=["cover", "cover_small", "updated_at"])
        stale = [path for path in old if path and path not in paths.values()]
        for path in stale:
            transaction.on_commit(partial(default_storage.delete, path))
    return storefront


def _store_cover(storefront_id: int, width: int, picture: ContentFile) -> str:
    """Keep the rendition under a name made from its content, so that browsers may keep it for good."""
    content = picture.read()
    name = f"covers/{storefront_id}-{hashlib.sha256(content).hexdigest()[:16]}-{width}.webp"
    return name if default_storage.exists(name) else default_storage.save(name, ContentFile(content))


@transaction.atomic
def add_collection(*, storefront: Storefront, title: str, note: str = "") -> Collection:
    """A new collection at the end, at an address made from its title. Raises TooManyCollectionsError."""
    _take(storefront.pk)
    taken = dict(Collection.objects.filter(storefront=storefront).values_list("slug", "position"))
    if len(taken) >= MOST_COLLECTIONS:
        raise TooManyCollectionsError(MOST_COLLECTIONS)
    slug = next(slug for slug in candidates(title) if slug not in taken)
    return Collection.objects.create(
        storefront=storefront,
        slug=slug,
        title=title,
        note=note,
        position=max(taken.values(), default=0) + 1,
    )


@transaction.atomic
def rename_collection(*, collection: Collection, title: str, note: str = "") -> Collection:
    """Change the title and the note; the address stays, so that links to it keep working."""
    _take(collection.storefront_id)
    collection.title, collection.note = title, note
    collection.save(update_fields=["title", "note"])
    return collection


@transaction.atomic
def remove_collection(*, collection: Collection) -> Removal:
    """Take the collection and its picks off the page. ``restore`` puts them back as they were."""
    _take(collection.storefront_id)
    picks = [_kept(pick) for pick in Pick.objects.filter(collection=collection)]
    kept = {
        "id": collection.pk,
        "slug": collection.slug,
        "title": collection.title,
        "note": collection.note,
        "photo": collection.photo,
        "position": collection.position,
        "created_at": collection.created_at.isoformat(),
    }
    removal = Removal.objects.create(
        storefront_id=collection.storefront_id,
        content={"collection": kept, "picks": picks},
    )
    Collection.objects.filter(pk=collection.pk).delete()
    return removal


@transaction.atomic
def add_pick(*, collection: Collection, product: Product, note: str = "") -> Pick:
    """Put the product at the end of the collection.

    Raises AlreadyPickedError (nothing doubles), NotOnSaleError, TooManyPicksError.
    """
    _take(collection.storefront_id)
    if not Product.objects.on_sale().filter(pk=product.pk).exists():
        raise NotOnSaleError(product)
    picks = Pick.objects.filter(collection=collection)
    if picks.filter(product=product).exists():
        raise AlreadyPickedError(product)
    if picks.count() >= MOST_PICKS:
        raise TooManyPicksError(MOST_PICKS)
    last = picks.aggregate(last=Max("position"))["last"] or 0
    try:
        with transaction.atomic():
            return Pick.objects.create(collection=collection, product=product, note=note, position=last + 1)
    except IntegrityError:
        raise AlreadyPickedError(product) from None


@transaction.atomic
def change_note(*, pick: Pick, note: str) -> Pick:
    """Set the creator's words on the product; an empty note shows none."""
    _take(pick.collection.storefront_id)
    pick.note = note
    pick.save(update_fields=["note"])
    return pick


@transaction.atomic
def remove_pick(*, pick: Pick) -> Removal:
    """Take the product out of the collection. ``restore`` puts it back where it was, with its note."""
    storefront_id = pick.collection.storefront_id
    _take(storefront_id)
    removal = Removal.objects.create(
        storefront_id=storefront_id,
        content={"collection": None, "picks": [_kept(pick)]},
    )
    Pick.objects.filter(pk=pick.pk).delete()
    return removal


def _kept(pick: Pick) -> dict[str, Any]:
    return {
        "id": pick.pk,
        "collection_id": pick.collection_id,
        "product_id": pick.product_id,
        "note": pick.note,
        "position": pick.position,
        "added_at": pick.added_at.isoformat(),
    }


@transaction.atomic
def restore(*, removal: Removal) -> Collection:
    """Put back what was removed, under its old id, and say which collection holds it.

    Products that are gone, or were added again meanwhile, are passed over.
    Raises NothingToRestoreError when it was put back already or its collection
    is gone, and TooManyCollectionsError or TooManyPicksError when there is no room.
    """
    _take(removal.storefront_id)
    if Removal.objects.filter(pk=removal.pk).delete()[0] == 0:
        raise NothingToRestoreError
    kept, picks = removal.content["collection"], removal.content["picks"]
    if kept is not None:
        collection = _restore_collection(removal.storefront_id, kept)
    else:
        own = Collection.objects.filter(storefront_id=removal.storefront_id, pk=picks[0]["collection_id"])
        found = own.first()
        if found is None:
            raise NothingToRestoreError(collection_is_gone=True)
        collection = found
    there = Pick.objects.filter(collection=collection)
    taken = set(there.values_list("product_id", flat=True))
    known = set(Product.objects.filter(pk__in=[row["product_id"] for row in picks]).values_list("pk", flat=True))
    rows = [row for row in picks if row["product_id"] in known - taken]
    if len(taken) + len(rows) > MOST_PICKS:
        raise TooManyPicksError(MOST_PICKS)
    Pick.objects.bulk_create([Pick(**row) for row in rows])
    return collection


def _restore_collection(storefront_id: int, kept: dict[str, Any]) -> Collection:
    taken = set(Collection.objects.filter(storefront_id=storefront_id).values_list("slug", flat=True))
    if len(taken) >= MOST_COLLECTIONS:
        raise TooManyCollectionsError(MOST_COLLECTIONS)
    slug = kept["slug"]
    if slug in taken:
        slug = next(other for other in candidates(kept["title"]) if other not in taken)
    return Collection.objects.create(**{**kept, "slug": slug, "storefront_id": storefront_id})


@transaction.atomic
def move_pick(*, pick: Pick, position: int | None = None, by: int = 0) -> int:
    """Put the pick at ``position`` (from 1) of its collection, or ``by`` places on, and return where it stands now."""
    _take(pick.collection.storefront_id)
    rows = list(Pick.objects.filter(collection_id=pick.collection_id).only("pk", "position"))
    return _move(rows, pick.pk, position, by)


@transaction.atomic
def move_collection(*, collection: Collection, position: int | None = None, by: int = 0) -> int:
    """Put the collection at ``position`` (from 1) of the shop, or ``by`` places on, and return where it stands now."""
    _take(collection.storefront_id)
    rows = list(Collection.objects.filter(storefront_id=collection.storefront_id).only("pk", "position"))
    return _move(rows, collection.pk, position, by)


@transaction.atomic
def reorder(*, collection: Collection, order: list[int]) -> None:
    """Arrange the picks by their ids. Raises OrderChangedError unless ``order`` names exactly the picks there are."""
    _take(collection.storefront_id)
    _arrange(list(Pick.objects.filter(collection=collection).only("pk", "position")), order)


@transaction.atomic
def reorder_collections(*, storefront: Storefront, order: list[int]) -> None:
    """Arrange the collections by their ids. Raises OrderChangedError unless ``order`` names exactly those there are."""
    _take(storefront.pk)
    _arrange(
        list(Collection.objects.filter(storefront=storefront).only("pk", "position")),
        order,
    )


def _move(rows: list[Any], pk: int, position: int | None, by: int) -> int:
    now = [row.pk for row in rows]
    if pk not in now:
        raise OrderChangedError
    order = moved(now, pk, now.index(pk) + 1 + by if position is None else position)
    _arrange(rows, order)
    return order.index(pk) + 1


def _arrange(rows: list[Any], order: list[int]) -> None:
    """Write the positions 1, 2, 3 in one statement; only rows that moved are written."""
    if not is_same_set([row.pk for row in rows], order):
        raise OrderChangedError
    place = {pk: number for number, pk in enumerate(order, start=1)}
    changed = [row for row in rows if row.position != place[row.pk]]
    for row in changed:
        row.position = place[row.pk]
    if changed:
        type(changed[0])._default_manager.bulk_update(changed, ["position"])


@transaction.atomic
def publish(*, storefront: Storefront) -> Storefront:
    """Open the shop to everybody; a second time changes nothing.

    Raises NotReadyError, which names what is missing: a handle, a pick that is on sale.
    """
    _take(storefront.pk)
    missing = []
    if not storefront.influencer.user.handle:
        missing.append("handle")
    if not Pick.objects.filter(collection__storefront=storefront, product__is_active=True).exists():
        missing.append("pick")
    if missing:
        raise NotReadyError(missing)
    Storefront.objects.filter(pk=storefront.pk, published_at__isnull=True).update(published_at=timezone.now())
    storefront.refresh_from_db(fields=["published_at", "updated_at"])
    return storefront


@transaction.atomic
def unpublish(*, storefront: Storefront) -> Storefront:
    """Close the shop: only its owner sees it. Nothing in it is lost."""
    _take(storefront.pk)
    Storefront.objects.filter(pk=storefront.pk).update(published_at=None)
    storefront.refresh_from_db(fields=["published_at", "updated_at"])
    return storefront


def removed_photos(user: User) -> list[str]:
    """Photos of collections that were taken out and may still be put back: files that no column names."""
    rows = Removal.objects.filter(storefront__influencer__user=user).values_list("content", flat=True)
    return [
        content["collection"]["photo"] for content in rows if content["collection"] and content["collection"]["photo"]
    ]
