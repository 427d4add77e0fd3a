"""Sitemaps, news sitemaps, sitemap indexes and text sitemaps: bytes -> the addresses that they list, in their order."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lxml import etree

from scrapers.article import Hint
from scrapers.metadata import language_code
from scrapers.text import plain
from worker.feedtime import moment, rank

MAX_LINKS = 50_000  # what one sitemap may hold (sitemaps.org); the rest is not read
MAX_TAGS = 30

_OF_A_LINK = ("image", "video")  # namespaces whose loc and title are not the page's
_ADDRESS = re.compile(r"https?://[^\s<>\"]+$", re.IGNORECASE)

SitemapKind = Literal["news_sitemap", "sitemap", "sitemap_index"]


@dataclass(frozen=True, slots=True)
class Sitemap:
    """Pages with their hints, or the sitemaps of an index: newest first by lastmod, the undated last in file order."""

    kind: SitemapKind
    entries: tuple[tuple[str, Hint | None], ...] = ()
    children: tuple[str, ...] = ()


def read_sitemap(xml: bytes, root: str, now: datetime) -> Sitemap:
    """The sitemap in a document that `xmltext.clean` made; broken markup gives what came before and after the break."""
    pages: list[dict[str, str]] = []
    children: list[dict[str, str]] = []
    for count, (name, said) in enumerate(_entries(xml)):
        if count == MAX_LINKS:
            break
        (children if name == "sitemap" else pages).append(said)
    is_news = any("news" in said for said in pages)
    children.sort(key=_newest, reverse=True)
    if not is_news:  # news entries are all of the last two days, and mostly newest first already
        pages.sort(key=_newest, reverse=True)
    entries = tuple((said["loc"], _hint(said, now)) for said in pages)
    is_index = not pages and (bool(children) or root == "sitemapindex")
    kind: SitemapKind = "sitemap_index" if is_index else "news_sitemap" if is_news else "sitemap"
    return Sitemap(kind, entries, tuple(said["loc"] for said in children))


def _newest(said: dict[str, str]) -> str:
    return rank(said.get("lastmod"))


def _entries(xml: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """("url" or "sitemap", what it says) for each entry with an address; an unclosed one ends where the next begins."""
    parser = etree.iterparse(
        io.BytesIO(xml),
        events=("end",),
        recover=True,
        huge_tree=False,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    said: dict[str, str] = {}
    try:
        for _, element in parser:
            space, name = _split(element.tag)
            if name in ("url", "sitemap") and not _is_media(space):
                if "loc" in said:
                    yield name, said
                said = {}
                _forget(element)
            elif not _is_media(space):
                if name == "loc" and "loc" in said:
                    yield "url", said
                    said = {}
                _note(said, space, name, element.text)
    except etree.XMLSyntaxError:  # too deep, or nothing left: what came before stands
        return
    if "loc" in said:
        yield "url", said


def _split(tag: str) -> tuple[str, str]:
    """Namespace, or the prefix where it was never declared, and local name, both in lower case."""
    space, _, name = tag.lower().rpartition("}" if "}" in tag else ":")
    return space, name


def _is_media(space: str) -> bool:
    return any(word in space for word in _OF_A_LINK)


def _note(said: dict[str, str], space: str, name: str, text: str | None) -> None:
    if "news" in space:
        said["news"] = "1"
        name = f"news:{name}"
    if text and (text := text.strip()):
        said.setdefault(name, text)


def _forget(element: etree._Element) -> None:
    """Drop the entry and those before it: fifty thousand of them need not stand in memory at once."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _hint(said: dict[str, str], now: datetime) -> Hint | None:
    keywords = (plain(word) for word in said.get("news:keywords", "")[:2000].split(","))
    hint = Hint(
        title=plain(said.get("news:title", "")[:2000]) or None,
        published=moment(said.get("news:publication_date"), now),
        modified=moment(said.get("lastmod"), now),
        language=language_code(said.get("news:language")),
        tags=tuple(dict.fromkeys(word for word in keywords if word))[:MAX_TAGS],
    )
    return hint if hint != Hint() else None


def read_text_sitemap(text: str) -> Sitemap | None:
    """A text file with an address a line (sitemaps.org, "Text file"); None if a line among the first ten is none."""
    lines = (line.strip() for line in io.StringIO(text.lstrip("\ufeff")))
    entries: list[tuple[str, Hint | None]] = []
    for count, line in enumerate(line for line in lines if line):
        if _ADDRESS.match(line[:4097]):
            entries.append((line, None))
        elif count < 10:
            return None
        if count + 1 == MAX_LINKS:
            break
    return Sitemap("sitemap", tuple(entries)) if entries else None
