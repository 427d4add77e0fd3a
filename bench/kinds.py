"""How right the kind of a page is: precision and recall of each kind, and of whether a page is an article.

On the pages written for it (tests/scrapers/kinds), and on the news pages of ../shared/corpora, which all are articles.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator

from ground import corpora

sys.path.insert(0, str(corpora.REPO))  # tests/ is not installed

from scrapers import kinds
from scrapers.article import Kind
from scrapers.page import Page
from scrapers.registry import scrape
from tests.scrapers.kinds.others import others
from tests.scrapers.kinds.stories import stories

NEWS = ("aed", "fundus")
Judged = tuple[str, str, Kind, Kind]  # corpus, name, what it is, what it was taken for


def main() -> None:
    """Judge all pages and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="name every page that is misjudged and is not held back")
    options = parser.parse_args()
    groups = {"written": list(written())}
    if corpora.are_here():
        for is_held_back, name in ((False, "open"), (True, "held back")):
            groups |= {f"{corpus}, {name}": list(news(corpus, is_held_back)) for corpus in NEWS}
    for name, judged in groups.items():
        table(name, judged)
        if options.misses and "held back" not in name:
            for _, page, kind, taken in judged:
                if kind is not taken:
                    print(f"    {page}: {kind}, taken for {taken}")
    if corpora.are_here():
        print(f"the decision alone: {cost_ms():.3f} ms a page of {NEWS[0]}, trees parsed before")


def written() -> Iterator[Judged]:
    """The pages written for the purpose."""
    for page in (*stories(), *others()):
        yield "written", page.name, page.kind, scrape(Page(page.body.encode(), page.url)).kind


def news(corpus: str, is_held_back: bool) -> Iterator[Judged]:
    """A corpus of news; what kind of article a page is, nobody has labelled."""
    for row in _rows(corpus):
        if row["url"] and corpora.is_held_back(row["site"]) is is_held_back:
            kind = scrape(Page(corpora.unpacked(row), row["url"])).kind
            yield corpus, row["id"], Kind.ARTICLE, Kind.ARTICLE if kind.is_article else kind


def table(name: str, judged: Iterable[Judged]) -> None:
    """Print precision and recall of the kinds."""
    pairs = [(kind, taken) for _, _, kind, taken in judged]
    print(f"{name}: {len(pairs)} pages")
    right = Counter(kind for kind, taken in pairs if kind is taken)
    wanted, taken_for = Counter(kind for kind, _ in pairs), Counter(taken for _, taken in pairs)
    print(f"  {'is an article':14}" + _line(*stored(pairs)))
    for kind in Kind:
        if wanted[kind] or taken_for[kind]:
            print(f"  {kind.value:14}" + _line(right[kind], taken_for[kind], wanted[kind]))


def stored(pairs: Iterable[tuple[Kind, Kind]]) -> tuple[int, int, int]:
    """Pages rightly taken for articles, all that were taken for one, all that are one."""
    known = [(kind.is_article, taken.is_article) for kind, taken in pairs]
    return sum(a and b for a, b in known), sum(b for _, b in known), sum(a for a, _ in known)


def cost_ms() -> float:
    """Milliseconds that the decision takes on a page whose trees, metadata and text are known."""
    ready = []
    for row in _rows(NEWS[0]):
        page = Page(corpora.unpacked(row), row["url"])
        article = scrape(page)
        ready.append((page, article.title, article.paragraphs, article.access))
    start = time.perf_counter()
    for one in ready:
        kinds.kind_of(*one)
    return (time.perf_counter() - start) / len(ready) * 1000


def _line(right: int, taken: int, wanted: int) -> str:
    precision = f"{right / taken:.3f}" if taken else "-"
    recall = f"{right / wanted:.3f}" if wanted else "-"
    return f"precision {precision:6} recall {recall:6} ({right} right of {taken} taken, {wanted} there)"


def _rows(corpus: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in corpora.truth(corpus).read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
