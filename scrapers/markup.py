"""Markup out of bytes: decoded as a browser would, and cut where it would keep a parser busy for minutes."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from charset_normalizer import from_bytes
from numpy.typing import NDArray
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

MAX_DEPTH = 2_000  # open elements; a parser's look for an open paragraph walks up through all of them
_MANY_TAGS = 20_000  # up to so many no nesting takes long
MAX_LENGTH = 2_000_000  # bytes without scripts, styles and inline images; the longest news pages have a million
MAX_SCRIPTS = 10_000  # and styles, which are left out of so long a page one by one; what stands behind is not read
MAX_TAGS = 60_000  # start and end tags, three times those of the longest news pages; what stands behind is not read
_HEAD = 30_000  # bytes in which an encoding may be declared; a browser gives up after 1,024
_MAX_UNZIPPED = 10_000_000  # bytes
_LABEL = re.compile(
    rb"(?i)<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s{0,9}=\s{0,9}[\"']?\s{0,9}([a-z0-9_:.-]{2,30})"
)
_LABELS = {
    "utf8mb4": "utf-8", "utf8mb3": "utf-8", "utf-8mb4": "utf-8", "unicode": "utf-8", "x-sjis": "cp932",
    "windows-31j": "cp932", "shift-jis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949",
    "x-euc-jp": "euc-jp", "x-gbk": "gb18030", "gb_2312-80": "gb18030", "x-x-big5": "big5", "tis-620": "cp874",
    "win-1250": "cp1250", "win-1251": "cp1251", "win1251": "cp1251", "ansi": "cp1252", "iso8859-1": "cp1252",
}  # fmt: skip
_UTF8 = "utf-8"
_PIECE = 10_000  # bytes
_SAMPLE = 50_000  # bytes that a guess at the encoding looks at: it is slow
_MANY_OPTIONS = 4_000  # tags of a page; the parser's time for the options of one list grows with their square
_OPTION = re.compile(rb"(?i)</?option(?=[\s/>])[^>]*+>?")
_LONG_TAG = 2_000  # bytes; in shorter ones no number of attributes takes long
_MANY_ATTRIBUTES = 300  # of one tag; a parser compares each with those before it
Signs = NDArray[np.uint8]
_MANY_VALUES = 30_000  # equals signs; a page of fewer has no endless tag in which quoted values hide a `>`
_WIDE = ("utf_16", "utf_32", "utf_16_le", "utf_16_be", "utf_32_le", "utf_32_be", "utf_7")
_SINGLE_BYTE = ("cp125", "iso8859", "koi8", "mac", "latin", "ascii", "cp8", "cp437")
_SCRIPT = re.compile(rb"(?i)<(script|style)(?=[\s/>])")
_SCRIPT_ENDS = {name: re.compile(rb"(?i)</%s(?=[\s/>])[^>]*+>?" % name) for name in (b"script", b"style")}
_DATA_URL = re.compile(rb"(?i)data:[a-z]{1,20}/[a-z0-9.+-]{1,60};[^\s\"'<>()]{200,}")
_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,30})")
_VALUE = rb"""(?:[ \n\t\r\f]*+=[ \n\t\r\f]*+(?:"[^"]*+"|'[^']*+'|[^ \n\t\r\f>]*+))?+"""
_ATTRIBUTE = re.compile(rb"[^ \n\t\r\f/>][^ \n\t\r\f/>=]*+" + _VALUE)
_START = re.compile(
    rb"</?([a-zA-Z][^ \n\t\r\f/>]*+)((?:[ \n\t\r\f/]++|[^ \n\t\r\f/>][^ \n\t\r\f/>=]*+" + _VALUE + rb")*+)"
)
_UNNESTED = frozenset(
    (
        b"p", b"li", b"td", b"th", b"tr", b"dt", b"dd", b"option", b"br", b"img", b"hr", b"input", b"link", b"meta",
        b"source", b"wbr", b"area", b"base", b"col", b"embed", b"param", b"track", b"path", b"tbody", b"thead",
        b"rect", b"circle", b"use",
    )
)  # fmt: skip
_NO_CHARSETS = frozenset(("idna", "punycode", "unicode_escape", "raw_unicode_escape"))


@dataclass(frozen=True)
class Decoded:
    """Markup in an encoding that was found out; it becomes text when that is asked for, which parsing does not."""

    body: bytes
    encoding: str

    @property
    def text(self) -> str:
        """The markup; bytes that do not fit become U+FFFD."""
        return self.body.decode(self.encoding, "replace")

    @property
    def utf8(self) -> bytes:
        """The same in UTF-8."""
        return self.body if self.encoding == _UTF8 else self.text.encode("utf-8", "replace")


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Markup from bytes: BOM, header, meta element (labels as WHATWG reads them), UTF-8 if it is that, then a guess.

    A label that the bytes contradict is not believed: text that is valid UTF-8 with non-ASCII in it was never
    meant as a single-byte encoding, and text that fits its label badly is tried as the next one.
    """
    if body.startswith(b"\x1f\x8b"):
        body = _unzipped(body)
    encoding, mark = read_bom(body)
    if encoding and mark:
        return Decoded(body[len(mark) :], encoding)
    if wide := _wide(body):
        return Decoded(body, wide)
    body = body.replace(b"\0", b"")  # of no text; some systems leave them between letters
    if body.isascii() and b"\x1b" not in body:  # ISO-2022-JP hides in ASCII, behind escapes
        return Decoded(body, _UTF8)
    is_utf8 = _is_utf8(body)
    for label in _declared(body, content_type):
        if is_utf8 and (label == "utf_8" or label.startswith(_SINGLE_BYTE)):
            return Decoded(body, _UTF8)
        text = body.decode(label, "replace")
        if text.count("\ufffd") <= len(text) // 1000 + 3:  # a few broken bytes, as in a page that was cut
            return Decoded(body, label)
    if is_utf8:
        return Decoded(body, _UTF8)
    guess = from_bytes(body[:_SAMPLE]).best()
    is_wide = guess is not None and guess.encoding in _WIDE and b"\0" not in body  # Latin letters, read two at a time
    return Decoded(body, guess.encoding if guess and not is_wide else "cp1252")


def tame(markup: bytes) -> bytes:
    """UTF-8 without what makes parsers slow and large; what follows where there is too much of it is cut off.

    That is behind `MAX_LENGTH` bytes, before which scripts, styles and inline images are left out of so long a page,
    where elements nest without end, and behind `MAX_TAGS` tags. Tags of countless attributes lose them.
    """
    if len(markup) > MAX_LENGTH:
        markup = _DATA_URL.sub(b"", _without_scripts(markup))[:MAX_LENGTH]
    signs = np.frombuffer(markup, np.uint8)  # these count three times as fast
    has_many_values = np.count_nonzero(signs == ord("=")) > _MANY_VALUES
    markup = _without_countless(_START.finditer(markup) if has_many_values else _long_tags(markup, signs), markup)
    count = np.count_nonzero(signs == ord("<"))
    if count > _MANY_OPTIONS and sum(1 for _ in islice(_OPTION.finditer(markup), _MANY_OPTIONS)) == _MANY_OPTIONS:
        markup = _OPTION.sub(b"", markup)  # their texts stay in the list, which is no part of a story
    if count <= _MANY_TAGS:
        return markup
    if count > MAX_TAGS:
        markup = b"<".join(markup.split(b"<", MAX_TAGS)[:MAX_TAGS])
    depth = 0
    for tag in _TAG.finditer(markup):
        if tag[2].lower() in _UNNESTED:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > MAX_DEPTH:
            return markup[: tag.start()]
    return markup


def _without_scripts(markup: bytes) -> bytes:
    """The markup without its scripts and styles, apart from JSON-LD; one without an end goes on to the end."""
    kept: list[bytes] = []
    done = end = 0
    for _ in range(MAX_SCRIPTS):
        start = _SCRIPT.search(markup, end)
        if start is None:
            return b"".join([*kept, markup[done:]])
        ends = _SCRIPT_ENDS[start[1].lower()].search(markup, start.end())
        end = ends.end() if ends else len(markup)
        attributes = markup[start.end() : start.end() + _LONG_TAG].partition(b">")[0]
        if b"ld+json" not in attributes.lower():
            kept.append(markup[done : start.start()])
            done = end
    return b"".join([*kept, markup[done:end]])


def _without_countless(tags: Iterator[re.Match[bytes]], markup: bytes) -> bytes:
    """The markup without the attributes of those of its tags that have countless ones."""
    kept, done = [], 0
    for tag in tags:
        if tag.end() - tag.start() > _LONG_TAG and _is_countless(tag[2]):
            kept.append(markup[done : tag.start(2)])
            done = tag.start(2) + _needless(tag[2])
    return b"".join([*kept, markup[done:]]) if kept else markup


def _long_tags(markup: bytes, signs: Signs) -> Iterator[re.Match[bytes]]:
    """The long tags of a page in which few attributes have values, so that no endless tag is full of quoted `>`."""
    size, end = _LONG_TAG // 2, 0  # of a stretch: one is whole within a long tag, wherever that starts
    stretches = (signs[: len(signs) // size * size] == ord(">")).reshape(-1, size)
    for number in np.flatnonzero(~stretches.any(axis=1)).tolist():
        if number * size < end:
            continue
        end = markup.find(b">", number * size)
        end = end if end >= 0 else len(markup)
        start = markup.find(b"<", markup.rfind(b">", 0, number * size) + 1, end)
        if 0 <= start < end - _LONG_TAG and (tag := _START.search(markup, start, end)):
            yield tag


def _is_countless(attributes: bytes) -> bool:
    return sum(1 for _ in islice(_ATTRIBUTE.finditer(attributes), _MANY_ATTRIBUTES + 1)) > _MANY_ATTRIBUTES


def _needless(attributes: bytes) -> int:
    """How much of them to leave out: it may be a script's or a comment's text after all, and what ends these stays."""
    end = attributes.rfind(b"</")
    return end if end >= 0 else len(attributes) - 2 * attributes.endswith(b"--")


def _declared(body: bytes, content_type: str | None) -> Iterator[str]:
    for label in _labels(body[:_HEAD], content_type):
        if encoding := resolve_encoding(_LABELS.get(label, label)) if label else None:
            name = codecs.lookup(encoding).name.replace("-", "_")
            if _is_charset(name):
                yield "utf_8" if name in _WIDE else name  # the label was read as ASCII, so the page is not wide


def _labels(start: bytes, content_type: str | None) -> Iterator[str]:
    for label in (http_content_type_encoding(content_type), html_body_declared_encoding(start)):
        yield (label or "").strip(" \t\"';,").lower()
    for name in _LABEL.findall(start)[:3]:  # a second meta element, or one that the first pattern does not know
        yield name.decode("ascii").lower()


def _wide(body: bytes) -> str | None:
    """UTF-16 that neither a mark nor a label names: markup is mostly ASCII, so every other byte of it is zero."""
    start = body[:400]
    zeros = start[::2].count(0), start[1::2].count(0)
    if len(start) < 8 or b"<" not in start or max(zeros) < len(start) * 0.35 or min(zeros) > len(start) * 0.05:
        return None
    return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"


def _unzipped(body: bytes) -> bytes:
    """What gzip packed and a server did not say it did; as it is if that is no gzip."""
    try:
        return zlib.decompressobj(wbits=31).decompress(body, _MAX_UNZIPPED) or body
    except zlib.error:
        return body


def _is_charset(name: str) -> bool:
    """Whether one of Python's codecs is a character encoding: some turn bytes into bytes, some are for host names."""
    try:
        b"<a>".decode(name, "replace")
    except (LookupError, UnicodeError):
        return False
    return name not in _NO_CHARSETS


def _is_utf8(body: bytes) -> bool:
    view, at = memoryview(body), 0
    try:
        while at < len(view):  # in pieces, which is faster than making one long text
            at += codecs.utf_8_decode(view[at : at + _PIECE], "strict", at + _PIECE >= len(view))[1]
    except UnicodeDecodeError:
        return False
    return True
