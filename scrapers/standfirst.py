"""The standfirst: what stands below the headline, as displayed, and calls itself that or is the page's description."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from scrapers import titles
from scrapers.jsonld import texts
from scrapers.page import Page
from scrapers.text import text_of
from scrapers.walk import next_node
from scrapers.wording import agree, letters

_MAX_STEPS = 120  # elements behind the headline that are looked at
_MAX_WORDS = 80  # of a standfirst
_BUDGET = 500_000  # characters that are looked at; boxes in boxes repeat them
_STORY_WORDS = 12  # of a paragraph; the second paragraph ends the look
_MAX_TEXT = 1_500  # characters of an element that may be a standfirst
_NAMING = ("class", "itemprop", "data-testid")
_TAGS = frozenset(("p", "div", "h2", "h3", "h4", "span", "header", "section", "em", "strong"))
_STEMS = (  # one is in each name that the expressions below find, and finding none is quick
    "sub", "standfirst", "dek", "deck", "lead", "lede", "lid", "intro", "excerpt", "summary", "abstract", "teaser",
    "desc", "preamble", "synopsis", "chap", "entradilla", "bajada", "sotto", "sommario", "vorspann", "ingress", "perex",
    "alternativeheadline",
)  # fmt: skip
_STRONG = re.compile(
    r"standfirst|sub-?_?titles?(?![a-z])|sub-?_?head(?:line|ing)?(?![a-z])|(?<![a-z])(?:dek|deck)(?![a-z])|alternativeheadline"
    r"|(?<![a-z])(?:chapo|chapeau|entradilla|bajada|sottotitolo|sommario|vorspann|ingress|perex|nadpis-?perex)(?![a-z])"
)
_WEAK = re.compile(  # words that also name other things: pictures, boxes, whole texts
    r"(?<![a-z])(?:lead|lede|lid|intro|introduction|excerpt|summary|abstract|teaser|description|preamble|synopsis)"
    r"(?:[-_]{0,2}(?:text|paragraph|content|p))?(?![a-z-]|__?[a-z])"
)
_BYLINE = re.compile(r"author|byline|credit|meta|caption|date|time|share|newsletter|promo|related")
_TIME = re.compile(r"\d\d:\d\d")
_ASIDE = frozenset(("figure", "figcaption", "aside", "form", "table", "ul", "ol"))
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def find(page: Page, title: str) -> str | None:
    """The standfirst below the headline that is shown; None without one.

    An element is one if its class or itemprop says so, or if it is a heading or a part of the headline's own box that
    shows the page's description or JSON-LD's alternative headline. A description that the page does not show is none.
    """
    heading = titles.shown(page, title)
    if heading is None:
        return None
    stated = {letters(text) for text in _descriptions(page, title)}
    box, own = heading.parent, letters(title)
    story, budget = 0, _BUDGET
    for node in _following(heading):
        if node.tag not in _TAGS:
            continue
        name = _name(node)
        is_named = bool(name and (_STRONG.search(name) or _WEAK.search(name)) and not _BYLINE.search(name))
        is_block = node.tag in ("p", "h2", "h3", "h4")
        if not is_named and not is_block:
            continue
        text = text_of(node)
        budget -= len(text)
        if budget < 0:
            return None
        if len(text) > _MAX_TEXT:
            continue
        is_boxed = is_block and (node.tag != "p" or (box is not None and node.parent == box and not story))
        if (is_named or is_boxed) and _is_sentence(text) and (key := letters(text)) not in own and own not in key:
            if is_named and (_STRONG.search(name) or _is_plain(node)):
                return text
            if is_boxed and key in stated:
                return text
        if node.tag == "p" and len(text.split()) >= _STORY_WORDS:
            story += 1
            if story > 1:
                return None
    return None


def _descriptions(page: Page, title: str) -> Iterator[str]:
    for name in ("og:description", "description", "twitter:description"):
        yield from page.meta.get(name, ())[:1]
    yield from texts(page.story.get("description"))[:1]
    yield from (text for text in texts(page.story.get("alternativeHeadline"))[:1] if not agree(text, title))


def _following(node: LexborNode) -> Iterator[LexborNode]:
    """The elements behind a node, in document order."""
    current = next_node(node, is_inside=False)
    for _ in range(_MAX_STEPS):
        if current is None:
            return
        is_inside = current.tag not in _ASIDE
        if is_inside and not (current.tag or "-").startswith("-"):
            yield current
        current = next_node(current, is_inside)


def _name(node: LexborNode) -> str:
    """What an element calls itself, in lower case with hyphens for capitals; empty if that is nothing of interest."""
    attributes = node.attributes
    name = " ".join([value for key in _NAMING if (value := attributes.get(key))])[:300] if attributes else ""
    low = name.lower()
    return _CAMEL.sub("-", name).lower() if low and any(stem in low for stem in _STEMS) else ""


def _is_sentence(text: str) -> bool:
    return (4 <= len(text.split()) <= _MAX_WORDS and not text.endswith((":", "…")) and not _TIME.search(text)) or (
        not text.isascii() and " " not in text and 12 <= len(text) <= 200
    )


def _is_plain(node: LexborNode) -> bool:
    """Whether an element is one text: no pictures, lists or paragraphs in it but one."""
    return node.css_first("figure, img, ul, h1, h2, h3, time") is None and len(node.css("p")) <= 1
