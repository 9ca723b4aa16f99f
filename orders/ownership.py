"""Who owns what: delivered to her and kept. Facts of orders, asked in one place."""

from collections.abc import Iterable

from django.db.models import F, QuerySet

from accounts.models import User
from influencers.models import Application
from orders.models import Order, OrderLine


def kept_lines() -> QuerySet[OrderLine]:
    """Lines that arrived and were not given back in full. What was a gift belongs to somebody else."""
    return OrderLine.objects.filter(
        delivered_at__isnull=False, refunded_minor__lt=F("total_minor"), reference="", order__gift__isnull=True,
        order__user__isnull=False,
    )  # fmt: skip


def has_bought(user: User) -> bool:
    """Something that she bought has arrived and was kept."""
    return kept_lines().filter(order__user=user).exists()


def owns(user: User, product_id: int | None) -> bool:
    """This product was delivered to her and she kept it."""
    return product_id is not None and kept_lines().filter(order__user=user, product_id=product_id).exists()


def owned_pairs(people: Iterable[int], products: Iterable[int]) -> set[tuple[int, int]]:
    """Of these people and products: who owns what, as (person, product); one query."""
    rows = kept_lines().filter(order__user__in=set(people), product__in=set(products))
    return set(rows.values_list("order__user", "product").distinct())


def country_of(user: User) -> str | None:
    """Where she is at home, as far as the shop knows: by her approved application, else by the last parcel of her own.

    None where nothing is known. Her address vault is not opened for it.
    """
    approved = Application.objects.filter(user=user, state=Application.State.APPROVED).order_by("-pk")
    country = approved.values_list("country", flat=True).first()
    if country:
        return country
    parcels = Order.objects.filter(user=user, gift__isnull=True, lines__delivered_at__isnull=False).order_by(
        "-placed_at"
    )
    return parcels.values_list("country", flat=True).first() or None
