"""What a page says of itself to machines: JSON-LD, OpenGraph and the other meta elements, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from scrapers.article import Access
from scrapers.jsonld import Thing, address, texts
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
_NO_TOPIC = re.compile(r"\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}|www\..*", re.IGNORECASE)
_NO_LANGUAGES = frozenset(("und", "mul", "mis", "zxx", "utf", "iso"))  # codes of ISO 639 for none, and charsets

Value = TypeVar("Value")


class Found(NamedTuple, Generic[Value]):
    """A value and where it came from: one of the words of `Article.provenance`."""

    value: Value
    origin: str


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
        if found := topics(page, split):
            return Found(found, origin)
    return None


def topics(page: Page, words: Iterable[str]) -> tuple[str, ...]:
    """Those of the words that a reader would take for a topic: no ids, no numbers, not the site's own host."""
    named = dict.fromkeys(
        word
        for word in map(plain, words)
        if 1 < len(word) <= 80 and ":" not in word and not _NO_TOPIC.fullmatch(word)
        if "." not in word or not same_site(word, page.url)
    )
    return tuple(named)[:_MAX_TAGS]


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
    return code if 2 <= len(code) <= 3 and code.isascii() and code.isalpha() and code not in _NO_LANGUAGES else None


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
