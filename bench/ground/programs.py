"""The extractors that are compared, each used as its own documentation advises, and parsing alone.

None of the peers is a dependency of Dateline: `INSTALL` brings the group `peers` of pyproject.toml. A program gets the
bytes that a server sent if it takes bytes; newspaper4k and goose3 take text, and get it decoded free of charge.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

INSTALL = ".venv/bin/uv pip install --group peers"
OURS = "dateline"
BLOCKS = ("p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "br", "blockquote", "td", "tr", "pre")  # end a line


@dataclass(frozen=True, slots=True)
class Sample:
    """A page and its line of the corpus, which is empty for an invented page."""

    row: dict[str, Any]
    body: bytes  # decompressed, as its server sent it
    text: str  # the same, decoded
    url: str

    @property
    def id(self) -> str:
        """Names the page in the table of the scorer."""
        return str(self.row.get("id", self.url))


Record = dict[str, Any]  # id apart, a line of the scorer's PREDICTIONS
Run = Callable[[Sample], Record]


@dataclass(frozen=True, slots=True)
class Program:
    """One line of the table."""

    name: str
    package: str  # its distribution
    load: Callable[[], Run]  # imports it; raises ImportError if that is not there
    gives: frozenset[str]  # what of `FIELDS` it can find
    settings: str  # in words, for the reader of the table

    @property
    def version(self) -> str | None:
        """That of the installed distribution; None if there is none."""
        try:
            return version(self.package)
        except PackageNotFoundError:
            return None


def _dateline() -> Run:
    from scrapers.page import Page
    from scrapers.registry import scrape

    return lambda sample: scrape(Page(sample.body, sample.url)).as_dict()


def _trafilatura(fast: bool) -> Run:
    from trafilatura import bare_extraction

    def run(sample: Sample) -> Record:
        found = bare_extraction(sample.body, url=sample.url, with_metadata=True, include_comments=False, fast=fast)
        if found is None:
            return {}
        authors = found.author.split("; ") if found.author else []
        return {"title": found.title, "authors": authors, "published": found.date, "body": found.text}

    return run


def _newspaper() -> Run:
    from newspaper import Article

    def run(sample: Sample) -> Record:
        found = Article(sample.url, fetch_images=False)
        found.download(input_html=sample.text)
        found.parse()
        published = found.publish_date.isoformat() if found.publish_date else None
        return {"title": found.title, "authors": found.authors, "published": published, "body": found.text}

    return run


def _resiliparse() -> Run:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import detect_encoding
    from resiliparse.parse.html import HTMLTree

    def run(sample: Sample) -> Record:
        tree = HTMLTree.parse_from_bytes(sample.body, detect_encoding(sample.body, from_html_meta=True))
        return {"body": extract_plain_text(tree, main_content=True, alt_texts=False, list_bullets=False)}

    return run


def _goose() -> Run:
    from goose3 import Goose

    goose = Goose({"enable_image_fetching": False})

    def run(sample: Sample) -> Record:
        found = goose.extract(url=sample.url, raw_html=sample.text)
        published = found.publish_date
        if not _is_iso(published) and found.publish_datetime_utc:
            published = found.publish_datetime_utc.isoformat()
        return {"title": found.title, "authors": found.authors, "published": published, "body": found.cleaned_text}

    return run


def _is_iso(text: object) -> bool:
    try:
        datetime.fromisoformat(str(text))
    except ValueError:
        return False
    return True


def _readability() -> Run:
    import lxml.html
    from readability import Document

    def run(sample: Sample) -> Record:
        found = Document(sample.body, url=sample.url)
        title, author = found.short_title(), found.author()
        story = lxml.html.fromstring(found.summary(html_partial=True))
        for node in story.iter(*BLOCKS):
            node.tail = "\n" + (node.tail or "")
        return {
            "title": title,
            "authors": [] if author in (None, "", "[no-author]") else [author],
            "body": story.text_content(),
        }

    return run


def _lexbor() -> Run:
    from selectolax.lexbor import LexborHTMLParser

    return lambda sample: {"parsed": LexborHTMLParser(sample.text)}


def _lxml() -> Run:
    import lxml.html

    def run(sample: Sample) -> Record:
        parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
        return {"parsed": lxml.html.document_fromstring(sample.text.encode("utf-8", "replace"), parser=parser)}

    return run


def _beautifulsoup() -> Run:
    from bs4 import BeautifulSoup

    return lambda sample: {"parsed": BeautifulSoup(sample.text, "lxml")}


BODY = frozenset({"body"})
META = BODY | {"title", "authors", "day"}
ALL = META | {"instant"}
PARSED = "decoded text, parsed and thrown away"
PROGRAMS = (
    Program(OURS, "dateline", _dateline, ALL, "bytes; scrape(Page(...)), the whole record with publisher files"),
    Program(
        "trafilatura", "trafilatura", lambda: _trafilatura(False), META,
        "bytes; bare_extraction(with_metadata=True, include_comments=False), balanced; the day alone",
    ),
    Program(
        "trafilatura, fast", "trafilatura", lambda: _trafilatura(True), META,
        "the same with fast=True: without the second opinions of readability and jusText",
    ),
    Program("newspaper4k", "newspaper4k", _newspaper, ALL, "text; Article(fetch_images=False), input_html, parse()"),
    Program(
        "resiliparse", "resiliparse", _resiliparse, BODY,
        "bytes; detect_encoding, extract_plain_text(main_content=True), no alt texts or bullets; the body alone",
    ),
    Program("goose3", "goose3", _goose, ALL, "text; Goose(enable_image_fetching=False).extract"),
    Program(
        "readability-lxml", "readability-lxml", _readability, frozenset({"body", "title", "authors"}),
        "bytes; Document: the text of summary(), short_title(), author(); no date",
    ),
    Program("lexbor, parse alone", "selectolax", _lexbor, frozenset(), PARSED),
    Program("lxml, parse alone", "lxml", _lxml, frozenset(), PARSED),
    Program("BeautifulSoup, parse alone", "beautifulsoup4", _beautifulsoup, frozenset(), PARSED + "; on lxml"),
)  # fmt: skip
