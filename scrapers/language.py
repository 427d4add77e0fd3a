"""The language of a text: by its letters, and among those who share letters by its commonest words."""

from __future__ import annotations

import re
from collections import Counter

_SAMPLE = 2_000  # characters that are looked at
_FEW = 800  # of them for the script
_MIN_LETTERS = 60  # with fewer nothing is said
_MIN_HITS, _MIN_SHARE, _LEAD = 12, 0.12, 1.3  # stop words, their share of all words, and how far ahead of the next
_SCRIPTS = (  # a language that has letters of its own, and what they are
    ("ko", "\uac00-\ud7a3\u1100-\u11ff"), ("kana", "\u3041-\u30ff"), ("han", "\u3400-\u9fff"), ("he", "\u05d0-\u05ea"),
    ("el", "\u0370-\u03ff\u1f00-\u1fff"), ("th", "\u0e01-\u0e3a\u0e40-\u0e4e"), ("arabic", "\u0620-\u06d3"),
    ("cyrillic", "\u0400-\u04ff"), ("devanagari", "\u0900-\u097f"), ("bn", "\u0980-\u09ff"), ("pa", "\u0a00-\u0a7f"),
    ("gu", "\u0a80-\u0aff"), ("ta", "\u0b80-\u0bff"), ("te", "\u0c00-\u0c7f"), ("kn", "\u0c80-\u0cff"),
    ("ml", "\u0d00-\u0d7f"), ("si", "\u0d80-\u0dff"), ("my", "\u1000-\u109f"), ("ka", "\u10a0-\u10ff"),
    ("hy", "\u0530-\u058f"), ("km", "\u1780-\u17ff"), ("lo", "\u0e80-\u0eff"), ("am", "\u1200-\u137f"),
    ("latin", "A-Za-z\u00c0-\u024f\u1e00-\u1eff"),
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = {name: re.compile(f"[{letters}]") for name, letters in _SCRIPTS}
_MEMBERS = {  # of scripts that several languages write, those that a page may rightly name
    "han": ("zh", "ja", "yue"), "kana": ("ja",), "arabic": ("ar", "fa", "ur", "ps", "ku", "ckb", "ug", "sd"),
    "cyrillic": ("ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn", "tg", "uz", "tt", "bs"),
    "devanagari": ("hi", "mr", "ne", "sa", "bho", "mai"), "bn": ("bn", "as"), "he": ("he", "yi"), "am": ("am", "ti"),
}  # fmt: skip
_OWN_LETTERS = {  # letters that tell a language from the others of its script, the first that fits
    "arabic": (("ur", "ٹڈڑںےہ"), ("ps", "ټډړښځڅې"), ("ckb", "ڵێۆڕ"), ("fa", "پچژگکی"), ("ar", "ةىيكأإ")),
    "cyrillic": (("kk", "әғқңұһ"), ("uk", "їєґ"), ("be", "ў"), ("mk", "ѓќѕ"), ("sr", "ђћџљњј"),
                 ("mn", "өү"), ("ru", "ыэё")),
}  # fmt: skip
_WORDS = {
    "en": "the of and to in that is for it with was on as are be by from this have has not but they an at or his",
    "de": "der die und das den von zu mit ist im des auf für nicht ein eine dem es auch sich an sie wird bei",
    "fr": "le la les des et en du une est que dans pour qui un sur pas au plus par avec ce il sont cette ont aux",
    "es": "el la los las que y en un una del por con para se no es su al lo como más pero sus ha también",
    "pt": "o os as da do dos que e em um uma não para com no na se por mais ao foi das como sua são também",
    "it": "il lo gli di che e è un una per in non del della dei con nel alla sono da si al anche ha più le",
    "nl": "de het een van en is dat op te in voor met zijn niet aan er ook die bij naar als door maar om wordt",
    "sv": "och att det som en på är av för med den till i inte har ett om var de från kan men vid också",
    "da": "og at det er en til på som af for med den ikke har i de et der fra var ved kan efter også blev",
    "no": "og at det er en til på som av for med den ikke har i de et fra var ved kan etter også ble",
    "fi": "ja on ei että se oli hän mutta kun myös joka ovat kuin sen mukaan vain jo tai ole",
    "pl": "w i na z nie się do że jest to o jak po przez od dla są za oraz ale który które",
    "cs": "a v na se že je s z do o to k i za ve by jsou pro jako ale po podle které který není",
    "sk": "a v na sa že je s z do o to k aj za vo by sú pre ako ale po podľa ktoré ktorý nie",
    "hu": "a az és hogy nem is egy ez de meg volt van csak már még mint szerint után vagy lehet",
    "ro": "și în de la a cu pe nu că din o este un care pentru au mai fost sunt prin după sau",
    "tr": "ve bir bu da de için ile olarak olan çok daha gibi ancak kadar sonra en ise olduğu yeni",
    "id": "yang dan di ini itu dengan untuk dari dalam pada tidak akan ke juga oleh telah karena saat kata ada",
    "vi": "và của là có trong không được các cho một đã với người này những để khi từ đến",
    "hr": "je u i na se za da su od s o a koji koje kako ali iz će što nije bi više",
    "sl": "je v in na se za da so z ki s bi kot pa po tudi od pri do ne še bo ni",
    "lt": "ir kad į iš su yra tai kaip buvo ne dėl apie bei nuo bet per jau pagal tik",
    "lv": "un ir ka ar no par uz arī kas bet lai tika pēc nav gan kā tiek bija gada",
    "et": "ja on ei et see oli kui ka mis oma ta või kes aga siis ning veel selle pärast",
    "ca": "el la els les de i que en un una per amb és no del al dels també més ha són com",
    "sq": "dhe në të e i për me një nga që është ka se nuk do si por më u",
    "az": "və bu bir ilə üçün da də ki olan daha sonra edib olub isə onun kimi",
    "sw": "ya na wa kwa ni katika za la cha kuwa hiyo huo alisema hii watu",
    "tl": "ng sa ang na mga at ay si para ito niya siya kay hindi nang",
    "af": "die en van in het is om te dat nie sy vir met wat op hy aan was ook",
    "eu": "eta da du ez dute bat ere izan zuen baina dira dela egin dago",
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _code, _line in _WORDS.items():
    for _word in _line.split():
        _LANGUAGES_OF.setdefault(_word, []).append(_code)
_TWINS = tuple(  # too near to each other to overrule the page
    frozenset(codes.split())
    for codes in ("no nb nn da", "hr sr bs sh", "id ms", "es gl", "tl fil", "nl fy li", "fr oc")
)


def checked(stated: str | None, text: str) -> str | None:
    """The code that the page states, unless the text is certainly in another language: then that one's."""
    found = detect(text)
    if found is None or found == stated:
        return stated
    if stated and any({stated, found} <= twins for twins in _TWINS):
        return stated
    members = next((names for names in _MEMBERS.values() if stated in names and found in names), ())
    return stated if members and not _is_told_by_letters(found) else found


def detect(text: str) -> str | None:
    """The code of the language that a text is certainly written in, or None."""
    sample = text[:_SAMPLE]
    if len(sample.encode("ascii", "ignore")) > 0.8 * len(sample):
        return _by_words(sample) if len(sample) >= _MIN_LETTERS else None
    counts = {name: len(pattern.findall(sample[:_FEW])) for name, pattern in _LETTERS.items()}
    total = sum(counts.values())
    if total < _MIN_LETTERS // 3:
        return None
    if counts["kana"] > 0.05 * total and counts["kana"] + counts["han"] > 0.5 * total:
        return "ja"
    script = max(counts, key=counts.__getitem__)
    if counts[script] < 0.6 * total or (total < _MIN_LETTERS and script != "han"):
        return None
    if script == "latin":
        return _by_words(sample)
    return _by_letters(script, sample)


def _by_letters(script: str, sample: str) -> str | None:
    for code, letters in _OWN_LETTERS.get(script, ()):
        if sum(map(sample.lower().count, letters)) >= max(3, len(sample) // 400):
            return code
    return {"han": "zh", "devanagari": "hi"}.get(script, script if len(script) == 2 else None)


def _is_told_by_letters(code: str) -> bool:
    return any(code == name for table in _OWN_LETTERS.values() for name, _ in table)


def _by_words(sample: str) -> str | None:
    words = _WORD.findall(sample.lower())
    hits: Counter[str] = Counter()
    for word, count in Counter(words).items():
        for code in _LANGUAGES_OF.get(word, ()):
            hits[code] += count
    best = hits.most_common(2)
    if not best or best[0][1] < max(_MIN_HITS, _MIN_SHARE * len(words)):
        return None
    is_clear = len(best) == 1 or best[0][1] >= _LEAD * best[1][1] or {best[0][0], best[1][0]} == {"no", "da"}
    return best[0][0] if is_clear else None
