"""JSON out of scripts that are not quite JSON: comments, trailing commas, several values, a torn end."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

_MAX_SCRIPT = 2_000_000  # characters
MAX_MENDED = 300_000  # characters; mending goes through them in Python
_MAX_DEPTH = 200
_PIECE = re.compile(
    r'"(?:[^"\\]|\\.?)*+(?:"|\Z)'  # a text
    r"|/\*[^*]{0,500}\*/|(?<![:\w])//[^\n]*|<!--|-->|<!\[CDATA\[|\]\]>"  # what only scripts and markup know
    r"|,(?=\s{0,200}[}\]])"
    r"|\b(?:undefined|NaN|-?Infinity)\b",
    re.DOTALL,
)
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)|[{}\[\],]', re.DOTALL)
_BETWEEN = re.compile(r"[\s,;]*")
_BAD_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))', re.DOTALL)
_TEXT_STARTS = re.compile(r'"[@\w:]{1,40}"\s{0,20}:\s{0,20}"')
_TEXT_ENDS = re.compile(r'"(?=\s{0,200}(?:,\s{0,200}"[@\w:]{1,40}"\s{0,20}:|[}\]]))')
_BARE_QUOTE = re.compile(r'(?<!\\)"')
_MANY = frozenset(("author", "creator", "contributor", "image", "@type"))  # keys that some write once per value


def load(script: str, room: int = MAX_MENDED) -> list[Any]:
    """The values of a script, mostly one; none where even mending does not make it JSON.

    Only a script of at most `room` characters is mended.
    Of a key that stands twice in an object the last value that is not empty counts; authors and images are joined.
    """
    script = script.strip().strip("\ufeff\u200b;").strip()
    if not script or len(script) > _MAX_SCRIPT:
        return []
    if (value := _parsed(script)) is not None:
        return [value]
    if len(script) > room:
        return []
    if "&quot;" in script[:200] or "&#34;" in script[:200]:
        script = html.unescape(script)
    mended = _PIECE.sub(_mended, script).strip().rstrip(";").strip()
    if (value := _parsed(mended)) is not None:
        return [value]
    return list(_several(mended)) or [value for value in (_with_escaped_quotes(mended), _closed(mended)) if value][:1]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, strict=False, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    joined: dict[str, Any] = {}
    for key, value in pairs:
        known = joined.get(key)
        if not known:
            joined[key] = value
        elif value and value != known:
            joined[key] = [*(known if isinstance(known, list) else [known]), value] if key in _MANY else value
    return joined


def _mended(match: re.Match[str]) -> str:
    piece = match[0]
    if piece[0] == '"':
        return _BAD_ESCAPE.sub(_escape, piece) if "\\" in piece else piece
    return "null" if piece[0].isalpha() or piece == "-Infinity" else ""


def _escape(match: re.Match[str]) -> str:
    if match[1]:
        return match[0]
    return f"\\u00{match[2]}" if match[2] else match[3]  # \' and \& are JavaScript's


def _several(text: str) -> Iterator[Any]:
    """The values of a script that holds one behind the other; nothing if any of them is no JSON."""
    decoder = json.JSONDecoder(strict=False, object_pairs_hook=_object)
    found: list[Any] = []
    start = 0
    while start < len(text) and len(found) < 50:
        try:
            value, start = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            return
        found.append(value)
        start = _BETWEEN.match(text, start).end()  # type: ignore[union-attr]  # it matches anywhere
    yield from found


def _with_escaped_quotes(text: str) -> Any:
    """The value, if it is JSON once the quotes inside of texts are escaped: those that no key or bracket follows."""
    pieces, done = [], 0
    while (start := _TEXT_STARTS.search(text, done)) and (end := _TEXT_ENDS.search(text, start.end())):
        pieces += [text[done : start.end()], _BARE_QUOTE.sub(r'\\"', text[start.end() : end.start()])]
        done = end.start()
    return _parsed("".join([*pieces, text[done:]])) if pieces else None


def _closed(text: str) -> Any:
    """The value up to the last member that is complete, if the text ends in the middle."""
    if text[:1] not in ("{", "["):
        return None
    open_brackets: list[str] = []
    end, closing = 0, ""
    for match in _STRUCTURE.finditer(text):
        piece = match[0]
        if piece in ("{", "["):
            open_brackets.append("}" if piece == "{" else "]")
            if len(open_brackets) > _MAX_DEPTH:
                return None
        elif piece in ("}", "]"):
            if not open_brackets or open_brackets.pop() != piece:
                return None
            end, closing = match.end(), "".join(reversed(open_brackets))
        elif piece == ",":
            end, closing = match.start(), "".join(reversed(open_brackets))
    return _parsed(text[:end] + closing) if end and open_brackets else None
