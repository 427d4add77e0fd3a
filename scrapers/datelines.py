"""Where a story was filed and which agency sent it, read off its first and last paragraph; neither is changed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scrapers.agencies import first_agency
from scrapers.text import clean
from scrapers.wording import letters

_OPENING = 160  # characters of a paragraph in which a dateline ends
_ADDED = re.compile(r"(?:\((?:adds|updates|recasts|writes through|corrects|repeats|changes)\b[^()]{0,80}\)\s*)+", re.I)
_FIRST = re.compile(r"\(([^()]{2,40})\)\s?[-–—]{1,2}\s?")  # (ANSA) - ROMA, 05 APR - ...
_END = re.compile(r":\s|\s?(?:--|—|–)\s?|\.-\s?|\s-\s|-\s(?=[A-Z])")
_CREDIT = re.compile(r"[(/\[]([^()/\[\]]{2,40})[)/\]]")
_BRACKETED = re.compile(r"[(/\[][^()/\[\]]{0,60}[)/\]]")
_DATE = re.compile(r"[\s,]+(?:(?:[^\W\d]{3,10}\.?\s)?\d{1,2}(?!\d)|[^\W\d]{3,10}\.?\s?\d{1,2}(?!\d)).*$")
_EAST_ASIAN = re.compile(r"[(（【]\s?(?P<place>\w{2,8}?)\s?[=＝・\s]\s?(?P<agency>[^\W\d_]{2,6})\s?[)）】]")
_CHINESE = re.compile(r"(?P<agency>[^\W\d_]{2,3}社)(?P<place>[^\W\d_]{2,8}?)\d{1,2}月\d{1,2}日电")
_CREDIT_LINE = re.compile(r"(?:source|quelle|fuente|fonte|kaynak|источник|with|mit material (?:von|der))[:\s]\s?", re.I)
_CLOSING = re.compile(r"[\s.!?”\"»][(\[](?P<credit>[^()\[\]]{2,40})[)\]]\.?$")
_NO_PLACE = frozenset(
    (
        "WATCH", "UPDATE", "UPDATED", "LIVE", "BREAKING", "READ", "NEW", "OPINION", "EDITORIAL", "VIDEO", "EXCLUSIVE",
        "MORE", "ALSO", "NOTE", "RELATED", "LISTEN", "REVIEW", "ANALYSIS", "COMMENT", "EXPLAINER", "EXPLAINED", "FACT",
        "FACTBOX", "ALERT", "NEWS", "PHOTO", "PHOTOS", "PICTURES", "GALLERY", "PODCAST", "INTERVIEW", "CORRECTION",
        "WARNING", "SPOILER", "SPONSORED", "ADVERTISEMENT", "QUESTION", "ANSWER", "Q", "A", "Q&A", "FAQ", "THE", "WHY",
        "HOW", "WHAT", "WHO", "WHEN", "WHERE", "IS", "ARE", "THIS", "TL;DR", "PS", "P.S", "BEST", "TOP", "PROS", "CONS",
        "VERDICT", "SUMMARY", "KEY", "EILMELDUNG", "LIVEBLOG", "LIVETICKER", "KOMMENTAR", "MEINUNG", "EXKLUSIV", "LIRE",
        "DIRECT", "VIDÉO", "EXCLUSIF", "AVIS", "ENTRETIEN", "DIRECTO", "EXCLUSIVA", "OPINIÓN", "ÚLTIMA", "ENTREVISTA",
        "DIRETTA", "ESCLUSIVA", "URGENTE", "EDITOR'S", "EDITOR’S", "DISCLAIMER", "DEAR", "TRANSCRIPT", "SCHEDULE", "BY",
        "TIPS", "TIP", "NO", "YES", "OK", "VS", "DATE", "TIME", "SCORE", "RESULT", "RESULTS", "QUOTE", "MUST", "ON",
        "FROM", "FOR", "IN", "HERE", "TODAY", "IMAGE", "CREDIT", "SOURCE", "SUBSCRIBE", "SIGN", "DEAL", "OFFER", "ET",
    )
)  # fmt: skip


def dateline(paragraph: str) -> tuple[str | None, str | None]:
    """The place that opens a story, and who is credited beside it: ("LONDON", "Reuters") of `LONDON (Reuters) - ...`.

    A place is in capitals, or stands before an agency in brackets; a shouted lead-in such as `WATCH:` is none.
    """
    text = paragraph[:_OPENING]
    if pair := _east_asian(text):
        return pair
    if added := _ADDED.match(text):
        text = text[added.end() :]
    credit = None
    if (first := _FIRST.match(text)) and first_agency(first[1]):
        credit, text = first[1], text[first.end() :]
    end = _END.search(text)
    if end is None:
        return None, credit
    opening = text[: end.start()]
    if named := _CREDIT.search(opening):
        credit = credit or named[1].strip()
    place = _DATE.sub("", clean(_BRACKETED.sub(" ", opening))).strip(" ,.;/")
    if opening.rstrip(" ,").endswith(("D.C.", "U.S.")) and place.endswith(("D.C", "U.S")):
        place += "."
    if _is_place(place, bool(credit and first_agency(credit))):
        return place, credit
    return None, credit if credit and first_agency(credit) else None


def opening(paragraphs: Sequence[str], standfirst: str | None) -> str:
    """The paragraph that opens the story: the second one where the first is the standfirst and has no dateline."""
    first = paragraphs[0] if paragraphs else ""
    is_standfirst = len(paragraphs) > 1 and standfirst and letters(first) == letters(standfirst)
    return paragraphs[1] if is_standfirst and dateline(first) == (None, None) else first


def closing_credit(paragraphs: Sequence[str]) -> str | None:
    """The agency that the last paragraph credits: alone, as `dpa/abc`, or in brackets at its end."""
    if not paragraphs:
        return None
    last = paragraphs[-1]
    if len(last) <= 60 and (name := first_agency(_CREDIT_LINE.sub("", last))):
        return name
    closing = _CLOSING.search(last[-60:])
    return first_agency(closing["credit"]) if closing else None


def _is_place(text: str, has_agency: bool) -> bool:
    words = text.replace(",", " ").split()
    if not 1 <= len(words) <= 6 or not 3 <= len(text) <= 40 or any(map(str.isdigit, text)):
        return False
    if (
        (words[0].upper() in _NO_PLACE and text[:4].upper() != "NEW ")
        or words[-1].upper() in _NO_PLACE
        or any(char in text for char in '?!"“”«»;')
    ):
        return False
    return text.isupper() or (has_agency and words[0][0].isupper() and words[-1][0].isupper())


def _east_asian(text: str) -> tuple[str | None, str | None] | None:
    for pattern in (_EAST_ASIAN, _CHINESE):
        match = pattern.search(text[:40])
        if match and (name := first_agency(match["agency"])):
            return match["place"], name
    return None
