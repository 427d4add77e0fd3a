"""The words of saved stories, by language: which stay in every story, and which may stand for each other."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WORD = re.compile(r"&#?\w+;|\\u[0-9a-fA-F]{4}|\\.|[\u3040-\u30ff\u3400-\u9fff]{1,3}|[^\W\d_]+|\d+")
YEAR = re.compile(r"(?:19|20)\d\d")
TELLING = 4  # letters; a shorter word is in most texts
INDIC = "\u0900"  # from here on a word, or what `WORD` takes of it, may have a letter or two
COMMON = 150  # words that most stories of a language have
ENOUGH = 3  # stories; a language with fewer has no vocabulary: their own words come in another order
FIGURE = "figure"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the stories of a language say; `words` by kind, each as often as they say it."""

    common: frozenset[str]
    words: Mapping[str, Sequence[bytes]]

    def changes(self, word: str) -> bool:
        """Whether another word may stand for this one."""
        if word.isdigit():
            return not YEAR.fullmatch(word)
        is_word = word[0].isalpha() and (len(word) >= TELLING or word[0] >= INDIC)
        return is_word and word.lower() not in self.common


def kind_of(word: str) -> str:
    """Words of one kind may stand for each other."""
    if word.isdigit():
        return FIGURE
    if word.isupper() and len(word) > 1:
        return "capitals"
    return "name" if word[0].isupper() else "word"


def vocabulary(texts: Iterable[str]) -> Vocabulary:
    """That of these texts, without anything in common if they are too few."""
    read = [WORD.findall(text) for text in texts]
    spread = Counter(word for words in read for word in {word.lower() for word in words if len(word) >= TELLING})
    common = frozenset(word for word, _ in spread.most_common(COMMON)) if len(read) >= ENOUGH else frozenset()
    kinds: defaultdict[str, list[bytes]] = defaultdict(list)
    found = Vocabulary(common, kinds)
    for word in (word for words in read for word in words):
        if found.changes(word):
            kinds[kind_of(word)].append(word.encode())
    return found
