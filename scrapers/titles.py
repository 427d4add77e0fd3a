"""The headline: as displayed, where the head of the page bears it out, else as the head of the page states it."""

from __future__ import annotations

import re
from itertools import islice

from selectolax.lexbor import LexborNode

from scrapers.jsonld import texts
from scrapers.metadata import Found
from scrapers.page import Page
from scrapers.site_titles import SiteWords, leftovers, without_site
from scrapers.text import clean, plain
from scrapers.wording import agree, letters, words

_MAX_NODES = 30  # headings that are looked at
_MAX_TITLE = 400  # characters
_MAX_SHOWN = 2_000  # characters of a heading with what stands in it
_ENDLESS = 100_000  # characters; a heading so long holds the page, and others hold it with it
_MAX_PARTS = 8  # of one heading
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+){2,40}")
_TRAIL = re.compile("breadcrumb", re.IGNORECASE)
_KICKER = re.compile(
    r"kicker|overline|eyebrow|topline|over-?title|super-?title|super-?head|pre-?title|pre-?head|roofline|dachzeile"
    r"|spitzmarke|antetitulo|cintillo|surtitre|occhiello|(?:^|[\s_-])(?:label|flag|badge|category|section)(?:$|\s)",
    re.IGNORECASE,
)
_UNREAD = frozenset(("rt", "rp", "script", "style", "-comment", "_comment", "template", "svg"))
Known = dict[str, str]  # stated titles by their letters, the likeliest first
_MIN_WORDS = 3  # of a heading that nothing bears out


def find(page: Page, hint: str | None = None) -> Found[str] | None:
    """The headline; `hint` is the feed's.

    An h1 that agrees with a stated title wins, one that is spelt the same first. Where the h1 stands in a breadcrumb
    trail or is hidden, or none agrees, another heading that shows a stated title does. A lone h1 that nothing bears
    out is believed where no JSON-LD headline contradicts it. Then come JSON-LD, og:title and the title element.
    """
    names, given = SiteWords.of(page), _given(page)
    shown, hidden = _headlines(page, names)
    if shown and (sure := _plainly_stated(shown[0], given, names)):
        return Found(sure, "html")
    stated = _bare(given, names)
    shown = [node for node in shown if not names.is_name(_text(node))]  # names were learnt
    known = _known([*(found.value for found in stated), hint or ""])
    if node := _agreeing(shown, known):
        return Found(_spelt(node, known, names), "html")
    if other := _displayed(page, known):
        return Found(other, "html")
    if node := _agreeing(hidden, known):
        return Found(_spelt(node, known, names), "html")
    if lone := _unconfirmed(shown, stated):
        return Found(_spelt(lone, known, names), "html")
    if stated:
        return Found(_whole(stated[0].value, known), stated[0].origin)
    return Found(hint, "feed") if hint else None


def shown(page: Page, title: str) -> LexborNode | None:
    """The heading that shows a title, else the first h1 about the same; None without one."""
    key, near = letters(title), None
    for node in [node for node in page.headings if node.tag in ("h1", "h2")][:_MAX_NODES]:
        text = _text(node)
        if len(text) > _MAX_SHOWN:
            return near  # it holds the page, and other headings with it
        if key and key in letters(text):
            return node
        if near is None and node.tag == "h1" and agree(text, title):
            near = node
    return near


def _given(page: Page) -> list[Found[str]]:
    """The titles that the head of the page gives, as they stand there, the likeliest first."""
    given = [Found(text, "json-ld") for text in texts(page.story.get("headline"))[:1]]
    if text := page.first_meta("og:title", "twitter:title", "title", "headline", "dc.title"):
        given.append(Found(plain(text), "meta"))
    if page.head.title is not None:
        given.append(Found(plain(page.head.title), "html"))
    return [found for found in given if 2 < len(found.value) <= _MAX_TITLE]


def _bare(given: list[Found[str]], names: SiteWords) -> list[Found[str]]:
    """The stated titles without the site's name, which is learnt from what a longer one adds to a shorter one."""
    for headline in given[:-1]:
        if not names.is_name(headline.value):
            names.add(leftovers(given[-1].value, headline.value))
    titles = {text: _once(without_site(text, names)) for text in {found.value for found in given}}
    bare = [Found(titles[found.value], found.origin) for found in given]
    return [found for found in bare if not names.is_name(found.value) and not _SLUG.fullmatch(found.value)]


def _known(titles: list[str]) -> Known:
    known: Known = {}
    for title in titles:
        if key := letters(title):
            known.setdefault(key, title)
    return known


def _plainly_stated(node: LexborNode, given: list[Found[str]], names: SiteWords) -> str | None:
    """The text of the first h1 if it is one piece and a stated title to the letter: most are, and need no more."""
    key = letters(_text(node))
    known = _known([found.value for found in given])
    return _spelt(node, known, names) if key in known and len(_parts(node)) <= 1 else None


def _headlines(page: Page, names: SiteWords) -> tuple[list[LexborNode], list[LexborNode]]:
    """The h1s that may be headlines: those that a reader sees as such, and those of trails and hidden ones."""
    shown: list[LexborNode] = []
    hidden: list[LexborNode] = []
    seen = set()
    for node in islice((node for node in page.headings if node.tag == "h1"), _MAX_NODES):
        text = _text(node)
        if len(text) > _ENDLESS:
            break
        if 2 < len(text) <= _MAX_TITLE and text not in seen and not names.is_name(text):
            is_aside = _is_in_trail(node) or _is_hidden(node)
            (hidden if is_aside else shown).append(node)
            if not is_aside:
                seen.add(text)
    return shown, hidden


def _is_in_trail(node: LexborNode) -> bool:
    """Whether a heading is the last step of a breadcrumb trail: some sites put the search engines' h1 there."""
    around: LexborNode | None = node
    for _ in range(4):
        if around is None or around.tag in ("article", "main", "body"):
            return False
        if around.tag == "li" or _TRAIL.search(around.attributes.get("class") or ""):
            return True
        around = around.parent
    return False


def _is_hidden(node: LexborNode) -> bool:
    style = (node.attributes.get("style") or "").replace(" ", "").lower()
    return "hidden" in node.attributes or "display:none" in style


def _text(node: LexborNode) -> str:
    """The text of a heading, without the readings of Chinese characters."""
    text = clean(node.text(deep=True))
    if text.isascii() or node.css_first("rt") is None:
        return text
    read = (part for part in node.traverse(include_text=True) if part.tag == "-text")
    return clean("".join(part.text() for part in read if part.parent is None or part.parent.tag not in ("rt", "rp")))


def _agreeing(nodes: list[LexborNode], known: Known) -> LexborNode | None:
    found = [(node, _text(node)) for node in nodes]
    exact = (node for node, text in found if letters(text) in known)
    near = (node for node, text in found if any(agree(text, title) for title in known.values()))
    return next(exact, None) or next(near, None)


def _displayed(page: Page, known: Known) -> str | None:
    """A stated title that a lower heading shows, with or without a label before or behind it."""
    if not known:
        return None
    others = [node for node in page.headings if node.tag != "h1"][:_MAX_NODES]
    return _showing(others, known) or _showing(page.story_tree.css('[itemprop~="headline"]')[:_MAX_NODES], known)


def _showing(nodes: list[LexborNode], known: Known) -> str | None:
    for node in nodes:
        text = _text(node)
        if len(text) > _ENDLESS:
            break
        if len(text) <= _MAX_TITLE and (title := _part_of(node, known) or known.get(letters(text))):
            return title
    return None


def _unconfirmed(shown: list[LexborNode], stated: list[Found[str]]) -> LexborNode | None:
    """A lone h1, where no stated title is the article's own."""
    if len(shown) != 1:
        return shown[0] if shown and not stated else None
    if all(found.origin == "html" for found in stated):
        return shown[0]
    is_contradicted = any(found.origin == "json-ld" for found in stated)
    return None if is_contradicted or len(words(_text(shown[0]))) < _MIN_WORDS else shown[0]


def _spelt(node: LexborNode, known: Known, names: SiteWords) -> str:
    """The headline in a heading: without labels, and spelt as a stated title where markup or capitals spoil it."""
    text = _text(node)
    if title := _part_of(node, known):
        return title
    same = known.get(letters(text))
    parts = _parts(node)
    if same and (len(parts) > 1 or (text.isupper() and not same.isupper())):
        return same
    if same is None and len(parts) > 1 and _KICKER.search(parts[0][1]):
        rest = clean(" ".join(part for part, _ in parts[1:]))
        text = rest if len(words(rest)) >= _MIN_WORDS else text
    return _whole(_once(without_site(_without_kicker(text, known), names)), known)


def _part_of(node: LexborNode, known: Known) -> str | None:
    """The stated title that a heading of several elements ends or starts with."""
    parts = [letters(part) for part, _ in _parts(node)]
    ends = ["".join(parts[at:]) for at in range(1, len(parts))]
    starts = ["".join(parts[:at]) for at in range(len(parts) - 1, 0, -1)] if "".join(parts) not in known else []
    for key in (*ends, *starts):
        if key in known and len(words(known[key])) >= _MIN_WORDS:
            return known[key]
    return None


def _parts(node: LexborNode) -> list[tuple[str, str]]:
    """The texts in a heading, by element, each with the classes of its element; a lone wrapper is opened."""
    parts: list[tuple[str, str]] = []
    for _ in range(4):
        children = [child for child in node.iter(include_text=True) if child.tag not in _UNREAD]
        full = [child for child in children if clean(child.text(deep=True))]
        if len(full) != 1 or full[0].tag == "-text":
            break
        node = full[0]
    else:
        full = []
    for child in full[:_MAX_PARTS]:
        parts.append(
            (clean(child.text(deep=True)), "" if child.tag == "-text" else child.attributes.get("class") or "")
        )
    return parts if len(full) <= _MAX_PARTS else []


def _without_kicker(heading: str, known: Known) -> str:
    """The heading without a word or two in front that a known title lacks, as of a label inside the heading."""
    for title in known.values():
        kicker = heading.removesuffix(title)
        is_label = kicker != heading and len(kicker.split()) <= 2
        if is_label and len(words(title)) >= _MIN_WORDS and not kicker.rstrip().endswith((":", "-", "“", '"')):
            return title
    return heading


def _once(title: str) -> str:
    """The title, or its half if it is one text twice."""
    half = (len(title) + 1) // 2
    for middle in (half, half - 1):
        first = title[:middle].rstrip(" |-–—")
        if len(first.split()) > 1 and first == title[middle:].lstrip(" |-–—"):
            return first
    return title


def _whole(title: str, known: Known) -> str:
    """The title, or the stated one that goes on where it was cut."""
    stem = title.removesuffix("…").removesuffix("...").rstrip()
    if stem == title or len(stem) < 20:
        return title
    return next((other for other in known.values() if len(other) > len(title) and other.startswith(stem)), title)
