"""A fetched page: bytes, address and headers, and what is made of them, each once and only when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from bs4 import BeautifulSoup, Tag
from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers import head, jsonld
from scrapers.blocks import Blocks, walk
from scrapers.head import Head
from scrapers.jsonld import Thing
from scrapers.markup import Decoded, decode, tame
from scrapers.soups import Soup
from scrapers.urls import normalise, site_of

MAX_BYTES = 10_000_000  # the rest of a longer page is not read
_MAX_SOUP = 1_000_000  # characters
_MAX_SOUP_TAGS = 7_500  # start and end tags; no story seen has 6,000, and BeautifulSoup needs some 10 us for each
_MAX_SOUP_ATTRIBUTES = 60_000  # it needs some 3 microseconds for each; lexbor writes each with an equals sign
_MAX_STEPS = 30  # elements between a headline and what surrounds the story


class Page:
    """What was fetched. No property raises, whatever the bytes are; none changes what another one shows."""

    def __init__(self, body: bytes, url: str, headers: Mapping[str, str] | None = None) -> None:
        self.body = body[:MAX_BYTES]
        self.url = url
        self.headers = {name.lower(): value for name, value in (headers or {}).items()}

    @cached_property
    def text(self) -> str:
        """The decoded markup; bytes that fit no encoding become U+FFFD."""
        return self._decoded.text

    @cached_property
    def _decoded(self) -> Decoded:
        return decode(self.body, self.headers.get("content-type"))

    @cached_property
    def _markup(self) -> bytes:
        """What is parsed, in UTF-8."""
        return tame(self._decoded.utf8) or b"<html></html>"

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """The whole page as the C parser sees it, parsed for those who ask. To be read, not changed."""
        return LexborHTMLParser(self._markup)

    @property
    def story_tree(self) -> LexborHTMLParser:
        """The tree of what can be read: without head, scripts, navigation, controls, media and footers."""
        return self._parts[0]

    @property
    def head(self) -> Head:
        """What the page says outside its text, the elements that `story_tree` lacks included."""
        return self._parts[1]

    @cached_property
    def _parts(self) -> tuple[LexborHTMLParser, Head]:
        tree = LexborHTMLParser(self._markup)
        return tree, head.cut(tree)

    @property
    def soup(self) -> BeautifulSoup:
        """A BeautifulSoup of the part that matters: the main element if it has the headline, else what surrounds it.

        That is the smallest element around the first h1 with half of the text of `story_tree`, and no less than the
        `article` or `main` around the h1; without an h1, all. Comments are left out. To be read, not changed.
        """
        return self._soup.made

    def select(self, selector: str) -> list[Tag]:
        """What `soup.select` finds, in a fraction of its time, and the same elements."""
        return self._soup.select(selector)

    def excerpt(self, selectors: Iterable[str]) -> Soup:
        """What these selectors find in `soup`, made without the rest of it: it can be asked for these alone."""
        return Soup(self._part, selectors)

    @cached_property
    def _soup(self) -> Soup:
        return Soup(self._part)

    @cached_property
    def _part(self) -> str:
        mains = self.story_tree.css("main")
        is_main = len(mains) == 1 and mains[0].css_first("h1") is not None
        node = mains[0] if is_main else _around_headline(self.story_tree)
        markup = ((node.html if node else self.story_tree.html) or "")[:_MAX_SOUP]
        return _up_to(_up_to(markup, "<", _MAX_SOUP_TAGS), "=", _MAX_SOUP_ATTRIBUTES)

    @cached_property
    def meta(self) -> dict[str, tuple[str, ...]]:
        """The non-empty contents of the meta elements by lower-case name, property, itemprop or http-equiv.

        Parse.ly's JSON, in `parsely-page`, counts as the elements `parsely-title`, `parsely-pub-date` and so on.
        """
        found = {name: tuple(contents) for name, contents in self.head.meta.items()}
        for name, texts in jsonld.parsely(found.get("parsely-page", ("",))[0]):
            found.setdefault(name, tuple(texts))
        return found

    def first_meta(self, *names: str) -> str | None:
        """The first content of the first of these names that the page has."""
        return next((self.meta[name][0] for name in names if name in self.meta), None)

    @cached_property
    def json_ld(self) -> tuple[Thing, ...]:
        """Every object of the JSON-LD scripts, in their order, with those in lists, graphs and main entities."""
        return jsonld.objects(self.head.json_ld)

    @cached_property
    def story(self) -> Thing:
        """The JSON-LD object that is the page's article, or else its video or gallery; empty if there is none."""
        own = {url for url in (normalise(self.url), self.link("canonical")) if url}
        return jsonld.resolved(jsonld.story(self.json_ld, own, self.absolute), self.json_ld)

    @cached_property
    def site_names(self) -> frozenset[str]:
        """What the site calls itself, in lower case, with its domain and the domain's first label."""
        names = {self.first_meta("og:site_name"), self.first_meta("application-name"), self.first_meta("twitter:site")}
        for thing in self.json_ld:
            if jsonld.types(thing) & {"WebSite", "NewsMediaOrganization", "Organization"}:
                names.update(jsonld.texts(thing.get("name"))[:1])
        names.update(jsonld.texts(self.story.get("publisher"))[:1])
        site = site_of(self.url)
        return frozenset(name.lower().lstrip("@") for name in (*names, site, site.partition(".")[0]) if name)

    @cached_property
    def blocks(self) -> Blocks:
        """The runs of text in `story_tree`."""
        return walk(self.story_tree.body) if self.story_tree.body else Blocks()

    @cached_property
    def headings(self) -> tuple[LexborNode, ...]:
        """The headings of the first four levels in `story_tree`, in document order."""
        return tuple(self.story_tree.css("h1, h2, h3, h4"))

    def link(self, rel: str) -> str | None:
        """The normalised target of the first `link` with this rel that is an address."""
        return next((url for href in self.head.links.get(rel, ()) if (url := self.absolute(href))), None)

    def absolute(self, href: str | None) -> str | None:
        """A link of this page, resolved and normalised; None if it leads to no page."""
        return normalise(href, self.base) if href and href.strip() else None

    @cached_property
    def base(self) -> str:
        """What relative links of the page are relative to."""
        return (normalise(self.head.base, self.url) if self.head.base else None) or self.url


def _around_headline(tree: LexborHTMLParser) -> LexborNode | None:
    heading, root = tree.css_first("h1"), tree.body
    if heading is None or root is None:
        return None
    half, node = len(root.text()) / 2, heading.parent
    around: LexborNode | None = None
    is_in_story = False
    for _ in range(_MAX_STEPS):
        if node is None:
            break
        is_in_story = is_in_story or node.tag in ("article", "main")
        if around is None and len(node.text()) >= half:
            around = node
        if around is not None and is_in_story:
            return node  # the outer one of the two
        node = node.parent
    return around


def _up_to(markup: str, mark: str, most: int) -> str:
    """The markup before the mark that is one too many."""
    return markup if markup.count(mark) <= most else mark.join(markup.split(mark, most)[:-1])
