"""A text as a few numbers: one hash for equality, sixteen for likeness."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from hashlib import blake2b
from zlib import crc32

import numpy as np
import numpy.typing as npt

SIZE = 16  # of the hashes of all shingles the smallest: half a text still shares about 8 of them
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
    value = np.zeros(len(codes) + 1, np.uint64)
    for _ in range(size):
        value = longer(value, codes)
    return value


def longer(shingles: Hashes, codes: Hashes) -> Hashes:
    """The shingles of one token more, given those of a text and its codes."""
    count = max(len(shingles) - 1, 0)
    value = shingles[:count] + codes[len(codes) - count :]
    value += _STEP
    value ^= value >> np.uint64(30)
    value *= _MIX[0]
    value ^= value >> np.uint64(27)
    value *= _MIX[1]
    value ^= value >> np.uint64(31)
    return value


def sketch(shingles: Hashes) -> list[int]:
    """The `SIZE` smallest of the hashes of a text's shingles, signed and ascending.

    A bottom-k sketch (Cohen and Kaplan, 2007): two texts share about as large a part of it as of their shingles.
    """
    ordered = np.sort(shingles)  # np.unique is many times slower
    smallest = ordered[is_first(ordered)][:SIZE]
    return sorted(smallest.view(np.int64).tolist())


def is_first(ordered: Hashes) -> npt.NDArray[np.bool_]:
    """For each of these ascending values whether it is the first of its equals."""
    flags = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=flags[1:])
    return flags
