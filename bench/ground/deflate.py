"""Gzip in pieces: what many pages share is packed once, and each page is put together from packed pieces (RFC 1952).

A full flush ends each piece at a whole byte and forgets it, so that pieces can follow each other in any order.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

SHARED_LEVEL, OWN_LEVEL = 6, 3  # of what is packed once, and of what each page has for itself
HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
END = b"\x03\x00"  # a last block with nothing in it


@dataclass(frozen=True, slots=True)
class Shared:
    """A piece that many pages have."""

    packed: bytes
    size: int
    crc: int  # of the piece alone
    carry: tuple[int, ...]  # by bit: what a checksum of all before it adds to that of both, which is linear in it


def shared(raw: bytes) -> Shared:
    """Pack a piece for many pages."""
    alone = zlib.crc32(raw)
    carry = tuple(zlib.crc32(raw, 1 << bit) ^ alone for bit in range(32))
    press = zlib.compressobj(SHARED_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Shared(press.compress(raw) + press.flush(zlib.Z_FULL_FLUSH), len(raw), alone, carry)


def gzipped(pieces: Iterable[Shared | bytes]) -> tuple[bytes, ...]:
    """The parts of a gzip file with these pieces, to be joined when they are sent; the shared ones are not copied."""
    parts, size, crc = [HEAD], 0, 0
    press = zlib.compressobj(OWN_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    for piece in pieces:
        if isinstance(piece, Shared):
            parts.append(piece.packed)
            size, crc = size + piece.size, _carried(crc, piece.carry) ^ piece.crc
        else:
            parts.append(press.compress(piece) + press.flush(zlib.Z_FULL_FLUSH))
            size, crc = size + len(piece), zlib.crc32(piece, crc)
    return (*parts, END + crc.to_bytes(4, "little") + size.to_bytes(4, "little"))


def _carried(crc: int, carry: tuple[int, ...]) -> int:
    total = 0
    for bit in carry:
        if crc & 1:
            total ^= bit
        crc >>= 1
    return total
