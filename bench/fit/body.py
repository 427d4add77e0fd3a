"""Fits the two logistic regressions of scrapers/body.py on the labelled pages, and writes scrapers/weights.py.

    python bench/fit/body.py            cross-validation by site, then a fit on all pages; writes nothing
    python bench/fit/body.py --write    the fit on all pages alone; replaces scrapers/weights.py (or writes a FILE)

Needs scikit-learn, which is no dependency of Dateline (`pip install scikit-learn`), and ../shared/corpora.

A block is part of the story if 60 % of its 4-word shingles are in the labelled body; a page weighs the same however
long it is, long blocks weigh more than short ones. Where only segments are labelled, the blocks that hold one are used,
and the page weighs a quarter. The second regression sees what the first says of a block's neighbours; it learns from
what the first says of sites that it was not fitted on (4 folds), or it would trust it too much.

Cross-validation: all pages of a site are in one of 5 folds, and each fold is read with weights that were fitted on the
other four (inner folds included), so no site's layout is known beforehand. The scores are of score.py: body F1, for
traf that of segments. Folds are drawn from a fixed seed, and both fits are deterministic: the same labels, features and
library give the same weights.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

try:
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler
except ImportError as error:
    sys.exit(f"This needs scikit-learn ({error}): pip install scikit-learn. Dateline itself runs without it.")
from ground import corpora

from scrapers import body, metadata
from scrapers.blocks import Block, measure, neighbourhood, walk
from scrapers.page import Page
from scrapers.scraper import Scraper

WEIGHTS = corpora.REPO / "scrapers" / "weights.py"
SHINGLE = 4  # words, as in score.py
IS_STORY = 0.6  # share of a block's shingles that the labelled body has
LONGEST, SHORTEST = 60, 3  # a block weighs its words up to the first, and the second on top
SEGMENTS_WEIGH = 0.25  # a page of labelled segments, beside 1 for a labelled body
OUTER, INNER = 5, 4  # folds
A_ROW = 12  # numbers
FIRST_C = SECOND_C = 0.05  # inverse strength of the regularisation; those of the weights in use
WORD = re.compile(r"\w+")
HEAD = '''\
"""Weights of the two logistic regressions of `body`, in the order of the features of `blocks`.

Fitted on {pages} labelled pages of {sites} sites, all of them; \
the first looks at each block, the second at its neighbours too.
"""

from __future__ import annotations

'''


@dataclass(frozen=True, slots=True)
class Labelled:
    """A page with blocks: what was measured of them, which of them are the story, how much each counts."""

    corpus: str
    row: dict[str, Any]  # its line of the corpus
    blocks: list[Block]
    features: Any  # blocks x features
    is_story: Any
    weight: Any


@dataclass(frozen=True, slots=True)
class Regression:
    """Weights for features as they are measured, not scaled."""

    weights: Any
    bias: float

    def chances(self, features: Any) -> Any:
        """Of each row, 0 to 1."""
        return 1 / (1 + np.exp(-np.clip(features @ self.weights + self.bias, -30, 30)))


def main() -> None:
    """Fit, and say how well the result reads the pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=float, default=FIRST_C, help="C of the first regression (default: %(default)s)")
    parser.add_argument("--second", type=float, default=SECOND_C, help="C of the second (default: %(default)s)")
    parser.add_argument("--write", nargs="?", type=Path, const=WEIGHTS, metavar="FILE", help="default: weights.py")
    options = parser.parse_args()
    if not corpora.are_here():
        print("No ../shared/corpora beside this checkout: nothing to fit on.")
        return
    rows = [(name, json.loads(line)) for name in corpora.NAMES for line in corpora.truth(name).open(encoding="utf-8")]
    pages = [page for name, row in rows if (page := label(name, row))]
    print(f"{len(pages)} of {len(rows)} pages have blocks: {sum(len(page.blocks) for page in pages)}")
    if not options.write:
        print("the labels themselves", scores(pages, [page.is_story for page in pages]))
        print("cross-validated by site", scores(pages, cross_validated(pages, options.first, options.second)))
    first, second = fit_both(pages, options.first, options.second)
    print("fitted on the same pages", scores(pages, [judge(first, second, page) for page in pages]))
    if options.write:
        sites = len({row["site"] for _, row in rows})
        text = HEAD.format(pages=len(rows), sites=sites) + as_code("FIRST", first) + as_code("SECOND", second)
        options.write.write_text(text, "utf-8")
        print(f"wrote {options.write}")


def label(corpus: str, row: dict[str, Any]) -> Labelled | None:
    """Measure a page's blocks and tell which are the story; None for a page without blocks."""
    saved = Page(corpora.unpacked(row), row["url"] or "http://example.com/a")
    blocks = walk(saved.story_tree.body) if saved.story_tree.body else []
    if not blocks:
        return None
    title = Scraper(saved).title()
    measure(blocks, title.value if title else "", " ".join(metadata.body(saved)))
    is_story, weight = by_body(blocks, row["body"]) if row.get("body") else by_segments(blocks, row)
    return Labelled(corpus, row, blocks, np.array([block.features for block in blocks]), is_story, weight)


def by_body(blocks: Sequence[Block], text: str) -> tuple[Any, Any]:
    """Which blocks are in a labelled body, and how much each weighs."""
    words = WORD.findall(text)
    shingles = {tuple(words[i : i + SHINGLE]) for i in range(len(words))}
    lines = {" ".join(WORD.findall(line)) for line in text.splitlines()}
    is_story = np.zeros(len(blocks))
    for number, block in enumerate(blocks):
        own = WORD.findall(block.text)
        if len(own) < SHINGLE:
            is_story[number] = bool(own) and " ".join(own) in lines
        else:
            parts = [tuple(own[i : i + SHINGLE]) for i in range(len(own) - SHINGLE + 1)]
            is_story[number] = sum(part in shingles for part in parts) / len(parts) >= IS_STORY
    weight = np.minimum([float(block.words) for block in blocks], LONGEST) + SHORTEST
    return is_story, weight / weight.sum()


def by_segments(blocks: Sequence[Block], row: dict[str, Any]) -> tuple[Any, Any]:
    """Which blocks hold a segment that belongs to the text; blocks with none, or with both sorts, do not count."""
    is_story, counts = np.zeros(len(blocks)), np.zeros(len(blocks))
    for number, block in enumerate(blocks):
        wanted, unwanted = (
            any(" ".join(segment.split()) in block.text for segment in row[name]) for name in ("with", "without")
        )
        if wanted != unwanted:
            counts[number], is_story[number] = 1, wanted
    return is_story, counts / max(1, counts.sum()) * SEGMENTS_WEIGH


def fit(features: Sequence[Any], pages: Sequence[Labelled], c: float) -> Regression:
    """One regression on the blocks of all pages; `features`: those of each page."""
    rows = np.concatenate(features)
    is_story = np.concatenate([page.is_story for page in pages])
    weight = np.concatenate([page.weight for page in pages])
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=c, max_iter=500)
    model.fit(scaler.transform(rows), is_story, sample_weight=weight * len(is_story) / weight.sum())
    weights = model.coef_[0] / scaler.scale_
    return Regression(weights, float(model.intercept_[0] - (weights * scaler.mean_).sum()))


def fit_both(pages: Sequence[Labelled], first_c: float, second_c: float) -> tuple[Regression, Regression]:
    """The first regression, and the second on what firsts that never saw a page's site say of its blocks."""
    said: list[Any] = [None] * len(pages)
    for inside, outside in split(pages, INNER, seed=1):
        part = [pages[number] for number in inside]
        regression = fit([page.features for page in part], part, first_c)
        for number in outside:
            said[number] = regression.chances(pages[number].features)
    second = fit([with_neighbours(page, chances) for page, chances in zip(pages, said, strict=True)], pages, second_c)
    return fit([page.features for page in pages], pages, first_c), second


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
    """The features of the second regression."""
    return np.hstack([page.features, np.array(list(neighbourhood(page.blocks, list(chances))))])


def judge(first: Regression, second: Regression, page: Labelled) -> Any:
    """What scrapers.body.judge would say with these weights."""
    return second.chances(with_neighbours(page, first.chances(page.features)))


def cross_validated(pages: Sequence[Labelled], first_c: float, second_c: float) -> list[Any]:
    """What weights that never saw its site say of each page."""
    said: list[Any] = [None] * len(pages)
    for inside, outside in split(pages, OUTER, seed=0):
        first, second = fit_both([pages[number] for number in inside], first_c, second_c)
        for number in outside:
            said[number] = judge(first, second, pages[number])
    return said


def scores(pages: Sequence[Labelled], chances: Sequence[Any]) -> dict[str, float]:
    """Body F1 of each corpus (of segments where there are only these), by score.py."""
    sys.path.insert(0, str(corpora.CORPORA))
    from score import score

    texts = {}
    for page, said in zip(pages, chances, strict=True):
        chosen = body._chosen(page.blocks, [float(chance) for chance in said])
        texts[page.row["id"]] = {
            "body": "\n".join(b.text for b, is_in in zip(page.blocks, chosen, strict=True) if is_in)
        }
    figures = {name: score([page.row for page in pages if page.corpus == name], texts)[0] for name in corpora.NAMES}
    return {name: round(found.get("body_f1", found.get("segments_f1")), 4) for name, found in figures.items()}


def as_code(name: str, regression: Regression) -> str:
    """The lines of weights.py for one regression."""
    numbers = [f"{weight:.3f}" for weight in regression.weights]
    rows = [", ".join(numbers[start : start + A_ROW]) for start in range(0, len(numbers), A_ROW)]
    lines = "".join(f"    {row},\n" for row in rows)
    return f"{name}_BIAS = {regression.bias:.3f}\n{name} = (\n{lines})  # fmt: skip\n"


if __name__ == "__main__":
    main()
