"""Plain text out of markup: one spelling of white space, and nothing that a database refuses."""

from __future__ import annotations

import html
import re

from selectolax.lexbor import LexborNode

from scrapers.mojibake import mended

# controls but for white space, soft hyphens, zero-width marks, lone surrogates and the object replacement character
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ufffc\ud800-\udfff\U000e0001-\U000e007f]+"
)
_REPLACEMENT = "\ufffc"  # the one of these that counts as printable
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")


def clean(text: str) -> str:
    """The text on one line: white space of any kind becomes one space, what cannot be seen or stored is dropped.

    UTF-8 that a publisher's system read as Windows-1252 is put right where that is certain.
    """
    line = (text if text.isascii() else mended(text)).strip()
    if "  " in line or not line.isprintable():  # white space other than a space is not printable, either
        line = " ".join(line.split())
    if line.isprintable() and _REPLACEMENT not in line:
        return line  # as nearly all are
    return " ".join(_INVISIBLE.sub("", line).split())


def plain(text: str) -> str:
    """`clean`, for a value that may hold escaped or real markup, as titles in JSON-LD and feeds do."""
    for _ in range(2):  # feeds escape twice
        if "&" in text and _ENTITY.search(text):
            text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    return clean(text)


def text_of(node: LexborNode) -> str:
    """The text of a node on one line."""
    return clean(node.text(deep=True))
