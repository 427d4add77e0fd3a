"""Finds the main text of a page: each block is judged by itself, then by what the judgement of its neighbours tells.

No container is chosen first; that loses stories whose parts lie apart. Two logistic regressions, fitted on labelled
pages, weigh the features of `scrapers.blocks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from operator import mul

from selectolax.lexbor import LexborHTMLParser

from scrapers import metadata
from scrapers.blocks import Block, measure, neighbourhood, walk
from scrapers.markup import tame
from scrapers.page import MAX_BYTES, Page
from scrapers.weights import FIRST, FIRST_BIAS, SECOND, SECOND_BIAS

THRESHOLD = 0.5  # of the second look; cross-validated by site, 0.45 to 0.5 differ by less than 0.003
LIKE_THRESHOLD = 0.25  # for a paragraph whose like stands right before it in the story
_MAX_PARAGRAPHS = 2_000


def find(page: Page, title: str = "") -> tuple[str, ...]:
    """The paragraphs of the page's story, in reading order; `title` is what it is called, and is left out of them."""
    root = page.story_tree.body
    blocks = walk(root) if root else []
    if not blocks:
        return ()
    measure(blocks, title, " ".join(metadata.body(page)))
    chances = judge(blocks)
    chosen = [block.text for block, is_story in zip(blocks, _chosen(blocks, chances), strict=True) if is_story]
    return tuple(text for text in chosen if text.casefold() != title.casefold())[:_MAX_PARAGRAPHS]


def judge(blocks: list[Block]) -> list[float]:
    """How likely each of the measured blocks is to belong to the story, 0 to 1."""
    first = [_chance(block.features, FIRST, FIRST_BIAS) for block in blocks]
    around = neighbourhood(blocks, first)
    return [_chance([*block.features, *near], SECOND, SECOND_BIAS) for block, near in zip(blocks, around, strict=True)]


def _chosen(blocks: list[Block], chances: list[float]) -> list[bool]:
    """Blocks over the threshold, and paragraphs right behind one of these that look the same and have the same parent.

    The last paragraph of a short story is the least certain one: little stands behind it that would vouch for it.
    """
    chosen = [chance >= THRESHOLD for chance in chances]
    for number in range(1, len(blocks)):
        block, before = blocks[number], blocks[number - 1]
        is_like = block.element.signature == before.element.signature and block.element.parent is before.element.parent
        if chosen[number - 1] and is_like and chances[number] >= LIKE_THRESHOLD and block.link_words * 4 < block.words:
            chosen[number] = True
    return chosen


def paragraphs_of(markup: str) -> tuple[str, ...]:
    """The paragraphs of a piece of HTML or plain text that is nothing but a story, as feeds carry it."""
    if "<" not in markup:
        return tuple(line for line in map(str.strip, markup.splitlines()) if line)
    root = LexborHTMLParser(tame(markup[:MAX_BYTES])).body
    return tuple(block.text for block in walk(root)) if root else ()


def _chance(features: Sequence[float], weights: Sequence[float], bias: float) -> float:
    total = bias + sum(map(mul, features, weights))
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))
