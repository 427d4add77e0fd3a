"""The paragraphs inside one element of a BeautifulSoup."""

from __future__ import annotations

from collections.abc import Iterator, Set

from bs4.element import CData, NavigableString, Tag

from scrapers.text import clean

_BLOCKS = frozenset(
    (
        "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre",
        "section", "article", "aside", "figure", "figcaption", "table", "tr", "td", "th", "header", "footer",
    )
)  # fmt: skip


def paragraphs(node: Tag, dropped: Set[int]) -> Iterator[str]:
    """The non-empty texts of the blocks in a node, and those between its blocks; two line breaks end a text as well.

    `dropped`: the `id()` of elements to leave out. A node without blocks is one paragraph.
    """
    lines: list[str] = []
    for line in (*map(clean, "".join(_pieces(node, dropped)).split("\n")), ""):
        if line:
            lines.append(line)
        elif lines:
            yield " ".join(lines)
            lines = []


def _pieces(node: Tag, dropped: Set[int]) -> Iterator[str]:
    around = node
    for part in node.descendants:
        if isinstance(part, Tag):
            if part.name == "br":
                yield "\n"
        elif type(part) in (NavigableString, CData) and (not dropped or dropped.isdisjoint(map(id, part.parents))):
            block = next(parent for parent in part.parents if parent is node or parent.name in _BLOCKS)
            if block is not around:
                yield "\n\n"
                around = block
            yield str(part).replace("\n", " ")
