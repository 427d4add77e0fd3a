"""Invented news: phrases put together by chance from a seed; any two stories share little but their manner."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SENTENCES_A_PARAGRAPH = (2, 4)
PLACES = (
    (
        "Marrow",
        "Tol",
        "Brack",
        "Ash",
        "Kelling",
        "Ost",
        "Fenn",
        "Hal",
        "Wick",
        "Dun",
        "Per",
        "Sall",
        "Thorn",
        "Ely",
        "Mor",
    ),
    ("by", "bridge", "haven", "mouth", "ford", "ness", "holm", "stow", "market", "cross", "minster", "dale", "port"),
)
FIRST_NAMES = (
    "Ada",
    "Bela",
    "Clara",
    "Dario",
    "Edda",
    "Femi",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Katja",
    "Lamar",
    "Mira",
)
LAST_NAMES = (
    (
        "Cray",
        "Lin",
        "Garr",
        "Sten",
        "Vell",
        "Hark",
        "Bex",
        "Nor",
        "Rudd",
        "Tamm",
        "Okon",
        "Bryl",
        "Esk",
        "Jarr",
        "Pell",
    ),
    ("er", "sen", "ova", "well", "ini", "quist", "man", "ado", "ski"),
)


@dataclass(frozen=True, slots=True)
class Text:
    """What a reporter hands in: no address and no time yet."""

    title: str
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...]
    section: str
    language: str


@cache
def phrases(language: str) -> dict[str, tuple[str, ...]]:
    """Kind of phrase -> the phrases, for "en" or "de"."""
    tables = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text("utf-8"))
    return {kind: tuple(text.replace("\n", "").split("|")) for kind, text in tables[language].items()}


class Reporter:
    """Writes one text after another; the same seed writes the same texts."""

    def __init__(self, seed: str, language: str = "en") -> None:
        self._chance = random.Random(seed)
        self._language = language
        self._phrases = phrases(language)

    def write(self, words: int = 350) -> Text:
        """A story of at least `words` words."""
        paragraphs = []
        while sum(len(paragraph.split()) for paragraph in paragraphs) < words:
            paragraphs.append(self.paragraph())
        return Text(
            title=capitalised(self._slot("headline")),
            paragraphs=tuple(paragraphs),
            authors=tuple(self._person() for _ in range(self._chance.choice((1, 1, 1, 2)))),
            section=self._slot("section"),
            language=self._language,
        )

    def paragraph(self) -> str:
        """A few sentences."""
        count = self._chance.randint(*SENTENCES_A_PARAGRAPH)
        return " ".join(capitalised(self._slot("sentence")) for _ in range(count))

    def _fill(self, pattern: str) -> str:
        """The pattern with every slot filled anew, also the slots within what filled one."""
        filled = ""
        while pattern:
            fixed, brace, rest = pattern.partition("{")
            slot, _, pattern = rest.partition("}")
            filled += fixed + (self._slot(slot) if brace else "")
        return filled

    def _slot(self, name: str) -> str:
        match name:
            case "person":
                return self._person()
            case "place":
                return self._joined(PLACES)
            case "number":
                return str(self._chance.randint(3, 980))
            case "money":
                amount = self._chance.randint(12, 9800) * 100
                return f"€{amount:,}" if self._language == "en" else f"{amount} €"
            case "Subject":
                return capitalised(self._slot("subject"))
        return self._fill(self._chance.choice(self._phrases[name]))

    def _person(self) -> str:
        return f"{self._chance.choice(FIRST_NAMES)} {self._joined(LAST_NAMES)}"

    def _joined(self, parts: tuple[tuple[str, ...], ...]) -> str:
        return "".join(self._chance.choice(part) for part in parts)


def capitalised(text: str) -> str:
    """The text with its first letter in upper case, the others as they are."""
    return text[:1].upper() + text[1:]
