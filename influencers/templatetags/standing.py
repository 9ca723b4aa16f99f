"""Words of the programme's facts, for templates of notices and mails."""

from collections.abc import Mapping
from typing import Any

from django import template

from influencers import standing_words as words

register = template.Library()


@register.simple_tag(takes_context=True)
def standing_words(context: Mapping[str, Any], data: Mapping[str, Any] | None = None) -> words.Words:
    """The words of a step, from a notice's facts or from those of the mail around it."""
    return words.standing_words(data if data is not None else context.flatten())  # type: ignore[attr-defined]


@register.filter
def day_words(day: str) -> str:
    """A day, stored as in ISO 8601, in the reader's form."""
    return words.day_words(day)


@register.filter
def reason_words(reason: str) -> str:
    """The name of a coded reason."""
    return words.reason_words(reason)
