"""The times that a page gives of its story: stated for machines, shown to readers, or in its address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from selectolax.lexbor import LexborNode

from scrapers.dates import Stamp
from scrapers.jsonld import texts, types
from scrapers.metadata import Found
from scrapers.page import Page
from scrapers.text import clean, text_of
from scrapers.urls import host_of

_PUBLISHED = (
    *("article:published_time", "og:article:published_time", "og:published_time", "datepublished", "parsely-pub-date"),
    *("article:published", "publish-date", "publishdate", "publish_date", "published_time", "publication_date"),
    *("publication-date", "pubdate", "pub_date", "date", "dc.date.issued", "dcterms.issued", "dc.date"),
    *("dcterms.date", "dcterms.created", "dc.date.created", "dcterms.available", "sailthru.date", "article.published"),
    *("cxenseparse:recs:publishtime", "cxenseparse:publishtime", "originalpublicationdate", "article_date_original"),
    *("citation_online_date", "citation_publication_date", "citation_date", "date.issued", "datecreated", "cdate"),
    *("displaydate", "bt:pubdate", "vr:published_time", "iptc:datecreated", "release_date"),
)
_MODIFIED = (
    *("article:modified_time", "og:article:modified_time", "og:updated_time", "article:updated_time", "datemodified"),
    *("lastmod", "last-modified", "last_modified", "dcterms.modified", "dc.date.modified", "article:modified"),
    *("modified_time", "updated_time", "revised", "utime", "article.updated", "date.modified", "bt:moddate"),
)
_PUBLISHED_NAMES = frozenset(("datepublished", "datecreated", "uploaddate", "dc:date", "dcterms:created", "pubdate"))
_MODIFIED_NAMES = frozenset(("datemodified", "dateupdated", "dcterms:modified"))
_NAMED = '[itemprop*="date" i], [property*="date" i], [property^="dc"], time, .published, .updated, .dt-published'
_TIMES = "time:not([class~='updated'])"
_SHOWN = '[class*="publish" i], [class*="date" i], [class*="time" i], [class*="posted" i], [id*="date" i]'
_MAX_NODES = 30  # candidates that are looked at
_MAX_SHOWN = 120  # characters of an element that shows a time
_LEVELS = 3  # ancestors of the headline that are searched
_MAX_STEPS = 400  # elements around the headline
_MAX_SCRIPTS = 3_000_000  # characters of markup that are searched for the data of scripts
_UPDATED = re.compile(
    r"updated|modified|aktualisiert|ge\u00e4ndert|mis(?:e)? \u00e0 jour|modifi\u00e9|actualizado|atualizado|aggiornat"
    r"|bijgewerkt|g\u00fcncelle|aktualiz|uppdaterad|oppdatert|opdateret|p\u00e4ivitetty|обновлен|изменен|更新|업데이트|수정"
    r"|تحديث|diperbarui|last edit",
    re.IGNORECASE,
)
_ALONE = re.compile(r"^[^\d]{0,40}[\d][^\n]{3,70}$")
_IN_SCRIPT = re.compile(
    r"[\"'](datePublished|publishedAt|published_at|publishDate|publishedDate|firstPublished|publicationDate)\\?[\"']"
    r"\s?:\s?\\?[\"']?([\d][\dT:.Z+-]{7,34})"
)
_URL_DAY = re.compile(r"/(20\d\d|19\d\d)(?:[/-](\d{1,2})[/-](\d{1,2})|(\d\d)(\d\d))(?=[/_.-]|$)")
_LONELY_COUNTRIES = frozenset(("io", "co", "tv", "me", "ai", "fm", "am", "to", "ly", "eu", "cc", "ws", "la", "is"))
_GRACE = timedelta(days=1)  # clocks differ, and so do days around the world


def published(page: Page) -> Iterator[Found[str]]:
    """Texts that give the publication: of the story's data, the page's meta elements, its elements, its address."""
    yield from _stated(page, ("datePublished", "uploadDate", "dateCreated"), _PUBLISHED)
    yield Found(day_in_url(page.url) or "", "url")
    yield from (Found(text, "html") for text in _named(page, is_modified=False))
    yield from (Found(text, "html") for text in _shown(page))
    if match := _IN_SCRIPT.search(page.text, 0, _MAX_SCRIPTS) if "ublish" in page.text else None:
        yield Found(match[2], "html")


def modified(page: Page) -> Iterator[Found[str]]:
    """Texts that give the last change, in the same order."""
    yield from _stated(page, ("dateModified",), _MODIFIED)
    yield Found("", "url")
    yield from (Found(text, "html") for text in _named(page, is_modified=True))


def first(stamps: Iterable[Found[Stamp | None]], now: datetime) -> Found[Stamp] | None:
    """The first stamp that is not in the future; if that is a day, the first finer time of this day.

    An instant in UTC takes the offset of a later stamp of the same instant: that is the day in its own country.
    """
    best: Found[Stamp] | None = None
    for stamp, origin in stamps:
        if best and best.value.precision != "day" and (best.value.at.utcoffset() or origin not in ("json-ld", "meta")):
            break  # before anything is searched for in the page
        if stamp is None or stamp.at > now + _GRACE:
            continue
        if best is None:
            best = Found(stamp, origin)
        elif best.value.precision == "day":
            if stamp.precision != "day" and stamp.at.date() == best.value.at.date():
                best = Found(stamp, origin)
        elif stamp.precision != "day" and stamp.at == best.value.at and stamp.at.utcoffset():
            return Found(stamp, origin)
    return best


def locale(page: Page, language: str | None) -> str | None:
    """The page's language with its country, if the address or the page names that: they settle what 3/4/2025 is."""
    root = page.story_tree.root
    stated = (
        (root.attributes.get("lang") if root else None) or page.first_meta("og:locale") or language or "en"
    ).strip()
    code = stated.replace("_", "-").partition("-")[0].lower()
    country = host_of(page.url).partition(":")[0].rpartition(".")[2]
    if len(country) == 2 and country.isalpha() and country not in _LONELY_COUNTRIES:
        return f"{code}-{country}"
    return stated


def is_dated(page: Page) -> bool:
    """Whether the address or an element of the page shows any day or time."""
    return bool(day_in_url(page.url)) or any(_named(page, is_modified=False)) or any(_shown(page))


def day_in_url(url: str) -> str | None:
    """The day in an address such as /2025/04/11/slug or /20250411/slug, as ISO 8601."""
    if match := _URL_DAY.search(url):
        month, day = int(match[2] or match[4]), int(match[3] or match[5])
        if 1 <= month <= 12 and 1 <= day <= 31:
            return f"{match[1]}-{month:02}-{day:02}"
    return None


def _stated(page: Page, keys: tuple[str, ...], names: tuple[str, ...]) -> Iterator[Found[str]]:
    for key in keys:
        for text in texts(page.story.get(key))[:1]:
            yield Found(text, "json-ld")
    for name in names:
        if name in page.meta:
            yield Found(page.meta[name][0], "meta")
    for thing in page.json_ld:
        if types(thing) & {"WebPage", "NewsArticle", "Article"}:
            for text in texts(thing.get(keys[0]))[:1]:
                yield Found(text, "json-ld")


def _named(page: Page, is_modified: bool) -> Iterator[str]:
    """Stamps of elements that microdata, RDFa or hAtom name for what they are."""
    for node in page.story_tree.css(_NAMED)[:_MAX_NODES]:
        attributes = node.attributes
        name = (attributes.get("itemprop") or attributes.get("property") or "").lower().rpartition("/")[2]
        classes = (attributes.get("class") or "").lower().split()
        is_change = bool(_MODIFIED_NAMES & {name, name.removeprefix("schema:")}) or "updated" in classes
        text = attributes.get("datetime") or attributes.get("content") or attributes.get("title") or _text(node)
        is_named = name.removeprefix("schema:") in _PUBLISHED_NAMES or bool(
            {"published", "dt-published"} & set(classes)
        )
        if is_change if is_modified else is_named or "pubdate" in attributes:
            yield text


def _shown(page: Page) -> Iterator[str]:
    """Texts of `time` elements and of those whose class calls them dates, the ones near the headline first.

    Between these and the others, which are mostly of other stories, come texts around the headline that hold hardly
    anything but a time.
    """
    nodes = [*page.story_tree.css(_TIMES)[:_MAX_NODES], *page.story_tree.css(_SHOWN)[:_MAX_NODES]]
    near = _near_headline(page)
    yield from (_stamp(node) for node in nodes if node.mem_id in near)
    yield from _around_headline(page)
    yield from (_stamp(node) for node in nodes if node.mem_id not in near)


def _stamp(node: LexborNode) -> str:
    attributes = node.attributes
    stated = attributes.get("datetime") or attributes.get("content")
    return stated or _publication(_text(node))


def _near_headline(page: Page) -> set[int]:
    """The elements that show times in what surrounds the headline."""
    heading = page.story_tree.css_first("h1")
    scope = heading.parent if heading else None
    for _ in range(_LEVELS - 1):
        if scope and scope.parent and scope.parent.tag != "body":
            scope = scope.parent
    if scope is None or scope.tag == "body":
        return set()
    return {node.mem_id for node in scope.css(f"{_TIMES}, {_SHOWN}")[:_MAX_NODES]}


def _around_headline(page: Page) -> Iterator[str]:
    heading = page.story_tree.css_first("h1")
    scope = heading.parent if heading else None
    for _ in range(_LEVELS):
        if scope is None or scope.tag == "body":
            return
        for steps, node in enumerate(scope.traverse(include_text=True)):
            if steps > _MAX_STEPS:
                break
            if node.tag == "-text" and (text := clean(node.text() or "")) and _ALONE.match(text):
                yield _publication(text)
        scope = scope.parent


def _publication(text: str) -> str:
    """The text before a word such as "updated", unless all stands behind it."""
    match = _UPDATED.search(text)
    before = text[: match.start()] if match else text
    return before if any(map(str.isdigit, before)) else text


def _text(node: LexborNode) -> str:
    return text_of(node)[:_MAX_SHOWN]
