"""The address vault: the only door to a sealed address. Every look through it is written down."""

import json
import unicodedata
from dataclasses import asdict, dataclass

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Address, AddressLook, User
from core.sealing import keyed_hash, seal, unseal


@dataclass(frozen=True, slots=True)
class Place:
    """Where a parcel goes."""

    name: str
    address: str
    address_2: str
    postcode: str
    city: str
    country: str
    phone: str = ""


def sealed(place: Place) -> str:
    """The place as it may be stored."""
    return seal(json.dumps(asdict(place)))


def place_hash(place: Place) -> str:
    """The same for two spellings of one address (case, spaces, signs), and of use for nothing but comparing; "" for none."""
    if not place.address:
        return ""
    parts = (place.country, place.postcode, place.address + place.address_2)
    plain = ["".join(filter(str.isalnum, unicodedata.normalize("NFKC", part).casefold())) for part in parts]
    return keyed_hash("place", "|".join(plain))


def keep_address(*, user: User, label: str, place: Place) -> Address:
    """Put an address into a person's vault."""
    return Address.objects.create(user=user, label=label[:40], sealed=sealed(place), place_hash=place_hash(place))


def forget_address(*, user: User, pk: int) -> None:
    """Remove one of her addresses."""
    Address.objects.filter(user=user, pk=pk).delete()


def own_address(user: User, pk: int) -> Address:
    """One of her addresses, still sealed; 404 for anybody else's."""
    return get_object_or_404(Address, user=user, pk=pk)


def open_sealed(text: str, *, owner_id: int, by: User, purpose: str, about: str = "") -> Place:
    """Open a sealed address for somebody who may see it; the look is logged. 404 for one that was deleted."""
    if not text:
        raise Http404
    AddressLook.objects.create(by_id=by.pk, owner_id=owner_id, purpose=purpose, about=about[:60])
    return Place(**json.loads(unseal(text)))
