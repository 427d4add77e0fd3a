"""Many stories from few saved pages: the markup, its size and the furniture stay, the words of the story are others.

A page becomes a template once: the text of its story (headline, paragraphs, descriptions, the same in JSON-LD), the
publisher's number of it and its address are found. A story then is the template with words drawn from all stories in
its language, as often as they occur there; within a story one word always becomes the same other word. Short words and
those that most stories have become other such words, so that a story has as many of them as its language has.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape, unescape
from urllib.parse import quote

from ground.deflate import Shared, gzipped, shared
from ground.vocabulary import FIGURE, WORD, Vocabulary

MARKUP = re.compile(r"(?s)<!--.*?-->|<script\b[^>]*>.*?</script>|<style\b[^>]*>.*?</style>|<[^<>]*>")
JSON_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
CONTENT = re.compile(r"""(?s)\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)')""")
LANGUAGE = re.compile(r"<html\b[^>]*\blang\s*=\s*[\"']?([a-zA-Z]{2})")
SLUG_END = re.compile(r"(?:\.\w{2,5}|/)?(?:\?.*)?$")  # an address without a number gets one before it
LONG, SHORT = 80, 8  # characters; a long text belongs to the story, a shorter one if the label has it
GAP = 2_000  # characters without anything of the story's own: packed once
SUMMARY = 40  # words
STEP = 7_919  # between the numbers of two stories: prime to ten, so that none comes twice
NUMBER, SUFFIX = "#number", "#suffix"  # what is no word and differs from story to story

Spot = tuple[int, int, str]  # from where to where in the page, and the word or mark there
Tokens = list[int]  # places in a story's table of words


@dataclass(frozen=True)
class SavedStory:
    """A saved page and what is known of its story."""

    path: str  # with the query
    html: str
    title: str
    text: str
    number: str | None = None  # the publisher's, where the page states one
    other_paths: tuple[str, ...] = ()  # under which the page speaks of itself

    @cached_property
    def language(self) -> str:
        """Two letters; empty where the page does not say."""
        found = LANGUAGE.search(self.html)
        return found[1].lower() if found else ""

    @cached_property
    def label(self) -> str:
        """All that the story says, in one line."""
        return " ".join(f"{self.title} {self.text}".split())


@dataclass(frozen=True, slots=True)
class Story:
    """A new one: its address, what a feed says of it (escaped), and the parts of its packed page."""

    path: str
    title: bytes
    summary: bytes
    page: tuple[bytes, ...]


@dataclass(slots=True)
class Template:
    """A page whose words can be drawn anew. Its table: the marks, the figures, the drawn words, what is fixed."""

    saved: SavedStory
    figures: list[str]
    drawn: list[tuple[Sequence[bytes], int]]  # from what, and how many
    places: dict[str, int]  # of words and marks in the table
    fixed: list[bytes] = field(default_factory=list)
    title: Tokens = field(default_factory=list)
    summary: Tokens = field(default_factory=list)
    pieces: list[Shared | Tokens] = field(default_factory=list)

    def story(self, number: int, chance: random.Random) -> Story:
        """The story of this number, which no other story of the same host may have."""
        table = [_stepped(self.saved.number or "", number).encode(), f"-{number}".encode()]
        table += [_other_figure(figure, chance) for figure in self.figures]
        for words, count in self.drawn:
            table += chance.choices(words, k=count)
        table += self.fixed
        pick = table.__getitem__
        own = (piece if isinstance(piece, Shared) else b"".join(map(pick, piece)) for piece in self.pieces)
        title, summary = (b"".join(map(pick, tokens)) for tokens in (self.title, self.summary))
        return Story(_path(self.saved, number), title, summary, gzipped(own))

    def tokens(self, text: str, spots: Sequence[Spot]) -> Tokens:
        """A text as places in the table."""
        found, done = [], 0
        for start, end, key in spots:
            if start > done:
                found.append(self._place(text[done:start]))
            found.append(self.places[key])
            done = end
        if done < len(text):
            found.append(self._place(text[done:]))
        return found

    def _place(self, text: str) -> int:
        self.fixed.append(text.encode("utf-8", "replace"))
        return len(self.places) + len(self.fixed) - 1


def template(saved: SavedStory, vocabulary: Vocabulary) -> Template:
    """Read a page."""
    title, summary = escape(saved.title), escape(" ".join(saved.text.split()[:SUMMARY]))
    texts = [(text, list(_words(text, 0, vocabulary))) for text in (title, summary)]
    spots = _without_overlaps([*_marks(saved), *_story_words(saved, vocabulary)])
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for _, _, key in [*spots, *(spot for _, words in texts for spot in words)]:
        if key not in (NUMBER, SUFFIX):
            kinds[vocabulary.kind_of(key)].add(key)
    figures = sorted(kinds.pop(FIGURE, ()))
    keys, drawn = [NUMBER, SUFFIX, *figures], []
    for kind, words in kinds.items():
        keys += sorted(words)
        drawn.append((vocabulary.words.get(kind) or [word.encode() for word in sorted(words)], len(words)))
    made = Template(saved, figures, drawn, {key: place for place, key in enumerate(keys)})
    made.title, made.summary = (made.tokens(text, words) for text, words in texts)
    made.pieces = list(_pieces(made, saved.html, spots))
    return made


def _pieces(made: Template, html: str, spots: Sequence[Spot]) -> Iterator[Shared | Tokens]:
    """The page in pieces that all stories share and pieces of each story's own, by turns."""
    done = 0
    for group in _groups(spots):
        start, end = group[0][0], group[-1][1]
        yield shared(html[done:start].encode("utf-8", "replace"))
        yield made.tokens(html[start:end], [(first - start, last - start, key) for first, last, key in group])
        done = end
    yield shared(html[done:].encode("utf-8", "replace"))


def _groups(spots: Sequence[Spot]) -> Iterator[list[Spot]]:
    """The spots that lie close together."""
    group: list[Spot] = []
    for spot in spots:
        if group and spot[0] - group[-1][1] >= GAP:
            yield group
            group = []
        group.append(spot)
    if group:
        yield group


def _marks(saved: SavedStory) -> Iterator[Spot]:
    """Where the page has the story's number, and its address if the number is not in it."""
    if saved.number:
        apart = r"\d" if saved.number.isdigit() else "[0-9A-Za-z]"
        for found in re.finditer(rf"(?<!{apart}){re.escape(saved.number)}(?!{apart})", saved.html):
            yield found.start(), found.end(), NUMBER
    if saved.number and saved.number in saved.path:
        return
    for path in {place.partition("?")[0] for place in (saved.path, *saved.other_paths)}:
        at = _slug_end(path)
        for spell in (str, lambda text: text.replace("/", "\\/"), lambda text: quote(text, safe="")):
            left, right = spell(path[:at]), spell(path[at:])
            for found in re.finditer(re.escape(left + right), saved.html, re.IGNORECASE):
                yield found.start() + len(left), found.start() + len(left), SUFFIX


def _story_words(saved: SavedStory, vocabulary: Vocabulary) -> Iterator[Spot]:
    for start, end in _story_texts(saved):
        yield from _words(saved.html[start:end], start, vocabulary)


def _words(text: str, start: int, vocabulary: Vocabulary) -> Iterator[Spot]:
    for found in WORD.finditer(text):
        if vocabulary.kind_of(found[0]):
            yield start + found.start(), start + found.end(), found[0]


def _story_texts(saved: SavedStory) -> Iterator[tuple[int, int]]:
    """Where the page has text of the story: between tags, in descriptions, in JSON-LD."""
    done = 0
    for found in MARKUP.finditer(saved.html):
        if _is_told(saved, saved.html[done : found.start()]):
            yield done, found.start()
        done, tag = found.end(), found[0]
        if tag[:5].lower() == "<meta":
            for value in CONTENT.finditer(tag):
                number = 1 if value[1] is not None else 2
                if _is_told(saved, value[number]):
                    yield found.start() + value.start(number), found.start() + value.end(number)
        elif tag[:7].lower() == "<script" and "ld+json" in tag[:200]:
            for value in JSON_STRING.finditer(tag):
                if _is_told(saved, _unquoted(value[1])):
                    yield found.start() + value.start(1), found.start() + value.end(1)


def _is_told(saved: SavedStory, text: str) -> bool:
    """Whether a text is the story's: long enough, or in its label."""
    if len(text) < SHORT or "://" in text:
        return False
    line = " ".join(unescape(text).split())
    return len(line) >= LONG or (len(line) >= SHORT and line in saved.label)


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return ""


def _without_overlaps(spots: Sequence[Spot]) -> list[Spot]:
    kept: list[Spot] = []
    for spot in sorted(set(spots), key=lambda spot: (spot[0], spot[2] not in (NUMBER, SUFFIX))):
        if not kept or spot[0] >= kept[-1][1]:
            kept.append(spot)
    return kept


def _path(saved: SavedStory, number: int) -> str:
    if saved.number and saved.number in saved.path:
        return saved.path.replace(saved.number, _stepped(saved.number, number))
    at = _slug_end(saved.path)
    return f"{saved.path[:at]}-{number}{saved.path[at:]}"


def _slug_end(path: str) -> int:
    found = SLUG_END.search(path)
    return found.start() if found else len(path)


def _stepped(name: str, number: int) -> str:
    """A publisher's number with other digits."""
    found = re.search(r"\d+(?=\D*$)", name)
    if not found:
        return f"{name}-{number}"
    digits = f"{(int(found[0]) + number * STEP) % 10 ** len(found[0]):0{len(found[0])}}"
    return name[: found.start()] + digits + name[found.end() :]


def _other_figure(figure: str, chance: random.Random) -> bytes:
    size = 10 ** (len(figure) - 1)
    return str(chance.randrange(size, 10 * size)).encode()
