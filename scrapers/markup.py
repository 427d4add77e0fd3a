"""Markup out of bytes: decoded as a browser would, and cut where it would keep a parser busy for minutes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

MAX_DEPTH = 2_000  # open elements; a parser's look for an open paragraph walks up through all of them
_MANY_TAGS = 20_000  # up to so many no nesting takes long
_SAMPLE = 50_000  # bytes that a guess at the encoding looks at: it is slow
_LONG_TAG = 8_000  # characters
_MANY_ATTRIBUTES = 500  # a parser compares each with those before it
_WIDE = ("utf_16", "utf_32", "utf_16_le", "utf_16_be", "utf_32_le", "utf_32_be", "utf_7")
_SINGLE_BYTE = ("cp125", "iso8859", "koi8", "mac", "latin", "ascii", "cp8", "cp437")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,30})")
_UNNESTED = frozenset(
    (
        "p", "li", "td", "th", "tr", "dt", "dd", "option", "br", "img", "hr", "input", "link", "meta", "source",
        "wbr", "area", "base", "col", "embed", "param", "track", "path", "tbody", "thead", "rect", "circle", "use",
    )
)  # fmt: skip

_NO_CHARSETS = frozenset(("idna", "punycode", "unicode_escape", "raw_unicode_escape"))


class Decoded(NamedTuple):
    """Markup as text, and whether the bytes were nothing but its UTF-8."""

    text: str
    is_utf8: bool = False


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Markup from bytes: BOM, header, meta element (labels as WHATWG reads them), UTF-8 if it is that, then a guess.

    A label that the bytes contradict is not believed: text that is valid UTF-8 with non-ASCII in it was never
    meant as a single-byte encoding, and text that fits its label badly is tried as the next one.
    """
    encoding, mark = read_bom(body)
    if encoding and mark:
        return Decoded(body[len(mark) :].decode(encoding, "replace"))
    if body.isascii() and b"\x1b" not in body:  # ISO-2022-JP hides in ASCII, behind escapes
        return Decoded(body.decode("ascii"), is_utf8=True)
    utf8 = _strict(body, "utf-8")
    for label in _declared(body, content_type):
        if utf8 is not None and (label == "utf_8" or label.startswith(_SINGLE_BYTE)):
            return Decoded(utf8, is_utf8=True)
        text = body.decode(label, "replace")
        if text.count("\ufffd") <= len(text) // 1000 + 3:  # a few broken bytes, as in a page that was cut
            return Decoded(text)
    if utf8 is not None:
        return Decoded(utf8, is_utf8=True)
    guess = from_bytes(body[:_SAMPLE]).best()
    is_wide = guess is not None and guess.encoding in _WIDE and b"\0" not in body  # Latin letters, read two at a time
    return Decoded(body.decode(guess.encoding if guess and not is_wide else "cp1252", "replace"))


def tame(text: str) -> str:
    """The markup without what makes parsers quadratic: endless nesting (cut there) and tags of countless attributes."""
    text = _without_long_tags(text)
    if text.count("<") <= _MANY_TAGS:
        return text
    depth = 0
    for tag in _TAG.finditer(text):
        if tag[2].lower() in _UNNESTED:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > MAX_DEPTH:
            return text[: tag.start()]
    return text


def _without_long_tags(text: str) -> str:
    """The markup, tags of countless attributes without these; looks at one character in a hundred on most pages."""
    kept, done, start = [], 0, 0  # what is kept, the end of what was kept of the text, and of the last tag
    while len(text) - start > _LONG_TAG:
        last = text.rfind(">", start, start + _LONG_TAG + 1)
        if last >= 0:
            start = last + 1
            continue
        end = text.find(">", start + _LONG_TAG)
        end = end if end >= 0 else len(text)
        part = text[start:end]
        if (less := _without_attributes(part)) != part:
            kept += [text[done:start], less]
            done = end
        start = end + 1
    return "".join([*kept, text[done:]]) if kept else text


def _without_attributes(part: str) -> str:
    before, bracket, tag = part.rpartition("<")
    if not bracket or not tag[:1].isalpha() or tag.count("=") + tag.count(" ") < _MANY_ATTRIBUTES:
        return part
    return f"{before}<{tag.split(maxsplit=1)[0]}"


def _declared(body: bytes, content_type: str | None) -> Iterator[str]:
    labels = (http_content_type_encoding(content_type), html_body_declared_encoding(body[:8192]))
    for label in dict.fromkeys(labels):
        if encoding := resolve_encoding(label) if label else None:
            name = codecs.lookup(encoding).name.replace("-", "_")
            if _is_charset(name):
                yield "utf_8" if name in _WIDE else name  # the label was read as ASCII, so the page is not wide


def _is_charset(name: str) -> bool:
    """Whether one of Python's codecs is a character encoding: some turn bytes into bytes, some are for host names."""
    try:
        b"<a>".decode(name, "replace")
    except (LookupError, UnicodeError):
        return False
    return name not in _NO_CHARSETS


def _strict(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        return None
