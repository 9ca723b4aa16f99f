"""By which words an application is found at the desk. Pure."""

from collections.abc import Iterable, Sequence

from accounts.names import split, words_of

MOST_WORDS = 6
# What no word begins with: marks stand for one value of a filter.
TOPIC, NETWORK, COUNTRY = "#", ":", "+"


def case_words(
    *, name: str, handles: Iterable[str], topics: Sequence[str], networks: Iterable[str], country: str
) -> set[str]:
    """The words of the name and the handles, as written and as read (张 is zhang), and the marks."""
    words = {word for text in (name, *handles) for word in words_of(text)}
    marks = {f"{TOPIC}{topic}" for topic in topics} | {f"{NETWORK}{network}" for network in networks}
    return words | marks | ({f"{COUNTRY}{country}"} if country else set())


def asked_words(text: str) -> list[str]:
    """The words that were typed; each is the beginning of a word of the case."""
    return split(text)[:MOST_WORDS]
