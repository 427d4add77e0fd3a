"""A text as a few numbers: one hash for equality, sixteen for likeness."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from hashlib import blake2b
from zlib import crc32

import numpy as np
import numpy.typing as npt

SIZE = 16  # of the hashes of all shingles the smallest: half a text still shares about 8 of them
SHINGLE = 4  # tokens
SHARED = 2  # hashes of the sketch that two texts have in common before they are compared
WINDOW = timedelta(days=3)  # between their publications; of six merges across more days that were read five were wrong
FEW_TOKENS = 20  # below it the headline counts too: a caption such as "Watch the video" is no story of its own
MIN_TOKENS = 5  # texts this short are never compared
NEAR_TOKENS = 40  # below it only equal texts are copies

Hashes = npt.NDArray[np.uint64]

_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # splitmix64's finalizer: Steele et al., 2014
_STEP = np.uint64(0x9E3779B97F4A7C15)  # its odd constant, the golden ratio


def text_hash(title: Sequence[str], body: Sequence[str]) -> int | None:
    """A signed 64-bit hash of an article's tokens, equal for equal texts; None for a text of almost no words."""
    words = list(body)
    if len(words) < FEW_TOKENS:
        words = [*title, "|", *words] if words else []
    if len(words) < MIN_TOKENS:
        return None
    return int.from_bytes(blake2b(" ".join(words).encode(errors="replace"), digest_size=8).digest(), signed=True)


def codes(words: Sequence[str]) -> Hashes:
    """A 32-bit code for every token; the same for the same token in every process."""
    encoded = " ".join(words).encode(errors="replace").split(b" ") if words else []
    return np.fromiter(map(crc32, encoded), np.uint64, len(encoded))


def shingles(codes: Hashes, size: int) -> Hashes:
    """A 64-bit hash for every `size` tokens in a row, given the codes of these."""
    count = max(len(codes) - size + 1, 0)
    value = np.zeros(count, np.uint64)
    for place in range(size):
        value = _mixed(value + codes[place : place + count] + _STEP)
    return value


def _mixed(value: Hashes) -> Hashes:
    value = (value ^ (value >> np.uint64(30))) * _MIX[0]
    value = (value ^ (value >> np.uint64(27))) * _MIX[1]
    return value ^ (value >> np.uint64(31))


def sketch(codes: Hashes) -> list[int]:
    """The `SIZE` smallest of the text's shingle hashes, signed and ascending; none for a short text.

    A bottom-k sketch (Cohen and Kaplan, 2007): two texts share about as large a part of it as of their shingles.
    """
    if len(codes) < NEAR_TOKENS:
        return []
    smallest = np.unique(shingles(codes, SHINGLE))[:SIZE]
    return sorted(smallest.view(np.int64).tolist())
