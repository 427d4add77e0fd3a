"""The words and figures of a text, without what differs between two typesettings of it."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from scrapers.mojibake import mended
from worker.dedup.furniture import FURNITURE

AKIN = 0.5  # of the different words of the shorter text
AFTER_DIGITS = ":"  # what begins with a digit sorts before it, what begins with a letter does not
LONGEST_FURNITURE = 160  # characters of a line that is furniture; longer ones tell something

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\u061c]")
_WHOLE = {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "’": "'"}  # what decomposition leaves as it is
_SIGNS = {"Pi": '"', "Pf": '"', "Pd": "-", "Zs": " "}  # quotes, dashes and spaces of all kinds
_HALF_MOJIBAKE = re.compile("[\xc2-\xf4][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{0,2}\ufffd")  # a byte is lost
_ALONE = (  # scripts without spaces: Thai, Lao, Burmese, Khmer, kana, Han
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_INDIC = "\u0900-\u0963\u0970-\u0dff"  # with their vowel signs, which are no letters to \w
_GROUPED = r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?![\d])"
_FIGURE = rf"(?=\d)(?:{_GROUPED}|\d+(?:[.,]\d+)*)"  # one look at what is no digit, which is almost everything
TOKEN = re.compile(rf"{_FIGURE}|[{_ALONE}]|(?:[{_INDIC}]|[^\W\d_{_ALONE}])+")
_ASCII_TOKEN = re.compile(rf"[A-Za-z]+|{_FIGURE}")  # the same where there is nothing else, twice as fast
_SENTENCE_END = re.compile(r"[.!?…;:।。！？؟۔]|\n|\s[–—-]\s")
_SAID = re.compile(r'["„「『]([^"„「」『』\n]+)["」』]')  # a readable text has one mark for most of both ends
_WORD = re.compile(r"\w+")
_FOREIGN = re.compile("[^\x00-\x7f]")
_MARKS = re.compile(r"[.,]")
_SPACES = re.compile(r"[^\d.,]")


@dataclass(frozen=True, slots=True)
class Token:
    """A token where it stands: whether it opens a sentence, and whether it is written with a capital."""

    word: str
    opens: bool
    is_capital: bool


def tokens(text: str) -> list[str]:
    """The tokens of a text: a figure, a run of letters, or one character of a script without spaces.

    Case, accents, ligatures, punctuation, spacing, invisible characters, entities and mojibake do not count, neither
    do lines of furniture; the grouping of figures does not, 1,234.50 is 1234.5.
    """
    return tokens_of(readable(text))


def readable(text: str) -> str:
    """What is told by a text, in plain characters."""
    return plain(told(text))


def tokens_of(text: str) -> list[str]:
    """The tokens of a readable text."""
    text = text.casefold()
    found = (_ASCII_TOKEN if text.isascii() else TOKEN).findall(text)
    return [figure(word) if word < AFTER_DIGITS else word for word in found]


class Placed:
    """The tokens of a readable text, with what the verdict wants to know of the place of a few of them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans = [match.span() for match in (_ASCII_TOKEN if text.isascii() else TOKEN).finditer(text)]

    def __getitem__(self, place: int) -> Token:
        start, end = self._spans[place]
        before = self._spans[place - 1][1] if place else 0
        word = self._text[start:end]
        opens = place == 0 or self._is_end(before, start)
        if word < AFTER_DIGITS:
            return Token(figure(word), opens, False)
        return Token(word.casefold(), opens, word[0].isupper())

    def _is_end(self, start: int, end: int) -> bool:
        """Whether a sentence ends in what stands between two tokens; a mark alone stands within a word or figure."""
        is_mark = end - start <= 1 and self._text[start:end] != "\n"
        return not is_mark and _SENTENCE_END.search(self._text, start, end) is not None

    def between(self, start: int, end: int) -> list[Token]:
        """The tokens from one place up to another."""
        return [self[place] for place in range(start, end)]

    def quoted(self) -> Iterator[tuple[int, int]]:
        """The places of the first token of each quotation, and of the one behind it."""
        starts = [start for start, _ in self._spans]
        for said in _SAID.finditer(self._text):
            yield bisect_left(starts, said.start()), bisect_left(starts, said.end())


def are_akin(one: str, other: str, share: float = AKIN) -> bool:
    """Whether two texts can be versions of one story: the shorter one shares half of its different words, or `share`.

    Two stories of one language share a quarter to a third of their words. Meant to refuse what is plainly another
    story, not to find copies.
    """
    mine, others = (set(_WORD.findall(plain(text).casefold())) for text in (one, other))
    return len(mine & others) >= share * min(len(mine), len(others))


def told(text: str) -> str:
    """The text without its lines of furniture."""
    if "\n" not in text:
        return text
    return "\n".join(line for line in text.split("\n") if len(line) > LONGEST_FURNITURE or not FURNITURE.match(line))


def plain(text: str) -> str:
    """The text with its entities, mojibake, compatibility characters and digits of all scripts made plain."""
    if "&" in text:
        text = html.unescape(text)
    if text.isascii():
        return text
    text = _HALF_MOJIBAKE.sub(" ", mended(text)) if "\ufffd" in text else mended(text)
    text = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text))
    for char in set(_FOREIGN.findall(text)):  # a few, and replacing each is faster by far than a look at every one
        if (plainer := _plainer(char)) != char:
            text = text.replace(char, plainer)
    return text


@cache
def _plainer(char: str) -> str:
    """What a character is read as: nothing for an accent, a digit of its script as ours, a sign as a space."""
    if char in _WHOLE:
        return _WHOLE[char]
    if unicodedata.combining(char):
        return ""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(char)
    if category in _SIGNS:
        return _SIGNS[category]
    is_idle = category[0] in "PS" and not TOKEN.match(char) and not _SENTENCE_END.match(char)
    return '"' if is_idle else char  # a text that is left with plain characters alone is read many times as fast


def figure(text: str) -> str:
    """A figure in one spelling: grouping marks out, a decimal comma as a point, no idle zeros."""
    if text.isdigit():
        return text.lstrip("0") or "0"
    parts = _MARKS.split(_SPACES.sub("", text))
    marks = _MARKS.findall(text)
    if (len(set(marks)) == 2 and marks.count(marks[-1]) == 1) or (len(marks) == 1 and not _is_group(parts)):
        whole, decimals = "".join(parts[:-1]), parts[-1].rstrip("0")
        return (whole.lstrip("0") or "0") + (f".{decimals}" if decimals else "")
    return "".join(parts).lstrip("0") or "0"


def _is_group(parts: list[str]) -> bool:
    """Whether the mark groups thousands: 15.700 and 15,700 do, 0.125 and 3,14 do not."""
    return len(parts[-1]) == 3 and 0 < len(parts[0]) <= 3 and not parts[0].startswith("0")
