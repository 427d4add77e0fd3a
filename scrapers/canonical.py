"""The canonical address of a story: one for all the addresses that a site, its readers and its robots give it.

It is a key, not a place to ask: always https, without www. and without what only tells one presentation of a page from
another. The spelling is that of scrapers/urls.py (w3lib, RFC 3986); the rules for variants are the tables below. A rule
is here if it holds on every site that anybody would meet; what one site alone makes of a parameter is learnt from texts
(worker/parameters.py). Equal keys are therefore a reason to compare texts, not yet a verdict.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

from scrapers.tracking import is_tracking
from scrapers.urls import normalise

STORY_PARAMETERS = frozenset(  # they name stories on one site or another: nothing may ever learn to leave them out
    (
        *("id", "p", "page_id", "post", "post_id", "postid", "pid", "nid", "aid", "sid", "story", "storyid"),
        *("story_id", "story_fbid", "article", "articleid", "article_id", "art", "artid", "artnr", "news", "newsid"),
        *("news_id", "newsno", "item", "itemid", "item_id", "doc", "docid", "doc_id", "content", "contentid"),
        *("content_id", "cid"),
        *("key", "n", "no", "num", "number", "idx", "seq", "seq_code", "title", "slug", "name", "url", "path", "file"),
        *("page", "seite", "date", "day", "d", "v", "t", "tid", "f", "q", "view_id", "uuid", "guid", "fbid", "arcid"),
        *("idnews", "idart", "idarticle", "idarticolo", "newscd", "ncode", "oid", "rid", "mid", "eid", "uid", "arcno"),
    )
)  # fmt: skip

_ON = frozenset(("", "1", "true", "yes", "on", "y", "ok"))
_VARIANTS: dict[str, frozenset[str]] = {  # a parameter that, with one of these values, asks for another presentation
    "amp": _ON | {"amp"},
    "amp_markup": _ON,
    "isamp": _ON,
    "is_amp": _ON,
    "outputtype": frozenset(("amp", "amp-type", "instant-article", "print", "default", "mobile")),
    "service": frozenset(("amp", "print", "mobile")),
    "format": frozenset(("amp", "print", "mobile", "printer")),
    "mode": frozenset(("amp", "print", "mobile")),
    "layout": frozenset(("amp", "print", "mobile")),
    "view": frozenset(("amp", "print", "mobile", "classic", "printable")),
    "output": frozenset(("amp", "print", "mobile")),
    "type": frozenset(("amp", "print")),
    "action": frozenset(("print", "printpage", "printable")),
    "tmpl": frozenset(("amp", "print", "component")),
    "template": frozenset(("amp", "print", "mobile")),
    "print": _ON | {"print"},
    "printable": _ON,
    "printview": _ON,
    "printpage": _ON,
    "printer": _ON,
    "printerfriendly": _ON,
    "printer_friendly": _ON,
    "print-posts": frozenset(("pdf", "print")),
    "pagespeed": frozenset(("noscript", "off")),
    "m": frozenset(("0", "1")),
    "mobile": _ON | {"0", "false", "no"},
    "ismobile": _ON | {"0", "false"},
    "is_mobile": _ON | {"0", "false"},
    "nomobile": _ON,
    "desktop": _ON,
    "fullsite": _ON,
    "noredirect": _ON,
    "device": frozenset(("mobile", "desktop", "tablet", "phone")),
    "rss": _ON,
    "fbia": _ON,
    "syndication": _ON,
    "partner": frozenset(("rss", "rssnyt", "rssuserland", "feedburner", "applenews", "flipboard", "smartnews")),
    "source": frozenset(("rss", "rssfeed", "feed", "feedburner", "newsletter", "email", "whatsapp", "fb", "facebook")),
    "src": frozenset(("rss", "feed", "newsletter", "email", "whatsapp", "fb", "facebook", "twitter")),
    "ref": frozenset(("rss", "feed", "newsletter", "email", "whatsapp", "fb", "facebook", "twitter", "home", "share")),
    "from": frozenset(("rss", "feed", "newsletter", "email", "whatsapp", "fb", "facebook", "twitter", "home")),
    "feature": frozenset(("rss", "share")),
    "share": frozenset(
        ("facebook", "twitter", "x", "email", "whatsapp", "linkedin", "reddit", "telegram", "pinterest")
    ),
    "replytocom": frozenset(),  # with any number, see _is_variant
    "showcomments": _ON | {"0", "false"},
    "s": frozenset(("rss",)),
}
_HOSTS = re.compile(r"^(?:(?:www\d?|m|mobile|mobil|amp|touch|wap|print)\.)+(?=[^.]+\.)")
_MIDDLE = re.compile(r"^([^.]+)\.(?:(?:m|amp)\.)+(?=[^.]+\.)")  # en.m.example.org
_AMP_CACHE = re.compile(
    r"https?://(?:[^/]+\.cdn\.ampproject\.org/(?:[acvirw]/)?|(?:www\.)?google\.[a-z.]+/(?:amp/)?)(?:s/)?"
    r"((?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?].*)?)"
)
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php\d?|aspx?|jsp|shtml|phtml|cfm|cgi|xhtml)$", re.IGNORECASE)
_FIRST = re.compile(r"^/(?:amp|print|printversion)/(?=.)")
_SECOND = re.compile(r"^(/[^/]+)/amp/(?=.)")  # /news/amp/...
_LAST = re.compile(
    r"(?<=[^/])/(?:amp|amp\.html?|ampstories|print|printable|print-view|printversion|drucken|druckversion|imprimir|"
    r"imprimer|stampa|mobile\.html?)$"
)
_ENDING = re.compile(r"(?:-(?:amp|druck)|[._,](?:amp|print|druck|printable))(?=\.(?:html?|php|aspx?)$)|\.amp$")
_SLASHES = re.compile("//+")
# without any of these in it, no rule applies to a path
_MARKS = ("//", ";", "%", "amp", "print", "index.", "default.", "druck", "imprim", "stampa", "mobile")
_ACCENTED = re.compile(r"[A-Za-z]?(?:%[89A-F][0-9A-F])+")
_ESCAPED_TWICE = re.compile("^(?:amp;)+")
_OWN_PORTS = ("", "80", "443")
_BROKEN_TAIL = re.compile(r"(?:%20|%22|%27|%C2%A0|%E2%80%8B)+$")


def canonical(url: str, ignored: Collection[str] = ()) -> str | None:
    """The canonical form of an http(s) address, or None where it is no such address; its own canonical form.

    https, the bare host, the path without its AMP, mobile or print variant, index page, session and trailing slash,
    and the parameters that may name the story, in order. `ignored`: further parameters to leave out, in lower case.
    """
    return _canonical(url, frozenset(ignored))


@lru_cache(maxsize=4096)  # a story's address is met in its feed, on its page and in the store
def _canonical(url: str, ignored: frozenset[str]) -> str | None:
    form: str | None = url
    while plain := normalise(form or ""):
        cached = _AMP_CACHE.match(plain)  # it holds the story's own address
        inner = normalise(f"https://{cached[1]}") if cached else None
        parts = urlsplit(inner or plain)
        path, query = _path(parts.path), _query(parts.query, ignored)
        form = f"https://{_host(parts.netloc)}{path}{'?' if query else ''}{query}"
        if inner is None and path == parts.path and query == parts.query:
            return form
    return None  # else once more: what one rule takes off may bare what another is for


def same_place(one: str, other: str) -> bool:
    """Whether two normalised addresses differ by scheme, www. and a trailing slash at most: one page on any site."""
    return _place(one) == _place(other)


def _place(url: str) -> str:
    path, mark, query = url.partition("://")[2].removeprefix("www.").partition("?")
    return f"{path.rstrip('/')}{mark}{query}"


def story_marks(url: str) -> frozenset[str]:
    """What of an address stays when its story is moved to another section or gets another slug.

    Numbers of five digits and more, and the last segment if it has four words: no two stories of one paper with the
    same text share them by chance.
    """
    path = urlsplit(url).path.rstrip("/")
    last = re.sub(r"\.\w{2,5}$", "", path.rpartition("/")[2])
    slugs = [last] if len(re.findall(r"[^\W\d_]{2,}", unquote(last))) >= 4 else []
    return frozenset((*re.findall(r"(?<!\d)\d{5,}(?!\d)", path), *slugs))


def _host(netloc: str) -> str:
    host, _, port = netloc.rpartition(":") if netloc[-1:].isdigit() else (netloc, "", "")
    if not host:  # no port after all: an address such as 192.0.2.1
        host, port = netloc, ""
    bare = _MIDDLE.sub(r"\1.", _HOSTS.sub("", host))
    return f"{bare}:{port}" if port not in _OWN_PORTS else bare


def _path(path: str) -> str:
    folded = path.lower()
    if not (len(path) > 1 and path.endswith("/")) and not any(mark in folded for mark in _MARKS):
        return path
    path = _SLASHES.sub("/", _SESSION.sub("", path))
    path = _BROKEN_TAIL.sub("", path).rstrip("/") or "/"
    path = _FIRST.sub("/", _SECOND.sub(r"\1/", _ENDING.sub("", _LAST.sub("", _INDEX.sub("/", path)))))
    return _ACCENTED.sub(_composed, path)


def _composed(match: re.Match[str]) -> str:
    """Accents as one character (RFC 3987, section 5.3.2.2): some systems write them as two."""
    try:
        return quote(unicodedata.normalize("NFC", unquote(match[0], errors="strict")))
    except UnicodeDecodeError:  # of an older encoding
        return match[0]


def _query(query: str, ignored: frozenset[str]) -> str:
    if not query:
        return ""
    kept = []
    for given in query.split("&"):
        part = _ESCAPED_TWICE.sub("", given)
        name, equals, value = part.partition("=")
        name = name.lower()
        is_empty = not part or (equals and not value)
        if not (is_empty or name in ignored or is_tracking(name) or _is_variant(name, value.lower())):
            kept.append(_ACCENTED.sub(_composed, part.replace("+", "%20")))
    return "&".join(sorted(kept))


def _is_variant(name: str, value: str) -> bool:
    values = _VARIANTS.get(name)
    return values is not None and (value in values or (name == "replytocom" and value.isdecimal()))
