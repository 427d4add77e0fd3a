"""People's names out of bylines, and what else bylines name as the author; what is no name is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from scrapers.agencies import agency_of, first_agency
from scrapers.text import plain
from scrapers.vocabulary import CREDENTIALS, JOBS, NO_NAME, NO_START, PARTICLES, PLACES

MAX_PEOPLE = 12
BYLINE_LENGTH, BYLINE_WORDS = 200, 3  # characters; words besides the names: "By", "published", a month
_MAX_TEXT, _MAX_NAME = 500, 60  # characters of a byline, of a name
_WORD = re.compile(r"\w+")
LEAD = re.compile(
    r"^(?:(?:(?:(?:written|reported|story|words|posted|published|analysis|opinion|interview|edited|review|news|"
    r"commentary|column|essay|guest\s(?:column|essay|post|commentary)|"
    r"kommentar|ein\sbeitrag|eine\sanalyse|interview|analyse|geschrieben)\s)?(?:by|von)|vom|par|por|di|door|af|av|text|"
    r"texte|from|author|authors|autor|autoren|autorin|autore|auteur|autora|автор|written|na|oleh|yazan|skriven\sav|"
    r"skrevet\sa[fv]|przez|ditulis\soleh|(?:propos\srecueillis|écrit)\spar|escrito\spor|scritto\sda|a\scura\sdi|"
    r"γράφει\s[οη]|(?:tekst|teksti|texto|testo|redacción|szerző|írta|penulis|haber|piše|oprac\.|toimittaja|текст|"
    r"συντάκτης|συντάκτρια)(?=:))(?=[\s:])|"
    r"(?:作者|撰文|(?:本[报報网刊台])?(?:记者|記者)|文|글|기자|מאת|بقلم|كتبت?|โดย|लेखक)(?=[\s:：/-]))[\s:：/-]{1,3}",
    re.IGNORECASE,
)
_ROLE = re.compile(r"\s?(?:记者|記者|기자|특파원)$")  # behind a name, with or without a space
_HELP = re.compile(
    r"\b(?:(?:with\s)?contributions?\s(?:from|by)|contributors?:|(?:additional\s)?reporting\sby|"
    r"(?:fact[- ]?)?checked\sby|"
    r"(?:medically\s)?reviewed\sby|edited\sby|(?:photos?|photography|photographs?|illustrations?|video|graphics?)\sby|"
    r"fotos?:|foto\svon|übersetzt|translated\sby|photographe|updated:?|last\supdated|published:?|posted|aktualisiert|"
    r"publié|publicado|actualizado|pubblicato|veröffentlicht|stand:)(?:\W|$)",
    re.IGNORECASE,
)
_CONTRIBUTION = re.compile(r"contributions?\s(?:from|by)", re.IGNORECASE)
_NOISE = re.compile(r"\S{1,99}@\S{0,99}|@\w{1,40}|https?://\S{0,300}|www\.\S{0,300}")
_DATE = re.compile(
    r"(?:^|[\s,·|–-]+)(?:(?:on|am|le|el|em|il|den)\s)?(?:(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)[^\W\d]{0,7}\.?,?\s)?"
    r"(?:(?:jan|feb|m[aä]r|apr|ma[iy]|ju[nl]|aug|sep|o[ck]t|nov|de[cz])[^\W\d]{0,7}\.?\s)?\d{1,4}(?:[.:/,\s-].{0,200})?$",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r",\s(?=(?:Jr|Sr|II|III|IV)\b)")
_SHARED = re.compile(r"^([^\W\d_]{2,20})\s(?:and|und|et|y|&|och|og|en|e)\s([^\W\d_]{2,20})\s([^\W\d_][\w'’-]{1,30})$")
_REVERSED = re.compile(r"^([^\W\d_][\w'’-]{1,30}),\s([^\W\d_][\w'’-]{0,30}\.?(?:\s[A-Z]\.?)?)$")
_SPLIT = re.compile(
    r"(\s*[,;|•·/&\n、，；]\s*|\s(?:and|und|et|y|e|i|en|og|och|with|mit|avec|con|sowie|ve|ja|és|и|і|و)\s)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s?(?:\(.{0,80}\)|\bin\s[A-Z].{0,40}|\s(?:aus|à|en|em|from)\s[A-Z].{0,40}|\s[-–—]\s.{0,80}|\bfor\s[A-Z].{0,60}|"
    r"\bvia\s.{0,60})$"
)
_BRACKETED = re.compile(r"\(([^()]{2,40})\)")
_OPEN = re.compile(r"(?:[,;&/|、]|(?:^|\s)(?:and|und|et|y|e|i|en|og|och|with|mit|avec|con|ve))\s?$", re.IGNORECASE)
_OPENS = re.compile(r"^(?:[,;&/|、]|(?:and|und|et|y|e|i|en|og|och|with|mit|avec|con|ve)\s)", re.IGNORECASE)
_IN = re.compile(r",?\s(?:in|on|am|le|el)$|,\s(?:in|on)\s.{0,60}$")
_BAD = re.compile(r"[\d@#%{}\[\]<>=_*!?:：（）【】+©\"“”„…]|https?|www\.|\.(?:com|org|net|de|co|news)\b", re.IGNORECASE)
_NO_LABEL = re.compile(r"https?|www\.[^.]+$|[@{}<>=_*!?#\\]|^[\W\d]*$")
_SCRIPT_NAME = 20  # characters of a name in a script without upper and lower case
_PREFIXES = ("d'", "d’", "al", "el", "o'", "o’", "l'", "l’", "ʻ")


def people(bylines: Iterable[str], site_names: Iterable[str] = ()) -> tuple[str, ...]:
    """The people named in the bylines, in their order and once each; agencies, desks and the site itself left out."""
    refused = {_fold(name) for name in site_names if name}
    found: dict[str, str] = {}
    for byline in bylines:
        for name in () if _fold(byline[:_MAX_TEXT].strip(" ,")) in refused else _names(byline[:_MAX_TEXT]):
            name = _without_site(name, refused)
            key = _fold(name)
            is_longer = any(key.startswith(f"{other} ") for other in found)  # Ann Lee, Ann Lee Columnist
            if key not in refused and not is_longer:
                found.setdefault(key, name)
        if len(found) >= MAX_PEOPLE:
            break
    return tuple(found.values())[:MAX_PEOPLE]


def _without_site(name: str, sites: set[str]) -> str:
    """The name without the site's own behind it, as in `Ann Lee CNN`."""
    *words, last = name.split()
    return " ".join(words) if len(words) > 1 and _fold(last) in sites else name


def labels(bylines: Iterable[str]) -> tuple[str, ...]:
    """Whatever else the bylines call the author, as it stands: a desk, an agency, the paper, a pen name."""
    found: dict[str, str] = {}
    for byline in bylines:
        name = _IN.sub("", LEAD.sub("", plain(byline[:_MAX_TEXT]))).strip(" ,;|-–—")
        is_label = 2 <= len(name) <= _MAX_NAME and len(name.split()) <= 7 and not _NO_LABEL.search(name)
        if is_label and name.casefold() not in NO_START and not _is_placeholder(name):
            found.setdefault(_fold(name), name)
    return tuple(found.values())[:MAX_PEOPLE]


def contributors(bylines: Iterable[str]) -> frozenset[str]:
    """The folded names of those who only helped: what stands behind "contributions from"."""
    found: list[str] = []
    for byline in bylines:
        parts = _CONTRIBUTION.split(byline[:_MAX_TEXT], maxsplit=1)
        found += [_fold(name) for name in _names(parts[1][:_MAX_TEXT])] if len(parts) == 2 else []
    return frozenset(found)


def line(texts: Iterable[str], is_joined: bool = False) -> list[str]:
    """The texts that make up one byline: from the first name on as far as names, jobs and what joins them go.

    With `is_joined` a name counts behind another one only if "and" or a comma joins them.
    """
    found: list[str] = []
    has_name = False
    for text in texts:
        is_joint = len(text) <= 4 or bool(_SPLIT.fullmatch(f" {text} ")) or not LEAD.sub("", f"{text} ").strip()
        has_people = not is_joint and bool(_names(text[:_MAX_TEXT]))
        if has_name and not (is_joint or has_people or has_job(text)):
            if _CONTRIBUTION.match(text):
                found.append(text)
                continue
            break
        if is_joined and has_name and has_people and not (_OPEN.search(found[-1]) or _OPENS.match(text)):
            break
        has_name = has_name or has_people
        found.append(text)
    return found


def agency(bylines: Iterable[str]) -> str | None:
    """The first news agency in the bylines, in its usual spelling."""
    return next((known for byline in bylines if (known := _agency_in(byline[:_MAX_TEXT]))), None)


@lru_cache(maxsize=1024)  # a page names its author several times
def _agency_in(byline: str) -> str | None:
    text = LEAD.sub("", plain(byline))
    parts = (*_SPLIT.split(text), *_BRACKETED.findall(text))
    return (
        agency_of(text) or first_agency(text) or next(filter(None, (agency_of(LEAD.sub("", p)) for p in parts)), None)
    )


def is_byline(text: str, named: Iterable[str]) -> bool:
    """Whether a paragraph is nothing but the names of its authors, with a date or a word such as "by" around them."""
    if len(text) > BYLINE_LENGTH:
        return False
    without = rest = _fold(text)
    for name in named:
        without = without.replace(_fold(name), " ")
    if without == rest:
        return False
    return sum(not word.isdigit() for word in _WORD.findall(without)) <= BYLINE_WORDS


def is_among(name: str, folded: frozenset[str]) -> bool:
    """Whether the name is one of the folded ones that `contributors` gives."""
    return _fold(name) in folded


def has_job(text: str) -> bool:
    """Whether a short text names a job."""
    return len(text) <= 80 and any(word.strip(".,:") in JOBS for word in text.lower().split())


def is_name(text: str) -> bool:
    """Whether the text can be a person's name: two to five words, capitals where there are any, no digits or desks."""
    words = text.split()
    if not 2 <= len(text) <= _MAX_NAME or _BAD.search(text) or agency_of(text) or text.casefold() in PLACES:
        return False
    folded = [word.lower().strip(".,'’") for word in words]
    if not words or folded[0] in NO_START or any(word in NO_NAME or word in JOBS for word in folded):
        return False
    if not text.isascii() and not any(char.isupper() or char.islower() for char in text):
        return len(text) <= _SCRIPT_NAME  # a script without case
    if not 2 <= len(words) <= 5:
        return False
    proper = [word for word in words if word.lower() not in PARTICLES]
    return len(proper) >= 1 and all(_is_proper(word) for word in proper)


@lru_cache(maxsize=1024)
def _names(byline: str) -> tuple[str, ...]:
    return tuple(_each_name(byline))


def _each_name(byline: str) -> Iterator[str]:
    text = _SUFFIX.sub(" ", LEAD.sub("", _NOISE.sub(" ", plain(byline)).strip() + " ").strip())
    if (stop := _HELP.search(text)) is not None:
        text = text[: stop.start()]
    text = _DATE.sub("", text)
    if shared := _SHARED.match(text):
        text = f"{shared[1]} {shared[3]}, {shared[2]} {shared[3]}"
    for group in text.split(";"):
        reverse = _REVERSED.match(group.strip(" ,"))
        if reverse and is_name(turned := f"{reverse[2]} {reverse[1]}") and not agency_of(reverse[2]):
            yield _titled(turned)
        else:
            yield from _split(group)


def _split(text: str) -> Iterator[str]:
    is_job = is_affiliation = False  # behind a job title or an institute more of it stands
    for part in _SPLIT.split(text):
        stripped = part.strip()
        if not stripped or _SPLIT.fullmatch(part):
            is_next = stripped in ("|", "•", "·", "\n", "/") or (is_job and stripped.isalpha())
            is_affiliation = is_affiliation and not is_next
            continue
        part = LEAD.sub("", stripped)
        name = _without_job(_ROLE.sub("", _TAIL.sub("", part).strip(" .,-–—'’")))
        if not is_affiliation and is_name(name):
            yield _titled(name)
        words = {word.strip(".,") for word in part.lower().split()}
        is_job = not words.isdisjoint(JOBS)
        is_affiliation = is_affiliation or is_job or not words.isdisjoint(NO_NAME)


def _without_job(name: str) -> str:
    """The name without credentials and job titles around it: Ann Lee of `Reporter Ann Lee`, `Ann Lee MD, MPH`."""
    words = name.split()
    while len(words) > 2 and words[-1].replace(".", "") in CREDENTIALS:
        words.pop()
    while len(words) > 2 and words[0].lower().strip(".,:") in JOBS:
        del words[0]
    job = next((place for place, word in enumerate(words) if word.lower().strip(".,:-") in JOBS), len(words))
    if job == len(words):
        return " ".join(words)
    kept = words[:job]
    is_long = len(kept) > 2 and (len(kept[1].strip(".")) == 1 or kept[1].lower() in PARTICLES)
    return " ".join(kept[: 3 if is_long else 2]) if len(kept) >= 2 else ""


def _is_proper(word: str) -> bool:
    letters = word.lstrip("'’\"“(")
    return bool(letters) and (not letters[0].islower() or letters[:2] in _PREFIXES)


def _titled(name: str) -> str:
    """A name in capitals as it is usually written; any other as it stands."""
    words = name.split()
    if not name.isupper() or not any(len(word) > 3 for word in words):
        return name
    return " ".join(_titled_word(word, is_first=place == 0) for place, word in enumerate(words))


def _titled_word(word: str, is_first: bool) -> str:
    if "." in word or (len(word) == 2 and is_first and not set(word) & set("AEIOUYÄÖÜ")):
        return word  # initials
    if word.lower() in PARTICLES and not is_first:
        return word.lower()
    titled = re.sub(r"[^\W\d_]+", lambda match: match[0].capitalize(), word)
    return f"Mc{titled[2:].capitalize()}" if titled.startswith("Mc") and len(titled) > 4 else titled


def _is_placeholder(name: str) -> bool:
    words = name.casefold().split()
    return len(words) == 1 and words[0] in ("admin", "administrator", "author", "null", "undefined", "unknown", "user")


@lru_cache(maxsize=1024)
def _fold(name: str) -> str:
    return " ".join(name.casefold().replace(".", " ").replace("-", " ").split())
