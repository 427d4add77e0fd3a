"""Finds the main text of a page: each block is judged by itself, then by what the judgement of its neighbours tells.

No container is chosen first; that loses stories whose parts lie apart. Two forests of boosted trees, fitted on labelled
pages, weigh the features of `scrapers.features`; `scrapers.choice` makes the story of the likely blocks.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
from selectolax.lexbor import LexborHTMLParser

from scrapers import choice
from scrapers.blocks import Blocks, walk
from scrapers.features import Known, Measures
from scrapers.forest import Forest
from scrapers.markup import tame
from scrapers.page import MAX_BYTES, Page

_MAX_PARAGRAPHS = 2_000


def find(page: Page, known: Known) -> tuple[str, ...]:
    """The paragraphs of the page's story, in reading order; its title is left out of them."""
    blocks = page.blocks
    if not blocks:
        return ()
    texts = [blocks.text[number] for number in choice.choose(blocks, judge(blocks, known), known)]
    return tuple(text for text in texts if text.casefold() != known.title.casefold())[:_MAX_PARAGRAPHS]


def judge(blocks: Blocks, known: Known) -> npt.NDArray[np.float64]:
    """How likely each of the blocks is to belong to the story, 0 to 1."""
    first, second = forests()
    measures = Measures(blocks, known)
    features = measures.first()
    return second.chances(np.concatenate([features, measures.second(first.chances(features))]))


@cache
def forests() -> tuple[Forest, Forest]:
    """The first and the second look; fitted by bench/fit/body.py, which says on what."""
    with files("scrapers").joinpath("body.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return Forest.of(arrays, "first"), Forest.of(arrays, "second")


def paragraphs_of(markup: str) -> tuple[str, ...]:
    """The paragraphs of a piece of HTML or plain text that is nothing but a story, as feeds carry it."""
    if "<" not in markup:
        return tuple(line for line in map(str.strip, markup.splitlines()) if line)
    root = LexborHTMLParser(tame(markup[:MAX_BYTES].encode("utf-8", "replace"))).body
    return tuple(walk(root).text) if root else ()
