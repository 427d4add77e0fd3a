"""Makes the story of the blocks that are likely to be part of it, by plain rules for what no single block tells."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, islice

import numpy as np
import numpy.typing as npt

from scrapers.blocks import BIT, Blocks
from scrapers.features import Known

Chances = npt.NDArray[np.float64]
Look = tuple[str, str, str, str]  # tag and classes of an element, and of its parent

THRESHOLD = 0.6  # cross-validated by site, 0.5 to 0.6 differ by less than 0.003
SHORT_THRESHOLD = 0.3  # where no block is over the other one, as on pages with one short paragraph
HEADING_THRESHOLD = 0.05  # of a sub-heading that stands between two parts of the story
PARAGRAPH_THRESHOLD = 0.2  # of a paragraph that looks and stands like the others
LIST_THRESHOLD = 0.1  # of the items, on average, of a list that stands between two parts of the story
STANDFIRST_THRESHOLD = 0.05  # of the standfirst, which readers take for the story's beginning
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_PARAGRAPH_WORDS, _LAST_WORDS = 12, 30  # of such a paragraph within the story, and before or behind it
_FREE = 0.5  # share of it that is links, at most
_LINKED, _SURE = 0.6, 0.95  # a paragraph that is mostly links leads to other stories, unless this sure,
_TEASER_WORDS = 30  # and shorter than this
_REPEATED = 3  # times that a text stands on the page; so often, it is a notice
_NOTES, _NOTE_WORDS, _ITALIC = 2, 40, 0.9  # how many notes at most, words of one, share of a text in italics
_CALL = re.compile(  # how lines begin that send the reader elsewhere
    r"(?:for|see|find|learn|read) more\b|(?:for )?further information|mehr (?:dazu|informationen|infos)\b"
    r"|weitere (?:informationen|infos)\b|pour (?:plus d|en savoir)|(?:para )?más información|per (?:maggiori|saperne)"
    r"|(?:para )?mais informações|meer (?:informatie|lezen)|więcej informacji"
)
_QUOTE = BIT["quote"] | BIT["blockquote"]
_QUOTE_WORDS, _QUOTED_WORDS = 5, 200  # of a quote at least, of the paragraph that has it at most
_MAX_QUOTED, _MAX_QUOTES = 100_000, 200  # characters that quotes are looked up in, and how many quotes
_WORD = re.compile(r"\w+")
_CONSENT = re.compile(
    r"cookie|consent|opt[- ]out|privacy|personal (?:data|information)|browser|website|webseite|datenschutz|einwillig"
)
_CONSENTS = 2  # different such words that a dialog has, at least: one alone bakes cookies


def choose(blocks: Blocks, chances: Chances, known: Known) -> list[int]:
    """The numbers of the blocks that are the story, judged so likely.

    Whatever the judgement, captions, asides, embedded posts, repeated texts, pull quotes, paragraphs of links, consent
    dialogs, lists of facts and notes at the end are left out, and the standfirst, sub-headings and lists between two
    parts of the story, and paragraphs like the others belong to it.
    """
    is_story = _with_paragraphs(blocks, chances)
    _add_headings(blocks, chances, is_story)
    _add_lists(blocks, chances, is_story)
    if known.standfirst in blocks.text and any(is_story):
        number = blocks.text.index(known.standfirst)
        is_story[number] = is_story[number] or chances[number] >= STANDFIRST_THRESHOLD
    counts, seen, chosen = Counter(blocks.text), set[str](), []
    for number in filter(is_story.__getitem__, range(len(is_story))):
        text = blocks.text[number]
        if text not in seen and counts[text] < _REPEATED and not _is_beside(blocks, number, float(chances[number])):
            chosen.append(number)
        seen.add(text)
    beside = _pull_quotes(blocks, chosen) | _consent_dialogs(blocks, chosen) | _facts(blocks, chosen)
    chosen = [number for number in chosen if number not in beside] or chosen
    for _ in range(_NOTES):
        if len(chosen) > 1 and _is_note(blocks, chosen[-1], known):
            chosen.pop()
    return chosen


def _with_paragraphs(blocks: Blocks, chances: Chances) -> list[bool]:
    """Which blocks are likely enough; with the doubtful that have the look of most of these, or stand beside them."""
    bar = THRESHOLD if (chances >= THRESHOLD).any() else SHORT_THRESHOLD
    is_story: list[bool] = (chances >= bar).tolist()
    likely = np.flatnonzero(is_story).tolist()
    doubtful = [number for number in np.flatnonzero(chances >= PARAGRAPH_THRESHOLD).tolist() if not is_story[number]]
    if not likely or not doubtful:
        return is_story
    words = Counter[Look]()
    for number in likely:
        words[_look(blocks, number)] += blocks.words[number]
    look = max(words, key=words.__getitem__)
    parents = {_parent(blocks, number) for number in likely if _look(blocks, number) == look}
    for number in doubtful:
        own = _look(blocks, number)
        is_alike = own == look or (own[0] == look[0] and _parent(blocks, number) in parents)
        least = _PARAGRAPH_WORDS if likely[0] < number < likely[-1] else _LAST_WORDS
        is_story[number] = is_alike and blocks.words[number] >= least and blocks.linked[number] < _FREE
    return is_story


def _look(blocks: Blocks, number: int) -> Look:
    elements, at = blocks.elements, blocks.element[number]
    above = elements.parent[at]
    return elements.tag[at], elements.names[at], elements.tag[above], elements.names[above]


def _parent(blocks: Blocks, number: int) -> int:
    return blocks.elements.parent[blocks.element[number]]


def _add_headings(blocks: Blocks, chances: Chances, is_story: list[bool]) -> None:
    is_heading = [blocks.elements.tag[at] in _HEADINGS for at in blocks.element]
    behind = 0  # the first block behind that is no heading
    for number in _behind(is_story):
        if not is_heading[number] or is_story[number] or chances[number] < HEADING_THRESHOLD:
            continue
        behind = max(behind, number + 1)
        while behind < len(is_story) and is_heading[behind]:
            behind += 1
        is_story[number] = behind < len(is_story) and is_story[behind]


def _add_lists(blocks: Blocks, chances: Chances, is_story: list[bool]) -> None:
    tags = [blocks.elements.tag[at] for at in blocks.element]
    end = 0  # of the list that was looked at
    for start in _behind(is_story):
        if start < end or tags[start] != "li":
            continue
        end = start + 1
        while end < len(tags) and tags[end] == "li" and _parent(blocks, end) == _parent(blocks, start):
            end += 1
        is_free = sum(blocks.linked[start:end]) < _FREE * (end - start)
        is_between = end < len(tags) and is_story[end] and is_free
        if is_between and chances[start:end].mean() >= LIST_THRESHOLD:
            is_story[start:end] = [True] * (end - start)


def _behind(is_story: list[bool]) -> Iterator[int]:
    """The numbers of the blocks right behind one that is story by then."""
    for number in range(1, len(is_story)):
        if is_story[number - 1]:
            yield number


def _is_note(blocks: Blocks, number: int, known: Known) -> bool:
    """Whether the last block is about the story instead of in it: in italics, naming its author, sending elsewhere."""
    text = blocks.text[number].casefold()
    is_about = _CALL.match(text) is not None or any(name in text for name in known.authors if " " in name)
    return blocks.italic[number] >= _ITALIC or (is_about and blocks.words[number] <= _NOTE_WORDS)


def _is_beside(blocks: Blocks, number: int, chance: float) -> bool:
    """Whether a block is a caption, an aside, an embedded post, links to other stories, or has no words at all."""
    at = blocks.element[number]
    around = blocks.elements.around[at]
    is_caption = around & BIT["figure"] and not around & BIT["table"]
    is_short = blocks.elements.tag[at] == "p" and blocks.words[number] < _TEASER_WORDS
    is_links = is_short and blocks.linked[number] >= _LINKED and chance < _SURE
    is_wordless = not _WORD.search(blocks.text[number])
    return bool(is_caption or around & BIT["aside"] or is_links or is_wordless or _is_post(blocks, at))


def _is_post(blocks: Blocks, at: int) -> bool:
    """Whether an element is in the quotation that stands for a post of another site until its script has run."""
    elements = blocks.elements
    while elements.around[at] & BIT["blockquote"]:
        if elements.tag[at] == "blockquote":
            return bool(elements.groups[at] & BIT["embed"])
        at = elements.parent[at]
    return False


def _pull_quotes(blocks: Blocks, chosen: Sequence[int]) -> set[int]:
    """The quotes, by tag or class, whose words are a part of one of the paragraphs."""
    quotes = [number for number in chosen if blocks.elements.around[blocks.element[number]] & _QUOTE]
    if not quotes:
        return set()
    words = {number: " ".join(_WORD.findall(blocks.text[number].casefold())) for number in chosen}
    story = "\n".join(words[number] for number in chosen if blocks.words[number] <= _QUOTED_WORDS)[:_MAX_QUOTED]
    short = (number for number in quotes if _QUOTE_WORDS <= blocks.words[number] <= _QUOTED_WORDS)
    return {number for number in islice(short, _MAX_QUOTES) if story.count(words[number]) > 1}


def _facts(blocks: Blocks, chosen: Sequence[int]) -> set[int]:
    """The terms and descriptions of lists such as date, source and summary, unless most of the story is of such."""
    facts = {number for number in chosen if blocks.elements.tag[blocks.element[number]] in ("dt", "dd")}
    words = sum(blocks.words[number] for number in facts)
    return facts if words * 2 < sum(blocks.words[number] for number in chosen) else set()


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
