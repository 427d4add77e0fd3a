"""Times as pages write them: ISO 8601, RFC 2822, epochs, and days with month names or numbers in many languages."""

# ruff: noqa: RUF001  (letters of many scripts)

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from scrapers.article import Precision
from scrapers.months import JALALI_MONTHS, from_jalali, month, zone_of

YEARS = range(1600, 2101)  # the first newspapers are of the 17th century; others are mistakes
_MAX_LENGTH = 200  # characters of a stamp that are looked at
_NOTHING = frozenset({date(1900, 1, 1), date(1970, 1, 1)})  # midnights that stand for "no time" in many systems
_ZEROS = "٠۰०০੦૦௦౦೦൦๐၀០０"  # of the digits that pages use beside ASCII's
_PLAIN = {ord(zero) + digit: str(digit) for zero in _ZEROS for digit in range(10)}
_PLAIN |= {ord(mark): sign for mark, sign in zip("：，،／－−∶", ":,,/--:", strict=True)}
_PLAIN |= dict.fromkeys([0x200C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "")  # directions
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}  # the year before their first

_CLOCK_ISO = r"(\d\d?):(\d\d)(?::(\d\d)(?:[.,:]\d{1,9})?)?"
_ISO = re.compile(rf"(?<!\d)(\d{{4}})-(\d\d?)-(\d\d?)(?!\d)(?:(?:\s?T\s?|\s{{1,2}}){_CLOCK_ISO})?", re.IGNORECASE)
_BASIC = re.compile(
    r"(\d{4})(\d\d)(\d\d)(?:[T -]?(\d\d)(\d\d)(\d\d)?)?(?:[.,]\d{1,9})?(?=$|Z|\s?[+-]\d)", re.IGNORECASE
)
_WEEK = re.compile(r"(\d{4})-?W(\d\d)-?([1-7])(?!\d)", re.IGNORECASE)
_DAY_OF_YEAR = re.compile(r"(\d{4})-(\d{3})(?=$|T|\s)")
_EPOCH = re.compile(r"(?:/Date\()?(\d{10}|\d{13}|\d{16})(?:\.\d{1,9})?(?:[+-]\d{4})?(?:\)/)?")

_WORD = r"([^\W\d_][^\s\d,/:;|()\[\]<>\"–—-]{1,20}(?:\s(?:الثاني|الأول|الاول))?)"
_YEAR = r"(\d{4}|['’]\d\d|(?<=-)\d\d)(?![\d:])"
_TH = r"(?:st|nd|rd|th|er|\.|º|°|η)?"
_OF = r"(?:de |del |of |d['’]|року )?"
_DATES = (  # each with the groups of its year, month and day
    (re.compile(rf"(?<!\d)(\d{{1,2}}){_TH}[\s/,-]{{0,3}}{_OF}{_WORD}[,\s/-]{{1,3}}{_OF}{_YEAR}"), 3, 2, 1),
    (re.compile(rf"(?<![^\W\d_]){_WORD}[\s-]{{0,3}}(\d{{1,2}})(?:st|nd|rd|th)?[\s,-]{{1,4}}{_OF}{_YEAR}"), 3, 1, 2),
    (re.compile(rf"(?<![^\W\d_]){_WORD}\s(\d{{1,2}}) \d\d:\d\d:\d\d(?: [A-Z\d:+-]{{1,9}})? (\d{{4}})(?!\d)"), 3, 1, 2),
    (re.compile(rf"(?<!\d)(\d{{4}})(?:\.|\(e\)ko)?[\s-]{{1,2}}(?:m\. )?{_WORD}[\s-]{{1,2}}(\d{{1,2}})(?!\d)"), 1, 2, 3),
    (re.compile(rf"(?<!\d)(\d{{4}})\.? (?:gada )?(\d{{1,2}})\.? {_WORD}"), 1, 3, 2),
    (re.compile(r"(?<!\d)(\d{4})\s?(?:[年년]|оны)\s?(\d{1,2})\s?(?:[月월]|сарын)\s?(\d{1,2})(?!\d)"), 1, 2, 3),
    (re.compile(r"((?:令和|平成|昭和|民國|民国)(?:\d{1,3}|元))年\s?(\d{1,2})月\s?(\d{1,2})日"), 1, 2, 3),
    (re.compile(r"(?<!\d)(\d{1,2}) (?:tháng|thg) (\d{1,2}),? (?:năm )?(\d{4})(?!\d)"), 3, 2, 1),
    (re.compile(r"(?<!\d)(\d{4})([/.:]\s?)(\d{1,2})\2(\d{1,2})(?!\d)"), 1, 3, 4),
    (re.compile(r"^(\d{4}) (\d\d) (\d\d)(?= \d\d:\d\d|$)"), 1, 2, 3),
)  # fmt: skip
_NUMBERS = re.compile(r"(?<![\d.])(\d{1,2})(\s?[/.-]\s?)(\d{1,2})\2(\d{4}|(?<=\d\d.\d\d.)\d\d(?=$|[\s,|]))(?!\d)")

_TIME = re.compile(
    r"(?<![\d:.])(\d{1,2})(?:[:h]|\sh\s|\.(?=\d\d\s?(?:Uhr|WITA?|WIB|น\.|[ap]\.?\s?m)))(\d\d)(?!\d)(?::(\d\d))?",
    re.IGNORECASE,
)
_TIME_BY_NAME = re.compile(r"(?<!\d)(\d{1,2})\s?[時时點点시]\s?(?:(\d{1,2})\s?[分분])?\s?(?:(\d{1,2})\s?[秒초])?")
_TIME_BY_DOT = re.compile(r"(?:^,?\s|\b(?:kl\.?|klo|ore|alle|um|pukul|kello|om|at)\s)(\d{1,2})\.(\d\d)()(?![\d.])")
_HOUR = re.compile(r"(?<![\d:.])(\d{1,2})()()(?=\s?[ap]\.?\s?m\b|h\b|\sUhr\b)", re.IGNORECASE)
_HALF_AFTER = re.compile(r"\s?(?:([ap])\.?\s?m\b|(π\.?μ|öö|صباح|ص\b)|(μ\.?μ|ös|مساء|م\b))", re.IGNORECASE)
_HALF_BEFORE = re.compile(r"(?:(오전|午前|上午|凌晨|早上)|(오후|午後|下午|晚上))\s?$")
_OFFSET = re.compile(
    r"(?:GMT|UTC)\s?([+-])\s?(\d{1,2}):?([0-5]\d)?(?!\d)|([+-])(\d\d):?([0-5]\d)?(?!\d)", re.IGNORECASE
)
_LOST_PLUS = re.compile(r" \d\d:[0-5]\d")  # an address decoded once too often: + became a space
_PLACE = re.compile(
    r"\b((?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z_/-]{2,40})"
)
_ZONE_NAME = re.compile(r"\b(UTC|GMT|МСК|[A-Z]{2,4}|Z)\b")

Day = tuple[int, int, int]
Clock = tuple[int, int, int | None]


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time with its zone, and how exactly it was given; a day is its midnight in the zone. `raw` is the text read."""

    at: datetime
    precision: Precision
    raw: str = ""


@lru_cache(maxsize=64)  # a page states the same time several times
def parse(text: str, timezone_name: str | None = None, language: str | None = None) -> Stamp | None:
    """The first time in the text, or None.

    A time without a zone is in `timezone_name` (IANA), UTC if that is unknown. Days such as 3/4/2025 are read as the
    `language` (a code, better with its country: en-GB) writes them; English without a country goes by the zone, and
    they are not read if that is unknown, too. Times relative to now ("an hour ago") are not read. Raises nothing.
    """
    raw = " ".join(text[:_MAX_LENGTH].split())
    if not raw:
        return None
    plain = raw if raw.isascii() else unicodedata.normalize("NFC", raw).translate(_PLAIN)
    where = zone(timezone_name)
    found = _from_numbers(plain, where) or _from_words(plain, where, _Order.of(language, timezone_name))
    return Stamp(found.at, found.precision, raw) if found else None


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


@dataclass(frozen=True, slots=True)
class _Order:
    """How a page writes days in numbers: None where nobody can tell."""

    language: str
    is_day_first: bool | None

    @classmethod
    def of(cls, language: str | None, timezone_name: str | None) -> _Order:
        code, _, country = (language or "en").replace("_", "-").lower().partition("-")
        if code != "en":
            return cls(code, True)
        if country and country not in ("ca", "001"):  # Canadians do both
            return cls(code, country not in ("us", "ph"))
        continent = (timezone_name or "").partition("/")[0]
        return cls(code, continent not in ("America", "US") if continent and continent != "UTC" else None)


def _from_numbers(text: str, default: tzinfo) -> Stamp | None:
    """ISO 8601 in all its forms, and epochs."""
    if text[0].isdigit() or text[0] == "/":
        if epoch := _EPOCH.fullmatch(text):
            return _epoch(epoch[1])
        if counted := _WEEK.match(text) or _DAY_OF_YEAR.match(text):
            day = _counted_day(counted)
            return _stamp(day, text[counted.end() :].lstrip("T"), default) if day else None
        if basic := _BASIC.match(text):
            return _of_iso(basic, text, default)
    iso = _ISO.search(text)
    return _of_iso(iso, text, default) if iso else None


def _epoch(digits: str) -> Stamp | None:
    seconds = int(digits) / 10 ** (len(digits) - 10)  # milliseconds, microseconds
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(seconds))
    return Stamp(at, "second") if at.year in YEARS and seconds >= 1 else None


def _counted_day(match: re.Match[str]) -> Day | None:
    try:
        if match.re is _WEEK:
            day = date.fromisocalendar(int(match[1]), int(match[2]), int(match[3]))
        else:
            day = date(int(match[1]), 1, 1) + timedelta(days=int(match[2]) - 1)
    except (ValueError, OverflowError):
        return None
    return day.year, day.month, day.day


def _of_iso(match: re.Match[str], text: str, default: tzinfo) -> Stamp | None:
    day, rest = (int(match[1]), int(match[2]), int(match[3])), text[match.end() :]
    if match[4] is None:
        return _stamp(day, rest, default)
    clock = _half(int(match[4]), rest), int(match[5]), int(match[6]) if match[6] else None
    lost_plus = _LOST_PLUS.fullmatch(rest)
    where = _offset(f"+{rest[1:]}" if lost_plus else rest, default) or default
    return _made(day, clock if clock[0] <= 24 and clock[1] < 60 else None, where)


def _from_words(text: str, default: tzinfo, order: _Order) -> Stamp | None:
    """The day that stands first, with the time behind it or else before it."""
    first: tuple[int, int, Day] | None = None
    numbers = _NUMBERS.search(text)
    for pattern, *groups in _DATES:
        for match in pattern.finditer(text):
            if (first is None or match.start() < first[0]) and (day := _named_day(match, groups, order.language)):
                first = match.start(), match.end(), day
                break
    if numbers and (first is None or numbers.start() < first[0]):
        if not (found := _day_of_numbers(numbers, order)):
            return None
        first = numbers.start(), numbers.end(), found
    if first is None:
        return None
    start, end, day = first
    return _stamp(day, text[end:], default, before=text[:start], inside=text[start:end])


def _named_day(match: re.Match[str], groups: list[int], language: str) -> Day | None:
    year, name, day = (match[group] for group in groups)
    era = _ERAS.get(year[:2])
    number = _full_year(year.lstrip("'’")) if era is None else era + int(year[2:].replace("元", "1"))
    if name in JALALI_MONTHS:
        return _in_our_calendar(number, JALALI_MONTHS[name], int(day))
    position = int(name) if name.isdigit() else month(name, language)
    return _in_our_calendar(number, position, int(day)) if position else None


def _full_year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else int(digits) + (2000 if int(digits) < 70 else 1900)


def _in_our_calendar(year: int, month: int, day: int) -> Day | None:
    if 1300 <= year < 1500 and 1 <= month <= 12 and 1 <= day <= 31:  # Iran's
        return from_jalali(year, month, day)
    return year - 543 if 2400 <= year < 2644 else year, month, day  # Thailand's


def _day_of_numbers(match: re.Match[str], order: _Order) -> Day | None:
    first, second, year = int(match[1]), int(match[3]), _full_year(match[4])
    is_day_first = first > 12 or first == second or "." in match[2] or order.is_day_first
    if second > 12:
        is_day_first = False
    if is_day_first is None:
        return None
    return (year, second, first) if is_day_first else (year, first, second)


def _stamp(day: Day, rest: str, default: tzinfo, before: str = "", inside: str = "") -> Stamp | None:
    for text in (rest, inside, before):
        if found := _clock(text):
            clock, end = found
            return _made(day, clock, _offset(text[end:], default) or _offset(rest, default) or default)
    return _made(day, None, default)


def _clock(text: str) -> tuple[Clock, int] | None:
    """The first time of day, and where it ends."""
    for pattern in (_TIME, _TIME_BY_NAME, _TIME_BY_DOT, _HOUR):
        for match in pattern.finditer(text):
            hour = _half(int(match[1]), text[match.end() :], text[: match.start()])
            minute, second = int(match[2] or 0), int(match[3]) if match[3] else None
            if hour < 24 and minute < 60 and (second or 0) < 61:
                return (hour, minute, second), match.end()
    return None


def _half(hour: int, after: str, before: str = "") -> int:
    """The hour of 24, where a half of the day is named behind or before it."""
    if not 1 <= hour <= 12:
        return hour
    if match := _HALF_AFTER.match(after):
        return hour % 12 + (12 if match[3] or (match[1] or "") in ("p", "P") else 0)
    if match := _HALF_BEFORE.search(before[-8:]):
        return hour % 12 + (12 if match[2] else 0)
    return hour


def _offset(text: str, default: tzinfo) -> tzinfo | None:
    """The zone named behind a time: a place, an offset, or else an abbreviation, which may mean the default itself."""
    text = text[:40]
    if match := _PLACE.search(text):
        place = zone(match[1])
        if place is not UTC:
            return place
    if match := _OFFSET.search(text):
        sign, hours, rest = match.groups()[3:] if match[2] is None else match.groups()[:3]
        minutes = int(hours) * 60 + int(rest or 0)
        if minutes <= 14 * 60:
            return timezone(timedelta(minutes=-minutes if sign == "-" else minutes)) if minutes else UTC
    for match in _ZONE_NAME.finditer(text.upper() if len(text) == 1 else text):
        if isinstance(default, ZoneInfo) and match[1] in _names(default):
            return default
        if found := zone_of(match[1]):
            return UTC if match[1] in ("Z", "UTC", "GMT") else found
    return None


@lru_cache(maxsize=512)
def _names(where: ZoneInfo) -> frozenset[str | None]:
    """What a zone is called in winter and summer: CST is China's time in China."""
    return frozenset(datetime(2025, month, 1, tzinfo=where).tzname() for month in (1, 7))


def _made(day: Day, clock: Clock | None, where: tzinfo) -> Stamp | None:
    """Whole seconds of zero count as not given: most systems that write them know the minute only."""
    hour, minute, second = clock or (0, 0, None)
    try:
        at = datetime(*day, 0 if hour == 24 else hour, minute, min(second or 0, 59), tzinfo=where)
        at = at + timedelta(days=1) if hour == 24 and not minute and not second else at
        instant = at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    is_midnight = not (at.hour or at.minute or at.second)
    if at.year not in YEARS or (is_midnight and at.date() in _NOTHING) or instant == datetime(1970, 1, 1, tzinfo=UTC):
        return None
    return Stamp(at, "second" if second else "minute" if clock else "day")
