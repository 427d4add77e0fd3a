"""A BeautifulSoup made of the tree of the C parser, whose CSS then finds the elements of it: many times as fast."""

from __future__ import annotations

import re
from functools import lru_cache

import soupsieve
from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from bs4.element import AttributeValueList, HTMLAttributeDict, NavigableString, PageElement, Tag
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

_CONTAINS = re.compile(r""":-soup-contains\((?:'[^']*'|"[^"]*"|[\s,])+\)""")
_PSEUDO_CLASS = re.compile(r":([a-z-]+)")
_ALIKE = frozenset(("is", "not", "has", "first-child", "last-child", "only-child"))  # of one meaning to both
_SEVERAL = HTMLTreeBuilder.DEFAULT_CDATA_LIST_ATTRIBUTES  # attributes with a list of values, such as class, by tag


class Soup:
    """Some markup as a BeautifulSoup, `whole`, without comments. To be read, not changed: `select` knows its tags."""

    def __init__(self, markup: str) -> None:
        self._tree = LexborHTMLParser(f"<!doctype html>{markup}")  # without one, case would not matter in class names
        self.whole = BeautifulSoup("", "html.parser")
        self._tags = _filled(self.whole, self._tree)

    def select(self, selector: str) -> list[Tag]:
        """What `whole.select` finds. Raises soupsieve.SelectorSyntaxError for what is no selector."""
        wider = _wider(selector)
        if wider is None:
            return list(self.whole.select(selector))
        found = dict.fromkeys(node.mem_id for node in self._tree.css(wider))  # one that matches twice is there twice
        tags = [self._tags[number] for number in found]
        return tags if wider == selector else soupsieve.filter(selector, tags)


def _filled(soup: BeautifulSoup, tree: LexborHTMLParser) -> dict[int, Tag]:
    """Put what is in the tree into the empty soup; its tags by the numbers of the tree's nodes."""
    tags: dict[int, Tag] = {}
    kinds: dict[int, type[NavigableString]] = {}  # of the strings in an element: the readings of ruby are no text
    last: PageElement = soup
    for node in tree.root.traverse(include_text=True) if tree.root else ():
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
def _wider(selector: str) -> str | None:
    """A selector that the C parser reads as soupsieve does and that finds at least the same; None if there is none."""
    soupsieve.compile(selector)  # it alone says what is no selector
    wider = _CONTAINS.sub(":is(*)", selector)
    if not _ALIKE.issuperset(_PSEUDO_CLASS.findall(wider)) or (wider != selector and ":not(" in selector):
        return None
    try:
        LexborHTMLParser("").css(wider)
    except SelectolaxError:
        return None
    return wider
