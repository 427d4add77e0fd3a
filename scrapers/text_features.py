"""What the words of each block of a page show, in columns: how it begins and ends, what it counts, what it names."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from scrapers.blocks import Blocks

Column = npt.NDArray[Any]

_ENDINGS = frozenset('.!?…。"”»’)\uff01\uff1f।؟')
_MARKS = frozenset("©|•→>»+*@#")
_QUOTES = frozenset("\"'“„«\u2018")
_LEXICON = {  # words that short blocks around stories begin with
    "sell": "subscribe newsletter newsletters sign signup subscription subscriber subscribers abonnieren abonnez "
    "abonnement suscríbete suscribirse iscriviti assine donate donation spenden support join register login log "
    "member membership free trial offer inbox app download install",
    "more": "read more related also see recommended popular trending latest lesen mehr dazu weitere auch lire aussi "
    "leer más también leggi anche leia lees ook meer czytaj więcej watch listen next previous top stories articles",
    "media": "photo photograph image picture foto bild fotos getty credit video gallery courtesy caption quelle photos "
    "imago via",
    "share": "share facebook twitter whatsapp email print follow linkedin telegram pinterest reddit copy link teilen "
    "partager compartir condividi comments comment kommentare commentaires comentarios reply",
    "legal": "copyright © rights reserved terms privacy policy cookie cookies consent javascript browser "
    "advertisement anzeige publicité publicidad werbung sponsored ad affiliate commission",
    "byline": "by von par por updated published posted min minutes editor correspondent reporter author written "
    "contributed reporting edited redaktion",
}
_WORD_GROUP = {word: number for number, words in enumerate(_LEXICON.values()) for word in words.split()}
_LEXICON_WORDS = 6  # of a block's start that are looked up
_SHORT = 20  # words; longer blocks are not looked up
_HEAD = 600  # characters of a block that names are looked for in
_STATED, _SAME, _ALIKE = 80, 60, 40  # characters of a block that are compared with what the page's head says
_ZERO, _COMMA, _DOT, _SPACE = b"0,. "


class Texts:
    """The texts of a page's blocks; `ends` and `colons` tell which of them end a sentence, or with a colon."""

    def __init__(self, blocks: Blocks) -> None:
        self.texts = blocks.text
        self.words = blocks.words
        lasts = [text[-1] for text in self.texts]
        self.ends = np.array([last in _ENDINGS for last in lasts])
        self.colons = np.array([last == ":" for last in lasts])

    def columns(
        self, title: str, description: str, stated: str, authors: Sequence[str], sites: Sequence[str]
    ) -> list[Column]:
        """The features; all texts to compare with but `stated`, the body as JSON-LD has it, in lower case."""
        texts = self.texts
        lows = [(text if len(text) < _HEAD else text[:_HEAD]).casefold() for text in texts]
        named = _Search(lows)
        counts = Counter(texts)
        lengths = np.array([len(text) for text in texts])
        commas, sentences, digits = _counts(texts, lengths)
        firsts = [text[0] for text in texts]
        is_stated = np.array([text[:_STATED] in stated for text in texts] if stated else [False] * len(texts))
        opening = description[:_SAME]
        return [
            np.array(self.words), lengths, lengths / np.array(self.words), self.ends, self.colons,
            np.array([first.isupper() for first in firsts]), np.array([first in _MARKS for first in firsts]),
            np.array([first in _QUOTES for first in firsts]), commas, sentences,
            np.array([text.isupper() for text in texts]), digits / lengths,
            np.array([counts[text] > 1 for text in texts]), np.array([low == title for low in lows]),
            named.column(("http", "@")), named.column(("newsletter",)), named.column(("\u00a9", "copyright")),
            named.column(("cookie", "javascript")), named.column(authors),
            np.array([low.startswith(tuple(authors)) for low in lows]), named.column(sites),
            np.array([low[:_SAME] == opening for low in lows]),
            np.array([low[:_ALIKE] in description for low in lows] if description else [False] * len(lows)),
            is_stated, ~is_stated if stated else is_stated,
            *_lexicon(lows, self.words),
        ]  # fmt: skip


class _Search:
    """Finds which of many texts hold a word by searching all of them at once."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.whole = "\n".join(texts)
        self.starts = [0, *accumulate(len(text) + 1 for text in texts)]

    def column(self, words: Iterable[str]) -> Column:
        """Whether each text holds any of the words."""
        found = np.zeros(len(self.starts) - 1, dtype=bool)
        for word in words:
            at = self.whole.find(word)
            while at >= 0:
                number = bisect_right(self.starts, at) - 1
                found[number] = True
                at = self.whole.find(word, self.starts[number + 1])
        return found


def _counts(texts: Sequence[str], lengths: Column) -> list[Column]:
    """How many commas, ends of sentences inside of it and ASCII digits each text has, all texts counted at once."""
    signs = np.frombuffer("".join(texts).encode("ascii", "replace"), dtype=np.uint8)
    ends = signs == _DOT
    ends[:-1] &= signs[1:] == _SPACE  # no text starts with one
    ends[-1] = False
    starts = np.cumsum(lengths) - lengths
    found = (signs == _COMMA, ends, signs - _ZERO < 10)  # unsigned: less than a zero wraps around
    return [np.add.reduceat(signs, starts, dtype=np.int32) for signs in found]


def _lexicon(lows: Sequence[str], words: Sequence[int]) -> list[Column]:
    """How many of the first words of each short text are in each group of the lexicon."""
    counts = np.zeros((len(_LEXICON), len(lows)))
    for number, (low, count) in enumerate(zip(lows, words, strict=True)):
        if count <= _SHORT:
            for word in low.split(maxsplit=_LEXICON_WORDS)[:_LEXICON_WORDS]:
                if (group := _WORD_GROUP.get(word.strip(".,:;!?|()"))) is not None:
                    counts[group, number] += 1
    return list(counts)
