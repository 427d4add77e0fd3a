"""The paragraphs inside elements of a BeautifulSoup, in time that grows with the page, however deep it is nested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from bs4.element import CData, NavigableString, Tag

from scrapers.text import clean

_BLOCKS = frozenset(
    (
        "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre",
        "section", "article", "aside", "figure", "figcaption", "table", "tr", "td", "th", "header", "footer",
    )
)  # fmt: skip


def paragraphs(nodes: Iterable[Tag], dropped: Set[int]) -> Iterator[str]:
    """The non-empty texts of the blocks in the nodes, and those between blocks; two line breaks end a text as well.

    `dropped`: the `id()` of all elements and strings to leave out. A node without blocks is one paragraph; one inside
    another of the nodes, which stand in the page's order, is not read twice.
    """
    seen: set[int] = set()
    for node in nodes:
        if id(node) in seen or id(node) in dropped:
            continue
        seen |= within([node])
        lines: list[str] = []
        for line in (*map(clean, "".join(_pieces(node, dropped)).split("\n")), ""):
            if line:
                lines.append(line)
            elif lines:
                yield " ".join(lines)
                lines = []


def within(nodes: Iterable[Tag]) -> set[int]:
    """The `id()` of these nodes and of all that is in them; of nodes in the page's order, each is walked once."""
    found: set[int] = set()
    for node in nodes:
        if id(node) not in found:
            found.add(id(node))
            found.update(map(id, node.descendants))
    return found


def _pieces(node: Tag, dropped: Set[int]) -> Iterator[str]:
    blocks = {id(node): node}  # of every element the innermost block around it: looked up, for nesting may be deep
    around = node
    for part in node.descendants:
        block = blocks[id(part.parent)]
        if isinstance(part, Tag):
            blocks[id(part)] = part if part.name in _BLOCKS else block
            if part.name == "br":
                yield "\n"
        elif type(part) in (NavigableString, CData) and id(part) not in dropped:
            if block is not around:
                yield "\n\n"
                around = block
            yield str(part).replace("\n", " ")
