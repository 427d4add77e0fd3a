"""Two texts laid side by side: which runs of tokens they share in the same order, and what stands in the gaps."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from worker.dedup.sketch import Hashes, is_first

Places = npt.NDArray[np.intp]

ANCHOR = 3  # tokens that occur once in each text and are believed to correspond
STRIDE = 32  # tokens
SMALL_GAP = 60  # tokens on either side; within such a gap every common run counts, in a larger one only anchors


class Run(NamedTuple):
    """Tokens that both texts have in a row: where it starts in each, and how many they are."""

    a: int
    b: int
    size: int


class Gap(NamedTuple):
    """What stands between two runs: tokens `a_start` to `a_end` of one text, `b_start` to `b_end` of the other."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int


class Grams:
    """The shingles of `ANCHOR` tokens of a text: the different ones, ascending, and where those are that occur once."""

    def __init__(self, shingles: Hashes) -> None:
        order = np.argsort(shingles, kind="stable")
        ordered = shingles[order]
        starts = np.flatnonzero(is_first(ordered))
        alone = starts[np.diff(starts, append=len(ordered)) == 1]
        self.different = ordered[starts]
        self.single, self.places = ordered[alone], order[alone]


def among(some: Hashes, others: Hashes) -> tuple[npt.NDArray[np.bool_], Places]:
    """For each value whether it is among the others, which ascend, and where."""
    if not len(others):
        return np.zeros(len(some), np.bool_), np.zeros(len(some), np.intp)
    at = np.minimum(others.searchsorted(some), len(others) - 1)
    return others[at] == some, at


def align(a: Sequence[str], b: Sequence[str], a_grams: Grams, b_grams: Grams) -> list[Run]:
    """The runs that both texts share, in the order of both.

    Anchors are trigrams unique in each text, the longest chain of them that ascends in both (patience diff, Cohen);
    small gaps between them are compared token by token.
    """
    runs: list[Run] = []
    a_end = b_end = 0
    for i, j in [*_chain(a_grams, b_grams), (len(a), len(b))]:
        if i < a_end or j < b_end:
            continue  # the run before it went on this far
        runs += _between(a, b, Gap(a_end, i, b_end, j))
        if i == len(a):
            break
        start = Run(i, j, _length(a, b, i, j))
        runs.append(start)
        a_end, b_end = i + start.size, j + start.size
    return _joined(runs)


def gaps(runs: Sequence[Run]) -> Iterator[Gap]:
    """What stands between the runs; what comes before the first and after the last is left out."""
    for one, two in pairwise(runs):
        yield Gap(one.a + one.size, two.a, one.b + one.size, two.b)


def match(a: Sequence[str], b: Sequence[str]) -> list[Run]:
    """The runs that two short texts share."""
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return [Run(*block) for block in blocks if block.size]


def _chain(a: Grams, b: Grams) -> list[tuple[int, int]]:
    """Where trigrams unique in each text stand in both: the longest chain that ascends in both."""
    places, others = _anchors(a, b)
    pairs = list(zip(places.tolist(), others.tolist(), strict=True))
    if (np.diff(others) > 0).all():  # as mostly: nothing was moved
        return pairs
    ends: list[int] = []  # the smallest last place of a chain of each length
    best: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        ends[length : length + 1] = [j]
        best[length : length + 1] = [index]
        before.append(best[length - 1] if length else -1)
    chain: list[tuple[int, int]] = []
    index = best[-1] if best else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def _anchors(a: Grams, b: Grams) -> tuple[Places, Places]:
    """The places in each text of the trigrams that occur once in both, in the order of the first."""
    is_common, at = among(a.single, b.single)
    places, others = a.places[is_common], b.places[at[is_common]]
    order = np.argsort(places)
    return places[order], others[order]


def _length(a: Sequence[str], b: Sequence[str], i: int, j: int) -> int:
    """How many tokens are the same from these places on; first in strides, which are compared at once."""
    size, limit = 0, min(len(a) - i, len(b) - j)
    while size < limit and a[i + size : i + size + STRIDE] == b[j + size : j + size + STRIDE]:
        size += STRIDE
    return next((size for size in range(min(size, limit), limit) if a[i + size] != b[j + size]), limit)


def _between(a: Sequence[str], b: Sequence[str], gap: Gap) -> list[Run]:
    """The runs within a gap: what continues its neighbours, and in a small one all that is common."""
    ours, theirs = a[gap.a_start : gap.a_end], b[gap.b_start : gap.b_end]
    if not ours or not theirs:
        return []
    if len(ours) <= SMALL_GAP and len(theirs) <= SMALL_GAP:
        return [Run(gap.a_start + i, gap.b_start + j, size) for i, j, size in match(ours, theirs)]
    back = _length(ours[::-1], theirs[::-1], 0, 0)
    return [Run(gap.a_end - back, gap.b_end - back, back)] if back else []


def _joined(runs: Sequence[Run]) -> list[Run]:
    """Runs that touch in both texts made one."""
    joined: list[Run] = []
    for run in runs:
        if joined and joined[-1].a + joined[-1].size == run.a and joined[-1].b + joined[-1].size == run.b:
            joined[-1] = Run(joined[-1].a, joined[-1].b, joined[-1].size + run.size)
        else:
            joined.append(run)
    return joined
