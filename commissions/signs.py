"""Signs that something is not as it should be. Pure; docs/rules/fraud-signals.md says the rules and is run as their test."""

from enum import StrEnum

# A share of a creator's clicks in one hour, from one visitor key per link, is bounded already; what floods is many keys.
FLOOD_CLICKS, FLOOD_TIMES = 500, 20
RING_ORDERS, RING_PERCENT = 4, 60
LEAK_ORDERS, LEAK_PERCENT = 20, 80
RETURN_ORDERS, RETURN_PERCENT = 5, 50
ODD_ORDERS, ODD_CONVERSION, ODD_CLICKS = 10, 50, 500


class Odd(StrEnum):
    """What staff should look at; nothing is held for it."""

    MANY_RETURNS = "many_returns"
    CLICKS_WITHOUT_ORDERS = "clicks_without_orders"
    ORDERS_WITHOUT_CLICKS = "orders_without_clicks"


def oddities(*, clicks: int, orders: int, earned: int, returned: int) -> list[str]:
    """What is odd about a creator's period."""
    found: list[str] = []
    if orders >= RETURN_ORDERS and returned * 100 >= earned * RETURN_PERCENT and returned:
        found.append(Odd.MANY_RETURNS)
    if clicks >= ODD_CLICKS and not orders:
        found.append(Odd.CLICKS_WITHOUT_ORDERS)
    if orders >= ODD_ORDERS and orders * 100 >= clicks * ODD_CONVERSION:
        found.append(Odd.ORDERS_WITHOUT_CLICKS)
    return found


def is_click_flood(in_hour: int, usual: int) -> bool:
    """So many clicks in an hour are no audience: at least 500, and 20 times the creator's usual busiest hour."""
    return in_hour >= FLOOD_CLICKS and in_hour >= FLOOD_TIMES * usual


def is_ring(orders: int, by_one_buyer: int) -> bool:
    """One buyer makes most of the orders that a creator is credited for."""
    return by_one_buyer >= RING_ORDERS and by_one_buyer * 100 >= orders * RING_PERCENT


def is_code_leak(orders: int, without_visit: int) -> bool:
    """Most of the orders with a code come from people who never visited her: it stands on a coupon site."""
    return orders >= LEAK_ORDERS and without_visit * 100 >= orders * LEAK_PERCENT


def is_return_abuse(orders: int, returned: int) -> bool:
    """Of one buyer's orders through a creator, at least half were returned in full."""
    return orders >= RETURN_ORDERS and returned * 100 >= orders * RETURN_PERCENT
