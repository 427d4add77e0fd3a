"""People's names out of bylines, and the news agencies among them; what fails the check of a name is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scrapers.text import plain

MAX_PEOPLE = 12
BYLINE_LENGTH, BYLINE_WORDS = 200, 3  # characters; words besides the names: "By", "published", a month
_WORD = re.compile(r"\w+")
_AGENCY = {
    "reuters": "Reuters", "thomson reuters": "Reuters", "afp": "AFP", "agence france-presse": "AFP", "ap": "AP",
    "agence france presse": "AFP", "associated press": "AP", "the associated press": "AP", "app": "APP",
    "associated press of pakistan": "APP", "dpa": "dpa", "deutsche presse-agentur": "dpa", "ansa": "ANSA",
    "efe": "EFE", "agencia efe": "EFE", "europa press": "Europa Press", "lusa": "Lusa", "apa": "APA", "sid": "SID",
    "pa media": "PA Media", "press association": "PA Media", "aap": "AAP", "pti": "PTI", "ani": "ANI",
    "ians": "IANS", "press trust of india": "PTI", "xinhua": "Xinhua", "kyodo": "Kyodo", "kyodo news": "Kyodo",
    "yonhap": "Yonhap", "tass": "TASS", "interfax": "Interfax", "bloomberg": "Bloomberg", "upi": "UPI",
    "canadian press": "The Canadian Press", "the canadian press": "The Canadian Press", "ritzau": "Ritzau",
    "anadolu agency": "Anadolu", "anadolu": "Anadolu", "belga": "Belga", "anp": "ANP", "tt": "TT", "ntb": "NTB",
    "stt": "STT", "adnkronos": "Adnkronos", "keystone-sda": "Keystone-SDA", "epd": "epd", "kna": "KNA", "inp": "INP",
    "nni": "NNI", "ppi": "PPI", "online": "Online", "press release": "", "pr": "",
}  # fmt: skip
_NO_NAME = frozenset(
    (
        "admin", "administrator", "agencies", "agency", "agences", "agenturen", "author", "bureau", "contributor",
        "correspondent", "correspondents", "desk", "editor", "editorial", "editors", "email", "follow", "guest",
        "magazine", "media", "monitoring", "newsdesk", "news", "newspaper", "newsroom", "online", "redacción",
        "redaktion", "redazione", "redacção", "redação", "rédaction", "report", "reporter", "reporters", "share",
        "staff", "team", "updated", "published", "webdesk", "website", "writer", "writers", "wire", "services",
        "service", "subscribe", "twitter", "facebook", "instagram", "null", "undefined", "unknown", "anonymous",
        "redaktionsnetzwerk", "presse", "press", "today", "tv", "radio", "network", "group", "gmbh", "inc", "ltd",
    )
)  # fmt: skip
_PARTICLES = frozenset(
    (
        "de", "da", "di", "do", "dos", "das", "del", "della", "der", "den", "des", "du", "la", "le", "las", "los",
        "van", "von", "vom", "zu", "zur", "ten", "ter", "bin", "bint", "al", "el", "ul", "ur", "y", "e", "i", "af",
        "av", "und",
    )
)  # fmt: skip
_LEAD = re.compile(
    r"^(?:(?:(?:written|reported|story|words|posted|published|analysis|opinion|interview|edited)\s)?by|von|vom|par|por|di"
    r"|door|af|av|text|texte|from|author|authors|autor|autore|auteur)(?=[\s:])[\s:]{1,3}",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*(?:[,;|•·/&\n]|\s(?:and|und|et|y|e|i|en|og|och|with|mit|avec|con)\s)\s*", re.IGNORECASE)
_TAIL = re.compile(r"\s?(?:\(.{0,80}\)|\bin\s[A-Z].{0,40}|\s[-–—]\s.{0,80}|\bfor\s[A-Z].{0,60}|\bvia\s.{0,60})$")
_BAD = re.compile(r"[\d@#%{}\[\]<>=_*!?:\"“”]|https?|www\.|\.(?:com|org|net|de|co)\b", re.IGNORECASE)


def people(bylines: Iterable[str], site_names: Iterable[str] = ()) -> tuple[str, ...]:
    """The people named in the bylines, in their order and once each; agencies, desks and the site itself left out."""
    refused = {_fold(name) for name in site_names if name}
    found: dict[str, str] = {}
    for part in _parts(bylines):
        name = _TAIL.sub("", part).strip(" .,-–—'’")
        key = _fold(name)
        is_longer = any(key.startswith(f"{other} ") for other in found)  # Ann Lee, Ann Lee Columnist
        if key not in refused and not is_longer and is_name(name):
            found.setdefault(key, name)
    return tuple(found.values())[:MAX_PEOPLE]


def agency(bylines: Iterable[str]) -> str | None:
    """The first news agency in the bylines, in its usual spelling."""
    for part in _parts(bylines):
        if known := _AGENCY.get(part.strip(" .()").lower()):
            return known
    return None


def is_byline(text: str, named: Iterable[str]) -> bool:
    """Whether a paragraph is nothing but the names of its authors, with a date or a word such as "by" around them."""
    rest = _fold(text[: BYLINE_LENGTH + 1])
    without = rest
    for name in named:
        without = without.replace(_fold(name), " ")
    words = [word for word in _WORD.findall(without) if not word.isdigit()]
    return without != rest and len(text) <= BYLINE_LENGTH and len(words) <= BYLINE_WORDS


def is_name(text: str) -> bool:
    """Whether the text can be a person's name: two to five words, capitals where there are any, no digits or desks."""
    words = text.split()
    if not 2 <= len(text) <= 60 or _BAD.search(text) or text.lower() in _AGENCY:
        return False
    if any(word.lower().strip(".,'’") in _NO_NAME for word in words):
        return False
    if not text.isascii() and not any(char.isupper() or char.islower() for char in text):
        return len(text) <= 20  # a script without case
    if not 2 <= len(words) <= 5:
        return False
    proper = [word for word in words if word.lower() not in _PARTICLES]
    return len(proper) >= 1 and all(_is_proper(word) for word in proper)


def _is_proper(word: str) -> bool:
    letters = word.lstrip("'’\"“(")
    return bool(letters) and (not letters[0].islower() or letters[:2] in ("d'", "d’", "al", "el", "o'"))


def _parts(bylines: Iterable[str]) -> Iterable[str]:
    for byline in bylines:
        text = _LEAD.sub("", plain(byline[:500]))
        for part in _SPLIT.split(text):
            if part := _LEAD.sub("", part.strip()).strip():
                yield part


def _fold(name: str) -> str:
    return " ".join(name.casefold().replace(".", " ").replace("-", " ").split())
