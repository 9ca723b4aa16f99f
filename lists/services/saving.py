"""The bookmark: keep a product with one tap."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.models import Product
from lists.models import List, ListItem
from lists.services.keeping import add_product, first_lists, make_list, remove_items


@transaction.atomic
def save(*, user: User, product: Product) -> tuple[List, bool]:
    """Keep a product on the wish or shopping list that was used last; the list, and whether it is new there.

    Idea lists are shown to others and gift lists are for others: one tap puts nothing there.
    """
    own = (List.Kind.WISH, List.Kind.SHOPPING)
    row = next((one for one in first_lists(user) if one.kind in own), None)
    if row is None:
        row = make_list(owner=user, kind=List.Kind.WISH, name=_("Wish list"))
    _item, is_new = add_product(row=row, product=product, by=user)
    return row, is_new


@transaction.atomic
def set_saved(*, row: List, product: Product, by: User, on: bool, suggest: bool = False) -> None:
    """Put the product on the list or take it off: the wanted state is sent, so that sending it twice is harmless.

    With ``suggest`` it waits to be accepted, and she takes off only what she suggested herself.
    """
    lying = ListItem.objects.filter(list=row, product=product, removed_at__isnull=True)
    if on:
        add_product(row=row, product=product, by=by, suggest=suggest)
    else:
        remove_items(items=list(lying.filter(is_suggestion=True, added_by=by) if suggest else lying))


@transaction.atomic
def adopt(*, user: User, products: Sequence[int]) -> int:
    """What a guest kept on her device goes onto her wish list when she signs in; returns how many."""
    found = Product.objects.on_sale().filter(pk__in=products)
    kept = 0
    for product in found:
        row = next((one for one in first_lists(user) if one.kind == List.Kind.WISH), None) or first_lists(user)[0]
        kept += add_product(row=row, product=product, by=user)[1]
    return kept
