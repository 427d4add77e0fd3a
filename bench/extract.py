"""How right the records are, and how many pages a CPU-second makes, beside the other extractors: one run, one table.

On the newspapers that are held back: no rule and no weight was made from them. Peers are compared where they are
installed (the group `peers` of pyproject.toml). Scores are those of ../shared/corpora/score.py; without these pages,
invented ones are timed, and nothing is scored.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, wherever Dateline was installed from

from ground import corpora, memory, scores
from ground.programs import INSTALL, OURS, PROGRAMS, Program, Run, Sample
from ground.race import Result, race
from ground.scores import Figures

from scrapers.page import Page

FIELDS = {  # heading -> what a program must give for it, figures of the scorer: the first that a corpus has
    "F1": ("body", "body_f1", "segments_f1"),
    "prec.": ("body", "body_precision", "segments_precision"),
    "recall": ("body", "body_recall", "segments_recall"),
    "exact": ("body", "body_exact"),
    "title": ("title", "title"),
    "authors": ("authors", "authors_f1"),
    "day": ("day", "published_day"),
    "instant": ("instant", "published_instant"),
}
ABSENT = "-"  # not labelled in this corpus, or not given by this program
WIDTH = max(len(program.name) for program in PROGRAMS) + 1
MEMORY_AFTER = [1_000, 10_000]  # pages
FLAT = 1.05  # times what was held first; by then every page has been seen


def main() -> None:
    """Measure and print."""
    options = asked()
    logging.disable()  # some programs tell of every odd page
    warnings.simplefilter("ignore")
    runs = loaded(options.programs)
    part = "all" if options.all else "open" if options.open else "held back"
    is_same = True
    for name in options.corpora if corpora.are_here() else ["invented"]:
        samples = taken(name, part)
        print(f"\n{headline(name, part, samples)}")
        results = race(runs, samples, options.rounds)
        table(samples, results)
        if samples[0].row:
            worst(samples, results, options.worst)
            is_same &= not options.cli or is_same_by_command(name, samples, results[OURS])
    if options.memory is not None:
        memory_table(list(runs), sorted(options.memory or MEMORY_AFTER))
    sys.exit(not is_same)


def asked() -> argparse.Namespace:
    """The options."""
    names = [program.name for program in PROGRAMS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="all newspapers, held back or not")
    which.add_argument("--open", action="store_true", help="those that rules and weights were made from")
    parser.add_argument("--corpora", nargs="*", default=corpora.NAMES, choices=corpora.NAMES, help="default: all three")
    parser.add_argument("--programs", nargs="+", default=names, choices=names, help="default: all that are installed")
    parser.add_argument("--rounds", type=int, default=3, help="timed rounds; 0: scores only (default: %(default)s)")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="list the N pages with our worst bodies")
    parser.add_argument("--cli", action="store_true", help="score `dateline extract --batch` too: it must be the same")
    parser.add_argument("--memory", nargs="*", type=int, metavar="PAGES", help=f"(default: {MEMORY_AFTER})")
    options = parser.parse_args()
    if options.worst and not (options.open or options.all):
        parser.error("--worst needs --open or --all: pages that are held back are scored, not looked at")
    if OURS not in options.programs:
        parser.error(f"the others are compared with {OURS}: name it too")
    return options


def loaded(names: Sequence[str]) -> dict[str, Run]:
    """Import the programs, and tell how each is used and which are missing."""
    runs, missing = {}, []
    for program in PROGRAMS:
        if program.name in names:
            try:
                runs[program.name] = program.load()
            except ImportError:
                missing.append(program.name)
            else:
                print(f"{program.name:{WIDTH}}{program.version or '':9}{program.settings}")
    if missing:
        print(f"not installed: {'; '.join(missing)}. To compare with them: {INSTALL}")
    return runs


def taken(name: str, part: str) -> list[Sample]:
    """The pages of a corpus, or invented ones."""
    if name == "invented":
        pages = [({}, page.body, page.url) for page in corpora.invented()]
    else:
        pages = [(row, corpora.unpacked(row), row["url"]) for row in corpora.rows(name, part)]
    return [Sample(row, body, Page(body, url).text, url) for row, body, url in pages]


def headline(name: str, part: str, samples: Sequence[Sample]) -> str:
    """Which pages these are."""
    size = f"{statistics.median(len(sample.body) for sample in samples) / 1000:.0f} kB in the middle"
    if name == "invented":
        return f"No ../shared/corpora beside this checkout: {len(samples)} invented pages, {size}, small and clean"
    sites = len({sample.row["site"] for sample in samples})
    what = {"all": "all newspapers", "open": "open newspapers", "held back": "newspapers held back"}[part]
    body = "of the body" if name in corpora.NEWS else "of segments"
    return f"{name}, {what}: {len(samples)} pages of {sites} sites, {size}; F1, precision and recall {body}"


def table(samples: Sequence[Sample], results: Mapping[str, Result]) -> None:
    """Print a line for each program; a page that it failed on counts as one without a record."""
    print(f"{'':{WIDTH}}" + "".join(f"{heading:>8}" for heading in FIELDS) + f"{'pages/CPU-s':>13}{'of ours':>9}")
    for program in PROGRAMS:
        if result := results.get(program.name):
            found = scores.figures([sample.row for sample in samples], result.found) if samples[0].row else {}
            values = "".join(f"{value:>8}" for value in cells(program, found))
            pace, share = len(samples) / result.best_s, results[OURS].best_s / result.best_s if result.page_s else 0
            speed = f"{pace:13.1f}{share:9.2f}" if result.page_s else ""
            failed = f"   failed on {len(result.failed)}: {', '.join(sorted(set(result.failed)))}"
            print(f"{program.name:{WIDTH}}{values}{speed}{failed if result.failed else ''}")
    if page_s := sorted(results[OURS].page_s):
        at = [page_s[int(share * (len(page_s) - 1))] * 1000 for share in (0.5, 0.9, 0.99, 1)]
        print("one page of ours: median {:.1f} ms, 90th {:.1f}, 99th {:.1f}, slowest {:.0f}".format(*at))


def cells(program: Program, found: Figures) -> list[str]:
    """The scores of a program in the order of `FIELDS`."""
    shown = []
    for part, *names in FIELDS.values():
        values = [found[name] for name in names if name in found] if part in program.gives else []
        shown.append(f"{values[0]:.3f}" if values else ABSENT)
    return shown


def worst(samples: Sequence[Sample], results: Mapping[str, Result], count: int) -> None:
    """List the pages whose bodies we read worst, and what the others made of them."""
    if not count:
        return
    rows = [sample.row for sample in samples]
    names = [program.name for program in PROGRAMS if program.name in results and "body" in program.gives]
    f1 = {name: scores.by_page(rows, results[name].found) for name in names}
    print(f"the worst of ours: F1 of {', '.join(names)}")
    urls = {sample.id: sample.url for sample in samples}
    for page in sorted(f1[OURS], key=lambda page: f1[OURS][page])[:count]:
        print("".join(f"{f1[name][page]:7.3f}" for name in names) + f"  {page}  {urls[page]}")


def is_same_by_command(name: str, samples: Sequence[Sample], result: Result) -> bool:
    """Whether the command line gives the figures that this process got."""
    rows = [sample.row for sample in samples]
    here, there = (scores.figures(rows, found) for found in (result.found, scores.through_command_line(name)))
    print(f"dateline extract --batch: {'the same figures' if here == there else f'other figures: {there}'}")
    return here == there


def memory_table(names: Sequence[str], counts: Sequence[int]) -> None:
    """Print what each program holds in a process of its own."""
    pages = "the news pages" if corpora.are_here() else "invented pages"
    print(f"\nresident memory in MB, the program alone in its process, {pages} again and again")
    print(f"{'':{WIDTH}}{'imported':>12}" + "".join(f"{f'{count:,} pages':>15}" for count in counts))
    for name in names:
        held = memory.measured(name, counts)
        grown = held[-1] / held[1]
        note = f"   {'flat' if grown <= FLAT else 'grows'}: {grown - 1:+.1%} from the first to the last"
        later = "".join(f"{megabytes:15.0f}" for megabytes in held[1:])
        print(f"{name:{WIDTH}}{held[0]:12.0f}{later}{note if len(counts) > 1 else ''}", flush=True)


if __name__ == "__main__":
    main()
