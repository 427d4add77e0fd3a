"""A page as blocks of text in reading order, in columns: their words, links, elements and what surrounds these."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil

from selectolax.lexbor import LexborNode

from scrapers.head import CUT
from scrapers.text import clean

MAX_BLOCKS = 5_000  # of a page; a story that starts later is not found
MAX_STEPS = 600_000  # into and out of the elements of a page; what stands behind is not read
_LINK, _BOLD, _ITALIC, _PLAIN, _BLOCK, _TEXT, _BREAK, _NOTHING = range(8)
_SORT = (
    dict.fromkeys(
        (
            "abbr", "acronym", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "font", "ins", "kbd",
            "label", "mark", "q", "s", "samp", "small", "span", "strike", "sub", "sup", "time", "tt", "u", "var", "wbr",
            "nobr", "ruby", "rb", "rt", "rp", "img", "picture", "source",
        ),
        _PLAIN,
    )
    | dict.fromkeys((*CUT, "math", "-", "-comment", "!doctype"), _NOTHING)
    | {"a": _LINK, "b": _BOLD, "strong": _BOLD, "em": _ITALIC, "i": _ITALIC, "-text": _TEXT, "br": _BREAK}
)  # fmt: skip
_UNOPENED = [0, 0, 0]  # no link, bold or italic element
_BEFORE = dict.fromkeys(("img", "picture", "figure", "video", "iframe", "audio", "embed", "object"), 1) | {"hr": 2}
_KNOWN: dict[int, tuple[int, int]] = {}  # by the parser's number of a tag, which is read faster than its name
_OWN_TAGS = 250  # numbers below are the same in all pages; those of tags that HTML does not have are not
GROUPS = {  # what the words in class names and ids tell
    "story": "article story body content text entry post paragraph rich copy news main detail richtext articlebody "
    "bodytext",
    "lead": "summary lead intro standfirst excerpt subtitle dek deck subheadline sapo chapo vorspann sommario "
    "teaserlead",
    "comment": "comment comments reply replies discussion discuss disqus kommentar kommentare commentaires "
    "comentarios respond",
    "related": "related recommend recommended recommendation recommendations more also readmore promo teaser teasers "
    "card cards popular trending most latest similar next previous prev further onward outbrain taboola "
    "recirculation carousel slider",
    "share": "share sharing social follow facebook twitter whatsapp sharedaddy addthis shares bookmark print",
    "sell": "newsletter subscribe subscription signup cta paywall offer donate donation support register login "
    "promotion piano affiliate commerce deal shop product buy",
    "media": "caption figure image photo credit media gallery video player audio slideshow thumbnail figcaption "
    "img picture",
    "about": "author authors byline bio meta date time timestamp profile contributor info avatar writer",
    "topic": "tags tag category categories breadcrumb breadcrumbs label labels topic topics keywords taxonomy kicker",
    "ad": "ad ads advert advertisement sponsor sponsored adsense dfp banner commercial",
    "frame": "nav menu header footer sidebar aside widget cookie consent modal popup overlay navigation toolbar "
    "masthead rail secondary tertiary colophon alert bar dropdown privacy ccpa gdpr consent onetrust flyout tooltip",
    "list": "list item items grid row listing archive index feed",
    "quote": "quote pullquote blockquote quotation",
    "embed": "embed tweet instagram iframe embedded oembed placeholder",
    "legal": "copyright legal disclaimer correction corrections note notes terms license footnote footnotes references",
    "hidden": "hidden hide sr visually screen invisible collapsed offscreen noscript",
    "box": "table box infobox fact facts factbox callout highlight highlights key points",
}
LANDMARKS = ("article", "main", "aside", "header", "figure", "table", "section", "blockquote", "form", "li")
BIT = {name: 1 << number for number, name in enumerate((*GROUPS, *LANDMARKS))}
_BIT_OF_WORD = {word: BIT[name] for name, words in GROUPS.items() for word in words.split()}
_HIDDEN = BIT["hidden"]
_NAME_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_PARAGRAPHS = re.compile(r"\x1e\s*\x1e\s*")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_UNSPACED_WORD = 2  # characters of a script without spaces that make a word, about
_LONG_WORD = 12  # characters a word, on average, from where a text may be in such a script


@dataclass(slots=True)
class Elements:
    """The block-level elements around the blocks, in columns; the first one is the root, and its own parent."""

    tag: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # the class attribute
    groups: list[int] = field(default_factory=list)  # bits of GROUPS and LANDMARKS
    around: list[int] = field(default_factory=list)  # the same of all that is around it, and its own
    parent: list[int] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)

    def add(self, node: LexborNode, parent: int) -> int:
        """Append an element; its number."""
        tag, attributes = node.tag or "-", node.attributes
        groups, names = BIT.get(tag, 0), ""
        if attributes:
            get = attributes.get
            names = get("class") or ""
            for name in (names, get("id") or get("itemprop"), get("role")):
                if name:
                    groups |= _groups(name)
            if "hidden" in attributes or get("aria-hidden") == "true":
                groups |= _HIDDEN
        number = len(self.tag)
        self.tag.append(tag)
        self.names.append(names)
        self.groups.append(groups)
        self.around.append(self.around[parent] | groups if number else groups)
        self.parent.append(parent)
        self.depth.append(self.depth[parent] + 1 if number else 0)
        return number


@dataclass(slots=True)
class Blocks:
    """Runs of text without a block-level boundary in them, in reading order and in columns."""

    elements: Elements = field(default_factory=Elements)
    text: list[str] = field(default_factory=list)
    element: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    linked: list[float] = field(default_factory=list)  # share of the characters that are in links
    bold: list[float] = field(default_factory=list)
    italic: list[float] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)  # forced line breaks of the run
    before: list[int] = field(default_factory=list)  # bits: an image or a rule between the block before and this one

    def __len__(self) -> int:
        return len(self.text)


def walk(root: LexborNode) -> Blocks:
    """The blocks below a node, at most `MAX_BLOCKS`, without what `CUT` names. Iterative: pages nest without end."""
    run = _Run(root)
    parts, opened, unread, texts = run.parts, run.opened, run.unread, run.blocks.text
    path: list[tuple[LexborNode, int]] = []  # the open elements below the root, and their sorts
    node = root.first_child
    for _ in range(MAX_STEPS):
        if node is None:
            if not path or len(texts) >= MAX_BLOCKS:
                break
            node, sort = path.pop()
            if sort == _BLOCK:
                run.leave()
            elif sort != _PLAIN:
                opened[sort] -= 1
            node = node.next
            continue
        known = _KNOWN.get(node.tag_id)
        sort, before = _sorted(node) if known is None else known
        child = None
        if sort == _TEXT:
            text = node.text_content or ""
            if parts or (text and not text.isspace()):
                parts.append(text)
                if opened != _UNOPENED:
                    run.mark(len(text))
        elif sort == _BREAK:
            run.break_line()
        elif sort != _NOTHING:
            child = node.first_child
            run.before |= before
            if sort == _BLOCK and parts:
                run.flush()
            if child is not None:
                path.append((node, sort))
                if sort == _BLOCK:
                    unread.append(node)
                elif sort != _PLAIN:
                    opened[sort] += 1
        node = node.next if child is None else child
    if parts and len(texts) < MAX_BLOCKS:
        run.flush()
    return run.blocks


def _sorted(node: LexborNode) -> tuple[int, int]:
    """The sort of a node, and what it is where it stands before a block."""
    tag = node.tag or "-"
    found = _SORT.get(tag, _BLOCK), _BEFORE.get(tag, 0)
    if node.tag_id < _OWN_TAGS:
        _KNOWN[node.tag_id] = found
    return found


class _Run:
    """The text since the last boundary, and where it stands."""

    def __init__(self, root: LexborNode) -> None:
        self.blocks = Blocks()
        self.here = self.blocks.elements.add(root, 0)  # the innermost open element that is numbered
        self.unread: list[LexborNode] = []  # the open elements in it: most elements of a page hold no text
        self.parts: list[str] = []
        self.opened = [0, 0, 0]  # links, bold and italic elements around
        self.marked = [0, 0, 0]  # characters in these
        self.breaks = self.before = 0

    def leave(self) -> None:
        """Close the innermost block-level element."""
        if self.parts:
            self.flush()
        if self.unread:
            self.unread.pop()
        else:
            self.here = self.blocks.elements.parent[self.here]

    def mark(self, length: int) -> None:
        """Count the characters of a text to the links, bold and italic elements around it."""
        for sort in (_LINK, _BOLD, _ITALIC):
            if self.opened[sort]:
                self.marked[sort] += length

    def break_line(self) -> None:
        if self.parts:
            self.parts.append("\x1e")
            self.breaks += 1

    def flush(self) -> None:
        """End the run: one block, or several where two line breaks in a row stand for a paragraph's end."""
        for node in self.unread:
            self.here = self.blocks.elements.add(node, self.here)
        self.unread.clear()
        raw = "".join(self.parts)
        self.parts.clear()
        if self.breaks:
            for part in _PARAGRAPHS.split(raw, maxsplit=MAX_BLOCKS) if self.breaks > 1 else [raw]:
                self.add(part.replace("\x1e", " "), len(raw))
        else:
            self.add(raw, len(raw))
        self.breaks = 0
        if self.marked != _UNOPENED:
            self.marked = [0, 0, 0]

    def add(self, part: str, length: int) -> None:
        """Add a part of a run of this length as a block, if there is anything to read in it."""
        if text := clean(part):
            blocks, (links, bold, italic) = self.blocks, self.marked
            blocks.text.append(text)
            blocks.element.append(self.here)
            blocks.words.append(count_words(text))
            blocks.linked.append(links / length)
            blocks.bold.append(bold / length)
            blocks.italic.append(italic / length)
            blocks.breaks.append(self.breaks)
            blocks.before.append(self.before)
            self.before = 0


def count_words(text: str) -> int:
    """Words of a cleaned text; in scripts without spaces between words, what about as many characters make."""
    count = text.count(" ") + 1
    if len(text) > count * _LONG_WORD and not text.isascii():
        count += ceil(len(_UNSPACED.findall(text)) / _UNSPACED_WORD)
    return count


@lru_cache(maxsize=8192)
def _groups(name: str) -> int:
    bits = 0
    for word in _NAME_WORD.findall(name[:200]):
        bits |= _BIT_OF_WORD.get(word.lower(), 0)
    return bits
