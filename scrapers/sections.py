"""The section of the paper that a story is in, from what the page states or its breadcrumb trail shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scrapers.head import links_of
from scrapers.jsonld import Thing, address, texts, types
from scrapers.metadata import Found
from scrapers.page import Page
from scrapers.site_titles import SiteWords
from scrapers.text import plain
from scrapers.urls import is_home, normalise
from scrapers.wording import agree, letters

_METAS = ("article:section", "og:article:section", "parsely-section", "sailthru.section", "section", "dc.subject")
_TRAIL = '[class*="breadcrumb" i], [itemtype$="BreadcrumbList"], [aria-label*="breadcrumb" i]'
_MAX_TRAILS, _MAX_STEPS = 3, 12
_MAX_SECTION = 60  # characters
_AND = re.compile(r"&|\b(?:and|und|et|y|e|en|och|og)\b", re.IGNORECASE)
_BACK = re.compile(r"[^\w\"'(¡¿]|(?:back|zurück|retour|volver|voltar|torna)\b|[\d/. -]+$", re.IGNORECASE)
_HOME = frozenset(
    (
        "home", "homepage", "start", "startseite", "accueil", "inicio", "portada", "principal", "pagina iniziale",
        "strona główna", "hem", "hjem", "forside", "etusivu", "anasayfa", "frontpage", "front page", "index", "website",
        "главная", "домой", "ホーム", "トップ", "首页",
    )
)  # fmt: skip
_VAGUE = frozenset(("news", "article", "articles", "story", "stories", "latest", "general", "uncategorized", "all"))


def find(page: Page) -> Found[str] | None:
    """The section: JSON-LD's, then the meta elements', then the last step of the breadcrumb trail before the story."""
    refused = _Refused(page)
    for text, origin in _stated(page, refused):
        section = _first_of(text)
        if refused.allows(section):
            return Found(section, origin)
    return None


def _first_of(text: str) -> str:
    """The first of several sections; a name such as "Food, drink and travel" is one."""
    is_list = text.count(",") > 1 or ("," in text and not _AND.search(text))
    return next((part for part in map(str.strip, text[:500].split(",")) if part), "") if is_list else text


class _Refused:
    """What is no section of this page: the home page, the site's name and the headline."""

    def __init__(self, page: Page) -> None:
        self.sites = SiteWords(page.site_names)
        self.titles = [text for text in (page.first_meta("og:title"), *texts(page.story.get("headline"))[:1]) if text]

    def allows(self, text: str) -> bool:
        """Whether a text may be a section's name."""
        is_name = 1 < len(text) <= _MAX_SECTION and "://" not in text and not _BACK.match(text)
        if not is_name or text.casefold() in _HOME or self.sites.is_name(text):
            return False
        return not any(agree(text, title) for title in self.titles)


def _stated(page: Page, refused: _Refused) -> Iterator[tuple[str, str]]:
    for text in texts(page.story.get("articleSection"))[:1]:
        yield text, "json-ld"
    for name in _METAS:
        for text in page.meta.get(name, ())[:1]:
            yield plain(text), "meta"
    for thing in page.json_ld:
        if "BreadcrumbList" in types(thing) and isinstance(items := thing.get("itemListElement"), list):
            yield from ((text, "json-ld") for text in _last(_steps(page, items), refused))
    yield from ((text, "html") for text in _last(_shown_steps(page), refused))


def _last(steps: list[str], refused: _Refused) -> list[str]:
    """The last step that is a section and no word as vague as "News", if there is a better one; nothing if none is."""
    found = [text for text in steps if refused.allows(text)]
    return [text for text in found if letters(text) not in _VAGUE][-1:] or found[-1:]


def _steps(page: Page, items: list[Any]) -> list[str]:
    """The steps of a JSON-LD trail between the home page and the story."""
    named: list[tuple[str, str | None]] = []
    for item in items[:_MAX_STEPS]:
        if isinstance(item, dict):
            target = page.absolute(address(item.get("item")) or address(item))
            named.extend((text, target) for text in _name(item))
    if len(named) > 1 and (named[-1][1] is None or _bare(named[-1][1]) in _own(page)):
        named.pop()
    return [text for text, target in named if not (target and is_home(target))]


def _name(item: Thing) -> list[str]:
    return (texts(item.get("name")) or texts(item.get("item")))[:1]


def _shown_steps(page: Page) -> list[str]:
    """The links of the first breadcrumb trail that has any, but for the one home."""
    shown = (links_of(trail) for trail in page.story_tree.css(_TRAIL)[:_MAX_TRAILS])
    links = next((trail for trail in (*page.head.trails, *shown) if trail), [])
    own, targets = _own(page), ((text, page.absolute(href)) for text, href in links)
    return [text for text, target in targets if target and not is_home(target) and _bare(target) not in own]


def _own(page: Page) -> set[str]:
    """The story's own addresses, without their queries."""
    return {_bare(url) for url in (normalise(page.url), page.link("canonical")) if url}


def _bare(url: str) -> str:
    return url.partition("?")[0]
