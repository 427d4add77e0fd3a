"""The bytes of a list made safe to parse: unpacked, decoded, without prolog, DOCTYPE or forbidden characters."""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Mapping
from functools import cache
from html.entities import html5

from scrapers.markup import decode

MAX_BYTES = 50_000_000  # unpacked; what the sitemap protocol allows (sitemaps.org, "Sitemap file limits")
PROLOG = 65_536  # characters searched for a root element: warnings that a server printed first fit in
MAX_TAG = 10_000  # characters of a tag; feedparser takes time by the square of them
ROOTS = ("rss", "rdf", "feed", "channel", "urlset", "sitemapindex")

_GZIP = b"\x1f\x8b"
_TAG = re.compile(r"<(?:[A-Za-z_][\w.-]{0,40}:)?([A-Za-z_][\w.-]{0,40})")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, production 2
_AMPERSAND = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:#(x[0-9a-f]{1,8}|[0-9]{1,9});|([a-z][a-z0-9]{1,30});)?", re.IGNORECASE
)
_LONG_TAG = re.compile(
    rf"<[A-Za-z](?:[^<>]{{{MAX_TAG},}}|[\w:.-]*(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')){{500,}})[^<>]*>?"
)


def unpack(body: bytes) -> bytes:
    """The body without the gzip around it, be it twice; at most MAX_BYTES, what is beyond is cut.

    A damaged or truncated archive gives what came before the damage.
    """
    for _ in range(2):
        if not body.startswith(_GZIP):
            break
        body = _gunzip(body)
    return body[:MAX_BYTES]


def _gunzip(body: bytes) -> bytes:
    unpacked = bytearray()
    while body.startswith(_GZIP) and len(unpacked) < MAX_BYTES:  # an archive may have several members
        stream = zlib.decompressobj(wbits=31)
        try:
            unpacked += stream.decompress(body, MAX_BYTES - len(unpacked))
        except zlib.error:
            return bytes(unpacked) + _before_the_damage(body, MAX_BYTES - len(unpacked))
        body = stream.unused_data
    return bytes(unpacked)


def _before_the_damage(body: bytes, limit: int) -> bytes:
    """What a damaged member yields, read in small steps because zlib drops the output of the step that fails."""
    stream, unpacked = zlib.decompressobj(wbits=31), bytearray()
    try:
        for start in range(0, len(body), 512):
            unpacked += stream.decompress(body[start : start + 512], limit - len(unpacked) + 1)
            if len(unpacked) > limit or stream.eof:
                break
    except zlib.error:
        return bytes(unpacked[:limit])
    return bytes(unpacked[:limit])


def decode_list(body: bytes, headers: Mapping[str, str]) -> str:
    """Text of the bytes, as `scrapers.markup.decode` has it, and of UTF-16 that comes without a BOM."""
    wide = _wide(body)
    return body.decode(wide, "replace") if wide else decode(body, headers.get("content-type")).text


def _wide(body: bytes) -> str | None:
    """UTF-16 without a BOM, told by the zero in its first characters."""
    head = body[:4]
    if head[1:2] == b"\0" and head[3:4] == b"\0" and head[:1] in b"<{[ \n\r":
        return "utf-16-le"
    if head[:1] == b"\0" and head[2:3] == b"\0" and head[1:2] in b"<{[ \n\r":
        return "utf-16-be"
    return None


def root_of(text: str, roots: tuple[str, ...] = ROOTS) -> tuple[str, int] | None:
    """Lower-case local name and offset of the root element, if it is one of `roots` or "html".

    Everything before it is passed over in one go: declaration, comments, DOCTYPE with its entities, printed warnings.
    """
    at = 0
    while (at := text.find("<", at, at + PROLOG)) >= 0:
        if text.startswith("<!--", at):
            at = _after(text, "-->", at)
        elif text.startswith("<?", at):
            at = _after(text, "?>", at)
        elif text[at : at + 9].lower() == "<!doctype":
            at = _after_doctype(text, at)
        else:
            break
    if at < 0 or not (tag := _TAG.match(text, at)):
        tag = None
    name = tag[1].lower() if tag else ""
    if name in roots or name == "html":
        return name, at
    found = _one_of(roots).search(text, max(at, 0), max(at, 0) + PROLOG)
    return (found[1].lower(), found.start()) if found else None


@cache
def _one_of(roots: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"<(?:[a-z_][\w.-]{{0,40}}:)?({'|'.join(roots)})(?=[\s/>])", re.IGNORECASE)


def _after(text: str, mark: str, start: int) -> int:
    end = text.find(mark, start)
    return end + len(mark) if end >= 0 else len(text)


_DOCTYPE_MARK = re.compile(r"""<!--|["'\[\]>]""")
_ENDS = {"<!--": "-->", '"': '"', "'": "'"}


def _after_doctype(text: str, start: int) -> int:
    depth, at = 0, start
    while mark := _DOCTYPE_MARK.search(text, at):
        at = mark.end()
        if end := _ENDS.get(mark[0]):
            at = _after(text, end, at)
        elif mark[0] == ">" and depth <= 0:
            return at
        else:
            depth += {"[": 1, "]": -1}.get(mark[0], 0)
    return len(text)


def clean(text: str) -> bytes:
    """A document, given from its root element on, as UTF-8 that declares nothing: no entity in it can mean anything.

    HTML's named entities become their characters and other ampersands mere text; forbidden characters and overlong
    tags go, and so does what follows the last tag: the half of an address that a truncated document ends with must not
    become a link. CDATA keeps its text.
    """
    text = _FORBIDDEN.sub("", text[: text.rfind(">") + 1])
    first, *rest = text.split("<![CDATA[")
    parts = [_clean_markup(first)]
    for part in rest:
        data, end, markup = part.partition("]]>")
        parts += ["<![CDATA[", data, end, _clean_markup(markup)]
    return "".join(parts).encode()


def _clean_markup(text: str) -> str:
    if len(text) > MAX_TAG:
        text = _LONG_TAG.sub("", text)
    return _AMPERSAND.sub(_reference, text) if "&" in text else text


def _reference(match: re.Match[str]) -> str:
    number, name = match[1], match[2]
    if number:
        code = int(number[1:], 16) if number[0] in "xX" else int(number)
        return "" if code > sys.maxunicode or _FORBIDDEN.match(chr(code)) else f"&#{code};"
    char = html5.get(f"{name};") if name else None
    if char is None or char in "<>&\"'" or _FORBIDDEN.search(char):
        return f"&amp;{match[0][1:]}"
    return char
