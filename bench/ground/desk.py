"""Labelled pairs as desks make them: updates with another lead, marked corrections, briefs, house style, follow-ups.

    python bench/ground/desk.py [--seed 1] [--pairs 4000] > pairs.jsonl

Half of the pairs are copies. The stories are those of the dev corpora beside this checkout. Two draws of these were in
sight when the rules of the verdict were last cut down; those of versions.py were not.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from ground import desk_reports
from ground.pairs import (
    Edit,
    Story,
    donors,
    drawn,
    maker,
    parts_of,
    print_pairs,
    refigured,
    with_parts,
)

SHORT = 160  # words of a wire brief
SPELLINGS = [  # one house's and another's
    *(("labor", "labour"), ("center", "centre"), ("defense", "defence"), ("program", "programme"), ("color", "colour")),
    *(("organization", "organisation"), ("traveled", "travelled"), ("gray", "grey"), ("toward", "towards")),
    *(("per cent", "percent"), ("percent", "pct"), ("United States", "U.S."), ("United Nations", "UN"), ("Mr. ", "")),
    *(("million", "mln"), ("said", "told reporters"), ("“", '"'), ("”", '"'), ("’", "'"), ("—", "--"), (" - ", " – ")),
    *(("Prime Minister", "PM"), ("government", "govt"), ("European Union", "EU"), ("because of", "due to")),
]
DESKS = ("(Reuters)", "(AP)", "(AFP)", "(dpa)", "(Xinhua)", "/TASS/")
SLUGS = ("UPDATE 1-", "UPDATE 3-", "WRAPUP 2-", "RPT-", "REFILE-", "(EXCLUSIVE) ", "BREAKING: ")


def lead_updated(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """A later version: a new first paragraph made of half of the old one's words, and up to three paragraphs more."""
    parts, extra = parts_of(story), donors(rng, pool)
    words = parts[0].split()
    kept = words[len(words) // 2 :] + rng.choice(extra).split()[:12]
    more = [" ".join(rng.sample(extra, min(2, len(extra)))) for _ in range(rng.randint(0, 3))]
    budget = 0.3 * maker.words(story["body"])
    while more and maker.words(" ".join(more)) > budget:
        more.pop()
    for text in more:
        parts.insert(rng.randint(1, len(parts)), text)
    return {**with_parts(story, [" ".join(kept), *parts[1:]]), "title": rng.choice(SLUGS) + story["title"]}


def brief(story: Story) -> Story:
    """The beginning of a story, as long as a wire brief."""
    return with_parts(story, maker.prefix(parts_of(story), min(1.0, SHORT / maker.words(story["body"]))))


def corrected(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """One to three figures put right, and the headline or the first line says so."""
    body = refigured(rng, story["body"], rng.randint(1, 3))
    if rng.random() < 0.5:
        return {**story, "title": f"CORRECTED-{story['title']}", "body": body}
    return {**story, "body": f"Correction: the figures in this report were wrong and have been changed.\n\n{body}"}


def subbed(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Sentences cut here and there, never the first, down to 60 to 85 % of the words."""
    parts = [maker.sentences(part) for part in parts_of(story)]
    total, gone, share = maker.words(story["body"]), 0, rng.uniform(0.15, 0.4)
    places = [(i, j) for i, part in enumerate(parts) for j in range(len(part)) if (i, j) != (0, 0)]
    for i, j in rng.sample(places, len(places)):
        size = maker.words(parts[i][j])
        if gone + size <= share * total:
            parts[i][j], gone = "", gone + size
    return with_parts(story, [text for part in parts if (text := " ".join(filter(None, part)))])


def swapped(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Some neighbouring paragraphs in the other order."""
    parts = parts_of(story)
    for place in range(1, len(parts) - 1, 2):
        if rng.random() < 0.4:
            parts[place : place + 2] = parts[place : place + 2][::-1]
    return with_parts(story, parts)


def restyled(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Another house's spellings, abbreviations and signs, in one direction or the other."""
    body = story["body"]
    for one, other in SPELLINGS:
        if rng.random() < 0.6:
            body = body.replace(one, other)
    return {**story, "body": body}


def quoted(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Two to five sentences of reaction put in, up to a quarter of the words."""
    parts, budget = parts_of(story), 0.25 * maker.words(story["body"])
    for said in rng.sample(extra := donors(rng, pool), min(5, len(extra))):
        if (budget := budget - maker.words(said)) > 0:
            parts.insert(rng.randint(1, len(parts)), f'"{said.strip()}" an official said.')
    return with_parts(story, parts)


def credited(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """An agency's dateline in front, its captions between and its credits behind."""
    desk, names = rng.choice(DESKS), rng.sample(maker.NAMES, 3)
    parts = [f"{rng.choice(maker.CITIES).upper()}, June {rng.randint(1, 28)} {desk} - {story['body'].strip()}"]
    parts = list(maker.paragraphs(parts[0]))
    parts.insert(rng.randint(1, len(parts)), f"People wait outside a building. {desk[1:-1]}/{names[0]}")
    return with_parts(story, [*parts, f"(Reporting by {names[1]}; Editing by {names[2]})"])


def localised(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """A local paragraph in front, another in the middle, and the end cut."""
    parts = maker.prefix(parts_of(story), rng.uniform(0.65, 1.0))
    local = [" ".join(rng.sample(extra, 2)) for extra in (donors(rng, pool), donors(rng, pool))]
    if maker.words(" ".join(local)) > 0.35 * maker.words(" ".join(parts)):
        local.pop()
    for text, place in zip(local, (0, rng.randint(1, len(parts))), strict=False):
        parts.insert(place, text)
    return with_parts(story, parts)


def backed(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Background of the paper's own at the end, up to 40 % of the whole."""
    extra, parts, budget = donors(rng, pool), parts_of(story), 0.66 * maker.words(story["body"])
    for text in rng.sample(extra, min(12, len(extra))):
        if (budget := budget - maker.words(text)) > 0:
            parts.append(text)
    return with_parts(story, parts)


def wired(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Two of these, as a paper edits what an agency has updated."""
    for edit in rng.sample([lead_updated, subbed, swapped, restyled, quoted, credited], 2):
        story = edit(rng, story, pool)
    return story


EDITS: dict[str, Edit] = {
    edit.__name__: edit
    for edit in (lead_updated, corrected, subbed, swapped, restyled, quoted, credited, localised, backed, wired)
}


def followed(rng: random.Random, first: Story, second: Story, pool: list[Story]) -> tuple[Story, Story]:
    """Two stories of one site with news of their own in front and the same background behind: 35 to 60 % of each."""
    shared, size = donors(rng, pool), min(maker.words(first["body"]), maker.words(second["body"]))
    portion, block = rng.uniform(0.35, 0.6), list[str]()
    heads = []
    for story in (first, second):
        own, kept = 0, list[str]()
        for part in parts_of(story):
            if own + maker.words(part) <= size * (1 - portion) or not kept:
                kept.append(part)
                own += maker.words(part)
        heads.append(kept)
    least = min(maker.words(" ".join(kept)) for kept in heads)
    for text in shared:
        if maker.words(" ".join([*block, text])) <= least * portion / (1 - portion):
            block.append(text)
    one, two = (with_parts(story, [*kept, " ".join(block)]) for story, kept in zip((first, second), heads, strict=True))
    return one, two


def instalment(rng: random.Random, first: Story, second: Story, pool: list[Story]) -> tuple[Story, Story]:
    """Two days of a live blog: the headline, how to read it, what is known so far, then posts with times."""
    known = "\n\n".join(rng.sample(extra := donors(rng, pool), min(3, len(extra))))
    made = []
    for story in (first, second):
        posts = [f"{rng.randint(6, 22)}:{rng.randint(10, 59)} {part}" for part in parts_of(story)]
        made.append({**story, "title": "Live: latest updates", "body": f"{known}\n\n" + "\n\n".join(posts)})
    size = min(maker.words(story["body"]) for story in made)
    if maker.words(known) > 0.45 * size:
        made = [{**story, "body": story["body"][len(known) + 2 :]} for story in made]
    return made[0], made[1]


def statement(rng: random.Random, first: Story, second: Story, pool: list[Story]) -> tuple[Story, Story]:
    """Two reporters with the same long statement in the middle, 25 to 42 % of each."""
    return maker.share(first, second, f'"{" ".join(donors(rng, pool))}"', *(rng.uniform(0.25, 0.42),) * 2, rng)


DIFFERENT = (followed, instalment, statement)


def pairs(stories: list[Story], seed: int, total: int) -> Iterator[dict[str, Any]]:
    """So many pairs, half of them copies; the same for the same stories, seed and number."""
    rng = random.Random(f"desk {seed}")

    def copy(number: int, first: Story, pool: list[Story]) -> tuple[str, Story, Story]:
        kind = list(EDITS)[number % len(EDITS)]
        one = brief(first) if kind == "corrected" else first
        return kind, one, EDITS[kind](rng, one, pool)

    return drawn(rng, stories, total, list(desk_reports.REPORTS), copy, DIFFERENT)


if __name__ == "__main__":
    print_pairs(__doc__, pairs)
