"""Where a source lists its pages, and what it lists there: bytes -> links. No network, no database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Literal, Self
from urllib.parse import urljoin, urlsplit

from scrapers.article import Hint
from scrapers.page import Page
from scrapers.text import clean as one_line
from scrapers.urls import as_listed, is_home, normalise, same_site
from worker.feedformat import MAX_FEED, Feed, read_feed, read_json_feed
from worker.feedtime import MAX_TTL
from worker.sitemap import MAX_LINKS, Sitemap, read_sitemap, read_text_sitemap
from worker.xmltext import clean, decode_list, root_of, unpack

ListKind = Literal["feed", "news_sitemap", "sitemap", "sitemap_index", "section"]

MAX_MATCHED = 1_000  # characters of an address that a link pattern is tried on


class NotAListing(Exception):
    """The bytes are no list of pages that we know; the message says what they are instead."""


@dataclass(frozen=True, slots=True)
class Link:
    """A page that a list names. `url` is its normalised address, `listed` the one to ask for where that differs."""

    url: str
    hint: Hint | None = None
    listed: str | None = None

    @classmethod
    def to(cls, address: str | None, base: str | None = None, hint: Hint | None = None) -> Self | None:
        """The link to an address; None if it is none."""
        url = normalise(address, base) if address else None
        if url is None:
            return None
        listed = as_listed(address or "", base)
        return cls(url, hint, listed if listed != url else None)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list says. `dropped` counts the entries without a usable address; the same link twice is one link."""

    kind: ListKind
    links: tuple[Link, ...] = ()
    children: tuple[str, ...] = ()  # the sitemaps of an index, newest first
    title: str | None = None
    ttl: timedelta | None = None  # how long it asks to be left alone
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A list that a page points to; `kind` where the page says it."""

    url: str
    title: str | None = None
    kind: ListKind | None = None


def read(
    body: bytes,
    url: str,
    headers: Mapping[str, str],
    link_pattern: str | None = None,
    kind: str | None = None,
    now: datetime | None = None,
) -> Listing:
    """What the list at `url` names, at most 50,000 links, whatever its Content-Type says it is.

    A section page is read as one only if it is known to be one: by `kind`, or by having a `link_pattern`. Times more
    than a day after `now` (the present) are dropped. Raises NotAListing, and nothing else, whatever the bytes are;
    ValueError only for a `link_pattern` that is no regular expression.
    """
    now = now or datetime.now(UTC)
    body = unpack(body)
    if kind == "section" or link_pattern:
        return _section(Page(body, url, headers), link_pattern)
    text = decode_list(body, headers)
    if found := root_of(text):
        root, start = found
        if root == "html":
            raise NotAListing("a web page, no feed and no sitemap")
        if root in ("urlset", "sitemapindex"):
            return _of_sitemap(read_sitemap(clean(text[start:]), root, now), url)
        return _of_feed(read_feed(clean(text[start : start + MAX_FEED]), url, now))
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        if feed := read_json_feed(text[:MAX_FEED].lstrip("\ufeff"), url, now):
            return _of_feed(feed)
        raise NotAListing("JSON, but no JSON Feed")
    if sitemap := read_text_sitemap(text):
        return _of_sitemap(sitemap, url)
    raise NotAListing("neither XML nor JSON nor a list of addresses" if text.strip() else "an empty answer")


def _of_feed(feed: Feed) -> Listing:
    links, dropped = _links(feed.entries, feed.base)
    return Listing("feed", links, title=feed.title, ttl=feed.ttl, dropped=dropped)


def _of_sitemap(sitemap: Sitemap, url: str) -> Listing:
    links, dropped = _links(sitemap.entries, url)
    found = [normalise(child, url) for child in sitemap.children]
    children = tuple(dict.fromkeys(child for child in found if child and child != normalise(url)))
    return Listing(sitemap.kind, links, children, dropped=dropped + found.count(None))


def _links(entries: Iterable[tuple[str | None, Hint | None]], base: str) -> tuple[tuple[Link, ...], int]:
    found: dict[str, Link] = {}
    dropped = 0
    for address, hint in entries:
        link = Link.to(address, base, hint)
        if link is None:
            dropped += 1
        elif link.url not in found and len(found) < MAX_LINKS:
            found[link.url] = link
    return tuple(found.values()), dropped


_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,12})")


def cache_ttl(headers: Mapping[str, str], now: datetime | None = None) -> timedelta | None:
    """How long an answer calls itself fresh, at most a day: Cache-Control's max-age, else Expires less Date (or `now`).

    None where it says nothing, nothing sensible, or that it must not be kept. RFC 9111, section 4.2.1.
    """
    control = headers.get("cache-control", "").lower()
    if "no-store" in control or "no-cache" in control:
        return None
    if match := _MAX_AGE.search(control):
        seconds = int(match[1])
        return min(timedelta(seconds=min(seconds, 86_400)), MAX_TTL) if seconds else None
    try:
        expires = parsedate_to_datetime(headers["expires"])
        sent = parsedate_to_datetime(headers["date"]) if "date" in headers else now or datetime.now(UTC)
        fresh = expires - sent
    except (KeyError, ValueError, TypeError, OverflowError, IndexError):  # absent, "0", "-1", one zone missing
        return None
    return min(fresh, MAX_TTL) if fresh > timedelta(0) else None


# Section pages --------------------------------------------------------------------------------------------------------


def _section(page: Page, link_pattern: str | None) -> Listing:
    if not page.text.strip():
        raise NotAListing("an empty answer")
    title = page.tree.css_first("title")
    return Listing("section", section_links(page, link_pattern), title=one_line(title.text())[:300] if title else None)


def section_links(page: Page, link_pattern: str | None) -> tuple[Link, ...]:
    """The stories that a page links to on its own site, in its order, each once.

    A story is a link whose address matches the pattern (searched in the whole address), else one that
    `looks_like_story`. Raises ValueError if the pattern is none.
    """
    pattern = compile_pattern(link_pattern) if link_pattern else None
    here = normalise(page.url)
    found: dict[str, Link] = {}
    for node in page.tree.css("a[href]"):
        link = Link.to(node.attributes.get("href"), page.base)
        if link is None or (url := link.url) in found or url == here or not same_site(url, page.url):
            continue
        if pattern.search(url[:MAX_MATCHED]) if pattern else looks_like_story(url, page.url):
            found[url] = link
        if len(found) == MAX_LINKS:
            break
    return tuple(found.values())


_RUNAWAY = re.compile(r"\((?:\?:)?(?:\\?.|\[[^\]]*\])[+*]\)[+*{]")  # (a+)+ and its kin


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The regular expression of a section's links. Raises ValueError saying what is wrong with it."""
    if len(pattern) > MAX_MATCHED:
        raise ValueError(f"link pattern is longer than {MAX_MATCHED} characters")
    if _RUNAWAY.search(pattern):
        raise ValueError(f"link pattern {pattern!r} repeats a repetition, as in (a+)+, and could run for hours")
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"link pattern {pattern!r} is no regular expression: {error}") from None


_DATE = re.compile(r"/(?:19|20)\d\d(?:[/-]?(?:0?[1-9]|1[0-2]|[a-z]{3})(?:[/-]?(?:0?[1-9]|[12]\d|3[01]))?)(?=[/_.-]|$)")
_NUMBER = re.compile(r"(?:^|[/._-]|[a-z])\d{5,}(?=$|[/._-])")
_NO_STORY = re.compile(
    r"/(?:tag|tags|topic|topics|trends|trend|category|categories|author|authors|reporter|archive|archives|search|"
    r"login|signin|signup|register|subscribe|subscription|subscriptions|account|profile|user|users|my|feed|"
    r"feeds|rss|newsletter|newsletters|about|about-us|contact|contact-us|privacy|privacy-policy|terms|imprint|"
    r"impressum|advertise|jobs|careers|shop|store|page|comments|print-edition|epaper|e-paper|company|sitemap|"
    r"wp-content|wp-json|static|assets|cdn-cgi|help|faq|podcasts|weather|horoscope|games)(?=/|$)"
)
_NO_PAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|xml|rss|css|js|json|ico)$")
_ENDING = re.compile(r"\.(?:s?html?|php|aspx?|amp|story|cms|ece)$")


def looks_like_story(url: str, homepage: str) -> bool:
    """Whether an address of the homepage's site looks like a story's: a date, a long slug or a number in its path.

    Addresses of tags, authors, categories, logins and searches do not, whatever else they have.
    """
    if not same_site(url, homepage) or is_home(url):
        return False
    parts = urlsplit(url)
    path = parts.path.lower().rstrip("/")
    segments = [segment for segment in path.split("/") if segment]
    if not segments or _NO_PAGE.search(path) or _NO_STORY.search(path):
        return False
    last = _ENDING.sub("", segments[-1])
    words = [word for word in re.split(r"[-_]", last) if word.isalpha() or not word.isascii()]
    if len(words) >= 4 and len(last) >= 20:
        return True
    has_slug = len(words) >= 2
    if _DATE.search(path) and (has_slug or len(segments) >= 5 or _NUMBER.search(last)):
        return True
    return bool(_NUMBER.search(last) or any(segment.isdigit() and len(segment) >= 5 for segment in segments))


# Finding the lists of a site ------------------------------------------------------------------------------------------

_FEED_TYPES = {
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
    "application/x.atom+xml", "application/x-atom+xml", "text/rss+xml", "text/rss", "text/atom+xml",
}  # fmt: skip
_VAGUE_TYPES = {"text/xml", "application/xml", "application/json", ""}
_FEED_ADDRESS = re.compile(
    r"(?:/(?:feeds?|rss|atom)(?:/|$|\?))|(?:/(?:[\w-]{0,40}[-_])?(?:rss|feed|atom|index)\.(?:xml|rdf|json|php)(?:$|\?))"
    r"|\.(?:rss|atom|rdf)(?:$|\?)|[?&](?:feed|format)=(?:rss|atom|feed)|//(?:feeds?|rss)\.|feeds?\.feedburner\.com/",
    re.IGNORECASE,
)
_FEED_TEXT = re.compile(r"(?:rss|atom|xml|json)?[\s-]{0,3}(?:feeds?|rss|atom)", re.IGNORECASE)
_OF_COMMENTS = re.compile(r"comment|kommentar|comentario|commentaire", re.IGNORECASE)
_NOT_A_FEED = re.compile(r"oembed|wp-json|opensearch|feedback|//(?:www\.)?(?:feedly|inoreader)\.", re.IGNORECASE)


def find_feeds(page: Page) -> list[FoundFeed]:
    """The lists that a page points to: first those its head declares, then links that look like feeds, then sitemaps.

    Feeds of comments are left out, and links to feeds of other sites unless the head declares them.
    """
    found: dict[str, FoundFeed] = {}
    for declared in _declared_feeds(page):
        found.setdefault(declared.url, declared)
    for node in page.tree.css("a[href]"):
        url, text = page.absolute(node.attributes.get("href")), one_line(node.text())[:200]
        if not url or url in found or not (same_site(url, page.url) or "feedburner.com/" in url):
            continue
        if (_FEED_ADDRESS.search(url) or _FEED_TEXT.fullmatch(text)) and not _is_other(url, text):
            found[url] = FoundFeed(url, text or None)
    if (sitemap := page.link("sitemap")) and sitemap not in found:
        found[sitemap] = FoundFeed(sitemap, kind="sitemap")
    return list(found.values())


def _declared_feeds(page: Page) -> Iterable[FoundFeed]:
    for node in page.tree.css("link[rel][href]"):
        given = node.attributes
        if not {"alternate", "feed"} & set((given.get("rel") or "").lower().split()):
            continue
        kind = (given.get("type") or "").partition(";")[0].strip().lower()
        url, title = page.absolute(given.get("href")), one_line(given.get("title") or "")
        if not url or _is_other(url, title):
            continue
        if kind in _FEED_TYPES:
            yield FoundFeed(url, title or None, "feed")
        elif kind in _VAGUE_TYPES and not given.get("hreflang") and _FEED_ADDRESS.search(url):
            yield FoundFeed(url, title or None)


def _is_other(url: str, title: str) -> bool:
    return bool(_OF_COMMENTS.search(urlsplit(url).path) or _OF_COMMENTS.search(title) or _NOT_A_FEED.search(url))


_WELL_KNOWN = (
    *("/feed", "/rss", "/rss.xml", "/feed.xml", "/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml"),
    *("/feeds", "/atom.xml", "/index.xml", "/feed.json", "/rss/index.xml", "/news/rss", "/sitemap.xml"),
    *("/sitemap_index.xml", "/wp-sitemap.xml"),
)


def well_known(homepage: str) -> list[str]:
    """Addresses at which sites often have a list, the likeliest first.

    For a homepage below the root those below it come before those of the whole site. Empty if `homepage` is no
    http(s) address.
    """
    home = normalise(homepage)
    if home is None:
        return []
    below = home.partition("?")[0].rstrip("/")
    nested = [] if is_home(home) else [f"{below}/{name}" for name in ("feed", "rss", "rss.xml", "feed.xml")]
    return list(dict.fromkeys([*nested, *(urljoin(home, path) for path in _WELL_KNOWN)]))
