"""Where pages name their authors: JSON-LD, meta elements, the lines around the headline, and bylines further off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from selectolax.lexbor import LexborNode

from scrapers import names, titles
from scrapers.jsonld import Thing, texts
from scrapers.metadata import Found
from scrapers.page import Page
from scrapers.text import clean, text_of
from scrapers.walk import next_node

_META = (
    *("author", "article:author_name", "byl", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator"),
    *("citation_author", "cxenseparse:author", "article:author", "og:article:author", "articleauthor", "authors"),
    *("article.author", "author_name", "lp.article:author", "creator"),
)
_MAX_STEPS, _MAX_TEXT = 200, 1_500  # nodes and characters behind the headline among which its byline stands
_BYLINE_LENGTH, _SENTENCE, _MAX_GROUPS, _MAX_NODES = 200, 150, 6, 30
_MAX_HEADINGS = 10
_MAX_PARTS = 40  # texts of one byline
_MARK = re.compile(r"author|byline|autor|auteur|writer|reporter|journalist|verfasser|redakteur|contributor|firma\b")
_NOT_MARK = re.compile(r"comment|related|authority|share|social|caption|newsletter|recommend|image|photo")
_NAMING = frozenset(("class", "id", "itemprop", "rel", "property", "data-component", "data-testid", "data-qa"))
_HREF = re.compile(
    r"/(?:author|authors|autor|autoren|autores|auteur|auteurs|autore|autori|writer|writers|contributor|contributors|"
    r"journalist|journalists|reporter|reporters|columnist|columnists|columnistas|verfasser|redakteur|forfatter|skribent|"
    r"yazar|yazarlar)[/.-]",
    re.IGNORECASE,
)
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[.:]\d\d\b")
_SKIPPED = frozenset(("figure", "figcaption", "aside", "img", "picture", "form", "ins", "table"))
_OTHERS = re.compile(
    r"comment|related|recommend|teaser|promo|popular|trending|most-?read|latest|more-|sidebar|card", re.I
)
_MAX_ANCESTORS = 8
_ANYWHERE = (
    '[rel~="author"], [itemprop="author"], [class*="byline" i], [class*="author" i], [id*="byline" i], '
    '[id*="author" i], a[href*="/author/"], a[href*="/authors/"]'
)


def stated(page: Page) -> Iterator[Found[list[str]]]:
    """Names that the page gives to machines, one source after the other."""
    by_id: dict[str, Any] = {}
    for key in ("author", "creator"):
        if value := page.story.get(key):
            by_id = by_id or {thing["@id"]: thing for thing in page.json_ld if _is_named(thing)}
            yield Found(texts(_resolved(value, by_id)), "json-ld")


def stated_in_meta(page: Page) -> Iterator[Found[list[str]]]:
    """Names in meta elements, one element's name after the other."""
    for name in _META:
        if found := [text for text in page.meta.get(name, ()) if "://" not in text]:
            yield Found(found, "meta")


class Near(NamedTuple):
    """What stands between the headline and the story."""

    lines: list[list[str]]  # the texts of bylines: of marked elements, and of lines such as "By Ann Lee"
    dated: list[str]  # names that nothing marks, but that a date follows


def near_headline(page: Page, title: str) -> Near:
    """The bylines that follow the headline."""
    heading = _headline(page, title)
    lines: list[list[str]] = []
    dated: list[str] = []
    length, before = 0, ""
    node = next_node(heading, is_inside=False) if heading is not None else None
    for _ in range(_MAX_STEPS):
        if node is None or length > _MAX_TEXT or len(lines) >= _MAX_GROUPS:
            break
        inside = True
        if node.is_text_node:
            text = clean(node.text_content or "")
            length += len(text)
            if lines and len(text) > _SENTENCE:
                break  # the story has begun
            if text and len(text) <= _BYLINE_LENGTH and names.LEAD.match(f"{text} "):
                line = names.line([text, *_following(node)], is_joined=True)
                lines.insert(
                    0 if names.has_job(" ".join(line[1:])) else len(lines), line
                )  # a photographer's has no job
            if text:
                if len(text) <= 60 and before and _DATE.search(text) and names.is_name(before.rstrip(" |·,-–")):
                    dated.append(before)
                before = text if len(text) <= 50 else ""
        elif node.tag in _SKIPPED:
            inside = False
        elif _is_marked(node) and not _is_of_teaser(node):
            parts = _parts(node)
            if sum(map(len, parts)) <= _BYLINE_LENGTH:
                lines.append(names.line(parts))
                inside = False
        node = next_node(node, inside)
    return Near([line for line in lines if line], dated)


def anywhere(page: Page) -> Iterator[list[str]]:
    """Texts of elements that call themselves bylines, those of one parent together, without those of other stories."""
    groups: dict[int, list[str]] = {}
    for node in page.story_tree.css(_ANYWHERE)[:_MAX_NODES]:
        text, parent = text_of(node), node.parent
        if text and len(text) <= _BYLINE_LENGTH and not _is_of_another(node):
            links = [text_of(link) for link in node.css("a")[:10]]
            groups.setdefault(parent.mem_id if parent else 0, []).extend([*links, text] if any(links) else [text])
    yield from groups.values()


def _is_named(thing: Thing) -> bool:
    return isinstance(thing.get("@id"), str) and isinstance(thing.get("name"), str)


def _resolved(value: Any, by_id: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_resolved(item, by_id) for item in value[:50] if not isinstance(item, list)]
    if isinstance(value, dict) and not value.get("name"):
        return by_id.get(str(value.get("@id")), value)
    return value


def _headline(page: Page, title: str) -> LexborNode | None:
    """The heading that shows the title, else the last h1."""
    firsts = [node for node in page.headings if node.tag == "h1"][:_MAX_HEADINGS]
    if len(firsts) == 1:
        return firsts[0]
    return titles.shown(page, title) or (firsts[-1] if firsts else None)


def _following(node: LexborNode) -> list[str]:
    """The texts that go on a line which began with "By": as far as names, jobs and commas go, or one element."""
    found: list[str] = []
    current, length = next_node(node, is_inside=False), 0
    for _ in range(24):
        if current is None or length > _BYLINE_LENGTH or current.tag in ("p", "h1", "h2", "h3", "article", "section"):
            break
        if current.is_text_node and (text := clean(current.text_content or "")):
            if len(text) > 80:
                break
            found.append(text)
            length += len(text)
        current = next_node(current, is_inside=True)
    return found[:8]


def _parts(node: LexborNode) -> list[str]:
    """The texts of a node, each text node by itself, so that a name and the job under it do not run together."""
    content = node.text(deep=True, separator="\n")[: _BYLINE_LENGTH * 8]
    return [text for part in content.split("\n")[: _MAX_PARTS * 4] if (text := clean(part))][:_MAX_PARTS]


def _is_marked(node: LexborNode) -> bool:
    attributes = node.attributes
    if not attributes:
        return False
    for name, value in attributes.items():
        if not value:
            continue
        if name in _NAMING:
            if _is_mark(value):
                return True
        elif name == "href" and len(value) < 300 and _HREF.search(value):
            return True
    return False


@lru_cache(maxsize=4096)  # templates name many elements alike
def _is_mark(value: str) -> bool:
    name = value.lower()
    return bool(_MARK.search(name)) and not _NOT_MARK.search(name)


def _is_of_another(node: LexborNode) -> bool:
    """Whether the element stands among comments or pictures, or in the teaser of another story."""
    current: LexborNode | None = node
    for _ in range(_MAX_ANCESTORS):
        if current is None or current.tag in ("body", "main", "html"):
            break
        attributes = current.attributes
        is_marked = current is not node and _OTHERS.search(
            f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
        )
        if current.tag in _SKIPPED or is_marked:
            return True
        current = current.parent
    return _is_of_teaser(node)


def _is_of_teaser(node: LexborNode) -> bool:
    """Whether the first heading of the nearest list item or article around the element is a link."""
    current = node.parent
    for _ in range(_MAX_ANCESTORS):
        if current is None or current.tag in ("body", "main", "html"):
            return False
        if current.tag in ("li", "article"):
            first = current.css_first("h1, h2, h3, h4")
            if first is None or first.tag == "h1":
                return False
            return first.css_first("a") is not None or (first.parent is not None and first.parent.tag == "a")
        current = current.parent
    return False
