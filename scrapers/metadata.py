"""What a page says of itself to machines: JSON-LD, OpenGraph and the other meta elements, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

from scrapers.article import Access
from scrapers.jsonld import Thing, address, texts, types
from scrapers.page import Page
from scrapers.text import plain
from scrapers.urls import is_home, same_site

_TIERS: dict[str, Access] = {
    "free": "free", "open": "free", "public": "free", "metered": "metered", "registration": "metered",
    "locked": "subscriber", "paid": "subscriber", "premium": "subscriber", "subscriber": "subscriber",
    "subscribers": "subscriber", "subscription": "subscriber", "paywall": "subscriber", "plus": "subscriber",
}  # fmt: skip
_TIER = ("article:content_tier", "og:article:content_tier", "content_tier", "content-tier", "article:access", "access")
_MAX_TAGS = 50
_PUBLISHED = (
    *("article:published_time", "og:article:published_time", "og:published_time", "datepublished", "parsely-pub-date"),
    *("article:published", "publish-date", "publishdate", "publication_date", "pubdate", "date", "dc.date"),
    *("dc.date.issued", "dcterms.date", "dcterms.created", "dc.date.created", "sailthru.date", "article.published"),
    *("cxenseparse:recs:publishtime", "originalpublicationdate", "article_date_original", "cdate", "displaydate"),
)
_MODIFIED = (
    *("article:modified_time", "og:updated_time", "article:updated_time", "datemodified", "lastmod", "last-modified"),
    *("dcterms.modified", "dc.date.modified", "article:modified", "revised", "utime", "article.updated"),
)

Value = TypeVar("Value")


class Found(NamedTuple, Generic[Value]):
    """A value and where it came from: one of the words of `Article.provenance`."""

    value: Value
    origin: str


def times(page: Page, is_modified: bool) -> Iterator[Found[str]]:
    """Stamps of the publication or, if `is_modified`, of the last change; of articles first, then of the page."""
    keys = ("dateModified",) if is_modified else ("datePublished", "uploadDate", "dateCreated")
    metas = _MODIFIED if is_modified else _PUBLISHED
    thing = page.story
    for key in keys:
        for text in texts(thing.get(key))[:1]:
            yield Found(text, "json-ld")
    for name in metas:
        if name in page.meta:
            yield Found(page.meta[name][0], "meta")
    for other in page.json_ld:
        if types(other) & {"WebPage", "NewsArticle", "Article"}:
            for text in texts(other.get(keys[0]))[:1]:
                yield Found(text, "json-ld")


def canonical(page: Page) -> Found[str] | None:
    """The address that the page calls its own. One that is the home page, or on another site, is not believed."""
    stated = [(page.link("canonical"), "html"), (page.absolute(page.first_meta("og:url")), "meta")]
    stated += [(page.absolute(text), "json-ld") for text in texts(page.story.get("url"))[:1]]
    for url, origin in stated:
        if url and same_site(url, page.url) and (not is_home(url) or is_home(page.url)):
            return Found(url, origin)
    return None


def image(page: Page) -> Found[str] | None:
    """The lead image's address."""
    stated: list[tuple[str | None, str]]
    stated = [(page.first_meta("og:image", "og:image:url", "og:image:secure_url"), "meta")]
    stated += [(address(page.story.get("image") or page.story.get("thumbnailUrl")), "json-ld")]
    stated += [(page.first_meta("twitter:image", "twitter:image:src", "thumbnail", "image"), "meta")]
    for text, origin in stated:
        if url := page.absolute(text):
            return Found(url, origin)
    return None


def tags(page: Page) -> Found[tuple[str, ...]] | None:
    """Topics in the page's order."""
    for words, origin in _topics(page):
        split = words[0].split(",") if len(words) == 1 else words
        topics = dict.fromkeys(word for word in map(plain, split) if 1 < len(word) <= 80 and ":" not in word)
        if topics:
            return Found(tuple(topics)[:_MAX_TAGS], origin)
    return None


def _topics(page: Page) -> Iterator[tuple[list[str], str]]:
    yield texts(page.story.get("keywords")), "json-ld"
    for names in (("article:tag", "og:article:tag"), ("news_keywords",), ("keywords",), ("parsely-tags",)):
        yield [word for name in names for word in page.meta.get(name, ())], "meta"


def language(page: Page) -> Found[str] | None:
    """The two- or three-letter code of the page's language."""
    root = page.story_tree.root
    stated: list[tuple[str | None, str]] = []
    if root:
        stated = [(root.attributes.get("lang"), "html"), (root.attributes.get("xml:lang"), "html")]
    stated += [(text, "json-ld") for text in texts(page.story.get("inLanguage"))[:1]]
    stated += [(page.first_meta("og:locale", "content-language", "language", "dc.language"), "meta")]
    return next((Found(code, origin) for text, origin in stated if (code := language_code(text))), None)


def language_code(value: str | None) -> str | None:
    """`en` of `en-GB`, `en_US` or `EN`; None for what is no language code."""
    code = (value or "").strip().replace("_", "-").partition("-")[0].lower()
    return code if 2 <= len(code) <= 3 and code.isascii() and code.isalpha() and code not in ("und", "mul") else None


def access(page: Page) -> Found[Access] | None:
    """Who can read the article, where the page says so.

    JSON-LD, whose parts may be closed while the whole says nothing; a tier in the meta elements, which alone can tell
    that it is metered, and is believed where JSON-LD is silent, too.
    """
    stated = _TIERS.get((page.first_meta(*_TIER) or "").lower())
    if stated == "metered":
        return Found(stated, "meta")
    free = _is_free(page.story)
    if free is None and (parts := page.story.get("hasPart")):
        closed = [
            part for part in (parts if isinstance(parts, list) else [parts])[:_MAX_TAGS] if isinstance(part, dict)
        ]
        free = False if any(part.get("cssSelector") and _is_free(part) is False for part in closed) else None
    if free is not None:
        return Found("free" if free else "subscriber", "json-ld")
    return Found(stated, "meta") if stated else None


def _is_free(thing: Thing) -> bool | None:
    value = thing.get("isAccessibleForFree")
    text = str(value if isinstance(value, bool | str | int) else "").strip().lower().rpartition("/")[2]
    return text in ("true", "yes", "1") if text in ("true", "yes", "1", "false", "no", "0") else None


def body(page: Page) -> tuple[str, ...]:
    """The paragraphs of the JSON-LD article's own text; empty if it gives none."""
    text = page.story.get("articleBody")
    if not isinstance(text, str):
        return ()
    return tuple(line for line in map(plain, text.replace("</p>", "\n").replace("<br", "\n<br").splitlines()) if line)
