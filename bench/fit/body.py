"""Fits the two forests of scrapers/body.py on the labelled pages, and writes scrapers/body.npz.

    python bench/fit/body.py            cross-validation by site on the open newspapers; writes nothing
    python bench/fit/body.py --write    the fit on all open newspapers; replaces scrapers/body.npz (or writes a FILE)

Needs CatBoost, which is no dependency of Dateline (`pip install catboost`), and ../shared/corpora.

A block is part of the story if 60 % of its 4-word shingles are in the labelled body and it has a place of its own
there, in order; a page weighs the same however long it is, long blocks weigh more than short ones. Where only segments
are labelled, the blocks that hold one are used, and the page weighs less. The second forest sees what the first says of
a block's neighbours; it learns from what the first says of sites that it was not fitted on (4 folds), or it would
trust it too much.

The newspapers that are held back (ground/corpora.py) have no part in it: bench/extract.py scores them.
Cross-validation: all pages of a site are in one of 5 folds, and each fold is read by forests that were fitted on the
other four (inner folds included). The scores are of score.py: body F1, for traf that of segments. Forests that differ
in nothing but their seed differ by some 0.003.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

try:
    from catboost import CatBoostClassifier
except ImportError as error:
    sys.exit(f"This needs CatBoost ({error}): pip install catboost. Dateline itself runs without it.")
from ground import corpora

from scrapers import metadata
from scrapers.blocks import Blocks, walk
from scrapers.choice import choose
from scrapers.features import Known, Measures
from scrapers.forest import Forest
from scrapers.page import Page
from scrapers.scraper import Scraper

FORESTS = corpora.REPO / "scrapers" / "body.npz"
SHINGLE = 4  # words, as in score.py
IS_STORY = 0.6  # share of a block's shingles that the labelled body has
MOST_PLACES = 8  # that are tried for a block
LONGEST, SHORTEST = 60, 3  # a block weighs its words up to the first, and the second on top
SEGMENTS_WEIGH = 0.35  # a page of labelled segments, beside 1 for a labelled body
OUTER, INNER = 5, 4  # folds
TREES = {
    "iterations": 200, "depth": 6, "learning_rate": 0.1, "l2_leaf_reg": 30, "rsm": 0.3,
    "border_count": 64, "random_seed": 1, "thread_count": 1, "verbose": 0, "allow_writing_files": False,
}  # fmt: skip
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A page with blocks: what was measured of them, which of them are the story, how much each counts."""

    corpus: str
    row: dict[str, Any]  # its line of the corpus
    known: Known
    blocks: Blocks
    measures: Measures
    features: Any  # features x blocks
    is_story: Any
    weight: Any


def main() -> None:
    """Fit, and say how well the result reads the pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", nargs="?", type=Path, const=FORESTS, metavar="FILE", help="default: body.npz")
    options = parser.parse_args()
    if not corpora.are_here():
        print("No ../shared/corpora beside this checkout: nothing to fit on.")
        return
    rows = [(name, row) for name in corpora.NAMES for row in corpora.rows(name, "open")]
    pages = [page for name, row in rows if (page := label(name, row))]
    print(f"{len(pages)} of {len(rows)} pages have blocks: {sum(len(page.blocks) for page in pages)}")
    if options.write:
        first, second = fit_both(pages)
        np.savez_compressed(options.write, **as_arrays("first", first), **as_arrays("second", second))
        print("fitted on the same pages", scores(pages, [judge(first, second, page) for page in pages]))
        print(f"wrote {options.write}")
    else:
        print("the labels themselves", scores(pages, [page.is_story for page in pages]))
        print("cross-validated by site", scores(pages, cross_validated(pages)))


def label(corpus: str, row: dict[str, Any]) -> Labelled | None:
    """Measure a page's blocks and tell which are the story; None for a page without blocks."""
    saved = Page(corpora.unpacked(row), row["url"] or "http://example.com/a")
    blocks = walk(saved.story_tree.body) if saved.story_tree.body else Blocks()
    if not blocks:
        return None
    known = Scraper(saved).known(metadata.body(saved))
    measures = Measures(blocks, known)
    is_story, weight = by_body(blocks, row["body"]) if row.get("body") else by_segments(blocks, row)
    return Labelled(corpus, row, known, blocks, measures, measures.first(), is_story, weight)


def by_body(blocks: Blocks, text: str) -> tuple[Any, Any]:
    """Which blocks make up a labelled body, and how much each weighs."""
    is_story = np.zeros(len(blocks))
    is_story[in_order(places(blocks, text))] = 1
    weight = np.minimum(np.array(blocks.words, dtype=float), LONGEST) + SHORTEST
    return is_story, weight / weight.sum()


def places(blocks: Blocks, text: str) -> list[tuple[int, int, int, int]]:
    """Where blocks may stand in a text: number of the block, first word, word behind the last, words in common."""
    lines = [WORD.findall(line) for line in text.splitlines()]
    words = [word for line in lines for word in line]
    found_at = defaultdict(list)
    for at in range(len(words) - SHINGLE + 1):
        found_at[tuple(words[at : at + SHINGLE])].append(at)
    for at, line in zip(accumulate(map(len, lines), initial=0), lines, strict=False):
        if len(line) < SHINGLE:
            found_at[tuple(line)].append(at)
    found = []
    for number, block in enumerate(blocks.text):
        own = WORD.findall(block)
        size = min(SHINGLE, len(own))
        parts = [found_at.get(tuple(own[at : at + size]), [])[:MOST_PLACES] for at in range(len(own) - size + 1)]
        if not own or sum(map(bool, parts)) < IS_STORY * len(parts):
            continue
        shifts = Counter(at - own_at for own_at, part in enumerate(parts) for at in part)
        for shift, count in shifts.most_common(MOST_PLACES):
            if count >= IS_STORY / 2 * len(parts):  # words that the label lacks or adds shift the rest
                hits = [at for at, part in enumerate(parts) if shift + at in part]
                found.append((number, shift + hits[0], shift + hits[-1] + size, count + size - 1))
    return found


def in_order(places: Sequence[tuple[int, int, int, int]]) -> list[int]:
    """The blocks that fill a text one behind the other with the most words in common.

    Each word of the text is filled once: quotes that repeat a sentence, and teasers of what is said, are no story.
    """
    places = sorted(places)
    best, before = [0] * len(places), [-1] * len(places)
    for here, (number, start, _, words) in enumerate(places):
        for other in range(here):
            if places[other][0] < number and places[other][2] <= start and best[other] > best[here]:
                best[here], before[here] = best[other], other
        best[here] += words
    chosen, here = [], int(np.argmax(best)) if best else -1
    while here >= 0:
        chosen.append(places[here][0])
        here = before[here]
    return chosen


def by_segments(blocks: Blocks, row: dict[str, Any]) -> tuple[Any, Any]:
    """Which blocks hold a segment that belongs to the text; blocks with none, or with both sorts, do not count."""
    is_story, counts = np.zeros(len(blocks)), np.zeros(len(blocks))
    for number, block in enumerate(blocks.text):
        wanted, unwanted = (
            any(" ".join(segment.split()) in block for segment in row[name]) for name in ("with", "without")
        )
        if wanted != unwanted:
            counts[number], is_story[number] = 1, wanted
    return is_story, counts / max(1, counts.sum()) * SEGMENTS_WEIGH


def fit(features: Sequence[Any], pages: Sequence[Labelled]) -> Forest:
    """One forest on the blocks of all pages; `features`: those of each page."""
    rows = np.concatenate(features, axis=1).T
    is_story = np.concatenate([page.is_story for page in pages])
    weight = np.concatenate([page.weight for page in pages])
    counts = weight > 0
    weight = weight[counts] * counts.sum() / weight.sum()
    model = CatBoostClassifier(**TREES)
    model.fit(rows[counts], is_story[counts], sample_weight=weight)
    return exported(model)


def exported(model: CatBoostClassifier) -> Forest:
    """The trees as arrays; one that has fewer levels gets some that every row is below."""
    with tempfile.TemporaryDirectory(prefix="dateline-fit-") as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        data = json.loads(path.read_text("utf-8"))
    flat = [feature["flat_feature_index"] for feature in data["features_info"]["float_features"]]
    trees, levels = data["oblivious_trees"], TREES["depth"]
    feature = np.zeros((len(trees), levels), dtype=np.int16)
    border = np.full((len(trees), levels), np.inf, dtype=np.float32)
    leaf = np.zeros((len(trees), 2**levels), dtype=np.float32)
    scale, [bias] = data["scale_and_bias"]
    for number, tree in enumerate(trees):
        for level, split in enumerate(tree["splits"]):
            feature[number, level], border[number, level] = flat[split["float_feature_index"]], split["border"]
        leaf[number, : len(tree["leaf_values"])] = np.array(tree["leaf_values"]) * scale
    return Forest(feature, border, leaf, bias)


def fit_both(pages: Sequence[Labelled]) -> tuple[Forest, Forest]:
    """The first forest, and the second on what firsts that never saw a page's site say of its blocks."""
    said: list[Any] = [None] * len(pages)
    for inside, outside in split(pages, INNER, seed=1):
        part = [pages[number] for number in inside]
        forest = fit([page.features for page in part], part)
        for number in outside:
            said[number] = forest.chances(pages[number].features)
    second = fit([with_neighbours(page, chances) for page, chances in zip(pages, said, strict=True)], pages)
    return fit([page.features for page in pages], pages), second


def split(pages: Sequence[Labelled], folds: int, seed: int) -> list[tuple[list[int], list[int]]]:
    """The pages of each fold, by number: those to fit on, and those left out; a site is in one fold only."""
    sites = sorted({page.row["site"] for page in pages})
    np.random.RandomState(seed).shuffle(sites)
    fold_of = {site: number % folds for number, site in enumerate(sites)}
    folded = [fold_of[page.row["site"]] for page in pages]
    return [
        ([n for n, fold in enumerate(folded) if fold != left], [n for n, fold in enumerate(folded) if fold == left])
        for left in range(folds)
    ]


def with_neighbours(page: Labelled, chances: Any) -> Any:
    """The features of the second forest."""
    return np.concatenate([page.features, page.measures.second(chances)])


def judge(first: Forest, second: Forest, page: Labelled) -> Any:
    """What scrapers.body.judge would say with these forests."""
    return second.chances(with_neighbours(page, first.chances(page.features)))


def cross_validated(pages: Sequence[Labelled]) -> list[Any]:
    """What forests that never saw its site say of each page."""
    said: list[Any] = [None] * len(pages)
    for inside, outside in split(pages, OUTER, seed=0):
        first, second = fit_both([pages[number] for number in inside])
        for number in outside:
            said[number] = judge(first, second, pages[number])
    return said


def scores(pages: Sequence[Labelled], chances: Sequence[Any]) -> dict[str, tuple[float, ...]]:
    """Body F1 and share of exact bodies of each corpus (F1 of segments where there are only these), by score.py."""
    sys.path.insert(0, str(corpora.CORPORA))
    from score import score

    texts = {}
    for page, said in zip(pages, chances, strict=True):
        chosen = [page.blocks.text[number] for number in choose(page.blocks, said, page.known)]
        texts[page.row["id"]] = {"body": "\n".join(t for t in chosen if t.casefold() != page.known.title.casefold())}
    figures = {name: score([page.row for page in pages if page.corpus == name], texts)[0] for name in corpora.NAMES}
    fields = ("body_f1", "body_exact", "segments_f1")
    return {
        name: tuple(round(found[field], 4) for field in fields if field in found) for name, found in figures.items()
    }


def as_arrays(name: str, forest: Forest) -> dict[str, Any]:
    """What scrapers.forest.Forest.of reads."""
    return {
        f"{name}_feature": forest.feature, f"{name}_border": forest.border, f"{name}_leaf": forest.leaf,
        f"{name}_bias": np.float64(forest.bias),
    }  # fmt: skip


if __name__ == "__main__":
    main()
