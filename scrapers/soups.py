"""A BeautifulSoup made of the tree of the C parser, whose CSS then finds the elements of it: many times as fast."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from functools import lru_cache

import soupsieve
from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from bs4.element import AttributeValueList, HTMLAttributeDict, NavigableString, PageElement, Tag
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

_CONTAINS = re.compile(r""":-soup-contains\((?:'[^'\\]*'|"[^"\\]*"|[\s,])+\)""")
_PHRASE = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_ANY, _NONE = ":is(*)", ":not(*)"  # what looks for phrases, to a parser that does not know it
_PSEUDO_CLASS = re.compile(r":([a-z-]+)")
_ALIKE = frozenset(("is", "not", "has", "first-child", "last-child", "only-child"))  # of one meaning to both
_SEVERAL = HTMLTreeBuilder.DEFAULT_CDATA_LIST_ATTRIBUTES  # attributes with a list of values, such as class, by tag


class Soup:
    """Some markup as a BeautifulSoup, `made`, without comments. To be read, not changed: `select` knows its tags."""

    def __init__(self, markup: str, selectors: Iterable[str] = ()) -> None:
        """`selectors`: all that will be asked for, so that only what they find is made, with what is around it.

        Raises soupsieve.SelectorSyntaxError for what is no selector.
        """
        self._tree = LexborHTMLParser(f"<!doctype html>{markup}")  # without one, case would not matter in class names
        self._text = self._tree.text()
        self.made = BeautifulSoup("", "html.parser")
        self._tags = _filled(self.made, self._tree, self._needed([*map(self._css, selectors)]))

    def select(self, selector: str) -> list[Tag]:
        """What soupsieve finds. Raises soupsieve.SelectorSyntaxError for what is no selector."""
        css = self._css(selector)
        if css is None:
            return list(self.made.select(selector))
        found = dict.fromkeys(node.mem_id for node in self._tree.css(css))  # one that matches twice is there twice
        tags = [self._tags[number] for number in found]
        return soupsieve.filter(selector, tags) if _ANY in css else tags

    def _css(self, selector: str) -> str | None:
        """The selector for the C parser, which may find more where it has `_ANY` in it; None if it has none for it."""
        soupsieve.compile(selector)
        css = _CONTAINS.sub(self._settled, selector)
        return css if _is_known(css) and not (_ANY in css and ":not(" in selector) else None

    def _settled(self, contains: re.Match[str]) -> str:
        phrases = ("".join(pair) for pair in _PHRASE.findall(contains[0]))
        return _ANY if any(phrase in self._text for phrase in phrases) else _NONE

    def _needed(self, selectors: list[str | None]) -> Set[int] | None:
        """The numbers of the nodes to make; None for all: soupsieve looks anywhere."""
        if not selectors or any(css is None or _ANY in css for css in selectors):
            return None
        inside, around = set[int](), set[int]()
        for node in (node for css in selectors if css for node in self._tree.css(css)):
            if node.mem_id not in inside:
                inside.update(part.mem_id for part in node.traverse(include_text=True))
            above = node.parent
            while above is not None and above.mem_id not in around:
                around.add(above.mem_id)
                above = above.parent
        return inside | around


def _filled(soup: BeautifulSoup, tree: LexborHTMLParser, needed: Set[int] | None) -> dict[int, Tag]:
    """Put the tree's nodes, or those that are needed, into the empty soup; its tags by the numbers of their nodes."""
    tags: dict[int, Tag] = {}
    kinds: dict[int, type[NavigableString]] = {}  # of the strings in an element: the readings of ruby are no text
    last: PageElement = soup
    for node in tree.root.traverse(include_text=True) if tree.root else ():
        if needed is not None and node.mem_id not in needed:
            continue
        around = node.parent.mem_id if node.parent else 0
        parent, kind = tags.get(around, soup), kinds.get(around, NavigableString)
        part: Tag | NavigableString
        if node.is_text_node:
            part = kind(node.text_content or "")
        elif node.is_element_node:
            part = tags[node.mem_id] = _tag(node, soup)
            kinds[node.mem_id] = soup.builder.string_containers.get(part.name, kind)
        else:
            continue
        part.setup(parent, last)
        parent.contents.append(part)
        last = part
    return tags


def _tag(node: LexborNode, soup: BeautifulSoup) -> Tag:
    tag = Tag(None, soup.builder, node.tag)
    several = _several(tag.name)
    tag.attrs = HTMLAttributeDict(
        {
            name: AttributeValueList((value or "").split()) if name in several else value or ""
            for name, value in node.attributes.items()
        }
    )
    return tag


@lru_cache(maxsize=512)
def _several(tag: str) -> frozenset[str]:
    return frozenset(_SEVERAL["*"] | _SEVERAL.get(tag, set()))


@lru_cache(maxsize=2048)
def _is_known(css: str) -> bool:
    """Whether the C parser reads the selector, and as soupsieve does."""
    if not _ALIKE.issuperset(_PSEUDO_CLASS.findall(css)):
        return False
    try:
        LexborHTMLParser("").css(css)
    except SelectolaxError:
        return False
    return True
