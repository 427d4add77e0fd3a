"""Comparing short texts, such as titles, without what spellings of one text differ in."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = re.compile(r"[^\W_]+")
# scripts without spaces count by the character
_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|[^\W_\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]+")


def letters(text: str) -> str:
    """The letters and digits, case folded: equal for two spellings of one text."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return "".join(_LETTERS.findall(text.casefold()))


def words(text: str) -> frozenset[str]:
    """The words, case folded; characters, of scripts that set no spaces."""
    return frozenset(_WORD.findall(text.casefold()))


def agree(one: str, other: str) -> bool:
    """Whether two titles are about one story: most words of the shorter are in the longer, and it is no mere label."""
    first, second = words(one), words(other)
    few, many = sorted((len(first), len(second)))
    return few > 0 and len(first & second) >= 0.6 * few and (few >= 3 or few >= 0.4 * many)
