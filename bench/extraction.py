"""How fast pages become records beside what parsing alone costs on the same pages, and how right the records are.

Speed: pages per second of CPU time of one process, the best of several rounds; in each round every program gets every
page, so that a disturbance hits all of them. Scores: what `dateline extract --batch` says beside the labels of
../shared/corpora.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import lxml.html
from bs4 import BeautifulSoup
from ground import corpora
from ground.corpora import SavedPage
from selectolax.lexbor import LexborHTMLParser

from scrapers.page import Page
from scrapers.registry import scrape

OURS = "dateline: the whole record"
INVENTED = 40  # stories of each newspaper, where there are no labelled pages
Program = Callable[[SavedPage], object]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the speed test (default: %(default)s)")
    parser.add_argument("--corpora", nargs="+", default=["aed", "fundus"], choices=corpora.NAMES, help="pages for it")
    parser.add_argument("--no-baselines", action="store_true", help="time Dateline alone")
    parser.add_argument("--no-scores", action="store_true", help="speed only")
    options = parser.parse_args()
    if corpora.are_here():
        pages = corpora.labelled(options.corpora)
    else:
        print("No ../shared/corpora beside this checkout: invented pages, which are small, and no scores.")
        pages = corpora.invented(INVENTED)
    sizes = [len(page.body) for page in pages]
    print(
        f"{len(pages)} pages, {statistics.median(sizes) / 1000:.0f} kB in the middle, {max(sizes) / 1000:.0f} at most"
    )
    speeds(pages, options.rounds, {} if options.no_baselines else parsers(pages))
    if corpora.are_here() and not options.no_scores:
        for name in corpora.NAMES:
            score(name)


def parsers(pages: list[SavedPage]) -> dict[str, Program]:
    """Parsing alone. All get UTF-8 and are told so: finding the encoding is not what is compared."""
    utf8 = {page.url: Page(page.body, page.url).text.encode("utf-8", "replace") for page in pages}
    lxml_parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
    return {
        "lexbor, parse alone": lambda page: LexborHTMLParser(utf8[page.url]),
        "lxml, parse alone": lambda page: lxml.html.document_fromstring(utf8[page.url], parser=lxml_parser),
        "BeautifulSoup on lxml, parse alone": lambda page: BeautifulSoup(utf8[page.url], "lxml", from_encoding="utf-8"),
    }


def speeds(pages: list[SavedPage], rounds: int, baselines: dict[str, Program]) -> None:
    """Time all programs and print a table."""
    programs: dict[str, Program] = {OURS: lambda page: scrape(Page(page.body, page.url)), **baselines}
    for run in programs.values():  # what is loaded or compiled at first use is no page's cost
        run(pages[0])
    best = dict.fromkeys(programs, float("inf"))
    slowest: list[float] = []
    for _ in range(rounds):
        for name, run in programs.items():
            times = [cpu_s(run, page) for page in pages]
            if sum(times) < best[name]:
                best[name] = sum(times)
                slowest = sorted(times) if name == OURS else slowest
    print(f"{'':36}{'pages/CPU-s':>12}{'ms a page':>11}{'ratio':>8}   best of {rounds} rounds; ratio: to ours")
    for name, seconds in best.items():
        ratio = best[OURS] / seconds
        print(f"{name:36}{len(pages) / seconds:12.1f}{seconds / len(pages) * 1000:11.2f}{ratio:8.2f}")
    at = [slowest[int(share * (len(slowest) - 1))] * 1000 for share in (0.5, 0.9, 0.99, 1)]
    print("one page of ours: median {:.1f} ms, 90th {:.1f}, 99th {:.1f}, slowest {:.0f}".format(*at))


def cpu_s(run: Program, page: SavedPage) -> float:
    """CPU seconds of this process for one page."""
    before = time.process_time()
    run(page)
    return time.process_time() - before


def score(name: str) -> None:
    """Run the command over a corpus and print what its scorer says."""
    with tempfile.TemporaryDirectory(prefix="dateline-bench-") as folder:
        found = Path(folder) / "found.jsonl"
        with found.open("wb") as file:
            command = [Path(sys.executable).with_name("dateline"), "extract", "--batch", str(corpora.truth(name))]
            subprocess.run(command, stdout=file, check=True, cwd=corpora.REPO)
        scorer = [sys.executable, str(corpora.CORPORA / "score.py"), "--json", str(corpora.truth(name)), str(found)]
        figures = json.loads(subprocess.run(scorer, stdout=subprocess.PIPE, check=True).stdout)
    print(f"{name:8}" + "  ".join(f"{field} {value}" for field, value in figures.items()))


if __name__ == "__main__":
    main()
