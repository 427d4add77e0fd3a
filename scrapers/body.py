"""Finds the main text of a page: each block is judged by itself, then by what the judgement of its neighbours tells.

No container is chosen first; that loses stories whose parts lie apart. Two forests of boosted trees, fitted on labelled
pages, weigh the features of `scrapers.features`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import chain, islice

import numpy as np
import numpy.typing as npt
from selectolax.lexbor import LexborHTMLParser

from scrapers.blocks import BIT, Blocks, walk
from scrapers.features import Known, Measures
from scrapers.forest import Forest
from scrapers.markup import tame
from scrapers.page import MAX_BYTES, Page

THRESHOLD = 0.6  # cross-validated by site, 0.5 to 0.6 differ by less than 0.003
SHORT_THRESHOLD = 0.3  # where no block is over the other one, as on pages with one short paragraph
HEADING_THRESHOLD = 0.05  # of a sub-heading that stands between two parts of the story
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_LINKED, _SURE = 0.6, 0.95  # a paragraph that is mostly links leads to other stories, unless this sure,
_TEASER_WORDS = 30  # and shorter than this
_REPEATED = 3  # times that a text stands on the page; so often, it is a notice
_NOTES, _NOTE_WORDS, _ITALIC = 2, 40, 0.9  # how many notes at most, words of one, share of a text in italics
_QUOTE = BIT["quote"] | BIT["blockquote"]
_QUOTE_WORDS, _QUOTED_WORDS = 5, 200  # of a quote at least, of the paragraph that has it at most
_MAX_QUOTED, _MAX_QUOTES = 100_000, 200  # characters that quotes are looked up in, and how many quotes
_WORD = re.compile(r"\w+")
_CONSENT = re.compile(
    r"cookie|consent|opt[- ]out|privacy|personal (?:data|information)|browser|website|webseite|datenschutz|einwillig"
)
_CONSENTS = 2  # different such words that a dialog has, at least: one alone bakes cookies
_MAX_PARAGRAPHS = 2_000


def find(page: Page, known: Known) -> tuple[str, ...]:
    """The paragraphs of the page's story, in reading order; its title is left out of them."""
    blocks = page.blocks
    if not blocks:
        return ()
    texts = [blocks.text[number] for number in choose(blocks, judge(blocks, known), known)]
    return tuple(text for text in texts if text.casefold() != known.title.casefold())[:_MAX_PARAGRAPHS]


def judge(blocks: Blocks, known: Known) -> npt.NDArray[np.float64]:
    """How likely each of the blocks is to belong to the story, 0 to 1."""
    first, second = forests()
    measures = Measures(blocks, known)
    features = measures.first()
    return second.chances(np.concatenate([features, measures.second(first.chances(features))]))


def choose(blocks: Blocks, chances: npt.NDArray[np.float64], known: Known) -> list[int]:
    """The numbers of the blocks that are the story, judged so likely.

    Whatever the judgement, captions, asides, repeated texts, pull quotes, paragraphs of links, consent dialogs and
    notes at the end are left out, and sub-headings between two parts of the story belong to it.
    """
    bar = THRESHOLD if (chances >= THRESHOLD).any() else SHORT_THRESHOLD
    is_story = (chances >= bar).tolist()
    headings = [blocks.elements.tag[at] in _HEADINGS for at in blocks.element]
    for number in range(1, len(is_story)):
        if headings[number] and is_story[number - 1] and chances[number] >= HEADING_THRESHOLD:
            behind = next((n for n in range(number + 1, len(is_story)) if not headings[n]), None)
            is_story[number] = is_story[number] or (behind is not None and is_story[behind])
    counts, seen, chosen = Counter(blocks.text), set[str](), []
    for number in filter(is_story.__getitem__, range(len(is_story))):
        text = blocks.text[number]
        if text not in seen and counts[text] < _REPEATED and not _is_beside(blocks, number, float(chances[number])):
            chosen.append(number)
        seen.add(text)
    beside = _pull_quotes(blocks, chosen) | _consent_dialogs(blocks, chosen)
    chosen = [number for number in chosen if number not in beside] or chosen
    for _ in range(_NOTES):
        if len(chosen) > 1 and _is_note(blocks, chosen[-1], known):
            chosen.pop()
    return chosen


def _is_note(blocks: Blocks, number: int, known: Known) -> bool:
    """Whether the last block is about the story instead of in it: all in italics, or naming its author."""
    text = blocks.text[number].casefold()
    is_named = any(name in text for name in known.authors if " " in name)
    return blocks.italic[number] >= _ITALIC or (is_named and blocks.words[number] <= _NOTE_WORDS)


def _is_beside(blocks: Blocks, number: int, chance: float) -> bool:
    """Whether a block is a caption, an aside, or a paragraph of links to other stories."""
    at = blocks.element[number]
    around = blocks.elements.around[at]
    is_caption = around & BIT["figure"] and not around & BIT["table"]
    is_short = blocks.elements.tag[at] == "p" and blocks.words[number] < _TEASER_WORDS
    is_links = is_short and blocks.linked[number] >= _LINKED and chance < _SURE
    return bool(is_caption or around & BIT["aside"] or is_links)


def _pull_quotes(blocks: Blocks, chosen: Sequence[int]) -> set[int]:
    """The quotes, by tag or class, whose words are a part of one of the paragraphs."""
    quotes = [number for number in chosen if blocks.elements.around[blocks.element[number]] & _QUOTE]
    if not quotes:
        return set()
    words = {number: " ".join(_WORD.findall(blocks.text[number].casefold())) for number in chosen}
    story = "\n".join(words[number] for number in chosen if blocks.words[number] <= _QUOTED_WORDS)[:_MAX_QUOTED]
    short = (number for number in quotes if _QUOTE_WORDS <= blocks.words[number] <= _QUOTED_WORDS)
    return {number for number in islice(short, _MAX_QUOTES) if story.count(words[number]) > 1}


def _consent_dialogs(blocks: Blocks, chosen: Sequence[int]) -> set[int]:
    """The blocks of boxes on the page's frame of which most speak of cookies and consent."""
    elements, boxes = blocks.elements, defaultdict[int, list[int]](list)
    for number in chosen:
        at = elements.parent[blocks.element[number]]
        if elements.around[at] & BIT["frame"]:
            while not elements.groups[at] & BIT["frame"]:
                at = elements.parent[at]
            boxes[at].append(number)
    found = set[int]()
    for box in boxes.values():
        words = [_CONSENT.findall(blocks.text[number].casefold()) for number in box]
        if len(set(chain.from_iterable(words))) >= _CONSENTS and sum(map(bool, words)) * 2 >= len(box):
            found.update(box)
    return found


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
