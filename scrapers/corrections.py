"""Corrections and clarifications that a page announces, in the words that newsrooms open them with."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LABELS = (
    *("correction", "corrections", "corrections and clarifications", "corrected", "clarification", "clarifications"),
    *("amendment", "erratum", "errata", "for the record", "berichtigung", "korrektur", "korrekturhinweis"),
    *("richtigstellung", "klarstellung", "rectificatif", "précision", "mise au point", "rectificación", "corrección"),
    *("fe de erratas", "fe de errores", "aclaración", "rettifica", "errata corrige", "precisazione", "correzione"),
    *("correção", "errámos", "retificação", "esclarecimento", "rectificatie", "correctie", "rättelse", "rettelse"),
    *("förtydligande", "presisering", "oikaisu", "korekta", "sprostowanie", "oprava", "düzeltme", "tekzip", "ralat"),
    *("koreksi", "исправление", "уточнение", "поправка", "تصحيح", "توضيح", "訂正", "更正", "정정", "바로잡습니다"),
)
_SENTENCES = (  # how a sentence opens that says so; the rest of it must name a mistake
    r"this (?:article|story|report|piece|post|headline|page|column|[a-z]+ \d+ (?:story|article|report)) "
    r"(?:has|had|was|corrects|originally|previously|initially|earlier|incorrectly|wrongly|mis[a-z]+)\b",
    *(r"(?:an? |the )?(?:earlier|previous|original|first) (?:version|edition|headline|photo caption)\b", "corrects "),
    *(r"in einer (?:früheren|ersten) (?:version|fassung)\b", r"dans une (?:première|précédente) version\b"),
    *(r"en una versión anterior\b", r"in una (?:prima|precedente) versione\b", r"numa versão anterior\b"),
)
_NOTE = r"(?:editor.?s.? note|note|update|anmerkung der redaktion|nota (?:del editor|della redazione))\W{1,4}"
_LABEL = "|".join(map(re.escape, _LABELS))
_ALONE = re.compile(rf"(?:{_LABEL})\W{{0,3}}", re.IGNORECASE)
_LABELLED = re.compile(rf"(?:{_NOTE})?(?:{_LABEL})(?: [^:.]{{1,40}})?\s?[:\uff1a–—(]", re.IGNORECASE)
_SAID = re.compile(rf"(?:{_NOTE})?(?:{'|'.join(_SENTENCES)})", re.IGNORECASE)
_MISTAKE = re.compile(
    r"\bcorrect(?:ed|s|ion)\b|clarif|amended|misstat|incorrect|\bwrong|\berrors?\b|\berred|mistake|inaccura|misidentif"
    r"|misspel|misquot|erroneous|falsch|fehler|korrigiert|berichtigt|erreur|corrig|erron|inexact|sbagliat|incorret",
    re.IGNORECASE,
)
_STEMS = (  # one of them is in every sentence that `_MISTAKE` matches
    *("correct", "clarif", "amended", "misstat", "wrong", "error", "erred", "mistake", "inaccura", "misidentif"),
    *("misspel", "misquot", "erron", "falsch", "fehler", "korrigiert", "berichtigt", "erreur", "corrig", "inexact"),
    *("sbagliat", "incorret"),
)
_LABEL_WORDS = {max(label.split(), key=len).casefold() for label in _LABELS}
_SIGNS = (*_STEMS, *sorted(word for word in _LABEL_WORDS if not any(stem in word for stem in _STEMS)))
_HIDDEN = ("\xad", "\u200b", "Ã")  # signs of words that read otherwise once they are cleaned
_OPENINGS = frozenset(  # of all that the patterns match: most blocks open otherwise, and need no look
    (
        *(label[:3] for label in _LABELS),
        *("thi", "an ", "a p", "the", "ear", "pre", "ori", "fir", "in ", "dan", "en ", "num"),
        *("edi", "not", "upd", "anm", "not"),
    )
)
_AROUND = " \t([*•–—-_\"'„“«"
_MAX_LABEL = 40  # characters of a label that stands alone
_MIN_WORDS = 5  # of a correction
_MAX_LENGTH = 2_000  # characters kept of one, and looked at
_MAX_LINKED = 0.5  # share of a block that is links: with more, it is another story's headline


def may_be_in(text: str) -> bool:
    """Whether a page with this text can announce a correction: most cannot, and need no look at their blocks."""
    folded = text.casefold()
    return any(sign in folded for sign in _SIGNS) or any(sign in text for sign in _HIDDEN)


def find(texts: Sequence[str], linked: Sequence[float]) -> str | None:
    """The first of a page's blocks that announces a correction, with the next one if it is a mere label; or None.

    `linked`: the share of each block that is in links.
    """
    for number, text in enumerate(texts):
        start = text[:_MAX_LENGTH].lstrip(_AROUND)
        if linked[number] > _MAX_LINKED or _OPENINGS.isdisjoint((start[:3].casefold(), start[:2])):
            continue
        if len(start) <= _MAX_LABEL and _ALONE.fullmatch(start) and number + 1 < len(texts):
            return f"{text} {texts[number + 1]}"[:_MAX_LENGTH]
        is_said = _LABELLED.match(start) or (_SAID.match(start) and _MISTAKE.search(start))
        if is_said and len(start.split()) >= _MIN_WORDS:
            return text[:_MAX_LENGTH]
    return None
