"""A page as blocks of text in reading order, each with what can be measured of it and of what stands around it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from math import log1p

from selectolax.lexbor import LexborNode

from scrapers.text import clean

MAX_BLOCKS = 5_000  # of a page; a story that starts later is not found
_INLINE = frozenset(
    (
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
        "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time",
        "tt", "u", "var", "wbr", "nobr", "ruby", "rb", "rt", "rp", "img", "picture", "source",
    )
)  # fmt: skip
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
    "promotion piano",
    "media": "caption figure image photo credit media gallery video player audio slideshow thumbnail figcaption "
    "img picture",
    "about": "author authors byline bio meta date time timestamp profile contributor info avatar writer",
    "topic": "tags tag category categories breadcrumb breadcrumbs label labels topic topics keywords taxonomy kicker",
    "ad": "ad ads advert advertisement sponsor sponsored adsense dfp banner commercial",
    "frame": "nav menu header footer sidebar aside widget cookie consent modal popup overlay navigation toolbar "
    "masthead rail secondary tertiary colophon alert bar dropdown",
    "list": "list item items grid row listing archive index feed",
    "quote": "quote pullquote blockquote quotation",
    "embed": "embed tweet instagram iframe embedded oembed",
    "legal": "copyright legal disclaimer correction corrections note notes terms license footnote footnotes references",
    "hidden": "hidden hide sr visually screen invisible collapsed offscreen noscript",
    "box": "table box infobox fact facts factbox callout highlight highlights key points",
}
_GROUP_OF = {word: name for name, words in GROUPS.items() for word in words.split()}
_NAME_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_LANDMARKS = frozenset(
    ("article", "main", "aside", "header", "figure", "table", "section", "blockquote", "form", "footer")
)
_ENDINGS = tuple('.!?…。"”»’)\uff01\uff1f')
_TAGS = ("p", "li", "h1", "h2", "h3", "h4", "blockquote", "pre", "td", "div", "figcaption", "dd", "section")
_LIKE = {"h5": "h4", "h6": "h4", "th": "td", "dt": "dd", "article": "section", "main": "section", "body": "section"}


@dataclass(slots=True)
class Element:
    """A block-level element on the way from the root to a block."""

    tag: str
    groups: frozenset[str]
    signature: tuple[str, str, str]  # its tag and class, and its parent's
    parent: Element | None
    marks: frozenset[str]  # landmarks and groups of all that is around it, and its own
    depth: int
    words: int = 0  # of text blocks right below, links left out
    score: float = 0.0  # readability: words of its own blocks, and half of its children's


@dataclass(slots=True)
class Block:
    """A run of text without a block-level boundary in it; `breaks` counts the forced line breaks."""

    text: str
    element: Element
    words: int
    link_words: int
    breaks: int = 0
    bold_words: int = 0
    features: list[float] = field(default_factory=list)


def walk(root: LexborNode) -> list[Block]:
    """The blocks below a node, in reading order, at most `MAX_BLOCKS`; iterative, for pages nest without end."""
    top = Element(root.tag or "body", frozenset(), (root.tag or "", "", ""), None, frozenset(), 0)
    blocks: list[Block] = []
    stack = [top]
    run = _Run()
    node, depth, inline = root.first_child, 0, []  # the inline elements that are open, by tag
    while node is not None and len(blocks) < MAX_BLOCKS:
        tag = node.tag or ""
        if tag == "-text":
            run.add(node.text_content or "", "a" in inline, "strong" in inline or "b" in inline)
        elif tag == "br":
            run.break_line()
        elif tag in _INLINE:
            inline.append(tag)
        elif not tag.startswith(("-", "!")):
            run.flush(stack[-1], blocks)
            stack.append(_element(node, tag, stack[-1]))
        child = node.first_child
        if child is not None and tag != "-comment":
            node, depth = child, depth + 1
            continue
        while node is not None:
            tag = node.tag or ""
            if tag in _INLINE:
                inline.pop()
            elif tag != "br" and not tag.startswith(("-", "!")):
                run.flush(stack[-1], blocks)
                stack.pop()
            if (following := node.next) is not None:
                node = following
                break
            depth -= 1
            node = node.parent if depth >= 0 else None
    run.flush(stack[-1], blocks)
    return blocks


class _Run:
    """The text since the last boundary."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.parts: list[str] = []
        self.linked = self.bold = self.breaks = 0

    def add(self, text: str, is_linked: bool, is_bold: bool) -> None:
        self.parts.append(text)
        if is_linked or is_bold:
            count = len(text.split())
            self.linked += count if is_linked else 0
            self.bold += count if is_bold else 0

    def break_line(self) -> None:
        if self.parts:
            self.parts.append("\x1e")
            self.breaks += 1

    def flush(self, element: Element, blocks: list[Block]) -> None:
        """End the run: one block, or several where two line breaks in a row stand for a paragraph's end."""
        if not self.parts:
            return
        raw = "".join(self.parts)
        texts = re.split(r"\x1e\s*\x1e\s*", raw, maxsplit=MAX_BLOCKS) if self.breaks > 1 else [raw]
        whole = len(raw.split()) or 1
        for part in texts:
            if text := clean(part.replace("\x1e", " ")):
                words = len(text.split())
                share = words / whole
                blocks.append(
                    Block(text, element, words, round(self.linked * share), self.breaks, round(self.bold * share))
                )
        self.clear()


def _element(node: LexborNode, tag: str, parent: Element) -> Element:
    attributes = node.attributes
    names = attributes.get("class") or ""
    own = _groups(names, attributes.get("id") or attributes.get("itemprop") or "", attributes.get("role") or "")
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        own |= {"hidden"}
    marks = parent.marks
    added = own | {tag} if tag in _LANDMARKS else own
    if not added <= marks:
        marks = marks | added
    signature = (tag, names, parent.signature[0] + " " + parent.signature[1])
    return Element(tag, own, signature, parent, marks, parent.depth + 1)


@lru_cache(maxsize=8192)
def _groups(*names: str) -> frozenset[str]:
    words = (word.lower() for name in names for word in _NAME_WORD.findall(name[:200]))
    return frozenset(_GROUP_OF[word] for word in words if word in _GROUP_OF)


def measure(blocks: list[Block], title: str, stated: str) -> None:
    """Fill the features of the blocks. `stated` is the body that JSON-LD gives, if any, as one text."""
    _score(blocks)
    total = sum(block.words for block in blocks) or 1
    shares: Counter[tuple[str, str, str]] = Counter()
    counts: Counter[tuple[str, str, str]] = Counter()
    parents: Counter[int] = Counter()
    for block in blocks:
        shares[block.element.signature] += block.words - block.link_words
        counts[block.element.signature] += 1
        parents[id(block.element.parent)] += block.words
    best = max((around.score for block in blocks for around in _around(block)), default=0) or 1
    heading = next((n for n, block in enumerate(blocks) if block.element.tag == "h1" and _same(block.text, title)), -1)
    if heading < 0:
        heading = next((n for n, block in enumerate(blocks) if block.element.tag == "h1"), -1)
    seen, texts = 0, Counter(block.text for block in blocks)
    for number, block in enumerate(blocks):
        around = _around(block)
        scores = [element.score / best for element in around] + [0.0, 0.0, 0.0]
        share = shares[block.element.signature] / total
        context = [
            *_steps(share, (0.05, 0.15, 0.3, 0.5)),
            share,
            log1p(counts[block.element.signature]),
            parents[id(block.element.parent)] / total,
            scores[0], scores[1], scores[2],
            *_steps(max(scores[:2]), (0.2, 0.5, 0.9)),
            seen / total, number / len(blocks), float(seen / total < 0.05), float(seen / total > 0.8),
            float(number < heading), float(0 <= heading < number), float(0 <= number - heading <= 3 and heading >= 0),
            float(heading < 0),
            float(block.element.tag == "h1" or _same(block.text, title)),
            float(texts[block.text] > 1),
            float(bool(stated)), float(block.text[:80] in stated),
            float(bool(stated) and block.text[:80] not in stated),
        ]  # fmt: skip
        block.features = [*_own(block), *context]
        seen += block.words


def _own(block: Block) -> list[float]:
    """What the block and the elements around it show by themselves."""
    element, text, words = block.element, block.text, block.words
    tag = _LIKE.get(element.tag, element.tag)
    linked = block.link_words / words
    parent = element.parent or element
    is_text = tag in ("p", "div", "section", "td")
    values = [float(tag == name) for name in _TAGS]
    values += _steps(words, (2, 4, 8, 15, 25, 40))
    values += [log1p(words), log1p(words) * (1 - linked), log1p(words) * is_text]
    values += [float(linked == 0), *_steps(linked, (0.2, 0.5, 0.95)), block.bold_words / words]
    values += [float(text.endswith(_ENDINGS)), float(text[-1] == ":")]
    values += [float(text[0].isupper()), float(text[0] in "©|•→>»+")]
    values += [float("," in text), len(text) / words / 10]
    values += [sum(map(str.isdigit, text)) / len(text), float(words > 8 and text.isupper())]
    values += [float(block.breaks > 0), element.depth / 20, float(parent.tag in ("ul", "ol"))]
    for name in GROUPS:
        values += [float(name in element.groups), float(name in parent.groups), float(name in element.marks)]
    values += [float(name in element.marks) for name in sorted(_LANDMARKS)]
    return values


def _steps(value: float, limits: tuple[float, ...]) -> list[float]:
    return [float(value >= limit) for limit in limits]


def _score(blocks: list[Block]) -> None:
    """Readability's sum: an element counts the words of the paragraphs in it, and half of those further down."""
    for block in blocks:
        weight = max(0, block.words - 2 * block.link_words)
        if weight >= 8:
            for factor, element in zip((1.0, 1.0, 0.5), _around(block), strict=False):
                element.score += weight * factor


def _around(block: Block) -> list[Element]:
    found: list[Element] = []
    element = block.element.parent
    while element is not None and len(found) < 3:
        found.append(element)
        element = element.parent
    return found or [block.element]


def _same(text: str, title: str) -> bool:
    return bool(title) and text.casefold() == title.casefold()


def neighbourhood(blocks: list[Block], chances: list[float]) -> Iterator[list[float]]:
    """For each block what the first look at the others tells: near ones, those of its signature and of its parent."""
    masses: defaultdict[tuple[str, str, str], float] = defaultdict(float)
    words: Counter[tuple[str, str, str]] = Counter()
    below: defaultdict[int, float] = defaultdict(float)
    weights: Counter[int] = Counter()
    for block, chance in zip(blocks, chances, strict=True):
        weight = block.words
        masses[block.element.signature] += chance * weight
        words[block.element.signature] += weight
        below[id(block.element.parent)] += chance * weight
        weights[id(block.element.parent)] += weight
    total = sum(masses.values()) or 1.0
    padded = [chances[0]] * 4 + chances + [chances[-1]] * 4  # a page may begin or end with its story
    sized = [0] * 4 + [block.words for block in blocks] + [0] * 4
    before, passed = 0.0, []
    for block, chance in zip(blocks, chances, strict=True):
        before += chance * block.words
        passed.append(before / total)
    for number, block in enumerate(blocks):
        signature, parent = block.element.signature, id(block.element.parent)
        near = padded[number : number + 9]
        size = sized[number : number + 9]
        far = sum(p * w for p, w in zip(near, size, strict=True)) / (sum(size) or 1)
        yield [
            chances[number],
            near[3], near[5], near[2], near[6], min(near[3], near[5]), max(near[3], near[5]),
            max(near[5:]), max(near[:4]), far,
            masses[signature] / (words[signature] or 1), masses[signature] / total,
            below[parent] / (weights[parent] or 1), below[parent] / total,
            passed[number], float(passed[number] < 0.02), float(passed[number] > 0.98),
            float(block.words < 12) * min(near[3], near[5]), float(block.words < 12) * (near[3] + near[5]) / 2,
        ]  # fmt: skip
