"""Labelled pairs as stories go through the hands of agencies and their customers, in kinds that no other draw has.

    python bench/ground/versions.py [--seed 1] [--pairs 4000] > pairs.jsonl

Half of the pairs are copies. The stories are those of the dev corpora beside this checkout. No threshold of the verdict
was chosen with these pairs in sight; keep it so, and write new kinds before choosing one again.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from ground import version_reports
from ground.pairs import FIGURE, Edit, Story, donors, drawn, maker, parts_of, print_pairs, with_parts

NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}(?: [A-Z][a-z]{3,})")
TENSES = (("said", "says"), ("told", "tells"), ("on Monday", "yesterday"), ("on Tuesday", "today"), ("was", "is"))
SUBHEADS = ("What happens next", "Background", "The reaction", "In figures", "A question of money", "No way back")
ATTRIBUTED = (", officials said,", ", according to the agency,", ", it was reported,", ", sources said,")


def told_again(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """A toll that rose: one or two figures of the first third are others wherever they stand, and a paragraph more."""
    body, parts = story["body"], parts_of(story)
    found = {match[0] for match in FIGURE.finditer(body, 0, len(body) // 3)}
    every = len(FIGURE.findall(body))
    for old in rng.sample(sorted(found), min(rng.randint(1, 2), len(found), every // 5)):
        new = str(int(old) + rng.randint(1, 9))
        parts = [re.sub(rf"(?<![\d.,:-]){old}(?![\d.,:-]|\w)", new, part) for part in parts]
    more = " ".join(rng.sample(donors(rng, pool), 2))
    if maker.words(more) < 0.2 * maker.words(body):
        parts.insert(rng.randint(1, len(parts)), more)
    return {**with_parts(story, parts), "title": f"UPDATE {rng.randint(1, 4)}-{story['title']}"}


def renamed(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """A name put right wherever it stands."""
    names = NAME.findall(story["body"])
    return {**story, "body": story["body"].replace(rng.choice(names), rng.choice(maker.NAMES))} if names else story


def recast(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """A new first paragraph; the old one moved down behind the next, a word of the desk in front."""
    first, *rest = parts_of(story)
    new = " ".join(rng.sample(donors(rng, pool), 1 if maker.words(story["body"]) < 250 else 2))
    return with_parts(story, ["(Recasts, adds details)", new, *rest[:1], first, *rest[1:]])


def merged(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Another story behind it, up to its own length."""
    other, budget = [], rng.uniform(0.4, 1.0) * maker.words(story["body"])
    for part in parts_of(rng.choice(pool)):
        if (budget := budget - maker.words(part)) < 0:
            break
        other.append(part)
    return with_parts(story, [*parts_of(story), *other])


def present(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Told in the present, and of yesterday."""
    body = story["body"]
    for one, other in TENSES:
        body = re.sub(rf"\b{one}\b", other, body) if rng.random() < 0.7 else body
    return {**story, "body": body}


def headed(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Headings between the paragraphs, or these as points of a list."""
    parts, mark = parts_of(story), rng.choice(["", "", "* ", "• ", "- "])
    parts = [mark + part for part in parts]
    for head in rng.sample(SUBHEADS, rng.randint(1, 4)):
        parts.insert(rng.randint(1, len(parts)), head)
    return with_parts(story, parts)


def unquoted(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Without some of what was said, never the first paragraph, at least 60 % of the words."""
    parts, gone = parts_of(story), 0
    limit = 0.4 * maker.words(story["body"])
    kept = parts[:1]
    for part in parts[1:]:
        size = maker.words(part)
        if re.search(r'["“”„«「]', part) and gone + size <= limit and rng.random() < 0.7:
            gone += size
        else:
            kept.append(part)
    return with_parts(story, kept)


def attributed(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Who said so put in behind some commas."""
    body = re.sub(r",(?= [a-z])", lambda m: rng.choice(ATTRIBUTED) if rng.random() < 0.3 else m[0], story["body"])
    return {**story, "body": body}


def condensed(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Every third sentence or so cut at its last comma."""
    parts = [maker.sentences(part) for part in parts_of(story)]
    for part in parts:
        for place, sentence in enumerate(part):
            head, _, rest = sentence.rpartition(", ")
            if head and rng.random() < 0.35 and maker.words(rest) < maker.words(head):
                part[place] = head + "."
    return with_parts(story, [" ".join(part) for part in parts])


def mistyped(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Two letters of some words changed about, as copied by hand: 3 % of them."""

    def slip(match: re.Match[str]) -> str:
        word, place = match[0], rng.randrange(1, len(match[0]) - 1)
        return word if rng.random() > 0.03 else word[:place] + word[place + 1] + word[place] + word[place + 2 :]

    return {**story, "body": re.sub(r"[^\W\d_]{4,}", slip, story["body"])}


def twice(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Two of these, as an agency and then a customer would."""
    for edit in rng.sample([told_again, present, headed, unquoted, attributed, condensed, recast], 2):
        story = edit(rng, story, pool)
    return story


EDITS: dict[str, Edit] = {
    edit.__name__: edit
    for edit in (
        *(told_again, renamed, recast, merged, present, headed, unquoted, attributed, condensed, mistyped),
        twice,
    )
}


def released(rng: random.Random, first: Story, second: Story, pool: list[Story]) -> tuple[Story, Story]:
    """Two releases of one company: news of their own, then what it is, where it is listed, whom to ask: 40 to 60 %."""
    about, share = ["About the company"], rng.uniform(0.4, 0.6)
    own = [maker.prefix(parts_of(story), 0.6) for story in (first, second)]
    size = min(maker.words(" ".join(parts)) for parts in own) * share / (1 - share)
    for text in donors(rng, pool):
        if maker.words(" ".join([*about, text])) < size:
            about.append(text)
    firm = rng.choice(maker.FIRMS)
    one, two = (
        {**with_parts(story, [*parts, " ".join(about)]), "title": f"{firm}: {story['title']}"}
        for story, parts in zip((first, second), own, strict=True)
    )
    return one, two


def both_heard(rng: random.Random, first: Story, second: Story, pool: list[Story]) -> tuple[Story, Story]:
    """Two reporters at one press conference: the same three to six sentences quoted, up to a third of each."""
    extra = donors(rng, pool)
    said = [f'"{text.strip()}"' for text in rng.sample(extra, min(6, len(extra)))]
    budget = 0.5 * min(maker.words(story["body"]) for story in (first, second))
    heard = [text for text in said if (budget := budget - maker.words(text)) > 0]
    made = []
    for story in (first, second):
        parts = parts_of(story)
        for text in rng.sample(heard, len(heard)):
            parts.insert(rng.randint(1, len(parts)), text)
        made.append(with_parts(story, parts))
    return made[0], made[1]


DIFFERENT = (released, both_heard)


def pairs(stories: list[Story], seed: int, total: int) -> Iterator[dict[str, Any]]:
    """So many pairs, half of them copies; the same for the same stories, seed and number."""
    rng = random.Random(f"versions {seed}")

    def copy(number: int, first: Story, pool: list[Story]) -> tuple[str, Story, Story]:
        kind = list(EDITS)[number % len(EDITS)]
        return kind, first, EDITS[kind](rng, first, pool)

    return drawn(rng, stories, total, list(version_reports.REPORTS), copy, DIFFERENT)


if __name__ == "__main__":
    print_pairs(__doc__, pairs)
