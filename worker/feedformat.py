"""Feeds in every dialect of RSS, RDF and Atom, and JSON Feed: a document -> its items as addresses with hints."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import feedparser  # type: ignore[import-untyped]
from feedparser.util import FeedParserDict  # type: ignore[import-untyped]
from lxml import etree

from scrapers.article import Hint
from scrapers.metadata import language_code
from scrapers.text import plain
from scrapers.urls import normalise
from worker.feedtime import feed_ttl, moment

MAX_FEED = (
    3_000_000  # characters; feedparser takes 0.1 s of CPU for a million of them, 6 s for a million of nested tags
)
MAX_CONTENT = 100_000  # characters of an item's text
MAX_SUMMARY = 5_000
MAX_TITLE = 1_000
MAX_NAMES = 30  # authors, tags

_ITEM = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_PARAGRAPH = re.compile(r"<p[\s>]", re.IGNORECASE)
_MAIL_NAME = re.compile(r"[^\s()<>]+@[^\s()<>]+[\s(]+([^()@]+)\)?$")
_NAME_MAIL = re.compile(r"([^<>@]+?)\s*[<(]\s*(?:mailto:)?[^\s<>()]+@[^\s<>()]+\s*[>)]$")
_BARE_MAIL = re.compile(r"<\s*([^\s<>@]+@[^\s<>]+)\s*>")  # would be taken for a tag
_BY = re.compile(r"by[\s:]+(?=\S)", re.IGNORECASE)
_NOBODY = re.compile(
    r"(?:(?:wp|site|super)?-?admin|administrator|webmaster|editor|author|user|root|guest|unknown|anonymous|none|null"
    r"|nobody|n/?a|no-?reply|wordpress|test|\d+)",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|\?)", re.IGNORECASE)
_BARE_KEYS = {
    "title": "title",
    "pubdate": "published",
    "published": "published",
    "date": "updated",
    "updated": "updated",
}
# what feedparser raised at documents that we mutated, as at &#x110000; or a textinput without its channel
_FEEDPARSER_ERRORS = (
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
)
_ITEMS_KEY = re.compile(r'"items"\s*:\s*\[')


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says. `entries`: addresses as they stand there (None for an item without one), each with its hint.

    `base` is what relative addresses are relative to.
    """

    entries: tuple[tuple[str | None, Hint | None], ...]
    base: str
    title: str | None = None
    ttl: timedelta | None = None


def read_feed(xml: bytes, url: str, now: datetime) -> Feed:
    """The feed in a document that `xmltext.clean` made. Broken XML is read by feedparser's tolerant parser.

    Relative links are resolved against the channel's own link, as Miniflux does: feeds are often served by another
    host than the stories. xml:base comes first.
    """
    if not _ITEM.search(xml):
        return Feed((), url)
    channel, items, version = _parsed(xml)
    home = normalise(_text(channel.get("link")), url)
    language = language_code(_text(channel.get("language")))
    is_atom = version.startswith("atom")
    return Feed(
        tuple((_address(item), _hint(item, language, is_atom, now)) for item in items),
        base=url if is_atom or home is None else home,
        title=_line(channel.get("title")),
        ttl=feed_ttl(
            _text(channel.get("ttl")),
            _text(channel.get("sy_updateperiod")),
            _text(channel.get("sy_updatefrequency")),
        ),
    )


def _parsed(xml: bytes) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """The channel, the items and the dialect, with feedparser's keys."""
    try:
        parsed = feedparser.parse(
            io.BytesIO(xml),  # plain bytes would be tried as the name of a local file
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _FEEDPARSER_ERRORS:
        return {}, list(_bare_items(xml)), ""
    return _plain_dict(parsed.feed), [_plain_dict(item) for item in parsed.entries], str(parsed.version)


def _bare_items(xml: bytes) -> Iterator[dict[str, Any]]:
    """Only the addresses, titles and dates of items, in feedparser's keys: what is to be had where it fails."""
    parser = etree.XMLParser(recover=True, huge_tree=False, resolve_entities=False, load_dtd=False, no_network=True)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        return
    for element in () if root is None else root.iter("{*}item", "{*}entry"):
        item: dict[str, Any] = {"links": []}
        for child in element.iterchildren("{*}*"):
            name, text = re.split("[}:]", child.tag)[-1].lower(), (child.text or "").strip()
            if name == "link":
                item["links"].append({"rel": child.get("rel", "alternate"), "href": child.get("href") or text})
            elif name == "guid":
                item |= {"id": text, "guidislink": child.get("isPermaLink") != "false"}
            elif name in _BARE_KEYS:
                item.setdefault(_BARE_KEYS[name], text)
        yield item


def _plain_dict(item: FeedParserDict) -> dict[str, Any]:
    """The keys that are there: feedparser's own look-ups answer with others in their stead, with a warning."""
    return dict(dict.items(item))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _line(value: object, limit: int = MAX_TITLE) -> str | None:
    """One line of text without markup, cut at `limit` characters; None if nothing is left."""
    return plain(_text(value)[: 4 * limit])[:limit].strip() or None


def _records(value: object) -> Iterator[Mapping[str, Any]]:
    """The mappings in a list; nothing if it is none."""
    if isinstance(value, list):
        yield from (
            _plain_dict(part) if isinstance(part, FeedParserDict) else part for part in value if isinstance(part, dict)
        )


def _address(item: dict[str, Any]) -> str | None:
    """Where the story is: FeedBurner's original link, else the first alternate link, else a guid that is an address."""
    for name in ("feedburner_origlink", "pheedo_origlink"):
        if _text(item.get(name)).startswith(("http://", "https://")):
            return str(item[name])
    for link in _records(item.get("links")):
        if link.get("rel") == "alternate" and _text(link.get("href")):
            return str(link["href"])
    guid = _text(item.get("id")).strip()
    return guid if item.get("guidislink") and guid.lower().startswith(("http://", "https://")) else None


def _hint(item: dict[str, Any], language: str | None, is_atom: bool, now: datetime) -> Hint | None:
    published, modified = _text(item.get("published")), _text(item.get("updated"))
    if not published and not is_atom:
        published, modified = modified or _text(item.get("created")), ""  # dc:date, the only date that RSS 1.0 has
    summary = _text(item.get("summary"))
    content = next((_text(part.get("value")) for part in _records(item.get("content"))), "")
    if summary == content:
        summary = ""  # feedparser fills a missing summary with the content
    if not content and len(_PARAGRAPH.findall(summary[:MAX_CONTENT])) > 1:
        content = summary
    hint = Hint(
        title=_line(item.get("title")),
        published=moment(published, now),
        modified=moment(modified, now),
        authors=_authors(item),
        summary=_line(summary, MAX_SUMMARY),
        content=content[:MAX_CONTENT].strip() or None,
        language=language_code(_text(item.get("language"))) or language,
        image=_image(item),
        tags=_names(plain(_text(tag.get("label") or tag.get("term"))[:200]) for tag in _records(item.get("tags"))),
    )
    return hint if hint != Hint(language=hint.language) else None


def _names(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in found if name and "://" not in name))[:MAX_NAMES]


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    records = list(_records(item.get("authors")))
    whole = _text(item.get("author"))  # as written, where there is only one
    given = [whole] if whole and len(records) < 2 else [_given_name(author) for author in records[:MAX_NAMES]]
    return _names(name for text in given if (name := author_name(text)))


def _given_name(author: Mapping[str, Any]) -> str:
    """One of several. feedparser cuts a mail address after four letters of its last part: `ple (Name`, `Name <ple>`."""
    name = _text(author.get("name"))
    if not author.get("email"):
        return name
    before, bracket, inside = name.partition("(")
    return (before if ")" in name or "<" in name else inside if bracket else "").partition("<")[0]


def author_name(text: str) -> str | None:
    """The name in `mail@a.com (Name)`, `Name <mail@a.com>`, `By Name` or `Name`; None if nobody is named."""
    text = plain(_BARE_MAIL.sub(r"(\1)", text[:300]))
    if match := _MAIL_NAME.match(text) or _NAME_MAIL.match(text):
        text = match[1].strip()
    text = _BY.sub("", text, count=1) if _BY.match(text) else text
    return None if not text or "@" in text or _NOBODY.fullmatch(text) else text


def _image(item: dict[str, Any]) -> str | None:
    """The first picture: media:content, enclosure, media:thumbnail, then the item's own image."""
    found: list[str] = []
    for media in _records(item.get("media_content")):
        kind, address = f"{media.get('medium', '')} {media.get('type', '')}", _text(media.get("url"))
        if "image" in kind or (not kind.strip() and _IMAGE.search(address[:2000])):
            found.append(address)
    for link in _records(item.get("links")):
        if link.get("rel") == "enclosure" and _text(link.get("type")).startswith("image"):
            found.append(_text(link.get("href")))
    found += [_text(media.get("url")) for media in _records(item.get("media_thumbnail"))]
    if isinstance(image := item.get("image"), FeedParserDict):
        found.append(_text(_plain_dict(image).get("href")))
    return next((url for address in found[:20] if (url := normalise(address))), None)


def read_json_feed(text: str, url: str, now: datetime) -> Feed | None:
    """JSON Feed 1 and 1.1 (jsonfeed.org); None if it is other JSON. Of a truncated one the whole items are read."""
    try:
        data = json.loads(text, strict=False)
    except RecursionError:
        return None
    except ValueError:
        data = {"items": list(_whole_items(text)), "version": text[:2000]}
    if not isinstance(data, dict) or not isinstance(items := data.get("items"), list):
        return None
    if not items and "jsonfeed" not in _text(data.get("version")):
        return None
    language = language_code(_text(data.get("language")))
    entries = tuple(_json_entry(item, language, now) for item in items if isinstance(item, dict))
    is_feed = "jsonfeed" in _text(data.get("version")) or any(address for address, _ in entries)
    return Feed(entries, url, _line(data.get("title"))) if is_feed else None


def _whole_items(text: str) -> Iterator[object]:
    start = _ITEMS_KEY.search(text)
    decoder, at = json.JSONDecoder(strict=False), start.end() if start else len(text)
    while (at := text.find("{", at)) >= 0:
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield item


def _json_entry(item: dict[str, Any], language: str | None, now: datetime) -> tuple[str | None, Hint | None]:
    identity = _text(item.get("id"))
    address = _text(item.get("url")) or _text(item.get("external_url"))
    if not address and identity.startswith(("http://", "https://")):
        address = identity
    people = [*_records(item.get("authors")), *_records([item.get("author")])]
    tags = item.get("tags")
    content = _text(item.get("content_html")) or _text(item.get("content_text"))
    hint = Hint(
        title=_line(item.get("title")),
        published=moment(_text(item.get("date_published")), now),
        modified=moment(_text(item.get("date_modified")), now),
        authors=_names(name for person in people if (name := author_name(_text(person.get("name"))))),
        summary=_line(item.get("summary"), MAX_SUMMARY),
        content=content[:MAX_CONTENT].strip() or None,
        language=language_code(_text(item.get("language"))) or language,
        image=normalise(_text(item.get("image")) or _text(item.get("banner_image"))),
        tags=_names(plain(_text(tag)[:200]) for tag in tags) if isinstance(tags, list) else (),
    )
    return address or None, hint if hint != Hint(language=hint.language) else None
