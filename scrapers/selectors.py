"""What a publisher's file, or an operator, names of a page: a CSS selector per field; and what these find on it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Self

import soupsieve
from bs4.element import Tag

from scrapers import soup_text
from scrapers.page import Page
from scrapers.soups import Soup
from scrapers.text import clean

RULE = "publisher rule"  # the origin of what they find
Paragraphs = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors of a publisher's fields, on `Page.soup`. A field that is not named is found generically.

    `body` selects the elements that are a paragraph each, or several where they hold blocks or empty lines; `drop` what
    is left out of them and of their text. Where the body is found generically, `drop` leaves out its paragraphs that
    stand in such an element. `published` and `modified` are read from `datetime` where the element has one.
    Raises soupsieve.SelectorSyntaxError for one that is no selector, TypeError for a field that there is not.
    """

    title: str | None = None
    subtitle: str | None = None
    authors: str | None = None
    agency: str | None = None
    published: str | None = None
    modified: str | None = None
    section: str | None = None
    edition: str | None = None
    edition_date: str | None = None
    body: str | None = None
    drop: str | None = None
    image: str | None = None
    tags: str | None = None

    def __post_init__(self) -> None:
        for part in fields(self):
            if selector := getattr(self, part.name):
                soupsieve.compile(selector)

    def as_dict(self) -> dict[str, str]:
        """The selectors of the fields that are named."""
        return {part.name: value for part in fields(self) if (value := getattr(self, part.name)) is not None}

    def mended_by(self, other: Selectors) -> Self:
        """These selectors, with those of the fields that the other ones name in their place."""
        return replace(self, **other.as_dict())


class Selecting:
    """A page as its selectors see it."""

    selectors: Selectors = Selectors()

    def __init__(self, page: Page, mend: Selectors | None = None) -> None:
        self.page = page
        if mend:
            self.selectors = self.selectors.mended_by(mend)
        self._selected: dict[str, list[Tag]] = {}  # by selector: bylines are asked for twice

    def select_text(self, selector: str | None) -> str | None:
        """The text of the first element that the selector finds text in."""
        return next((text for node in self._select(selector) if (text := clean(node.get_text()))), None)

    def select_texts(self, selector: str | None) -> list[str]:
        """The non-empty texts of the selected elements."""
        return [text for node in self._select(selector) if (text := clean(node.get_text()))]

    def select_times(self, selector: str | None) -> list[str]:
        """What the selected elements state as their time, for a program and then for people."""
        nodes = self._select(selector)
        texts = (text for node in nodes for text in (str(node.get("datetime") or ""), node.get_text()))
        return [found for text in texts if (found := clean(text))]

    def select_paragraphs(self) -> Paragraphs:
        """The texts of the elements of `selectors.body`, outermost ones only, without those of `selectors.drop`."""
        nodes = self._select(self.selectors.body)
        dropped = soup_text.within(self._select(self.selectors.drop)) if nodes else set()
        return tuple(soup_text.paragraphs(nodes, dropped))

    def kept(self, paragraphs: Paragraphs) -> Paragraphs:
        """The paragraphs without those that are the text of a block in an element of `selectors.drop`."""
        dropped = {"".join(text.split()) for text in soup_text.paragraphs(self._select(self.selectors.drop), set())}
        return tuple(text for text in paragraphs if "".join(text.split()) not in dropped) if dropped else paragraphs

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(self.selectors.as_dict().values())

    @cached_property
    def _excerpt(self) -> Soup:
        return self.page.excerpt(self._named)

    def _select(self, selector: str | None) -> list[Tag]:
        if not selector:
            return []
        if selector not in self._selected:
            soup = self._excerpt if selector in self._named else self.page
            self._selected[selector] = soup.select(selector)
        return self._selected[selector]
