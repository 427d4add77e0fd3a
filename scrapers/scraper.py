"""One method per field of an article, generic by default; a publisher's class names selectors and overrides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import chain
from typing import Any, ClassVar

from scrapers import (
    authors,
    body,
    bylines,
    corrections,
    datelines,
    dates,
    kinds,
    language,
    metadata,
    sections,
    standfirst,
    times,
    titles,
)
from scrapers.article import Access, Article, Hint, Kind
from scrapers.dates import Stamp
from scrapers.features import Known
from scrapers.metadata import Found
from scrapers.page import Page
from scrapers.selectors import RULE, Paragraphs, Selecting, Selectors
from scrapers.text import plain
from scrapers.urls import bare_host, host_of, normalise

Fields = dict[str, Found[Any] | None]  # by the name of the article's field


class Scraper(Selecting):
    """Makes an article of a page. Each field's method gives a value with its origin, or None (an empty tuple)."""

    hosts: ClassVar[tuple[str, ...]] = ()  # without www.; none for a base class
    source: ClassVar[str | None] = None  # id of the source; None: its host
    timezone: ClassVar[str | None] = None  # IANA name, for times without a zone
    language: ClassVar[str | None] = None
    article_url: ClassVar[re.Pattern[str] | None] = None  # of articles; its group `id` is the publisher's id

    def __init__(
        self, page: Page, hint: Hint | None = None, mend: Selectors | None = None, now: datetime | None = None
    ) -> None:
        """`mend`: an operator's selectors, which take the place of the class's field by field.

        `now` is when the page was read: times after it are not believed. None: at this moment.
        """
        super().__init__(page, mend)
        self.now = now or datetime.now(UTC)
        self.hint = hint or Hint()
        self.zone = self.timezone or self.hint.timezone

    def scrape(self) -> Article:
        """The page's record; its kind tells whether it is an article."""
        title, signed, access = self._title, self._authors, self.access()
        paragraphs = authors.left_out_of(self.body(), signed)
        kind = self.kind(title, paragraphs, access)
        if kind is Kind.PAYWALL and access.origin == "heuristic":
            access = Found("subscriber", "heuristic")  # nothing says so but the wall itself
        if kind in (Kind.OTHER, Kind.PAYWALL) and (given := self.body_of_feed(title)):
            paragraphs, kind = given, Kind.ARTICLE
        text, subtitle = paragraphs.value if paragraphs else (), self._subtitle
        return _record(
            self.page.url,
            {
                **self._identity(),
                "title": title,
                "subtitle": subtitle,
                "authors": signed,
                **self._credits(text, subtitle.value if subtitle else None),
                **self._times(),
                **self._placing(text),
                "paragraphs": paragraphs,
                "image": self.image(),
                "tags": self.tags(),
                "access": access,
                "correction": self.correction(),
                "kind": Found(kind, "heuristic"),
            },
        )

    def _identity(self) -> Fields:
        return {
            "canonical_url": self.canonical_url(),
            "source": Found(self.source or bare_host(host_of(self.page.url)), RULE if self.source else "url"),
            "source_article_id": self.source_article_id(),
        }

    def _credits(self, paragraphs: Paragraphs, standfirst: str | None) -> Fields:
        place, credit = datelines.dateline(datelines.opening(paragraphs, standfirst))
        return {
            "agency": self.agency(credit or datelines.closing_credit(paragraphs)),
            "dateline": Found(place, "heuristic") if place else None,
        }

    def _times(self) -> Fields:
        published = self.published()
        return {
            "published": published and Found(published.value.at, published.origin),
            "published_precision": published and Found(published.value.precision, published.origin),
            "published_raw": published and Found(published.value.raw, published.origin),
            "modified": self.modified(published),
        }

    def _placing(self, paragraphs: Paragraphs) -> Fields:
        return {
            "language": self.article_language(paragraphs),
            "section": self.section(),
            "edition": self.edition(),
            "edition_date": self.edition_date(),
        }

    def kind(self, title: Found[str] | None, paragraphs: Found[Paragraphs] | None, access: Found[Access]) -> Kind:
        """What the page is, judged by the text found in it."""
        text = paragraphs.value if paragraphs else ()
        return kinds.kind_of(self.page, title.value if title else None, text, access.value)

    def canonical_url(self) -> Found[str] | None:
        """The address that the page calls its own if that is believable, else the one it was read at."""
        url = normalise(self.page.url)
        return metadata.canonical(self.page) or (Found(url, "url") if url else None)

    def source_article_id(self) -> Found[str] | None:
        """The publisher's id, from the address."""
        if self.article_url is None:
            return None
        stated = metadata.canonical(self.page)
        for url in (self.page.url, stated.value if stated else ""):
            if match := self.article_url.search(url):
                return Found(match["id"], "url")
        return None

    def title(self) -> Found[str] | None:
        """The story's own headline: as displayed, where the head of the page or the feed bears it out."""
        if rule := self.select_text(self.selectors.title):
            return Found(rule, RULE)
        return titles.find(self.page, self.hint.title and plain(self.hint.title))

    def subtitle(self, title: Found[str] | None) -> Found[str] | None:
        """The standfirst."""
        if rule := self.select_text(self.selectors.subtitle):
            return Found(rule, RULE)
        text = standfirst.find(self.page, title.value) if title else None
        return Found(text, "html") if text else None

    def bylines(self) -> Iterator[Found[list[str]]]:
        """Groups of texts that name authors, the most trusted first."""
        rule = self.select_texts(self.selectors.authors)
        yield Found(rule, RULE)
        yield from bylines.stated(self.page)
        if rule:  # where the byline is known, another one on the page is that of another story
            near = bylines.Near([], [])
        else:
            near = bylines.near_headline(self.page, self._title.value if self._title else "")
        yield from (Found(group, "html") for group in near.lines)
        yield from bylines.stated_in_meta(self.page)
        yield Found(list(self.hint.authors), "feed")
        yield Found(near.dated, "heuristic")

    def authors(self) -> Found[tuple[str, ...]] | None:
        """The people who wrote it, or who or what the page calls the author where it names nobody."""
        return authors.find(self.page, self._bylines)

    def agency(self, credit: str | None) -> Found[str] | None:
        """The news agency in the bylines, or credited in the dateline or at the end."""
        rule = Found(self.select_texts(self.selectors.agency), RULE)
        return authors.agency([rule, *self._bylines, Found([credit or ""], "heuristic")])

    @cached_property
    def _title(self) -> Found[str] | None:
        return self.title()

    @cached_property
    def _subtitle(self) -> Found[str] | None:
        return self.subtitle(self._title)

    @cached_property
    def _authors(self) -> Found[tuple[str, ...]] | None:
        return self.authors()

    @cached_property
    def _bylines(self) -> list[Found[list[str]]]:
        return list(self.bylines())

    def published(self) -> Found[Stamp] | None:
        """The first publication; where a day is stated first, the first finer time of that day."""
        texts = (Found(text, RULE) for text in self.select_times(self.selectors.published))
        return self._first_stamp(chain(texts, times.published(self.page)), self.hint.published)

    def modified(self, published: Found[Stamp] | None) -> Found[datetime] | None:
        """The last change, unless it is before the publication."""
        texts = (Found(text, RULE) for text in self.select_times(self.selectors.modified))
        found = self._first_stamp(chain(texts, times.modified(self.page)), self.hint.modified)
        if found is None or (published and found.value.at < published.value.at):
            return None
        return Found(found.value.at, found.origin)

    def article_language(self, paragraphs: Paragraphs = ()) -> Found[str] | None:
        """The language's code, as stated, unless the text is certainly in another language."""
        if self.language:
            return Found(self.language, RULE)
        stated = metadata.language(self.page) or _of_feed(metadata.language_code(self.hint.language))
        code = language.checked(stated.value if stated else None, " ".join(dict.fromkeys(paragraphs[:30])))
        return stated if code is None or (stated and code == stated.value) else Found(code, "heuristic")

    def section(self) -> Found[str] | None:
        """The section of the paper."""
        rule = self.select_text(self.selectors.section)
        return Found(rule, RULE) if rule else sections.find(self.page)

    def edition(self) -> Found[str] | None:
        """The edition, such as print, in lower case."""
        rule = self.select_text(self.selectors.edition)
        return Found(rule.lower(), RULE) if rule else None

    def edition_date(self) -> Found[date] | None:
        """The day of the edition."""
        day = dates.parse_day(self.select_text(self.selectors.edition_date) or "", self.language)
        return Found(day, RULE) if day else None

    def body(self) -> Found[Paragraphs] | None:
        """The paragraphs of the page: by the publisher's selectors, else the likely blocks, else JSON-LD's text."""
        if rule := self.select_paragraphs():
            return Found(rule, RULE)
        stated = metadata.body(self.page)
        likely = self.kept(body.find(self.page, self.known(stated)))
        if stated and kinds.words(stated) >= 40 and kinds.words(likely) * 3 < kinds.words(stated):
            return Found(stated, "json-ld")
        return Found(likely, "heuristic") if likely else None

    def known(self, stated: Paragraphs) -> Known:
        """What the rest of the page says of its story, for telling the story's blocks from others."""
        title, subtitle, signed = self._title, self._subtitle, self._authors
        return Known(
            title=title.value if title else "",
            stated=" ".join(stated),
            description=(self.page.first_meta("og:description", "description") or "").casefold(),
            authors=tuple(name.casefold() for name in (signed.value if signed else ()) if len(name) > 5),
            sites=tuple(sorted(name for name in self.page.site_names if len(name) > 3)),
            standfirst=subtitle.value if subtitle else "",
        )

    def body_of_feed(self, title: Found[str] | None) -> Found[Paragraphs] | None:
        """The text that the feed gave, where the page shows none; short ones are teasers."""
        given = body.paragraphs_of(self.hint.content or "")
        return Found(given, "feed") if title and kinds.words(given) > kinds.STUB_WORDS else None

    def image(self) -> Found[str] | None:
        """The lead image's address."""
        for node in self._select(self.selectors.image):
            if url := self.page.absolute(str(node.get("src") or node.get("content") or node.get("href") or "")):
                return Found(url, RULE)
        return metadata.image(self.page) or _of_feed(self.page.absolute(self.hint.image))

    def tags(self) -> Found[tuple[str, ...]] | None:
        """Topics in the page's order."""
        if rule := tuple(dict.fromkeys(self.select_texts(self.selectors.tags))):
            return Found(rule, RULE)
        return metadata.tags(self.page) or Found(metadata.topics(self.page, self.hint.tags), "feed")

    def correction(self) -> Found[str] | None:
        """The correction or clarification that the page announces, in its words."""
        root = self.page.story_tree.body
        if self.selectors.body and not corrections.may_be_in(root.text() if root else ""):
            return None  # without a look at the blocks, which elsewhere have made the body
        text = corrections.find(self.page.blocks.text, self.page.blocks.linked)
        return Found(text, "heuristic") if text else None

    def access(self) -> Found[Access]:
        """Who can read it, as far as the page tells; free if it does not."""
        return metadata.access(self.page) or Found("free", "heuristic")

    def _first_stamp(self, texts: Iterable[Found[str]], given: datetime | None) -> Found[Stamp] | None:
        locale = times.locale(self.page, self.language)
        found = times.first((Found(dates.parse(text, self.zone, locale), origin) for text, origin in texts), self.now)
        if found or given is None or given.tzinfo is None:
            return found
        return times.first([Found(Stamp(given, "second" if given.second else "minute"), "feed")], self.now)


def _record(url: str, found: Fields) -> Article:
    """The article of the fields that are filled, each with its origin."""
    filled = {name: item for name, item in found.items() if item is not None and item.value}
    origins = {"body" if name == "paragraphs" else name: item.origin for name, item in filled.items()}
    values: dict[str, Any] = {name: item.value for name, item in filled.items()}
    return Article(url, **values, provenance={"url": "url", **origins})


def _of_feed(text: str | None) -> Found[str] | None:
    return Found(text, "feed") if text else None
