"""What counts as a change of an article: other words, not another layout, count, clock or line of furniture."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from scrapers.article import Article
from worker.dedup.tokens import tokens

REVISED_BY = ("title", "subtitle", "authors", "published", "kind", "body")  # a change of these is a revision
SAME_MINUTE = timedelta(minutes=1)  # one element of a page tells seconds, another does not
DAY = timedelta(days=1)
FEW_WORDS = 14  # of a line that may be furniture; a sentence that is more is the story's

_NUMBER = r"\d[\d.,'\u00a0\u202f ]*[kKmM]?"
_COUNTED = (
    r"views?|reads?|shares?|likes?|comments?|replies|reactions?|votes?|followers?|upvotes?|retweets?|clicks?|"
    r"aufrufe|kommentare?|reaktionen|klicks|leser|vistas?|visitas?|comentarios?|lecturas?|compartidos?|"
    r"vues?|commentaires?|partages?|lectures?|r[eé]actions|visualizzazioni|commenti|letture|condivisioni|"
    r"visualiza[cç][oõ]es|coment[aá]rios?|weergaven|reacties|visningar|kommentarer|просмотр\w*|комментари\w*|"
    r"views so far|people reading|reading now|watching"
)
_UNIT = (
    r"(?:sec(?:ond)?s?|min(?:ute)?s?|mins|hours?|hrs?|days?|weeks?|sekunden?|minuten?|stunden?|tage?n?|wochen?|"
    r"segundos?|minutos?|horas?|d[ií]as?|semanas?|secondes?|heures?|jours?|semaines?|secondi|minuti|or[ea]|giorn[oi]|"
    r"dias?|minuut|uur|dagen|минут\w*|час\w*)"
)
_UPDATED = (
    r"(?:last |latest )?(?:updated?|modified|refreshed|edited)|(?:zuletzt )?aktualisiert|stand|"
    r"(?:[uú]ltima )?actualizaci[oó]n|actualizado|mis(?:e)? [aà] jour|aggiornat[oa]|(?:[uú]ltima )?atualiza[cç][aã]o|"
    r"atualizado|bijgewerkt|uppdaterad|обновлено"
)
_VOLATILE = re.compile(  # a whole line that is one of these
    rf"(?:(?:{_COUNTED})\s*[:(]?\s*{_NUMBER}\)?|{_NUMBER}\+?\s*(?:{_COUNTED})\s*)(?:[|·•,/]?\s*{_NUMBER}\s*(?:{_COUNTED}))*"
    rf"|(?:{_UPDATED})\b.*\d.*|(?:{_UPDATED})?:?\s*(?:vor|hace|il y a|h[aá]|fa)?\s*(?:an?|one|{_NUMBER})\s*{_UNIT}"
    rf"\s*(?:ago|read|fa|atr[aá]s|geleden|sedan|назад|de lectura|de lecture|di lettura|lesezeit)?"
    rf"|(?:reading time|lesezeit|tiempo de lectura|temps de lecture|tempo di lettura)\s*:?\s*{_NUMBER}\s*{_UNIT}?",
    re.IGNORECASE,
)
_POINTER = re.compile(  # opens a line that points to another story
    r"(?:\W*(?:also|further) read(?:ing)?|\W*read (?:more|also|next|this)|\W*see also|"
    r"\W*related(?: stor(?:y|ies)| news)?|"
    r"\W*more (?:on|from) this|\W*(?:most|now) (?:read|popular|viewed)|\W*trending|\W*watch(?: (?:now|also))?|"
    r"\W*don.t miss|\W*recommended(?: for you)?|\W*mehr zum thema|\W*lesen sie (?:auch|mehr)|\W*auch interessant|"
    r"\W*meistgelesen|\W*lea tambi[eé]n|\W*lee (?:tambi[eé]n|m[aá]s)|\W*te puede interesar|\W*m[aá]s le[ií]d[oa]s?|"
    r"\W*[aà] lire(?: aussi)?|\W*lire aussi|\W*voir aussi|\W*les plus lus|\W*leggi anche|\W*leia (?:mais|tamb[eé]m)|"
    r"\W*saiba mais|\W*lees ook|\W*l[aä]s (?:mer|ocks[aå])|\W*читайте также)\s*[:|>»–—-]",
    re.IGNORECASE,
)
_TICKER = re.compile(r"[▲▼△▽↑↓]|[+-]\s?\d+(?:[.,]\d+)?\s?%")


def changed(known: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields of REVISED_BY in which `values` differs from `known` in substance: in words or figures.

    Both hold the columns of an article's text; for `published` also `published_precision`, where it is known.
    """
    return tuple(name for name in REVISED_BY if _differs(name, known, values))


def settled(article: Article, known: Mapping[str, Any], fields: Sequence[str]) -> Article:
    """The article with the stored values of what did not change in substance; `fields` names what did."""
    kept: dict[str, Any] = {
        "title": known["title"] or None,
        "subtitle": known["subtitle"],
        "authors": tuple(known["authors"]),
        "paragraphs": tuple(known["body"].split("\n")) if known["body"] else (),
    }
    names = {"paragraphs": "body"}
    values = {name: value for name, value in kept.items() if names.get(name, name) not in fields}
    if "published" not in fields:
        values |= {name: known[name] for name in ("published", "published_precision", "published_raw")}
    return replace(article, **values)


def share_changed(known: Mapping[str, Any], values: Mapping[str, Any]) -> float:
    """How much of the words of headline, standfirst and body is another: 0 for none, 1 for all, in whatever order."""
    one, other = (Counter(tokens(f"{row['title']} {row['subtitle'] or ''} {row['body']}")) for row in (known, values))
    return 1 - 2 * (one & other).total() / max(one.total() + other.total(), 1)


def _differs(name: str, known: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    old, new = known[name], values[name]
    if old == new:
        return False
    if name == "body":
        return list(_words(old)) != list(_words(new))
    if name in ("title", "subtitle"):
        return tokens(old or "") != tokens(new or "")
    if name == "authors":
        return {tuple(tokens(author)) for author in old} != {tuple(tokens(author)) for author in new}
    return not _is_same_time(old, new, known, values) if name == "published" else True


def _is_same_time(
    old: datetime | None, new: datetime | None, known: Mapping[str, Any], values: Mapping[str, Any]
) -> bool:
    """Whether the newer time says nothing new: a page that shows only the day, or no time any more, takes none back."""
    if old is None or new is None:
        return new is None
    if values.get("published_precision") == "day" != known.get("published_precision", "day"):
        return abs(old - new) < DAY
    return abs(old - new) < SAME_MINUTE


def _words(body: str) -> Iterator[str]:
    """The words and figures of a body, without its lines that change by themselves."""
    lines = [line for line in body.split("\n") if line.strip()]
    for number, line in enumerate(lines):
        if not _is_volatile(line) and not (
            _is_ticker(line)
            and not any(map(_is_ticker, lines[max(number - 1, 0) : number] + lines[number + 1 : number + 2]))
        ):
            yield from tokens(line)


def _is_volatile(line: str) -> bool:
    """Whether the whole line is a count, a clock or a pointer to another story."""
    text = line.strip().strip("|·•–—-()[] ")
    if len(text.split()) > 2 * FEW_WORDS:
        return False
    if _POINTER.match(text):
        return True
    return len(text.split()) <= FEW_WORDS and _VOLATILE.fullmatch(text) is not None


def _is_ticker(line: str) -> bool:
    """Whether a line is a quotation of a market: short, mostly figures, with its change. Tables have several such."""
    words = line.split()
    return len(words) <= FEW_WORDS and _TICKER.search(line) is not None and not line.rstrip().endswith((".", "!", "?"))
