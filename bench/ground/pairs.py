"""Labelled pairs of other kinds than ../shared/corpora/make_pairs.py makes: other edits, reports and languages.

    python bench/ground/pairs.py [--seed 1] [--pairs 4000] > pairs.jsonl

Half of the pairs are copies. The stories are those of the dev corpora beside this checkout.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from ground import corpora, desk_reports, templates, version_reports

Story = dict[str, str]
Edit = Callable[[random.Random, Story, list[Story]], Story]
Differ = Callable[[random.Random, Story, Story, list[Story]], tuple[Story, Story]]
MakeCopy = Callable[[int, Story, list[Story]], tuple[str, Story, Story]]  # number, story, pool: kind and both sides
_spec = importlib.util.spec_from_file_location("make_pairs", corpora.CORPORA / "make_pairs.py")
assert _spec
assert _spec.loader
maker = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(maker)

REPORTS = {**templates.REPORTS, **desk_reports.REPORTS, **version_reports.REPORTS}  # the latter two in other draws
FIGURE = re.compile(r"(?<![\d.,:-])[1-9]\d{0,2}(?![\d.,:-]|\w)")
MONTH = "|".join(templates.MONTHS)
NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
WORDS_OF = dict(zip(map(str, range(2, 13)), NUMBERS, strict=True))
NOTES = (
    "Correction: an earlier version of this story gave wrong figures. They have been put right.",
    "This article was amended after publication to correct the figures in the third and fifth paragraphs.",
    "CLARIFICATION - the numbers in this report have been brought up to date by the ministry.",
)
ADS = (
    "SPECIAL OFFER: twelve months for the price of six, only this week",
    "Get the app: breaking news on your phone, free of charge",
    "What did you think of this story? Tell us in two minutes",
    "Listen to our podcast, every weekday at six in the morning",
    "The writer is a staff reporter. She can be reached through the desk.",
    "PHOTO GALLERY: 14 pictures from the scene",
)


def parts_of(story: Story) -> list[str]:
    """The paragraphs of a story."""
    return list(maker.paragraphs(story["body"]))


def with_parts(story: Story, parts: list[str]) -> Story:
    """The story with other paragraphs."""
    return {**story, "body": "\n\n".join(parts)}


def donors(rng: random.Random, pool: list[Story]) -> list[str]:
    """Sentences of other stories."""
    found = [s for a in rng.sample(pool, min(8, len(pool))) for s in maker.sentences(a["body"])]
    return [s for s in found if 5 <= maker.words(s) <= 40] or found


def refigured(rng: random.Random, body: str, most: int) -> str:
    """Some of the figures changed, at most `most` and at most a quarter of all."""
    found = list(FIGURE.finditer(body))
    for match in sorted(rng.sample(found, min(most, len(found) // 4)), key=lambda m: -m.start()):
        body = body[: match.start()] + str(int(match[0]) + rng.randint(1, 9)) + body[match.end() :]
    return body


def corrected(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Two to five figures put right, with a note that says so."""
    body = refigured(rng, story["body"], rng.randint(2, 5))
    note = rng.choice(NOTES)
    return {**story, "body": rng.choice([f"{note}\n\n{body}", f"{body}\n\n{note}", body])}


def redone(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """A quarter to a third of the sentences replaced, up to three figures changed, another headline perhaps."""
    parts, extra = [maker.sentences(p) for p in parts_of(story)], donors(rng, pool)
    total, share, changed = maker.words(story["body"]), rng.uniform(0.22, 0.33), 0
    places = [(i, j) for i, p in enumerate(parts) for j in range(len(p))]
    for i, j in rng.sample(places, len(places)):
        size = maker.words(parts[i][j])
        if changed + size <= share * total:
            changed += size
            parts[i][j] = rng.choice(extra)
    body = refigured(rng, "\n\n".join(" ".join(p) for p in parts), rng.randint(0, 3))
    return {**story, "title": rng.choice([story["title"], "Update 2: " + story["title"]]), "body": body}


def rephrased(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Words here and there replaced, dropped or put in, as by an editor with a free hand: 6 to 16 % of them."""
    others = [w for s in donors(rng, pool) for w in re.findall(r"[^\W\d_]{3,}", s) if w.islower()] or ["other"]
    share = rng.uniform(0.06, 0.16)

    def edit(match: re.Match[str]) -> str:
        if rng.random() > share or not match[0].islower():
            return match[0]
        return rng.choice(["", rng.choice(others), f"{match[0]} {rng.choice(others)}"])

    return {**story, "body": re.sub(r"[^\W\d_]+", edit, story["body"])}


def reordered(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """The paragraphs after the second in another order, in blocks."""
    parts = parts_of(story)
    rest = parts[2:]
    cuts = sorted(rng.sample(range(1, len(rest)), min(2, len(rest) - 1))) if len(rest) > 2 else []
    blocks = [rest[i:j] for i, j in zip([0, *cuts], [*cuts, len(rest)], strict=True)]
    rng.shuffle(blocks)
    return with_parts(story, parts[:2] + [p for block in blocks for p in block])


def thinned(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Paragraphs cut from the middle, up to 45 % of the words."""
    parts, total, gone = parts_of(story), maker.words(story["body"]), 0
    share = rng.uniform(0.15, 0.45)
    for part in rng.sample(parts[1:], len(parts) - 1):
        if gone + maker.words(part) <= share * total:
            gone += maker.words(part)
            parts.remove(part)
    return with_parts(story, parts)


def relead(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """A lead of the paper's own in the place of the first paragraph."""
    parts = parts_of(story)
    own = " ".join(rng.sample(donors(rng, pool), 2))
    return with_parts(story, [own, *(parts[1:] if maker.words(parts[0]) < 0.3 * maker.words(story["body"]) else parts)])


def notated(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Small numbers in words, dates turned round, months cut, other units of money and another clock."""
    swaps: list[tuple[str, Any]] = [
        (r"(?<![\d.,:$€£-])\b(?:[2-9]|1[0-2])\b(?![.,:%]?\d)", lambda m: WORDS_OF[m[0]]),
        (rf"\b({MONTH}) (\d\d?)\b(?!\d)", r"\2 \1"),
        (r"\b(Jan|Feb|Aug|Oct|Nov|Dec)[a-z]+(?= \d)", r"\1."),
        (r"\$(\d[\d.,]*\d|\d)", r"US$ \1"),
        (r"\bpercent\b|(?<=\d) ?%", " per cent"),
        (r"\b([Bb])illion\b", "bn"),
        (r"\b(1?\d):(\d\d) ?p\.?m\.?", lambda m: f"{int(m[1]) % 12 + 12}:{m[2]}"),
        (r"\bdon't\b", "do not"),
        (r" and ", " & "),
        (r"\b(said|says)\b", "stated"),
        (r"(?<![\d.,])(\d{1,3}),(?=\d{3}\b)", "\\1\u202f"),
    ]
    body = story["body"]
    for pattern, other in swaps:
        body = re.sub(pattern, other, body) if rng.random() < 0.7 else body
    return {**story, "body": body}


def framed(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Advertising and notes between the paragraphs, teasers of other stories at the end."""
    parts = parts_of(story)
    for line in rng.sample(ADS, rng.randint(2, 5)):
        parts.insert(rng.randint(0, len(parts)), line)
    teasers = [a["title"] for a in rng.sample(pool, min(6, len(pool)))]
    return with_parts(story, parts + teasers)


def shouted(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """The first words in capitals, hyphens at line ends, line breaks in the middle of sentences."""
    words = story["body"].split(" ")
    words[:8] = [word.upper() for word in words[:8]]
    return {**story, "body": "".join(w + ("\n" if i % 11 == 10 else " ") for i, w in enumerate(words))}


def half(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Half of it cut from the end, the rest with a local lead or a free hand."""
    cut = {**story, "body": "\n\n".join(maker.prefix(parts_of(story), rng.uniform(0.5, 0.6)))}
    return rng.choice([maker.local_lead, notated, corrected, framed])(rng, cut, pool)


def combined(rng: random.Random, story: Story, pool: list[Story]) -> Story:
    """Two or three of these at once."""
    for edit in rng.sample(
        [corrected, rephrased, thinned, notated, framed, relead, maker.house_style], rng.randint(2, 3)
    ):
        story = edit(rng, story, pool)
    return story


EDITS: dict[str, Edit] = {
    edit.__name__: edit
    for edit in (corrected, redone, rephrased, reordered, thinned, relead, notated, framed, shouted, half, combined)
}
LIGHT: list[Edit] = [maker.headline, notated, framed, shouted]


def report(rng: random.Random, name: str, kept: list[str] | None = None, keep: float = 0.0) -> tuple[Story, list[str]]:
    """One day's report of a series; `kept` holds another day's values, each used again with probability `keep`."""
    text = REPORTS[name]
    draws = {
        "name": templates.NAMES,
        "city": templates.CITIES_OF.get(name, templates.CITIES),
        "firm": templates.FIRMS,
        "trade": templates.TRADES,
        "day": templates.DAYS_OF.get(name, templates.DAYS),
    }
    values: list[str] = []

    def draw(match: re.Match[str]) -> str:
        index, spec = len(values), match[1] or match[2]
        if kept and index < len(kept) and rng.random() < keep:
            values.append(kept[index])
        elif match[2]:
            values.append(rng.choice(spec.split("|")))
        elif spec in draws:
            values.append(rng.choice(draws[spec]))
        elif spec == "team":
            values.append(f"{rng.choice(templates.CITIES)} {rng.choice(templates.TEAMS)}")
        elif spec == "date":
            values.append(f"{rng.choice(templates.MONTHS)} {rng.randint(1, 28)}")
        else:
            values.append(_number(rng, spec))
        return values[-1]

    filled = re.sub(r"\{([^{}]+)\}|\[([^\[\]]+\|[^\[\]]+)\]", draw, text)
    title, _, body = filled.partition("\n")
    return {"title": title, "body": "\n\n".join(maker.paragraphs(body)), "lang": "en"}, values


def _number(rng: random.Random, spec: str) -> str:
    low, high, decimals = re.fullmatch(r"(\d+)-(\d+)(?:\.(\d))?", spec).groups()  # type: ignore[union-attr]
    value = rng.uniform(int(low), int(high) + 0.99)
    return f"{value:,.{decimals}f}" if decimals else f"{int(value):,}" if value > 2100 else str(int(value))


def series(rng: random.Random, name: str) -> tuple[Story, Story]:
    """Two days of one series; at least four of the values differ."""
    one, values = report(rng, name)
    while True:
        two, others = report(rng, name, values, rng.choice([0, 0.3, 0.5, 0.6]))
        if sum(x != y for x, y in zip(values, others, strict=False)) > 3:
            return one, two


def background(rng: random.Random, first: Story, second: Story, pool: list[Story]) -> tuple[Story, Story]:
    """Two stories that end with the same background paragraphs, 30 to 45 % of each."""
    shared = " ".join(donors(rng, pool))
    return _sharing(rng, first, second, shared, rng.uniform(0.3, 0.45), (10**6,))


def liveblog(rng: random.Random, first: Story, second: Story, pool: list[Story]) -> tuple[Story, Story]:
    """Two instalments under one headline that begin with the same summary, 30 to 45 % of each."""
    one, two = _sharing(rng, first, second, " ".join(donors(rng, pool)), rng.uniform(0.3, 0.45), (0,))
    return one, {**two, "title": one["title"]}


def weekly(rng: random.Random, first: Story, second: Story, pool: list[Story]) -> tuple[Story, Story]:
    """Two issues of a column: the same headline, introduction and closing words."""
    intro, outro = (" ".join(rng.sample(donors(rng, pool), 3)) for _ in range(2))
    one, two = _sharing(rng, first, second, intro, 0.2, (0,))
    return {**one, "body": f"{one['body']}\n\n{outro}"}, {
        **two,
        "body": f"{two['body']}\n\n{outro}",
        "title": one["title"],
    }


def release(rng: random.Random, first: Story, second: Story, pool: list[Story]) -> tuple[Story, Story]:
    """Two reporters who quote one statement in pieces, 25 to 40 % of each, here and there in the text."""
    said = [f'"{s.strip()}"' for s in donors(rng, pool)]
    return _scattered(rng, first, second, said, rng.uniform(0.25, 0.4))


def neighbour(rng: random.Random, first: Story, second: Story, pool: list[Story]) -> tuple[Story, Story]:
    """Two reporters on one event, as near as the corpora have them."""
    return first, second


DIFFERENT = (background, liveblog, weekly, release, neighbour)


def _sharing(
    rng: random.Random, first: Story, second: Story, text: str, portion: float, places: tuple[int, ...]
) -> tuple[Story, Story]:
    one, two = maker.share(first, second, text, portion, portion, rng)
    block = next((p for p in one["body"].split("\n\n") if p in two["body"]), "")
    place = rng.choice(places)
    moved = []
    for story in (one, two):
        parts = [p for p in story["body"].split("\n\n") if p != block]
        parts.insert(place, block)
        moved.append(with_parts(story, parts))
    return moved[0], moved[1]


def _scattered(rng: random.Random, first: Story, second: Story, said: list[str], portion: float) -> tuple[Story, Story]:
    size = min(maker.words(first["body"]), maker.words(second["body"]))
    budget, quotes = portion * size / (1 - portion), []
    for quote in said:
        if budget > maker.words(quote):
            quotes.append(quote)
            budget -= maker.words(quote)
    out = []
    for story in (first, second):
        parts = parts_of(story)
        while len(parts) > 2 and maker.words(" ".join(parts[:-1])) > size:
            parts.pop()
        for place, quote in zip(sorted(rng.choices(range(1, len(parts) + 1), k=len(quotes))), quotes, strict=True):
            parts[min(place, len(parts)) - 1] += " " + quote
        out.append(with_parts(story, parts))
    return out[0], out[1]


def pairs(stories: list[Story], seed: int, total: int) -> Iterator[dict[str, Any]]:
    """So many pairs, half of them copies; the same for the same stories, seed and number."""
    rng, names = random.Random(seed), list(templates.REPORTS)

    def copy(number: int, first: Story, pool: list[Story]) -> tuple[str, Story, Story]:
        kind = [*EDITS, "report_copy"][number % (len(EDITS) + 1)]
        edit = rng.choice(LIGHT) if kind == "report_copy" else EDITS[kind]
        one = report(rng, rng.choice(names))[0] if kind == "report_copy" else first
        return kind, one, edit(rng, one, pool)

    return drawn(rng, stories, total, names, copy, DIFFERENT)


def drawn(
    rng: random.Random, stories: list[Story], total: int, names: list[str], copy: MakeCopy, different: Sequence[Differ]
) -> Iterator[dict[str, Any]]:
    """So many pairs: copies in the first half, then reports of the series `names` and `different` stories by turns."""
    near = maker.neighbours(stories)
    for number in range(total):
        index = rng.randrange(len(stories))
        first, second = stories[index], stories[rng.choice(near[index])]
        pool = others(stories, first, second)
        label = "copy" if number < total // 2 else "different"
        if label == "copy":
            kind, one, two = copy(number, first, pool)
        elif number % 2:
            kind = f"report:{names[number // 2 % len(names)]}"
            one, two = series(rng, kind[7:])
        else:
            make = different[number // 2 % len(different)]
            kind, (one, two) = make.__name__, make(rng, first, second, pool)
        yield {"id": f"{kind}-{number:05d}", "kind": kind, "label": label, **sides(rng, one, two)}


def others(stories: list[Story], first: Story, second: Story) -> list[Story]:
    """The other stories, those in the language of the first where these are some."""
    rest = [story for story in stories if story is not first and story is not second]
    own = [story for story in rest if story["lang"] == first["lang"]]
    return own if len(own) > 8 else rest


def sides(rng: random.Random, one: Story, two: Story) -> dict[str, dict[str, str]]:
    """Two stories as the sides of a pair, in either order."""
    both = [{"title": story["title"], "body": story["body"]} for story in (one, two)]
    rng.shuffle(both)
    return {"a": both[0], "b": both[1]}


def stories() -> list[Story]:
    """The stories of the dev corpora. Raises SystemExit where they are not."""
    if not corpora.are_here():
        raise SystemExit(f"The labelled pages are not here: {corpora.CORPORA}")
    return list(maker.load([corpora.truth(name) for name in corpora.NEWS]))


def print_pairs(purpose: str | None, make: Callable[[list[Story], int, int], Iterator[dict[str, Any]]]) -> None:
    """Print the pairs that a program's options ask for, one a line."""
    parser = argparse.ArgumentParser(description=purpose, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pairs", type=int, default=4000)
    options = parser.parse_args()
    for pair in make(stories(), options.seed, options.pairs):
        print(json.dumps(pair, ensure_ascii=False))


if __name__ == "__main__":
    print_pairs(__doc__, pairs)
