"""The words of saved stories, by language and kind: those of one kind may stand for each other."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WORD = re.compile(r"&#?\w+;|\\u[0-9a-fA-F]{4}|\\.|[\u3040-\u30ff\u3400-\u9fff]{1,3}|[^\W\d_]+|\d+")
YEAR = re.compile(r"(?:19|20)\d\d")
TELLING = 4  # letters; a shorter word is in most texts
INDIC = "\u0900"  # from here on a word, or what `WORD` takes of it, may have a letter or two
COMMON = 150  # longer words that most stories of a language have
ENOUGH = 3  # stories; a language with fewer has no vocabulary: their own words come in another order
FIGURE = "figure"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the stories of a language say; `words` by kind, each as often as they say it."""

    common: frozenset[str]
    words: Mapping[str, Sequence[bytes]]

    def kind_of(self, word: str) -> str:
        """What may stand for this word: others that are as common, and written alike. Empty: nothing."""
        if word.isdigit():
            return "" if YEAR.fullmatch(word) else FIGURE
        if not word[0].isalpha() or (len(word) == 1 and word < INDIC):
            return ""
        is_common = word.lower() in self.common or (len(word) < TELLING and word < INDIC)
        written = "capitals" if word.isupper() else "name" if word[0].isupper() else "word"
        return f"common {written}" if is_common else written


def vocabulary(texts: Iterable[str]) -> Vocabulary:
    """That of these texts."""
    read = [WORD.findall(text) for text in texts]
    spread = Counter(word for words in read for word in {word.lower() for word in words if len(word) >= TELLING})
    common = frozenset(word for word, _ in spread.most_common(COMMON)) if len(read) >= ENOUGH else frozenset()
    kinds: defaultdict[str, list[bytes]] = defaultdict(list)
    found = Vocabulary(common, kinds)
    for word in (word for words in read for word in words):
        if kind := found.kind_of(word):
            kinds[kind].append(word.encode())
    return found
