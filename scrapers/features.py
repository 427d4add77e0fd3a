"""What can be measured of a page's blocks: of each by itself, of what surrounds it, and of its place on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scrapers.blocks import GROUPS, LANDMARKS, Blocks
from scrapers.text_features import Texts

Matrix = npt.NDArray[np.float32]
Column = npt.NDArray[Any]
Numbers = npt.NDArray[np.int64]

TAGS = ("p", "li", "h1", "h2", "h3", "h4", "blockquote", "pre", "td", "div", "figcaption", "dd", "section")
_TAG = {tag: number for number, tag in enumerate(TAGS)} | {
    "h5": 5, "h6": 5, "th": 8, "dt": 11, "article": 12, "main": 12, "body": 12
}  # fmt: skip
_P, _LI, _H1, _H4 = 0, 1, 2, 5
_PARENTS = ("div", "li", "ul", "td", "blockquote", "figure", "section", "article", "body")
_PARENT = {tag: number for number, tag in enumerate(_PARENTS)} | {"ol": 2, "main": 6, "tr": 3}
_NEAR = 3  # blocks before and behind that a block is compared with
_LONG = 20  # words of a paragraph that marks the story's extent
_FAR = 20  # blocks; what is further off counts as this far
_WINDOW = 4  # blocks before and behind whose judgement counts
_SURE, _SURE_WORDS = 0.7, 12  # of a block that marks where the story surely is


@dataclass(frozen=True, slots=True)
class Known:
    """What else the page says, for comparison with its blocks; description, authors and sites in lower case."""

    title: str = ""
    stated: str = ""  # the body that JSON-LD gives, if any, as one text
    description: str = ""
    authors: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()  # names of the site
    standfirst: str = ""  # as the page shows it


class Measures:
    """The features of a page's blocks: of the first look, and of the second, which knows how the first one judged."""

    def __init__(self, blocks: Blocks, known: Known) -> None:
        """Raises ValueError if there are no blocks."""
        if not blocks:
            raise ValueError("nothing to measure")
        elements = blocks.elements
        self.blocks = blocks
        self.known = known
        self.own = np.array(blocks.element)
        self.up = np.array(elements.parent)
        self.parent = self.up[self.own]
        self.grand = self.up[self.parent]
        self.texts = Texts(blocks)
        self.look = _looks(blocks)
        self.words = np.array(blocks.words, dtype=float)
        self.linked = np.array(blocks.linked)
        self.free = self.words * (1 - self.linked)  # words that are not in links
        self.total = float(self.words.sum())
        self.depth = np.array(elements.depth)
        self.tags = np.array([_TAG.get(elements.tag[at], -1) for at in blocks.element])
        self.index = np.arange(len(blocks))
        self.pairs, self.pair = np.unique(self.look * len(self.up) + self.parent, return_inverse=True)

    def first(self) -> Matrix:
        """Features x blocks."""
        columns = [*self._texts(), *self._company(), *self._scores(), *self._place()]
        return _stacked(len(self.blocks), columns, self._shape())

    def second(self, chances: Column) -> Matrix:
        """Features x blocks: of how the first look judged the blocks near by, of one look and of one parent."""
        mass = chances * self.words
        total = float(mass.sum()) or 1.0
        columns = [chances]
        for key in (self.look, self.parent, self.grand, self.pair):
            inner, words = np.bincount(key, mass)[key], np.bincount(key, self.words)[key]
            columns += [inner / words, inner / total, (inner - mass) / np.maximum(1, words - self.words)]
        clipped = np.clip(chances, 0.01, 0.99)
        odds = np.log(clipped / (1 - clipped))
        for key in (self.look, self.pair):
            count = np.bincount(key)[key]
            columns += [(np.bincount(key, odds)[key] - odds) / np.maximum(1, count - 1), count]
        return _stacked(len(chances), [*columns, *self._near(chances, mass, total)])

    def _texts(self) -> list[Column]:
        """What the words of each block show, and what is in it or beside it."""
        known, blocks = self.known, self.blocks
        columns = self.texts.columns(
            known.title.casefold(), known.description, known.stated, known.authors, known.sites
        )
        before = np.array(blocks.before)
        behind = np.append(before[1:], 0)
        shares = [self.linked, np.array(blocks.bold), np.array(blocks.italic), np.array(blocks.breaks)]
        return [*columns, *shares, before & 1, before >> 1, behind & 1, behind >> 1]

    def _shape(self) -> list[Column]:
        """The elements that each block stands in, by tag and by the words of their names."""
        elements = self.blocks.elements
        above = np.array([_PARENT.get(tag, -1) for tag in elements.tag])[self.parent]
        groups, around = _bits(elements.groups), _bits(elements.around)
        named = len(GROUPS)
        return [
            self.tags == np.arange(len(TAGS))[:, None],
            above == np.arange(len(_PARENTS))[:, None],
            groups[:named, self.own],
            groups[:, self.parent],
            groups[:named, self.grand],
            around[:, self.own],
        ]

    def _company(self) -> list[Column]:
        """Those of the same look, of the same parent and of the same grandparent: how many, how long, how linked."""
        columns = []
        for key in (self.look, self.parent, self.grand):
            count, words, free = (
                np.bincount(key)[key],
                np.bincount(key, self.words)[key],
                np.bincount(key, self.free)[key],
            )
            columns += [free / self.total, count, words / count, free / words]
        houses = np.bincount(self.pairs // len(self.up))[self.look]  # of cards each has one block of a look
        return [*columns, houses, columns[1] / houses]

    def _scores(self) -> list[Column | float]:
        """Readability's sum, of the three elements above a block, and where the block is seen from the best element."""
        depth = self.depth
        weight = np.maximum(0, 2 * self.free - self.words)
        weight[weight < 8] = 0  # as readability does not count short paragraphs
        chain = [self.parent, self.grand, self.up[self.grand]]
        score = np.zeros(len(depth))
        for factor, at in zip((1.0, 1.0, 0.5), chain, strict=True):
            score += np.bincount(at, weight * factor, minlength=len(score))
        best = int(score.argmax())
        others = np.flatnonzero(depth[best + 1 :] <= depth[best])
        end_of_best = best + 1 + others[0] if len(others) else len(depth)  # its descendants are numbered right after it
        is_in = (self.own >= best) & (self.own < end_of_best)
        longs = np.flatnonzero(is_in & (self.free >= _LONG))
        start, end = (longs[0], longs[-1]) if len(longs) else (0, len(self.own) - 1)
        return [
            *(score[at] / (score[best] or 1.0) for at in chain), self.parent == best,
            is_in, np.where(is_in, depth[self.own] - depth[best], -1),
            _limited(self.index - start), _limited(self.index - end), self.words[is_in].sum() / self.total,
        ]  # fmt: skip

    def _place(self) -> list[Column | float]:
        """The block's place on the page, and what stands right before and behind it."""
        size, index = len(self.own), self.index
        heading = self._heading()
        is_heading = (self.tags >= _H1) & (self.tags <= _H4)
        last = np.maximum.accumulate(np.where(is_heading, index, -1))
        columns: list[Column | float] = [
            (np.cumsum(self.words) - self.words) / self.total, index / size, index, self.depth[self.own],
            _limited(index - heading), heading < 0, np.where(last >= 0, index - last, 50),
            size, self.total, bool(self.known.stated),
        ]  # fmt: skip
        free, share = _padded(self.free, _NEAR), _padded(self.linked, _NEAR)
        tags, looks, parents = (_padded(key, _NEAR, -1) for key in (self.tags, self.look, self.parent))
        ends, colons = _padded(self.texts.ends, _NEAR), _padded(self.texts.colons, _NEAR)
        for step in (-3, -2, -1, 1, 2, 3):
            at = slice(_NEAR + step, _NEAR + step + size)
            columns += [free[at], share[at], looks[at] == self.look]
            if abs(step) == 1:
                columns += [ends[at], colons[at], parents[at] == self.parent]
                columns += [tags[at] == _P, (tags[at] >= _H1) & (tags[at] <= _H4), tags[at] == _LI]
        return columns

    def _heading(self) -> int:
        """The number of the block that is the headline, -1 if none is."""
        folded = self.known.title.casefold()
        firsts = np.flatnonzero(self.tags == _H1).tolist()
        same = [number for number in firsts if self.blocks.text[number].casefold() == folded]
        return next(iter([*same, *firsts]), -1)

    def _near(self, chances: Column, mass: Column, total: float) -> list[Column | float]:
        """The judgement of the blocks before and behind, and how much of the story is past and to come."""
        size = len(chances)
        near, sized = _padded(chances, _WINDOW), _padded(self.words, _WINDOW)
        spans = [slice(step, step + size) for step in range(2 * _WINDOW + 1)]
        before, behind = [near[span] for span in spans[:_WINDOW]], [near[span] for span in spans[_WINDOW + 1 :]]
        passed = np.cumsum(mass)
        return [
            *before, *behind, np.maximum.reduce(before), np.maximum.reduce(behind),
            np.minimum(before[-1], behind[0]), np.maximum(before[-1], behind[0]),
            sum(near[span] * sized[span] for span in spans) / sum(sized[span] for span in spans),
            passed / total, (mass.sum() - passed) / total, total, total / self.total,
            *self._from_sure(chances),
        ]  # fmt: skip

    def _from_sure(self, chances: Column) -> list[Column | float]:
        """How many blocks it is from the first, the last, the next and the previous block that is surely story."""
        sure = np.flatnonzero((chances > _SURE) & (self.words >= _SURE_WORDS))
        if not len(sure):
            return [0.0] * 4
        behind = np.searchsorted(sure, self.index)
        since = np.where(behind > 0, self.index - sure[np.maximum(behind - 1, 0)], _FAR)
        until = np.where(behind < len(sure), sure[np.minimum(behind, len(sure) - 1)] - self.index, _FAR)
        steps = [self.index - sure[0], self.index - sure[-1], since, until]
        return [_limited(step) for step in steps]


def _stacked(size: int, columns: Sequence[Column | float], tables: Sequence[Column] = ()) -> Matrix:
    """One row for each column of this size, or of one number throughout, then the tables' rows."""
    matrix = np.empty((len(columns) + sum(map(len, tables)), size), dtype=np.float32)
    for number, column in enumerate(columns):
        matrix[number] = column
    at = len(columns)
    for table in tables:
        matrix[at : at + len(table)] = table
        at += len(table)
    return matrix


def _bits(numbers: Sequence[int]) -> Column:
    """One row for each of GROUPS and LANDMARKS, one column for each of the numbers: whether it has that bit."""
    octets = np.array(numbers, dtype="<u4").view(np.uint8).reshape(-1, 4)
    return np.unpackbits(octets, axis=1, count=len(GROUPS) + len(LANDMARKS), bitorder="little").T


def _padded(column: Column, width: int, filling: int = 0) -> Column:
    """The column with so many more places before and behind it."""
    padded = np.full(len(column) + 2 * width, filling, dtype=column.dtype)
    padded[width:-width] = column
    return padded


def _limited(steps: Column) -> Column:
    limited: Column = np.minimum(np.maximum(steps, -_FAR), _FAR)
    return limited


def _looks(blocks: Blocks) -> Numbers:
    """Numbers that are equal for blocks whose elements have one tag and class, and whose parents have."""
    elements = blocks.elements
    numbers: dict[tuple[str, ...], int] = {}
    looks = {}
    for at in set(blocks.element):
        above = elements.parent[at]
        look = (elements.tag[at], elements.names[at], elements.tag[above], elements.names[above])
        looks[at] = numbers.setdefault(look, len(numbers))
    return np.array([looks[at] for at in blocks.element])
