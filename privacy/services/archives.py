"""A copy's file in the storage: sealed piece by piece, so that its address gives nothing to whoever might guess it."""

import secrets
import struct
from collections.abc import Iterator
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.temp import NamedTemporaryFile

from core.sealing import seal_bytes, unseal_bytes

PIECE = 1024 * 1024
# The length of a sealed piece stands before it.
LENGTH = struct.Struct(">I")


def keep(content: IO[bytes]) -> str:
    """Store what was written, sealed; the name under which it lies."""
    content.seek(0)
    with NamedTemporaryFile() as sealed:
        while piece := content.read(PIECE):
            token = seal_bytes(piece)
            sealed.write(LENGTH.pack(len(token)) + token)
        sealed.seek(0)
        return default_storage.save(f"copies/{secrets.token_hex(16)}", File(sealed))


def read(name: str) -> Iterator[bytes]:
    """What was stored, piece by piece."""
    with default_storage.open(name) as sealed:
        while head := sealed.read(LENGTH.size):
            yield unseal_bytes(sealed.read(LENGTH.unpack(head)[0]))
