"""What a reader must be told about a post. Pure; docs/rules/spark-labels.md says the rule and is run as its test."""

from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """The disclosures, strongest first."""

    PAID = "paid"
    GIFTED = "gifted"
    COMMISSION = "commission"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a post: said by its author, or read from what the shop knows."""

    is_paid: bool = False
    is_gifted: bool = False
    is_creator: bool = False
    has_tags: bool = False


def labels(facts: Facts) -> tuple[Label, ...]:
    """Every label that holds, strongest first. Commission needs something that can be bought from the post."""
    found = []
    if facts.is_paid:
        found.append(Label.PAID)
    if facts.is_gifted:
        found.append(Label.GIFTED)
    if facts.is_creator and facts.has_tags:
        found.append(Label.COMMISSION)
    return tuple(found)
