"""What kind of page a page is: an article of some sort, or by name what it is instead."""

from __future__ import annotations

import re

from scrapers.article import Kind
from scrapers.jsonld import ARTICLE_TYPES, LIST_TYPES, types
from scrapers.page import Page
from scrapers.text import clean
from scrapers.urls import is_home

MIN_WORDS = 25  # of a body that needs no other sign of being an article
STUB_WORDS = 60  # a body up to this long on a page that is not free is the stub before a wall
_BLOCK_HEADERS = ("cf-mitigated", "x-datadome", "x-px-block", "x-sucuri-block")
_BLOCK_MARKS = ("cf-chl-", "challenge-platform", "/_Incapsula_Resource", "captcha-delivery.com", "px-captcha")
_BLOCK = re.compile(
    r"just a moment|attention required! \| cloudflare|access denied|are you a robot|are you human"
    r"|pardon our interruption|ddos-guard|verify(?:ing)? (?:that )?you are (?:a )?human|checking your browser"
    r"|security check|request unsuccessful"
    r"|please enable (?:js|javascript|cookies)|\bforbidden\b|bot verification|one more step|unusual traffic|captcha"
    r"|human verification",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"\b404\b|page (?:was |could )?not (?:be )?found|(?:page|article|story) (?:does not|doesn.t|no longer) exist"
    r"|no longer available|nothing (?:was )?found|seite nicht gefunden|nicht gefunden|page introuvable|page non trouvée"
    r"|página no encontrada|página não encontrada|pagina non trovata|pagina niet gevonden|sidan hittades inte"
    r"|can.t be found|cannot be found|we couldn.t find|não encontrad|no encontrad",
    re.IGNORECASE,
)
_WALL = re.compile(
    r"subscribe to (?:continue|read)|subscribers only|to continue reading|already a subscriber"
    r"|sign in to (?:read|continue)|log in to (?:read|continue)|jetzt weiterlesen|nur für abonnenten"
    r"|réservé aux abonnés|solo para suscriptores"
    r"|subscription required|premium (?:article|content)",
    re.IGNORECASE,
)
_LIST_PATH = re.compile(r"/(?:tags?|topics?|category|categories|authors?|search|archive|trends|page)/[^/]*/?$")
_VIDEO_PATH = re.compile(r"/(?:video|videos|watch)/")
_GALLERY_PATH = re.compile(r"/(?:gallery|galleries|photos|pictures|slideshow|diaporama|fotostrecke|bildergalerie)/")
MANY_HEADLINES, WORDS_A_TEASER = 3, 40  # linked headlines in the text, and hardly more of it than teasers: a list
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")


def words(paragraphs: tuple[str, ...]) -> int:
    """Words of the text; where a script puts no spaces between them, two characters count as one."""
    text = " ".join(paragraphs)
    return len(text.split()) + (0 if text.isascii() else len(_CJK.findall(text)) // 2)


def kind_of(page: Page, title: str | None, paragraphs: tuple[str, ...], access: str) -> Kind:
    """The kind of the page, from the text found in it (not in a feed) and what it says of itself."""
    count = words(paragraphs)
    if is_block(page, title, count):
        return Kind.BLOCK
    if is_home(page.url):
        return Kind.HOME
    if count < 150 and not _has_article_object(page) and _GONE.search(_headings(page, title)):
        return Kind.SOFT_404
    if count <= STUB_WORDS and (access == "subscriber" or _has_wall(page)) and is_called_article(page):
        return Kind.PAYWALL
    if is_list(page, paragraphs, count):
        return Kind.LISTING
    if not title or (count < MIN_WORDS and not (is_called_article(page) and count >= 5)):
        return _media(page) if title and is_called_article(page) else Kind.OTHER
    kind = _media(page)
    return Kind.ARTICLE if kind is Kind.OTHER else kind


def is_block(page: Page, title: str | None, count: int) -> bool:
    """Whether the page is a bot wall: its headers say so, or its title does and there is hardly any text."""
    if any(name in page.headers for name in _BLOCK_HEADERS) and count < 150:
        return True
    if count >= 150 or is_called_article(page):
        return False
    is_scripted = count < MIN_WORDS and any(mark in page.text[:50_000] for mark in _BLOCK_MARKS)
    return is_scripted or bool(_BLOCK.search(_headings(page, title)))


def is_called_article(page: Page) -> bool:
    """Whether the page calls itself an article, in JSON-LD, OpenGraph or by a time of publication."""
    kind = (page.first_meta("og:type") or "").lower()
    return _has_article_object(page) or "article" in kind or "article:published_time" in page.meta


def is_list(page: Page, paragraphs: tuple[str, ...], count: int) -> bool:
    """Whether the page lists others: it says so, or its address does, and nothing says that it is an article."""
    if is_called_article(page):
        return False
    if count < 150 and any(types(thing) & LIST_TYPES for thing in page.json_ld):
        return True
    if _LIST_PATH.search(page.url.partition("?")[0]):
        return True
    if (headlines := _linked_headlines(page, paragraphs)) >= MANY_HEADLINES and count < headlines * WORDS_A_TEASER:
        return True
    return count < 80 and len(page.story_tree.css("h2 a, h3 a, article a")) >= 8


def _linked_headlines(page: Page, paragraphs: tuple[str, ...]) -> int:
    """How many linked headlines the text is made of: they stand in it, or right beside one of its paragraphs."""
    text, number = " ".join(paragraphs), 0
    for node in page.story_tree.css("h2 a, h3 a")[:100]:
        headline = clean(node.text())
        teaser = node.parent and node.parent.parent
        beside = clean(teaser.text(separator=" "))[:2_000] if teaser else ""
        number += bool(headline) and (headline in text or any(one in beside for one in paragraphs))
    return number


def _media(page: Page) -> Kind:
    kinds, called = types(page.story), (page.first_meta("og:type") or "").lower()
    if "LiveBlogPosting" in kinds or "coverageEndTime" in page.story:
        return Kind.LIVE
    is_text = kinds & ARTICLE_TYPES
    if "VideoObject" in kinds or called.startswith("video") or (_VIDEO_PATH.search(page.url) and not is_text):
        return Kind.VIDEO
    if kinds & {"ImageGallery", "MediaGallery"} or _GALLERY_PATH.search(page.url):
        return Kind.GALLERY
    return Kind.OTHER


def _has_article_object(page: Page) -> bool:
    return bool(types(page.story) & ARTICLE_TYPES)


def _has_wall(page: Page) -> bool:
    node = page.story_tree.body
    return bool(node and _WALL.search((node.text(separator=" ") or "")[:100_000]))


def _headings(page: Page, title: str | None) -> str:
    nodes = [page.tree.css_first("title"), *page.tree.css("h1, h2")[:3]]
    return " \n ".join([title or "", *((node.text() or "")[:300] for node in nodes if node)])
