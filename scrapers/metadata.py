"""What a page says of itself to machines: JSON-LD, OpenGraph and the other meta elements, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, NamedTuple, TypeVar

from scrapers.article import Access
from scrapers.jsonld import address, texts, types
from scrapers.page import Page
from scrapers.text import plain
from scrapers.urls import is_home, same_site, site_of

_TIERS: dict[str, Access] = {
    "free": "free", "metered": "metered", "locked": "subscriber", "paid": "subscriber", "premium": "subscriber"
}  # fmt: skip
_MAX_TAGS = 50
_AUTHOR = ("author", "article:author_name", "byl", "dc.creator", "parsely-author", "sailthru.author")

Value = TypeVar("Value")


class Found(NamedTuple, Generic[Value]):
    """A value and where it came from: one of the words of `Article.provenance`."""

    value: Value
    origin: str


def headlines(page: Page) -> Iterator[Found[str]]:
    """Titles that the head of the page gives, the site's name taken off, the likeliest first."""
    sites = site_names(page)
    for text in texts(page.story.get("headline"))[:1]:
        yield Found(text, "json-ld")
    if stated := page.first_meta("og:title", "twitter:title", "title", "headline", "dc.title"):
        yield Found(without_site(plain(stated), sites), "meta")
    node = page.tree.css_first("head > title") or page.tree.css_first("title")
    if node and (text := plain(node.text())):
        yield Found(without_site(text, sites), "html")


def site_names(page: Page) -> set[str]:
    """What the site calls itself, in lower case, with the first label of its domain."""
    names = {page.first_meta("og:site_name"), page.first_meta("application-name"), page.first_meta("twitter:site")}
    for thing in page.json_ld:
        if types(thing) & {"WebSite", "NewsMediaOrganization", "Organization"}:
            names.update(texts(thing.get("name"))[:1])
    names.update(texts(page.story.get("publisher"))[:1])
    site = site_of(page.url)
    return {name.lower().lstrip("@") for name in (*names, site, site.partition(".")[0]) if name}


def without_site(title: str, sites: set[str]) -> str:
    """The title without the name of the site, and what stands between, at its end or start."""
    for separator in (" | ", " - ", " – ", " — ", " :: ", " · ", " » "):
        parts = title.split(separator)
        if len(parts) < 2:
            continue
        if _names_site(parts[-1], sites):
            parts = parts[:-1]
            if separator == " | " and len(parts) > 1 and len(parts[0]) > 25:
                parts = parts[:1]  # sections stand between headline and site
        elif _names_site(parts[0], sites):
            parts = parts[1:]
        title = separator.join(parts).strip() or title
    return title


def bylines(page: Page) -> Iterator[Found[str]]:
    """Texts that name authors, one source after the other."""
    for text in texts(page.story.get("author") or page.story.get("creator")):
        yield Found(text, "json-ld")
    for name in _AUTHOR:
        for text in page.meta.get(name, ()):
            yield Found(text, "meta")
    for text in page.meta.get("article:author", ()):
        if "://" not in text:
            yield Found(text, "meta")


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


def section(page: Page) -> Found[str] | None:
    """The section that the article is in."""
    for text in texts(page.story.get("articleSection"))[:1]:
        return Found(text, "json-ld")
    stated = page.first_meta("article:section", "og:article:section", "parsely-section", "section", "dc.subject")
    if stated and "://" not in stated:
        return Found(plain(stated), "meta")
    for thing in page.json_ld:
        if "BreadcrumbList" in types(thing) and isinstance(items := thing.get("itemListElement"), list):
            names = [texts(_crumb(item))[:1] for item in items if isinstance(item, dict)]
            path = [name[0] for name in names if name][1:-1]
            if path:
                return Found(path[-1], "json-ld")
    return None


def tags(page: Page) -> Found[tuple[str, ...]] | None:
    """Topics in the page's order."""
    stated = [(texts(page.story.get("keywords")), "json-ld")]
    names = (("article:tag", "og:article:tag"), ("news_keywords",), ("keywords",), ("parsely-tags",))
    stated += [([word for name in group for word in page.meta.get(name, ())], "meta") for group in names]
    for words, origin in stated:
        split = words[0].split(",") if len(words) == 1 else words
        topics = dict.fromkeys(word for word in map(plain, split) if 1 < len(word) <= 80 and ":" not in word)
        if topics:
            return Found(tuple(topics)[:_MAX_TAGS], origin)
    return None


def language(page: Page) -> Found[str] | None:
    """The two- or three-letter code of the page's language."""
    root = page.tree.root
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
    """Who can read the article, where the page says so."""
    free = page.story.get("isAccessibleForFree")
    if isinstance(free, bool | str):
        return Found("subscriber" if str(free).strip().lower() in ("false", "no", "0") else "free", "json-ld")
    tier = (page.first_meta("article:content_tier", "og:article:content_tier") or "").lower()
    return Found(_TIERS[tier], "meta") if tier in _TIERS else None


def body(page: Page) -> tuple[str, ...]:
    """The paragraphs of the JSON-LD article's own text; empty if it gives none."""
    text = page.story.get("articleBody")
    if not isinstance(text, str):
        return ()
    return tuple(line for line in map(plain, text.replace("</p>", "\n").replace("<br", "\n<br").splitlines()) if line)


def _crumb(item: dict[str, Any]) -> Any:
    return item.get("name") or item.get("item")


def _names_site(part: str, sites: set[str]) -> bool:
    text = part.strip().lower()
    return bool(text) and (text in sites or text.replace(" ", "") in sites or text.removeprefix("the ") in sites)
