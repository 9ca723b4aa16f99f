"""Tell owners when something they keep got cheaper, or can be had again."""

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from catalog.models import Product
from lists.models import ListItem
from lists.services.keeping import watched
from notifications.services import notify


@transaction.atomic
def tell_of_prices(limit: int = 500) -> int:
    """Whose product costs less than she knew is told, once for each new low; returns how many."""
    cheaper = (
        ListItem.objects.filter(watched(), known_price_minor__gt=F("product__price_minor"), product__is_active=True)
        .select_related("product", "list__owner").order_by("pk")[:limit]
    )  # fmt: skip
    told = 0
    for item in cheaper:
        if item.product is None or not item.product.price_minor < (item.known_price_minor or 0):
            continue
        moved = ListItem.objects.filter(pk=item.pk, known_price_minor=item.known_price_minor).update(
            known_price_minor=item.product.price_minor
        )
        if moved:
            data = {"thing": item.label, "list": item.list.name, "before_minor": item.known_price_minor,
                    "now_minor": item.product.price_minor, "currency": item.product.currency}  # fmt: skip
            notify(recipient=item.list.owner, kind="price_drop", data=data, url=item.product.get_absolute_url())
            told += 1
    # A price that rose is the one from which the next drop counts.
    risen = ListItem.objects.filter(watched(), known_price_minor__lt=F("product__price_minor")).values("pk")
    today = Product.objects.filter(pk=OuterRef("product")).values("price_minor")[:1]
    ListItem.objects.filter(pk__in=risen).update(known_price_minor=Subquery(today))
    return told


@transaction.atomic
def tell_of_stock(limit: int = 500) -> int:
    """Whose sold-out product can be had again is told; returns how many."""
    back = (
        ListItem.objects.filter(watched(), was_sold_out=True, product__is_sold_out=False, product__is_active=True)
        .select_related("product", "list__owner").order_by("pk")[:limit]
    )  # fmt: skip
    told = 0
    for item in back:
        if item.product and ListItem.objects.filter(pk=item.pk, was_sold_out=True).update(was_sold_out=False):
            data = {"thing": item.label, "list": item.list.name}
            notify(recipient=item.list.owner, kind="back_in_stock", data=data, url=item.product.get_absolute_url())
            told += 1
    gone = ListItem.objects.filter(watched(), was_sold_out=False, product__is_sold_out=True)
    ListItem.objects.filter(pk__in=gone.values("pk")).update(was_sold_out=True)
    return told
