"""Times as pages write them: ISO 8601, RFC 2822, epochs, and days with month names or numbers in several languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from scrapers.article import Precision

YEARS = range(1900, 2101)  # others are mistakes
_MAX_LENGTH = 200  # characters of a stamp that are looked at

_MONTHS = """
january jan januar jänner janvier janv enero ene gennaio gen janeiro januari ocak styczeń stycznia января
february feb februar février févr fév febrero febbraio fevereiro fev februari şubat luty lutego февраля
march mar märz mär mrz mars marzo março maart mrt mart marzec marca марта
april apr avril avr abril abr aprile aprili nisan kwiecień kwietnia апреля
may mai mayo maggio mag maio mei may\u0131s maj maja мая
june jun juni juin junio giugno giu junho haziran czerwiec czerwca июня
july jul juli juillet juil julio luglio lug julho temmuz lipiec lipca июля
august aug août agosto ago augustus augusti ağustos sierpień sierpnia августа
september sep sept septembre septiembre settembre set setembro eylül wrzesień września сентября
october oct oktober okt octobre octubre ottobre ott outubro out ekim październik października октября
november nov novembre noviembre novembro kas\u0131m listopad listopada ноября
december dec dezember dez décembre déc diciembre dic dicembre dezembro desember aral\u0131k grudzień grudnia декабря
"""
_MONTH = {name: number for number, line in enumerate(_MONTHS.strip().split("\n"), 1) for name in line.split()}
_ZONES = {  # hours east of Greenwich; BST and IST as British and Indian papers mean them
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "bst": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2, "eet": 2, "eest": 3,
    "msk": 3, "pkt": 5, "ist": 5.5, "sgt": 8, "hkt": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ]{1,2}(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?\s?(Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?)?",
    re.IGNORECASE,
)
_WORD_DAY = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th|er|\.|º)?[\s-]{1,3}(?:de |of )?([^\W\d_]{3,12})\.?,?[\s-]{1,3}(?:de |del )?(\d{4})\b"
)
_DAY_WORD = re.compile(r"\b([^\W\d_]{3,12})\.?\s{1,3}(\d{1,2})(?:st|nd|rd|th)?,?\s{1,3}(\d{4})\b")
_YEAR_FIRST = re.compile(r"\b(\d{4})[/.](\d{1,2})[/.](\d{1,2})\b")
_CJK = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_NUMBERS = re.compile(r"\b(\d{1,2})([/.-])(\d{1,2})\2(\d{4})\b")
_TIME = re.compile(
    r"\b(\d{1,2})(?:[:h]|\.(?=\d\d\s?(?:Uhr|[ap]\.?m)))(\d\d)(?::(\d\d))?(?:\s?([ap])\.?m\b)?", re.IGNORECASE
)
_HOUR = re.compile(r"\b(\d{1,2})()()\s?([ap])\.?m\b", re.IGNORECASE)
_OFFSET = re.compile(r"(?:GMT|UTC)?\s?([+-])(\d\d):?(\d\d)\b")
_ZONE_NAME = re.compile(r"\b([A-Z]{3,4}|Z)\b")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time with its zone, and how exactly it was given; a day is its midnight in the zone."""

    at: datetime
    precision: Precision


def parse(text: str, timezone_name: str | None = None, language: str | None = None) -> Stamp | None:
    """The first time in the text, or None.

    A time without a zone is in `timezone_name` (IANA), UTC if that is unknown. Days such as 3/4/2025 are read day
    first, except that in English they are not read at all: there it takes the page's country to know. Raises nothing.
    """
    text = " ".join(text[:_MAX_LENGTH].split())
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return _epoch(text)
    if iso := _ISO.search(text):
        return _from_iso(iso, text, zone(timezone_name))
    return _from_mail(text, zone(timezone_name)) or _from_words(text, zone(timezone_name), language)


def parse_day(text: str, language: str | None = None) -> date | None:
    """The first calendar day in the text, or None."""
    stamp = parse(text, None, language)
    return stamp.at.date() if stamp else None


@lru_cache(maxsize=512)
def zone(name: str | None) -> tzinfo:
    """The zone of an IANA name; UTC for one that is missing or unknown."""
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return UTC


def _epoch(text: str) -> Stamp | None:
    if len(text) not in (10, 13):  # seconds, milliseconds
        if len(text) == 14 or len(text) == 8:  # 20250411060000, 20250411
            clock = (int(text[8:10]), int(text[10:12]), int(text[12:14])) if len(text) == 14 else None
            return _stamp((int(text[:4]), int(text[4:6]), int(text[6:8])), clock, UTC)
        return None
    seconds = int(text) if len(text) == 10 else int(text) / 1000
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return Stamp(at.replace(microsecond=0), "second") if at.year in YEARS else None


def _from_iso(match: re.Match[str], text: str, default: tzinfo) -> Stamp | None:
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    if match[4] is None:
        rest = text[match.end() :]
        return _stamp((year, month, day), _clock(rest), _offset(rest) or default)
    clock = (int(match[4]), int(match[5]), int(match[6]) if match[6] else None)
    where = _offset(match[7]) if match[7] else _offset(text[match.end() :])
    return _stamp((year, month, day), clock, where or default)


def _from_mail(text: str, default: tzinfo) -> Stamp | None:
    if text.count(":") < 1 or "," not in text[:6]:
        return None
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if at.year not in YEARS:
        return None
    return Stamp(at if at.tzinfo else at.replace(tzinfo=default), "second" if at.second else "minute")


def _from_words(text: str, default: tzinfo, language: str | None) -> Stamp | None:
    found = _day(text, language)
    if found is None:
        return None
    day, start, end = found
    rest = text[end:] or ""
    clock = _clock(rest) or _clock(text[:start])
    return _stamp(day, clock, (_offset(rest) if clock else None) or default)


def _day(text: str, language: str | None) -> tuple[tuple[int, int, int], int, int] | None:
    for pattern, day, month in ((_WORD_DAY, 1, 2), (_DAY_WORD, 2, 1)):
        for match in pattern.finditer(text):
            if number := _MONTH.get(match[month].lower()):
                return (int(match[3]), number, int(match[day])), match.start(), match.end()
    if found := _CJK.search(text) or _YEAR_FIRST.search(text):
        return (int(found[1]), int(found[2]), int(found[3])), found.start(), found.end()
    if found := _NUMBERS.search(text):
        return _day_of_numbers(found, language)
    return None


def _day_of_numbers(match: re.Match[str], language: str | None) -> tuple[tuple[int, int, int], int, int] | None:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    is_day_first = first > 12 or first == second or match[2] == "." or (language or "en") != "en"
    if is_day_first or second > 12:
        return (year, *((second, first) if is_day_first else (first, second))), match.start(), match.end()
    return None


def _clock(text: str) -> tuple[int, int, int | None] | None:
    match = _TIME.search(text) or _HOUR.search(text)
    if not match:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[4] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if match[4] in "pP" else 0)
    return hour, minute, int(match[3]) if match[3] else None


def _offset(text: str) -> tzinfo | None:
    if match := _OFFSET.search(text) or re.fullmatch(r"([+-])(\d\d)()", text):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes)) if minutes < 24 * 60 else None
    for match in _ZONE_NAME.finditer(text.upper() if len(text) == 1 else text):
        if (hours := _ZONES.get(match[1].lower())) is not None:
            return timezone(timedelta(hours=hours)) if hours else UTC
    return None


def _stamp(day: tuple[int, int, int], clock: tuple[int, int, int | None] | None, where: tzinfo) -> Stamp | None:
    """Whole seconds of zero count as not given: most systems that write them know the minute only."""
    hour, minute, second = clock or (0, 0, None)
    if day[0] not in YEARS:
        return None
    try:
        at = datetime(*day, hour, minute, second or 0, tzinfo=where)
    except ValueError:
        return None
    return Stamp(at, "second" if second else "minute" if clock else "day")
