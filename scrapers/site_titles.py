"""Page titles without what sites put around them: the name of the site and its sections."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from scrapers.page import Page
from scrapers.wording import letters

_SEPARATOR = re.compile(
    r"\s{1,9}(?:[|\uff5c•·»«\u203a\u2039~:\u2013—/-]|::|--|//|<|>)\s{1,9}|\s{0,9}[|\uff5c]\s{0,9}|--|(?<=\S)_(?=\S)"
    r"|(?<=[^\s:]):\s|\uff1a|・"
)
_MAY_SEPARATE = re.compile(
    "[|\uff5c•·»«\u203a\u2039~:\u2013—/<>_\uff1a・]|-[-\\s]|:\\s"
)  # in any that `_SEPARATOR` finds
_EDGES = " |\uff5c»•·~/"  # left over between two seams
_LABEL = re.compile(r"[^\W_]+(?:-[^\W_]+)*")  # of a domain
_WORD = re.compile(r"[^\W_]+")
_MAX_PARTS = 12  # a title of more is no title
_ARTICLES = ("the ", "der ", "die ", "das ", "le ", "la ", "les ", "el ", "il ")
_SECTION_WORDS = frozenset(("news", "nachrichten", "noticias", "actualites", "notizie", "story", "article", "home"))
_LONG_HEADLINE = 25  # characters; a headline so long is whole without what follows


class SiteWords:
    """What a title of this page may carry that is no headline: names of the site, and its sections."""

    def __init__(self, names: Iterable[str], sections: Iterable[str] = ()) -> None:
        self.names = {key for name in names for key in _spellings(name)}
        self.sections = _SECTION_WORDS | {letters(section) for section in sections}
        self._labels = {name for name in names if name and _LABEL.fullmatch(name)}

    @classmethod
    def of(cls, page: Page) -> SiteWords:
        """Those that the metadata and the address of the page give."""
        try:
            parts = urlsplit(page.url)
            host, path = parts.hostname or "", parts.path[:500].split("/")
        except ValueError:
            host, path = "", []
        labels = [label for label in host.split(".")[:-1] if len(label) > 3]
        return cls([*page.site_names, host, *labels], [segment for segment in path[:-1] if segment])

    def add(self, names: Iterable[str]) -> None:
        """Learn further names of the site."""
        self.names |= {key for name in names for key in _spellings(name)}

    def is_name(self, text: str) -> bool:
        """Whether a text is the site's name, as it stands."""
        return not self.names.isdisjoint(_spellings(text))

    def resembles_name(self, part: str) -> bool:
        """Whether a part of a title is the site's name or built from its domain: longer, shorter, or as initials."""
        if self.is_name(part):
            return True
        key = letters(part)
        initials = "".join(word[0] for word in _WORD.findall(part[:200])).casefold()
        for label in self._labels:
            plain_label = letters(label)
            if len(plain_label) >= 5 and plain_label in key and len(key) <= len(plain_label) + 12:
                return True
            if len(key) >= 4 and key in plain_label and 2 * len(key) >= len(plain_label):
                return True
            if len(initials) > 1 and initials == plain_label:
                return True
            if len(plain_label) > 2 and initials.removesuffix("ev") == plain_label:  # a German association
                return True
            pieces = label.split("-")
            if len(pieces) > 1 and len(plain_label) > 7 and all(letters(piece) in key for piece in pieces):
                return True
        return False


def without_site(title: str, words: SiteWords) -> str:
    """The title without the name of the site, and the sections between it and the headline, at its end or start."""
    if not _MAY_SEPARATE.search(title):
        return title
    starts, ends = [0], []
    for match in _SEPARATOR.finditer(title):
        ends.append(match.start())
        starts.append(match.end())
    ends.append(len(title))
    if not 1 < len(starts) <= _MAX_PARTS:
        return title
    parts = [title[start:end] for start, end in zip(starts, ends, strict=True)]
    seams = [title[end:start] for end, start in zip(ends, starts[1:], strict=False)]
    first, last = _inner(parts, seams, words)
    return title[starts[first] : ends[last]].strip(_EDGES) or title


def _inner(parts: list[str], seams: list[str], words: SiteWords) -> tuple[int, int]:
    """The first and the last part that are the headline's."""
    first, last = 0, len(parts) - 1
    end = next((at for at in range(last, max(0, last - 3), -1) if _is_tail(parts[at], seams[at - 1], words)), None)
    if end is not None:
        last = end - 1
        while last and (letters(parts[last]) in words.sections or words.resembles_name(parts[last])):
            last -= 1
        if last and seams[end - 1].strip() in ("|", "\uff5c") and len(parts[0]) > _LONG_HEADLINE:
            last = next((at for at in range(last) if "|" in seams[at]), last)  # sections stand between
    elif words.is_name(parts[0]) or (not seams[0].startswith(":") and words.resembles_name(parts[0])):
        first = 1
        while first < last and letters(parts[first]) in words.sections:
            first += 1
    return first, last


def _is_tail(part: str, seam: str, words: SiteWords) -> bool:
    return words.is_name(part) if seam.strip() in (":", "_", "・") else words.resembles_name(part)


def leftovers(longer: str, headline: str) -> list[str]:
    """The parts of a longer title around the headline in it; empty if that is not its start or end behind a seam."""
    if not headline or len(longer) < len(headline) + 3 or len(longer) > 2 * len(headline) + 3:
        return []
    if longer.casefold().startswith(headline.casefold()):
        rest, seam = longer[len(headline) :], _SEPARATOR.match(longer, len(headline))
    elif longer.casefold().endswith(headline.casefold()):
        rest = longer[: -len(headline)]
        seam = next((match for match in _SEPARATOR.finditer(longer) if match.end() == len(rest)), None)
    else:
        return []
    return [part for part in _SEPARATOR.split(rest) if part.strip()] if seam else []


def _spellings(name: str) -> Collection[str]:
    low = name.casefold().strip()
    bare = next((low.removeprefix(article) for article in _ARTICLES if low.startswith(article)), low)
    keys = (letters(low),) if bare == low else (letters(low), letters(bare))
    return [key for key in keys if key]
