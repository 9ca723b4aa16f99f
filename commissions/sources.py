"""Where links stand, with the names that their creator gave them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from influencers.models import Influencer


@dataclass(frozen=True, slots=True)
class Source:
    """A place of hers: its kind (``collection``, ``spark``, ``code`` …) and its name, empty where it has none (any more)."""

    kind: str
    name: str = ""
    key: str = ""


def place_of(source: str) -> str:
    """The page or channel of a source, without the thing on it: ``collection:3`` of ``collection:3/pick:9``."""
    return source.partition("/")[0]


def named(influencer: Influencer, sources: Iterable[str]) -> dict[str, Source]:
    """Each of the places with its name; a query for each kind that is named, whatever the number of places."""
    keys = {place_of(source) for source in sources}
    wanted: dict[str, set[int]] = defaultdict(set)
    for key in keys:
        kind, _, number = key.partition(":")
        if kind in settings.SOURCE_NAMES and number.isdecimal():
            wanted[kind].add(int(number))
    names = {
        kind: import_string(path)(influencer, sorted(wanted[kind])) if wanted[kind] else {}
        for kind, path in settings.SOURCE_NAMES.items()
    }
    found = {}
    for key in keys:
        kind, _, rest = key.partition(":")
        name = rest if kind == "code" else names.get(kind, {}).get(int(rest) if rest.isdecimal() else 0, "")
        found[key] = Source(kind, name, key)
    return found
