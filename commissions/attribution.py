"""Who is credited for a line. Pure; docs/rules/attribution.md says the rule and is run as its test."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of the rule. A change of any of them is a new version."""

    version: str = "2026-1"
    # A touch counts for what is put into the cart so long after it.
    window_days: int = 30
    # What was put into the cart in time is credited when it is ordered at most so long after the touch.
    cart_lock_days: int = 89


DEFAULT_POLICY = Policy()


class Branch(StrEnum):
    """Which way the rule took."""

    CART_LINE = "cart_line"
    OWN_PURCHASE = "own_purchase"
    OUTSIDE_WINDOW = "outside_window"
    ORDERED_TOO_LATE = "ordered_too_late"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a referred line, all times aware. Mails as they were given."""

    touched_at: datetime
    added_at: datetime
    placed_at: datetime
    is_active: bool
    is_same_person: bool
    buyer_email: str
    influencer_email: str


def decide(facts: Facts, policy: Policy = DEFAULT_POLICY) -> Branch:
    """``CART_LINE`` credits the influencer whom the cart line recorded; every other branch refuses, and says why."""
    if facts.is_same_person or normalised_email(facts.buyer_email) == normalised_email(facts.influencer_email):
        return Branch.OWN_PURCHASE
    if not facts.is_active:
        return Branch.SUSPENDED
    if not timedelta(0) <= facts.added_at - facts.touched_at <= timedelta(days=policy.window_days):
        return Branch.OUTSIDE_WINDOW
    if facts.placed_at - facts.touched_at > timedelta(days=policy.cart_lock_days):
        return Branch.ORDERED_TOO_LATE
    return Branch.CART_LINE


def normalised_email(email: str) -> str:
    """The mailbox behind an address: lower case, without ``+tag``, and without dots where Google ignores them."""
    name, _, host = email.strip().lower().rpartition("@")
    name = re.sub(r"\+.*", "", name)
    if host in {"gmail.com", "googlemail.com"}:
        name, host = name.replace(".", ""), "gmail.com"
    return f"{name}@{host}"
