"""What a page says outside its text, gathered in one pass, which then leaves nothing but the text in its tree."""

from __future__ import annotations

from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.text import clean

CUT = frozenset(
    (
        "head", "script", "style", "noscript", "template", "svg", "nav", "iframe", "button", "select", "textarea",
        "video", "audio", "object", "embed", "canvas", "footer", "link", "meta", "dialog", "input",
    )
)  # fmt: skip
_NAMES = ("property", "name", "itemprop", "http-equiv")
_MAX_HEADING = 300  # characters
_MAX_HEADINGS = 3  # of a level
_MAX_ELEMENTS = 2_000  # meta elements, and links, of a page; news pages have up to 300
_MAX_NAME = 300  # characters of a name or a rel
MAX_JSON_LD = 200  # scripts; news pages have up to 30
_MAX_TRAILS, _MAX_TRAIL_LINKS = 3, 12
_TRAIL_NAMES = ("class", "aria-label", "itemtype", "id")
_MAX_VALUE = 200_000  # characters of what one of them says, or of the title


Trail = list[tuple[str, str | None]]  # texts and targets of its links


@dataclass(slots=True)
class Head:
    """The parts, as they stand in the page and in its order."""

    meta: dict[str, list[str]] = field(default_factory=dict)  # contents by name, in lower case
    links: dict[str, list[str]] = field(default_factory=dict)  # targets by rel, in lower case
    base: str | None = None
    title: str | None = None
    json_ld: list[str] = field(default_factory=list)
    elements: int = 0  # meta elements and links that were read
    headings: dict[str, list[str]] = field(default_factory=lambda: {"h1": [], "h2": []})  # the first of these levels
    asks_password: bool = False
    trails: list[Trail] = field(default_factory=list)  # breadcrumb trails, which stand in `nav` elements mostly


def cut(tree: LexborHTMLParser) -> Head:
    """Take the elements of `CUT` out of a tree; what they, and the headings in them, say is returned."""
    head, taken = Head(), []
    for node in tree.root.traverse() if tree.root else ():
        if (tag := node.tag) in _TOUCHED:
            if tag in CUT:
                taken.append(node)
            if reader := _READERS.get(tag):
                reader(head, node)
    for node in reversed(taken):  # inner ones first: a node of a tree that is gone must not be touched
        node.decompose()
    return head


def _read_meta(head: Head, node: LexborNode) -> None:
    head.elements += 1
    if head.elements > _MAX_ELEMENTS:
        return
    attributes = node.attributes
    if content := clean((attributes.get("content") or "")[:_MAX_VALUE]):
        for name in {name[:_MAX_NAME].strip().lower() for key in _NAMES if (name := attributes.get(key))}:
            head.meta.setdefault(name, []).append(content)


def _read_link(head: Head, node: LexborNode) -> None:
    head.elements += 1
    if head.elements > _MAX_ELEMENTS:
        return
    attributes = node.attributes
    if href := attributes.get("href"):
        for name in set((attributes.get("rel") or "")[:_MAX_NAME].lower().split()):
            head.links.setdefault(name, []).append(href)


def _read_base(head: Head, node: LexborNode) -> None:
    if head.base is None and "href" in (attributes := node.attributes):
        head.base = attributes["href"] or ""


def _read_title(head: Head, node: LexborNode) -> None:
    if head.title is None:
        head.title = node.text()[:_MAX_VALUE]


def _read_script(head: Head, node: LexborNode) -> None:
    if len(head.json_ld) < MAX_JSON_LD and "ld+json" in (node.attributes.get("type") or "").lower():
        head.json_ld.append(node.text())


def _read_heading(head: Head, node: LexborNode) -> None:
    found = head.headings[node.tag or ""]
    if len(found) < _MAX_HEADINGS:
        found.append(clean(node.text()[:_MAX_VALUE])[:_MAX_HEADING])


def _read_nav(head: Head, node: LexborNode) -> None:
    inner = next((child for child in node.iter()), None)
    innermost = next((child for child in inner.iter()), None) if inner else None
    if len(head.trails) < _MAX_TRAILS and any(map(_is_trail, (node, inner, innermost, node.parent))):
        head.trails.append(links_of(node))


def links_of(trail: LexborNode) -> Trail:
    """The links of a breadcrumb trail; none of an element that has so many that it must be more than a trail."""
    links = trail.css("a")
    if len(links) > _MAX_TRAIL_LINKS:
        return []
    return [(clean(link.text()[:_MAX_HEADING]), link.attributes.get("href")) for link in links]


def _is_trail(node: LexborNode | None) -> bool:
    attributes = node.attributes if node else {}
    return any("breadcrumb" in (attributes.get(name) or "").lower() for name in _TRAIL_NAMES)


def _read_input(head: Head, node: LexborNode) -> None:
    head.asks_password |= (node.attributes.get("type") or "").lower() == "password"


_READERS = {
    "meta": _read_meta, "link": _read_link, "base": _read_base, "title": _read_title, "script": _read_script,
    "h1": _read_heading, "h2": _read_heading, "input": _read_input, "nav": _read_nav,
}  # fmt: skip
_TOUCHED = CUT | _READERS.keys()  # a page has thousands of other elements
