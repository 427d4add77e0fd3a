"""An article as the comparison reads it: its forms, each made once and when it is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from worker.dedup import sketch, tokens
from worker.dedup.alignment import ANCHOR, Grams
from worker.dedup.sketch import NEAR_TOKENS, Hashes
from worker.dedup.tokens import Placed

CORRECTED = re.compile(  # as agencies mark the second version of a story, at its beginning or in its last line
    r"\W*(?:re-?)?(?:correct(?:ed|ion|ing|s)|clarif(?:ied|ication|ies)|corr\b|an earlier version"
    r"|this (?:\w+\.? \d+ )?(?:story|article|report) (?:of \w+\.? \d+ )?(?:was|has been) (?:amended|corrected)"
    r"|berichtigt|berichtigung|korrigiert|korrektur|rectificatif|corrigé|corregid[oa]|corrección|corretto|correzione|rettifica|corrigid[oa]|correção|gecorrigeerd"
    r"|correctie|rättelse|rettelse|исправлен|поправка|訂正|更正)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Text:
    """Headline and body of an article."""

    title: str
    body: str

    @cached_property
    def readable(self) -> str:
        """The body without furniture, in plain characters."""
        return tokens.readable(self.body)

    @cached_property
    def words(self) -> list[str]:
        """The tokens of the body."""
        return tokens.tokens_of(self.readable)

    @cached_property
    def title_words(self) -> list[str]:
        """The tokens of the headline."""
        return tokens.tokens(self.title)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The different tokens of the body."""
        return frozenset(self.words)

    @cached_property
    def is_corrected(self) -> bool:
        """Whether headline, first words or last line say that this is a corrected version."""
        last = self.body.rstrip().rpartition("\n")[2]
        return any(CORRECTED.match(text) is not None for text in (self.title, self.body, last))

    @cached_property
    def placed(self) -> Placed:
        """The tokens of the body with what is known of their place."""
        return Placed(self.readable)

    @cached_property
    def codes(self) -> Hashes:
        """The tokens of the body as numbers."""
        return sketch.codes(self.words)

    @cached_property
    def hash(self) -> int | None:
        """Equal for equal texts; None for a text of almost no words."""
        return sketch.text_hash(self.title_words, self.words)

    @cached_property
    def shingles(self) -> Hashes:
        """The hashes of every few tokens of the body, in its order."""
        return sketch.shingles(self.codes, ANCHOR)

    @cached_property
    def sketch(self) -> list[int]:
        """The hashes by which candidates are found; none for a short text."""
        if len(self.words) < NEAR_TOKENS:
            return []
        return sketch.sketch(sketch.longer(self.shingles, self.codes))  # of four tokens: rarer, so fewer are compared

    @cached_property
    def grams(self) -> Grams:
        """The same shingles in the order of their hashes."""
        return Grams(self.shingles)
