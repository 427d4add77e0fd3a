"""Addresses: one spelling for each, their hosts and the sites that they belong to."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urljoin, urlsplit, urlunsplit

import idna
import tldextract
from w3lib.url import safe_url_string

from scrapers.tracking import is_tracking

MAX_LENGTH = 2048  # characters, as in sitemaps; longer ones are traps or data, and Postgres indexes 2,704 bytes at most
_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})?")
_DOT = re.compile("%2e", re.IGNORECASE)
_EDGE = "".join(map(chr, range(0x21)))  # what browsers cut off at both ends: C0 and space
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\]")
_PLAIN = re.compile(  # an address that is its own normal form: no query, no port, no escapes, no dots that stand alone
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}/(?:[\w~-][\w.~-]*/)*(?:[\w~-][\w.~-]*)?", re.ASCII
)
_MAX_PLAIN = 253  # characters, so that the host is no longer than a host can be
_MIRRORS = ("www.", "m.", "amp.", "mobile.")
_extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # the list that comes with the package


@lru_cache(maxsize=1024)  # a page states its address several times
def normalise(url: str, base: str | None = None) -> str | None:
    """The one spelling of an http(s) address, or None where it is no such address.

    Lower-case scheme and IDNA host, no default port, user or fragment, no tracking parameters, dot segments resolved,
    percent-encoding as RFC 3986 section 6.2.2 has it, "/" for an empty path. The order of parameters is kept, and so
    is a trailing slash: both can matter to a site.
    """
    return _spelled(url, base, _without_tracking)


def as_listed(url: str, base: str | None = None) -> str | None:
    """The same with its tracking parameters: what to ask for, since a few sites answer nothing else."""
    return _spelled(url, base, _without_gaps)


def _spelled(url: str, base: str | None, reduced: Callable[[str], str]) -> str | None:
    text = url.strip().replace("\t", "").replace("\n", "").replace("\r", "")
    if not text or len(text) > MAX_LENGTH:
        return None
    if len(text) <= _MAX_PLAIN and _PLAIN.fullmatch(text):
        return text
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host or (ascii_host := _ascii(host)) is None:
        return None
    netloc = ascii_host if port in (None, _PORTS[parts.scheme]) else f"{ascii_host}:{port}"
    try:
        whole = safe_url_string(
            urlunsplit((parts.scheme, netloc, _without_dots(parts.path), reduced(parts.query.strip(_EDGE)), ""))
        )
    except ValueError:  # a lone surrogate, or a host that w3lib refuses
        return None
    return _ESCAPE.sub(_unescape, whole) if len(whole) <= MAX_LENGTH else None


def host_of(url: str) -> str:
    """The lower-case host, with `:port` where it is not the scheme's own; empty where there is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    host = _ascii(host) or ""
    return host if not host or port in (None, _PORTS.get(parts.scheme)) else f"{host}:{port}"


@lru_cache(maxsize=4096)
def site_of(host_or_url: str) -> str:
    """The registered domain (`bbc.co.uk` of `www.bbc.co.uk`), or the host itself where there is none."""
    host = host_of(host_or_url) if "//" in host_or_url else host_or_url.lower()
    if not host.startswith("["):
        host = host.partition(":")[0]
    return _extract(host).top_domain_under_public_suffix or host


def same_site(a: str, b: str) -> bool:
    """Whether two hosts or addresses belong to one registered domain."""
    return site_of(a) == site_of(b) != ""


def bare_host(host: str) -> str:
    """The host without a leading www., m., mobile. or amp., unless nothing but a suffix would be left."""
    bare = host.lower()
    for prefix in _MIRRORS:
        rest = bare.removeprefix(prefix)
        if rest != bare and "." in rest:
            bare = rest
    return bare


def is_home(url: str) -> bool:
    """Whether the address is a site's front page: no path and no query to speak of."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    path = parts.path.strip("/").lower()
    return (
        bool(parts.netloc)
        and not parts.query
        and path in {"", "index.html", "index.htm", "index.php", "home", "default.aspx"}
    )


def _ascii(host: str) -> str | None:
    host = f"[{host}]" if ":" in host else host.lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")  # as requests spells it: \u00df stays a letter
        except UnicodeError:
            return None
    host = host.rstrip(".")  # other scripts have full stops of their own
    return host if len(host) <= 253 and _HOST.fullmatch(host) else None


def _without_dots(path: str) -> str:
    """RFC 3986 section 5.2.4, for an absolute path; a dot is one however it is written (6.2.2.2)."""
    path = _DOT.sub(".", path.replace("\\", "/")).strip(_EDGE)  # as browsers read them
    if "/." not in path:
        return path or "/"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _without_gaps(query: str) -> str:
    return "&".join(part for part in query.split("&") if part)


def _without_tracking(query: str) -> str:
    return "&".join(part for part in query.split("&") if part and not is_tracking(part.partition("=")[0].lower()))


def _unescape(match: re.Match[str]) -> str:
    if not match[1]:
        return "%25"  # a bare percent sign
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()
