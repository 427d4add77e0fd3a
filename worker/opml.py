"""OPML, the format in which feed readers exchange lists of feeds: read leniently, written as 2.0 (opml.org/spec2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from scrapers.text import clean as one_line
from scrapers.urls import normalise
from worker.sourcefile import SourceSpec
from worker.xmltext import clean, decode_list, root_of, unpack

MAX_OUTLINES = 50_000


class OpmlError(Exception):
    """The bytes hold no OPML; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed of an OPML file; `url` and `homepage` are normalised."""

    title: str
    url: str
    homepage: str | None = None


def read_opml(body: bytes) -> list[Outline]:
    """The feeds of an OPML 1 or 2 file, in its order and each once, however deep its folders are.

    Broken XML gives the feeds that can be told apart; entities mean nothing, so that none can grow or reach a file.
    Raises OpmlError if there is no `opml` element or no feed in it.
    """
    text = decode_list(unpack(body), {})
    found = root_of(text, ("opml",))
    if found is None or found[0] != "opml":
        raise OpmlError("This is no OPML file: it has no <opml> element.")
    parser = etree.XMLParser(recover=True, huge_tree=False, resolve_entities=False, load_dtd=False, no_network=True)
    try:
        root = etree.fromstring(clean(text[found[1] :]), parser)
    except etree.XMLSyntaxError as error:
        raise OpmlError(f"This OPML file cannot be read: {error.msg}") from None
    outlines: dict[str, Outline] = {}
    for element in () if root is None else root.iter("{*}outline"):
        outline = _outline({str(name).lower(): str(value) for name, value in element.attrib.items()})
        if outline:
            outlines.setdefault(outline.url, outline)
        if len(outlines) == MAX_OUTLINES:
            break
    if not outlines:
        raise OpmlError("This OPML file has no feed: no outline in it has an xmlUrl that is an http or https address.")
    return list(outlines.values())


def _outline(given: dict[str, str]) -> Outline | None:
    url = normalise(given.get("xmlurl") or (given.get("url", "") if given.get("type", "").lower() == "rss" else ""))
    if url is None:
        return None
    title = one_line(given.get("title") or given.get("text") or "")[:500]
    return Outline(title or url, url, normalise(given.get("htmlurl", "")))


def write_opml(sources: Iterable[SourceSpec], title: str = "Dateline sources") -> bytes:
    """An OPML 2.0 file in UTF-8: a folder per source, an outline per feed; no sitemaps and sections."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = one_line(title)
    body = etree.SubElement(root, "body")
    for source in sources:
        name = one_line(source.name) or source.id
        folder = etree.SubElement(body, "outline", text=name, title=name)
        for feed in source.feeds:
            if feed.kind not in (None, "feed"):
                continue
            outline = etree.SubElement(folder, "outline", type="rss", text=name, title=name, xmlUrl=feed.url)
            if source.homepage:
                outline.set("htmlUrl", source.homepage)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
