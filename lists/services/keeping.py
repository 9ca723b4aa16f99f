"""Make lists, put things on them, arrange them."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from anyascii import anyascii
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.models import Product, Variant
from catalog.services import stir
from core.images import clean_picture
from lists.models import List, ListItem

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
PICTURE_WIDTH = 640
UNDO_DAYS = 30
COVER_WIDTH = 1280


def new_slug(name: str) -> str:
    """A readable name for the address, with eight random letters that make it one of its kind."""
    words = slugify(anyascii(name))[:40].strip("-") or "list"
    return f"{words}-{''.join(secrets.choice(ALPHABET) for _place in range(8))}"


def make_list(
    *, owner: User, kind: str, name: str, words: str = "", occasion: str = "", happens_on: date | None = None,
    recipient: User | None = None, recipient_name: str = "", budget_minor: int | None = None, budget_currency: str = "",
) -> List:  # fmt: skip
    """A new list that only its owner sees."""
    return List.objects.create(
        owner=owner, kind=kind, slug=new_slug(name), token=secrets.token_hex(16), name=name, words=words,
        occasion=occasion, happens_on=happens_on, surprise_until=happens_on, recipient=recipient,
        recipient_name=recipient_name, budget_minor=budget_minor, budget_currency=budget_currency,
    )  # fmt: skip


def first_lists(user: User) -> list[List]:
    """A wish list and a shopping list for somebody who has none yet; else nothing is made. Returns her lists by use."""
    mine = list(List.objects.present().filter(owner=user).order_by("-used_at", "-pk"))
    if mine:
        return mine
    shopping = make_list(owner=user, kind=List.Kind.SHOPPING, name=_("Shopping list"))
    wish = make_list(owner=user, kind=List.Kind.WISH, name=_("Wish list"))
    return [wish, shopping]


def change_list(
    *, row: List, name: str, words: str, occasion: str, happens_on: date | None, budget_minor: int | None = None,
    cover: UploadedFile | None = None,
) -> None:  # fmt: skip
    """Name, words, occasion, date, budget and cover. Raises core.images.BadPicture; then nothing was changed."""
    old = row.cover
    if cover:
        row.cover = _kept(clean_picture(cover, widths=(COVER_WIDTH,), ratio=(3, 1))[COVER_WIDTH], "lists/covers")
    row.name, row.words, row.occasion, row.happens_on, row.budget_minor = (
        name,
        words,
        occasion,
        happens_on,
        budget_minor,
    )
    # An earlier date does not end the surprise earlier: that would be a way to peek.
    dates = [day for day in (row.surprise_until, happens_on) if day]
    row.surprise_until = max(dates) if dates else None
    row.save(update_fields=["name", "words", "occasion", "happens_on", "surprise_until", "budget_minor", "cover"])
    if cover and old:
        transaction.on_commit(lambda: default_storage.delete(old))


def _kept(picture: ContentFile, folder: str) -> str:
    # 128 bits, like the links of lists: a picture's address is known to whom the list was shown.
    return default_storage.save(f"{folder}/{secrets.token_hex(16)}.webp", picture)


def delete_pictures(now: datetime | None = None) -> int:
    """Delete the files of what was taken off thirty days ago, where no other thing shows them; returns how many."""
    before = (now or timezone.now()) - timedelta(days=UNDO_DAYS)
    gone = Q(removed_at__lte=before) | Q(list__removed_at__lte=before)
    deleted = 0
    for pk, path in ListItem.objects.filter(gone).exclude(picture="").values_list("pk", "picture")[:200]:
        ListItem.objects.filter(pk=pk).update(picture="")
        if not ListItem.objects.filter(picture=path).exists():
            default_storage.delete(path)
            deleted += 1
    return deleted


def touch(row: List) -> None:
    """The owner used it: it stands first where she saves."""
    List.objects.filter(pk=row.pk).update(used_at=timezone.now())


def _stir_items(items: QuerySet[ListItem]) -> None:
    """Who ranks products looks at these again."""
    stir(items.filter(product__isnull=False).values_list("product", flat=True))


@transaction.atomic
def remove_list(*, row: List) -> None:
    """Take a list away; ``restore_list`` brings it back. Who took something is told later (``giving.tell_of_removals``)."""
    List.objects.filter(pk=row.pk, removed_at__isnull=True).update(removed_at=timezone.now())
    _stir_items(ListItem.objects.filter(list=row))


@transaction.atomic
def restore_list(*, row: List) -> None:
    """Bring a removed list back as it was."""
    List.objects.filter(pk=row.pk).update(removed_at=None)
    _stir_items(ListItem.objects.filter(list=row))


def _end_of(row: List) -> int:
    last = ListItem.objects.filter(list=row).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


@transaction.atomic
def add_product(
    *,
    row: List,
    product: Product,
    by: User | None,
    variant: Variant | None = None,
    note: str = "",
    suggest: bool = False,
) -> tuple[ListItem, bool]:
    """Put a product on the list; the answer says whether it is new there. Adding it twice leaves one, a note is kept."""
    lying = ListItem.objects.filter(list=row, product=product, removed_at__isnull=True).first()
    if lying is not None:
        return lying, False
    try:
        with transaction.atomic():
            item = ListItem.objects.create(
                list=row, product=product, variant=variant, title=product.name[:300], added_by=by, note=note[:280],
                is_suggestion=suggest, known_price_minor=product.price_minor, was_sold_out=product.is_sold_out,
                position=_end_of(row),
            )  # fmt: skip
    except IntegrityError:
        # The same tap arrived twice at once.
        return ListItem.objects.get(list=row, product=product, removed_at__isnull=True), False
    stir([product.pk])
    if by is not None and by.pk == row.owner_id:
        touch(row)
    return item, True


@transaction.atomic
def add_line(
    *, row: List, by: User, title: str, link: str = "", price_minor: int | None = None, currency: str = "",
    picture: UploadedFile | None = None, note: str = "", suggest: bool = False,
) -> ListItem:  # fmt: skip
    """Put a free line on the list, or a thing of another shop. The link is kept, never fetched. Raises BadPicture."""
    path = ""
    if picture:
        path = _kept(clean_picture(picture, widths=(PICTURE_WIDTH,), ratio=(1, 1))[PICTURE_WIDTH], "lists/items")
    return ListItem.objects.create(
        list=row, title=title, link=link, price_minor=price_minor, currency=currency if price_minor is not None else "",
        picture=path, note=note, added_by=by, is_suggestion=suggest, position=_end_of(row),
    )  # fmt: skip


@transaction.atomic
def accept_suggestion(*, item: ListItem) -> None:
    """A suggested thing becomes one of the list's."""
    ListItem.objects.filter(pk=item.pk).update(is_suggestion=False)
    _stir_items(ListItem.objects.filter(pk=item.pk))


def change_item(
    *, item: ListItem, note: str, priority: int, wanted: int, is_any_variant: bool, variant: Variant | None,
    title: str = "", price_minor: int | None = None, currency: str = "", link: str | None = None,
) -> None:  # fmt: skip
    """What is wanted, how many, how much, which one. Fewer wanted than taken is fine: nobody is told of either."""
    item.note, item.priority, item.wanted = note, priority, wanted
    item.is_any_variant, item.variant = is_any_variant, variant
    fields = ["note", "priority", "wanted", "is_any_variant", "variant"]
    if item.product_id is None:
        item.title, item.price_minor, item.currency = title or item.title, price_minor, currency
        item.link = link if link is not None else item.link
        fields += ["title", "price_minor", "currency", "link"]
    item.save(update_fields=fields)


def tick(*, item: ListItem, got: int) -> None:
    """So many are here (0 to the number wanted)."""
    ListItem.objects.filter(pk=item.pk).update(got=max(0, min(got, item.wanted)))


@transaction.atomic
def remove_items(*, items: Sequence[ListItem]) -> None:
    """Take things off; ``restore_items`` puts them back. Who took one is told later (``giving.tell_of_removals``)."""
    ListItem.objects.filter(pk__in=[item.pk for item in items], removed_at__isnull=True).update(
        removed_at=timezone.now()
    )
    _stir_items(ListItem.objects.filter(pk__in=[item.pk for item in items]))


@transaction.atomic
def restore_items(*, row: List, pks: Sequence[int]) -> None:
    """Put removed things back; a product that was added anew meanwhile stays once."""
    present = set(
        ListItem.objects.filter(list=row, removed_at__isnull=True, product__isnull=False).values_list(
            "product", flat=True
        )
    )
    for item in ListItem.objects.filter(list=row, pk__in=pks, removed_at__isnull=False):
        if item.product_id is None or item.product_id not in present:
            ListItem.objects.filter(pk=item.pk).update(removed_at=None)
            if item.product_id is not None:
                present.add(item.product_id)
    _stir_items(ListItem.objects.filter(list=row, pk__in=pks))


@transaction.atomic
def place_item(*, item: ListItem, position: int) -> None:
    """Move a thing to this place (from 0) among those of its list."""
    pks = list(
        ListItem.objects.present().filter(list_id=item.list_id).order_by("position", "pk").values_list("pk", flat=True)
    )
    if item.pk not in pks:
        return
    pks.remove(item.pk)
    pks.insert(max(0, min(position, len(pks))), item.pk)
    rows = [ListItem(pk=pk, position=place) for place, pk in enumerate(pks)]
    ListItem.objects.bulk_update(rows, ["position"], batch_size=500)


def _copy(item: ListItem, to: List, by: User, position: int) -> ListItem:
    """The same thing for another list: nothing of what others have taken, and another owner's note stays hers."""
    return ListItem(
        list=to, product_id=item.product_id, variant_id=item.variant_id, is_any_variant=item.is_any_variant,
        title=item.title, link=item.link, price_minor=item.price_minor, currency=item.currency,
        picture=item.picture, note=item.note if item.list.owner_id == by.pk else "", priority=item.priority,
        wanted=item.wanted, added_by=by, known_price_minor=item.product.price_minor if item.product else None, position=position,
        source=item if item.list.kind == List.Kind.WISH and item.list.owner_id == to.recipient_id else None,
    )  # fmt: skip


@transaction.atomic
def copy_items(*, items: Sequence[ListItem], to: List, by: User) -> int:
    """Copy things onto another list, without what others have taken; a product that lies there stays once. How many came."""
    present = set(
        ListItem.objects.filter(list=to, removed_at__isnull=True, product__isnull=False).values_list(
            "product", flat=True
        )
    )
    place = _end_of(to)
    rows: list[ListItem] = []
    for item in items:
        if item.product_id is not None and item.product_id in present:
            continue
        if item.product_id is not None:
            present.add(item.product_id)
        rows.append(_copy(item, to, by, place + len(rows)))
    ListItem.objects.bulk_create(rows, batch_size=500)
    stir(row.product_id for row in rows if row.product_id is not None)
    touch(to)
    return len(rows)


def _stays_a_surprise(row: List, to: List) -> bool:
    """Whether what is hidden on the one list stays hidden as long on the other. Only wish lists hide anything."""
    today = timezone.localdate()
    if row.kind != List.Kind.WISH or row.is_revealed(today):
        return True
    if to.kind != List.Kind.WISH or to.is_revealed(today) or to.audience != row.audience:
        return False
    return to.surprise_until is None or (row.surprise_until is not None and row.surprise_until <= to.surprise_until)


@transaction.atomic
def move_items(*, items: Sequence[ListItem], to: List) -> int:
    """Move things to another list of the same owner; a double is left where it was.

    What others have taken goes along where it stays as much a surprise as it was. Elsewhere the thing comes anew and
    untouched, and its givers are told that it was taken off: a move must never show what they did, nor them a list that is not for them.
    """
    present = set(
        ListItem.objects.filter(list=to, removed_at__isnull=True, product__isnull=False).values_list(
            "product", flat=True
        )
    )
    going = [
        item for item in items if item.list_id != to.pk and (not item.product_id or item.product_id not in present)
    ]
    place = _end_of(to)
    for offset, item in enumerate(going):
        if _stays_a_surprise(item.list, to):
            ListItem.objects.filter(pk=item.pk).update(list=to, position=place + offset)
        else:
            anew = _copy(item, to, to.owner, place + offset)
            anew.got = min(item.got, item.wanted)
            anew.save()
            remove_items(items=[item])
    stir(item.product_id for item in going if item.product_id is not None)
    touch(to)
    return len(going)


@transaction.atomic
def merge(*, row: List, into: List) -> int:
    """Everything goes onto the other list, and this one is removed. How many things came."""
    items = ListItem.objects.present().filter(list=row).select_related("list", "product", "variant")
    moved = move_items(items=list(items.order_by("position", "pk")), to=into)
    remove_list(row=row)
    return moved


def plan(*, item: ListItem, state: str, bringer: User | None) -> None:
    """Gift lists: how far the thought has come, and who brings it."""
    ListItem.objects.filter(pk=item.pk).update(state=state, bringer=bringer)


def watched() -> Q:
    """Which items news of their product is told for."""
    return Q(removed_at__isnull=True, is_suggestion=False, list__removed_at__isnull=True, got__lt=F("wanted"))
