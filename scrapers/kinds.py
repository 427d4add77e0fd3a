"""What kind of page a page is: an article of some sort, or by name what it is instead."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from urllib.parse import unquote, urlsplit

from scrapers import phrases, times, walls
from scrapers.article import Kind
from scrapers.jsonld import ARTICLE_TYPES, LIST_TYPES, Thing, address, texts, types
from scrapers.outline import Outline, outline, visible
from scrapers.page import Page
from scrapers.text import clean
from scrapers.urls import is_home, normalise
from scrapers.wording import agree

MIN_WORDS = 25  # of a body that needs no other sign of being an article
STUB_WORDS = 60  # a body up to this long on a page that is not free is the stub before a wall
SHORT = 150  # words; what a longer text says of itself in passing is not believed
LONGEST_STUB = 250  # words of one that says what it is
_PAGE_TYPES = frozenset(("CollectionPage", "SearchResultsPage", "ProfilePage"))
_OTHER_TYPES = frozenset(
    ("Product", "DiscussionForumPosting", "QAPage", "JobPosting", "SoftwareApplication", "SoftwareSourceCode")
)
_OTHER_OBJECTS = ("product", "profile", "business", "music", "restaurant")
_SINGLE = frozenset(("single", "single-post", "node-type-article", "page-node-type-article", "view-article"))
_GONE_CLASSES = frozenset(("error404", "error-404", "page-404", "not-found", "page-not-found", "search-no-results"))
_LIST_CLASSES = frozenset(
    ("archive", "search-results", "path-taxonomy", "page-taxonomy", "category-archive", "post-type-archive", "paged")
)
_FRONT_CLASSES = frozenset(("home", "front", "path-frontpage", "is-front", "frontpage", "homepage"))
_FRONT_PATH = re.compile(
    r"/(?:[a-z]{2}(?:[-_][a-z]{2})?/)?(?:(?:index|home|default|start|startseite|accueil|inicio|homepage|frontpage)(?:\.\w{3,5})?/?)?",
    re.IGNORECASE,
)
_LIST_PATH = re.compile(
    r"/(?:tags?|topics?|category|categories|authors?|search|suche|archive|archiv|trends|rubrik|rubrique|sections?|seccion"
    r"|categoria|kategorie|ressort|etiquetas?|hashtag|schlagwort|autor|autores|auteurs?|temas?|profile|contributors?)"
    r"/(?:page/\d+/?|(?P<name>[^/]*)/?(?:page/\d+/?)?)$|/page/\d+/?$|/(?:search|suche|buscar|recherche|archive|archiv)/?$",
    re.IGNORECASE,
)
_SLUG = re.compile(r"\d{5}|(?:[^/_-]{1,60}[_-]){3}")  # of an article: a number, or four words
_SEARCH = re.compile(r"(?:^|&)(?:s|q|search|query|suche|buscar|keywords?)=[^&]")
_VIDEO_PATH = re.compile(r"/(?:videos?|watch|mediathek|video-?clips?)/")
_GALLERY_PATH = re.compile(
    r"/(?:galler(?:y|ies)|photos?|pictures|slideshows?|diaporamas?|fotostrecken?|bildergalerien?|bilder|fotos?|galer[iy]as?"
    r"|fotogaler[iy]as?|in-pictures)/"
)
_KNOWN = 30  # characters that a paragraph is found by
_CLOCK = re.compile(r"(?<![\d.:])(?:[01]?\d|2[0-3])[:.h][0-5]\d(?![\d.:])")
_BY_TWO, _BY_FIVE = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff", r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_UNSPACED = re.compile(f"[{_BY_TWO}]")  # kana and Han: two characters make a word
_UNSPACED_LONG = re.compile(f"[{_BY_FIVE}]")  # Thai, Lao, Burmese, Khmer: five do
_ANY_UNSPACED = re.compile(f"[{_BY_TWO}{_BY_FIVE}]")
_OFFER = '[class*="paywall" i], [class*="regwall" i], [class*="subscription-wall" i], [id*="paywall" i]'
_OFFERED = re.compile(
    r"subscri|abo\b|abonn|suscri|assin|prenum|подпис|会員|订阅|訂閱|구독|اشتر|€|\$ ?\d|£", re.IGNORECASE
)
_NO_INDEX = re.compile(r"noindex", re.IGNORECASE)


@lru_cache(maxsize=4)  # the same text is counted for its body and for its kind
def words(paragraphs: tuple[str, ...]) -> int:
    """Words of the text; where a script puts no spaces between them, two characters count as one, or five."""
    return _words(" ".join(paragraphs))


def kind_of(page: Page, title: str | None, paragraphs: tuple[str, ...], access: str) -> Kind:
    """The kind of the page, from the text found in it (not in a feed) and what it says of itself."""
    signs = Signs(page, title, paragraphs)
    if is_block(signs):
        return Kind.BLOCK
    if is_front(signs):
        return Kind.HOME
    if is_gone(signs):
        return Kind.SOFT_404
    if is_other(signs):
        return Kind.OTHER
    if is_stub(signs, access):
        return Kind.PAYWALL
    if is_list(signs):
        return Kind.LISTING
    media = media_of(signs)
    if not title or (media is Kind.OTHER and not has_text(signs)):
        return Kind.OTHER
    return Kind.ARTICLE if media is Kind.OTHER else media


class Signs:
    """What tells the kind of one page, each looked for once and only when asked for."""

    def __init__(self, page: Page, title: str | None, paragraphs: tuple[str, ...]) -> None:
        self.page, self.title, self.paragraphs = page, title and title[:300], paragraphs
        self.count = words(paragraphs)
        self.called = (page.first_meta("og:type") or "").lower()

    @cached_property
    def counts(self) -> list[int]:
        """Words of each paragraph."""
        return [_words(paragraph) for paragraph in self.paragraphs]

    @cached_property
    def has_object(self) -> bool:
        """Whether a JSON-LD article is the page's own. Of three or more one must name the page: lists hold others'."""
        if not types(self.page.story) & ARTICLE_TYPES:
            return False
        if sum(1 for thing in self.page.json_ld if types(thing) & ARTICLE_TYPES) < 3:
            return True
        own = {url for url in (normalise(self.page.url), self.page.link("canonical")) if url}
        named = self.page.absolute(address(self.page.story.get("url")) or _main_page(self.page.story))
        headline = next(iter(texts(self.page.story.get("headline"))), "")
        return named in own or bool(self.title and headline and agree(self.title, headline))

    @cached_property
    def is_signed(self) -> bool:
        """Whether the page says for sure that it is an article: by an object or by its time of publication."""
        return self.has_object or "article:published_time" in self.page.meta

    @cached_property
    def is_called_article(self) -> bool:
        """Whether it says so at all; some sites' lists do, too."""
        return self.is_signed or "article" in self.called or self.called == "post" or bool(_SINGLE & self.classes)

    @cached_property
    def classes(self) -> frozenset[str]:
        """The class words of the body element and of the root: systems put the kind of their template there."""
        nodes = (self.page.story_tree.body, self.page.story_tree.root)
        return frozenset(" ".join((node.attributes.get("class") or "")[:5_000] for node in nodes if node).split())

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """The title of the document and its first headings."""
        head = self.page.head
        title = [] if head.title is None else [clean(head.title)[:300]]
        return tuple(dict.fromkeys([*title, *(head.headings["h1"][:3] or head.headings["h2"][:2])]))

    @cached_property
    def outline(self) -> Outline:
        """Where its linked headlines and its paragraphs stand."""
        return outline(self.page, self.title, self.paragraphs, self.counts)

    @cached_property
    def visible(self) -> str:
        """The text that a reader sees."""
        return visible(self.page)

    @cached_property
    def has_time(self) -> bool:
        """Whether there is any day or time of publication, in the markup or in the address."""
        return times.is_dated(self.page)

    @cached_property
    def is_hidden(self) -> bool:
        """Whether the page asks not to be found: challenges and missing pages do."""
        return bool(_NO_INDEX.search(" ".join(self.page.meta.get("robots", ()))))

    @cached_property
    def path(self) -> str:
        """The decoded path of the address."""
        return unquote(_split(self.page.url)[0])


def is_block(signs: Signs) -> bool:
    """Whether the page stands before another one: a challenge, a consent or login wall, a limit by rate or country."""
    if signs.is_signed and signs.count >= MIN_WORDS:
        return False
    if walls.wall_of(200, signs.page.headers, signs.page.body) or _is_marked(signs):
        return True
    if signs.is_signed:
        return False
    is_small = signs.count < SHORT or signs.is_hidden
    if is_small and not (signs.count >= MIN_WORDS and signs.is_called_article):
        if phrases.says(phrases.BLOCK, signs.headings):
            return True
        if signs.count < MIN_WORDS and signs.page.head.asks_password:
            return len(signs.visible) < 1_500
    return _is_consent(signs)


def is_front(signs: Signs) -> bool:
    """Whether it is a home page, of the site or of one of its languages."""
    if is_home(signs.page.url):
        return True
    path, query = _split(signs.page.url)
    if signs.is_signed or query or not path:
        return False
    is_top = path.strip("/").count("/") == 0 and not _SLUG.search(path)
    return bool(_FRONT_PATH.fullmatch(path)) or (is_top and len(signs.classes & _FRONT_CLASSES) > 0)


def is_gone(signs: Signs) -> bool:
    """Whether the page says that there is nothing here, or nothing any more; a rail of other stories may follow."""
    if signs.is_signed:
        return False
    if signs.classes & _GONE_CLASSES and signs.count < LONGEST_STUB * 2:
        return True
    is_short = signs.count < SHORT
    if phrases.says(phrases.GONE, signs.headings):
        return is_short or signs.is_hidden or signs.outline.is_list
    if signs.is_called_article and signs.count >= MIN_WORDS:
        return False
    if not is_short and not signs.outline.is_list:
        return False
    if signs.count > STUB_WORDS and signs.has_time:
        return False
    found = phrases.GONE.search(
        " \n ".join([*signs.headings, *(text[:500] for text in signs.paragraphs[:3]), signs.visible[:1_500]])
    )
    return found is not None and (signs.count < STUB_WORDS or signs.outline.is_list)


def is_other(signs: Signs) -> bool:
    """Whether it says that it is something else: a product, a thread of a forum, an imprint."""
    if signs.is_signed:
        return False
    if any(types(thing) & _OTHER_TYPES for thing in signs.page.json_ld) or signs.called.startswith(_OTHER_OBJECTS):
        return True
    return any(phrases.STATIC.fullmatch(clean(part)) for part in (signs.title or "", *signs.headings[1:2]))


def is_stub(signs: Signs, access: str) -> bool:
    """Whether the text breaks off at a wall: an offer follows it, or it is not free and too short to be all."""
    if signs.count > LONGEST_STUB or (signs.count > STUB_WORDS and signs.page.story.get("isAccessibleForFree") is True):
        return False
    is_closed = access != "free"
    if is_closed and signs.count <= STUB_WORDS and signs.is_called_article:
        return True
    if is_closed and signs.count * 5 < _stated_words(signs.page.story) * 2:
        return True
    if is_closed and signs.count < SHORT and signs.paragraphs and signs.paragraphs[-1].endswith(("…", "...", "[...]")):
        return True
    return signs.count <= SHORT and _has_offer(signs)  # under a longer text it may be a pitch for the next one


def is_list(signs: Signs) -> bool:
    """Whether the page lists others: it says so, or its address does, or its text is headlines with teasers."""
    if signs.is_signed:
        return False
    path, query = _split(signs.page.url)
    kinds = {name for thing in signs.page.json_ld for name in types(thing)}
    if kinds & _PAGE_TYPES or (signs.classes & _LIST_CLASSES and not signs.classes & _SINGLE):
        return True
    found = _LIST_PATH.search(path)
    if found and not (found["name"] and _SLUG.search(found["name"]) and signs.is_called_article):
        return True
    if _SEARCH.search(query) and signs.outline.between >= 2:
        return True
    if signs.is_called_article and signs.count >= SHORT:
        return False
    if signs.count < SHORT and kinds & LIST_TYPES and not signs.is_called_article:
        return True
    if signs.outline.is_list:
        return True
    is_shallow = path.strip("/").count("/") <= 1 and not _SLUG.search(path)
    if is_shallow and not signs.is_called_article and signs.outline.is_front:
        return True
    return signs.count < MIN_WORDS and signs.outline.headlines >= 8 and not signs.outline.is_run_titled


def media_of(signs: Signs) -> Kind:
    """Live blog, video or gallery; OTHER for what is none of these."""
    page, kinds = signs.page, types(signs.page.story)
    if "LiveBlogPosting" in kinds or "coverageEndTime" in page.story:
        return Kind.LIVE
    is_named = phrases.LIVE.search(signs.path) or phrases.LIVE.search(signs.title or "")
    if is_named and len(_CLOCK.findall(_span(signs))) >= max(4, signs.count // 100):
        return Kind.LIVE
    is_story = bool(kinds & ARTICLE_TYPES) or signs.count >= LONGEST_STUB
    if signs.called.startswith("video") or ("VideoObject" in kinds and not is_story):
        return Kind.VIDEO
    is_player = "og:video" in page.meta or page.first_meta("twitter:card") == "player"
    if (_VIDEO_PATH.search(page.url) or is_player) and signs.count < (SHORT if is_story or is_player else LONGEST_STUB):
        return Kind.VIDEO
    if kinds & {"ImageGallery", "MediaGallery"} or _GALLERY_PATH.search(page.url):
        return Kind.GALLERY
    if signs.count < LONGEST_STUB * 2 and phrases.PICTURES.search(signs.title or ""):
        return Kind.GALLERY
    if signs.count < STUB_WORDS and len(page.story_tree.css("figure figcaption")) >= 6:
        return Kind.GALLERY
    return Kind.OTHER


def has_text(signs: Signs) -> bool:
    """Whether there is enough text for an article; a page that says that it is one, or from when, needs little."""
    if signs.count >= MIN_WORDS:
        return True
    return (signs.count >= 5 and signs.is_called_article) or (signs.count >= 8 and signs.has_time)


def _is_marked(signs: Signs) -> bool:
    return any(name in signs.page.headers for name in ("x-px-block", "x-sucuri-block")) and signs.count < SHORT


def _is_consent(signs: Signs) -> bool:
    if signs.is_called_article or signs.count >= LONGEST_STUB * 2 or signs.has_time:
        return False
    asking = sum(
        count
        for text, count in zip(signs.paragraphs, signs.counts, strict=True)
        if phrases.CONSENT.search(text[:2_000])
    )
    if signs.count and asking * 5 < signs.count * 3:
        return False
    seen = signs.visible
    return len(seen) < 6_000 and len({found.lower() for found in phrases.CONSENT.findall(seen)}) >= 3


def _has_offer(signs: Signs) -> bool:
    if not signs.paragraphs:
        return False
    if any(phrases.WALL.search(text[:1_000]) for text in signs.paragraphs[1:][-4:]):
        return True
    seen = signs.visible
    at = seen.find(signs.paragraphs[-1][-_KNOWN:], max(0, seen.find(signs.paragraphs[0][:_KNOWN])))
    reach = 500 if seen.isascii() or not _UNSPACED.search(signs.paragraphs[-1]) else 200
    if at >= 0 and phrases.WALL.search(seen[at + _KNOWN : at + reach]):
        return True
    node = signs.page.story_tree.css_first(_OFFER) if signs.count <= STUB_WORDS else None
    return bool(node and _OFFERED.search((node.text() or "")[:2_000]))


def _span(signs: Signs) -> str:
    """What a reader sees from shortly before the first paragraph to the end of the last one."""
    if not signs.paragraphs:
        return ""
    first, last = (signs.visible.find(text[:_KNOWN]) for text in (signs.paragraphs[0], signs.paragraphs[-1]))
    return signs.visible[max(0, first - _KNOWN) : last + 500] if 0 <= first <= last else ""


def _stated_words(story: Thing) -> int:
    value = str(story.get("wordCount", ""))[:9]
    return int(value) if value.isascii() and value.isdigit() else 0


def _main_page(story: Thing) -> str | None:
    return address(story.get("mainEntityOfPage")) or address(story.get("@id"))


def _split(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.path[:2_000], parts.query[:2_000]


def _words(text: str) -> int:
    count = len(text.split())
    if text.isascii() or not _ANY_UNSPACED.search(text):
        return count
    return count + len(_UNSPACED.findall(text)) // 2 + len(_UNSPACED_LONG.findall(text)) // 5
