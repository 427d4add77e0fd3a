"""Times as feeds and sitemaps write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MAX_TTL = timedelta(days=1)  # longer promises are mistakes of a template or a cache
AHEAD = timedelta(days=1)  # a time further in the future than this is wrong

_ZONES = {  # names that RFC 822 does not have and that mean one offset only
    "CET": "+0100", "CEST": "+0200", "MEZ": "+0100", "MESZ": "+0200", "WET": "+0000", "WEST": "+0100", "EET": "+0200",
    "EEST": "+0300", "MSK": "+0300", "PKT": "+0500", "JST": "+0900", "KST": "+0900", "SAST": "+0200", "HKT": "+0800",
    "SGT": "+0800", "WIB": "+0700", "AEST": "+1000", "AEDT": "+1100", "NZST": "+1200", "NZDT": "+1300",
}  # fmt: skip
_NAMED = re.compile(r"\s\(?([A-Z]{3,4})\)?$")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d+)? ?([Zz]|[+-]\d\d:?\d\d|[+-]\d\d|UTC|GMT)?$")
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 730, "yearly": 8760}  # hours


def moment(text: str | None, now: datetime) -> datetime | None:
    """The time that an RFC 822 or ISO 8601 date with a zone names, with its offset.

    None for a date without a zone or without a time of day (guessing either moves it by hours), an impossible one, one
    before 1900 or on the first day of 1970 (a zero), and one more than a day after `now`.
    """
    text = (text or "").strip()[:80]
    try:
        found = _iso(text) or _rfc822(text)
        if found is None or found.utcoffset() is None:
            return None
        in_utc = found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):  # what email.utils raises at odd dates
        return None
    if in_utc.year < 1900 or in_utc.date().isoformat() == "1970-01-01" or in_utc > now + AHEAD:
        return None
    return found


def _iso(text: str) -> datetime | None:
    if not (match := _ISO.match(text)) or not match[3]:
        return None
    zone = match[3].upper().replace("UTC", "Z").replace("GMT", "Z")
    return datetime.fromisoformat(f"{match[1]}T{match[2]}{zone}")


def _rfc822(text: str) -> datetime | None:
    if "/" in text:  # 10/04/2026 is in April or in October
        return None
    if (named := _NAMED.search(text)) and named[1] in _ZONES:
        text = f"{text[: named.start()]} {_ZONES[named[1]]}"
    return parsedate_to_datetime(text) if text else None


def rank(text: str | None) -> str:
    """Sorts sitemap entries by their lastmod: the later the greater, "" for none; dates without a zone count as UTC."""
    text = (text or "").strip()[:40]
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return ""


def feed_ttl(ttl: str | None, period: str | None, frequency: str | None) -> timedelta | None:
    """How long a feed asks to be left alone, at most a day: RSS `ttl` in minutes, else the syndication module's period.

    https://web.resource.org/rss/1.0/modules/syndication/
    """
    if minutes := _number(ttl):
        return min(timedelta(minutes=minutes), MAX_TTL)
    if hours := _PERIODS.get((period or "").strip().lower()):
        return min(timedelta(hours=hours / max(_number(frequency), 1)), MAX_TTL)
    return None


def _number(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
